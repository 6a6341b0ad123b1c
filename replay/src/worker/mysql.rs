//! Sends one MySQL command on its lane's connection, which is opened when it was opened while recording.

mod kill;
mod opening;
mod pinning;
mod refused;
mod verify;

use std::pin::pin;
use std::sync::Arc;

use reprise_measure::{Outcome, Sample};
use reprise_wire::Protocol;
use reprise_wire::mysql::{ChangeUser, CommandCode, Dialect, Session};

use super::Worker;
use super::in_flight::Ticket;
use super::lane_copy::LaneCopy;
use crate::desk::Seat;
use crate::mysql::command::{MysqlCommand, killing};
use crate::mysql::connection::{End, MysqlConnection, Reply};
use crate::mysql::keys::{Generates, Shift};
use crate::mysql::lane::MysqlState;
use crate::prepare::eligible::writes;
use crate::prepare::lane::{Lane, Marks, Step};
use crate::run::threads::Standing;
use verify::Sides;

impl Worker {
    pub(super) async fn send_mysql(
        &self,
        lane_copy: &LaneCopy,
        step: &Step,
        command: &MysqlCommand,
        (ticket, sample): (Ticket, &mut Sample),
    ) {
        let mut state = lane_copy.mysql.state().lock().await;
        let program = Arc::clone(&self.program);
        let Some(lane) = program.lane(lane_copy.lane) else {
            return;
        };
        let mut reply = Reply::new();
        let waited = {
            let sent = pin!(self.command_mysql(
                &mut state,
                lane_copy,
                (lane, step),
                command,
                sample,
                &mut reply,
            ));
            self.in_flight.patiently(ticket, self.now_us(), sent).await
        };
        if waited.is_err() {
            sample.outcome = Outcome::Timeout;
            arrived(&reply, sample);
            sample.done_us = self.now_us();
            self.lost_mysql(&mut state, lane_copy, lane);
            not_prepared(&mut state, step, command);
        }
        let failed = step.status == 0 && sample.status != 0;
        let open = step.marks.contains(Marks::IN_TRANSACTION);
        state.passed(
            &command.payload,
            open,
            failed.then_some(Some(sample.status)),
        );
        if state.connection.is_none() {
            state.lose_transaction();
        }
        if step.marks.contains(Marks::LAST_ON_CONNECTION)
            && let Some(connection) = state.connection.take()
        {
            self.leave_mysql(connection, &mut state, lane_copy, lane);
        }
    }

    /// Nothing more is said on the connection. It is closed, unless somebody is to kill it.
    fn leave_mysql(
        &self,
        connection: MysqlConnection,
        state: &mut MysqlState,
        lane_copy: &LaneCopy,
        lane: &Lane,
    ) {
        let Some(thread) = lane.killed else {
            connection.quit();
            self.lost_mysql(state, lane_copy, lane);
            return;
        };
        let (program, copy) = (Arc::clone(&self.program), lane_copy.copy);
        tokio::task::spawn_local(async move {
            connection.closed().await;
            program.threads.gone(thread, copy);
        });
    }

    async fn command_mysql(
        &self,
        state: &mut MysqlState,
        lane_copy: &LaneCopy,
        (lane, step): (&Lane, &Step),
        command: &MysqlCommand,
        sample: &mut Sample,
        reply: &mut Reply,
    ) {
        let session = lane.session.as_deref();
        let recorded = session.map_or(Dialect::UNKNOWN, |session| session.dialect());
        let Some(mut connection) = self.connected(state, lane_copy, lane, sample).await else {
            return;
        };
        self.prepare_anew(state, &mut connection, &command.payload)
            .await;
        if step.marks.contains(Marks::CLOCK) {
            self.pin_clock(state, &mut connection, step).await;
            // what that took is not the command's
            sample.sent_us = self.now_us();
        }
        if let Some(types) = lane.types.before(step.exchange) {
            state.declared(&command.payload, types);
        }
        let (payload, generates) =
            self.payload_for(state, lane_copy, command, &recorded, &connection);
        let dialect = connection.dialect;
        let mut seat = self.desks.seat();
        match self.refused_reply(state, &command.payload) {
            Some(refused) => *reply = refused,
            None => {
                let files = &command.files;
                let said = (payload.as_slice(), files.as_slice());
                self.say(&mut connection, session, said, &mut seat, reply)
                    .await;
            }
        }
        self.unread.read(connection.is_stamped());
        let quits = payload.first() == Some(&(CommandCode::Quit as u8));
        let goes_on = reply.end == End::Complete
            && !quits
            && self.hold_read_only(&mut connection, &payload).await;
        if goes_on {
            state.connection = Some(connection);
            state.answered(&command.payload, &recorded, &reply.summary);
        } else {
            drop(connection);
            self.lost_mysql(state, lane_copy, lane);
        }
        let sides = Sides {
            command,
            recorded: &recorded,
            target: &dialect,
            shift: self.shift(lane_copy),
            generates,
        };
        if let Some(recorded_id) = step.statement
            && payload.first() == Some(&(CommandCode::StmtPrepare as u8))
        {
            state.prepared(recorded_id, &payload, &reply.summary);
        }
        self.finish(state, step, &sides, reply, seat.reply(), sample);
    }

