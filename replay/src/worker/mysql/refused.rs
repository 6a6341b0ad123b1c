//! What is not sent because of what the target did not do before: what names a prepared statement that it did not
//! prepare, and what belongs to a transaction that it is not in.

use reprise_wire::mysql::ReplySummary;

use crate::mysql::connection::{End, Reply};
use crate::mysql::lane::{MysqlState, query_of};
use crate::prepare::lane::{Marks, Step};
use crate::reason::SkipReason;
use crate::worker::Worker;
use crate::worker::fetch::{Outgoing, Ready};
use crate::worker::lane_copy::LaneCopy;

impl Worker {
    /// Why a MySQL command cannot be done on the target. Where the answer to one before it is still to come, that is
    /// not known.
    pub(in crate::worker) fn cannot_be_done(
        &self,
        lane_copy: &LaneCopy,
        step: &Step,
        outgoing: &Outgoing,
    ) -> Option<SkipReason> {
        let Ready::Mysql(command) = &outgoing.payload else {
            return None;
        };
        let payload = &command.payload;
        let open = step.marks.contains(Marks::IN_TRANSACTION);
        let Ok(mut state) = lane_copy.mysql.state().try_lock() else {
            return left_out_while_opening(lane_copy, payload, open);
        };
        let is_refused = state.is_refused_for_good(payload);
        if !is_refused {
            self.notice_loss(&mut state, lane_copy);
            let transaction = state.transaction.get();
            if !transaction.leaves_out(payload, || state.sql_of(payload)) {
                return None;
            }
        }
        state.passed(payload, open, is_refused.then_some(None));
        Some(if is_refused {
            SkipReason::StatementRefused
        } else {
            SkipReason::TransactionLost
        })
    }

    /// Looks whether the target has closed a connection with an open transaction.
    fn notice_loss(&self, state: &mut MysqlState, lane_copy: &LaneCopy) {
        if state.transaction.get().is_open()
            && let Some(connection) = &mut state.connection
            && !connection.is_open()
            && let Some(lane) = self.program.lane(lane_copy.lane)
        {
            self.lost_mysql(state, lane_copy, lane);
        }
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

/// The same while a connection is being opened and nothing else is under way: statements that were prepared are not
/// looked up then, and taken for work.
fn left_out_while_opening(lane_copy: &LaneCopy, command: &[u8], open: bool) -> Option<SkipReason> {
    let mut transaction = lane_copy.mysql.transaction().get();
    let sql = query_of(command);
    if lane_copy.in_flight.get() > 0 || !transaction.leaves_out(command, || sql) {
        return None;
    }
    transaction.passed(sql, open);
    lane_copy.mysql.transaction().set(transaction);
    Some(SkipReason::TransactionLost)
}
