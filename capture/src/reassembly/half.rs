//! One direction of a connection: what of it has been told, what waits behind a hole.
//! Offsets are bytes from the first byte after the SYN, or from the first byte seen.

use reprise_wire::{Close, Piece, Timestamp};

use super::limits::ReassemblyLimits;
use super::pending::Pending;
use crate::link::Path;

/// An acknowledgement further ahead than any TCP window reaches (RFC 7323 section 2.3) is not one.
const FARTHEST_ACK: i64 = 1 << 30;

/// Bytes that keeping one early segment takes beside its own.
pub(super) const SEGMENT_COST: usize = 64;

/// The state of one direction.
#[derive(Debug, Default)]
pub(super) struct Half {
    /// The sequence number of offset 0, once known.
    base: Option<u32>,
    /// The first offset not told yet.
    next: u64,
    /// How far the other side has acknowledged.
    acknowledged: u64,
    /// Where the FIN stands.
    fin: Option<u64>,
    /// What came early; always beyond `next`.
    pending: Pending,
    /// Since when something has been waiting.
    hole_since: Option<Timestamp>,
    /// [`Piece::End`] has been told.
    ended: bool,
    /// The interface or VLAN its segments come from.
    path: Option<Path>,
    /// A single byte that came before anything else was seen.
    probe: Option<Probe>,
    /// The number that the other side expected last, before anything of this one was seen.
    expected: Option<u32>,
}

/// A byte that a keep-alive repeats from before the capture (RFC 9293 section 3.8.4), or the first that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Probe {
    pub(super) at: Timestamp,
    pub(super) sequence: u32,
    pub(super) byte: u8,
}

/// What a segment's payload turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It carried nothing.
    Nothing,
    /// Some of it was new and in order.
    InOrder,
    /// It waits behind a hole; so many of its bytes disagree with earlier copies.
    Early { disagreeing: u64 },
    /// All of it was known.
    Known,
}

/// A payload as it stood in the packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bytes<'a> {
    pub(super) at: Timestamp,
    /// The sequence number of its first byte.
    pub(super) sequence: u32,
    pub(super) kept: &'a [u8],
    /// How many bytes followed that the capture cut off.
    pub(super) missing: u32,
}

impl Half {
    /// Sets where the bytes begin, unless that is known.
    pub(super) fn begin(&mut self, sequence: u32) {
        self.base.get_or_insert(sequence);
    }

    pub(super) const fn has_begun(&self) -> bool {
        self.base.is_some()
    }

    pub(super) const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Keeps a byte aside, until what follows it tells whether it belongs to it.
    pub(super) const fn keep_probe(&mut self, probe: Probe) {
        self.probe = Some(probe);
    }

    /// Whether the other side waits for the byte of this number: a keep-alive repeats one that it has.
    pub(super) fn is_expected(&self, sequence: u32) -> bool {
        self.expected == Some(sequence)
    }

    /// The byte kept aside, if that stands before `sequence`.
    pub(super) fn take_probe(&mut self, sequence: u32) -> Option<Probe> {
        let probe = self.probe.take()?;
        (probe.sequence.wrapping_add(1) == sequence).then_some(probe)
    }

    pub(super) const fn next(&self) -> u64 {
        self.next
    }

    pub(super) const fn waits(&self) -> bool {
        self.hole_since.is_some()
    }

    /// What waits, with what keeping it costs.
    pub(super) fn waiting_cost(&self) -> usize {
        self.pending.bytes() + self.pending.segments() * SEGMENT_COST
    }

    /// Whether a segment on `path` is on another one than this direction's usual.
    pub(super) fn is_elsewhere(&self, path: Path) -> bool {
        self.path.is_some_and(|usual| usual != path)
    }

    pub(super) fn travels(&mut self, path: Path) {
        self.path = Some(path);
    }

