//! One TCP connection being written: sequence numbers, acknowledgements, segments.

use std::net::SocketAddr;

use reprise_wire::{Direction, Timestamp};

use super::{Packets, Said};
use crate::packet_builder::{Framing, Header, build};

/// The payload of a segment on an Ethernet.
const SEGMENT_BYTES: usize = 1_460;
/// A hole larger than this is written as one of this size: TCP's numbers cannot tell larger ones from
/// repetitions.
const LARGEST_HOLE: u64 = 1 << 30;

/// Who speaks with whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Addresses {
    pub(super) client: SocketAddr,
    pub(super) server: SocketAddr,
}

/// A connection and how far each side is.
#[derive(Debug)]
pub(super) struct Strand {
    addresses: Addresses,
    client: Side,
    server: Side,
}

#[derive(Debug)]
struct Side {
    /// The number of the next byte.
    sequence: u32,
    /// When the last byte was sent.
    last: Timestamp,
    /// Up to where the other side has it at which time, the latest last.
    sent: Vec<(Timestamp, u32)>,
}

impl Side {
    fn new(sequence: u32, at: Timestamp) -> Self {
        Self {
            sequence,
            last: at,
            sent: vec![(at, sequence)],
        }
    }

    fn advance(&mut self, bytes: u64, at: Timestamp) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "sequence numbers wrap at 2^32"
        )]
        let bytes = bytes as u32;
        self.sequence = self.sequence.wrapping_add(bytes);
        self.last = self.last.max(at);
        self.sent.push((self.last, self.sequence));
    }

    /// What was sent up to `at`.
    fn sent_by(&self, at: Timestamp) -> u32 {
        let known = self.before(at);
        let sent = self.sent.get(known);
        sent.map_or(self.sequence, |(_, sequence)| *sequence)
    }

    /// Forgets what only somebody before `at` would ask for.
    fn forget_before(&mut self, at: Timestamp) {
        let known = self.before(at);
        self.sent.drain(..known);
    }

    /// Where the last of what was sent up to `at` stands.
    fn before(&self, at: Timestamp) -> usize {
        let later = self.sent.partition_point(|(sent, _)| *sent <= at);
        later.saturating_sub(1)
    }
}

impl Strand {
    /// The `number`-th connection of the capture, from `at`: each begins at numbers of its own, or it would look
    /// like another of the same addresses sent again.
    pub(super) fn new(addresses: Addresses, number: u32, at: Timestamp) -> Self {
        let spread = number.wrapping_mul(0x9e37_79b1);
        Self {
            addresses,
            client: Side::new(spread, at),
            server: Side::new(!spread, at),
        }
    }

    /// Nothing will be said before `at` any more.
    pub(super) fn forget_before(&mut self, at: Timestamp) {
        self.client.forget_before(at);
        self.server.forget_before(at);
    }

    pub(super) const fn addresses(&self) -> Addresses {
        self.addresses
    }

    /// Whether nothing that was said in this direction comes after `first`.
    pub(super) fn can_say(&self, direction: Direction, first: Timestamp) -> bool {
        match direction {
            Direction::ToServer => self.client.last <= first,
            Direction::ToClient => self.server.last <= first,
        }
    }

    /// SYN, SYN and ACK, ACK.
    pub(super) fn handshake(&mut self, packets: &mut Packets) {
        let at = self.client.last;
        let syn = |header| Header {
            syn: true,
            ..header
        };
        let first = Header {
            acknowledgement: None,
            ..self.header(Direction::ToServer, at)
        };
        self.put(syn(first), &[], packets);
        self.client.advance(1, at);
        let second = self.header(Direction::ToClient, at);
        self.put(syn(second), &[], packets);
        self.server.advance(1, at);
        self.acknowledge(Direction::ToServer, at, packets);
    }

    /// Says something at the time of what was said last.
    pub(super) fn say_at_once(
        &mut self,
        direction: Direction,
        bytes: &[u8],
        packets: &mut Packets,
    ) {
        let at = self.client.last.max(self.server.last);
        let said = Said {
            direction,
            bytes,
            missing: 0,
            first: at,
            last: at,
        };
        self.say(said, packets);
    }

    /// Says a message: its first byte at its first time, its last byte at its last; the other side acknowledges.
    pub(super) fn say(&mut self, said: Said<'_>, packets: &mut Packets) {
        let direction = said.direction;
        let side = self.side(direction);
        let first = said.first.max(side.last);
        let last = said.last.max(first);
        let length = said.bytes.len();
        // Within one time the segments stay as large as they can be.
        let late = if first == last {
            length
        } else {
            length.saturating_sub(1)
        };
        let (early, rest) = said
            .bytes
            .split_at_checked(late)
            .unwrap_or((said.bytes, b""));
        for (at, part) in [(first, early), (last, rest)] {
            for segment in part.chunks(SEGMENT_BYTES) {
                let header = self.header(direction, at);
                self.put(header, segment, packets);
                self.side(direction).advance(segment.len() as u64, at);
            }
        }
        if said.missing > 0 {
            self.side(direction)
                .advance(said.missing.min(LARGEST_HOLE), last);
        }
        self.acknowledge(direction.reverse(), last, packets);
    }

    /// Both sides end in order, not before `at`.
    pub(super) fn close(&mut self, at: Timestamp, packets: &mut Packets) {
        let at = at.max(self.client.last).max(self.server.last);
        for direction in [Direction::ToServer, Direction::ToClient] {
            let fin = Header {
                fin: true,
                ..self.header(direction, at)
            };
            self.put(fin, &[], packets);
            self.side(direction).advance(1, at);
        }
        self.acknowledge(Direction::ToServer, at, packets);
    }

    fn acknowledge(&mut self, direction: Direction, at: Timestamp, packets: &mut Packets) {
        // What this side says later may have been written already.
        let sequence = self.side(direction).sent_by(at);
        let header = Header {
            sequence,
            ..self.header(direction, at)
        };
        self.put(header, &[], packets);
    }

    const fn side(&mut self, direction: Direction) -> &mut Side {
        match direction {
            Direction::ToServer => &mut self.client,
            Direction::ToClient => &mut self.server,
        }
    }

    fn header(&mut self, direction: Direction, at: Timestamp) -> Header {
        let sequence = self.side(direction).sequence;
        let acknowledgement = self.side(direction.reverse()).sent_by(at);
        let Addresses { client, server } = self.addresses;
        let (source, destination) = match direction {
            Direction::ToServer => (client, server),
            Direction::ToClient => (server, client),
        };
        Header {
            at,
            source,
            destination,
            sequence,
            acknowledgement: Some(acknowledgement),
            syn: false,
            fin: false,
            rst: false,
            dscp: 0,
        }
    }

    fn put(&self, header: Header, payload: &[u8], packets: &mut Packets) {
        packets.push(build(&Framing::ETHERNET, &header, payload));
    }
}
