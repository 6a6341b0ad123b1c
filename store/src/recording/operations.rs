//! Operations of a recording: their texts, counts, and how long they took when recorded.

use std::collections::hash_map::Entry;

use reprise_measure::{Digits, Histogram, MAX_OPERATIONS, Quantiles};
use reprise_wire::Protocol;
use rusqlite::{Connection, OptionalExtension, Transaction, params};
use rustc_hash::FxHashMap;

use super::row::{ExchangeRow, protocol_number, protocol_numbered};
use crate::{Error, OperationId, RecordingId, Store};

/// Texts kept apart in one recording; later ones are all [`REST`]. Traffic that has more was not
/// understood, and memory must stay bounded.
const MOST_TEXTS: usize = 20_000;

/// What operations beyond the most that are kept are called.
const REST: &str = "(other)";

/// One operation of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct OperationRow {
    /// Its id in the recording.
    pub id: OperationId,
    /// What it is in.
    pub protocol: Protocol,
    /// What it does, values removed.
    pub text: String,
    /// How many exchanges do it.
    pub exchanges: u64,
    /// How many of them were answered with an error: HTTP 5xx, MySQL ERR.
    pub errors: u64,
    /// From the request's first to the answer's last byte; all zero for the operations beyond
    /// the 500 that are measured apart.
    pub latency_us: Quantiles,
    /// From the request's first to the answer's first byte.
    pub first_byte_us: Quantiles,
}

/// How long recorded exchanges took, in microseconds.
#[derive(Clone, Debug)]
pub struct RecordedLatency {
    /// From the request's first to the answer's last byte.
    pub latency: Histogram,
    /// From the request's first to the answer's first byte: unlike the last, it does not depend
    /// on the recorded client's bandwidth.
    pub first_byte: Histogram,
}

impl RecordedLatency {
    fn new(digits: Digits) -> Self {
        Self {
            latency: Histogram::new(digits),
            first_byte: Histogram::new(digits),
        }
    }

    fn record(&mut self, row: &ExchangeRow) {
        if let Some(latency) = row.latency_us() {
            self.latency.record(latency);
        }
        if let Some(first_byte) = row.first_byte_us() {
            self.first_byte.record(first_byte);
        }
    }

    fn read(latency: Option<Vec<u8>>, first_byte: Option<Vec<u8>>) -> Option<Self> {
        Some(Self {
            latency: Histogram::from_bytes(&latency?).ok()?,
            first_byte: Histogram::from_bytes(&first_byte?).ok()?,
        })
    }
}

/// Durations of a recording's exchanges, whole and by operation.
pub(crate) struct Latencies {
    whole: RecordedLatency,
    operations: FxHashMap<OperationId, RecordedLatency>,
}

impl Latencies {
    pub(crate) fn new() -> Self {
        Self {
            whole: RecordedLatency::new(Digits::Three),
            operations: FxHashMap::default(),
        }
    }

    /// Counts one exchange.
    pub(crate) fn record(&mut self, row: &ExchangeRow) {
        self.whole.record(row);
        let room = self.operations.len() < MAX_OPERATIONS;
        match self.operations.entry(row.operation) {
            Entry::Occupied(mut known) => known.get_mut().record(row),
            Entry::Vacant(new) if room => {
                new.insert(RecordedLatency::new(Digits::Two)).record(row);
            }
            Entry::Vacant(_) => {}
        }
    }

    /// Keeps them with the recording they are of.
    pub(crate) fn write(
        &self,
        transaction: &Transaction<'_>,
        recording: RecordingId,
    ) -> Result<(), Error> {
        transaction.execute(
            "UPDATE recording SET latency = ?2, first_byte = ?3 WHERE id = ?1",
            params![
                recording.0,
                self.whole.latency.to_bytes(),
                self.whole.first_byte.to_bytes()
            ],
        )?;
        let mut statement = transaction.prepare_cached(
            "UPDATE operation SET latency = ?3, first_byte = ?4 WHERE recording = ?1 AND id = ?2",
        )?;
        for (id, of) in &self.operations {
            let blobs = (of.latency.to_bytes(), of.first_byte.to_bytes());
            statement.execute(params![recording.0, id.0, blobs.0, blobs.1])?;
        }
        Ok(())
    }
}

