//! `timeout`: nothing is passed on, and the connection is closed after a time. Toxiproxy's, whose 0 is `hang`.

use std::time::Duration;

use super::Acts;
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::{Ending, Turn};

/// Says nothing for a while, then closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeout {
    /// How long until the close, milliseconds; 0: until the fault ends.
    pub ms: u32,
}

impl Acts for Timeout {
    const NAME: &'static str = "timeout";
    const OPTIONS: &'static str = "ms";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self {
            ms: options.milliseconds("ms")?.unwrap_or(0),
        })
    }

    fn write(&self, out: &mut Written) {
        out.put_unless("ms", self.ms, 0);
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        let length = Duration::from_millis(u64::from(self.ms));
        turn.ending = Some(Ending::Silence((self.ms > 0).then_some(length)));
    }
}
