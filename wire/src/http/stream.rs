//! One direction of a captured HTTP connection: cuts its bytes into messages, goes over holes where a
//! message's framing allows it, and looks for the next message where it does not.

use super::body::{BodyReader, Skipped};
use super::captured::CapturedMessage;
use super::framing::{BodyFraming, Framing};
use super::head::{Start, Version, parse_request_line, request_start, response_start};
use super::lead::Lead;
use super::line::{HeadEnd, trim_line_end};
use super::seek::{find_start, is_message_start};
use crate::exchange::shrink;
use crate::{Close, Limits, Piece, Timestamp};
use memchr::memchr;

/// How much of an unfinished first line tells whether it can be one, bytes.
pub(crate) const JUDGED_BEGINNING: usize = 128;

/// How much room a head gets at once, bytes.
const SOON_HEAD: usize = 2_048;

/// Which kind of message a direction carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Requests,
    Responses,
}

/// What [`MessageStream::next`] came upon.
#[derive(Debug)]
pub(crate) enum StreamEvent {
    /// The head of a message is complete; [`MessageStream::begin_body`] must be called.
    Head,
    /// A message is complete, or broken off.
    Message(CapturedMessage),
}

/// Bytes that are not there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hole {
    len: u64,
    /// They were seen to pass: the snap length cut them off.
    passed: bool,
}

impl Hole {
    /// The hole that a piece is.
    pub(crate) const fn of(piece: Piece<'_>) -> Self {
        match piece {
            Piece::Gap { len, .. } => Self { len, passed: false },
            Piece::Cut { len, .. } => Self { len, passed: true },
            Piece::Chunk { .. } | Piece::End { .. } => Self {
                len: 0,
                passed: true,
            },
        }
    }
}

/// What a hole did to a direction.
#[derive(Debug, Default)]
pub(crate) struct GapEffect {
    /// The message that ended in the hole.
    pub(crate) message: Option<CapturedMessage>,
    /// Whole messages may have been in the hole.
    pub(crate) messages_lost: bool,
}

/// One direction of a connection.
#[derive(Debug)]
pub(crate) struct MessageStream {
    side: Side,
    limits: Limits,
    place: Place,
    message: CapturedMessage,
    head_end: HeadEnd,
    /// How long the head of the message at hand is on the wire.
    head_len: u64,
    body: BodyReader,
    /// Whether a message is sought within segments too. Not behind broken chunks: what follows them in
    /// the same segment is what an attacker smuggles, and no server reads it.
    seek_within: bool,
    /// What may be the front of a message that is sought; counted as undecodable until it turns out to be.
    lead: Lead,
    undecodable: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Before a message.
    Between,
    /// In its first line.
    StartLine,
    /// In its header fields.
    Fields,
    /// Behind its head; waits to be told how its body ends.
    Framing,
    Body,
    /// Nobody knows where: looks for the beginning of a message.
    Seeking,
    /// The connection carries something else from here on.
    Opaque,
}

impl MessageStream {
    /// A direction at its beginning, or somewhere in it when `midstream`.
    pub(crate) fn new(side: Side, limits: Limits, midstream: bool) -> Self {
        Self {
            side,
            limits,
            place: if midstream {
                Place::Seeking
            } else {
                Place::Between
            },
            message: CapturedMessage::default(),
            head_end: HeadEnd::default(),
            head_len: 0,
            body: BodyReader::Done,
            seek_within: true,
            lead: Lead::default(),
            undecodable: 0,
        }
    }

    /// Takes one of `buffers` for the next message, if none has begun.
    pub(crate) fn lend(&mut self, buffers: &mut Vec<Vec<u8>>) {
        if self.message.bytes.capacity() == 0 && self.place != Place::Opaque {
            self.message.bytes = buffers.pop().unwrap_or_default();
        }
    }

