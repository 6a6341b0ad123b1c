//! `truncate`: the answer ends before its end, and the connection with it: after some bytes of it (HTTP: of
//! its body), or after some rows of a MySQL result, between rows or inside one.

use crate::SpokenProtocol;

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::{Cut, Turn};

/// Cuts an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Truncate(pub Cut);

impl Acts for Truncate {
    const NAME: &'static str = "truncate";
    const OPTIONS: &'static str = "bytes, or (MySQL) rows and inside";
    const NOT_IN_REPLAY: Option<&'static str> = Some(ANSWERS_ARE_NOT_SHAPED);

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        let allowed = "a whole number, 0 to 1000000000";
        let bytes = options.number("bytes", 0..=1_000_000_000, allowed)?;
        let rows = options.number("rows", 0..=1_000_000_000, allowed)?;
        let inside = options.flag("inside")?;
        match (bytes, rows) {
            (Some(bytes), None) if inside.is_none() => Ok(Self(Cut::Bytes(bytes))),
            (None, Some(rows)) => Ok(Self(Cut::Rows {
                rows,
                inside: inside.unwrap_or(false),
            })),
            _ => Err(options.missing(
                "either bytes, as in truncate(bytes=100), or rows, as in truncate(rows=3,inside=true)",
            )),
        }
    }

    fn write(&self, out: &mut Written) {
        match self.0 {
            Cut::Bytes(bytes) => out.put("bytes", bytes),
            Cut::Rows { rows, inside } => {
                out.put("rows", rows);
                out.put_unless("inside", inside, false);
            }
        }
    }

    fn only_in(&self) -> &'static [SpokenProtocol] {
        match self.0 {
            Cut::Rows { .. } => &[SpokenProtocol::Mysql],
            Cut::Bytes(_) => &[],
        }
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.answer.cut = Some(self.0);
    }
}
