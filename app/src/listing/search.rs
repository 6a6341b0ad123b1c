//! Reading through a recording on a thread of its own, for those who look at what is found so far.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use reprise_store::{ExchangeId, Glance, RecordingId, Store};
use reprise_wire::filter::Filter;
use rustc_hash::FxHashMap;

use super::order::Ranks;
use crate::Error;

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
        store: Store,
        recording: RecordingId,
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
            store,
            recording,
            search: Arc::clone(&search),
            filter,
            ranks,
            operations,
        };
        thread::Builder::new()
            .name("listing".to_owned())
            .spawn(move || reading.read())
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
    store: Store,
    recording: RecordingId,
    search: Arc<Search>,
    filter: Option<Filter>,
    ranks: Ranks,
    operations: Arc<FxHashMap<u32, String>>,
}

impl Reading {
    fn read(self) {
        let outcome = if self.ranks.keep_order() && !self.ranks.descend() {
            self.in_order()
        } else {
            self.sorted()
        };
        let mut state = self.search.state();
        state.over = true;
        state.failed = outcome.err().map(Error::from);
        self.search.changed.notify_all();
    }

    /// Tells the numbers as they are found.
    fn in_order(&self) -> Result<(), reprise_store::Error> {
        let mut found = Vec::new();
        self.each_wanted(
            &mut found,
            |found, glance| found.push(glance.id.0),
            |found, state| {
                state.ids.append(found);
                state.total = count(&state.ids);
            },
        )
    }

    /// Tells the numbers once all are found and sorted, and how many there are until then.
    fn sorted(&self) -> Result<(), reprise_store::Error> {
        let mut packed: Vec<u64> = Vec::new();
        self.each_wanted(
            &mut packed,
            |packed, glance| packed.push(self.ranks.packed(glance)),
            |packed, state| state.total = count(packed),
        )?;
        packed.sort_unstable();
        let mut state = self.search.state();
        state.ids = packed.iter().map(|packed| *packed as u32).collect();
        Ok(())
    }

    /// Reads all, unless it is stopped: `take`s what is wanted, and `tell`s of it now and then.
    fn each_wanted<T>(
        &self,
        found: &mut Vec<T>,
        take: impl Fn(&mut Vec<T>, &Glance<'_>),
        tell: impl Fn(&mut Vec<T>, &mut State),
    ) -> Result<(), reprise_store::Error> {
        let mut looked_at = 0;
        let mut next = Some(ExchangeId(1));
        while let Some(from) = next
            && !self.search.stopped.load(Ordering::Relaxed)
        {
            next = self.store.glance_over(self.recording, from, |glance| {
                looked_at += 1;
                if self.wants(glance) {
                    take(found, glance);
                }
            })?;
            let mut state = self.search.state();
            state.looked_at = looked_at;
            tell(found, &mut state);
            self.search.changed.notify_all();
        }
        Ok(())
    }

    fn wants(&self, glance: &Glance<'_>) -> bool {
        self.filter.as_ref().is_none_or(|filter| {
            let operation = self.operations.get(&glance.operation.0);
            filter.matches(&glance.candidate(operation.map_or("", String::as_str)))
        })
    }
}

/// Exchanges are numbered by 32 bits, so that no list of them is longer.
fn count<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
