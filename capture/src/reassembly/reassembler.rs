//! The table of connections: finds each segment's own, and lets go of those whose time is up.
//! Times are packet times, in nanoseconds.

use std::collections::hash_map::Entry;

use reprise_wire::{Close, Timestamp};
use rustc_hash::FxHashMap;

use super::connection::{Connection, Expiry};
use super::counts::ReassemblyCounts;
use super::event::ConnectionEvent;
use super::flow::{self, FlowKey};
use super::half::nanos_between;
use super::identity::{Context, Slots};
use super::limits::ReassemblyLimits;
use crate::link::Segment;

/// How often open holes are looked at.
const HOLES_EVERY: i64 = 500_000_000;
/// How often all connections are looked at.
const CONNECTIONS_EVERY: i64 = 2_000_000_000;
/// The part of the table that is let go at once when it is full.
const LET_GO: usize = 64;

/// Turns segments into connection events. Give it every segment in the order it was captured.
#[derive(Debug)]
pub struct Reassembler {
    limits: ReassemblyLimits,
    table: FxHashMap<FlowKey, Connection>,
    /// Connections that had a hole when last looked at.
    with_holes: Vec<FlowKey>,
    waiting_bytes: usize,
    serials: u64,
    slots: Slots,
    counts: ReassemblyCounts,
    holes_seen_at: Timestamp,
    connections_seen_at: Timestamp,
}

impl Reassembler {
    /// Starts with nothing known.
    pub fn new(limits: ReassemblyLimits) -> Self {
        Self {
            limits,
            table: FxHashMap::default(),
            with_holes: Vec::new(),
            waiting_bytes: 0,
            serials: 0,
            slots: Slots::default(),
            counts: ReassemblyCounts::default(),
            holes_seen_at: Timestamp::default(),
            connections_seen_at: Timestamp::default(),
        }
    }

    /// What was seen and given up so far.
    pub fn counts(&self) -> &ReassemblyCounts {
        &self.counts
    }

    /// Bytes that wait behind holes.
    pub const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// How many connections are remembered, those just closed included.
    pub fn remembered(&self) -> usize {
        self.table.len()
    }

    /// Follows one segment and tells what it made known.
    pub fn push(&mut self, segment: &Segment<'_>, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        self.tidy(segment.at, emit);
        let (key, side) = flow::of(segment);
        if self.table.len() >= self.limits.connections && !self.table.contains_key(&key) {
            self.make_room(segment.at, emit);
        }
        let mut context = Context {
            limits: &self.limits,
            counts: &mut self.counts,
            slots: &mut self.slots,
            emit,
        };
        let connection = match self.table.entry(key) {
            Entry::Occupied(entry) => {
                let connection = entry.into_mut();
                if connection.is_succeeded_by(segment, side) {
                    self.waiting_bytes -= connection.waiting_bytes();
                    let is_listed = connection.is_listed;
                    connection.finish(segment.at, Close::Evicted, &mut context);
                    self.serials += 1;
                    *connection = Connection::new(self.serials, key, segment.at);
                    connection.is_listed = is_listed;
                }
                connection
            }
            // A RST to a connection nobody knows ends nothing.
            Entry::Vacant(_) if segment.rst && !segment.replay_marked => {
                context.counts.segments += 1;
                context.counts.outside += 1;
                return;
            }
            Entry::Vacant(entry) => {
                self.serials += 1;
                entry.insert(Connection::new(self.serials, key, segment.at))
            }
        };
        let before = connection.waiting_bytes();
        connection.push(segment, side, &mut context);
        let after = connection.waiting_bytes();
        self.waiting_bytes = self
            .waiting_bytes
            .saturating_sub(before)
            .saturating_add(after);
        if self.waiting_bytes > self.limits.total_bytes && after > before {
            connection.expire_holes(segment.at, true, &mut context);
            self.waiting_bytes -= after.saturating_sub(connection.waiting_bytes());
        }
        if connection.has_hole() && !connection.is_listed {
            connection.is_listed = true;
            self.with_holes.push(key);
        }
    }

    /// Closes what is open, in the order in which it began.
    pub fn finish(&mut self, at: Timestamp, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        let everything: Vec<_> = self
            .table
            .iter()
            .map(|(key, connection)| (connection.serial, *key))
            .collect();
        self.let_go(everything, at, Close::CaptureEnd, emit);
    }

    /// Gives up old holes and lets go of connections whose time is up, every so often.
    fn tidy(&mut self, now: Timestamp, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        if is_due(&mut self.holes_seen_at, now, HOLES_EVERY) && !self.with_holes.is_empty() {
            self.expire_holes(now, emit);
        }
        if !is_due(&mut self.connections_seen_at, now, CONNECTIONS_EVERY) {
            return;
        }
        let limits = self.limits;
        for (expiry, close) in [
            (Expiry::Forget, Close::CaptureEnd),
            (Expiry::Reset, Close::Reset),
            (Expiry::Idle, Close::Evicted),
        ] {
            let expired: Vec<_> = self
                .table
                .iter()
                .filter(|(_, connection)| connection.expiry(now, &limits) == Some(expiry))
                .map(|(key, connection)| (connection.serial, *key))
                .collect();
            if expiry == Expiry::Idle {
                self.counts.evicted_connections += expired.len() as u64;
            }
            self.let_go(expired, now, close, emit);
        }
    }

    fn expire_holes(&mut self, now: Timestamp, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        let mut still = Vec::new();
        for key in std::mem::take(&mut self.with_holes) {
            let Some(connection) = self.table.get_mut(&key) else {
                continue;
            };
            let before = connection.waiting_bytes();
            let mut context = Context {
                limits: &self.limits,
                counts: &mut self.counts,
                slots: &mut self.slots,
                emit,
            };
            connection.expire_holes(now, false, &mut context);
            self.waiting_bytes -= before.saturating_sub(connection.waiting_bytes());
            connection.is_listed = connection.has_hole();
            if connection.is_listed {
                still.push(key);
            }
        }
        self.with_holes = still;
    }

    /// Lets go of the least recently active connections.
    fn make_room(&mut self, now: Timestamp, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        let mut by_age: Vec<_> = self
            .table
            .iter()
            .map(|(key, connection)| (connection.last_seen, connection.serial, *key))
            .collect();
        let many = (by_age.len() / LET_GO).max(1).min(by_age.len());
        by_age.sort_unstable();
        let oldest: Vec<_> = by_age
            .into_iter()
            .take(many)
            .map(|(_, serial, key)| (serial, key))
            .collect();
        self.counts.evicted_connections += oldest.len() as u64;
        self.let_go(oldest, now, Close::Evicted, emit);
    }

    fn let_go(
        &mut self,
        mut connections: Vec<(u64, FlowKey)>,
        at: Timestamp,
        close: Close,
        emit: &mut impl FnMut(ConnectionEvent<'_>),
    ) {
        connections.sort_unstable();
        for (_, key) in connections {
            let Some(mut connection) = self.table.remove(&key) else {
                continue;
            };
            self.waiting_bytes -= connection.waiting_bytes();
            let mut context = Context {
                limits: &self.limits,
                counts: &mut self.counts,
                slots: &mut self.slots,
                emit,
            };
            connection.finish(at, close, &mut context);
        }
    }
}

/// Whether `every` nanoseconds have passed since `last`; if so, or if time went backwards, `last`
/// becomes `now`.
fn is_due(last: &mut Timestamp, now: Timestamp, every: i64) -> bool {
    let passed = nanos_between(*last, now);
    if passed >= 0 && passed < every {
        return false;
    }
    *last = now;
    passed >= every
}
