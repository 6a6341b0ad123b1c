//! Opens a lane copy's MySQL connection and brings its session to where the recorded one stood. What that
//! takes is set-up: it makes no samples.

use std::rc::Rc;

use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_wire::mysql::{Command, CommandCode, ErrPacket, NO_QUERY_ATTRIBUTES, Query};

use crate::mysql::authentication::LoginError;
use crate::mysql::connection::{End, MysqlConnection, Reply};
use crate::mysql::lane::MysqlState;
use crate::prepare::lane::Lane;
use crate::run::event::WarningKind;
use crate::worker::Worker;
use crate::worker::lane_copy::LaneCopy;

/// The server's own promise that a session changes nothing, whatever a statement turns out to do.
const READ_ONLY: &str = "SET SESSION TRANSACTION READ ONLY";

impl Worker {
    /// Opens a lane copy's connection when its client did when recorded, so that the first command does
    /// not pay for the login. When that fails, the first command tries again and says so.
    pub(in crate::worker) async fn open_mysql_ahead(
        self: Rc<Self>,
        lane_copy: Rc<LaneCopy>,
        opens_us: u64,
    ) {
        let at_us = self.clock.borrow().run_at(opens_us).unwrap_or(0);
        tokio::time::sleep_until(self.program.origin.at(at_us).into()).await;
        let Some(lane) = self.program.lane(lane_copy.lane) else {
            return;
        };
        let mut state = lane_copy.mysql.state().lock().await;
        if state.connection.is_none() {
            let timeout = self.program.prepared.plan.timeout();
            let opening = self.open_mysql(&state, &lane_copy, lane);
            let opened = tokio::time::timeout(timeout, opening).await;
            state.connection = opened.ok().and_then(Result::ok);
        }
    }

    /// Takes the lane copy's connection out of its state, opened if it is not there; `None` when nobody is
    /// let in, which the sample then says.
    pub(super) async fn connected(
        &self,
        state: &mut MysqlState,
        lane_copy: &LaneCopy,
        lane: &Lane,
        sample: &mut Sample,
    ) -> Option<MysqlConnection> {
        if let Some(mut connection) = state.connection.take() {
            if connection.is_open() {
                return Some(connection);
            }
            self.lost_mysql(state, lane_copy, lane);
        }
        sample.flags |= SampleFlags::CONNECTED;
        match Box::pin(self.open_mysql(state, lane_copy, lane)).await {
            Ok(connection) => Some(connection),
            Err(error) => {
                self.refused(&error, sample);
                None
            }
        }
    }

    /// The connection is gone, and with it what stood for it.
    pub(in crate::worker) fn lost_mysql(
        &self,
        state: &mut MysqlState,
        lane_copy: &LaneCopy,
        lane: &Lane,
    ) {
        state.lost();
        if let Some(thread) = lane.killed {
            self.program.threads.gone(thread, lane_copy.copy);
        }
    }

    async fn open_mysql(
        &self,
        state: &MysqlState,
        lane_copy: &LaneCopy,
        lane: &Lane,
    ) -> Result<MysqlConnection, LoginError> {
        let target = self.program.mysql.as_ref().ok_or(LoginError::NotMysql)?;
        let database = state.standing.database.as_deref();
        let recorded = lane.session.as_deref();
        let user = recorded.and_then(|session| session.user.as_deref());
        let credentials = target.credentials(user, recorded, database);
        let opened = async {
            let mut connection = MysqlConnection::open(target, credentials).await?;
            if self.is_paced() {
                connection.stamp();
            }
            self.restore(&mut connection, state).await?;
            Ok(connection)
        };
        let opened = opened.await;
        if let Some(thread) = lane.killed {
            let (threads, copy) = (&self.program.threads, lane_copy.copy);
            match &opened {
                Ok(connection) => threads.opened(thread, copy, connection.thread_id),
                Err(_) => threads.gone(thread, copy),
            }
        }
        opened
    }

    /// Sets the session up as the recorded one stood. What the target does not know is said and left.
    async fn restore(
        &self,
        connection: &mut MysqlConnection,
        state: &MysqlState,
    ) -> Result<(), LoginError> {
        let read_only = self.program.prepared.plan.read_only;
        let proof = read_only.then(|| READ_ONLY.to_owned());
        // what would let the session write again is not part of a read-only plan
        let restoring = state.standing.restoring().into_iter();
        let restoring = restoring.filter(|sql| !(read_only && sql.contains("read_only")));
        for sql in proof.into_iter().chain(restoring) {
            let reply = self.set_up(connection, &sql).await;
            if reply.end != End::Complete {
                let ended = std::io::ErrorKind::UnexpectedEof;
                return Err(LoginError::Io(ended.into()));
            }
            match reply.summary.error {
                Some(error) if sql == READ_ONLY => return Err(LoginError::NotReadOnly(error)),
                Some(error) => self.not_restored(&sql, &error),
                None => {}
            }
        }
        Ok(())
    }

    /// Makes a session read-only again that a command has set back to the server's defaults. When that
    /// fails, nothing more may be sent on it.
    pub(super) async fn hold_read_only(
        &self,
        connection: &mut MysqlConnection,
        command: &[u8],
    ) -> bool {
        let resets = [
            CommandCode::ResetConnection as u8,
            CommandCode::ChangeUser as u8,
        ];
        let reset = command.first().is_some_and(|code| resets.contains(code));
        if !reset || !self.program.prepared.plan.read_only {
            return true;
        }
        let reply = self.set_up(connection, READ_ONLY).await;
        reply.end == End::Complete && reply.summary.error.is_none()
    }

    /// Sends a statement of our own.
    pub(super) async fn set_up(&self, connection: &mut MysqlConnection, sql: &str) -> Reply {
        let attributes = match connection.dialect.query_attributes {
            Some(true) => NO_QUERY_ATTRIBUTES,
            _ => &[],
        };
        let query = Query {
            attributes,
            sql: sql.as_bytes(),
        };
        let command = Command::Query(query).encode();
        let mut seat = self.desks.seat();
        // boxed, or every command would carry its size
        let said = connection.command(&command, &[], &mut seat, self.program.origin);
        Box::pin(said).await
    }

    /// Says that the target did not take what brings a session to where the recorded one stood.
    pub(super) fn not_restored(&self, sql: &str, error: &ErrPacket) {
        let why = String::from_utf8_lossy(&error.message);
        let message = format!(
            "a session is not as it was recorded: `{sql}`: MySQL error {}: {why}",
            error.code
        );
        let mut outbox = self.outbox.borrow_mut();
        outbox.warn(WarningKind::SessionNotRestored, message);
    }

    /// What the sample says when nobody was let in.
    fn refused(&self, error: &LoginError, sample: &mut Sample) {
        sample.outcome = Outcome::Refused;
        sample.status = error.code();
        sample.done_us = self.now_us();
        let target = self.program.mysql.as_ref();
        let target = target.map_or("", |target| &target.authority);
        let message = format!("{target} lets nobody in: {error}");
        let mut outbox = self.outbox.borrow_mut();
        if let LoginError::Io(error) = error {
            outbox.not_opened(error, sample);
        }
        outbox.warn(WarningKind::Refused, message);
    }
}