    /// Goes on in `rest`, the unread end of a chunk of `chunk_len` bytes, up to the next event; `None`
    /// when all of it is read.
    pub(crate) fn next(
        &mut self,
        at: Timestamp,
        rest: &mut &[u8],
        chunk_len: usize,
    ) -> Option<StreamEvent> {
        loop {
            match self.place {
                Place::Between => self.begin_message(rest)?,
                Place::StartLine => self.read_start_line(at, rest)?,
                Place::Fields => return self.read_fields(at, rest),
                Place::Framing => return None,
                Place::Body => return self.read_body(at, rest),
                Place::Seeking => self.seek(at, rest, chunk_len)?,
                Place::Opaque => {
                    self.undecodable += rest.len() as u64;
                    *rest = b"";
                    return None;
                }
            }
        }
    }

    /// Skips empty lines (RFC 9112 section 2.2) and enters the message behind them.
    fn begin_message(&mut self, rest: &mut &[u8]) -> Option<()> {
        let blank = rest
            .iter()
            .take_while(|byte| matches!(byte, b'\r' | b'\n'))
            .count();
        *rest = rest.get(blank..).unwrap_or_default();
        if rest.is_empty() {
            return None;
        }
        self.place = match self.start(rest) {
            Start::No => Place::Seeking,
            Start::Yes | Start::Maybe => Place::StartLine,
        };
        Some(())
    }

    fn start(&self, bytes: &[u8]) -> Start {
        match self.side {
            Side::Requests => request_start(bytes),
            Side::Responses => response_start(bytes),
        }
    }

    /// Collects the first line and judges it.
    fn read_start_line(&mut self, at: Timestamp, rest: &mut &[u8]) -> Option<()> {
        let end = memchr(b'\n', rest).map(|at| at + 1);
        let here = end.unwrap_or(rest.len());
        let known = self.message.bytes.len();
        self.keep_head(at, rest, here);
        // Once its beginning is good, a line is judged again only when it is whole.
        let judge = end.is_some() || known < JUDGED_BEGINNING;
        let wrong = judge && self.start(&self.message.bytes) == Start::No;
        if wrong || self.message.over_cap {
            self.undecodable += self.message.wire_len;
            self.message = CapturedMessage::default();
            self.place = Place::Seeking;
            return Some(());
        }
        end?;
        self.head_end = HeadEnd::default();
        self.place = Place::Fields;
        Some(())
    }

    /// Collects the fields up to the blank line.
    fn read_fields(&mut self, at: Timestamp, rest: &mut &[u8]) -> Option<StreamEvent> {
        if self.is_simple_request() {
            self.place = Place::Framing;
            return Some(StreamEvent::Head);
        }
        let end = self.head_end.find(rest);
        let here = end.unwrap_or(rest.len());
        let room = self
            .limits
            .head_cap
            .saturating_sub(self.message.bytes.len());
        self.keep_head(at, rest, here.min(room));
        if here > room {
            self.message.over_cap = true;
            return Some(StreamEvent::Message(self.break_off()));
        }
        end?;
        self.place = Place::Framing;
        Some(StreamEvent::Head)
    }

    /// HTTP/0.9: a request line without a version has no fields.
    fn is_simple_request(&self) -> bool {
        let line = trim_line_end(&self.message.bytes);
        let says_version = matches!(line.last_chunk(), Some(b"HTTP/1.1" | b"HTTP/1.0"));
        self.side == Side::Requests
            && !says_version
            && parse_request_line(&self.message.bytes)
                .is_some_and(|(_, _, version)| version == Version::HTTP_0_9)
    }

    /// Moves `here` bytes from `rest` to the head.
    fn keep_head(&mut self, at: Timestamp, rest: &mut &[u8], here: usize) {
        if self.message.bytes.is_empty() {
            // Most heads come in one segment: with room for all of it nothing is moved again.
            self.message.bytes.reserve(rest.len().min(SOON_HEAD));
        }
        let (taken, after) = rest.split_at_checked(here).unwrap_or((rest, b""));
        self.message.keep(taken, self.limits.head_cap, at);
        *rest = after;
    }

