//! The table of connections: finds each segment's own, and lets go of those whose time is up.
//! Times are packet times, in nanoseconds.

use std::collections::hash_map::Entry;

use reprise_wire::{Close, Timestamp};
use rustc_hash::FxHashMap;

use super::connection::{Connection, Expiry};
use super::counts::ReassemblyCounts;
use super::event::ConnectionEvent;
use super::flow::{self, FlowKey};
use super::group::Group;
use super::half::nanos_between;
use super::identity::{Context, Slots};
use super::limits::ReassemblyLimits;
use crate::link::Segment;

/// How often open holes are looked at.
const HOLES_EVERY: i64 = 500_000_000;
/// How often all connections are looked at.
const CONNECTIONS_EVERY: i64 = 2_000_000_000;
/// The part of the table that is let go at once when it is full.
const LET_GO: usize = 16;
/// The part of what waits behind holes that is given up at once when it is too much.
const GIVEN_UP: usize = 8;

/// A connection by its number, and where it is in the table.
type Known = (u64, FlowKey);

/// Turns segments into connection events. Give it every segment in the order it was captured.
#[derive(Debug)]
pub struct Reassembler {
    limits: ReassemblyLimits,
    table: FxHashMap<FlowKey, Group>,
    /// How many connections are in the table.
    remembered: usize,
    /// Connections that had a hole when last looked at.
    with_holes: Vec<Known>,
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
            remembered: 0,
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

    /// Bytes that wait behind holes, with what keeping them costs.
    pub const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// How many connections are remembered, those just closed included.
    pub const fn remembered(&self) -> usize {
        self.remembered
    }

    /// Follows one segment and tells what it made known.
    pub fn push(&mut self, segment: &Segment<'_>, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        self.tidy(segment.at, emit);
        let (key, side) = flow::of(segment);
        if self.remembered >= self.limits.connections && !self.table.contains_key(&key) {
            self.make_room(segment.at, emit);
        }
        let mut context = Context {
            limits: &self.limits,
            counts: &mut self.counts,
            slots: &mut self.slots,
            emit,
        };
        let (serials, remembered) = (&mut self.serials, &mut self.remembered);
        let mut begin = || {
            *serials += 1;
            *remembered += 1;
            Connection::new(*serials, key, segment)
        };
        // A RST to a connection nobody knows ends nothing.
        let begins_nothing = segment.rst && !segment.replay_marked;
        let connection = match self.table.entry(key) {
            Entry::Occupied(entry) => {
                let group = entry.into_mut();
                match group.place_of(segment, side) {
                    Some(place) => Some(group.at(place)),
                    None if begins_nothing => None,
                    None => Some(group.add(begin())),
                }
            }
            Entry::Vacant(_) if begins_nothing => None,
            Entry::Vacant(entry) => Some(entry.insert(Group::new(begin())).at(0)),
        };
        let Some(connection) = connection else {
            context.counts.segments += 1;
            context.counts.outside += 1;
            return;
        };
        if connection.is_succeeded_by(segment, side) {
            self.waiting_bytes -= connection.waiting_bytes();
            connection.finish(segment.at, Close::Evicted, &mut context);
            self.serials += 1;
            *connection = Connection::new(self.serials, key, segment);
        }
        connection.is_also_seen_on(segment.path.network);
        let before = connection.waiting_bytes();
        connection.push(segment, side, &mut context);
        self.waiting_bytes = self
            .waiting_bytes
            .saturating_sub(before)
            .saturating_add(connection.waiting_bytes());
        if connection.has_hole() && !connection.is_listed {
            connection.is_listed = true;
            self.with_holes.push((connection.serial, key));
        }
        if self.waiting_bytes > self.limits.total_bytes {
            self.give_up_largest(segment.at, emit);
        }
    }

    /// Closes what is open, in the order in which it began.
    pub fn finish(&mut self, at: Timestamp, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        let everything = self.chosen(|_| true);
        self.let_go(everything, at, Close::CaptureEnd, emit);
    }

    /// The connections that `choose` chooses.
    fn chosen(&self, choose: impl Fn(&Connection) -> bool) -> Vec<Known> {
        let table = self.table.iter();
        table
            .flat_map(|(key, group)| group.iter().map(move |one| (one, *key)))
            .filter(|(connection, _)| choose(connection))
            .map(|(connection, key)| (connection.serial, key))
            .collect()
    }

