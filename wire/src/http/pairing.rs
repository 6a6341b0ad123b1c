//! Which answer belongs to which request on one connection.
//!
//! While nothing is missing, answers come in the order of the requests (RFC 9112 section 9.3.2). After a
//! hole that may have held whole messages the order alone would shift every later pair, so answers are held
//! back until a moment when nothing can be outstanding; then the last answer belongs to the last request,
//! and so on backwards, as far as the next hole of either side. Such a moment is the next request of a client that
//! waits for its answers, a pause, or the end. What cannot be paired surely is left unpaired. Requests before a hole
//! of the client's have their answers in order all the same.

use std::collections::VecDeque;

use super::captured::CapturedMessage;
use super::framing::AnswerTo;
use crate::{Limits, Timestamp};

/// A client that sends without waiting is believed to have all its answers after this pause.
const QUIET_US: i64 = 500_000;

/// What is known of a request once its head is read.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) answer_to: AnswerTo,
    pub(crate) operation: String,
    pub(crate) summary: String,
}

/// A request with its answer, as far as both were seen.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) request: Option<(Asked, CapturedMessage)>,
    pub(crate) answer: Option<CapturedMessage>,
    /// Interim answers came before the final one.
    pub(crate) interim: bool,
}

/// A request that is not handed over yet.
#[derive(Debug)]
struct Waiting {
    number: u64,
    asked: Asked,
    first: Timestamp,
    /// It was sent although the one before it had no answer yet.
    eager: bool,
    /// `None` while its body is still coming.
    request: Option<CapturedMessage>,
    answer: Option<CapturedMessage>,
    interim: bool,
}

/// To whom the answer at hand goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Bound {
    /// No answer is coming in.
    #[default]
    None,
    /// To the request with this number.
    Request(u64),
    /// To be decided.
    Held,
}

/// The requests and answers of one connection that wait for each other.
#[derive(Debug)]
pub(crate) struct Pairing {
    waiting: VecDeque<Waiting>,
    held: VecDeque<CapturedMessage>,
    held_interim: bool,
    bound: Bound,
    certain: bool,
    /// Requests with smaller numbers came before anything was missing: the next answers are theirs, in order.
    sure_before: u64,
    /// Requests with smaller numbers came before the last hole of the client's.
    requests_hole: u64,
    /// So many of the held answers came before the last hole of the server's.
    held_before_hole: usize,
    answers_over: bool,
    next_number: u64,
    /// Something came from the server since the last request ended.
    heard: bool,
    last_heard: Timestamp,
    eager_requests: u64,
    waiting_bytes: usize,
    pipeline_cap: usize,
    waiting_cap: usize,
    ready: VecDeque<Pair>,
}

impl Pairing {
    /// `certain`: the connection is seen from its beginning. `heard`: nothing is known to be missing before what comes
    /// first, so that a client that waits has nothing to wait for.
    pub(crate) fn new(limits: &Limits, certain: bool, heard: bool) -> Self {
        Self {
            waiting: VecDeque::new(),
            held: VecDeque::new(),
            held_interim: false,
            bound: Bound::None,
            certain,
            sure_before: 0,
            requests_hole: 0,
            held_before_hole: 0,
            answers_over: false,
            next_number: 0,
            heard,
            last_heard: Timestamp::default(),
            eager_requests: 0,
            waiting_bytes: 0,
            pipeline_cap: limits.pipeline_cap.max(1),
            waiting_cap: limits.waiting_cap,
            ready: VecDeque::new(),
        }
    }

    /// Bytes of messages that wait for their counterpart.
    pub(crate) const fn waiting_bytes(&self) -> usize {
        self.waiting_bytes
    }

    /// The next pair that is settled.
    pub(crate) fn next_pair(&mut self) -> Option<Pair> {
        self.ready.pop_front()
    }

    /// Bytes came from the server.
    pub(crate) fn hear(&mut self, at: Timestamp) {
        self.heard = true;
        self.last_heard = at;
    }

    /// A request's head is complete.
    pub(crate) fn request_begun(&mut self, asked: Asked, first: Timestamp) {
        if !self.certain && self.is_settled_before(first) {
            self.align();
        }
        let surely_unanswered = self.certain || !self.heard || self.bound != Bound::None;
        let eager = surely_unanswered && self.first_unanswered().is_some();
        self.eager_requests += u64::from(eager);
        self.waiting.push_back(Waiting {
            number: self.next_number,
            asked,
            first,
            eager,
            request: None,
            answer: None,
            interim: false,
        });
        self.next_number += 1;
    }

