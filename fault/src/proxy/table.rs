//! The faults of one proxy: changed while connections are open, read by every thread, counted live.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::{Behaviour, Fault, Percent, Subject};

/// A fault of a proxy, with what it has done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultState {
    /// Its number in this proxy, from 1; it never changes and is never used again.
    pub id: u32,
    /// What it does, when and on what.
    pub fault: Fault,
    /// Whether it is switched on.
    pub on: bool,
    /// How many exchanges it struck; connections, where it acts on those.
    pub injected: u64,
    /// How many of those it was asked about it let pass.
    #[serde(default)]
    pub passed: u64,
    /// How many connections it struck.
    pub connections: u64,
}

/// A fault that is on, or could be switched on.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) id: u32,
    pub(super) fault: Fault,
    /// Its spans of time count from here.
    since: Instant,
    /// When it ends unless whoever asked for it says again that it is wanted, in its own time; microseconds.
    leased_until_us: AtomicU64,
    injected: AtomicU64,
    passed: AtomicU64,
    connections: AtomicU64,
    asked: AtomicU64,
}

impl Placed {
    fn new(id: u32, fault: Fault) -> Self {
        Self {
            id,
            fault,
            since: Instant::now(),
            leased_until_us: AtomicU64::new(u64::MAX),
            injected: AtomicU64::new(0),
            passed: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            asked: AtomicU64::new(0),
        }
    }