    /// Sends a command, with the files its client sent for it; a change of user as whom the plan logs in instead.
    async fn say(
        &self,
        connection: &mut MysqlConnection,
        session: Option<&Session>,
        (payload, files): (&[u8], &[Vec<u8>]),
        seat: &mut Seat<'_>,
        reply: &mut Reply,
    ) {
        let origin = self.program.origin;
        match changed_user(payload).zip(self.program.mysql.as_ref()) {
            Some((change, target)) => {
                let user = String::from_utf8_lossy(&change.user);
                let credentials = target.credentials(Some(&user), session, None);
                // boxed, as everything is that few commands need
                let changed = connection.change_user(&change, credentials, origin);
                *reply = Box::pin(changed).await;
            }
            None => {
                connection
                    .command_into(payload, files, seat, origin, reply)
                    .await;
            }
        }
    }

    /// Prepares on the target what the command executes, when that was prepared on a connection that is gone,
    /// or before the recording.
    async fn prepare_anew(
        &self,
        state: &mut MysqlState,
        connection: &mut MysqlConnection,
        command: &[u8],
    ) {
        if let Some((recorded_id, prepare)) = state.to_prepare(command) {
            let plan = &self.program.prepared.plan;
            // it may hide from its executions' operation what it does
            if plan.read_only && writes(Protocol::Mysql, &prepare, "", &plan.read_only_deny) {
                return;
            }
            let mut seat = self.desks.seat();
            let prepared = connection.command(&prepare, &[], &mut seat, self.program.origin);
            let reply = Box::pin(prepared).await;
            if let Some(error) = &reply.summary.error {
                let sql = String::from_utf8_lossy(prepare.get(1..).unwrap_or_default());
                self.not_restored(&sql, error);
            }
            state.prepared(recorded_id, &prepare, &reply.summary);
        }
    }

    /// What the copy's keys are shifted by; `None` when the plan shifts none.
    fn shift(&self, lane_copy: &LaneCopy) -> Option<Shift<'_>> {
        let keys = &self.program.prepared.plan.shift_keys;
        let copy = lane_copy.copy;
        (!keys.columns.is_empty()).then_some(Shift { keys, copy })
    }

    /// The payload as the target has to get it, and the keys that the target generates for it.
    fn payload_for(
        &self,
        state: &mut MysqlState,
        lane_copy: &LaneCopy,
        command: &MysqlCommand,
        recorded: &Dialect,
        connection: &MysqlConnection,
    ) -> (Vec<u8>, Option<Generates>) {
        let mut payload = state.translated(&command.payload, recorded, &connection.dialect);
        (self.program.made_ids).put_in(lane_copy.copy, &mut payload);
        if let Some(Standing::Open(thread)) = self.victim(lane_copy, command) {
            return (killing(&payload, thread), None);
        }
        match self.shift(lane_copy) {
            Some(shift) => {
                let known = (&self.program.keys, shift);
                state.with_own_keys((command, recorded), payload, &connection.dialect, known)
            }
            None => (payload, None),
        }
    }
}

/// Notes that the target did not answer a PREPARE, if a command is one.
pub(super) fn not_prepared(state: &mut MysqlState, step: &Step, command: &MysqlCommand) {
    if let Some(recorded_id) = step.statement
        && command.payload.first() == Some(&(CommandCode::StmtPrepare as u8))
    {
        state.not_prepared(recorded_id, &command.payload, &command.answer);
    }
}

/// Says in the sample what went out and what has come of the reply, and when.
fn arrived(reply: &Reply, sample: &mut Sample) {
    sample.answered(reply.first_byte_us, reply.done_us);
    sample.sent_bytes = u32::try_from(reply.sent).unwrap_or(u32::MAX);
    sample.received_bytes = u32::try_from(reply.received).unwrap_or(u32::MAX);
}

/// The body of a COM_CHANGE_USER.
fn changed_user(payload: &[u8]) -> Option<ChangeUser> {
    let body = payload.strip_prefix(&[CommandCode::ChangeUser as u8])?;
    ChangeUser::decode(body).ok()
}
