//! Both directions of a captured HTTP connection: messages from the two streams, paired to exchanges.

use super::captured::CapturedMessage;
use super::framing::{AnswerTo, BodyFraming, Framing};
use super::head::{RequestHead, ResponseHead, Version, parse_status_line};
use super::line::split_line;
use super::pairing::{Asked, Pair, Pairing};
use super::seek::is_message_start;
use super::stream::{Hole, MessageStream, Side, StreamEvent};
use crate::connection::{DecodeLoss, MessageCounts, Spoken, is_tls_handshake};
use crate::operation::{UNSEEN_REQUEST, http_operation, http_summary, name_what_is_asked};
use crate::{Close, Direction, Exchange, ExchangeTimes, Flags, Limits, Piece, Protocol, Timestamp};

/// Decodes a connection that speaks HTTP/1.x.
#[derive(Debug)]
pub(crate) struct HttpDecoder {
    requests: MessageStream,
    responses: MessageStream,
    pairing: Pairing,
    midstream: bool,
    requests_ended: bool,
    /// What the connection left HTTP for.
    left_for: Option<Spoken>,
    responses_ended: bool,
    /// Whose answer the one at hand is, is not sure: what follows its head tells whether it has a body.
    doubtful: bool,
    counts: MessageCounts,
    loss: DecodeLoss,
}

impl HttpDecoder {
    /// `midstream`: the connection's beginning was not captured. `amid`: nor may what comes first be the
    /// beginning of a message, or the counterpart of what comes first the other way.
    pub(crate) fn new(limits: &Limits, midstream: bool, amid: bool) -> Self {
        Self {
            requests: MessageStream::new(Side::Requests, *limits, amid),
            responses: MessageStream::new(Side::Responses, *limits, amid),
            pairing: Pairing::new(limits, !amid, midstream || !amid),
            midstream,
            requests_ended: false,
            left_for: None,
            responses_ended: false,
            doubtful: false,
            counts: MessageCounts::default(),
            loss: DecodeLoss::default(),
        }
    }

    /// Takes the next piece of one direction.
    pub(crate) fn push(&mut self, direction: Direction, piece: Piece<'_>, out: &mut Vec<Exchange>) {
        match (direction, piece) {
            (Direction::ToServer, Piece::Chunk { at, bytes }) => self.request_bytes(at, bytes),
            (Direction::ToClient, Piece::Chunk { at, bytes }) => self.response_bytes(at, bytes),
            (Direction::ToServer, Piece::Gap { .. } | Piece::Cut { .. }) => {
                let effect = self.requests.hole(Hole::of(piece));
                if effect.messages_lost {
                    self.pairing.requests_lost();
                }
                if let Some(message) = effect.message {
                    self.end_request(message);
                }
            }
            (Direction::ToClient, Piece::Gap { at, .. } | Piece::Cut { at, .. }) => {
                let effect = self.responses.hole(Hole::of(piece));
                if let Some(message) = effect.message {
                    self.end_response(message);
                }
                if effect.messages_lost {
                    self.pairing
                        .answers_lost(at, matches!(piece, Piece::Cut { .. }));
                } else {
                    self.pairing.hear(at);
                }
            }
            (_, Piece::End { close, .. }) => self.end(direction, close),
        }
        while let Some(pair) = self.pairing.next_pair() {
            out.push(self.exchange(pair));
        }
    }

    /// Gives the message that this direction may begin next a buffer.
    pub(crate) fn lend(&mut self, direction: Direction, buffers: &mut Vec<Vec<u8>>) {
        match direction {
            Direction::ToServer => self.requests.lend(buffers),
            Direction::ToClient => self.responses.lend(buffers),
        }
    }

    fn request_bytes(&mut self, at: Timestamp, bytes: &[u8]) {
        if self.requests.is_opaque() && self.left_for.is_none() && is_tls_handshake(bytes) {
            self.left_for = Some(Spoken::Tls);
        }
        if self.requests.awaits_body() && is_message_start(Side::Requests, bytes) {
            self.end_refused_request();
        }
        let mut rest = bytes;
        while let Some(event) = self.requests.next(at, &mut rest, bytes.len()) {
            match event {
                StreamEvent::Head => {
                    let head = RequestHead::parse(self.requests.head());
                    let framing = head.as_ref().map_or(NO_BODY, BodyFraming::of_request);
                    let asked = head.as_ref().map(asked).unwrap_or_default();
                    self.pairing.request_begun(asked, self.requests.begun());
                    self.requests.begin_body(framing, None);
                }
                StreamEvent::Message(message) => self.end_request(message),
            }
        }
    }

