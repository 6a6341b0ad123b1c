//! Packets that were captured before one they acknowledge: several queues of a network card, or the two
//! directions on two taps, hand packets over in another order than they passed. They wait for a moment, or what
//! they acknowledge would be taken for lost; so do the first bytes of a connection whose SYN was not seen yet, or
//! what stands before them would be taken for something from before the capture.

use std::collections::VecDeque;

use super::{Connection, FOREIGN_DISTANCE, State};
use crate::link::{Endpoint, Path, Segment};
use crate::reassembly::event::ConnectionEvent;
use crate::reassembly::flow::Side;
use crate::reassembly::half::{SEGMENT_COST, nanos_between};
use crate::reassembly::identity::Context;
use crate::reassembly::limits::ReassemblyLimits;
use reprise_wire::Timestamp;

/// After so many packets in a row that waited in vain the connection's packets are lost rather than late.
const MOST_IN_VAIN: u8 = 8;

/// Where both sides have said something and one of them more, a SYN is not late: it was before the capture.
const MOST_TURNS: usize = 2;

/// What waits of one connection, in the order it was captured.
#[derive(Debug, Default)]
pub(super) struct Overtaking {
    segments: VecDeque<(Side, Waiting)>,
    bytes: usize,
    /// How many have waited in vain since one did not.
    in_vain: u8,
}

/// A segment with bytes of its own.
#[derive(Debug)]
struct Waiting {
    at: Timestamp,
    source: Endpoint,
    destination: Endpoint,
    sequence: u32,
    acknowledgement: Option<u32>,
    syn: bool,
    fin: bool,
    rst: bool,
    payload: Box<[u8]>,
    missing: u32,
    path: Path,
}

impl Waiting {
    fn of(segment: &Segment<'_>) -> Self {
        Self {
            at: segment.at,
            source: segment.source,
            destination: segment.destination,
            sequence: segment.sequence,
            acknowledgement: segment.acknowledgement,
            syn: segment.syn,
            fin: segment.fin,
            rst: segment.rst,
            payload: segment.payload.into(),
            missing: segment.missing,
            path: segment.path,
        }
    }

    fn segment(&self) -> Segment<'_> {
        Segment {
            at: self.at,
            source: self.source,
            destination: self.destination,
            sequence: self.sequence,
            acknowledgement: self.acknowledgement,
            syn: self.syn,
            fin: self.fin,
            rst: self.rst,
            payload: &self.payload,
            missing: self.missing,
            path: self.path,
            // Marked ones never wait.
            replay_marked: false,
        }
    }
}

impl Overtaking {
    /// What waits, with what keeping it costs.
    pub(super) fn cost(&self) -> usize {
        self.bytes + self.segments.len() * SEGMENT_COST
    }

    pub(super) fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    pub(super) fn segments(&self) -> u64 {
        self.segments.len() as u64
    }

    /// Whether the first has waited long enough at `now`, or too much waits behind it.
    fn is_over(&self, now: Timestamp, limits: &ReassemblyLimits) -> bool {
        let first = self.segments.front();
        let waited = first.map_or(0, |(_, first)| nanos_between(first.at, now));
        waited > limits.overtaking_nanos
            || self.bytes > limits.hole_bytes
            || self.segments.len() > limits.hole_segments
    }

    /// One's turn has come; after one that waited in vain that is no wonder.
    const fn came(&mut self, is_late: bool) {
        if !is_late && self.in_vain < MOST_IN_VAIN {
            self.in_vain = 0;
        }
    }

    /// How often those that wait change sides.
    fn turns(&self) -> usize {
        let (before, after) = (self.segments.iter(), self.segments.iter().skip(1));
        before
            .zip(after)
            .filter(|(one, next)| one.0 != next.0)
            .count()
    }

    fn put(&mut self, segment: &Segment<'_>, side: Side) {
        self.bytes += segment.payload.len();
        self.segments.push_back((side, Waiting::of(segment)));
    }