    /// Whether a request sent now means that no earlier one is still to be answered.
    fn is_settled_before(&self, now: Timestamp) -> bool {
        let pipelined = self.waiting.iter().any(|waiting| waiting.eager);
        let quiet = now.micros_since(self.last_heard) >= QUIET_US;
        self.heard && self.bound == Bound::None && (!pipelined || quiet)
    }

    /// Whether the request begun last is complete.
    fn has_ended_request(&self) -> bool {
        let last = self.waiting.back();
        last.is_some_and(|waiting| waiting.request.is_some())
    }

    /// The request begun last is complete.
    pub(crate) fn request_ended(&mut self, message: CapturedMessage) {
        self.heard = false;
        self.waiting_bytes += message.bytes.len();
        if let Some(waiting) = self.waiting.back_mut() {
            waiting.request = Some(message);
        }
        self.flush();
        self.enforce_caps();
    }

    /// An interim answer came.
    pub(crate) fn interim(&mut self) {
        let index = self.first_unanswered();
        match index.and_then(|index| self.waiting.get_mut(index)) {
            Some(waiting) if self.certain || waiting.number < self.sure_before => {
                waiting.interim = true;
            }
            _ => self.held_interim = true,
        }
    }

    /// What the answer that begins now is to. Called again for the final answer after interim ones.
    pub(crate) fn next_answer_to(&self) -> AnswerTo {
        let first = self.first_unanswered();
        let first = first.and_then(|index| self.waiting.get(index));
        let waiting = match first {
            Some(waiting) if !self.is_sure(waiting) => self
                .waiting
                .iter()
                .rev()
                .find(|waiting| waiting.answer.is_none()),
            first => first,
        };
        waiting
            .map(|waiting| waiting.asked.answer_to)
            .unwrap_or_default()
    }

    /// Whether that is sure.
    pub(crate) fn is_next_sure(&self) -> bool {
        let first = self.first_unanswered();
        let first = first.and_then(|index| self.waiting.get(index));
        first.is_some_and(|waiting| self.is_sure(waiting))
    }

    /// Whether the final answer to the request begun last has begun, with no interim one before it.
    pub(crate) fn has_answer_to_last(&self) -> bool {
        self.waiting.back().is_some_and(|last| {
            let answered = last.answer.is_some() || self.bound == Bound::Request(last.number);
            answered && !last.interim
        })
    }

    /// The head of a final answer is complete.
    pub(crate) fn answer_begun(&mut self) {
        let first = self
            .first_unanswered()
            .and_then(|index| self.waiting.get(index));
        self.bound = match first {
            Some(waiting) if self.is_sure(waiting) => Bound::Request(waiting.number),
            _ => {
                // An answer to nothing: a request was not seen, or came by another way.
                self.certain = false;
                Bound::Held
            }
        };
    }

    /// The answer begun last is complete.
    pub(crate) fn answer_ended(&mut self, message: CapturedMessage) {
        match std::mem::take(&mut self.bound) {
            Bound::Request(number) => match self.by_number(number) {
                Some(waiting) => {
                    self.waiting_bytes += message.bytes.len();
                    if let Some(waiting) = self.waiting.get_mut(waiting) {
                        waiting.answer = Some(message);
                    }
                }
                None => self.hold(message),
            },
            Bound::Held | Bound::None => self.hold(message),
        }
        self.flush();
        self.enforce_caps();
    }

    fn hold(&mut self, message: CapturedMessage) {
        self.certain = false;
        self.waiting_bytes += message.bytes.len();
        self.held.push_back(message);
    }

    fn by_number(&self, number: u64) -> Option<usize> {
        let first = self.waiting.front()?.number;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        (index < self.waiting.len()).then_some(index)
    }

    fn first_unanswered(&self) -> Option<usize> {
        self.waiting
            .iter()
            .position(|waiting| waiting.answer.is_none())
    }

    /// Whether the next answer is surely to this request, the first that has none.
    const fn is_sure(&self, waiting: &Waiting) -> bool {
        self.certain || waiting.number < self.sure_before
    }

