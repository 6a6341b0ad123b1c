//! What the packets of one connection mean: the connection phase makes the session, commands and replies
//! make exchanges. Replies are matched to commands in order; a gap gives up what it may have swallowed,
//! so that no later reply goes to the wrong command. Memory: `Limits`.

mod connecting;
mod handing_over;
mod inferring;
mod replying;

use std::collections::VecDeque;

use super::pending::{Pending, Wait};
use super::statement::Statements;
use crate::connection::{DecodeLoss, MessageCounts};
use crate::mysql::frames::Awaited;
use crate::mysql::{
    CommandCode, Compression, Dialect, Expect, Greeting, Packet, Session, SessionState,
};
use crate::{Direction, Exchange, Flags, Limits, Timestamp};

/// Where a connection stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    AwaitGreeting,
    AwaitLogin,
    Authenticating,
    Commands,
    /// Nothing more can be read: TLS, or a login that was refused.
    Opaque,
}

#[derive(Debug)]
pub(super) struct Conversation {
    limits: Limits,
    pub(super) phase: Phase,
    pub(super) dialect: Dialect,
    pub(super) session: Session,
    pub(super) counts: MessageCounts,
    pub(super) loss: DecodeLoss,
    greeting: Option<Greeting>,
    statements: Statements,
    /// How the session stands now.
    standing: SessionState,
    /// Replies from which its database could not be told.
    untold_replies: u32,
    pending: VecDeque<Pending>,
    /// Bytes of requests in `pending`.
    waiting: usize,
    /// A buffer for the next command, if one was lent.
    lent: Vec<u8>,
    client_in_step: bool,
    server_in_step: bool,
    /// The handshake was not captured.
    midstream: bool,
    /// Something was never seen to pass: until then what is incomplete was cut by the snap length.
    pub(super) missed: bool,
    /// The next exchange is the first after being out of step.
    resynced: bool,
    client_chunk: u64,
    /// The number of the client's last whole frame, where it sends frames.
    pub(super) client_frame: u8,
    /// An EOF with this number may still come for a PREPARE taken to be complete.
    late_eof: Option<u8>,
    server_ended: bool,
}

impl Conversation {
    /// Bytes of commands and replies that wait for the rest.
    pub(super) fn waiting_bytes(&self) -> usize {
        // only the command in front is being answered
        self.waiting + self.pending.front().map_or(0, Pending::reply_bytes_kept)
    }

    pub(super) fn new(limits: &Limits, midstream: bool) -> Self {
        Self {
            limits: *limits,
            phase: if midstream {
                Phase::Commands
            } else {
                Phase::AwaitGreeting
            },
            dialect: Dialect::UNKNOWN,
            session: Session::default(),
            counts: MessageCounts::default(),
            loss: DecodeLoss::default(),
            greeting: None,
            statements: Statements::default(),
            standing: SessionState::default(),
            untold_replies: 0,
            pending: VecDeque::new(),
            waiting: 0,
            lent: Vec::new(),
            client_in_step: !midstream,
            server_in_step: !midstream,
            midstream,
            missed: false,
            resynced: false,
            client_chunk: 0,
            client_frame: 0,
            late_eof: None,
            server_ended: false,
        }
    }

    /// A recording begins here: exchanges from now on are kept in it, and the session as it stands.
    pub(super) fn begin_recording(&mut self) {
        self.session.state = SessionState {
            prepared: self.statements.texts(),
            ..self.standing.clone()
        };
    }

    pub(super) const fn in_step(&self, direction: Direction) -> bool {
        match direction {
            Direction::ToServer => self.client_in_step,
            Direction::ToClient => self.server_in_step,
        }
    }

    /// How bytes are packed at this point: compression begins after the login.
    pub(super) fn packing(&self) -> Compression {
        match self.phase {
            Phase::Commands => self.dialect.compression.unwrap_or(Compression::Plain),
            _ => Compression::Plain,
        }
    }

    /// Whether a greeting may still come although the beginning was not captured.
    pub(super) fn may_be_greeted(&self) -> bool {
        self.midstream && self.counts.mysql_commands == 0 && self.greeting.is_none()
    }

    /// The numbers of what the server sends next when that begins the reply that is waited for.
    pub(super) fn awaited(&self) -> Option<Awaited> {
        let front = self.pending.front()?;
        if front.is_answered() || front.begins_in_hole {
            return None;
        }
        Some(Awaited {
            frame: front.next_frame,
            packet: front.next_sequence,
        })
    }

    pub(super) const fn next_client_chunk(&mut self) {
        self.client_chunk += 1;
    }

