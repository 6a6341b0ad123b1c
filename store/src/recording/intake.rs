//! Where a recording's rows and payloads gather between two commits. The recording's owner adds and
//! compresses; the writer thread takes all, closing the open segments, so that rows and the
//! segments they point into are committed together.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use reprise_wire::{Exchange, Payload, Protocol, Timestamp};
use rusqlite::{Transaction, params};
use rustc_hash::FxHashMap;

use super::operations::{Latencies, NewOperations, Operations};
use super::row::{self, ExchangeRow, Filed, Stored};
use super::servers::Servers;
use super::{ByteCounts, ConnectionEnd, ExchangeCounts, NewConnection, Totals, close_name};
use crate::segment::{ClosedSegment, Packer, Segments};
use crate::writer::Intake;
use crate::writer_life::{HEARTBEAT_MS, now_ms, this_process};
use crate::{ConnectionId, Error, ExchangeId, RecordingId};

/// Above this many rows or bytes a commit is due before the second is over.
const HURRY_ROWS: usize = 8_192;
const HURRY_BYTES: usize = 8 * 1024 * 1024;

/// Above this many rows or bytes whoever adds has to wait for the disk.
const FULL_ROWS: usize = 65_536;
const FULL_BYTES: usize = 64 * 1024 * 1024;

/// An estimate of what a row takes beside its summary.
const ROW_BYTES: u64 = 80;

/// A recording that is being written.
pub(crate) struct RecordingIntake {
    id: RecordingId,
    started_at: Timestamp,
    gathering: Mutex<Gathering>,
    /// Told after each commit.
    taken: Condvar,
}

struct Gathering {
    packer: Packer,
    requests: Segments,
    responses: Segments,
    operations: Operations,
    servers: Servers,
    latencies: Latencies,
    connections: u32,
    exchanges: u32,
    counts: ExchangeCounts,
    bytes: ByteCounts,
    last_us: i64,
    batch: Batch,
    hurried: bool,
    written_at_ms: i64,
    end: End,
    failed: Option<Arc<Error>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// More will come.
    Open,
    /// The next commit is the last.
    Asked { complete: bool },
    /// The last commit has been written.
    Written,
}

/// What the next commit writes.
#[derive(Default)]
struct Batch {
    opened: Vec<(ConnectionId, NewConnection)>,
    ended: Vec<(ConnectionId, ConnectionEnd)>,
    rows: Vec<ExchangeRow>,
    seconds: FxHashMap<i64, (u64, u64)>,
    totals: Option<Totals>,
}

/// A batch with what is taken along at commit.
struct Taken {
    batch: Batch,
    requests: Vec<ClosedSegment>,
    responses: Vec<ClosedSegment>,
    operations: NewOperations,
    servers: Vec<String>,
}

impl RecordingIntake {
    pub(crate) fn new(id: RecordingId, started_at: Timestamp) -> Result<Self, Error> {
        let gathering = Gathering {
            packer: Packer::new()?,
            requests: Segments::new(),
            responses: Segments::new(),
            operations: Operations::default(),
            servers: Servers::default(),
            latencies: Latencies::new(),
            connections: 0,
            exchanges: 0,
            counts: ExchangeCounts::default(),
            bytes: ByteCounts::default(),
            last_us: 0,
            batch: Batch::default(),
            hurried: false,
            written_at_ms: now_ms(),
            end: End::Open,
            failed: None,
        };
        Ok(Self {
            id,
            started_at,
            gathering: Mutex::new(gathering),
            taken: Condvar::new(),
        })
    }

    pub(crate) fn add_connection(&self, new: NewConnection) -> Result<ConnectionId, Error> {
        let mut gathering = self.ready()?;
        let next = gathering
            .connections
            .checked_add(1)
            .ok_or(Error::Full("connections"))?;
        gathering.connections = next;
        gathering.servers.add_address(new.server.ip());
        gathering.batch.opened.push((ConnectionId(next), new));
        Ok(ConnectionId(next))
    }