    /// Whole requests may be missing from here on.
    pub(crate) fn requests_lost(&mut self) {
        if self.certain {
            self.sure_before = self.next_number;
        } else if self.has_ended_request() && self.is_settled_before(self.last_heard) {
            // A client that waits was answered, and what it sent then is missing: later answers are to that.
            self.align();
        }
        self.certain = false;
        self.requests_hole = self.next_number;
        // what was lost may still be to be answered
        self.heard = false;
    }

    /// Whole answers may be missing from here on, which showed at this time; `cut`: by the snap length.
    pub(crate) fn answers_lost(&mut self, at: Timestamp, cut: bool) {
        self.certain = false;
        self.sure_before = 0;
        self.held_before_hole = self.held.len();
        self.hear(at);
        // The hole shows only when the client acknowledges it, which it may do with its next request:
        // that request did wait for its answer.
        if self.eager_requests == 1
            && let Some(waiting) = self.waiting.back_mut()
            && waiting.eager
            && (cut || waiting.first >= at)
        {
            waiting.eager = false;
            self.eager_requests = 0;
        }
    }

    /// The server will say no more.
    pub(crate) fn answers_closed(&mut self) {
        self.answers_over = true;
        self.align();
    }

    /// Nothing is outstanding: pairs from the end, of a pipeline to the nearest hole; hands everything over.
    fn align(&mut self) {
        // Who waits for each answer has one message at most in a hole, and that is the one it cuts.
        let pipelined = self.waiting.iter().any(|waiting| waiting.eager);
        let (requests_hole, held_before_hole) = if pipelined {
            (self.requests_hole, self.held_before_hole)
        } else {
            (0, 0)
        };
        let unanswered = self
            .waiting
            .iter_mut()
            .rev()
            .take_while(|waiting| waiting.number >= requests_hole)
            .filter(|waiting| waiting.answer.is_none());
        for waiting in unanswered {
            if self.held.len() <= held_before_hole {
                break;
            }
            if let Some(answer) = self
                .held
                .pop_back_if(|answer| waiting.first <= answer.first)
            {
                waiting.answer = Some(answer);
                waiting.interim |= self.held_interim;
            }
        }
        while let Some(answer) = self.held.pop_front() {
            self.hand_over_answer(answer);
        }
        self.held_before_hole = 0;
        while self
            .waiting
            .front()
            .is_some_and(|waiting| waiting.request.is_some())
        {
            self.hand_over_front();
        }
        self.held_interim = false;
        self.eager_requests = 0;
        self.certain = self.waiting.is_empty();
    }

    /// Hands over what is settled at the front.
    fn flush(&mut self) {
        while let Some(front) = self.waiting.front() {
            let answered = front.answer.is_some() || self.answers_over;
            if front.request.is_none() || !answered {
                break;
            }
            self.hand_over_front();
        }
    }

    /// Gives up the oldest of too many waiting messages, unpaired.
    fn enforce_caps(&mut self) {
        while self.waiting.len().max(self.held.len()) > self.pipeline_cap
            || self.waiting_bytes > self.waiting_cap
        {
            self.certain = false;
            self.sure_before = 0;
            if self.held.len() > self.waiting.len() {
                let Some(answer) = self.held.pop_front() else {
                    break;
                };
                self.held_before_hole = self.held_before_hole.saturating_sub(1);
                self.hand_over_answer(answer);
            } else if self
                .waiting
                .front()
                .is_some_and(|waiting| waiting.request.is_some())
            {
                self.hand_over_front();
            } else if let Some(answer) = self.held.pop_front() {
                self.held_before_hole = self.held_before_hole.saturating_sub(1);
                self.hand_over_answer(answer);
            } else {
                break;
            }
        }
    }

    fn hand_over_front(&mut self) {
        let Some(waiting) = self.waiting.pop_front() else {
            return;
        };
        let Waiting {
            asked,
            request,
            answer,
            interim,
            ..
        } = waiting;
        for message in [&request, &answer].into_iter().flatten() {
            self.waiting_bytes = self.waiting_bytes.saturating_sub(message.bytes.len());
        }
        let request = request.map(|message| (asked, message));
        self.ready.push_back(Pair {
            request,
            answer,
            interim,
        });
    }

    fn hand_over_answer(&mut self, answer: CapturedMessage) {
        self.waiting_bytes = self.waiting_bytes.saturating_sub(answer.bytes.len());
        self.ready.push_back(Pair {
            request: None,
            answer: Some(answer),
            interim: false,
        });
    }
}