    /// The head at hand: start line and fields, blank line included.
    pub(crate) fn head(&self) -> &[u8] {
        &self.message.bytes
    }

    /// Says how the body behind the head ends.
    pub(crate) fn begin_body(&mut self, framing: BodyFraming, status: Option<u16>) {
        self.message.framing = Some(framing);
        self.message.status = status;
        self.head_len = self.message.wire_len;
        self.body = BodyReader::new(framing.framing);
        if let Framing::Length(length) = framing.framing {
            let soon = usize::try_from(length).unwrap_or(usize::MAX).min(64 << 10);
            self.message.bytes.reserve_exact(soon);
        }
        self.place = Place::Body;
    }

    /// Enters a message without a head, as HTTP/0.9 answers are, when one may begin here.
    pub(crate) fn begin_headless(&mut self, bytes: &[u8]) -> bool {
        let begins = self.place == Place::Between && self.start(bytes) == Start::No;
        if begins {
            self.message.headless = true;
            self.body = BodyReader::UntilClose;
            self.place = Place::Body;
        }
        begins
    }

    /// When the message at hand began.
    pub(crate) const fn begun(&self) -> Timestamp {
        self.message.first
    }

    /// Whether the message at hand is an interim answer.
    pub(crate) fn is_interim(&self) -> bool {
        self.message.is_interim()
    }

    fn read_body(&mut self, at: Timestamp, rest: &mut &[u8]) -> Option<StreamEvent> {
        let (taken, read) = self.body.advance(rest, |_| {});
        let (body, after) = rest.split_at_checked(taken).unwrap_or((rest, b""));
        *rest = after;
        if !body.is_empty() {
            self.message.keep(body, self.message_cap(), at);
        }
        if read.is_err() {
            let message = self.break_off();
            self.seek_within = false;
            return Some(StreamEvent::Message(message));
        }
        self.body
            .is_done()
            .then(|| StreamEvent::Message(self.complete()))
    }

    /// Whether a body is to come of which nothing has.
    pub(crate) fn awaits_body(&self) -> bool {
        self.place == Place::Body
            && !self.message.headless
            && self.message.wire_len == self.head_len
    }

    /// Hands over the message whose announced body does not come.
    pub(crate) fn end_without_body(&mut self) -> CapturedMessage {
        let mut message = self.complete();
        message.truncated = true;
        message
    }

    /// Hands over the message that has no body, whatever it announces.
    pub(crate) fn end_at_head(&mut self) -> CapturedMessage {
        self.complete()
    }

    /// How many bytes of the message at hand may be kept.
    fn message_cap(&self) -> usize {
        self.limits.head_cap.saturating_add(self.limits.body_cap)
    }

    /// Hands the complete message over.
    fn complete(&mut self) -> CapturedMessage {
        self.place = Place::Between;
        self.body = BodyReader::Done;
        shrink(&mut self.message.bytes);
        std::mem::take(&mut self.message)
    }

    /// Hands the message over without its end; where the next one begins is not known.
    fn break_off(&mut self) -> CapturedMessage {
        let mut message = self.complete();
        message.truncated = true;
        message.missed = true;
        self.place = Place::Seeking;
        message
    }

    /// Skips to what looks like the beginning of a message.
    fn seek(&mut self, at: Timestamp, rest: &mut &[u8], chunk_len: usize) -> Option<()> {
        if rest.is_empty() {
            return None;
        }
        let at_segment = rest.len() == chunk_len;
        if at_segment && let Some((at, lead)) = self.lead.continued(self.side, rest) {
            self.undecodable -= lead.len() as u64;
            self.message.keep(&lead, self.limits.head_cap, at);
            self.begin_found();
            return Some(());
        }
        let found = if self.seek_within {
            find_start(self.side, rest, at_segment)
        } else {
            (at_segment && is_message_start(self.side, rest)).then_some(0)
        };
        if found.is_none() {
            self.lead.look(self.side, at, rest, at_segment);
        }
        let skipped = found.unwrap_or(rest.len());
        self.undecodable += skipped as u64;
        *rest = rest.get(skipped..).unwrap_or_default();
        found?;
        self.begin_found();
        Some(())
    }

