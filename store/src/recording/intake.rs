//! Where a recording's rows and payloads gather between two commits. The recording's owner adds; the
//! writer thread takes all, closing the open segments, so that rows and the segments they point
//! into are committed together.

use std::sync::Arc;

use reprise_wire::{Exchange, Payload, Protocol, Timestamp};
use rusqlite::{Transaction, params};

use super::batch::{Additions, Batch, Progress};
use super::operations::{Latencies, Operations};
use super::row::{self, Filed, Stored};
use super::servers::Servers;
use super::{ConnectionEnd, ExchangeCounts, NewConnection, Totals};
use crate::gathered::{Gathered, Held};
use crate::segment::{Packer, Segments};
use crate::writer::Intake;
use crate::writer_life::{HEARTBEAT_MS, now_ms};
use crate::{ConnectionId, Error, ExchangeId, RecordingId};

/// Above this many rows or bytes a commit is due before the second is over.
const HURRY_ROWS: usize = 4_096;
const HURRY_BYTES: usize = 8 * 1024 * 1024;

/// Above this many rows or bytes whoever adds has to wait for the disk.
const FULL_ROWS: usize = 32_768;
const FULL_BYTES: usize = 32 * 1024 * 1024;

/// A recording that is being written.
pub(crate) struct RecordingIntake {
    id: RecordingId,
    started_at: Timestamp,
    gathered: Gathered<Gathering>,
}

struct Gathering {
    requests: Segments,
    responses: Segments,
    operations: Operations,
    servers: Servers,
    latencies: Latencies,
    connections: u32,
    exchanges: u32,
    counts: ExchangeCounts,
    last_us: i64,
    added: Additions,
    hurried: bool,
    written_at_ms: i64,
    end: End,
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

impl RecordingIntake {
    pub(crate) fn new(id: RecordingId, started_at: Timestamp) -> Self {
        let gathering = Gathering {
            requests: Segments::new(),
            responses: Segments::new(),
            operations: Operations::default(),
            servers: Servers::default(),
            latencies: Latencies::new(),
            connections: 0,
            exchanges: 0,
            counts: ExchangeCounts::default(),
            last_us: 0,
            added: Additions::default(),
            hurried: false,
            written_at_ms: now_ms(),
            end: End::Open,
        };
        Self {
            id,
            started_at,
            gathered: Gathered::new(gathering),
        }
    }

    pub(crate) fn add_connection(&self, new: NewConnection) -> Result<ConnectionId, Error> {
        let mut gathering = self.ready()?;
        let next = gathering
            .connections
            .checked_add(1)
            .ok_or(Error::Full("connections"))?;
        gathering.connections = next;
        gathering.servers.add_address(new.server.ip());
        gathering.added.opened.push((ConnectionId(next), new));
        Ok(ConnectionId(next))
    }

    pub(crate) fn end_connection(&self, id: ConnectionId, end: ConnectionEnd) -> Result<(), Error> {
        self.ready()?.added.ended.push((id, end));
        Ok(())
    }

    pub(crate) fn set_totals(&self, totals: Totals) -> Result<(), Error> {
        self.ready()?.added.totals = Some(totals);
        Ok(())
    }

    /// Adds one exchange. True when a commit is now due and has not been asked for.
    pub(crate) fn add(
        &self,
        connection: ConnectionId,
        exchange: &mut Exchange,
    ) -> Result<(ExchangeId, bool), Error> {
        let mut gathering = self.ready()?;
        let id = gathering.add(connection, exchange, self.started_at)?;
        let due = gathering.holds(HURRY_ROWS, HURRY_BYTES) && !gathering.hurried;
        gathering.hurried |= due;
        Ok((id, due))
    }

    /// Makes the next commit the last one.
    pub(crate) fn end(&self, complete: bool) -> Result<(), Error> {
        let mut gathering = self.gathered.hold();
        if gathering.end == End::Open {
            gathering.end = End::Asked { complete };
        }
        gathering.failure()
    }

    /// The error that stopped it, if one did.
    pub(crate) fn failure(&self) -> Result<(), Error> {
        self.gathered.hold().failure()
    }

    /// Takes back the buffers of what was written.
    fn reuse(&self, batch: Batch) {
        let mut gathering = self.gathered.hold();
        gathering.requests.reuse(batch.requests);
        gathering.responses.reuse(batch.responses);
    }

