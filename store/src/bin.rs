//! Deleting, in two steps: into the bin, from where it can come back, and out of the file in small
//! batches that give the space back, so that nothing else waits for long.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::writer_life::{is_alive, now_ms};
use crate::{Error, Kept, Store};

/// What has been in the bin for longer is removed when there is time, in milliseconds: 7 days.
const OVERDUE_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// Rows removed in one transaction. Blobs are up to a segment each, rows about a hundred bytes.
const ROWS_AT_ONCE: u32 = 5_000;
const BLOBS_AT_ONCE: u32 = 200;

/// Free pages given back to the system in one go.
const PAGES_AT_ONCE: u32 = 2_000;

/// What lies in the bin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binned {
    /// A recording or a run.
    pub kind: Kept,
    /// What it was called.
    pub name: String,
    /// When it was deleted, in milliseconds since the Unix epoch.
    pub deleted_at_ms: i64,
    /// What it takes in the file, in bytes: of a recording as [`crate::ByteCounts`] counts it, of a run its blobs.
    pub stored_bytes: u64,
}

/// The rows of a kind: table, and how they are found by their owner's id.
const fn parts(kind: Kept) -> &'static [Part] {
    match kind {
        Kept::Recording => &[
            Part::Blobs("exchange_block"),
            Part::Blobs("request_segment"),
            Part::Blobs("response_segment"),
            Part::Rows("rate"),
            Part::Rows("operation"),
            Part::Rows("server"),
            Part::Rows("connection"),
        ],
        Kept::Run => &[
            Part::Blobs("sample_block"),
            Part::Blobs("tick"),
            Part::Blobs("run_event"),
            Part::Rows("run_operation"),
        ],
    }
}