    pub(super) fn opaque_bytes(&mut self, len: usize) {
        if !self.session.tls && !self.session.replication {
            self.loss.undecodable_bytes += len as u64;
        }
    }

    /// Bytes that cannot be read as packets: a reply's, when it had begun, or nobody's.
    pub(super) fn unreadable(&mut self, direction: Direction, bytes: &[u8], at: Timestamp) {
        if bytes.is_empty() {
            return;
        }
        match self.pending.front_mut() {
            Some(front) if direction == Direction::ToClient => {
                front.reply_bytes(bytes, at, &self.limits);
            }
            _ => self.loss.undecodable_bytes += bytes.len() as u64,
        }
    }

    /// So many bytes of frames that cannot be unpacked: nothing of them is kept.
    pub(super) fn packed_away(&mut self, direction: Direction, len: usize, at: Timestamp) {
        self.loss.undecodable_bytes += len as u64;
        if len > 0
            && direction == Direction::ToClient
            && let Some(front) = self.pending.front_mut()
        {
            front.reply_bytes(&[], at, &self.limits);
        }
    }

    pub(super) const fn lost_step(&mut self, direction: Direction) {
        match direction {
            Direction::ToServer => self.client_in_step = false,
            Direction::ToClient => self.server_in_step = false,
        }
        self.late_eof = None;
    }

    pub(super) fn found_step(&mut self, direction: Direction, out: &mut Vec<Exchange>) {
        match direction {
            Direction::ToServer => {
                self.client_in_step = true;
                self.resynced = !self.midstream || self.counts.mysql_commands > 0;
            }
            Direction::ToClient => {
                self.server_in_step = true;
                if self.counts.mysql_replies > 0
                    && let Some(front) = self.pending.front_mut()
                {
                    front.flags |= Flags::RESYNCED;
                }
            }
        }
        self.settle(out);
    }

    /// A command was found, perhaps where a login was expected: then the login was lost.
    pub(super) fn commands_began(&mut self) {
        if self.phase != Phase::Commands {
            self.phase = Phase::Commands;
            self.server_in_step = false;
        }
    }

    /// `len` bytes of this direction, not within one packet, were never seen. A client that sent again had
    /// its answers: only what it sent last can still be waiting for one.
    pub(super) fn missing(&mut self, direction: Direction, len: u64, out: &mut Vec<Exchange>) {
        if direction == Direction::ToServer {
            self.command_missing(out);
            return;
        }
        // What a server sends next is the reply that is waited for: it began before the hole's end.
        if let Some(front) = self.pending.front_mut() {
            front.begins_in_hole = true;
        }
        // What was lost both ways may be a reply and the next command: then what comes is the reply to that.
        let lost = |pending: &&Pending| pending.before_hole;
        if let Some(last) = self.pending.iter().rfind(lost).map(|lost| lost.chunk) {
            self.give_up(out, |older| older.chunk <= last && !older.is_answered());
        }
        if let Some(together) = self.pending.back().map(|last| last.chunk) {
            self.give_up(out, |older| older.chunk != together);
        }
        if let Some(front) = self.pending.front_mut() {
            front.reply_gap(len, &self.limits);
        }
    }

    /// What the client sent was lost, perhaps a command.
    fn command_missing(&mut self, out: &mut Vec<Exchange>) {
        if let Some(front) = self.pending.front_mut()
            && front.wait == Wait::File
        {
            front.file_missing();
            return;
        }
        if self.pending.back().is_none_or(Pending::is_part) {
            return;
        }
        if self.pending.front().is_some_and(Pending::reply_is_missed) {
            self.give_up(out, |_| true);
        } else if let Some(last) = self.pending.back_mut() {
            last.before_hole = true;
        }
    }

    /// What came of a packet whose end is lost.
    pub(super) fn partial(
        &mut self,
        direction: Direction,
        packet: &Packet<'_>,
        began: Timestamp,
        at: Timestamp,
        by_gap: bool,
        out: &mut Vec<Exchange>,
    ) {
        match direction {
            // Nobody's: zeros that fill a hole were not seen.
            Direction::ToClient if self.pending.is_empty() => {
                self.loss.undecodable_bytes += packet.seen_len();
            }
            Direction::ToClient => {
                let mut bytes = Vec::new();
                packet.write_to(&mut bytes);
                self.unreadable(direction, &bytes, at);
            }
            Direction::ToServer if self.phase == Phase::Commands && packet.sequence == 0 => {
                self.command(packet, began, at, out);
                if let Some(last) = self.pending.back_mut() {
                    last.flags |= Flags::REQUEST_TRUNCATED;
                    last.flags
                        .set(Flags::GAP_IN_REQUEST, by_gap || packet.missing > 0);
                }
            }
            Direction::ToServer => self.loss.undecodable_bytes += packet.seen_len(),
        }
    }

