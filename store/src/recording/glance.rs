//! An exchange as it is read past: what a filter or an order looks at, its text still in the block it was read from.

use reprise_wire::filter::Candidate;
use reprise_wire::{Flags, Protocol};

use super::row::ExchangeRow;
use crate::{ConnectionId, ExchangeId, OperationId};

/// What is kept of an exchange beside its payloads and where they lie; the fields are those of [`ExchangeRow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glance<'a> {
    /// Its id in the recording: the order in which exchanges completed.
    pub id: ExchangeId,
    /// The connection it was on.
    pub connection: ConnectionId,
    /// What it is in.
    pub protocol: Protocol,
    /// What it does.
    pub operation: OperationId,
    /// When it began, microseconds since the recording's start.
    pub at_us: i64,
    /// The request's last byte, microseconds since `at_us`.
    pub request_last_us: i64,
    /// The answer's first byte, microseconds since `at_us`; `None` without an answer.
    pub response_first_us: Option<i64>,
    /// The answer's last byte, microseconds since `at_us`; `None` without an answer.
    pub response_last_us: Option<i64>,
    /// HTTP: the status code. MySQL: 0 for success, else the error number. `None`: no answer.
    pub status: Option<u16>,
    /// What is unusual about it.
    pub flags: Flags,
    /// Bytes of the request on the wire; `None` when it is missing.
    pub request_bytes: Option<u64>,
    /// Bytes of the answer on the wire; `None` when it is missing.
    pub response_bytes: Option<u64>,
    /// What it asks for in one line.
    pub summary: &'a str,
}

impl<'a> Glance<'a> {
    /// From the first byte of the request to the last byte of the answer, when both were seen.
    pub fn latency_us(&self) -> Option<u64> {
        self.request_bytes?;
        u64::try_from(self.response_last_us?).ok()
    }

    /// From the first byte of the request to the first byte of the answer, when both were seen.
    pub fn first_byte_us(&self) -> Option<u64> {
        self.request_bytes?;
        u64::try_from(self.response_first_us?).ok()
    }

    /// What a filter looks at; `operation` is the text of [`Self::operation`].
    pub fn candidate(&self, operation: &'a str) -> Candidate<'a> {
        Candidate {
            protocol: self.protocol,
            operation,
            summary: self.summary,
            status: self.status,
            latency_us: self.latency_us(),
            request_bytes: self.request_bytes,
            response_bytes: self.response_bytes,
            connection: Some(self.connection.0),
            flags: self.flags,
        }
    }
}

impl<'a> From<&'a ExchangeRow> for Glance<'a> {
    fn from(row: &'a ExchangeRow) -> Self {
        Self {
            id: row.id,
            connection: row.connection,
            protocol: row.protocol,
            operation: row.operation,
            at_us: row.at_us,
            request_last_us: row.request_last_us,
            response_first_us: row.response_first_us,
            response_last_us: row.response_last_us,
            status: row.status,
            flags: row.flags,
            request_bytes: row.request_bytes,
            response_bytes: row.response_bytes,
            summary: &row.summary,
        }
    }
}