    fn end_request(&mut self, message: CapturedMessage) {
        if message.framing.is_none() {
            let asked = RequestHead::parse(&message.bytes)
                .map_or_else(|| asked_in_part(&message.bytes), |head| asked(&head));
            self.pairing.request_begun(asked, message.first);
        }
        if message.is_whole() {
            self.counts.http_requests += 1;
        } else {
            self.loss.incomplete_requests += 1;
        }
        self.pairing.request_ended(message);
    }

    /// A client that asked whether its content is wanted, and got the final answer instead, need not send it
    /// (RFC 9110 section 10.1.1): its request is over without it.
    fn end_refused_request(&mut self) {
        let refused = self.requests.awaits_body() && self.pairing.has_answer_to_last();
        let asked_first = || {
            let head = RequestHead::parse(self.requests.head());
            head.and_then(|head| head.headers.get("Expect"))
                .is_some_and(|expected| expected.eq_ignore_ascii_case(b"100-continue"))
        };
        if refused && asked_first() {
            let message = self.requests.end_without_body();
            self.end_request(message);
        }
    }

    fn response_bytes(&mut self, at: Timestamp, bytes: &[u8]) {
        if self.pairing.next_answer_to() == AnswerTo::Simple && self.responses.begin_headless(bytes)
        {
            self.pairing.answer_begun();
        }
        let begins = || is_message_start(Side::Responses, bytes);
        if self.doubtful && self.responses.awaits_body() && begins() {
            let message = self.responses.end_at_head();
            self.end_response(message);
        }
        let mut rest = bytes;
        while let Some(event) = self.responses.next(at, &mut rest, bytes.len()) {
            match event {
                StreamEvent::Head => self.begin_response(rest),
                StreamEvent::Message(message) => self.end_response(message),
            }
        }
        self.pairing.hear(at);
    }

    /// The head of an answer is complete, behind which `rest` has come so far.
    fn begin_response(&mut self, rest: &[u8]) {
        let mut answer_to = self.pairing.next_answer_to();
        let is_usual = matches!(answer_to, AnswerTo::Head | AnswerTo::Other);
        self.doubtful = is_usual && !self.pairing.is_next_sure();
        if self.doubtful && !rest.is_empty() {
            answer_to = match is_message_start(Side::Responses, rest) {
                true => AnswerTo::Head,
                false => AnswerTo::Other,
            };
        }
        let head = ResponseHead::parse(self.responses.head());
        let status = head.map(|head| head.status);
        let framing = head.map_or(NO_BODY, |head| BodyFraming::of_response(answer_to, &head));
        self.responses.begin_body(framing, status);
        if !self.responses.is_interim() {
            self.pairing.answer_begun();
        }
    }

    fn end_response(&mut self, mut message: CapturedMessage) {
        if message.framing.is_none() && message.status.is_none() && !message.headless {
            message.status = first_line_status(&message.bytes);
            if !message.is_interim() {
                self.pairing.answer_begun();
            }
        }
        if message.is_whole() {
            self.counts.http_responses += 1;
        } else {
            self.loss.incomplete_responses += 1;
        }
        if message.is_interim() {
            self.pairing.interim();
            return;
        }
        let tunnel = message
            .framing
            .is_some_and(|body| body.framing == Framing::Tunnel);
        let upgraded_to = tunnel.then(|| upgraded_to(&message.bytes)).flatten();
        self.pairing.answer_ended(message);
        if tunnel {
            self.left_for = self.left_for.or(upgraded_to);
            self.requests.make_opaque();
            self.responses.make_opaque();
        }
    }

    fn end(&mut self, direction: Direction, close: Close) {
        match direction {
            Direction::ToServer => {
                self.end_refused_request();
                if let Some(message) = self.requests.end(close) {
                    self.end_request(message);
                }
                self.requests_ended = true;
            }
            Direction::ToClient => {
                if let Some(message) = self.responses.end(close) {
                    self.end_response(message);
                }
                self.responses_ended = true;
                self.pairing.answers_closed();
            }
        }
        if self.requests_ended && self.responses_ended {
            self.pairing.answers_closed();
        }
    }

    /// The exchange that a pair is, with what it lost counted.
    fn exchange(&mut self, pair: Pair) -> Exchange {
        let mut flags = Flags::empty();
        flags.set(Flags::MIDSTREAM, self.midstream);
        flags.set(Flags::INTERIM, pair.interim);
        let (asked, request) = match pair.request {
            Some((mut asked, message)) => {
                name_what_is_asked(&mut asked.operation, &message.bytes);
                (asked, Some(message))
            }
            None => (Asked::default(), None),
        };
        if let Some(message) = &request {
            flags |= request_flags(message);
            self.loss.unpaired_requests += u64::from(pair.answer.is_none());
            self.loss.over_cap += u64::from(message.over_cap);
        }
        if let Some(message) = &pair.answer {
            flags |= answer_flags(message);
            self.loss.unpaired_responses += u64::from(request.is_none());
            self.loss.over_cap += u64::from(message.over_cap);
        }
        let times = times(request.as_ref(), pair.answer.as_ref());
        let status = pair.answer.as_ref().and_then(|answer| answer.status);
        let unseen = request.is_none();
        Exchange {
            protocol: Protocol::Http,
            request: request.map(CapturedMessage::into_payload),
            response: pair.answer.map(CapturedMessage::into_payload),
            times,
            operation: if unseen {
                UNSEEN_REQUEST.to_owned()
            } else {
                asked.operation
            },
            summary: if unseen {
                UNSEEN_REQUEST.to_owned()
            } else {
                asked.summary
            },
            status,
            flags,
            statement_id: None,
        }
    }

