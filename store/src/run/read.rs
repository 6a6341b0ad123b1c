//! Reading runs: lists, events, operations, samples block by block.

use reprise_measure::Sample;
use reprise_wire::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use super::{Run, RunEvent, RunOperation, RunState, block};
use crate::recording::{key, protocol_numbered};
use crate::remarks::remarks_of;
use crate::writer_life::{is_alive, now_ms};
use crate::{Error, OperationId, RecordingId, RunId, Store, segment};

/// Ticks or events read in one transaction.
pub(super) const PAGE: u32 = 1_000;

impl Store {
    /// All runs but those in the bin, newest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn runs(&self) -> Result<Vec<Run>, Error> {
        self.read(|sql| {
            let mut statement = sql.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM run WHERE deleted_at_ms IS NULL ORDER BY id DESC"
            ))?;
            let rows = statement.query_map([], run_of)?;
            rows.map(|row| row?).collect()
        })
    }

    /// The run of that name.
    ///
    /// # Errors
    /// There is none, or the file cannot be read.
    pub fn run(&self, name: &str) -> Result<Run, Error> {
        self.read(|sql| {
            let row = sql
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} FROM run WHERE name = ?1 AND deleted_at_ms IS NULL"
                ))?
                .query_row([name], run_of)
                .optional()?;
            row.unwrap_or_else(|| Err(unknown(name)))
        })
    }

    /// The run with that id, be it in the bin.
    ///
    /// # Errors
    /// There is none, or the file cannot be read.
    pub fn run_by_id(&self, id: RunId) -> Result<Run, Error> {
        self.read(|sql| {
            let row = sql
                .prepare_cached(&format!("SELECT {COLUMNS} FROM run WHERE id = ?1"))?
                .query_row([id.0], run_of)
                .optional()?;
            row.unwrap_or_else(|| Err(unknown(&id.to_string())))
        })
    }

    /// What was noted about a run, in the order it was noted.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn run_events(&self, run: RunId) -> Result<Vec<RunEvent>, Error> {
        let rows = self.numbered(run, "SELECT id, at_us, data FROM run_event", |row| {
            Ok((
                row.get::<_, i64>(1)?.cast_unsigned(),
                row.get::<_, String>(2)?,
            ))
        })?;
        rows.into_iter()
            .map(|(at_us, json)| {
                Ok(RunEvent {
                    at_us,
                    event: serde_json::from_str(&json)?,
                })
            })
            .collect()
    }

    /// The operations that samples of a run name, by id.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn run_operations(&self, run: RunId) -> Result<Vec<RunOperation>, Error> {
        self.read(|sql| {
            let mut statement = sql.prepare_cached(
                "SELECT id, protocol, text FROM run_operation WHERE run = ?1 ORDER BY id",
            )?;
            let rows = statement.query_map([run.0], |row| {
                Ok(RunOperation {
                    id: OperationId(row.get(0)?),
                    protocol: protocol_numbered(row.get(1)?)?,
                    text: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The samples of a run in the order they were added, read block by block: a few hundred
    /// kilobytes are in memory, and nothing is locked between two calls of `next`.
    pub fn samples(&self, run: RunId) -> Samples {
        Samples {
            store: self.clone(),
            run,
            next: Some(0),
            block: Vec::new().into_iter(),
        }
    }

    /// All rows of one of the tables keyed by run and number, page by page.
    fn numbered<T>(
        &self,
        run: RunId,
        select: &str,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let mut all = Vec::new();
        let mut from = key(run.0, 0);
        let end = key(run.0, u32::MAX);
        let sql_text = format!("{select} WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3");
        loop {
            let page = self.read(|sql| {
                let mut statement = sql.prepare_cached(&sql_text)?;
                let rows = statement.query_map(params![from, end, PAGE], |row| {
                    Ok((row.get::<_, i64>(0)?, read(row)?))
                })?;
                Ok(rows.collect::<Result<Vec<_>, _>>()?)
            })?;
            let Some((last, _)) = page.last() else {
                return Ok(all);
            };
            from = last + 1;
            all.extend(page.into_iter().map(|(_, value)| value));
        }
    }
}

/// The samples of a run; see [`Store::samples`].
#[derive(Debug)]
pub struct Samples {
    store: Store,
    run: RunId,
    next: Option<u32>,
    block: std::vec::IntoIter<Sample>,
}

impl Samples {
    fn load(&mut self) -> Result<(), Error> {
        let Some(number) = self.next.take() else {
            return Ok(());
        };
        let (from, end) = (key(self.run.0, number), key(self.run.0, u32::MAX));
        let found: Option<(i64, Vec<u8>)> = self.store.read(|sql| {
            Ok(sql
                .prepare_cached(
                    "SELECT id, data FROM sample_block WHERE id BETWEEN ?1 AND ?2 \
                     ORDER BY id LIMIT 1",
                )?
                .query_row([from, end], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?)
        })?;
        let Some((id, blob)) = found else {
            return Ok(());
        };
        let samples = segment::unpack_sized(&blob).and_then(|bytes| block::unpack(&bytes));
        self.block = samples.ok_or_else(|| self.store.damaged())?.into_iter();
        // The low half of the key is the block's number.
        self.next = (id.cast_unsigned() as u32).checked_add(1);
        Ok(())
    }
}

impl Iterator for Samples {
    type Item = Result<Sample, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(sample) = self.block.next() {
                return Some(Ok(sample));
            }
            self.next?;
            if let Err(error) = self.load() {
                return Some(Err(error));
            }
        }
    }
}

fn unknown(name: &str) -> Error {
    Error::Unknown {
        kind: "run",
        name: name.to_owned(),
    }
}

const COLUMNS: &str = "id, name, recording, recording_name, seed, state, writer, written_at_ms, \
    started_at_ns, samples, plan, summary, note, tags";

fn run_of(row: &Row<'_>) -> rusqlite::Result<Result<Run, Error>> {
    let state: Option<String> = row.get(5)?;
    let writer: Option<String> = row.get(6)?;
    let state = match state.as_deref() {
        Some("complete") => RunState::Complete,
        Some("stopped") => RunState::Stopped,
        Some("aborted") => RunState::Aborted,
        Some("failed") => RunState::Failed,
        None if is_alive(writer.as_deref(), row.get(7)?, now_ms()) => RunState::Running,
        _ => RunState::Interrupted,
    };
    let (plan, summary) = (row.get_ref(10)?, row.get_ref(11)?);
    let (plan, summary) = (plan.as_str()?, summary.as_str_or_null()?);
    let seed: String = row.get(4)?;
    let (id, name, recording) = (RunId(row.get(0)?), row.get(1)?, RecordingId(row.get(2)?));
    let (recording_name, samples) = (row.get(3)?, row.get::<_, i64>(9)?.cast_unsigned());
    let started_at = Timestamp::from_nanos(row.get(8)?);
    let remarks = remarks_of(row, 12)?;
    Ok((|| {
        Ok(Run {
            id,
            name,
            recording,
            recording_name,
            seed: seed.parse().unwrap_or_default(),
            state,
            started_at,
            samples,
            plan: serde_json::from_str(plan)?,
            summary: summary.map(serde_json::from_str).transpose()?,
            remarks,
        })
    })())
}
