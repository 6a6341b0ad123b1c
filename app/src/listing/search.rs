//! Reading through a recording on a thread of its own, for those who look at what is found so far.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use reprise_store::{ExchangeId, ExchangeRow};
use reprise_wire::filter::Filter;
use rustc_hash::FxHashMap;

use super::order::Ranks;
use crate::Error;

/// So many exchanges are looked at between two tellings of what was found.
const STRIDE: u32 = 4_096;

/// What is being found, and what was.
pub(super) struct Search {
    state: Mutex<State>,
    changed: Condvar,
    stopped: AtomicBool,
}

#[derive(Default)]
struct State {
    /// The numbers found, in their order; while sorting is still to come none of them is shown.
    ids: Vec<u32>,
    /// How many were found.
    total: u32,
    looked_at: u32,
    over: bool,
    /// Why reading ended early, until it is told.
    failed: Option<Error>,
}

/// What was found for a page.
pub(super) struct Found {
    pub(super) ids: Vec<ExchangeId>,
    pub(super) total: u32,
    pub(super) looked_at: u32,
    pub(super) complete: bool,
}

impl Search {
    /// Begins to read.
    ///
    /// # Errors
    /// The system refuses a thread.
    pub(super) fn begin(
        rows: impl Iterator<Item = Result<ExchangeRow, reprise_store::Error>> + Send + 'static,
        filter: Option<Filter>,
        ranks: Ranks,
        operations: Arc<FxHashMap<u32, String>>,
    ) -> Result<Arc<Self>, Error> {
        let search = Arc::new(Self {
            state: Mutex::default(),
            changed: Condvar::new(),
            stopped: AtomicBool::new(false),
        });
        let reading = Reading {
            search: Arc::clone(&search),
            filter,
            ranks,
            operations,
        };
        thread::Builder::new()
            .name("listing".to_owned())
            .spawn(move || reading.read(rows))
            .map_err(|error| Error::Usage(format!("cannot start a thread: {error}")))?;
        Ok(search)
    }

    /// Has the reading end.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// The numbers at these places, once they are found or `patience` has passed.
    pub(super) fn found(&self, from: u32, to: u32, patience: Duration) -> Result<Found, Error> {
        let deadline = Instant::now() + patience;
        let mut state = self.state();
        loop {
            if let Some(error) = state.failed.take() {
                return Err(error);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if state.over || state.ids.len() >= to as usize || left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let end = state.ids.len().min(to as usize);
        let ids = state.ids.get(from as usize..end).unwrap_or_default();
        Ok(Found {
            ids: ids.iter().copied().map(ExchangeId).collect(),
            total: state.total,
            looked_at: state.looked_at,
            complete: state.over,
        })
    }

    /// Where a number is among those found so far.
    pub(super) fn place_of(&self, exchange: u32) -> Option<u32> {
        let state = self.state();
        let place = state.ids.iter().position(|id| *id == exchange)?;
        u32::try_from(place).ok()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is whole before the lock is let go.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The thread's side.
struct Reading {
    search: Arc<Search>,
    filter: Option<Filter>,
    ranks: Ranks,
    operations: Arc<FxHashMap<u32, String>>,
}

impl Reading {
    fn read(self, rows: impl Iterator<Item = Result<ExchangeRow, reprise_store::Error>>) {
        let outcome = if self.ranks.keep_order() && !self.ranks.descend() {
            self.in_order(rows)
        } else {
            self.sorted(rows)
        };
        let mut state = self.search.state();
        state.over = true;
        state.failed = outcome.err().map(Error::from);
        self.search.changed.notify_all();
    }

    /// Tells the numbers as they are found.
    fn in_order(
        &self,
        rows: impl Iterator<Item = Result<ExchangeRow, reprise_store::Error>>,
    ) -> Result<(), reprise_store::Error> {
        let mut found = Vec::new();
        let mut looked_at = 0;
        for row in rows {
            let row = row?;
            looked_at += 1;
            if self.wants(&row) {
                found.push(row.id.0);
            }
            if looked_at % STRIDE == 0 {
                if self.search.stopped.load(Ordering::Relaxed) {
                    return Ok(());
                }
                self.tell(looked_at, |state| {
                    state.ids.append(&mut found);
                    state.total = count(&state.ids);
                });
            }
        }
        self.tell(looked_at, |state| {
            state.ids.append(&mut found);
            state.total = count(&state.ids);
        });
        Ok(())
    }

    /// Tells the numbers once all are found and sorted, and how many there are until then.
    fn sorted(
        &self,
        rows: impl Iterator<Item = Result<ExchangeRow, reprise_store::Error>>,
    ) -> Result<(), reprise_store::Error> {
        let mut packed: Vec<u64> = Vec::new();
        let mut looked_at = 0;
        for row in rows {
            let row = row?;
            looked_at += 1;
            if self.wants(&row) {
                packed.push(self.ranks.packed(&row));
            }
            if looked_at % STRIDE == 0 {
                if self.search.stopped.load(Ordering::Relaxed) {
                    return Ok(());
                }
                self.tell(looked_at, |state| state.total = count(&packed));
            }
        }
        packed.sort_unstable();
        let ids: Vec<u32> = packed.iter().map(|packed| *packed as u32).collect();
        self.tell(looked_at, |state| {
            state.total = count(&ids);
            state.ids = ids;
        });
        Ok(())
    }

    fn wants(&self, row: &ExchangeRow) -> bool {
        self.filter.as_ref().is_none_or(|filter| {
            let operation = self.operations.get(&row.operation.0);
            filter.matches(&row.candidate(operation.map_or("", String::as_str)))
        })
    }

    fn tell(&self, looked_at: u32, change: impl FnOnce(&mut State)) {
        let mut state = self.search.state();
        state.looked_at = looked_at;
        change(&mut state);
        self.search.changed.notify_all();
    }
}

/// Exchanges are numbered by 32 bits, so that no list of them is longer.
fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
