//! `repeat`: a burst arrives again once it has ended.

use super::{Acts, BURSTS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::burst::{BurstChanges, Bursts};
use crate::draw::Dice;
use crate::options::{Options, Written};

/// Sends a burst again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RepeatBurst {
    /// How often it arrives beside the first time.
    pub times: u32,
    /// Which bursts.
    pub bursts: Bursts,
}

impl Acts for RepeatBurst {
    const NAME: &'static str = "repeat";
    const OPTIONS: &'static str = "times, stream and quiet_ms";
    const NOT_IN_REPLAY: Option<&'static str> = Some(BURSTS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let times = options.number("times", 1..=100, "how often it comes again, 1 to 100")?;
        Ok(Self {
            times: times.unwrap_or(1),
            bursts: Bursts::read(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put_unless("times", self.times, 1);
        self.bursts.write(out);
    }

    fn bursts(&self) -> Option<Bursts> {
        Some(self.bursts)
    }

    fn change(&self, changes: &mut BurstChanges, _dice: Dice<'_>) {
        changes.repeats = self.times;
    }
}
