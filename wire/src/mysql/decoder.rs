//! One MySQL connection seen passing by: two directions of bytes with holes become exchanges.
//! Owns framing, unpacking and getting back in step; `Conversation` owns what the packets mean.

mod conversation;
mod pending;
mod statement;
mod unanswered;

use super::frames::{self, FrameReader};
use super::{Compression, Dialect, PacketReader, Session, boundary};
use crate::connection::{DecodeLoss, MessageCounts, Spoken};
use crate::{Direction, Exchange, Limits, Piece, Timestamp};
use conversation::{Conversation, Phase};

pub use unanswered::unanswered;

/// Decodes one MySQL connection.
#[derive(Debug)]
pub struct Decoder {
    to_server: Side,
    to_client: Side,
    conversation: Conversation,
}

/// One direction.
#[derive(Debug)]
struct Side {
    packets: PacketReader,
    frames: FrameReader,
    /// When the first byte of the packet being read came.
    began: Timestamp,
}

impl Side {
    const fn new(cap: usize) -> Self {
        Self {
            packets: PacketReader::new(cap),
            frames: FrameReader::new(),
            began: Timestamp::from_nanos(0),
        }
    }

    /// Begins afresh, and tells how many bytes of a frame that is not whole go with it.
    fn reset(&mut self) -> usize {
        self.packets.reset();
        self.frames.reset()
    }

    const fn held_bytes(&self) -> usize {
        self.packets.held_bytes() + self.frames.held_bytes()
    }
}

impl Decoder {
    /// A decoder for a connection; `midstream` when its beginning was not captured.
    pub fn new(limits: &Limits, midstream: bool) -> Self {
        Self {
            to_server: Side::new(limits.body_cap),
            to_client: Side::new(limits.body_cap),
            conversation: Conversation::new(limits, midstream),
        }
    }

    /// Takes the next piece of one direction; exchanges that are complete are added to `out`.
    pub fn push(&mut self, direction: Direction, piece: Piece<'_>, out: &mut Vec<Exchange>) {
        match piece {
            Piece::Chunk { at, bytes } => self.chunk(direction, at, bytes, out),
            Piece::Gap { at, len } => {
                self.conversation.missed = true;
                self.gap(direction, at, len, out);
            }
            Piece::Cut { at, len } => self.gap(direction, at, len, out),
            Piece::End { at, .. } => self.end(direction, at, out),
        }
    }

    /// Gives the command or reply that may begin next a buffer.
    pub(crate) fn lend(&mut self, direction: Direction, buffers: &mut Vec<Vec<u8>>) {
        self.conversation.lend(direction, buffers);
    }

    /// How many commands and replies were seen so far.
    pub const fn counts(&self) -> MessageCounts {
        let (mut counts, loss) = (self.conversation.counts, &self.conversation.loss);
        counts.mysql_commands = counts
            .mysql_commands
            .saturating_sub(loss.incomplete_requests);
        counts.mysql_replies = counts
            .mysql_replies
            .saturating_sub(loss.incomplete_responses);
        counts
    }

    /// What could not be used so far.
    pub const fn loss(&self) -> DecodeLoss {
        self.conversation.loss
    }

    /// Bytes kept of commands and replies that are not part of an exchange yet.
    pub fn held_bytes(&self) -> usize {
        let reading = self.to_server.held_bytes() + self.to_client.held_bytes();
        reading + self.conversation.waiting_bytes()
    }

    /// Whether it stayed MySQL that can be read.
    pub const fn spoken(&self) -> Spoken {
        let session = &self.conversation.session;
        if session.tls {
            Spoken::MysqlOverTls
        } else if session.replication {
            Spoken::MysqlReplication
        } else {
            Spoken::Mysql
        }
    }

    /// What the handshake said.
    pub const fn session(&self) -> &Session {
        &self.conversation.session
    }

    /// A recording begins here that keeps what comes from now on: the session is told as it stands.
    pub fn begin_recording(&mut self) {
        self.conversation.begin_recording();
    }

    /// What both ends agreed on, as far as it is known: a replay needs it to read stored payloads.
    pub const fn dialect(&self) -> &Dialect {
        &self.conversation.dialect
    }

    fn chunk(
        &mut self,
        direction: Direction,
        at: Timestamp,
        bytes: &[u8],
        out: &mut Vec<Exchange>,
    ) {
        if self.conversation.phase == Phase::Opaque {
            self.conversation.opaque_bytes(bytes.len());
            return;
        }
        if !self.get_in_step(direction, at, bytes, out) {
            return;
        }
        if direction == Direction::ToServer {
            let compression = self.conversation.dialect.compression;
            if self.conversation.phase == Phase::Authenticating
                && compression != Some(Compression::Plain)
                && let Some(kind) = frames::recognise(bytes)
            {
                // the server's OK was lost: what is packed is a command
                self.conversation.dialect.compression = compression.or(Some(kind));
                self.conversation.commands_began();
            }
            self.conversation.next_client_chunk();
        }
        let packed = self.conversation.packing();
        let side = match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        if packed == Compression::Plain {
            self.packets(direction, at, bytes, out);
            return;
        }
        let unpacked = side.frames.push(bytes);
        if direction == Direction::ToServer {
            self.conversation.client_frame = side.frames.last_sequence();
        }
        match unpacked {
            Ok(unpacked) => self.packets(direction, at, &unpacked, out),
            Err(_) => self.lose_step(direction, &[], at),
        }
    }

