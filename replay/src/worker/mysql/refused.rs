//! What names a prepared statement that the target did not prepare: nothing is executed, and that says why.

use reprise_wire::mysql::ReplySummary;

use crate::mysql::connection::{End, Reply};
use crate::mysql::lane::MysqlState;
use crate::worker::Worker;
use crate::worker::fetch::{Outgoing, Ready};
use crate::worker::lane_copy::LaneCopy;

impl Worker {
    /// Whether the command names a statement that the target has refused for what its text says: then it is not
    /// sent. Where the answer to the PREPARE is still to come, that is seen when it is.
    pub(in crate::worker) fn names_refused(
        &self,
        lane_copy: &LaneCopy,
        outgoing: &Outgoing,
    ) -> bool {
        let Ready::Mysql(command) = &outgoing.payload else {
            return false;
        };
        let state = lane_copy.mysql.state().try_lock();
        state.is_ok_and(|mut state| state.is_refused_for_good(&command.payload))
    }

    /// The reply to a command whose statement the target has just refused: the refusal.
    pub(super) fn refused_reply(&self, state: &MysqlState, command: &[u8]) -> Option<Reply> {
        let error = state.refusal(command)?;
        Some(Reply {
            end: End::Complete,
            done_us: self.now_us(),
            summary: ReplySummary {
                error: Some(error.clone()),
                ..ReplySummary::default()
            },
            ..Reply::new()
        })
    }
}
