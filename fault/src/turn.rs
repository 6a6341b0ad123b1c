//! What the faults that struck make of one exchange. Behaviours write it; the replay and the proxy obey it.

use std::time::Duration;

use crate::Injected;

/// The course of one exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// How long the request is held back before it is passed on: all delays together.
    pub hold: Duration,
    /// How many thousandths of the time the exchange took when it was recorded it is held back besides.
    pub hold_recorded_thousandths: u32,
    /// What happens in place of passing it on; no later fault was drawn.
    pub ending: Option<Ending>,
    /// What happens to its answer.
    pub answer: AnswerChanges,
}

impl Turn {
    /// How long the request of an exchange is held back that took so long when it was recorded.
    pub fn hold_of(&self, recorded: Duration) -> Duration {
        let share = f64::from(self.hold_recorded_thousandths) / 1e3;
        self.hold + recorded.mul_f64(share)
    }

    /// Whether nothing more can happen to the exchange: no later fault is drawn.
    pub const fn is_over(&self) -> bool {
        self.ending.is_some() || self.answer.lost.is_some()
    }
}

/// What happens to a request that does not reach the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It is answered in the server's place.
    Answer(Injected),
    /// Its connection is closed.
    Close,
    /// Its connection is reset after this time.
    Reset(Duration),
    /// It is never answered; its connection is closed after this time, if one is given.
    Silence(Option<Duration>),
}

/// What happens to an answer on its way. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnswerChanges {
    /// How long it is held back.
    pub hold: Duration,
    /// It never arrives: the connection is closed in its place.
    pub lost: Option<Lost>,
    /// Where it ends before its end, with the connection.
    pub cut: Option<Cut>,
    /// In how many of its bytes one bit is turned over.
    pub corrupt_bytes: u32,
    /// HTTP: the fields that are left out.
    pub dropped_headers: Vec<String>,
    /// HTTP: how much more than the truth the announced length is; bytes.
    pub length_off_by: i32,
    /// MySQL: how much more than the truth the number of its first packet is.
    pub sequence_off_by: u8,
    /// How fast its bytes come; bytes a second.
    pub bytes_per_s: Option<u32>,
    /// MySQL: how long each row is held back.
    pub row_hold: Duration,
    /// The connection is closed after it.
    pub closes: bool,
    /// The connection is reset so long after it.
    pub resets: Option<Duration>,
}

/// When an answer is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// As soon as the server begins to answer.
    AsItBegins,
    /// Once the server has answered in full.
    OnceWhole,
}

/// Where an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// After so many bytes (HTTP: of its body).
    Bytes(u32),
    /// MySQL: after so many rows; `inside`: in the middle of the next.
    Rows {
        /// Rows that arrive whole.
        rows: u32,
        /// Whether half of the next row arrives.
        inside: bool,
    },
}

impl AnswerChanges {
    /// Whether the answer passes as it is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
