//! Reading the rows of exchanges: a page from anywhere, one row, all of them in order. They are packed in
//! blocks; a block that is read through is unpacked once.

use rusqlite::{OptionalExtension as _, params};
use rustc_hash::FxHashMap;

use super::batch::key;
use super::block;
use super::glance::Glance;
use super::row::ExchangeRow;
use crate::{ConnectionId, Error, ExchangeId, RecordingId, Store, segment};

/// So many rows at least are read in one transaction, if there are as many.
const PAGE: usize = block::BLOCK_ROWS;
/// So many blocks are glanced over in one transaction.
const GLANCED: u32 = 8;

impl Store {
    /// One page of a recording's exchanges, in the order they completed: at most `limit` after
    /// `after`; `ExchangeId(0)` begins.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn exchanges(
        &self,
        recording: RecordingId,
        after: ExchangeId,
        limit: u32,
    ) -> Result<Vec<ExchangeRow>, Error> {
        let Some(first) = after.0.checked_add(1) else {
            return Ok(Vec::new());
        };
        let last = after.0.saturating_add(limit);
        self.rows_between(recording, first, last, usize::MAX)
    }

    /// One exchange's row; `None` when the recording has no such exchange.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn exchange(
        &self,
        recording: RecordingId,
        id: ExchangeId,
    ) -> Result<Option<ExchangeRow>, Error> {
        let rows = self.rows_between(recording, id.0, id.0, usize::MAX)?;
        Ok(rows.into_iter().next())
    }

    /// The rows with these ids, in the order asked for; those that are not there are left out. Each block that
    /// one of them is in is unpacked once.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn exchanges_by_id(
        &self,
        recording: RecordingId,
        ids: &[ExchangeId],
    ) -> Result<Vec<ExchangeRow>, Error> {
        let mut wanted: Vec<u32> = ids.iter().map(|id| id.0).collect();
        wanted.sort_unstable();
        let mut found = FxHashMap::default();
        let mut rest = wanted.as_slice();
        while let Some(&first) = rest.first() {
            let last = self.last_of_block(recording, first)?;
            let (here, later) = rest.split_at(rest.partition_point(|id| *id <= last));
            let end = here.last().copied().unwrap_or(first);
            for row in self.rows_between(recording, first, end, usize::MAX)? {
                if here.binary_search(&row.id.0).is_ok() {
                    found.insert(row.id, row);
                }
            }
            rest = later;
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    /// The exchanges of one connection in the order they completed. Reads through the whole recording, of each
    /// block only what tells the connections.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn exchanges_of(
        &self,
        recording: RecordingId,
        connection: ConnectionId,
    ) -> Result<Vec<ExchangeId>, Error> {
        let mut ids = Vec::new();
        let mut next = 0;
        while let Some((first, bytes)) = self.block_from(recording, next)? {
            let connections = block::connections(&bytes).ok_or_else(|| self.damaged())?;
            for (number, other) in (first..).zip(connections) {
                if other == connection {
                    ids.push(ExchangeId(number));
                }
                next = number.saturating_add(1);
            }
            next = next.max(first.saturating_add(1));
        }
        Ok(ids)
    }

    /// The first block that begins with this id or a later one, unpacked, and the id it begins with.
    fn block_from(&self, recording: RecordingId, id: u32) -> Result<Option<(u32, Vec<u8>)>, Error> {
        let owner = |number| key(recording.0, number);
        let block = self.read(|sql| {
            let block = sql
                .prepare_cached(
                    "SELECT id, data FROM exchange_block WHERE id BETWEEN ?1 AND ?2 \
                     ORDER BY id LIMIT 1",
                )?
                .query_row(params![owner(id), owner(u32::MAX)], |row| {
                    let first = row.get::<_, i64>(0)?.cast_unsigned() as u32;
                    Ok((first, segment::unpack_sized(row.get_ref(1)?.as_blob()?)))
                })
                .optional()?;
            Ok(block)
        })?;
        block
            .map(|(first, bytes)| Ok((first, bytes.ok_or_else(|| self.damaged())?)))
            .transpose()
    }

    /// The last id of the block that this id is in.
    fn last_of_block(&self, recording: RecordingId, id: u32) -> Result<u32, Error> {
        let owner = |number| key(recording.0, number);
        self.read(|sql| {
            let last: Option<i64> = sql
                .prepare_cached(
                    "SELECT id + exchanges - 1 FROM exchange_block WHERE id BETWEEN ?1 AND ?2 \
                     ORDER BY id DESC LIMIT 1",
                )?
                .query_row(params![owner(0), owner(id)], |row| row.get(0))
                .optional()?;
            Ok(last.map_or(id, |last| (last.cast_unsigned() as u32).max(id)))
        })
    }

    /// Shows `see` the exchanges from `from` on, in the order they completed, a few thousand of them; from where
    /// to go on, `None` after the last. `from` is 1 or what the call before answered.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn glance_over(
        &self,
        recording: RecordingId,
        from: ExchangeId,
        mut see: impl FnMut(&Glance<'_>),
    ) -> Result<Option<ExchangeId>, Error> {
        let owner = |number| key(recording.0, number);
        let mut next = None;
        self.read(|sql| {
            let mut statement = sql.prepare_cached(
                "SELECT id, data FROM exchange_block WHERE id BETWEEN ?1 AND ?2 ORDER BY id LIMIT ?3",
            )?;
            let mut blocks = statement.query(params![owner(from.0), owner(u32::MAX), GLANCED])?;
            while let Some(row) = blocks.next()? {
                let first = row.get::<_, i64>(0)?.cast_unsigned() as u32;
                let blob = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
                let seen = segment::unpack_sized(blob)
                    .and_then(|bytes| block::glance_over(&bytes, ExchangeId(first), &mut see))
                    .ok_or_else(|| self.damaged())?;
                // A block is never empty, but a damaged one may say so.
                next = first.checked_add(seen.max(1)).map(ExchangeId);
            }
            Ok(())
        })?;
        Ok(next)
    }

    /// All exchanges of a recording, in the order they completed, read page by page.
    pub fn all_exchanges(
        &self,
        recording: RecordingId,
    ) -> impl Iterator<Item = Result<ExchangeRow, Error>> + use<> {
        Rows::after(self.clone(), recording, ExchangeId(0))
    }

    /// The rows with these ids, both included; no more blocks once there are `enough` rows.
    fn rows_between(
        &self,
        recording: RecordingId,
        first: u32,
        last: u32,
        enough: usize,
    ) -> Result<Vec<ExchangeRow>, Error> {
        let wanted = first..=last;
        let mut rows: Vec<ExchangeRow> = Vec::new();
        self.read(|sql| {
            // The block that the first row is in begins before it.
            let mut statement = sql.prepare_cached(
                "SELECT id, data FROM exchange_block WHERE id <= ?3 AND id >= coalesce( \
                 (SELECT max(id) FROM exchange_block WHERE id BETWEEN ?1 AND ?2), ?2) ORDER BY id",
            )?;
            let owner = |number| key(recording.0, number);
            let mut blocks = statement.query(params![owner(0), owner(first), owner(last)])?;
            while let Some(row) = blocks.next()? {
                let id: i64 = row.get(0)?;
                // The low half of the key is the id of the block's first exchange.
                let first = ExchangeId(id.cast_unsigned() as u32);
                let blob = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
                let found = segment::unpack_sized(blob)
                    .and_then(|bytes| block::unpack(&bytes, first, &wanted));
                rows.extend(found.ok_or_else(|| self.damaged())?);
                if rows.len() >= enough {
                    break;
                }
            }
            Ok(())
        })?;
        Ok(rows)
    }
}

