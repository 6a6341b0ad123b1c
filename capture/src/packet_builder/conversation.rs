//! A TCP conversation from a script of what each side says. Times are microseconds from its start.

use std::net::SocketAddr;

use reprise_wire::{Direction, Timestamp};

use super::frame::{self, Frame, Framing, Header};

/// How long after a segment the next one is seen, unless the script waits.
const STEP_US: u64 = 10;
/// The largest segment of an Ethernet without jumbo frames.
const SEGMENT_BYTES: usize = 1_460;

/// A script being written; every call adds packets. What is sent is acknowledged at once.
#[derive(Clone, Debug)]
pub struct Conversation {
    client: SocketAddr,
    server: SocketAddr,
    framing: Framing,
    segment_bytes: usize,
    dscp: u8,
    now: Timestamp,
    to_server: u32,
    to_client: u32,
    frames: Vec<Frame>,
}

impl Conversation {
    /// Begins at `at`, on plain Ethernet, with nothing said: not even the handshake.
    pub fn new(client: SocketAddr, server: SocketAddr, at: Timestamp) -> Self {
        Self {
            client,
            server,
            framing: Framing::ETHERNET,
            segment_bytes: SEGMENT_BYTES,
            dscp: 0,
            now: at,
            to_server: 1_000,
            to_client: 5_000,
            frames: Vec::new(),
        }
    }

    /// Puts the packets into another framing.
    #[must_use]
    pub fn framing(mut self, framing: Framing) -> Self {
        self.framing = framing;
        self
    }

    /// Starts the sequence numbers at these, client and server.
    #[must_use]
    pub const fn sequences(mut self, client: u32, server: u32) -> Self {
        (self.to_server, self.to_client) = (client, server);
        self
    }

    /// Cuts what is said into segments of at most `bytes`.
    #[must_use]
    pub fn segment_bytes(mut self, bytes: usize) -> Self {
        self.segment_bytes = bytes.clamp(1, frame::MOST_PAYLOAD);
        self
    }

    /// Marks the client's packets with a DSCP code point.
    #[must_use]
    pub const fn dscp(mut self, dscp: u8) -> Self {
        self.dscp = dscp;
        self
    }

    /// SYN, SYN+ACK, ACK.
    pub fn handshake(&mut self) -> &mut Self {
        self.syn();
        self.syn_ack();
        self.acknowledge(Direction::ToServer)
    }

    /// The client's SYN alone.
    pub fn syn(&mut self) -> &mut Self {
        let header = Header {
            syn: true,
            acknowledgement: None,
            ..self.header(Direction::ToServer)
        };
        self.put(&header, &[]);
        self.to_server = self.to_server.wrapping_add(1);
        self
    }

    /// The server's SYN+ACK alone.
    pub fn syn_ack(&mut self) -> &mut Self {
        let header = Header {
            syn: true,
            ..self.header(Direction::ToClient)
        };
        self.put(&header, &[]);
        self.to_client = self.to_client.wrapping_add(1);
        self
    }

    /// The client says something; the server acknowledges it.
    pub fn client(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.say(Direction::ToServer, bytes.as_ref())
            .acknowledge(Direction::ToClient)
    }

    /// The server says something; the client acknowledges it.
    pub fn server(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.say(Direction::ToClient, bytes.as_ref())
            .acknowledge(Direction::ToServer)
    }

    /// One side says something, which nobody acknowledges yet.
    pub fn say(&mut self, direction: Direction, bytes: &[u8]) -> &mut Self {
        for segment in bytes.chunks(self.segment_bytes) {
            let header = self.header(direction);
            self.put(&header, segment);
            #[expect(
                clippy::cast_possible_truncation,
                reason = "sequence numbers wrap at 2^32"
            )]
            let length = segment.len() as u32;
            let sequence = self.sequence_mut(direction);
            *sequence = sequence.wrapping_add(length);
        }
        self
    }

    /// One side's sequence numbers go on, but the packets are never seen.
    pub fn unseen(&mut self, direction: Direction, bytes: u32) -> &mut Self {
        let sequence = self.sequence_mut(direction);
        *sequence = sequence.wrapping_add(bytes);
        self
    }

    /// An empty segment that acknowledges everything.
    pub fn acknowledge(&mut self, direction: Direction) -> &mut Self {
        let header = self.header(direction);
        self.put(&header, &[]);
        self
    }

    /// A keep-alive: one byte from before the next.
    pub fn keep_alive(&mut self, direction: Direction) -> &mut Self {
        let header = self.header(direction);
        let header = Header {
            sequence: header.sequence.wrapping_sub(1),
            ..header
        };
        self.put(&header, &[0]);
        self
    }

    /// One side has nothing more to say, or says this with its FIN.
    pub fn fin(&mut self, direction: Direction, last: &[u8]) -> &mut Self {
        let header = Header {
            fin: true,
            ..self.header(direction)
        };
        self.put(&header, last);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "sequence numbers wrap at 2^32"
        )]
        let length = last.len() as u32;
        let sequence = self.sequence_mut(direction);
        *sequence = sequence.wrapping_add(length).wrapping_add(1);
        self
    }

    /// Both sides end in order.
    pub fn close(&mut self) -> &mut Self {
        self.fin(Direction::ToServer, &[])
            .fin(Direction::ToClient, &[])
            .acknowledge(Direction::ToServer)
    }

    /// One side aborts.
    pub fn reset(&mut self, direction: Direction) -> &mut Self {
        let header = Header {
            rst: true,
            ..self.header(direction)
        };
        self.put(&header, &[]);
        self
    }

    /// Time passes.
    pub fn wait_us(&mut self, microseconds: u64) -> &mut Self {
        let nanos = i64::try_from(microseconds.saturating_mul(1_000)).unwrap_or(i64::MAX);
        self.now = self.now.plus_nanos(nanos);
        self
    }

    /// The packets so far, in order.
    pub fn frames(&self) -> &[Frame] {
        &self.frames
    }

    /// The packets, in order.
    pub fn into_frames(self) -> Vec<Frame> {
        self.frames
    }

    fn header(&self, direction: Direction) -> Header {
        let (source, destination, sequence, acknowledgement) = match direction {
            Direction::ToServer => (self.client, self.server, self.to_server, self.to_client),
            Direction::ToClient => (self.server, self.client, self.to_client, self.to_server),
        };
        Header {
            at: self.now,
            source,
            destination,
            sequence,
            acknowledgement: Some(acknowledgement),
            syn: false,
            fin: false,
            rst: false,
            dscp: if direction == Direction::ToServer {
                self.dscp
            } else {
                0
            },
        }
    }

    const fn sequence_mut(&mut self, direction: Direction) -> &mut u32 {
        match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        }
    }

    fn put(&mut self, header: &Header, payload: &[u8]) {
        self.frames
            .push(frame::build(&self.framing, header, payload));
        self.wait_us(STEP_US);
    }
}
