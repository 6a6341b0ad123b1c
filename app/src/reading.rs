//! One exchange taken apart for reading: heads as fields, content decoded, statements with their parameters, rows as
//! texts. Whatever is long is cut here and said to be; all bytes are read a piece at a time (`bytes`).

mod bytes;
mod http;
mod mysql;
mod prepared;

use reprise_store::{Connection, ExchangeId, ExchangeRow, Recording};
use reprise_wire::mysql::Session;
use reprise_wire::{Payload, Protocol};

use crate::answer::{ExchangeAnswer, ListedExchange};
use crate::{Error, Library};

pub use bytes::{BytesOf, PieceOfBytes};
pub use http::{Content, HttpField, HttpMessage};
pub use mysql::{Command, CommandParameter, ReadColumn, Reply, ReplyResult};

/// An exchange taken apart.
#[derive(Debug)]
pub struct Reading {
    /// The exchange.
    pub listed: ListedExchange,
    /// From the request's first byte to its last; microseconds.
    pub request_last_us: i64,
    /// The connection: when it opened since the recording's start, and how it ended.
    pub connection: Option<Connection>,
    /// The request; `None` when it is missing.
    pub request: Option<ExchangeSide>,
    /// The answer; `None` when there is none.
    pub answer: Option<ExchangeSide>,
}

/// A request or an answer.
#[derive(Debug)]
pub struct ExchangeSide {
    /// Bytes that are kept of it.
    pub kept_bytes: u64,
    /// Bytes it had on the wire.
    pub wire_bytes: u64,
    /// What it is.
    pub kind: SideKind,
}

/// What a request or an answer is.
#[derive(Debug)]
pub enum SideKind {
    /// A message of HTTP.
    Http(HttpMessage),
    /// A command of MySQL.
    Command(Command),
    /// A reply of MySQL.
    Reply(Reply),
    /// Bytes that do not read as what they should be.
    Unreadable,
}

impl Library {
    /// One exchange, taken apart.
    ///
    /// # Errors
    /// When there is no such recording or exchange, or the file cannot be read.
    pub fn reading(&self, name: &str, id: u32) -> Result<Reading, Error> {
        let recording = self.store.recording(name)?;
        let row = self.stored_row(&recording, id)?;
        let connection = self.store.connection(recording.id, row.connection)?;
        let operation = self.store.operation(recording.id, row.operation)?;
        let payloads = self.store.payloads(recording.id, row.id)?;
        let (request, answer) = match row.protocol {
            Protocol::Http => (
                payloads.request.as_ref().map(http_side),
                payloads.response.as_ref().map(http_side),
            ),
            Protocol::Mysql => {
                let session = connection.as_ref().and_then(session_of);
                let prepared = self.prepared(&recording, &row, &payloads, session.as_ref())?;
                let dialect = session.map(|session| session.dialect()).unwrap_or_default();
                let command = payloads.request.as_ref();
                let command_bytes = command.map_or(&[][..], |payload| &payload.bytes);
                (
                    command.map(|payload| {
                        let read = mysql::command(&payload.bytes, &row, &prepared, &dialect);
                        side(payload, SideKind::Command(read))
                    }),
                    payloads.response.as_ref().map(|payload| {
                        let read = mysql::reply(command_bytes, &payload.bytes, &prepared, &dialect);
                        side(payload, SideKind::Reply(read))
                    }),
                )
            }
        };
        let (client, server) = connection.as_ref().map_or_else(Default::default, |one| {
            (one.client.to_string(), one.server.to_string())
        });
        Ok(Reading {
            request_last_us: row.request_last_us,
            listed: ListedExchange {
                first_byte_us: row.first_byte_us(),
                exchange: ExchangeAnswer::new(row, operation.unwrap_or_default()),
                client,
                server,
            },
            connection,
            request,
            answer,
        })
    }

    /// The row of an exchange.
    pub(crate) fn stored_row(&self, recording: &Recording, id: u32) -> Result<ExchangeRow, Error> {
        self.store
            .exchange(recording.id, ExchangeId(id))?
            .ok_or_else(|| {
                let name = &recording.name;
                Error::Usage(format!(
                    "{name} has no exchange {id}; `reprise exchanges {name}` lists them"
                ))
            })
    }
}

fn http_side(payload: &Payload) -> ExchangeSide {
    let kind = http::message(&payload.bytes).map_or(SideKind::Unreadable, SideKind::Http);
    side(payload, kind)
}

fn side(payload: &Payload, kind: SideKind) -> ExchangeSide {
    ExchangeSide {
        kept_bytes: payload.bytes.len() as u64,
        wire_bytes: payload.wire_len,
        kind,
    }
}

fn session_of(connection: &Connection) -> Option<Session> {
    serde_json::from_value(connection.mysql_session.clone()?).ok()
}

/// A text of at most so many bytes, cut between characters, and whether it was cut.
fn shortened(bytes: &[u8], most: usize) -> (String, bool) {
    let cut = bytes.len() > most;
    let kept = bytes.get(..most).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(kept).into_owned();
    if cut && text.ends_with(char::REPLACEMENT_CHARACTER) {
        text.pop();
    }
    (text, cut)
}

#[cfg(test)]
mod tests;
