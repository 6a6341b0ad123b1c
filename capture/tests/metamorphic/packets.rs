//! The TCP segments of a capture as values that can be changed and built again.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::Path;

use reprise_capture::file::{CaptureFile, FileEnd};
use reprise_capture::link::{Decoded, decode};
use reprise_capture::packet_builder::Header;

use super::choices::Choices;

/// One segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    pub(crate) header: Header,
    pub(crate) payload: Vec<u8>,
}

/// The two ends of a connection, the lower first.
pub(crate) type Pair = (SocketAddr, SocketAddr);

impl Segment {
    pub(crate) fn pair(&self) -> Pair {
        let (one, other) = (self.header.source, self.header.destination);
        (one.min(other), one.max(other))
    }

    /// How many sequence numbers it takes.
    pub(crate) fn length(&self) -> u32 {
        let flags = u32::from(self.header.syn) + u32::from(self.header.fin);
        u32::try_from(self.payload.len()).unwrap() + flags
    }

    /// The sequence number after its last.
    pub(crate) fn end(&self) -> u32 {
        self.header.sequence.wrapping_add(self.length())
    }

    /// Takes so many bytes off its beginning, as a segment of their own.
    pub(crate) fn cut_off(&mut self, bytes: usize) -> Self {
        let tail = self.payload.split_off(bytes);
        let mut part = self.clone();
        (part.header.fin, part.header.rst) = (false, false);
        self.header.sequence = part.end();
        self.payload = tail;
        part
    }

    pub(crate) fn is_from(&self, other: &Self) -> bool {
        self.header.source == other.header.source
    }
}

/// All of a file whose packets are TCP and whole.
pub(crate) fn read(path: &Path) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut file = CaptureFile::open(path).unwrap();
    let end = file.read(&mut |packet| {
        let Decoded::Segment(segment) = decode(packet) else {
            panic!("every packet of the captures is TCP: {packet:?}");
        };
        assert_eq!(segment.missing, 0);
        let header = Header {
            at: segment.at,
            source: segment.source.socket_addr(),
            destination: segment.destination.socket_addr(),
            sequence: segment.sequence,
            acknowledgement: segment.acknowledgement,
            syn: segment.syn,
            fin: segment.fin,
            rst: segment.rst,
            dscp: 0,
        };
        let payload = segment.payload.to_vec();
        segments.push(Segment { header, payload });
        ControlFlow::Continue(())
    });
    assert_eq!(end, FileEnd::Whole);
    segments
}

/// The same connections, each changed on its own, their packets in the order of their times.
pub(crate) fn each_connection(
    segments: &[Segment],
    choices: &mut Choices,
    change: impl Fn(Vec<Segment>, &mut Choices) -> Vec<Segment>,
) -> Vec<Segment> {
    let mut pairs: Vec<Pair> = Vec::new();
    let mut connections: HashMap<Pair, Vec<Segment>> = HashMap::new();
    for segment in segments {
        let pair = segment.pair();
        let connection = connections.entry(pair).or_insert_with(|| {
            pairs.push(pair);
            Vec::new()
        });
        connection.push(segment.clone());
    }
    let mut changed = Vec::new();
    for pair in pairs {
        let connection = connections.remove(&pair).unwrap();
        changed.extend(change(connection, choices));
    }
    changed.sort_by_key(|segment| segment.header.at);
    changed
}
