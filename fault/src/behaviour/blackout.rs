//! `blackout`: the connection is closed at once, or right after an answer. Vaurien's.
//!
//! A MySQL client whose connection goes during a statement reports 2013, its own error.

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::{Ending, Turn};

/// Closes the client's connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blackout {
    /// The exchange is served first; the next one finds the connection gone.
    pub after: bool,
}

impl Acts for Blackout {
    const NAME: &'static str = "blackout";
    const OPTIONS: &'static str = "when";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self {
            after: super::read_when(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        super::write_when(self.after, out);
    }

    fn not_in_replay(&self) -> Option<&'static str> {
        self.after.then_some(ANSWERS_ARE_NOT_SHAPED)
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        if self.after {
            turn.answer.closes = true;
        } else {
            turn.ending = Some(Ending::Close);
        }
    }
}
