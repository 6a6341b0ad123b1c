//! Reading recordings: lists, connections, one exchange's payloads, the rate.

use reprise_wire::{Payload, Timestamp};
use rusqlite::{Connection as Sql, OptionalExtension, Row, params};

use super::batch::key;
use super::row::Stored;
use super::{ByteCounts, Connection, ExchangeCounts, Recording, RecordingState, close_named};
use crate::remarks::remarks_of;
use crate::writer_life::{is_alive, now_ms};
use crate::{ConnectionId, Error, ExchangeId, RecordingId, Store, segment};

/// Rows read in one transaction.
const PAGE: u32 = 1_000;

/// The two payloads of an exchange; `None` when missing from the recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payloads {
    /// The request.
    pub request: Option<Payload>,
    /// The answer.
    pub response: Option<Payload>,
}

/// Exchanges that began within one interval of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatePoint {
    /// When the interval begins, in milliseconds since the recording's start.
    pub start_ms: i64,
    /// How many exchanges began in it.
    pub exchanges: u64,
    /// How many of them were answered with an error: HTTP 5xx, MySQL ERR.
    pub errors: u64,
    /// How many of them are MySQL; `None` in recordings of a format before 4.
    pub mysql: Option<u64>,
}

impl Store {
    /// All recordings but those in the bin, newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn recordings(&self) -> Result<Vec<Recording>, Error> {
        self.read(|sql| {
            let mut statement = sql.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM recording WHERE deleted_at_ms IS NULL ORDER BY id DESC"
            ))?;
            let rows = statement.query_map([], recording_of)?;
            rows.map(|row| row?).collect()
        })
    }

    /// The recording of that name.
    ///
    /// # Errors
    /// There is none, or the file cannot be read.
    pub fn recording(&self, name: &str) -> Result<Recording, Error> {
        self.read(|sql| {
            let row = sql
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM recording WHERE name = ?1 AND deleted_at_ms IS NULL"
                ))?
                .query_row([name], recording_of)
                .optional()?;
            row.unwrap_or_else(|| Err(unknown(name)))
        })
    }

    /// The recording with that id, be it in the bin.
    ///
    /// # Errors
    /// There is none, or the file cannot be read.
    pub fn recording_by_id(&self, id: RecordingId) -> Result<Recording, Error> {
        self.read(|sql| {
            let row = sql
                .prepare_cached(&format!("SELECT {COLUMNS} FROM recording WHERE id = ?1"))?
                .query_row([id.0], recording_of)
                .optional()?;
            row.unwrap_or_else(|| Err(unknown(&id.to_string())))
        })
    }

    /// The connections of a recording, in the order they were added.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn connections(&self, recording: RecordingId) -> Result<Vec<Connection>, Error> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |last: &Connection| last.id.0);
            let page = self.read(|sql| connection_page(sql, recording, after))?;
            let full = page.len() == PAGE as usize;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    /// One connection of a recording; `None` when it has no such connection.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn connection(
        &self,
        recording: RecordingId,
        id: ConnectionId,
    ) -> Result<Option<Connection>, Error> {
        self.read(|sql| {
            let connection = sql
                .prepare_cached(&format!(
                    "SELECT {CONNECTION_COLUMNS} FROM connection WHERE recording = ?1 AND id = ?2"
                ))?
                .query_row(params![recording.0, id.0], connection_of)
                .optional()?;
            Ok(connection)
        })
    }

    /// Both payloads of one exchange.
    ///
    /// # Errors
    /// There is no such exchange, or the file cannot be read.
    pub fn payloads(&self, recording: RecordingId, id: ExchangeId) -> Result<Payloads, Error> {
        let row = self.exchange(recording, id)?;
        let row = row.ok_or_else(|| Error::Unknown {
            kind: "exchange",
            name: id.to_string(),
        })?;
        self.read(|sql| {
            let payload = |table, stored: Option<Stored>, wire_len: Option<u64>| {
                let Some((stored, wire_len)) = stored.zip(wire_len) else {
                    return Ok(None);
                };
                if stored.kept == 0 {
                    return Ok(Some(Payload {
                        bytes: Vec::new(),
                        wire_len,
                    }));
                }
                let segment = segment(sql, table, recording, stored.place.segment)?;
                let bytes = cut(&segment, stored)
                    .ok_or_else(|| self.damaged())?
                    .to_vec();
                Ok::<_, Error>(Some(Payload { bytes, wire_len }))
            };
            Ok(Payloads {
                request: payload(REQUESTS, row.request, row.request_bytes)?,
                response: payload(RESPONSES, row.response, row.response_bytes)?,
            })
        })
    }

    /// How many exchanges began in each interval of `bucket_ms`, rounded up to whole seconds;
    /// intervals without any are left out.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn rate(&self, recording: RecordingId, bucket_ms: u64) -> Result<Vec<RatePoint>, Error> {
        let seconds = i64::try_from(bucket_ms.div_ceil(1_000))
            .unwrap_or(i64::MAX)
            .max(1);
        self.read(|sql| {
            // `second - mod` rounds towards minus infinity, for exchanges before the start too.
            let mut statement = sql.prepare_cached(
                "SELECT second - ((second % ?2) + ?2) % ?2 AS bucket, sum(exchanges), sum(errors), \
                 iif(count(mysql) = count(*), sum(mysql), NULL) \
                 FROM rate WHERE recording = ?1 GROUP BY bucket ORDER BY bucket",
            )?;
            let points = statement.query_map(params![recording.0, seconds], |row| {
                Ok(RatePoint {
                    start_ms: row.get::<_, i64>(0)?.saturating_mul(1_000),
                    exchanges: row.get::<_, i64>(1)?.cast_unsigned(),
                    errors: row.get::<_, i64>(2)?.cast_unsigned(),
                    mysql: row.get::<_, Option<i64>>(3)?.map(i64::cast_unsigned),
                })
            })?;
            Ok(points.collect::<Result<_, _>>()?)
        })
    }

    /// The error for content that contradicts itself.
    pub(crate) fn damaged(&self) -> Error {
        Error::Damaged(self.path().to_path_buf())
    }
}