    pub(super) fn ended(&mut self, direction: Direction, out: &mut Vec<Exchange>) {
        if direction == Direction::ToClient {
            self.server_ended = true;
            self.give_up(out, |_| true);
        }
    }

    /// Takes the client's next packet; `false`: it has no meaning here.
    pub(super) fn client_packet(
        &mut self,
        packet: &Packet<'_>,
        first: Timestamp,
        last: Timestamp,
        out: &mut Vec<Exchange>,
    ) -> bool {
        match self.phase {
            Phase::Opaque => true,
            Phase::AwaitGreeting | Phase::AwaitLogin => self.login(packet),
            // Scrambles, keys: nothing worth keeping, until a command shows that the OK was lost.
            Phase::Authenticating if packet.sequence != 0 => true,
            Phase::Authenticating | Phase::Commands => {
                self.phase = Phase::Commands;
                self.client_in_commands(packet, first, last, out)
            }
        }
    }

    fn client_in_commands(
        &mut self,
        packet: &Packet<'_>,
        first: Timestamp,
        last: Timestamp,
        out: &mut Vec<Exchange>,
    ) -> bool {
        if let Some(front) = self.pending.front_mut() {
            match front.wait {
                // Every packet is a piece of the file up to an empty one, whatever its number.
                Wait::File => {
                    front.file(packet, self.limits.body_cap);
                    return true;
                }
                Wait::Authentication if packet.sequence != 0 => {
                    front.next_sequence = packet.last_sequence.wrapping_add(1);
                    return true;
                }
                _ => {}
            }
        }
        if packet.len == 0 || packet.sequence != 0 {
            self.loss.undecodable_bytes += packet.seen_len();
            return packet.len == 0;
        }
        self.command(packet, first, last, out);
        true
    }

    /// Takes one of `buffers` for the next command, or for the reply that is waited for.
    pub(super) fn lend(&mut self, direction: Direction, buffers: &mut Vec<Vec<u8>>) {
        let place = match direction {
            Direction::ToServer => Some(&mut self.lent),
            Direction::ToClient => self.pending.front_mut().map(Pending::reply_buffer),
        };
        if let Some(place) = place.filter(|place| place.capacity() == 0) {
            *place = buffers.pop().unwrap_or_default();
        }
    }

    fn command(
        &mut self,
        packet: &Packet<'_>,
        first: Timestamp,
        last: Timestamp,
        out: &mut Vec<Exchange>,
    ) {
        self.counts.mysql_commands += 1;
        let mut pending = Pending::new(
            packet,
            first,
            last,
            &self.dialect,
            std::mem::take(&mut self.lent),
        );
        if !self.server_in_step && pending.expect != Expect::Nothing {
            // A client that sends again has had its answers: those not seen are lost. Commands sent
            // together wait together.
            let together = self.client_chunk;
            self.give_up(out, |older| older.chunk != together);
        }
        if pending.code == Some(CommandCode::Query) && self.dialect.query_attributes.is_none() {
            let uses = packet.payload.get(1).is_some_and(|byte| *byte < 0x09);
            self.dialect.query_attributes = Some(uses);
        }
        pending.chunk = self.client_chunk;
        pending.next_frame = self.client_frame.wrapping_add(1);
        pending.flags.set(Flags::MIDSTREAM, self.midstream);
        pending
            .flags
            .set(Flags::RESYNCED, std::mem::take(&mut self.resynced));
        if pending.flags.contains(Flags::REQUEST_OVER_CAP) {
            self.loss.over_cap += 1;
        }
        self.waiting += pending.request.bytes.len();
        self.pending.push_back(pending);
        if self.pending.len() > self.limits.pipeline_cap || self.waiting > self.limits.waiting_cap {
            self.give_up(out, |_| true);
            self.server_in_step = false;
        }
        self.settle(out);
        if self.server_ended {
            self.give_up(out, |_| true);
        }
    }

    /// Takes the server's next packet; `false`: it has no meaning here.
    pub(super) fn server_packet(
        &mut self,
        packet: &Packet<'_>,
        first: Timestamp,
        last: Timestamp,
        out: &mut Vec<Exchange>,
    ) -> bool {
        match self.phase {
            Phase::Opaque => true,
            Phase::AwaitGreeting => self.greeting(packet),
            Phase::AwaitLogin | Phase::Authenticating => self.authentication(packet),
            Phase::Commands => self.reply(packet, first, last, out),
        }
    }
}