    /// Whether this direction's bytes can be read as packets from here.
    fn get_in_step(
        &mut self,
        direction: Direction,
        at: Timestamp,
        bytes: &[u8],
        out: &mut Vec<Exchange>,
    ) -> bool {
        if self.conversation.in_step(direction) {
            return true;
        }
        let found = match direction {
            Direction::ToServer => self.client_begins_here(bytes),
            Direction::ToClient => self.server_begins_here(bytes),
        };
        if found {
            self.conversation.found_step(direction, out);
        } else if self.conversation.packing() == Compression::Plain {
            self.conversation.unreadable(direction, bytes, at);
        } else {
            self.conversation.packed_away(direction, bytes.len(), at);
        }
        found
    }

    fn client_begins_here(&mut self, bytes: &[u8]) -> bool {
        if self.conversation.may_be_greeted()
            && boundary::likeness(Direction::ToServer, bytes, false) == boundary::Likeness::Yes
        {
            self.conversation.phase = Phase::AwaitLogin;
            return true;
        }
        let compression = self.conversation.dialect.compression;
        let framed = (compression != Some(Compression::Plain))
            .then(|| frames::recognise(bytes))
            .flatten();
        if framed.is_some() {
            self.conversation.dialect.compression = compression.or(framed);
        } else if self.conversation.dialect.is_compressed() || !boundary::is_command_boundary(bytes)
        {
            return false;
        }
        self.conversation.commands_began();
        true
    }

    fn server_begins_here(&mut self, bytes: &[u8]) -> bool {
        if self.conversation.may_be_greeted()
            && boundary::likeness(Direction::ToClient, bytes, false) == boundary::Likeness::Yes
        {
            self.conversation.phase = Phase::AwaitGreeting;
            return true;
        }
        let Some(awaited) = self.conversation.awaited() else {
            return false;
        };
        if self.conversation.dialect.is_compressed() {
            frames::begins_reply(bytes, awaited)
        } else {
            boundary::is_reply_boundary(bytes, awaited.packet)
        }
    }

    fn packets(
        &mut self,
        direction: Direction,
        at: Timestamp,
        bytes: &[u8],
        out: &mut Vec<Exchange>,
    ) {
        let side = match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        let mut input = bytes;
        let mut began = if side.packets.at_boundary() {
            at
        } else {
            side.began
        };
        let mut in_step = true;
        while in_step && let Some(packet) = side.packets.next(&mut input) {
            in_step = match direction {
                Direction::ToServer => self.conversation.client_packet(&packet, began, at, out),
                Direction::ToClient => self.conversation.server_packet(&packet, began, at, out),
            };
            began = at;
            if self.conversation.phase == Phase::Opaque {
                self.conversation.opaque_bytes(input.len());
                return;
            }
        }
        side.began = began;
        if !in_step {
            self.lose_step(direction, input, at);
        }
    }

    fn lose_step(&mut self, direction: Direction, rest: &[u8], at: Timestamp) {
        let dropped = match direction {
            Direction::ToServer => self.to_server.reset(),
            Direction::ToClient => self.to_client.reset(),
        };
        self.conversation.lost_step(direction);
        self.conversation.packed_away(direction, dropped, at);
        self.conversation.unreadable(direction, rest, at);
    }

    fn gap(&mut self, direction: Direction, at: Timestamp, len: u64, out: &mut Vec<Exchange>) {
        if self.conversation.phase == Phase::Opaque {
            return;
        }
        let packed = self.conversation.packing() != Compression::Plain;
        let side = match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        let in_step = self.conversation.in_step(direction);
        if in_step && !packed && side.packets.spans(len) {
            side.packets.gap(len);
            self.packets(direction, at, &[], out);
            return;
        }
        if in_step {
            self.give_up_partial(direction, at, true, out);
        }
        self.conversation.missing(direction, len, out);
        self.lose_step(direction, &[], at);
    }

    /// What came of a packet whose end is lost still tells what it was.
    fn give_up_partial(
        &mut self,
        direction: Direction,
        at: Timestamp,
        by_gap: bool,
        out: &mut Vec<Exchange>,
    ) {
        let side = match direction {
            Direction::ToServer => &mut self.to_server,
            Direction::ToClient => &mut self.to_client,
        };
        if let Some(packet) = side.packets.take_partial() {
            self.conversation
                .partial(direction, &packet, side.began, at, by_gap, out);
        }
    }

    fn end(&mut self, direction: Direction, at: Timestamp, out: &mut Vec<Exchange>) {
        if self.conversation.phase != Phase::Opaque && self.conversation.in_step(direction) {
            let side = match direction {
                Direction::ToServer => &self.to_server,
                Direction::ToClient => &self.to_client,
            };
            self.conversation.missed |= !side.packets.at_boundary();
            self.give_up_partial(direction, at, false, out);
        }
        self.conversation.ended(direction, out);
    }
}

#[cfg(test)]
mod tests;
