//! Where a run's samples, ticks and events gather between two commits.

use std::sync::Arc;

use reprise_measure::{Sample, Summary, Tick};
use rusqlite::{Transaction, params};

use super::block::{self, BLOCK_SAMPLES};
use super::{RunEvent, RunState};
use crate::gathered::{Gathered, Held};
use crate::recording::key;
use crate::segment::Packer;
use crate::writer::Intake;
use crate::writer_life::{HEARTBEAT_MS, now_ms, this_process};
use crate::{Error, RunId};

/// Above this many samples whoever adds has to wait for the disk: about 20 MB, and as much on its way there.
const FULL_SAMPLES: usize = 250_000;

/// A run that is being written.
pub(crate) struct RunIntake {
    id: RunId,
    gathered: Gathered<Gathering>,
}

struct Gathering {
    samples: Vec<Sample>,
    ticks: Vec<String>,
    events: Vec<RunEvent>,
    summary: Option<String>,
    numbers: Numbers,
    written_at_ms: i64,
    end: Option<RunState>,
    ended: bool,
}

/// How many blobs of each sort have been written.
#[derive(Clone, Copy, Default)]
struct Numbers {
    blocks: u32,
    ticks: u32,
    events: u32,
}

impl RunIntake {
    pub(crate) fn new(id: RunId) -> Self {
        let gathering = Gathering {
            samples: Vec::new(),
            ticks: Vec::new(),
            events: Vec::new(),
            summary: None,
            numbers: Numbers::default(),
            written_at_ms: now_ms(),
            end: None,
            ended: false,
        };
        Self {
            id,
            gathered: Gathered::new(gathering),
        }
    }

    pub(crate) fn add_samples(&self, samples: &[Sample]) -> Result<(), Error> {
        self.ready()?.samples.extend_from_slice(samples);
        Ok(())
    }

    pub(crate) fn add_tick(&self, tick: &Tick) -> Result<(), Error> {
        let json = serde_json::to_string(tick)?;
        self.ready()?.ticks.push(json);
        Ok(())
    }

    pub(crate) fn add_event(&self, event: RunEvent) -> Result<(), Error> {
        self.ready()?.events.push(event);
        Ok(())
    }

    pub(crate) fn set_summary(&self, summary: &Summary) -> Result<(), Error> {
        let json = serde_json::to_string(summary)?;
        self.ready()?.summary = Some(json);
        Ok(())
    }

    /// Makes the next commit the last one.
    pub(crate) fn end(&self, state: RunState) -> Result<(), Error> {
        let mut gathering = self.gathered.hold();
        gathering.end.get_or_insert(state);
        gathering.failure()
    }

    /// The error that stopped it, if one did.
    pub(crate) fn failure(&self) -> Result<(), Error> {
        self.gathered.hold().failure()
    }

    /// Waits while it is full; fails when it has failed.
    fn ready(&self) -> Result<Held<'_, Gathering>, Error> {
        self.gathered
            .adding(|gathering| gathering.samples.len() >= FULL_SAMPLES)
    }
}

/// What one commit writes.
struct Taken {
    samples: Vec<Sample>,
    ticks: Vec<String>,
    events: Vec<RunEvent>,
    summary: Option<String>,
    numbers: Numbers,
    end: Option<RunState>,
}

impl Gathering {
    fn take(&mut self) -> Result<Taken, Error> {
        let taken = Taken {
            samples: std::mem::take(&mut self.samples),
            ticks: std::mem::take(&mut self.ticks),
            events: std::mem::take(&mut self.events),
            summary: self.summary.take(),
            numbers: self.numbers,
            end: self.end,
        };
        self.numbers = taken.numbers_after().ok_or(Error::Full("samples"))?;
        Ok(taken)
    }
}

impl Intake for RunIntake {
    fn write(&self, transaction: &Transaction<'_>, packer: &mut Packer) -> Result<(), Error> {
        let mut gathering = self.gathered.hold();
        let now = now_ms();
        let nothing = gathering.samples.is_empty()
            && gathering.ticks.is_empty()
            && gathering.events.is_empty()
            && gathering.summary.is_none()
            && gathering.end.is_none()
            && now - gathering.written_at_ms < HEARTBEAT_MS;
        if nothing || gathering.has_failed() {
            return Ok(());
        }
        gathering.written_at_ms = now;
        let taken = gathering.take()?;
        drop(gathering);
        taken.write(transaction, packer, self.id)?;
        self.gathered.hold().ended = taken.end.is_some();
        Ok(())
    }

    fn committed(&self, outcome: Result<(), Arc<Error>>) {
        self.gathered.committed(outcome, |_| {});
    }

    fn ended(&self) -> bool {
        let gathering = self.gathered.hold();
        gathering.ended || gathering.has_failed()
    }
}

impl Taken {
    fn numbers_after(&self) -> Option<Numbers> {
        let plus = |number: u32, count: usize| number.checked_add(u32::try_from(count).ok()?);
        Some(Numbers {
            blocks: plus(
                self.numbers.blocks,
                self.samples.len().div_ceil(BLOCK_SAMPLES),
            )?,
            ticks: plus(self.numbers.ticks, self.ticks.len())?,
            events: plus(self.numbers.events, self.events.len())?,
        })
    }

    fn write(
        &self,
        transaction: &Transaction<'_>,
        packer: &mut Packer,
        id: RunId,
    ) -> Result<(), Error> {
        let mut block = transaction
            .prepare_cached("INSERT INTO sample_block (id, samples, data) VALUES (?1, ?2, ?3)")?;
        for (number, samples) in (self.numbers.blocks..).zip(self.samples.chunks(BLOCK_SAMPLES)) {
            let blob = packer.pack(&block::pack(samples))?;
            block.execute(params![key(id.0, number), samples.len() as i64, blob])?;
        }
        let mut tick = transaction.prepare_cached("INSERT INTO tick (id, data) VALUES (?1, ?2)")?;
        for (number, json) in (self.numbers.ticks..).zip(&self.ticks) {
            tick.execute(params![key(id.0, number), packer.pack(json.as_bytes())?])?;
        }
        let mut event = transaction
            .prepare_cached("INSERT INTO run_event (id, at_us, data) VALUES (?1, ?2, ?3)")?;
        for (number, noted) in (self.numbers.events..).zip(&self.events) {
            let at_us = noted.at_us.cast_signed();
            event.execute(params![key(id.0, number), at_us, noted.event.to_string()])?;
        }
        transaction
            .prepare_cached(
                "UPDATE run SET writer = ?2, written_at_ms = ?3, samples = samples + ?4, \
                 summary = coalesce(?5, summary) WHERE id = ?1",
            )?
            .execute(params![
                id.0,
                this_process(),
                now_ms(),
                self.samples.len() as i64,
                self.summary
            ])?;
        if let Some(state) = self.end {
            transaction.execute(
                "UPDATE run SET state = ?2, writer = NULL WHERE id = ?1",
                params![id.0, state.name()],
            )?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for RunIntake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunIntake").finish_non_exhaustive()
    }
}
