//! Writing a run: its samples in batches, its ticks, what happened, its end.

use std::sync::Arc;

use reprise_measure::{Sample, Summary, Tick};
use rusqlite::{Connection, params};

use super::intake::RunIntake;
use super::{NewRun, Run, RunEvent, RunState};
use crate::recording::protocol_number;
use crate::writer::Intake as _;
use crate::writer_life::{now_ms, this_process};
use crate::{Error, RunId, Store, name};

/// A run being written. What is added is committed within a second. Dropped without
/// [`RunWriter::finish`], it keeps all that was added and is marked as interrupted.
#[derive(Debug)]
pub struct RunWriter {
    id: RunId,
    store: Store,
    intake: Arc<RunIntake>,
}

impl Store {
    /// Whether a run could have this name.
    ///
    /// # Errors
    /// The name is taken or unusable, or the file cannot be read.
    pub fn check_run_name(&self, name: &str) -> Result<(), Error> {
        name::check(name)?;
        self.read(|connection| is_free(connection, name))
    }

    /// Begins a run.
    ///
    /// # Errors
    /// The name is taken or unusable, or the file cannot be written.
    pub fn create_run(&self, new: NewRun) -> Result<RunWriter, Error> {
        name::check(&new.name)?;
        let id = self.transact(move |transaction| {
            is_free(transaction, &new.name)?;
            transaction.execute(
                "INSERT INTO run (name, recording, recording_name, seed, writer, written_at_ms, \
                 started_at_ns, plan) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    new.name,
                    new.recording.0,
                    new.recording_name,
                    new.seed.to_string(),
                    this_process(),
                    now_ms(),
                    new.started_at.nanos(),
                    new.plan.to_string(),
                ],
            )?;
            let id = u32::try_from(transaction.last_insert_rowid());
            let id = id.map_err(|_| Error::Full("runs"))?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO run_operation (run, id, protocol, text) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for operation in &new.operations {
                let protocol = protocol_number(operation.protocol);
                insert.execute(params![id, operation.id.0, protocol, operation.text])?;
            }
            Ok(RunId(id))
        })?;
        let intake = Arc::new(RunIntake::new(id));
        self.begin(Arc::<RunIntake>::clone(&intake));
        Ok(RunWriter {
            id,
            store: self.clone(),
            intake,
        })
    }
}

/// Refuses a name that a run has; one in the bin leaves its own to others.
fn is_free(connection: &Connection, name: &str) -> Result<(), Error> {
    let taken: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM run WHERE name = ?1 AND deleted_at_ms IS NULL)",
        [name],
        |row| row.get(0),
    )?;
    if taken {
        let name = name.to_owned();
        return Err(Error::NameTaken { kind: "run", name });
    }
    Ok(())
}

impl RunWriter {
    /// The run's id.
    pub const fn id(&self) -> RunId {
        self.id
    }

    /// Adds samples, in any order; larger batches pack better. Waits while a quarter of a
    /// million are on their way to disk.
    ///
    /// # Errors
    /// An earlier write failed: the disk is full, for instance. Nothing more is taken then.
    pub fn add_samples(&self, samples: &[Sample]) -> Result<(), Error> {
        self.intake.add_samples(samples)
    }

    /// Adds the next tick.
    ///
    /// # Errors
    /// An earlier write failed.
    pub fn add_tick(&self, tick: &Tick) -> Result<(), Error> {
        self.intake.add_tick(tick)
    }

    /// Notes something that happened `at_us` after the start, as a document of the caller's.
    ///
    /// # Errors
    /// An earlier write failed.
    pub fn note(&self, at_us: u64, event: serde_json::Value) -> Result<(), Error> {
        self.intake.add_event(RunEvent { at_us, event })
    }

    /// Stores the numbers so far with the next commit, so that a killed run stays honest.
    ///
    /// # Errors
    /// An earlier write failed.
    pub fn checkpoint(&self, summary: &Summary) -> Result<(), Error> {
        self.intake.set_summary(summary)
    }

    /// Waits until all that was added is committed.
    ///
    /// # Errors
    /// It could not be written.
    pub fn commit(&self) -> Result<(), Error> {
        self.store.writer().commit()?;
        self.intake.failure()
    }

    /// Ends the run.
    ///
    /// # Errors
    /// It could not be written; what was committed before is kept, marked as interrupted.
    pub fn finish(self, state: RunState, summary: &Summary) -> Result<Run, Error> {
        self.intake.set_summary(summary)?;
        self.end(state)?;
        self.store.run_by_id(self.id)
    }

    fn end(&self, state: RunState) -> Result<(), Error> {
        self.intake.end(state)?;
        self.commit()
    }
}

impl Drop for RunWriter {
    fn drop(&mut self) {
        // After `finish` the end is written already. Otherwise an error has nobody to go to, and
        // the run stands as interrupted whether or not this succeeds.
        if !self.intake.ended() {
            let _ = self.end(RunState::Interrupted);
        } else if self.intake.failure().is_err() {
            let id = self.id.0;
            let _ = self.store.transact(move |transaction| {
                transaction.execute("UPDATE run SET writer = NULL WHERE id = ?1", [id])?;
                Ok(())
            });
        }
    }
}
