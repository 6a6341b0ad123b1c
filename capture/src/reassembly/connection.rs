//! A connection's two directions, who opened it, and what each segment changes.

mod belonging;
mod ending;
mod overtaking;

pub(super) use ending::Expiry;

use reprise_wire::http::is_message_cut;
use reprise_wire::{Close, Timestamp};

use super::counts::ReassemblyCounts;
use super::event::ConnectionEvent;
use super::flow::{FlowKey, Side};
use super::half::{Bytes, Half, Probe, Taken};
use super::identity::{Context, Identity};
use crate::link::Segment;
use overtaking::Overtaking;

/// Sequence numbers this far from what a closed connection used belong to another one.
const FOREIGN_DISTANCE: u64 = 1 << 20;

/// Everything known about one connection.
#[derive(Debug)]
pub(super) struct Connection {
    /// Connections are numbered in the order in which they were first seen.
    pub(super) serial: u64,
    pub(super) last_seen: Timestamp,
    /// The network its first packet was seen on.
    pub(super) network: u32,
    /// Others on which copies of its packets, or its other direction, are seen.
    other_networks: Vec<u32>,
    /// It is on the list of connections with a hole.
    pub(super) is_listed: bool,
    low: Half,
    high: Half,
    identity: Identity,
    /// When it was reset (left out: when either side ended it).
    reset_at: Option<Timestamp>,
    state: State,
    /// What was captured before something it acknowledges, if that ever happened.
    overtaking: Option<Box<Overtaking>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    /// Left out: a replay's own.
    Replay,
}

impl Connection {
    pub(super) fn new(serial: u64, key: FlowKey, first: &Segment<'_>) -> Self {
        let at = first.at;
        Self {
            serial,
            last_seen: at,
            network: first.path.network,
            other_networks: Vec::new(),
            is_listed: false,
            low: Half::default(),
            high: Half::default(),
            identity: Identity::new(key, at),
            reset_at: None,
            state: State::Open,
            overtaking: None,
        }
    }