/// Gives every operation text its id, and counts what was added since the last commit.
#[derive(Default)]
pub(crate) struct Operations {
    ids: FxHashMap<String, OperationId>,
    mysql_ids: FxHashMap<String, OperationId>,
    next: u32,
    new: Vec<(OperationId, Protocol, String)>,
    counts: FxHashMap<OperationId, (u64, u64)>,
}

impl Operations {
    /// The id of an operation, new or known.
    pub(crate) fn intern(&mut self, protocol: Protocol, text: &str) -> OperationId {
        let full = self.next as usize >= MOST_TEXTS;
        let ids = match protocol {
            Protocol::Http => &mut self.ids,
            Protocol::Mysql => &mut self.mysql_ids,
        };
        if let Some(id) = ids.get(text) {
            return *id;
        }
        let text = if full { REST } else { text };
        if let Some(id) = ids.get(text) {
            return *id;
        }
        self.next += 1;
        let id = OperationId(self.next);
        ids.insert(text.to_owned(), id);
        self.new.push((id, protocol, text.to_owned()));
        id
    }

    /// Counts an exchange of an operation.
    pub(crate) fn count(&mut self, id: OperationId, is_error: bool) {
        let (exchanges, errors) = self.counts.entry(id).or_default();
        *exchanges += 1;
        *errors += u64::from(is_error);
    }

    /// What is new since the last call.
    pub(crate) fn take_new(&mut self) -> NewOperations {
        NewOperations {
            texts: std::mem::take(&mut self.new),
            counts: std::mem::take(&mut self.counts),
        }
    }
}

/// Texts and counts since the last commit.
pub(crate) struct NewOperations {
    texts: Vec<(OperationId, Protocol, String)>,
    counts: FxHashMap<OperationId, (u64, u64)>,
}

impl NewOperations {
    /// Adds them to the table.
    pub(crate) fn write(
        &self,
        transaction: &Transaction<'_>,
        recording: RecordingId,
    ) -> Result<(), Error> {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO operation (recording, id, protocol, text) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (id, protocol, text) in &self.texts {
            insert.execute(params![recording.0, id.0, protocol_number(*protocol), text])?;
        }
        let mut add = transaction.prepare_cached(
            "UPDATE operation SET exchanges = exchanges + ?3, errors = errors + ?4 \
             WHERE recording = ?1 AND id = ?2",
        )?;
        for (id, (exchanges, errors)) in &self.counts {
            add.execute(params![
                recording.0,
                id.0,
                exchanges.cast_signed(),
                errors.cast_signed()
            ])?;
        }
        Ok(())
    }
}