    fn take(&mut self, place: usize) -> Option<(Side, Waiting)> {
        let (side, segment) = self.segments.remove(place)?;
        self.bytes = self.bytes.saturating_sub(segment.payload.len());
        Some((side, segment))
    }
}

impl Connection {
    /// Follows a segment of an open connection, now or when what it acknowledges has come.
    pub(super) fn follow_in_turn<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        segment: &Segment<'_>,
        side: Side,
        context: &mut Context<'_, F>,
    ) {
        let is_patient = |waiting: &Overtaking| waiting.in_vain < MOST_IN_VAIN;
        let is_patient = self.overtaking.as_deref().is_none_or(is_patient);
        let overtakes =
            is_patient && self.overtakes(segment, side) || self.is_before_the_first(segment, side);
        if self.overtaking_segments() == 0 && !overtakes {
            self.follow(segment, side, context);
            return;
        }
        let is_in_turn = self.is_in_turn(segment, side);
        if is_in_turn {
            self.follow(segment, side, context);
        } else {
            context.counts.overtaking += 1;
            self.overtaking.get_or_insert_default().put(segment, side);
        }
        self.release(segment.at, is_in_turn, context);
    }

    /// Follows those that waited and whose turn has come: because something `came` in between, or because they have
    /// waited long enough.
    pub(super) fn release<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        now: Timestamp,
        came: bool,
        context: &mut Context<'_, F>,
    ) {
        let mut has_changed = came;
        let mut is_late = false;
        loop {
            let place = if has_changed {
                self.next_in_turn()
            } else {
                None
            };
            let is_amid = !self.low.has_begun() && !self.high.has_begun();
            let Some(waiting) = self.overtaking.as_mut().filter(|one| !one.is_empty()) else {
                return;
            };
            if place.is_some() {
                waiting.came(is_late);
            } else if waiting.is_over(now, context.limits) {
                waiting.in_vain = waiting.in_vain.saturating_add(1);
                is_late = true;
            } else if !(is_amid && waiting.turns() >= MOST_TURNS) {
                return;
            }
            self.follow_waiting(place, context);
            has_changed = true;
        }
    }

    /// Follows all that wait, each in its turn as far as that goes.
    pub(super) fn release_all<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        context: &mut Context<'_, F>,
    ) {
        while self.overtaking_segments() > 0 {
            self.follow_waiting(self.next_in_turn(), context);
        }
    }

    /// Follows the one at `place`, whose turn it is, else the one that was sent first.
    fn follow_waiting<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        place: Option<usize>,
        context: &mut Context<'_, F>,
    ) {
        let taken = place.unwrap_or_else(|| self.sent_first());
        let taken = self.overtaking.as_mut().and_then(|one| one.take(taken));
        let Some((side, waited)) = taken else {
            return;
        };
        context.counts.overtaking -= 1;
        let segment = waited.segment();
        self.follow_by_state(&segment, side, context);
        if place.is_none() && self.state == State::Open {
            // What it acknowledges has not come: that is told before anything that was lost after it.
            self.settle(side.other(), &segment, true, context);
        }
    }

    /// The place of the first one whose turn has come.
    fn next_in_turn(&self) -> Option<usize> {
        let waiting = self.overtaking.as_ref()?;
        if self.state != State::Open {
            return (!waiting.is_empty()).then_some(0);
        }
        let mut segments = waiting.segments.iter();
        segments.position(|(side, one)| self.is_in_turn(&one.segment(), *side))
    }

    /// The place of one that was sent before all others that wait, as far as their numbers tell: what they
    /// acknowledge or follow must not be given up for its sake.
    fn sent_first(&self) -> usize {
        let Some(waiting) = &self.overtaking else {
            return 0;
        };
        let mut first = 0;
        // Numbers that contradict each other may go round in a circle.
        for _ in 0..waiting.segments.len() {
            let Some((side, one)) = waiting.segments.get(first) else {
                return 0;
            };
            let mut others = waiting.segments.iter();
            let earlier = others.position(|other| self.is_sent_before(other, (*side, one)));
            let Some(place) = earlier else {
                return first;
            };
            first = place;
        }
        0
    }

    /// Whether `other` was sent before `one`, which goes on after it or acknowledges it.
    fn is_sent_before(&self, other: &(Side, Waiting), (side, one): (Side, &Waiting)) -> bool {
        let (other_side, other) = (other.0, &other.1);
        let until = if other_side == side {
            Some(one.sequence)
        } else {
            one.acknowledgement
        };
        until.is_some_and(|until| ahead(other.sequence, until) < 0)
    }

    /// The first offset of what a side has sent and waits for its turn.
    pub(super) fn first_late(&self, side: Side) -> Option<u64> {
        let waiting = self.overtaking.as_ref()?;
        let half = self.half(side);
        let offset = |(of, one): &(Side, Waiting)| {
            let carries = *of == side && (!one.payload.is_empty() || one.missing > 0);
            let offset = half.locate(one.sequence).filter(|_| carries)?;
            Some(u64::try_from(offset).unwrap_or(0))
        };
        waiting.segments.iter().filter_map(offset).min()
    }

    fn is_in_turn(&self, segment: &Segment<'_>, side: Side) -> bool {
        !self.overtakes(segment, side)
            && !self.is_ahead(segment, side)
            && !self.is_before_the_first(segment, side)
    }

    /// Whether `segment` carries something and nobody knows yet what its side began with: a SYN may still come, or
    /// earlier bytes. Once one side has begun without a SYN no other is waited for.
    fn is_before_the_first(&self, segment: &Segment<'_>, side: Side) -> bool {
        let carries = !segment.payload.is_empty() || segment.missing > 0 || segment.fin;
        let may_open = !self.identity.midstream || !self.half(side.other()).has_begun();
        carries && !segment.syn && !segment.rst && may_open && !self.half(side).has_begun()
    }

    /// How far a sequence number is ahead of the first segment of its side that waits; `None`: none does.
    fn ahead_of_waiting(&self, side: Side, sequence: u32) -> Option<i32> {
        let waiting = self.overtaking.as_ref()?;
        let mut waiting = waiting.segments.iter();
        let (_, first) = waiting.find(|(of, _)| *of == side)?;
        Some(ahead(sequence, first.sequence))
    }

    /// Whether a sequence number is near to where a side is, or to what waits of it; `None`: nothing is known of it.
    pub(super) fn is_near(&self, side: Side, sequence: u32) -> Option<bool> {
        let half = self.half(side);
        let distance = match half.locate(sequence) {
            Some(offset) => offset.abs_diff(half.next().cast_signed()),
            None => u64::from(self.ahead_of_waiting(side, sequence)?.unsigned_abs()),
        };
        Some(distance <= FOREIGN_DISTANCE)
    }

    /// Whether what waits of a side may have overtaken the SYN before the byte of this number; `None`: nothing waits.
    pub(super) fn has_overtaken(&self, side: Side, first_byte: u32) -> Option<bool> {
        let ahead = self.ahead_of_waiting(side, first_byte)?;
        Some((-i32::from(u16::MAX)..=0).contains(&ahead))
    }

    /// Whether `segment` acknowledges bytes that may still come.
    fn overtakes(&self, segment: &Segment<'_>, side: Side) -> bool {
        let lacks = |sequence| self.half(side.other()).lacks(sequence);
        segment.acknowledgement.is_some_and(lacks) && !segment.syn
    }

    /// Whether `segment` comes after bytes of its own side that have not been told.
    fn is_ahead(&self, segment: &Segment<'_>, side: Side) -> bool {
        let half = self.half(side);
        half.locate(segment.sequence)
            .is_some_and(|offset| offset > half.next().cast_signed())
    }
}

/// How far one sequence number is ahead of another.
const fn ahead(sequence: u32, of: u32) -> i32 {
    sequence.wrapping_sub(of).cast_signed()
}