    /// Its own time, microseconds.
    pub(super) fn now_us(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// Whether its spans of time have it on now.
    pub(super) fn is_on(&self) -> bool {
        !self.is_over() && self.fault.is_on(self.now_us())
    }

    /// Whether it is asked about this now.
    pub(super) fn concerns(&self, subject: &Subject<'_>) -> bool {
        !self.is_over() && self.fault.concerns(self.now_us(), subject)
    }

    /// When it next goes on or off by itself.
    pub(super) fn next_edge(&self) -> Option<Instant> {
        let now_us = self.now_us();
        let leased_until_us = self.leased_until_us.load(Ordering::Relaxed);
        let window = self.fault.window;
        let edge_us = window
            .and_then(|window| window.next_edge_us(now_us))
            .unwrap_or(u64::MAX)
            .min(leased_until_us);
        self.since.checked_add(Duration::from_micros(edge_us))
    }

    /// Whether nobody has said in time that it is still wanted.
    fn is_over(&self) -> bool {
        self.leased_until_us.load(Ordering::Relaxed) <= self.now_us()
    }

    /// Lets it end so long from now.
    fn lease(&self, length: Duration) {
        let length_us = u64::try_from(length.as_micros()).unwrap_or(u64::MAX);
        let until_us = self.now_us().saturating_add(length_us);
        self.leased_until_us.store(until_us, Ordering::Relaxed);
    }

    /// How long it stays without another word; `None`: for good.
    fn leased_for(&self) -> Option<Duration> {
        let until_us = self.leased_until_us.load(Ordering::Relaxed);
        (until_us != u64::MAX)
            .then(|| Duration::from_micros(until_us.saturating_sub(self.now_us())))
    }

    /// Whether nobody is to listen because of it.
    pub(super) fn is_all_down(&self) -> bool {
        matches!(self.fault.behaviour, Behaviour::Down(_))
            && self.fault.percent == Percent::ALL
            && self.fault.selector.is_none()
    }

    /// Counts that it is asked, over all connections; how often it had been.
    pub(super) fn ask(&self) -> u64 {
        self.asked.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts that it was asked and did not strike.
    pub(super) fn let_pass(&self) {
        self.passed.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts that it struck; `first`: for the first time on its connection.
    pub(super) fn struck(&self, first: bool) {
        self.injected.fetch_add(1, Ordering::Relaxed);
        self.connections
            .fetch_add(u64::from(first), Ordering::Relaxed);
    }
}

/// The faults that are switched on, in order.
pub(super) type Current = Arc<Vec<Arc<Placed>>>;

#[derive(Debug)]
struct Entry {
    on: bool,
    placed: Arc<Placed>,
}

/// All faults of a proxy.
#[derive(Debug)]
pub(super) struct Table {
    entries: Mutex<(u32, Vec<Entry>)>,
    current: watch::Sender<Current>,
}

impl Table {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        let table = Self {
            entries: Mutex::default(),
            current: watch::Sender::default(),
        };
        for fault in faults {
            table.add(fault, true);
        }
        table
    }

    /// Tells of every change.
    pub(super) fn follow(&self) -> watch::Receiver<Current> {
        self.current.subscribe()
    }

    /// Adds a fault after all others; its number, from 1.
    pub(super) fn add(&self, fault: Fault, on: bool) -> u32 {
        let mut entries = self.entries();
        entries.0 += 1;
        let id = entries.0;
        let placed = Arc::new(Placed::new(id, fault));
        entries.1.push(Entry { on, placed });
        self.publish(&entries.1);
        id
    }

    /// Puts another fault in the place of one, counted from zero. False: there is none with this number.
    pub(super) fn replace(&self, id: u32, fault: Fault) -> bool {
        self.change(id, |entry| {
            let placed = Placed::new(id, fault);
            if let Some(left) = entry.placed.leased_for() {
                placed.lease(left);
            }
            entry.placed = Arc::new(placed);
        })
    }

    /// Lets a fault end so long from now, unless this is said again. False: there is none with this number.
    pub(super) fn lease(&self, id: u32, length: Duration) -> bool {
        self.change(id, |entry| entry.placed.lease(length))
    }

    /// Switches a fault on or off. False: there is none with this number.
    pub(super) fn switch(&self, id: u32, on: bool) -> bool {
        self.change(id, |entry| entry.on = on)
    }

    /// Removes a fault. False: there is none with this number.
    pub(super) fn remove(&self, id: u32) -> bool {
        let mut entries = self.entries();
        let before = entries.1.len();
        entries.1.retain(|entry| entry.placed.id != id);
        self.publish(&entries.1);
        entries.1.len() < before
    }

    /// Has the faults of another table, with their numbers and what they have done.
    pub(super) fn take_over(&self, other: &Self) {
        let mut entries = self.entries();
        let others = other.entries();
        entries.0 = others.0;
        entries.1.clear();
        entries
            .1
            .extend(others.1.iter().map(|Entry { on, placed }| Entry {
                on: *on,
                placed: Arc::clone(placed),
            }));
        self.publish(&entries.1);
    }

    /// Removes all faults.
    pub(super) fn clear(&self) {
        let mut entries = self.entries();
        entries.1.clear();
        self.publish(&entries.1);
    }

    pub(super) fn states(&self) -> Vec<FaultState> {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let entries = self.entries_in_use();
        let states = entries.1.iter().map(|Entry { on, placed }| FaultState {
            id: placed.id,
            fault: placed.fault.clone(),
            on: *on,
            injected: of(&placed.injected),
            passed: of(&placed.passed),
            connections: of(&placed.connections),
        });
        states.collect()
    }

    fn change(&self, id: u32, change: impl FnOnce(&mut Entry)) -> bool {
        let mut entries = self.entries_in_use();
        let found = entries.1.iter_mut().find(|entry| entry.placed.id == id);
        let is_there = found.map(change).is_some();
        self.publish(&entries.1);
        is_there
    }

    fn publish(&self, entries: &[Entry]) {
        let on = entries.iter().filter(|entry| entry.on);
        let on: Vec<Arc<Placed>> = on.map(|entry| Arc::clone(&entry.placed)).collect();
        self.current.send_replace(Arc::new(on));
    }

    /// All entries, once those that are over are gone.
    fn entries_in_use(&self) -> MutexGuard<'_, (u32, Vec<Entry>)> {
        let mut entries = self.entries();
        let before = entries.1.len();
        entries.1.retain(|entry| !entry.placed.is_over());
        if entries.1.len() < before {
            self.publish(&entries.1);
        }
        entries
    }

    fn entries(&self) -> MutexGuard<'_, (u32, Vec<Entry>)> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
