//! `reset_peer`: the client's connection is reset: a real RST, on connections already open too. Toxiproxy's.
//!
//! With `when=after` a MySQL client finds at its next statement that nothing can be sent any more: its own
//! error 2006.

use std::time::Duration;

use super::{ANSWERS_ARE_NOT_SHAPED, Acts};
use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};
use crate::turn::{Ending, Turn};

/// Resets the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResetPeer {
    /// How long the request waits for it, or how long after the answer it comes; milliseconds.
    pub ms: u32,
    /// The exchange is served first; the next one finds the connection gone.
    pub after: bool,
}

impl Acts for ResetPeer {
    const NAME: &'static str = "reset_peer";
    const OPTIONS: &'static str = "ms and when";

    fn read(options: &mut Options) -> Result<Self, FaultError> {
        Ok(Self {
            ms: options.milliseconds("ms")?.unwrap_or(0),
            after: super::read_when(options)?,
        })
    }

    fn write(&self, out: &mut Written) {
        out.put_unless("ms", self.ms, 0);
        super::write_when(self.after, out);
    }

    fn not_in_replay(&self) -> Option<&'static str> {
        self.after.then_some(ANSWERS_ARE_NOT_SHAPED)
    }

    fn strike(&self, turn: &mut Turn, _dice: Dice<'_>) {
        let length = Duration::from_millis(u64::from(self.ms));
        if self.after {
            turn.answer.resets = Some(length);
        } else {
            turn.ending = Some(Ending::Reset(length));
        }
    }
}