    pub(crate) fn end_connection(&self, id: ConnectionId, end: ConnectionEnd) -> Result<(), Error> {
        self.ready()?.batch.ended.push((id, end));
        Ok(())
    }

    pub(crate) fn set_totals(&self, totals: Totals) -> Result<(), Error> {
        self.ready()?.batch.totals = Some(totals);
        Ok(())
    }

    /// Adds one exchange. True when a commit is now due and has not been asked for.
    pub(crate) fn add(
        &self,
        connection: ConnectionId,
        exchange: Exchange,
    ) -> Result<(ExchangeId, bool), Error> {
        let mut gathering = self.ready()?;
        let id = gathering.add(connection, exchange, self.started_at)?;
        let due = gathering.holds(HURRY_ROWS, HURRY_BYTES) && !gathering.hurried;
        gathering.hurried |= due;
        Ok((id, due))
    }

    /// Makes the next commit the last one.
    pub(crate) fn end(&self, complete: bool) -> Result<(), Error> {
        let mut gathering = self.lock();
        if gathering.end == End::Open {
            gathering.end = End::Asked { complete };
        }
        failure(&gathering)
    }

    /// The error that stopped it, if one did.
    pub(crate) fn failure(&self) -> Result<(), Error> {
        failure(&self.lock())
    }

    /// Waits while it is full; fails when it has failed.
    fn ready(&self) -> Result<MutexGuard<'_, Gathering>, Error> {
        let mut gathering = self.lock();
        while gathering.failed.is_none() && gathering.holds(FULL_ROWS, FULL_BYTES) {
            gathering = self
                .taken
                .wait(gathering)
                .unwrap_or_else(PoisonError::into_inner);
        }
        failure(&gathering)?;
        Ok(gathering)
    }

    fn lock(&self) -> MutexGuard<'_, Gathering> {
        // A panic in a caller's thread cannot leave it half changed in a way that matters: ids
        // only grow, and what was pushed stays.
        self.gathering
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn failure(gathering: &Gathering) -> Result<(), Error> {
    gathering
        .failed
        .clone()
        .map_or(Ok(()), |error| Err(Error::Earlier(error)))
}

impl Gathering {
    fn add(
        &mut self,
        connection: ConnectionId,
        exchange: Exchange,
        started_at: Timestamp,
    ) -> Result<ExchangeId, Error> {
        self.exchanges = self
            .exchanges
            .checked_add(1)
            .ok_or(Error::Full("exchanges"))?;
        let filed = Filed {
            id: ExchangeId(self.exchanges),
            connection,
            operation: self
                .operations
                .intern(exchange.protocol, &exchange.operation),
            started_at,
            request: keep(
                &mut self.requests,
                exchange.request.as_ref(),
                &mut self.packer,
            )?,
            response: keep(
                &mut self.responses,
                exchange.response.as_ref(),
                &mut self.packer,
            )?,
        };
        match exchange.protocol {
            Protocol::Http => self.counts.http += 1,
            Protocol::Mysql => self.counts.mysql += 1,
        }
        if let (Protocol::Http, Some(request)) = (exchange.protocol, &exchange.request) {
            self.servers.add_http_request(&request.bytes);
        }
        let row = row::row_of(exchange, &filed);
        self.operations.count(row.operation, row.is_error());
        self.latencies.record(&row);
        let second = self
            .batch
            .seconds
            .entry(row.at_us.div_euclid(1_000_000))
            .or_default();
        second.0 += 1;
        second.1 += u64::from(row.is_error());
        let last = row.response_last_us.unwrap_or(0).max(row.request_last_us);
        self.last_us = self.last_us.max(row.at_us.saturating_add(last));
        self.bytes.stored += ROW_BYTES + row.summary.len() as u64;
        self.batch.rows.push(row);
        Ok(filed.id)
    }

