//! A lane: what one user session or one MySQL connection sends, in order, with what each request waits for.
//! Lanes stay in memory, what they send does not. Unit: microseconds since the recording's start.

use bitflags::bitflags;
use reprise_wire::Protocol;
use reprise_wire::mysql::Session;

use super::declared::DeclaredTypes;
use super::steps::StepRange;
use crate::http::values::LaneValues;
use crate::reason::Skips;

/// One sequence whose order must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Lane {
    /// Its id: its place among the plan's lanes.
    pub(crate) id: u32,
    /// When its first exchange was recorded, sent or skipped.
    pub(crate) starts_us: u64,
    /// When the last answer of its recording came.
    pub(crate) ends_us: u64,
    /// The moment that its steps are played from: they are as far behind it as the lane's beginning.
    pub(crate) plays_from_us: u64,
    /// What is sent, in order of sending.
    pub(crate) steps: StepRange,
    /// What its first request is in; `None` when nothing is sent.
    pub(crate) protocol: Option<Protocol>,
    /// When each of its connections is open.
    pub(crate) spans: Box<[Span]>,
    /// What of it is not sent, by reason; counted when a copy begins.
    pub(crate) skipped: Skips,
    /// MySQL: what the recorded login said.
    pub(crate) session: Option<Box<Session>>,
    /// MySQL: its recorded thread id, when a KILL of the recording names it.
    pub(crate) killed: Option<u32>,
    /// MySQL: parameter types that its executions rely on and nothing sent declares.
    pub(crate) types: DeclaredTypes,
    /// Values its requests carry that the target's own answers must supply.
    pub(crate) values: LaneValues,
}

/// From when to when a lane has a connection open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) opens_us: u64,
    pub(crate) closes_us: u64,
    pub(crate) protocol: Protocol,
    /// HTTP: which of the plan's routes it takes.
    pub(crate) route: u16,
}

/// One request of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The exchange's id in the recording.
    pub(crate) exchange: u32,
    /// The operation's id in the recording.
    pub(crate) operation: u32,
    /// The recorded connection it was sent on.
    pub(crate) connection: u32,
    /// When its first byte was recorded.
    pub(crate) at_us: u64,
    /// How long the recorded answer took from there; microseconds.
    pub(crate) took_us: u32,
    /// It may go once the lane's answers of ranks below this are there.
    pub(crate) waits_for: u32,
    /// The rank of its own answer.
    pub(crate) rank: u32,
    /// MySQL: what the recorded answer looked like, to compare with; 0: not compared. HTTP: 1 when the
    /// recording has all of the answer.
    pub(crate) digest: u64,
    /// HTTP: which of the plan's routes it takes.
    pub(crate) route: u16,
    /// The recorded status: of HTTP, or MySQL's error number, 0 for success.
    pub(crate) status: u16,
    /// MySQL: the statement id the recorded PREPARE was answered with.
    pub(crate) statement: Option<u32>,
    /// What it is in.
    pub(crate) protocol: Protocol,
    /// About how many bytes of memory it takes to have it ready: two to this power.
    pub(crate) size_log2: u8,
    /// What else is known.
    pub(crate) marks: Marks,
}

impl Step {
    /// Whether it is MySQL that may change data.
    pub(crate) fn writes_mysql(&self) -> bool {
        self.protocol == Protocol::Mysql && self.marks.contains(Marks::WRITES)
    }
}

#[cfg(test)]
impl Step {
    /// An HTTP request and its answer, the rest to be filled in.
    pub(crate) fn test(exchange: u32, at_us: u64, took_us: u32) -> Self {
        Self {
            exchange,
            operation: 1,
            connection: 1,
            at_us,
            took_us,
            waits_for: 0,
            rank: 0,
            digest: 0,
            route: 0,
            status: 200,
            statement: None,
            protocol: Protocol::Http,
            size_log2: 10,
            marks: Marks::empty(),
        }
    }
}

bitflags! {
    /// What else is known about a step.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
    pub(crate) struct Marks: u8 {
        /// No later step of the lane uses its connection: close it after the answer.
        const LAST_ON_CONNECTION = 1 << 0;
        /// The protocol has no answer to it.
        const NO_ANSWER = 1 << 1;
        /// HTTP: its recorded answer was a redirect to a login.
        const TO_LOGIN = 1 << 2;
        /// MySQL: a transaction was open after it.
        const IN_TRANSACTION = 1 << 3;
        /// The part or the filter leaves it out, but later steps need what it set: sent, not measured.
        const SETUP = 1 << 4;
        /// It may change something.
        const WRITES = 1 << 5;
        /// MySQL: what it does depends on the time, and the plan pins the clock.
        const CLOCK = 1 << 6;
        /// HTTP: its client left before the answer ended, as one does that listens to events; it took that long.
        const LEFT = 1 << 7;
    }
}
