//! `abort`: the request reaches the server, and the connection is closed before its answer is passed on.
//! Vaurien's. `abort(wait=true) for mysql COMMIT` is the lost OK of a COMMIT that did happen.

use super::Acts;
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::{Lost, Turn};

/// Loses the answer and the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Abort {
    /// The connection goes once the server has answered in full, not as soon as it begins to.
    pub wait: bool,
}

impl Acts for Abort {
    const NAME: &'static str = "abort";
    const OPTIONS: &'static str = "wait";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self {
            wait: options.flag("wait")?.unwrap_or(false),
        })
    }

    fn write(&self, out: &mut Written) {
        out.put_unless("wait", self.wait, false);
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        turn.answer.lost = Some(if self.wait {
            Lost::OnceWhole
        } else {
            Lost::AsItBegins
        });
    }
}
