//! The narrow row of an exchange.

use reprise_wire::filter::Candidate;
use reprise_wire::{Exchange, Flags, Protocol, Timestamp};

use super::glance::Glance;
use crate::segment::Place;
use crate::{ConnectionId, ExchangeId, OperationId};

/// Longest stored summary, in bytes.
const SUMMARY_BYTES: usize = 256;

/// What is kept of an exchange beside its payloads. Times are microseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeRow {
    /// Its id in the recording: the order in which exchanges completed.
    pub id: ExchangeId,
    /// The connection it was on.
    pub connection: ConnectionId,
    /// What it is in.
    pub protocol: Protocol,
    /// What it does.
    pub operation: OperationId,
    /// The request's first byte (the answer's, when the request is missing), since the
    /// recording's start.
    pub at_us: i64,
    /// The request's last byte, since `at_us`.
    pub request_last_us: i64,
    /// The answer's first byte, since `at_us`; `None` without an answer.
    pub response_first_us: Option<i64>,
    /// The answer's last byte, since `at_us`; `None` without an answer.
    pub response_last_us: Option<i64>,
    /// HTTP: the status code. MySQL: 0 for success, else the error number. `None`: no answer.
    pub status: Option<u16>,
    /// What is unusual about it.
    pub flags: Flags,
    /// MySQL: the prepared-statement id that PREPARE was answered with, or that this command names.
    pub statement_id: Option<u32>,
    /// Bytes of the request on the wire; `None` when it is missing.
    pub request_bytes: Option<u64>,
    /// Bytes of the answer on the wire; `None` when it is missing.
    pub response_bytes: Option<u64>,
    /// What it asks for in one line of at most 256 bytes.
    pub summary: String,
    pub(crate) request: Option<Stored>,
    pub(crate) response: Option<Stored>,
}

/// Where the kept bytes of a payload lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) place: Place,
    /// How many bytes were kept.
    pub(crate) kept: u32,
}

impl ExchangeRow {
    /// From the first byte of the request to the last byte of the answer, when both were seen.
    pub fn latency_us(&self) -> Option<u64> {
        Glance::from(self).latency_us()
    }

    /// From the first byte of the request to the first byte of the answer, when both were seen.
    pub fn first_byte_us(&self) -> Option<u64> {
        Glance::from(self).first_byte_us()
    }

    /// Whether the recorded answer was an error: HTTP 5xx, or a MySQL ERR.
    pub const fn is_error(&self) -> bool {
        is_error(self.protocol, self.status)
    }

    /// What a filter looks at; `operation` is the text of [`Self::operation`].
    pub fn candidate<'a>(&'a self, operation: &'a str) -> Candidate<'a> {
        Glance::from(self).candidate(operation)
    }
}

/// Whether a status is an error of the server: HTTP 5xx, or a MySQL ERR.
pub(crate) const fn is_error(protocol: Protocol, status: Option<u16>) -> bool {
    match (protocol, status) {
        (_, None) => false,
        (Protocol::Http, Some(status)) => status >= 500,
        (Protocol::Mysql, Some(status)) => status != 0,
    }
}

/// The stored number of a protocol.
pub(crate) const fn protocol_number(protocol: Protocol) -> u8 {
    match protocol {
        Protocol::Http => 1,
        Protocol::Mysql => 2,
    }
}

pub(crate) fn protocol_numbered(number: i64) -> rusqlite::Result<Protocol> {
    match number {
        1 => Ok(Protocol::Http),
        2 => Ok(Protocol::Mysql),
        other => Err(rusqlite::Error::IntegralValueOutOfRange(0, other)),
    }
}

/// Where a new row comes from, beside the exchange itself.
pub(crate) struct Filed {
    pub(crate) id: ExchangeId,
    pub(crate) connection: ConnectionId,
    pub(crate) operation: OperationId,
    pub(crate) started_at: Timestamp,
    pub(crate) request: Option<Stored>,
    pub(crate) response: Option<Stored>,
}

/// The row of an exchange whose payloads have been packed; takes its summary.
pub(crate) fn row_of(exchange: &mut Exchange, filed: &Filed) -> ExchangeRow {
    let at = exchange.times.request_first;
    let since = |time: Timestamp| time.micros_since(at);
    let mut summary = std::mem::take(&mut exchange.summary);
    summary.truncate(summary.floor_char_boundary(SUMMARY_BYTES));
    ExchangeRow {
        id: filed.id,
        connection: filed.connection,
        protocol: exchange.protocol,
        operation: filed.operation,
        at_us: at.micros_since(filed.started_at),
        request_last_us: since(exchange.times.request_last),
        response_first_us: exchange.times.response_first.map(since),
        response_last_us: exchange.times.response_last.map(since),
        status: exchange.status,
        flags: exchange.flags,
        statement_id: exchange.statement_id,
        request_bytes: exchange.request.as_ref().map(|payload| payload.wire_len),
        response_bytes: exchange.response.as_ref().map(|payload| payload.wire_len),
        summary,
        request: filed.request,
        response: filed.response,
    }
}