    /// Enters a message that was sought.
    fn begin_found(&mut self) {
        self.lead.clear();
        self.message.resynced = true;
        self.seek_within = true;
        self.place = Place::StartLine;
    }

    /// Goes over a hole.
    pub(crate) fn hole(&mut self, hole: Hole) -> GapEffect {
        let missing = hole.len;
        let cap = self.message_cap();
        let fill_cap = self.limits.gap_fill_cap;
        match self.place {
            Place::Opaque => GapEffect::default(),
            Place::Between | Place::Seeking => {
                self.lead.clear();
                self.place = Place::Seeking;
                GapEffect {
                    message: None,
                    messages_lost: true,
                }
            }
            // What is there of a line that was cut off is enough when it leaves no doubt.
            Place::StartLine if hole.passed && is_message_start(self.side, &self.message.bytes) => {
                self.lose_place(hole)
            }
            Place::StartLine => {
                self.undecodable += self.message.wire_len;
                self.message = CapturedMessage::default();
                self.place = Place::Seeking;
                GapEffect {
                    message: None,
                    messages_lost: true,
                }
            }
            Place::Body => match self.body.skip(missing) {
                Skipped::Inside => {
                    self.message.missed |= !hole.passed;
                    self.message.fill(missing, fill_cap, cap);
                    GapEffect::default()
                }
                Skipped::Ended(lost) => {
                    self.message.missed |= !hole.passed;
                    self.message.fill(lost, fill_cap, cap);
                    let message = Some(self.complete());
                    let messages_lost = lost < missing;
                    if messages_lost {
                        self.place = Place::Seeking;
                    }
                    GapEffect {
                        message,
                        messages_lost,
                    }
                }
                Skipped::Lost => self.lose_place(hole),
            },
            Place::Fields | Place::Framing => self.lose_place(hole),
        }
    }

    fn lose_place(&mut self, hole: Hole) -> GapEffect {
        self.message.gap = true;
        let missed = self.message.missed || !hole.passed;
        let broken = self.break_off();
        GapEffect {
            message: Some(CapturedMessage { missed, ..broken }),
            messages_lost: true,
        }
    }

    /// The direction ended: the message at hand, complete only if the close is its proper end.
    pub(crate) fn end(&mut self, close: Close) -> Option<CapturedMessage> {
        let place = std::mem::replace(&mut self.place, Place::Opaque);
        match place {
            Place::Between | Place::Seeking | Place::Opaque => None,
            Place::StartLine => {
                self.undecodable += self.message.wire_len;
                self.message = CapturedMessage::default();
                None
            }
            Place::Fields | Place::Framing | Place::Body => {
                let mut message = std::mem::take(&mut self.message);
                let proper = place == Place::Body && self.body.ends_with_connection();
                message.truncated = !(proper && close == Close::Fin);
                message.missed |= message.truncated;
                Some(message)
            }
        }
    }

    /// From here on the direction carries something else.
    pub(crate) fn make_opaque(&mut self) {
        self.undecodable += self.message.wire_len;
        self.message = CapturedMessage::default();
        self.place = Place::Opaque;
    }

    /// Whether the direction carries something else.
    pub(crate) const fn is_opaque(&self) -> bool {
        matches!(self.place, Place::Opaque)
    }

    /// Bytes kept of the message being read.
    pub(crate) const fn held_bytes(&self) -> usize {
        self.message.bytes.len() + self.lead.len()
    }

    /// Bytes that belong to no message.
    pub(crate) const fn undecodable(&self) -> u64 {
        self.undecodable
    }
}