    /// Bytes kept of messages that are not part of an exchange yet.
    pub(crate) const fn held_bytes(&self) -> usize {
        self.requests.held_bytes() + self.responses.held_bytes() + self.pairing.waiting_bytes()
    }

    /// What the connection left HTTP for, as far as it is known.
    pub(crate) const fn left_for(&self) -> Option<Spoken> {
        self.left_for
    }

    /// Messages seen so far.
    pub(crate) const fn counts(&self) -> MessageCounts {
        self.counts
    }

    /// What could not be used so far.
    pub(crate) fn loss(&self) -> DecodeLoss {
        let undecodable = self.requests.undecodable() + self.responses.undecodable();
        DecodeLoss {
            undecodable_bytes: undecodable,
            ..self.loss
        }
    }
}

/// The framing of a message whose head turned out to be none.
const NO_BODY: BodyFraming = BodyFraming {
    framing: Framing::None,
    conflicting: false,
    keep_alive: false,
};

/// What a 101 says comes next.
fn upgraded_to(answer: &[u8]) -> Option<Spoken> {
    let head = ResponseHead::parse(answer)?;
    let protocol = head.headers.get("Upgrade")?;
    if protocol.eq_ignore_ascii_case(b"websocket") {
        Some(Spoken::Websocket)
    } else if protocol.eq_ignore_ascii_case(b"h2c") {
        Some(Spoken::Http2)
    } else {
        None
    }
}

fn asked(head: &RequestHead<'_>) -> Asked {
    let answer_to = if head.version == Version::HTTP_0_9 {
        AnswerTo::Simple
    } else {
        AnswerTo::method(head.method)
    };
    Asked {
        answer_to,
        operation: http_operation(head.method, head.target),
        summary: http_summary(head.method, head.target),
    }
}

/// What a request line tells that was cut off within.
fn asked_in_part(line: &[u8]) -> Asked {
    let mut words = line.splitn(3, |byte| *byte == b' ');
    let (method, target) = (words.next(), words.next());
    let (method, target) = (method.unwrap_or_default(), target.unwrap_or_default());
    Asked {
        answer_to: AnswerTo::method(method),
        operation: http_operation(method, target),
        summary: http_summary(method, target),
    }
}

/// The status in a first line, which may be cut off behind it.
fn first_line_status(bytes: &[u8]) -> Option<u16> {
    let line = split_line(bytes).map_or(bytes, |(line, _)| line);
    parse_status_line(line).map(|(_, status, _)| status)
}

fn times(request: Option<&CapturedMessage>, answer: Option<&CapturedMessage>) -> ExchangeTimes {
    let answer_first = answer.map(|message| message.first);
    let start = request
        .map(|message| message.first)
        .or(answer_first)
        .unwrap_or_default();
    ExchangeTimes {
        request_first: start,
        request_last: request.map_or(start, |message| message.last),
        response_first: answer_first,
        response_last: answer.map(|message| message.last),
    }
}

fn request_flags(message: &CapturedMessage) -> Flags {
    let mut flags = common_flags(message);
    flags.set(Flags::GAP_IN_REQUEST, message.gap);
    flags.set(Flags::REQUEST_OVER_CAP, message.over_cap);
    flags.set(Flags::REQUEST_TRUNCATED, message.truncated);
    flags
}

fn answer_flags(message: &CapturedMessage) -> Flags {
    let mut flags = common_flags(message);
    flags.set(Flags::GAP_IN_RESPONSE, message.gap);
    flags.set(Flags::RESPONSE_OVER_CAP, message.over_cap);
    flags.set(Flags::RESPONSE_TRUNCATED, message.truncated);
    flags
}

fn common_flags(message: &CapturedMessage) -> Flags {
    let mut flags = Flags::empty();
    flags.set(Flags::RESYNCED, message.resynced);
    if let Some(body) = message.framing {
        flags.set(Flags::CONFLICTING_LENGTH, body.conflicting);
        flags.set(Flags::UPGRADED, body.framing == Framing::Tunnel);
    }
    flags
}
