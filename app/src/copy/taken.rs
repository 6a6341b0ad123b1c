//! What a copy takes over: exchanges, and the connections they were on.

use std::collections::BTreeMap;

use reprise_store::{
    Connection, ConnectionEnd, ConnectionId, Messages, NewConnection, RecordedRequest,
    RecordingWriter,
};
use reprise_wire::{Exchange, ExchangeTimes, Payload, Protocol, Timestamp};

use super::at;
use super::standing::Standing;
use crate::Error;

/// A copy being written.
pub(super) struct Copying<'a> {
    writer: &'a RecordingWriter,
    /// When the copy begins.
    started_at: Timestamp,
    /// When the original began; its times count from here.
    original: Timestamp,
    connections: BTreeMap<ConnectionId, Copied>,
    messages: Messages,
    payload_bytes: u64,
}

/// A connection of the original.
struct Copied {
    connection: Connection,
    /// Its id in the copy, once it is there.
    id: Option<ConnectionId>,
    /// How it stands before its first exchange in the copy.
    standing: Option<Standing>,
    /// Whether the copy lacks exchanges that came before.
    is_cut: bool,
}

impl<'a> Copying<'a> {
    pub(super) fn new(
        writer: &'a RecordingWriter,
        started_at: Timestamp,
        original: Timestamp,
        connections: Vec<Connection>,
    ) -> Self {
        let copied = |connection: Connection| Copied {
            standing: Standing::of(&connection),
            id: None,
            is_cut: false,
            connection,
        };
        let connections = connections.into_iter();
        Self {
            writer,
            started_at,
            original,
            connections: connections.map(|one| (one.id, copied(one))).collect(),
            messages: Messages::default(),
            payload_bytes: 0,
        }
    }

    /// Adds every connection, also those without exchanges.
    pub(super) fn add_all(&mut self) -> Result<(), Error> {
        for copied in self.connections.values_mut() {
            copied.id_in(self.writer, self.original, self.started_at)?;
        }
        Ok(())
    }

    /// Copies an exchange, and its connection with the first.
    pub(super) fn take(&mut self, recorded: RecordedRequest, operation: &str) -> Result<(), Error> {
        let Some(copied) = self.connections.get_mut(&recorded.row.connection) else {
            return Ok(());
        };
        let id = copied.id_in(self.writer, self.original, self.started_at)?;
        let mut exchange = exchange(recorded, operation, self.original);
        self.count(&exchange);
        self.writer.add_exchange(id, &mut exchange)?;
        Ok(())
    }

    /// Leaves an exchange out, and keeps what it changes for those of its connection that follow.
    pub(super) fn pass(&mut self, recorded: &RecordedRequest) {
        let copied = self.connections.get_mut(&recorded.row.connection);
        let Some(copied) = copied.filter(|copied| copied.id.is_none()) else {
            return;
        };
        copied.is_cut = true;
        if let (Some(standing), Some(command)) = (&mut copied.standing, &recorded.request) {
            let reply = recorded.response.as_deref().unwrap_or_default();
            standing.follow(command, recorded.row.statement_id, reply);
        }
    }

    fn count(&mut self, exchange: &Exchange) {
        let bytes = |payload: &Option<Payload>| payload.as_ref().map_or(0, |one| one.wire_len);
        self.payload_bytes += bytes(&exchange.request) + bytes(&exchange.response);
        let asked = u64::from(exchange.request.is_some());
        let answered = u64::from(exchange.response.is_some());
        match exchange.protocol {
            Protocol::Http => {
                self.messages.http_requests += asked;
                self.messages.http_responses += answered;
            }
            Protocol::Mysql => {
                self.messages.mysql_commands += asked;
                self.messages.mysql_replies += answered;
            }
        }
    }

    /// The messages of the exchanges taken, and their bytes on the wire.
    pub(super) const fn counted(&self) -> (Messages, u64) {
        (self.messages, self.payload_bytes)
    }

    /// Says of every connection that was taken how it ended, and what it was.
    pub(super) fn end_connections(self) -> Result<(), Error> {
        for copied in self.connections.into_values() {
            let Some(id) = copied.id else { continue };
            let connection = copied.connection;
            let closed = connection.closed_us.map(|us| at(self.original, us));
            let standing = copied.standing.filter(|_| copied.is_cut);
            let session = standing.map_or(connection.mysql_session, |one| one.stored());
            let end = ConnectionEnd {
                closed,
                close: connection.close,
                spoken: connection.spoken,
                mysql_session: session,
            };
            self.writer.close_connection(id, end)?;
        }
        Ok(())
    }
}

impl Copied {
    /// Its id in the copy that begins at `started_at`, to which it is added with its first exchange there.
    fn id_in(
        &mut self,
        writer: &RecordingWriter,
        original: Timestamp,
        started_at: Timestamp,
    ) -> Result<ConnectionId, Error> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let opened = at(original, self.connection.opened_us);
        let before = opened < started_at && self.is_cut;
        let id = writer.add_connection(&NewConnection {
            client: self.connection.client,
            server: self.connection.server,
            opened: if before { started_at } else { opened },
            midstream: self.connection.midstream || before,
        })?;
        self.id = Some(id);
        Ok(id)
    }
}

/// A stored exchange as it was when it was stored; its recording began at `original`.
fn exchange(recorded: RecordedRequest, operation: &str, original: Timestamp) -> Exchange {
    let row = recorded.row;
    let first = at(original, row.at_us);
    let payload = |wire_len: Option<u64>, bytes: Option<Vec<u8>>| {
        wire_len.map(|wire_len| Payload {
            bytes: bytes.unwrap_or_default(),
            wire_len,
        })
    };
    Exchange {
        protocol: row.protocol,
        request: payload(row.request_bytes, recorded.request),
        response: payload(row.response_bytes, recorded.response),
        times: ExchangeTimes {
            request_first: first,
            request_last: at(first, row.request_last_us),
            response_first: row.response_first_us.map(|us| at(first, us)),
            response_last: row.response_last_us.map(|us| at(first, us)),
        },
        operation: operation.to_owned(),
        summary: row.summary,
        status: row.status,
        flags: row.flags,
        statement_id: row.statement_id,
    }
}
