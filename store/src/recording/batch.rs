//! What one commit adds to a recording, and how it is written.

use reprise_wire::Timestamp;
use rusqlite::{Transaction, params};
use rustc_hash::FxHashMap;

use super::block::{self, BLOCK_ROWS};
use super::operations::NewOperations;
use super::row::ExchangeRow;
use super::{ConnectionEnd, ExchangeCounts, NewConnection, Totals, close_name};
use crate::segment::{ClosedSegment, Packer};
use crate::writer_life::{now_ms, this_process};
use crate::{ConnectionId, Error, RecordingId};

/// What was added since the last commit.
#[derive(Default)]
pub(crate) struct Additions {
    pub(crate) opened: Vec<(ConnectionId, NewConnection)>,
    pub(crate) ended: Vec<(ConnectionId, ConnectionEnd)>,
    pub(crate) rows: Vec<ExchangeRow>,
    /// What began in each second.
    pub(crate) seconds: FxHashMap<i64, Second>,
    pub(crate) totals: Option<Totals>,
}

/// What began in a second.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Second {
    pub(crate) exchanges: u64,
    pub(crate) errors: u64,
    pub(crate) mysql: u64,
}

impl Additions {
    pub(crate) const fn is_empty(&self) -> bool {
        self.opened.is_empty()
            && self.ended.is_empty()
            && self.rows.is_empty()
            && self.totals.is_none()
    }
}

/// How far the recording has come.
pub(crate) struct Progress {
    pub(crate) connections: u32,
    pub(crate) counts: ExchangeCounts,
    /// The end of the exchange that ended last, since the recording's start.
    pub(crate) last_us: i64,
}

/// All that one commit writes.
pub(crate) struct Batch {
    pub(crate) added: Additions,
    pub(crate) requests: Vec<ClosedSegment>,
    pub(crate) responses: Vec<ClosedSegment>,
    pub(crate) operations: NewOperations,
    pub(crate) servers: Vec<String>,
    pub(crate) progress: Progress,
}

impl Batch {
    pub(crate) fn write(
        &self,
        transaction: &Transaction<'_>,
        packer: &mut Packer,
        id: RecordingId,
        started_at: Timestamp,
    ) -> Result<(), Error> {
        self.write_connections(transaction, id, started_at)?;
        let mut stored =
            insert_segments(transaction, packer, "request_segment", id, &self.requests)?;
        stored += insert_segments(transaction, packer, "response_segment", id, &self.responses)?;
        self.operations.write(transaction, id)?;
        for rows in self.added.rows.chunks(BLOCK_ROWS) {
            stored += insert_block(transaction, packer, id, rows)?;
        }
        let mut add = transaction.prepare_cached(
            "INSERT INTO rate (recording, second, exchanges, errors, mysql) \
             VALUES (?1, ?2, ?3, ?4, ?5) \
             ON CONFLICT DO UPDATE SET exchanges = exchanges + excluded.exchanges, \
             errors = errors + excluded.errors, mysql = mysql + excluded.mysql",
        )?;
        for (second, began) in &self.added.seconds {
            add.execute(params![
                id.0,
                second,
                began.exchanges.cast_signed(),
                began.errors.cast_signed(),
                began.mysql.cast_signed()
            ])?;
        }
        let mut server = transaction
            .prepare_cached("INSERT OR IGNORE INTO server (recording, host) VALUES (?1, ?2)")?;
        for host in &self.servers {
            server.execute(params![id.0, host])?;
        }
        if let Some(totals) = &self.added.totals {
            write_totals(transaction, id, started_at, totals)?;
        }
        self.progress.write(transaction, id, stored)
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
        for (number, new) in &self.added.opened {
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
        for (number, end) in &self.added.ended {
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

impl Progress {
    fn write(
        &self,
        transaction: &Transaction<'_>,
        id: RecordingId,
        stored_bytes: u64,
    ) -> Result<(), Error> {
        transaction
            .prepare_cached(
                "UPDATE recording SET writer = ?2, written_at_ms = ?3, connections = ?4, \
                 http_exchanges = ?5, mysql_exchanges = ?6, stored_bytes = stored_bytes + ?7, \
                 duration_us = max(duration_us, ?8) WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                this_process(),
                now_ms(),
                self.connections,
                self.counts.http.cast_signed(),
                self.counts.mysql.cast_signed(),
                stored_bytes.cast_signed(),
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

/// Compresses and inserts segments; returns how many bytes they take.
fn insert_segments(
    transaction: &Transaction<'_>,
    packer: &mut Packer,
    table: &'static str,
    id: RecordingId,
    segments: &[ClosedSegment],
) -> Result<u64, Error> {
    let mut insert = transaction.prepare_cached(&format!(
        "INSERT INTO {table} (id, length, data) VALUES (?1, ?2, ?3)"
    ))?;
    let mut stored = 0;
    for segment in segments {
        let blob = packer.pack(&segment.bytes)?;
        stored += blob.len() as u64;
        let length = i64::try_from(segment.bytes.len()).map_err(|_| Error::Full("bytes"))?;
        insert.execute(params![key(id.0, segment.number), length, blob])?;
    }
    Ok(stored)
}

/// Packs and inserts rows whose ids follow each other; returns how many bytes they take.
pub(crate) fn insert_block(
    transaction: &Transaction<'_>,
    packer: &mut Packer,
    id: RecordingId,
    rows: &[ExchangeRow],
) -> Result<u64, Error> {
    let Some(first) = rows.first() else {
        return Ok(0);
    };
    let blob = packer.pack(&block::pack(rows))?;
    transaction
        .prepare_cached("INSERT INTO exchange_block (id, exchanges, data) VALUES (?1, ?2, ?3)")?
        .execute(params![key(id.0, first.id.0), rows.len() as i64, blob])?;
    Ok(blob.len() as u64)
}

/// The key of a recording's or run's numbered blob: clustered by owner, in order.
pub(crate) fn key(owner: u32, number: u32) -> i64 {
    (i64::from(owner) << 32) | i64::from(number)
}
