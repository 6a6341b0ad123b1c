//! The rows of a recording in the order in which their exchanges began. They are stored as they completed, so
//! the order is made first, from 16 bytes an exchange; the rows themselves are read page by page.

use std::collections::VecDeque;

use reprise_store::{Error, ExchangeId, ExchangeRow, RecordingId, Store};
use reprise_wire::filter::Filter;
use rustc_hash::FxHashMap;

/// Rows that are read together.
const PAGE: u32 = 256;
/// Pages that are kept: long exchanges are stored far from those that began beside them.
const KEPT_PAGES: usize = 16;

/// Hands out rows in order.
pub(super) struct InOrder {
    store: Store,
    recording: RecordingId,
    order: std::vec::IntoIter<(i64, u32)>,
    pages: VecDeque<(u32, Vec<ExchangeRow>)>,
    /// How many exchanges are left of each connection.
    left: FxHashMap<u32, u32>,
}

impl InOrder {
    /// The rows that match `filter`.
    pub(super) fn of(
        store: &Store,
        recording: RecordingId,
        filter: Option<&Filter>,
    ) -> Result<Self, Error> {
        let operations = store.operations(recording)?.into_iter();
        let operations: FxHashMap<u32, String> =
            operations.map(|row| (row.id.0, row.text)).collect();
        let mut order = Vec::new();
        let mut left: FxHashMap<u32, u32> = FxHashMap::default();
        for row in store.all_exchanges(recording) {
            let row = row?;
            let operation = operations.get(&row.operation.0).map_or("", String::as_str);
            if filter.is_none_or(|filter| filter.matches(&row.candidate(operation))) {
                order.push((row.at_us, row.id.0));
                *left.entry(row.connection.0).or_default() += 1;
            }
        }
        order.sort_unstable();
        Ok(Self {
            store: store.clone(),
            recording,
            order: order.into_iter(),
            pages: VecDeque::new(),
            left,
        })
    }

    /// How many are left.
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    /// The next row, and whether it is the last of its connection.
    pub(super) fn next(&mut self) -> Result<Option<(ExchangeRow, bool)>, Error> {
        let Some((_, id)) = self.order.next() else {
            return Ok(None);
        };
        let number = id.saturating_sub(1) / PAGE;
        if !self.pages.iter().any(|(known, _)| *known == number) {
            let before = ExchangeId(number.saturating_mul(PAGE));
            let rows = self.store.exchanges(self.recording, before, PAGE)?;
            self.pages.truncate(KEPT_PAGES - 1);
            self.pages.push_front((number, rows));
        }
        let page = self.pages.iter().find(|(known, _)| *known == number);
        let row = page.and_then(|(_, rows)| rows.iter().find(|row| row.id.0 == id));
        Ok(row.cloned().map(|row| {
            let left = self.left.entry(row.connection.0).or_default();
            *left = left.saturating_sub(1);
            let is_last = *left == 0;
            (row, is_last)
        }))
    }
}