/// The table of request segments.
pub(crate) const REQUESTS: &str = "request_segment";
/// The table of answer segments.
pub(crate) const RESPONSES: &str = "response_segment";

/// The unpacked bytes of one segment; empty when it is missing or no blob of ours.
pub(crate) fn segment(
    sql: &Sql,
    table: &'static str,
    recording: RecordingId,
    number: u32,
) -> Result<Vec<u8>, Error> {
    let unpacked = sql
        .prepare_cached(&format!("SELECT length, data FROM {table} WHERE id = ?1"))?
        .query_row([key(recording.0, number)], |row| {
            let length = usize::try_from(row.get::<_, i64>(0)?).unwrap_or(usize::MAX);
            Ok(segment::unpack(row.get_ref(1)?.as_blob()?, length))
        })
        .optional()?;
    Ok(unpacked.flatten().unwrap_or_default())
}

/// A payload's bytes within its segment.
pub(crate) fn cut(segment: &[u8], stored: Stored) -> Option<&[u8]> {
    segment
        .get(stored.place.offset as usize..)?
        .get(..stored.kept as usize)
}

fn unknown(name: &str) -> Error {
    Error::Unknown {
        kind: "recording",
        name: name.to_owned(),
    }
}

const COLUMNS: &str = "id, name, source, complete, writer, written_at_ms, started_at_ns, \
    duration_us, connections, http_exchanges, mysql_exchanges, captured_bytes, stored_bytes, \
    messages, loss, redacted, raw, note, tags";

fn recording_of(row: &Row<'_>) -> rusqlite::Result<Result<Recording, Error>> {
    let writer: Option<String> = row.get(4)?;
    let state = match row.get(3)? {
        true => RecordingState::Complete,
        false if is_alive(writer.as_deref(), row.get(5)?, now_ms()) => RecordingState::Recording,
        false => RecordingState::Interrupted,
    };
    let count = |column| row.get::<_, i64>(column).map(i64::cast_unsigned);
    let recording = Recording {
        id: RecordingId(row.get(0)?),
        name: row.get(1)?,
        source: row.get(2)?,
        state,
        started_at: Timestamp::from_nanos(row.get(6)?),
        duration_ms: count(7)? / 1_000,
        connections: count(8)?,
        exchanges: ExchangeCounts {
            http: count(9)?,
            mysql: count(10)?,
        },
        bytes: ByteCounts {
            captured: count(11)?,
            stored: count(12)?,
        },
        messages: super::Messages::default(),
        loss: super::Ledger::default(),
        redacted: std::collections::BTreeMap::new(),
        raw: row.get(16)?,
        remarks: remarks_of(row, 17)?,
    };
    let (messages, loss, redacted) = (row.get_ref(13)?, row.get_ref(14)?, row.get_ref(15)?);
    let (messages, loss, redacted) = (messages.as_str()?, loss.as_str()?, redacted.as_str()?);
    Ok((|| {
        Ok(Recording {
            messages: serde_json::from_str(messages)?,
            loss: serde_json::from_str(loss)?,
            redacted: serde_json::from_str(redacted)?,
            ..recording
        })
    })())
}

fn connection_page(
    sql: &Sql,
    recording: RecordingId,
    after: u32,
) -> Result<Vec<Connection>, Error> {
    let mut statement = sql.prepare_cached(&format!(
        "SELECT {CONNECTION_COLUMNS} FROM connection \
         WHERE recording = ?1 AND id > ?2 ORDER BY id LIMIT ?3"
    ))?;
    let rows = statement.query_map(params![recording.0, after, PAGE], connection_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The columns that [`connection_of`] reads.
const CONNECTION_COLUMNS: &str =
    "id, client, server, opened_us, closed_us, close, midstream, spoken, mysql_session";

fn connection_of(row: &Row<'_>) -> rusqlite::Result<Connection> {
    let address = |column: usize| {
        let text = row.get_ref(column)?.as_str()?;
        text.parse().map_err(|error| {
            rusqlite::Error::FromSqlConversionFailure(
                column,
                rusqlite::types::Type::Text,
                Box::<std::net::AddrParseError>::new(error),
            )
        })
    };
    let close: Option<String> = row.get(5)?;
    let session: Option<String> = row.get(8)?;
    Ok(Connection {
        id: ConnectionId(row.get(0)?),
        client: address(1)?,
        server: address(2)?,
        opened_us: row.get(3)?,
        closed_us: row.get(4)?,
        close: close.as_deref().and_then(close_named),
        midstream: row.get(6)?,
        spoken: row.get(7)?,
        mysql_session: session.and_then(|json| serde_json::from_str(&json).ok()),
    })
}