/// A table that holds a part of a recording or run.
#[derive(Clone, Copy)]
enum Part {
    /// Keyed by a column with the owner's name, and more.
    Rows(&'static str),
    /// Keyed by owner * 2^32 + number.
    Blobs(&'static str),
}

impl Store {
    /// Moves a recording to the bin. Runs of it stay.
    ///
    /// # Errors
    /// There is none of that name, or it is being written.
    pub fn delete_recording(&self, name: &str) -> Result<(), Error> {
        self.bin(Kept::Recording, name)
    }

    /// Moves a run to the bin.
    ///
    /// # Errors
    /// There is none of that name, or it is being written.
    pub fn delete_run(&self, name: &str) -> Result<(), Error> {
        self.bin(Kept::Run, name)
    }

    /// Brings back what was deleted last under that name.
    ///
    /// # Errors
    /// The bin has none of that name, or something else has taken the name.
    pub fn undo_delete(&self, kind: Kept, name: &str) -> Result<(), Error> {
        let (kind, name) = (kind.name(), name.to_owned());
        self.transact(move |transaction| {
            let taken: bool = transaction.query_row(
                &format!(
                    "SELECT EXISTS (SELECT 1 FROM {kind} WHERE name = ?1 AND deleted_at_ms IS NULL)"
                ),
                [&name],
                |row| row.get(0),
            )?;
            if taken {
                return Err(Error::TakenSince { kind, name });
            }
            let restored = transaction.execute(&mark_last(kind, "NULL"), [&name])?;
            if restored == 0 {
                return Err(Error::NotBinned { kind, name });
            }
            Ok(())
        })
    }

    /// What can be brought back, last deleted first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn binned(&self) -> Result<Vec<Binned>, Error> {
        self.read(|sql| {
            let blobs = |table: &str| {
                format!(
                    "(SELECT ifnull(sum(length(data)), 0) FROM {table} \
                     WHERE id >= run.id << 32 AND id < (run.id + 1) << 32)"
                )
            };
            let mut statement = sql.prepare_cached(&format!(
                "SELECT 0, name, deleted_at_ms AS at, stored_bytes FROM recording WHERE deleted_at_ms > 0 \
                 UNION ALL SELECT 1, name, deleted_at_ms, {} + {} FROM run WHERE deleted_at_ms > 0 \
                 ORDER BY at DESC",
                blobs("sample_block"),
                blobs("tick")
            ))?;
            let rows = statement.query_map([], |row| {
                let kind = if row.get(0)? {
                    Kept::Run
                } else {
                    Kept::Recording
                };
                Ok(Binned {
                    kind,
                    name: row.get(1)?,
                    deleted_at_ms: row.get(2)?,
                    stored_bytes: row.get::<_, i64>(3)?.cast_unsigned(),
                })
            })?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Removes what was deleted last under that name and gives its space back. This cannot be undone.
    ///
    /// # Errors
    /// The bin has none of that name, or the file cannot be written.
    pub fn remove_binned(&self, kind: Kept, name: &str) -> Result<(), Error> {
        let (kind, name) = (kind.name(), name.to_owned());
        self.transact(move |transaction| {
            let doomed = transaction.execute(&mark_last(kind, "0"), [&name])?;
            if doomed == 0 {
                return Err(Error::NotBinned { kind, name });
            }
            Ok(())
        })?;
        // Only what is doomed was deleted as long ago as that.
        while self.writer().run(|sql| remove_some(sql, now_ms()))? {}
        Ok(())
    }

    /// Removes what has been in the bin for at least `age` and gives its space back, letting
    /// other writes through between batches. This cannot be undone.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn empty_bin(&self, age: Duration) -> Result<(), Error> {
        let age = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
        while self.writer().run(move |sql| remove_some(sql, age))? {}
        Ok(())
    }

    fn bin(&self, kind: Kept, name: &str) -> Result<(), Error> {
        let (kind, name) = (kind.name(), name.to_owned());
        self.transact(move |transaction| {
            let found = transaction
                .query_row(
                    &format!(
                        "SELECT id, writer, written_at_ms FROM {kind} \
                         WHERE name = ?1 AND deleted_at_ms IS NULL"
                    ),
                    [&name],
                    |row| {
                        Ok((
                            row.get::<_, i64>(0)?,
                            row.get::<_, Option<String>>(1)?,
                            row.get(2)?,
                        ))
                    },
                )
                .optional()?;
            let Some((id, writer, written_at_ms)) = found else {
                return Err(Error::Unknown { kind, name });
            };
            if is_alive(writer.as_deref(), written_at_ms, now_ms()) {
                return Err(Error::InUse { kind, name });
            }
            transaction.execute(
                &format!("UPDATE {kind} SET deleted_at_ms = ?2 WHERE id = ?1"),
                params![id, now_ms()],
            )?;
            Ok(())
        })
    }
}

/// Gives what was deleted last under a name another time of deletion; 0 marks what is being removed.
fn mark_last(kind: &str, deleted_at_ms: &str) -> String {
    format!(
        "UPDATE {kind} SET deleted_at_ms = {deleted_at_ms} WHERE id = (SELECT id FROM {kind} \
         WHERE name = ?1 AND deleted_at_ms > 0 ORDER BY deleted_at_ms DESC, id DESC LIMIT 1)"
    )
}

/// One small batch of what is long overdue; what the writer thread does when idle.
pub(crate) fn remove_some_overdue(sql: &mut Connection) -> Result<bool, Error> {
    remove_some(sql, OVERDUE_MS)
}

/// Removes one small batch of what has been in the bin for `age_ms`. True when there may be more.
fn remove_some(sql: &mut Connection, age_ms: i64) -> Result<bool, Error> {
    let until = now_ms().saturating_sub(age_ms);
    for kind in [Kept::Recording, Kept::Run] {
        let id: Option<u32> = sql
            .prepare_cached(&format!(
                "SELECT id FROM {} WHERE deleted_at_ms <= ?1 LIMIT 1",
                kind.name()
            ))?
            .query_row([until], |row| row.get(0))
            .optional()?;
        if let Some(id) = id {
            remove_batch(sql, kind, id)?;
            return Ok(true);
        }
    }
    let free: i64 = sql.pragma_query_value(None, "freelist_count", |row| row.get(0))?;
    if free > 0 {
        // The pragma frees a page for each row it is asked for.
        let mut vacuum = sql.prepare(&format!("PRAGMA incremental_vacuum({PAGES_AT_ONCE})"))?;
        let mut rows = vacuum.query([])?;
        while rows.next()?.is_some() {}
    }
    Ok(free > i64::from(PAGES_AT_ONCE))
}

fn remove_batch(sql: &mut Connection, kind: Kept, id: u32) -> Result<(), Error> {
    let transaction = sql.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // From the first batch on it cannot come back.
    let name = kind.name();
    transaction.execute(
        &format!("UPDATE {name} SET deleted_at_ms = 0 WHERE id = ?1"),
        [id],
    )?;
    for part in parts(kind) {
        let removed = match part {
            Part::Rows(table) => transaction.execute(&rows_statement(table, name), [id])?,
            Part::Blobs(table) => transaction.execute(
                &format!(
                    "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} \
                     WHERE id >= ?1 << 32 AND id < (?1 + 1) << 32 LIMIT {BLOBS_AT_ONCE})"
                ),
                [id],
            )?,
        };
        if removed > 0 {
            transaction.commit()?;
            return Ok(());
        }
    }
    transaction.execute(&format!("DELETE FROM {name} WHERE id = ?1"), [id])?;
    transaction.commit()?;
    Ok(())
}

/// A range delete over the second half of the key, the only kind a WITHOUT ROWID table can cut short.
fn rows_statement(table: &str, owner: &str) -> String {
    let second = match table {
        "rate" => "second",
        "server" => "host",
        _ => "id",
    };
    format!(
        "DELETE FROM {table} WHERE {owner} = ?1 AND {second} IN \
         (SELECT {second} FROM {table} WHERE {owner} = ?1 ORDER BY {second} LIMIT {ROWS_AT_ONCE})"
    )
}