/// The rows of a recording in order, read on as they are wanted.
#[derive(Debug)]
pub(crate) struct Rows {
    store: Store,
    recording: RecordingId,
    /// What the last read found.
    rows: std::vec::IntoIter<ExchangeRow>,
    /// The last row read; `None` once there are no more, or an error came.
    after: Option<ExchangeId>,
}

impl Rows {
    /// Those after the one with this id.
    pub(crate) fn after(store: Store, recording: RecordingId, after: ExchangeId) -> Self {
        Self {
            store,
            recording,
            rows: Vec::new().into_iter(),
            after: Some(after),
        }
    }

    /// Has it end here.
    pub(crate) fn stop(&mut self) {
        self.rows = Vec::new().into_iter();
        self.after = None;
    }
}

impl Iterator for Rows {
    type Item = Result<ExchangeRow, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(row) = self.rows.next() {
            return Some(Ok(row));
        }
        let first = self.after?.0.checked_add(1)?;
        match self
            .store
            .rows_between(self.recording, first, u32::MAX, PAGE)
        {
            Ok(rows) => {
                self.after = rows.last().map(|row| row.id);
                self.rows = rows.into_iter();
                self.rows.next().map(Ok)
            }
            Err(error) => {
                // Asking again would repeat or skip.
                self.stop();
                Some(Err(error))
            }
        }
    }
}
