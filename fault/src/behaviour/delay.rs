//! `delay`: an exchange takes longer, once, however many pieces it comes in. Vaurien's and Envoy's.

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::distribution::Spread;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// Holds an exchange back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    /// How long.
    pub spread: Spread,
    /// The request has been served already and its answer waits, instead of the request.
    pub after: bool,
}

impl Acts for Delay {
    const NAME: &'static str = "delay";
    const OPTIONS: &'static str = "ms, jitter, distribution and when";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let spread = Spread::read(
            options,
            "ms, as in delay(ms=250) or delay(ms=250,jitter=50)",
        )?;
        Ok(Self {
            spread,
            after: super::read_when(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        self.spread.write(out);
        super::write_when(self.after, out);
    }

    fn not_in_replay(&self) -> Option<&'static str> {
        self.after.then_some(ANSWERS_ARE_NOT_SHAPED)
    }

    fn strike(&self, turn: &mut Turn, dice: Dice<'_>) {
        let length = self.spread.draw(dice);
        if self.after {
            turn.answer.hold += length;
        } else {
            turn.hold += length;
        }
    }
}
