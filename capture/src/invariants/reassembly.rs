//! Reassembly against a model: a stream whose every byte is known by its offset, cut, repeated, overlapped,
//! dropped and acknowledged at will. Whatever is told must be the stream, a hole only where nothing came.

use std::net::SocketAddr;

use reprise_wire::{Piece, Timestamp};

use crate::link::{FragmentLimits, Path, Segment};
use crate::reassembly::{ConnectionEvent, Reassembler, ReassemblyLimits};

/// How long the stream is, bytes.
const LENGTH: usize = 1_000;

/// Low, so that scripts of a few steps reach them.
const LIMITS: ReassemblyLimits = ReassemblyLimits {
    hole_bytes: 300,
    hole_segments: 8,
    total_bytes: 600,
    connections: 4,
    hole_nanos: 2_000_000_000,
    overtaking_nanos: 100_000_000,
    idle_nanos: 3_600_000_000_000,
    half_open_nanos: 30_000_000_000,
    reset_nanos: 1_000_000_000,
    linger_nanos: 5_000_000_000,
    fragments: FragmentLimits {
        datagrams: 1,
        bytes: 1,
        nanos: 1,
    },
};

/// Four bytes are the initial sequence number; then each step is three: what, where, how much.
pub fn reassembly(data: &[u8]) {
    let Some((isn, steps)) = data.split_first_chunk::<4>() else {
        return;
    };
    let mut model = Model::new(u32::from_le_bytes(*isn));
    for step in steps.chunks_exact(3) {
        let [what, place, amount] = *step else {
            return;
        };
        model.step(what, usize::from(place) * 4, usize::from(amount));
        if model.closed {
            return;
        }
    }
    model.finish();
}

/// The byte at an offset of the stream.
fn byte_at(offset: usize) -> u8 {
    u8::try_from((offset * 31 + offset / 251) % 256).unwrap_or(0)
}

struct Model {
    reassembler: Reassembler,
    isn: u32,
    now: Timestamp,
    stream: Vec<u8>,
    told: Told,
    /// It was reset, and ends as soon as time passes.
    reset: bool,
    closed: bool,
}

/// What came and what was told of it, by offset.
struct Told {
    arrived: [bool; LENGTH],
    next: usize,
    gaps: u64,
    closed: bool,
}

impl Model {
    fn new(isn: u32) -> Self {
        let mut model = Self {
            reassembler: Reassembler::new(LIMITS),
            isn,
            now: Timestamp::from_micros(1),
            stream: (0..LENGTH).map(byte_at).collect(),
            told: Told {
                arrived: [false; LENGTH],
                next: 0,
                gaps: 0,
                closed: false,
            },
            reset: false,
            closed: false,
        };
        let opening = model.segment(0, &[]);
        model.push(&Segment {
            sequence: isn,
            acknowledgement: None,
            syn: true,
            ..opening
        });
        model
    }

    fn step(&mut self, what: u8, place: usize, amount: usize) {
        self.now = self.now.plus_nanos(1_000);
        let place = place.min(LENGTH);
        let end = (place + amount).min(LENGTH);
        let stream = std::mem::take(&mut self.stream);
        let bytes = stream.get(place..end).unwrap_or_default();
        let segment = self.segment(place, bytes);
        match what % 8 {
            0..=3 => self.push(&segment),
            4 => self.push(&Segment {
                path: Path {
                    interface: 1,
                    network: 0,
                },
                ..segment
            }),
            5 => self.push(&self.answer(place)),
            6 if self.reset => self.closed = true,
            6 => {
                self.now = self
                    .now
                    .plus_nanos(i64::try_from(amount).unwrap_or(0) * 20_000_000);
                self.push(&self.answer(0));
            }
            _ if amount > 250 => {
                self.reset = true;
                self.push(&Segment {
                    rst: true,
                    ..self.segment(place, &[])
                });
            }
            _ => self.push(&Segment {
                fin: true,
                ..self.segment(place, stream.get(place..).unwrap_or_default())
            }),
        }
        self.stream = stream;
    }

    fn segment<'a>(&self, place: usize, payload: &'a [u8]) -> Segment<'a> {
        let place = u32::try_from(place).unwrap_or(0);
        Segment {
            at: self.now,
            source: SocketAddr::from(([10, 0, 0, 1], 40_000)).into(),
            destination: SocketAddr::from(([10, 0, 0, 2], 80)).into(),
            sequence: self.isn.wrapping_add(1).wrapping_add(place),
            acknowledgement: Some(1),
            syn: false,
            fin: false,
            rst: false,
            payload,
            missing: 0,
            path: Path::default(),
            replay_marked: false,
        }
    }

    /// The other side has everything before `place`.
    fn answer(&self, place: usize) -> Segment<'static> {
        let segment = self.segment(place, &[]);
        Segment {
            source: segment.destination,
            destination: segment.source,
            sequence: 1,
            acknowledgement: Some(segment.sequence),
            ..segment
        }
    }

    fn push(&mut self, segment: &Segment<'_>) {
        let place = segment.sequence.wrapping_sub(self.isn.wrapping_add(1));
        if let Ok(place) = usize::try_from(place) {
            let arrived = self.told.arrived.iter_mut().skip(place);
            for arrived in arrived.take(segment.payload.len()) {
                *arrived = true;
            }
        }
        let told = &mut self.told;
        self.reassembler
            .push(segment, &mut |event| told.event(event));
        assert!(
            self.reassembler.waiting_bytes() <= LIMITS.total_bytes,
            "more waits than may"
        );
        self.closed = self.told.closed;
    }

    fn finish(&mut self) {
        let told = &mut self.told;
        self.reassembler
            .finish(self.now, &mut |event| told.event(event));
        assert_eq!(self.reassembler.waiting_bytes(), 0, "something still waits");
        assert_eq!(self.reassembler.remembered(), 0, "something is remembered");
        assert_eq!(self.reassembler.counts().gap_bytes, told.gaps);
        let untold = told.arrived.iter().skip(told.next).any(|arrived| *arrived);
        assert!(!untold, "bytes that came were not told");
    }
}

impl Told {
    fn event(&mut self, event: ConnectionEvent<'_>) {
        let piece = match event {
            ConnectionEvent::Opened { midstream, .. } => {
                assert!(!midstream, "the SYN was seen");
                return;
            }
            ConnectionEvent::Closed { .. } => {
                self.closed = true;
                return;
            }
            ConnectionEvent::Piece { piece, .. } => piece,
        };
        match piece {
            Piece::Chunk { bytes, .. } => {
                assert!(!bytes.is_empty(), "an empty chunk");
                for byte in bytes {
                    assert_eq!(*byte, byte_at(self.next), "at offset {}", self.next);
                    self.next += 1;
                }
            }
            Piece::Gap { len, .. } | Piece::Cut { len, .. } => {
                assert!(len > 0, "an empty gap");
                let length = usize::try_from(len).unwrap_or(usize::MAX);
                let here = self.arrived.iter().skip(self.next).take(length);
                assert!(
                    here.clone().all(|arrived| !arrived),
                    "a hole at {} of {len} where bytes came",
                    self.next
                );
                self.next += length;
                self.gaps += len;
            }
            Piece::End { .. } => {}
        }
    }
}