    /// Waits while it is full; fails when it has failed.
    fn ready(&self) -> Result<Held<'_, Gathering>, Error> {
        self.gathered
            .adding(|gathering| gathering.holds(FULL_ROWS, FULL_BYTES))
    }
}

impl Gathering {
    fn add(
        &mut self,
        connection: ConnectionId,
        exchange: &mut Exchange,
        started_at: Timestamp,
    ) -> Result<ExchangeId, Error> {
        self.exchanges = self
            .exchanges
            .checked_add(1)
            .ok_or(Error::Full("exchanges"))?;
        match exchange.protocol {
            Protocol::Http => self.counts.http += 1,
            Protocol::Mysql => self.counts.mysql += 1,
        }
        if let (Protocol::Http, Some(request)) = (exchange.protocol, &exchange.request) {
            self.servers.add_http_request(&request.bytes);
        }
        let filed = Filed {
            id: ExchangeId(self.exchanges),
            connection,
            operation: self
                .operations
                .intern(exchange.protocol, &exchange.operation),
            started_at,
            request: keep(&mut self.requests, exchange.request.as_mut())?,
            response: keep(&mut self.responses, exchange.response.as_mut())?,
        };
        let row = row::row_of(exchange, &filed);
        self.operations.count(row.operation, row.is_error());
        self.latencies.record(&row);
        let second = self
            .added
            .seconds
            .entry(row.at_us.div_euclid(1_000_000))
            .or_default();
        second.exchanges += 1;
        second.errors += u64::from(row.is_error());
        second.mysql += u64::from(row.protocol == Protocol::Mysql);
        let last = row.response_last_us.unwrap_or(0).max(row.request_last_us);
        self.last_us = self.last_us.max(row.at_us.saturating_add(last));
        self.added.rows.push(row);
        Ok(filed.id)
    }

    const fn holds(&self, rows: usize, bytes: usize) -> bool {
        self.added.rows.len() >= rows
            || self.requests.held_bytes() + self.responses.held_bytes() >= bytes
    }

    /// Takes all, with the open segments closed.
    fn take(&mut self) -> Result<Batch, Error> {
        self.hurried = false;
        self.requests.close()?;
        self.responses.close()?;
        Ok(Batch {
            added: std::mem::take(&mut self.added),
            requests: self.requests.take_closed(),
            responses: self.responses.take_closed(),
            operations: self.operations.take_new(),
            servers: self.servers.take_new(),
            progress: Progress {
                connections: self.connections,
                counts: self.counts,
                last_us: self.last_us,
            },
        })
    }
}

/// Moves a payload's bytes into the segments; its buffer stays unless it becomes a segment.
fn keep(segments: &mut Segments, payload: Option<&mut Payload>) -> Result<Option<Stored>, Error> {
    let Some(payload) = payload else {
        return Ok(None);
    };
    let kept = u32::try_from(payload.bytes.len()).map_err(|_| Error::Full("bytes"))?;
    let place = segments.append(&mut payload.bytes)?;
    Ok(Some(Stored { place, kept }))
}

impl Intake for RecordingIntake {
    fn write(&self, transaction: &Transaction<'_>, packer: &mut Packer) -> Result<(), Error> {
        let mut gathering = self.gathered.hold();
        if gathering.has_failed() {
            return Ok(());
        }
        let end = gathering.end;
        let now = now_ms();
        let idle = gathering.added.is_empty() && end == End::Open;
        if idle && now - gathering.written_at_ms < HEARTBEAT_MS {
            return Ok(());
        }
        gathering.written_at_ms = now;
        let batch = gathering.take()?;
        drop(gathering);
        batch.write(transaction, packer, self.id, self.started_at)?;
        self.reuse(batch);
        if let End::Asked { complete } = end {
            let mut gathering = self.gathered.hold();
            gathering.latencies.write(transaction, self.id)?;
            transaction.execute(
                "UPDATE recording SET complete = ?2, writer = NULL WHERE id = ?1",
                params![self.id.0, complete],
            )?;
            gathering.end = End::Written;
        }
        Ok(())
    }

    fn committed(&self, outcome: Result<(), Arc<Error>>) {
        self.gathered.committed(outcome, |gathering| {
            gathering.added = Additions::default();
        });
    }

    fn ended(&self) -> bool {
        let gathering = self.gathered.hold();
        gathering.end == End::Written || gathering.has_failed()
    }
}

impl std::fmt::Debug for RecordingIntake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("RecordingIntake").field(&self.id).finish()
    }
}
