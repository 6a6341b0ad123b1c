//! `cut`: only the first bytes of a burst arrive, and the connection goes on.

use super::{Acts, BURSTS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::burst::{BurstChanges, Bursts};
use crate::draw::Dice;
use crate::options::{Options, Written};

/// Leaves the rest of a burst out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CutBurst {
    /// How many bytes of it arrive.
    pub bytes: u32,
    /// Which bursts.
    pub bursts: Bursts,
}

impl Acts for CutBurst {
    const NAME: &'static str = "cut";
    const OPTIONS: &'static str = "bytes, stream and quiet_ms";
    const NOT_IN_REPLAY: Option<&'static str> = Some(BURSTS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let bytes = options.number("bytes", 1..=u32::MAX, "bytes, 1 to 4294967295")?;
        Ok(Self {
            bytes: bytes.ok_or_else(|| options.missing("bytes, as in cut(bytes=10)"))?,
            bursts: Bursts::read(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("bytes", self.bytes);
        self.bursts.write(out);
    }

    fn bursts(&self) -> Option<Bursts> {
        Some(self.bursts)
    }

    fn change(&self, changes: &mut BurstChanges, _dice: Dice<'_>) {
        changes.cut_bytes = Some(self.bytes);
    }
}