    const fn holds(&self, rows: usize, bytes: usize) -> bool {
        self.batch.rows.len() >= rows
            || self.requests.held_bytes() + self.responses.held_bytes() >= bytes
    }

    /// Takes all, with the open segments closed.
    fn take(&mut self) -> Result<Taken, Error> {
        self.hurried = false;
        self.requests.close(&mut self.packer)?;
        self.responses.close(&mut self.packer)?;
        let taken = Taken {
            batch: std::mem::take(&mut self.batch),
            requests: self.requests.take_closed(),
            responses: self.responses.take_closed(),
            operations: self.operations.take_new(),
            servers: self.servers.take_new(),
        };
        let blobs = taken
            .requests
            .iter()
            .chain(&taken.responses)
            .map(|s| s.blob.len() as u64);
        self.bytes.stored += blobs.sum::<u64>();
        Ok(taken)
    }
}

fn keep(
    segments: &mut Segments,
    payload: Option<&Payload>,
    packer: &mut Packer,
) -> Result<Option<Stored>, Error> {
    let Some(payload) = payload else {
        return Ok(None);
    };
    let kept = u32::try_from(payload.bytes.len()).map_err(|_| Error::Full("bytes"))?;
    Ok(Some(Stored {
        place: segments.append(&payload.bytes, packer)?,
        kept,
    }))
}

impl Intake for RecordingIntake {
    fn write(&self, transaction: &Transaction<'_>) -> Result<(), Error> {
        let mut gathering = self.lock();
        if gathering.failed.is_some() {
            return Ok(());
        }
        let end = gathering.end;
        let idle = gathering.batch.is_empty() && end == End::Open;
        let now = now_ms();
        if idle && now - gathering.written_at_ms < HEARTBEAT_MS {
            return Ok(());
        }
        gathering.written_at_ms = now;
        let taken = gathering.take()?;
        let progress = Progress {
            connections: gathering.connections,
            counts: gathering.counts,
            stored_bytes: gathering.bytes.stored,
            last_us: gathering.last_us,
            now,
        };
        drop(gathering);
        taken.write(transaction, self.id, self.started_at)?;
        progress.write(transaction, self.id)?;
        if let End::Asked { complete } = end {
            self.lock().latencies.write(transaction, self.id)?;
            transaction.execute(
                "UPDATE recording SET complete = ?2, writer = NULL WHERE id = ?1",
                params![self.id.0, complete],
            )?;
            self.lock().end = End::Written;
        }
        Ok(())
    }

    fn committed(&self, outcome: Result<(), Arc<Error>>) {
        let mut gathering = self.lock();
        if let Err(error) = outcome {
            gathering.failed.get_or_insert(error);
            gathering.batch = Batch::default();
        }
        drop(gathering);
        self.taken.notify_all();
    }

    fn ended(&self) -> bool {
        let gathering = self.lock();
        gathering.end == End::Written || gathering.failed.is_some()
    }
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.opened.is_empty()
            && self.ended.is_empty()
            && self.rows.is_empty()
            && self.totals.is_none()
    }
}

impl Taken {
    fn write(
        &self,
        transaction: &Transaction<'_>,
        id: RecordingId,
        started_at: Timestamp,
    ) -> Result<(), Error> {
        self.write_connections(transaction, id, started_at)?;
        insert_segments(transaction, "request_segment", id, &self.requests)?;
        insert_segments(transaction, "response_segment", id, &self.responses)?;
        self.operations.write(transaction, id)?;
        let mut insert = transaction.prepare_cached(row::INSERT)?;
        for row in &self.batch.rows {
            row::insert(&mut insert, id, row)?;
        }
        let mut add = transaction.prepare_cached(
            "INSERT INTO rate (recording, second, exchanges, errors) VALUES (?1, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET exchanges = exchanges + excluded.exchanges, \
             errors = errors + excluded.errors",
        )?;
        for (second, (exchanges, errors)) in &self.batch.seconds {
            add.execute(params![
                id.0,
                second,
                exchanges.cast_signed(),
                errors.cast_signed()
            ])?;
        }
        let mut server = transaction
            .prepare_cached("INSERT OR IGNORE INTO server (recording, host) VALUES (?1, ?2)")?;
        for host in &self.servers {
            server.execute(params![id.0, host])?;
        }
        if let Some(totals) = &self.batch.totals {
            write_totals(transaction, id, started_at, totals)?;
        }
        Ok(())
    }

