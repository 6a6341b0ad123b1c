//! `late_rows`: the rows of a MySQL result come one by one, with a pause before each.

use std::time::Duration;

use crate::SpokenProtocol;

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::Turn;

/// Holds every row of a result back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LateRows {
    /// The pause before each row, milliseconds.
    pub ms: u32,
}

impl Acts for LateRows {
    const NAME: &'static str = "late_rows";
    const OPTIONS: &'static str = "ms";
    const NOT_IN_REPLAY: Option<&'static str> = Some(ANSWERS_ARE_NOT_SHAPED);
    const ONLY_IN: &'static [SpokenProtocol] = &[SpokenProtocol::Mysql];

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let ms = options.milliseconds("ms")?;
        Ok(Self {
            ms: ms.ok_or_else(|| options.missing("ms, as in late_rows(ms=20)"))?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put("ms", self.ms);
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.answer.row_hold += Duration::from_millis(u64::from(self.ms));
    }
}
