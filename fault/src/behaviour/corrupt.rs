//! `corrupt`: in some bytes of the answer one bit is turned over. HTTP: in the body's beginning; MySQL: in the
//! payload of a packet, not in its header; other streams: in the first bytes.

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// Damages an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrupt {
    /// In how many bytes.
    pub bytes: u32,
}

impl Acts for Corrupt {
    const NAME: &'static str = "corrupt";
    const OPTIONS: &'static str = "bytes";
    const NOT_IN_REPLAY: Option<&'static str> = Some(ANSWERS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let bytes = options.number("bytes", 1..=1_000_000, "a whole number, 1 to 1000000")?;
        Ok(Self {
            bytes: bytes.unwrap_or(1),
        })
    }

    fn write(&self, out: &mut Written) {
        out.put_unless("bytes", self.bytes, 1);
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.answer.corrupt_bytes = turn.answer.corrupt_bytes.saturating_add(self.bytes);
    }
}