    fn write_connections(
        &self,
        transaction: &Transaction<'_>,
        id: RecordingId,
        started_at: Timestamp,
    ) -> Result<(), Error> {
        let mut open = transaction.prepare_cached(
            "INSERT INTO connection (recording, id, client, server, opened_us, midstream) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for (number, new) in &self.batch.opened {
            open.execute(params![
                id.0,
                number.0,
                new.client.to_string(),
                new.server.to_string(),
                new.opened.micros_since(started_at),
                new.midstream,
            ])?;
        }
        let mut close = transaction.prepare_cached(
            "UPDATE connection SET closed_us = ?3, close = ?4, spoken = ?5, mysql_session = ?6 \
             WHERE recording = ?1 AND id = ?2",
        )?;
        for (number, end) in &self.batch.ended {
            close.execute(params![
                id.0,
                number.0,
                end.closed.map(|at| at.micros_since(started_at)),
                end.close.map(close_name),
                end.spoken,
                end.mysql_session.as_ref().map(ToString::to_string),
            ])?;
        }
        Ok(())
    }
}

/// What the recording's own row says of how far it has come.
struct Progress {
    connections: u32,
    counts: ExchangeCounts,
    stored_bytes: u64,
    last_us: i64,
    now: i64,
}

impl Progress {
    fn write(&self, transaction: &Transaction<'_>, id: RecordingId) -> Result<(), Error> {
        transaction
            .prepare_cached(
                "UPDATE recording SET writer = ?2, written_at_ms = ?3, connections = ?4, \
                 http_exchanges = ?5, mysql_exchanges = ?6, stored_bytes = ?7, \
                 duration_us = max(duration_us, ?8) WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                this_process(),
                self.now,
                self.connections,
                self.counts.http.cast_signed(),
                self.counts.mysql.cast_signed(),
                self.stored_bytes.cast_signed(),
                self.last_us,
            ])?;
        Ok(())
    }
}

fn write_totals(
    transaction: &Transaction<'_>,
    id: RecordingId,
    started_at: Timestamp,
    totals: &Totals,
) -> Result<(), Error> {
    let last = totals
        .last_packet
        .map_or(0, |last| last.micros_since(started_at));
    transaction
        .prepare_cached(
            "UPDATE recording SET duration_us = max(duration_us, ?2), captured_bytes = ?3, \
             messages = ?4, loss = ?5, redacted = ?6 WHERE id = ?1",
        )?
        .execute(params![
            id.0,
            last,
            totals.captured_bytes.cast_signed(),
            serde_json::to_string(&totals.messages)?,
            serde_json::to_string(&totals.loss)?,
            serde_json::to_string(&totals.redacted)?,
        ])?;
    Ok(())
}

fn insert_segments(
    transaction: &Transaction<'_>,
    table: &'static str,
    id: RecordingId,
    segments: &[ClosedSegment],
) -> Result<(), Error> {
    let mut insert = transaction.prepare_cached(&format!(
        "INSERT INTO {table} (id, length, data) VALUES (?1, ?2, ?3)"
    ))?;
    for segment in segments {
        let key = key(id.0, segment.number);
        let length = i64::try_from(segment.length).map_err(|_| Error::Full("bytes"))?;
        insert.execute(params![key, length, segment.blob])?;
    }
    Ok(())
}

/// The key of a recording's or run's numbered blob: clustered by owner, in order.
pub(crate) fn key(owner: u32, number: u32) -> i64 {
    (i64::from(owner) << 32) | i64::from(number)
}