    /// Gives up old holes and lets go of connections whose time is up, every so often.
    fn tidy(&mut self, now: Timestamp, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        if is_due(&mut self.holes_seen_at, now, HOLES_EVERY) && !self.with_holes.is_empty() {
            let listed = std::mem::take(&mut self.with_holes);
            self.expire_holes(listed, now, false, emit);
        }
        if !is_due(&mut self.connections_seen_at, now, CONNECTIONS_EVERY) {
            return;
        }
        let limits = self.limits;
        for (expiry, close) in [
            (Expiry::HalfOpen, Close::CaptureEnd),
            (Expiry::Forget, Close::CaptureEnd),
            (Expiry::Reset, Close::Reset),
            (Expiry::Idle, Close::Evicted),
        ] {
            let expired = self.chosen(|one| one.expiry(now, &limits) == Some(expiry));
            match expiry {
                Expiry::HalfOpen => self.counts.half_open += expired.len() as u64,
                Expiry::Idle => self.counts.evicted_idle += expired.len() as u64,
                Expiry::Forget | Expiry::Reset => {}
            }
            self.let_go(expired, now, close, emit);
        }
    }

    /// Gives up what waits too long (or anyhow, when `all`) behind the holes of the connections `listed`.
    fn expire_holes(
        &mut self,
        listed: Vec<Known>,
        now: Timestamp,
        all: bool,
        emit: &mut impl FnMut(ConnectionEvent<'_>),
    ) {
        for (serial, key) in listed {
            let group = self.table.get_mut(&key);
            let Some(connection) = group.and_then(|group| group.get_mut(serial)) else {
                continue;
            };
            let before = connection.waiting_bytes();
            let mut context = Context {
                limits: &self.limits,
                counts: &mut self.counts,
                slots: &mut self.slots,
                emit,
            };
            connection.expire_holes(now, all, &mut context);
            self.waiting_bytes -= before.saturating_sub(connection.waiting_bytes());
            connection.is_listed = connection.has_hole();
            if connection.is_listed {
                self.with_holes.push((serial, key));
            }
        }
    }

    /// Gives up the holes behind which most waits, until there is room again for a while.
    fn give_up_largest(&mut self, now: Timestamp, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        let goal = self.limits.total_bytes - self.limits.total_bytes / GIVEN_UP;
        let mut by_size: Vec<_> = std::mem::take(&mut self.with_holes)
            .into_iter()
            .map(|(serial, key)| {
                let connection = self.table.get_mut(&key).and_then(|one| one.get_mut(serial));
                let waiting = connection.map_or(0, |connection| connection.waiting_bytes());
                (waiting, serial, key)
            })
            .collect();
        by_size.sort_unstable();
        let mut rest = self.waiting_bytes;
        let mut largest = Vec::new();
        while rest > goal
            && let Some((waiting, serial, key)) = by_size.pop()
        {
            rest = rest.saturating_sub(waiting);
            largest.push((serial, key));
        }
        let others = by_size.into_iter();
        self.with_holes = others.map(|(_, serial, key)| (serial, key)).collect();
        self.expire_holes(largest, now, true, emit);
    }

    /// Lets go of some connections: those that carried nothing or have closed before the others, and the
    /// least recently active before the others.
    fn make_room(&mut self, now: Timestamp, emit: &mut impl FnMut(ConnectionEvent<'_>)) {
        let mut by_age: Vec<_> = self
            .table
            .iter()
            .flat_map(|(key, group)| group.iter().map(move |one| (one, *key)))
            .map(|(one, key)| (one.is_open(), one.last_seen, one.serial, key))
            .collect();
        let many = (by_age.len() / LET_GO).max(1).min(by_age.len());
        if many < by_age.len() {
            by_age.select_nth_unstable(many);
        }
        by_age.truncate(many);
        for (is_open, ..) in &by_age {
            if *is_open {
                self.counts.evicted_table_full += 1;
            } else {
                self.counts.half_open += 1;
            }
        }
        let oldest = by_age.into_iter().map(|(_, _, serial, key)| (serial, key));
        self.let_go(oldest.collect(), now, Close::Evicted, emit);
    }

    fn let_go(
        &mut self,
        mut connections: Vec<Known>,
        at: Timestamp,
        close: Close,
        emit: &mut impl FnMut(ConnectionEvent<'_>),
    ) {
        connections.sort_unstable();
        for (serial, key) in connections {
            let Some(group) = self.table.remove(&key) else {
                continue;
            };
            let (connection, left) = group.without(serial);
            if let Some(group) = left {
                self.table.insert(key, group);
            }
            let Some(mut connection) = connection else {
                continue;
            };
            self.remembered -= 1;
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
