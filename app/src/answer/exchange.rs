//! The JSON of exchanges: one narrow object each, and one whole exchange with its bytes.

use reprise_store::ExchangeRow;
use reprise_wire::{Flags, Protocol};
use serde::Serialize;

/// `exchanges` answers one of these a line.
#[derive(Clone, Debug, Serialize)]
pub struct ExchangeAnswer {
    /// Its number in the recording, in the order exchanges completed.
    pub id: u32,
    /// Its connection's number.
    pub connection: u32,
    /// `http` or `mysql`.
    pub protocol: Protocol,
    /// When its first byte was seen, from the start of the recording; microseconds.
    pub at_us: i64,
    /// What it does, values removed.
    pub operation: String,
    /// What it asks for, in one line, redacted.
    pub request: String,
    /// HTTP status, MySQL error number or 0; null without an answer.
    pub status: Option<u16>,
    /// From the first byte of the request to the last of the answer; microseconds.
    pub latency_us: Option<u64>,
    /// Bytes of the request on the wire.
    pub request_bytes: u64,
    /// Bytes of the answer on the wire.
    pub response_bytes: u64,
    /// What is unusual about it, by name.
    pub flags: Vec<String>,
}

/// One exchange of a listing: a line of the window's table.
#[derive(Clone, Debug)]
pub struct ListedExchange {
    /// The exchange.
    pub exchange: ExchangeAnswer,
    /// From the first byte of the request to the first of the answer; microseconds.
    pub first_byte_us: Option<u64>,
    /// The client's address.
    pub client: String,
    /// The server's address.
    pub server: String,
}

/// One exchange with its request and answer as text, for reading.
#[derive(Clone, Debug, Serialize)]
pub struct ExchangeDetail {
    /// The exchange.
    pub exchange: ExchangeAnswer,
    /// The client's address.
    pub client: String,
    /// The server's address.
    pub server: String,
    /// The request, decoded for reading.
    pub request: Option<String>,
    /// The answer, decoded for reading.
    pub response: Option<String>,
}

impl ExchangeAnswer {
    /// The answer for a stored row.
    pub fn new(row: ExchangeRow, operation: String) -> Self {
        Self {
            id: row.id.0,
            connection: row.connection.0,
            protocol: row.protocol,
            at_us: row.at_us,
            operation,
            status: row.status,
            latency_us: row.latency_us(),
            request: row.summary,
            request_bytes: row.request_bytes.unwrap_or(0),
            response_bytes: row.response_bytes.unwrap_or(0),
            flags: flag_names(row.flags),
        }
    }
}

fn flag_names(flags: Flags) -> Vec<String> {
    flags
        .iter_names()
        .map(|(name, _)| name.to_ascii_lowercase())
        .collect()
}
