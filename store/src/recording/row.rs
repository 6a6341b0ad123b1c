//! The narrow row of an exchange, in memory and in the `exchange` table.

use reprise_wire::filter::Candidate;
use reprise_wire::{Exchange, Flags, Protocol, Timestamp};
use rusqlite::{CachedStatement, Row, params};

use crate::segment::Place;
use crate::{ConnectionId, Error, ExchangeId, OperationId, RecordingId};

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
        self.request_bytes?;
        u64::try_from(self.response_last_us?).ok()
    }

    /// From the first byte of the request to the first byte of the answer, when both were seen.
    pub fn first_byte_us(&self) -> Option<u64> {
        self.request_bytes?;
        u64::try_from(self.response_first_us?).ok()
    }

    /// Whether the recorded answer was an error: HTTP 5xx, or a MySQL ERR.
    pub const fn is_error(&self) -> bool {
        is_error(self.protocol, self.status)
    }

    /// What a filter looks at; `operation` is the text of [`Self::operation`].
    pub fn candidate<'a>(&'a self, operation: &'a str) -> Candidate<'a> {
        Candidate {
            protocol: self.protocol,
            operation,
            summary: &self.summary,
            status: self.status,
            latency_us: self.latency_us(),
            flags: self.flags,
        }
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

/// The row of an exchange whose payloads have been packed.
pub(crate) fn row_of(exchange: Exchange, filed: &Filed) -> ExchangeRow {
    let at = exchange.times.request_first;
    let since = |time: Timestamp| time.micros_since(at);
    let mut summary = exchange.summary;
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
        request_bytes: exchange.request.map(|payload| payload.wire_len),
        response_bytes: exchange.response.map(|payload| payload.wire_len),
        summary,
        request: filed.request,
        response: filed.response,
    }
}

/// The statement that [`insert`] runs.
pub(crate) const INSERT: &str = "INSERT INTO exchange (recording, id, connection, protocol, \
    operation, at_us, request_last_us, response_first_us, response_last_us, status, flags, \
    statement, request_bytes, request_kept, request_segment, request_offset, response_bytes, \
    response_kept, response_segment, response_offset, summary) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, \
    ?20, ?21)";

/// The columns that [`read`] expects, in order.
pub(crate) const COLUMNS: &str = "id, connection, protocol, operation, at_us, request_last_us, \
    response_first_us, response_last_us, status, flags, statement, request_bytes, request_kept, \
    request_segment, request_offset, response_bytes, response_kept, response_segment, \
    response_offset, summary";

pub(crate) fn insert(
    statement: &mut CachedStatement<'_>,
    recording: RecordingId,
    row: &ExchangeRow,
) -> Result<(), Error> {
    let (request, response) = (row.request, row.response);
    statement.execute(params![
        recording.0,
        row.id.0,
        row.connection.0,
        protocol_number(row.protocol),
        row.operation.0,
        row.at_us,
        row.request_last_us,
        row.response_first_us,
        row.response_last_us,
        row.status,
        row.flags.bits(),
        row.statement_id,
        row.request_bytes.map(u64::cast_signed),
        request.map(|stored| stored.kept),
        request.map(|stored| stored.place.segment),
        request.map(|stored| stored.place.offset),
        row.response_bytes.map(u64::cast_signed),
        response.map(|stored| stored.kept),
        response.map(|stored| stored.place.segment),
        response.map(|stored| stored.place.offset),
        row.summary,
    ])?;
    Ok(())
}

/// One row of a query for [`COLUMNS`].
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<ExchangeRow> {
    Ok(ExchangeRow {
        id: ExchangeId(row.get(0)?),
        connection: ConnectionId(row.get(1)?),
        protocol: protocol_numbered(row.get(2)?)?,
        operation: OperationId(row.get(3)?),
        at_us: row.get(4)?,
        request_last_us: row.get(5)?,
        response_first_us: row.get(6)?,
        response_last_us: row.get(7)?,
        status: row.get(8)?,
        flags: Flags::from_bits_retain(row.get(9)?),
        statement_id: row.get(10)?,
        request_bytes: row.get::<_, Option<i64>>(11)?.map(i64::cast_unsigned),
        request: stored(row, 12)?,
        response_bytes: row.get::<_, Option<i64>>(15)?.map(i64::cast_unsigned),
        response: stored(row, 16)?,
        summary: row.get(19)?,
    })
}

fn stored(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<Stored>> {
    let Some(kept) = row.get(first)? else {
        return Ok(None);
    };
    let place = Place {
        segment: row.get(first + 1)?,
        offset: row.get(first + 2)?,
    };
    Ok(Some(Stored { place, kept }))
}
