//! `wrong_sequence`: the first packet of a MySQL answer has another number than it should. Clients check it, and give the
//! connection up.

use crate::SpokenProtocol;

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// Numbers a packet wrongly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongSequence {
    /// How much more than the truth; numbers are of a byte, so that after 255 comes 0.
    pub by: u8,
}

impl Acts for WrongSequence {
    const NAME: &'static str = "wrong_sequence";
    const OPTIONS: &'static str = "by";
    const NOT_IN_REPLAY: Option<&'static str> = Some(ANSWERS_ARE_NOT_SHAPED);
    const ONLY_IN: &'static [SpokenProtocol] = &[SpokenProtocol::Mysql];

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let by = options.value("by", "a whole number, 1 to 255", |text| {
            text.parse().ok().filter(|by| *by > 0)
        })?;
        Ok(Self {
            by: by.unwrap_or(1),
        })
    }

    fn write(&self, out: &mut Written) {
        out.put_unless("by", self.by, 1);
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.answer.sequence_off_by = self.by;
    }
}
