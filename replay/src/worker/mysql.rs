//! Sends one MySQL command on its lane's connection, which is opened when it was opened while recording.

use std::rc::Rc;
use std::sync::Arc;

use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_wire::mysql::{CommandCode, Dialect};

use super::Worker;
use super::lane_copy::LaneCopy;
use crate::mysql::connection::{Credentials, End, LoginError, MysqlConnection, Reply};
use crate::mysql::judge::judge;
use crate::mysql::lane::MysqlState;
use crate::prepare::lane::{Lane, Marks, Step};
use crate::run::event::WarningKind;

impl Worker {
    pub(super) async fn send_mysql(
        &self,
        lane_copy: &LaneCopy,
        step: &Step,
        command: &[u8],
        sample: &mut Sample,
    ) {
        let mut state = lane_copy.mysql.0.lock().await;
        let timeout = self.program.prepared.plan.timeout();
        let program = Arc::clone(&self.program);
        let Some(lane) = program.lane(lane_copy.lane) else {
            return;
        };
        let sent = self.command_mysql(&mut state, lane, step, command, sample);
        if tokio::time::timeout(timeout, sent).await.is_err() {
            sample.outcome = Outcome::Timeout;
            sample.done_us = self.now_us();
            state.lost();
        }
        if step.marks.contains(Marks::LAST_ON_CONNECTION)
            && let Some(connection) = state.connection.take()
        {
            connection.quit();
        }
    }

    async fn command_mysql(
        &self,
        state: &mut MysqlState,
        lane: &Lane,
        step: &Step,
        command: &[u8],
        sample: &mut Sample,
    ) {
        let recorded = lane.session.as_deref();
        let recorded_dialect = recorded.map_or(Dialect::UNKNOWN, |session| {
            Dialect::from_capabilities(session.capabilities, session.mariadb_capabilities)
        });
        if state
            .connection
            .as_ref()
            .is_none_or(|connection| !connection.is_open())
        {
            state.lost();
            sample.flags |= SampleFlags::CONNECTED;
            match self.open_mysql(lane).await {
                Ok(connection) => state.connection = Some(connection),
                Err(error) => {
                    self.refused(&error, sample);
                    return;
                }
            }
        }
        let mut desk = self.take_desk();
        if let Some((recorded_id, prepare)) = state.to_prepare(command)
            && let Some(connection) = &mut state.connection
        {
            let reply = connection
                .command(&prepare, &mut desk.buffer, self.program.origin)
                .await;
            state.prepared(recorded_id, &prepare, reply.summary.statement_id());
        }
        let Some(mut connection) = state.connection.take() else {
            self.give_desk(desk);
            return;
        };
        let payload = state.translated(command, &recorded_dialect, &connection.dialect);
        let reply = connection
            .command(&payload, &mut desk.buffer, self.program.origin)
            .await;
        self.give_desk(desk);
        let quits = command.first() == Some(&(CommandCode::Quit as u8));
        if reply.end == End::Complete && !quits {
            state.connection = Some(connection);
        } else {
            drop(connection);
            state.lost();
        }
        if let Some(recorded_id) = step.statement
            && command.first() == Some(&(CommandCode::StmtPrepare as u8))
        {
            state.prepared(recorded_id, &payload, reply.summary.statement_id());
        }
        finish(step, &reply, sample);
    }

    /// Opens a lane copy's connection when its client did when recorded, so that the first command does
    /// not pay for the login. When that fails, the first command tries again and says so.
    pub(super) async fn open_mysql_ahead(self: Rc<Self>, lane_copy: Rc<LaneCopy>, opens_us: u64) {
        let at_us = self.clock.borrow().run_at(opens_us).unwrap_or(0);
        tokio::time::sleep_until(self.program.origin.at(at_us).into()).await;
        let Some(lane) = self.program.lane(lane_copy.lane) else {
            return;
        };
        let mut state = lane_copy.mysql.0.lock().await;
        if state.connection.is_none() {
            let opened =
                tokio::time::timeout(self.program.prepared.plan.timeout(), self.open_mysql(lane));
            state.connection = opened.await.ok().and_then(Result::ok);
        }
    }

    async fn open_mysql(&self, lane: &Lane) -> Result<MysqlConnection, LoginError> {
        let login = self.program.mysql.as_ref().ok_or(LoginError::NotMysql)?;
        let address = login
            .target
            .addresses()
            .first()
            .ok_or(LoginError::NotMysql)?;
        let credentials = Credentials {
            user: &login.user,
            password: &login.password,
            database: login.database.as_deref(),
            recorded: lane.session.as_deref(),
        };
        MysqlConnection::open(*address, credentials).await
    }

    /// What the sample says when nobody was let in.
    fn refused(&self, error: &LoginError, sample: &mut Sample) {
        sample.outcome = Outcome::Refused;
        sample.status = error.code();
        sample.done_us = self.now_us();
        let target = self
            .program
            .mysql
            .as_ref()
            .map(|login| login.target.authority());
        let message = format!("{} lets nobody in: {error}", target.unwrap_or_default());
        self.outbox.borrow_mut().warn(WarningKind::Refused, message);
    }
}

/// What the sample says about a reply.
fn finish(step: &Step, reply: &Reply, sample: &mut Sample) {
    sample.first_byte_us = reply.first_byte_us;
    sample.done_us = reply.done_us;
    sample.sent_bytes = u32::try_from(reply.sent).unwrap_or(u32::MAX);
    sample.received_bytes = u32::try_from(reply.received).unwrap_or(u32::MAX);
    sample.status = reply.summary.error.as_ref().map_or(0, |error| error.code);
    match reply.end {
        End::Complete => {
            let (outcome, flags) = judge(step.status, step.digest, &reply.summary);
            sample.outcome = outcome;
            sample.flags |= flags;
        }
        End::NoAnswer => sample.outcome = Outcome::Reset,
        End::CutShort => sample.outcome = Outcome::Truncated,
        End::Garbage => {
            sample.outcome = Outcome::ErrorReply;
            sample.flags |= SampleFlags::ERROR_ANSWER;
        }
    }
}
