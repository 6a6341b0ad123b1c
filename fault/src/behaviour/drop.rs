//! `drop`: a burst never arrives, and the connection goes on.

use super::{Acts, BURSTS_ARE_NOT_SHAPED};
use crate::FaultError;
use crate::burst::{BurstChanges, Bursts};
use crate::draw::Dice;
use crate::options::{Options, Written};

/// Leaves a burst out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DropBurst(pub Bursts);

impl Acts for DropBurst {
    const NAME: &'static str = "drop";
    const OPTIONS: &'static str = "stream and quiet_ms";
    const NOT_IN_REPLAY: Option<&'static str> = Some(BURSTS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        Bursts::read(options).map(Self)
    }

    fn write(&self, out: &mut Written) {
        self.0.write(out);
    }

    fn bursts(&self) -> Option<Bursts> {
        Some(self.0)
    }

    fn change(&self, changes: &mut BurstChanges, _dice: Dice<'_>) {
        changes.cut_bytes = Some(0);
    }
}