    /// Follows one segment.
    pub(super) fn push<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        segment: &Segment<'_>,
        side: Side,
        context: &mut Context<'_, F>,
    ) {
        self.last_seen = segment.at;
        if segment.replay_marked && self.state != State::Replay {
            self.finish(segment.at, Close::Evicted, context);
            self.state = State::Replay;
            self.reset_at = None;
            context.counts.replay_connections += 1;
        }
        if self.state == State::Open {
            self.follow_in_turn(segment, side, context);
        } else {
            self.follow_by_state(segment, side, context);
        }
    }

    fn follow_by_state<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        segment: &Segment<'_>,
        side: Side,
        context: &mut Context<'_, F>,
    ) {
        match self.state {
            State::Replay => {
                context.counts.replay_segments += 1;
                if segment.fin || segment.rst {
                    self.reset_at = Some(segment.at);
                }
            }
            State::Closed if self.half(side).is_elsewhere(segment.path) => {
                context.counts.duplicates += 1;
            }
            State::Closed => {
                context.counts.segments += 1;
                context.counts.outside += 1;
            }
            State::Open => self.follow(segment, side, context),
        }
    }

    fn follow<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        segment: &Segment<'_>,
        side: Side,
        context: &mut Context<'_, F>,
    ) {
        let mut news = self.handshake(segment, side);
        if let Some(acknowledgement) = segment.acknowledgement {
            news |= self.half_mut(side.other()).acknowledge(acknowledgement);
        }
        let carries = !segment.payload.is_empty() || segment.missing > 0;
        if carries && !segment.rst {
            self.settle(side.other(), segment, true, context);
            news |= self.take(segment, side, context);
        } else {
            self.settle(side.other(), segment, false, context);
        }
        if segment.fin {
            let length = segment.payload.len() as u64 + u64::from(segment.missing);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "sequence numbers wrap at 2^32"
            )]
            let sequence = first_byte(segment).wrapping_add(length as u32);
            news |= self.half_mut(side).take_fin(segment.at, sequence);
        }
        if segment.rst {
            news |= self.take_reset(segment, side);
        }
        self.settle(side, segment, false, context);
        self.count(segment, side, news, context.counts);
        self.close_when_ended(segment.at, context);
    }

    /// Learns from a SYN, or from the first acknowledgement after one, where the bytes begin.
    fn handshake(&mut self, segment: &Segment<'_>, side: Side) -> bool {
        if segment.syn {
            let is_news = !self.half(side).has_begun();
            self.half_mut(side).begin(first_byte(segment));
            if let Some(acknowledgement) = segment.acknowledgement {
                self.half_mut(side.other()).begin(acknowledgement);
            }
            let client = if segment.acknowledgement.is_some() {
                side.other()
            } else {
                side
            };
            if self.identity.slot.is_none() {
                self.identity.client = Some(client);
                self.identity.midstream = false;
            }
            return is_news;
        }
        let opens = self.identity.client == Some(side)
            && self.half(side).locate(segment.sequence) == Some(0)
            && self.half(side).next() == 0;
        if let Some(acknowledgement) = segment.acknowledgement
            && opens
            && !self.half(side.other()).has_begun()
        {
            self.half_mut(side.other()).begin(acknowledgement);
        }
        false
    }

    fn take<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        segment: &Segment<'_>,
        side: Side,
        context: &mut Context<'_, F>,
    ) -> bool {
        if !self.half(side).has_begun() && self.is_probe(segment, side, context) {
            return false;
        }
        self.identity.recognise_client(segment, side);
        let bytes = Bytes {
            at: segment.at,
            sequence: first_byte(segment),
            kept: segment.payload,
            missing: segment.missing,
        };
        let (half, identity) = self.parts(side);
        let taken = half.take(bytes, &mut |piece| identity.tell(side, piece, context));
        match taken {
            Taken::InOrder => true,
            Taken::Early { disagreeing } => {
                context.counts.out_of_order += 1;
                context.counts.disagreeing_bytes += disagreeing;
                true
            }
            Taken::Known | Taken::Nothing => false,
        }
    }

    /// Whether the first segment seen of a side is but one byte: most likely a keep-alive's. It is told with the next
    /// one when both begin a message together, which a repeated byte does with nothing.
    fn is_probe<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        segment: &Segment<'_>,
        side: Side,
        context: &mut Context<'_, F>,
    ) -> bool {
        let (at, sequence) = (segment.at, first_byte(segment));
        let before = self.half_mut(side).take_probe(sequence);
        if let Some(Probe { at, sequence, byte }) = before
            && is_message_cut(&[byte], segment.payload)
        {
            let message = [&[byte], segment.payload].concat();
            let whole = Segment {
                payload: &message,
                ..*segment
            };
            self.identity.recognise_client(&whole, side);
            let bytes = Bytes {
                at,
                sequence,
                kept: &[byte],
                missing: 0,
            };
            let (half, identity) = self.parts(side);
            half.take(bytes, &mut |piece| identity.tell(side, piece, context));
            context.counts.outside -= 1;
            return false;
        }
        let &[byte] = segment.payload else {
            return false;
        };
        if self.half(side).is_expected(sequence) {
            return false;
        }
        self.half_mut(side).keep_probe(Probe { at, sequence, byte });
        context.counts.outside += 1;
        true
    }

    /// Notes a RST that stands where its sender is (RFC 5961 section 3.2 is stricter, but packets
    /// just before it may be lost).
    fn take_reset(&mut self, segment: &Segment<'_>, side: Side) -> bool {
        let half = self.half(side);
        let is_near = half
            .locate(segment.sequence)
            .is_none_or(|offset| offset.abs_diff(half.next().cast_signed()) <= FOREIGN_DISTANCE);
        let is_news = is_near && self.reset_at.is_none();
        if is_news {
            self.reset_at = Some(segment.at);
        }
        is_news
    }

    fn settle<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        side: Side,
        segment: &Segment<'_>,
        is_answer: bool,
        context: &mut Context<'_, F>,
    ) {
        let limits = context.limits;
        let late = self.first_late(side);
        let (half, identity) = self.parts(side);
        let crowded = half.settle(segment.at, limits, late, &mut |piece| {
            identity.tell(side, piece, context)
        });
        context.counts.memory_gaps += crowded;
        if is_answer {
            half.answered(segment.at, late, &mut |piece| {
                identity.tell(side, piece, context)
            });
        }
    }

    /// Counts the segment: a copy seen elsewhere, a retransmission, or one that was followed.
    fn count(
        &mut self,
        segment: &Segment<'_>,
        side: Side,
        news: bool,
        counts: &mut ReassemblyCounts,
    ) {
        let half = self.half_mut(side);
        if !news && half.is_elsewhere(segment.path) {
            counts.duplicates += 1;
            return;
        }
        if news {
            half.travels(segment.path);
        } else if !segment.payload.is_empty() {
            counts.retransmissions += 1;
        }
        counts.segments += 1;
    }

    /// Whether it carried bytes and goes on.
    pub(super) fn is_open(&self) -> bool {
        let carried = self.identity.slot.is_some() || self.overtaking_segments() > 0;
        self.state == State::Open && carried
    }

    /// Whether anything waits behind a hole, or for what it acknowledges.
    pub(super) fn has_hole(&self) -> bool {
        self.low.waits() || self.high.waits() || self.overtaking_segments() > 0
    }

    /// How many segments wait for what they acknowledge.
    pub(super) fn overtaking_segments(&self) -> u64 {
        self.overtaking.as_ref().map_or(0, |one| one.segments())
    }

    /// Bytes waiting behind holes, with what keeping them costs.
    pub(super) fn waiting_bytes(&self) -> usize {
        let overtaking = self.overtaking.as_ref().map_or(0, |one| one.cost());
        self.low.waiting_cost() + self.high.waiting_cost() + overtaking
    }

    /// The client first, so that what is told at one moment is told request before answer.
    fn in_order(&self) -> [Side; 2] {
        let client = self.identity.client.unwrap_or(Side::Low);
        [client, client.other()]
    }

    const fn half(&self, side: Side) -> &Half {
        match side {
            Side::Low => &self.low,
            Side::High => &self.high,
        }
    }

    const fn half_mut(&mut self, side: Side) -> &mut Half {
        match side {
            Side::Low => &mut self.low,
            Side::High => &mut self.high,
        }
    }

    const fn parts(&mut self, side: Side) -> (&mut Half, &mut Identity) {
        match side {
            Side::Low => (&mut self.low, &mut self.identity),
            Side::High => (&mut self.high, &mut self.identity),
        }
    }
}

/// The sequence number of a segment's first byte: a SYN takes one itself.
fn first_byte(segment: &Segment<'_>) -> u32 {
    segment.sequence.wrapping_add(u32::from(segment.syn))
}
