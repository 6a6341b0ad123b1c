//! `rate_limit`: the answer of an exchange comes at this rate. Envoy's `response_rate_limit`.

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// Slows one answer down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// KiB a second.
    pub kib_per_s: u32,
}

impl Acts for RateLimit {
    const NAME: &'static str = "rate_limit";
    const OPTIONS: &'static str = "rate (KiB a second)";
    const NOT_IN_REPLAY: Option<&'static str> = Some(ANSWERS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self {
            kib_per_s: super::read_rate(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("rate", self.kib_per_s);
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        let rate = self.kib_per_s * 1024;
        let before = turn.answer.bytes_per_s.unwrap_or(u32::MAX);
        turn.answer.bytes_per_s = Some(before.min(rate));
    }
}
