//! What a MySQL connection has agreed on and where it stands, learned from both sides.

use std::collections::HashMap;

use reprise_wire::mysql::{
    Capabilities, Compression, Dialect, Greeting, HEADER_LEN, Login, ReplySummary, Status,
};

use super::framer::header;
use super::uneven_tls::{self, UnevenTls};
use crate::proxy::tls::Upgrade;

/// So many prepared statements of one connection are known by what they do.
const MOST_STATEMENTS: usize = 16_384;

/// A server's first packet is never longer.
const LONGEST_GREETING: usize = 4096;

/// One connection.
#[derive(Debug, Default)]
pub(super) struct MysqlSession {
    /// The server's first bytes, until they are a greeting.
    opening: Vec<u8>,
    /// They have been passed on, whatever they were.
    is_greeted: bool,
    greeting: Option<Greeting>,
    pub(super) dialect: Dialect,
    /// The client has logged in, or tries to.
    pub(super) logged_in: bool,
    pub(super) in_transaction: bool,
    /// The server waits for a file: what the client says is that file.
    pub(super) in_file: bool,
    statements: HashMap<u32, String>,
    /// Where only one side speaks TLS, until the login is over.
    uneven: UnevenTls,
}

impl MysqlSession {
    /// The server has said this while nothing was asked; what the client is told of it now.
    pub(super) fn greeted(&mut self, bytes: &[u8], upgrade: Upgrade) -> Vec<u8> {
        if self.greeting.is_some() || self.is_greeted || self.opening.len() > LONGEST_GREETING {
            return bytes.to_vec();
        }
        self.opening.extend_from_slice(bytes);
        let payload = self.opening.get(HEADER_LEN..).unwrap_or_default();
        let greeting = Greeting::decode(payload).ok();
        if upgrade == Upgrade::Never {
            self.greeting = greeting;
            return bytes.to_vec();
        }
        let is_whole = header(&self.opening).is_some_and(|(length, _)| payload.len() >= length);
        if !is_whole && self.opening.len() <= LONGEST_GREETING {
            return Vec::new();
        }
        self.is_greeted = true;
        self.greeting = greeting;
        let mut told = self.opening.clone();
        if self.greeting.is_some() {
            uneven_tls::offer(&mut told, upgrade);
        }
        told
    }

    /// What was held of a greeting that does not go on.
    pub(super) fn held_greeting(&mut self, upgrade: Upgrade) -> Vec<u8> {
        match upgrade == Upgrade::Never || self.is_greeted {
            true => Vec::new(),
            false => std::mem::take(&mut self.opening),
        }
    }

    /// A client that asks for TLS gets it. Whether the server is asked, too.
    pub(super) fn client_upgrades(&mut self) -> bool {
        let greeting = self.greeting.as_ref();
        let offered =
            greeting.is_some_and(|greeting| greeting.capabilities.contains(Capabilities::SSL));
        if !offered {
            self.uneven = UnevenTls::WithClient;
        }
        offered
    }

    /// The server is asked for TLS before a client's login is passed on: how that is said.
    pub(super) fn server_upgrades(&mut self, login: &[u8]) -> Vec<u8> {
        self.uneven = UnevenTls::WithServer;
        uneven_tls::request(login)
    }

    /// Makes a client's login what the server expects.
    pub(super) fn log_in_for_server(&self, login: &mut [u8]) {
        self.uneven.log_in(login);
        self.uneven.number_for_server(login);
    }

    /// Numbers a client's packet as the server expects it.
    pub(super) fn number_for_server(&self, packet: &mut [u8]) {
        self.uneven.number_for_server(packet);
    }

    /// Numbers a server's packet as the client expects it.
    pub(super) fn number_for_client(&self, packet: &mut [u8]) {
        self.uneven.number_for_client(packet);
    }

    /// Whether packets are numbered differently on both sides.
    pub(super) fn is_uneven(&self) -> bool {
        self.uneven != UnevenTls::No
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
        // each command is numbered from 0 again
        self.uneven = UnevenTls::No;
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
