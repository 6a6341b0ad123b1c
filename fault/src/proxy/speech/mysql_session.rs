//! What a MySQL connection has agreed on and where it stands, learned from both sides.

use std::collections::HashMap;

use reprise_wire::mysql::{
    Compression, Dialect, Greeting, HEADER_LEN, Login, ReplySummary, Status,
};

/// So many prepared statements of one connection are known by what they do.
const MOST_STATEMENTS: usize = 16_384;

/// A server's first packet is never longer.
const LONGEST_GREETING: usize = 4096;

/// One connection.
#[derive(Debug, Default)]
pub(super) struct MysqlSession {
    /// The server's first bytes, until they are a greeting.
    opening: Vec<u8>,
    greeting: Option<Greeting>,
    pub(super) dialect: Dialect,
    /// The client has logged in, or tries to.
    pub(super) logged_in: bool,
    pub(super) in_transaction: bool,
    /// The server waits for a file: what the client says is that file.
    pub(super) in_file: bool,
    statements: HashMap<u32, String>,
}

impl MysqlSession {
    /// The server has said this while nothing was asked.
    pub(super) fn greeted(&mut self, bytes: &[u8]) {
        if self.greeting.is_some() || self.opening.len() > LONGEST_GREETING {
            return;
        }
        self.opening.extend_from_slice(bytes);
        let payload = self.opening.get(HEADER_LEN..).unwrap_or_default();
        self.greeting = Greeting::decode(payload).ok();
    }

    /// The client logs in. False: from now on nothing can be read.
    pub(super) fn log_in(&mut self, payload: &[u8]) -> bool {
        let (Some(greeting), Ok(login)) = (&self.greeting, Login::decode(payload)) else {
            return false;
        };
        self.dialect = Dialect::agreed(greeting, &login);
        self.logged_in = true;
        self.dialect.compression == Some(Compression::Plain)
    }

    /// What a prepared statement does.
    pub(super) fn statement(&self, id: u32) -> Option<&str> {
        self.statements.get(&id).map(String::as_str)
    }

    pub(super) fn close(&mut self, id: u32) {
        self.statements.remove(&id);
    }

    pub(super) fn reset(&mut self) {
        self.statements.clear();
        self.in_transaction = false;
    }

    /// A command has its answer; `prepares`: what it prepared.
    pub(super) fn answered(&mut self, summary: &ReplySummary, prepares: Option<String>) {
        match &summary.error {
            // the transaction is gone; other errors leave it as it was
            Some(error) if error.code == 1213 => self.in_transaction = false,
            Some(_) => {}
            None if summary.prepared.is_none() => {
                self.in_transaction = summary.status.contains(Status::IN_TRANSACTION);
            }
            None => {}
        }
        if let (Some(id), Some(operation)) = (summary.statement_id(), prepares)
            && self.statements.len() < MOST_STATEMENTS
        {
            self.statements.insert(id, operation);
        }
    }
}
