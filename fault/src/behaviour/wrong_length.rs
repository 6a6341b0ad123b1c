//! `wrong_length`: the Content-Length of an HTTP answer is not its length. Answers in chunks have none.

use crate::SpokenProtocol;

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// Announces another length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongLength {
    /// How much more (below zero: less) than the truth; bytes.
    pub by: i32,
}

impl Acts for WrongLength {
    const NAME: &'static str = "wrong_length";
    const OPTIONS: &'static str = "by";
    const NOT_IN_REPLAY: Option<&'static str> = Some(ANSWERS_ARE_NOT_SHAPED);
    const ONLY_IN: &'static [SpokenProtocol] = &[SpokenProtocol::Http];

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let by = options.value(
            "by",
            "a whole number but 0, -1000000000 to 1000000000",
            |text| {
                let by: i32 = text.parse().ok()?;
                (by != 0 && by.abs() <= 1_000_000_000).then_some(by)
            },
        )?;
        Ok(Self {
            by: by.ok_or_else(|| options.missing("by, as in wrong_length(by=10)"))?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("by", self.by);
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.answer.length_off_by = self.by;
    }
}