    /// The offset a sequence number stands for: the one nearest to the next byte expected.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "sequence numbers are offsets modulo 2^32"
    )]
    pub(super) fn locate(&self, sequence: u32) -> Option<i64> {
        let expected = self.base?.wrapping_add(self.next as u32);
        let ahead = i64::from(sequence.wrapping_sub(expected).cast_signed());
        Some(self.next.cast_signed().saturating_add(ahead))
    }

    /// Notes that the other side has everything before `sequence`. Tells whether that is news.
    pub(super) fn acknowledge(&mut self, sequence: u32) -> bool {
        let Some(offset) = self.locate(sequence) else {
            self.expected = Some(sequence);
            return false;
        };
        let ahead = offset.saturating_sub(self.next.cast_signed());
        match u64::try_from(offset) {
            Ok(offset) if ahead < FARTHEST_ACK && offset > self.acknowledged => {
                self.acknowledged = offset;
                true
            }
            _ => false,
        }
    }

    /// Whether an acknowledgement of everything before `sequence` is news of bytes not seen, which may have been
    /// captured late: of one byte, which may be a FIN's, it cannot be told before the FIN was seen.
    pub(super) fn lacks(&self, sequence: u32) -> bool {
        let Some(offset) = self.locate(sequence) else {
            return false;
        };
        let known = self.next.max(self.acknowledged).cast_signed();
        let offset = self.fin.map_or(offset, |fin| offset.min(fin.cast_signed()));
        let ahead = offset.saturating_sub(known);
        ahead > i64::from(self.fin.is_none()) && ahead < FARTHEST_ACK && !self.ended
    }

    /// Takes a payload; tells what is in order.
    pub(super) fn take(&mut self, bytes: Bytes<'_>, tell: &mut impl FnMut(Piece<'_>)) -> Taken {
        self.begin(bytes.sequence);
        let Some(offset) = self.locate(bytes.sequence) else {
            return Taken::Nothing;
        };
        let missing = u64::from(bytes.missing);
        let length = bytes.kept.len() as u64 + missing;
        if length == 0 {
            return Taken::Nothing;
        }
        let end = offset.saturating_add_unsigned(length);
        let beyond_fin = self.fin.is_some_and(|fin| offset >= fin.cast_signed());
        if end <= self.next.cast_signed() || self.ended || beyond_fin {
            return Taken::Known;
        }
        let known = usize::try_from(self.next.cast_signed().saturating_sub(offset)).unwrap_or(0);
        let new = bytes.kept.get(known..).unwrap_or_default();
        if let Ok(offset) = u64::try_from(offset)
            && offset > self.next
        {
            self.hole_since.get_or_insert(bytes.at);
            return Taken::Early {
                disagreeing: self.pending.insert(bytes.at, offset, new),
            };
        }
        self.advance(bytes.at, new, tell);
        // The snap length cut the rest: it will not come, and who waits for it learns so now.
        let end = u64::try_from(end).unwrap_or(0);
        let cut = end.min(self.pending.first().unwrap_or(end));
        if missing > 0 && cut > self.next {
            let len = cut - self.next;
            tell(Piece::Cut { at: bytes.at, len });
            self.next = cut;
            self.drain(tell);
            self.hole_since = Some(bytes.at);
        }
        self.note_hole(bytes.at);
        Taken::InOrder
    }

    /// Notes a FIN after the byte before `sequence`. Tells whether that is news.
    pub(super) fn take_fin(&mut self, at: Timestamp, sequence: u32) -> bool {
        self.begin(sequence);
        let offset = self
            .locate(sequence)
            .and_then(|offset| u64::try_from(offset).ok());
        match offset {
            Some(offset) if self.fin.is_none() && offset >= self.next => {
                self.fin = Some(offset);
                self.note_hole(at);
                true
            }
            _ => false,
        }
    }

    /// Gives up holes that will not be filled any more; tells the end when it is reached. Returns
    /// how many holes were given up because too much waits behind them. `late` is the first offset of
    /// what has come and waits for its turn: no hole reaches over it.
    pub(super) fn settle(
        &mut self,
        at: Timestamp,
        limits: &ReassemblyLimits,
        late: Option<u64>,
        tell: &mut impl FnMut(Piece<'_>),
    ) -> u64 {
        let mut crowded = 0;
        while let Some(beyond) = self.beyond_hole() {
            let waited = self.hole_since.map_or(0, |since| nanos_between(since, at));
            if late.is_some_and(|late| late < beyond) {
                break;
            }
            if self.acknowledged > self.next {
                self.skip_to(at, beyond.min(self.acknowledged), tell);
            } else if self.pending.bytes() > limits.hole_bytes
                || self.pending.segments() > limits.hole_segments
            {
                crowded += 1;
                self.skip_to(at, beyond, tell);
            } else if waited > limits.hole_nanos {
                self.skip_to(at, beyond, tell);
            } else {
                break;
            }
        }
        self.note_hole(at);
        self.tell_fin(at, tell);
        crowded
    }

    /// The other side has answered: what it acknowledged and we have not seen is lost, even if
    /// nothing has come after it yet. One byte may be a FIN that was lost, so it is waited for.
    /// `late` as in [`Self::settle`].
    pub(super) fn answered(
        &mut self,
        at: Timestamp,
        late: Option<u64>,
        tell: &mut impl FnMut(Piece<'_>),
    ) {
        let acknowledged = self
            .fin
            .map_or(self.acknowledged, |fin| fin.min(self.acknowledged));
        let is_late = late.is_some_and(|late| late < acknowledged);
        if !self.ended && acknowledged > self.next + 1 && !is_late {
            self.skip_to(at, acknowledged, tell);
            self.note_hole(at);
        }
    }

    /// Gives up every hole at once. Returns how many there were.
    pub(super) fn give_up(&mut self, at: Timestamp, tell: &mut impl FnMut(Piece<'_>)) -> u64 {
        let mut holes = 0;
        while let Some(beyond) = self.beyond_hole() {
            self.skip_to(at, beyond, tell);
            holes += 1;
        }
        self.note_hole(at);
        self.tell_fin(at, tell);
        holes
    }

    /// Ends the direction, whatever is missing.
    pub(super) fn finish(&mut self, at: Timestamp, close: Close, tell: &mut impl FnMut(Piece<'_>)) {
        self.give_up(at, tell);
        self.answered(at, None, tell);
        if !self.ended {
            self.ended = true;
            tell(Piece::End { at, close });
        }
    }

    /// The first offset known to exist beyond a hole.
    fn beyond_hole(&self) -> Option<u64> {
        if self.ended {
            return None;
        }
        self.pending
            .first()
            .or_else(|| self.fin.filter(|fin| *fin > self.next))
    }

    fn note_hole(&mut self, at: Timestamp) {
        self.hole_since = match self.beyond_hole() {
            None => None,
            Some(_) => self.hole_since.or(Some(at)),
        };
    }

    fn tell_fin(&mut self, at: Timestamp, tell: &mut impl FnMut(Piece<'_>)) {
        if !self.ended && self.fin.is_some_and(|fin| fin <= self.next) {
            self.ended = true;
            tell(Piece::End {
                at,
                close: Close::Fin,
            });
        }
    }

    /// Tells bytes that start at `next`. Where earlier copies wait, those are told instead.
    fn advance(&mut self, at: Timestamp, mut bytes: &[u8], tell: &mut impl FnMut(Piece<'_>)) {
        while let Some(first) = self.pending.first() {
            let before = usize::try_from(first - self.next).unwrap_or(usize::MAX);
            let Some((new, rest)) = bytes.split_at_checked(before) else {
                break;
            };
            self.chunk(at, new, tell);
            self.drain(tell);
            let known = usize::try_from(self.next - first).unwrap_or(usize::MAX);
            bytes = rest.get(known..).unwrap_or_default();
            self.hole_since = Some(at);
        }
        self.chunk(at, bytes, tell);
    }

    /// Tells a hole up to `offset`, and what waited behind it.
    fn skip_to(&mut self, at: Timestamp, offset: u64, tell: &mut impl FnMut(Piece<'_>)) {
        let len = offset.saturating_sub(self.next);
        if len > 0 {
            tell(Piece::Gap { at, len });
            self.next = offset;
        }
        self.drain(tell);
        self.hole_since = Some(at);
    }

    fn drain(&mut self, tell: &mut impl FnMut(Piece<'_>)) {
        while let Some(early) = self.pending.take_at(self.next) {
            self.chunk(early.at, &early.bytes, tell);
        }
    }

    fn chunk(&mut self, at: Timestamp, bytes: &[u8], tell: &mut impl FnMut(Piece<'_>)) {
        if !bytes.is_empty() {
            tell(Piece::Chunk { at, bytes });
            self.next += bytes.len() as u64;
        }
    }
}

/// Nanoseconds from one packet time to another.
pub(super) const fn nanos_between(earlier: Timestamp, later: Timestamp) -> i64 {
    later.nanos().saturating_sub(earlier.nanos())
}