impl Store {
    /// What one operation of a recording does; `None` when it has no such operation.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn operation(
        &self,
        recording: RecordingId,
        id: OperationId,
    ) -> Result<Option<String>, Error> {
        self.read(|sql| {
            let text = sql
                .prepare_cached("SELECT text FROM operation WHERE recording = ?1 AND id = ?2")?
                .query_row(params![recording.0, id.0], |row| row.get(0))
                .optional()?;
            Ok(text)
        })
    }

    /// What the operations of a recording do, by id.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn operation_texts(
        &self,
        recording: RecordingId,
    ) -> Result<FxHashMap<OperationId, String>, Error> {
        self.read(|sql| {
            let mut statement =
                sql.prepare_cached("SELECT id, text FROM operation WHERE recording = ?1")?;
            let texts = statement.query_map([recording.0], |row| {
                Ok((OperationId(row.get(0)?), row.get(1)?))
            })?;
            Ok(texts.collect::<Result<_, _>>()?)
        })
    }

    /// The operations of a recording, most frequent first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn operations(&self, recording: RecordingId) -> Result<Vec<OperationRow>, Error> {
        let scanned = self.latencies_if_unfinished(recording)?;
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, protocol, text, exchanges, errors, latency, first_byte \
                 FROM operation WHERE recording = ?1 ORDER BY exchanges DESC, id",
            )?;
            let rows = statement.query_map([recording.0], |row| {
                let id = OperationId(row.get(0)?);
                let stored = RecordedLatency::read(row.get(5)?, row.get(6)?);
                let scanned = scanned.as_ref().and_then(|all| all.operations.get(&id));
                let of = |pick: fn(&RecordedLatency) -> &Histogram| {
                    let known = stored.as_ref().or(scanned);
                    known
                        .map(|latency| Quantiles::of(pick(latency)))
                        .unwrap_or_default()
                };
                Ok(OperationRow {
                    id,
                    protocol: protocol_numbered(row.get(1)?)?,
                    text: row.get(2)?,
                    exchanges: row.get::<_, i64>(3)?.cast_unsigned(),
                    errors: row.get::<_, i64>(4)?.cast_unsigned(),
                    latency_us: of(|latency| &latency.latency),
                    first_byte_us: of(|latency| &latency.first_byte),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// How long all exchanges of a recording took when they were recorded.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn recorded_latency(&self, recording: RecordingId) -> Result<RecordedLatency, Error> {
        if let Some(scanned) = self.latencies_if_unfinished(recording)? {
            return Ok(scanned.whole);
        }
        let stored = self.read(|connection| stored_whole(connection, recording))?;
        Ok(stored.unwrap_or_else(|| RecordedLatency::new(Digits::Three)))
    }

    /// A recording without an end (still being written, or interrupted) has no histograms yet:
    /// they are counted from its rows, page by page.
    fn latencies_if_unfinished(&self, recording: RecordingId) -> Result<Option<Latencies>, Error> {
        if self
            .read(|connection| stored_whole(connection, recording))?
            .is_some()
        {
            return Ok(None);
        }
        let mut latencies = Latencies::new();
        for row in self.all_exchanges(recording) {
            latencies.record(&row?);
        }
        Ok(Some(latencies))
    }
}

fn stored_whole(
    connection: &Connection,
    recording: RecordingId,
) -> Result<Option<RecordedLatency>, Error> {
    let row = connection
        .prepare_cached("SELECT latency, first_byte FROM recording WHERE id = ?1")?
        .query_row([recording.0], |row| {
            Ok(RecordedLatency::read(row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(row.flatten())
}

#[cfg(test)]
mod tests {
    use rustc_hash::FxHashSet;

    use super::*;

    #[test]
    fn texts_beyond_the_most_that_are_kept_share_one_operation_per_protocol() {
        let mut operations = Operations::default();
        for number in 0..MOST_TEXTS {
            operations.intern(Protocol::Http, &format!("GET /{number}"));
        }
        let first = operations.intern(Protocol::Http, "GET /one-more");
        assert_eq!(operations.intern(Protocol::Http, "GET /another"), first);
        assert_ne!(operations.intern(Protocol::Mysql, "SELECT ?"), first);
        assert_eq!(operations.intern(Protocol::Http, "GET /0"), OperationId(1));
        let texts: FxHashSet<_> = operations
            .take_new()
            .texts
            .into_iter()
            .map(|t| t.2)
            .collect();
        assert!(texts.contains(REST));
        assert_eq!(texts.len(), MOST_TEXTS + 1);
    }

    #[test]
    fn the_same_text_in_another_protocol_is_another_operation() {
        let mut operations = Operations::default();
        let http = operations.intern(Protocol::Http, "x");
        assert_ne!(operations.intern(Protocol::Mysql, "x"), http);
        assert_eq!(operations.intern(Protocol::Http, "x"), http);
    }
}
