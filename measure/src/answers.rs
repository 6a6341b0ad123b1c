//! What two sides answered differently: by operation, with one example of both answers line by line.

mod lines;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Sides;

pub use lines::{Line, side_by_side};

/// How B's answers of one operation differ from A's.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerChange {
    /// The operation: `GET /cart/{id}`.
    pub operation: String,
    /// How many were answered.
    pub answers: Sides,
    /// How many of them not as the recording was, without failing.
    pub differing: Sides,
    /// Statuses that one side answered with and the other did not, or whose share of the answers differs by more than
    /// a point; the most frequent of B first.
    pub statuses: Vec<StatusChange>,
    /// Where answers that B's run kept differ from the recorded ones, and those of A's do not: `status`, `json:order.total`,
    /// `column:price`.
    pub places: Vec<String>,
    /// One answer of B that differs there, beside A's.
    pub example: Option<AnswerExample>,
}

/// How often a status was answered with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct StatusChange {
    /// HTTP: the status. MySQL: 0 for success, else the error number.
    pub status: u16,
    /// Answers of A.
    pub a: u64,
    /// Answers of B.
    pub b: u64,
}

/// One exchange that both sides answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerExample {
    /// The recorded exchange.
    pub exchange: u32,
    /// The recorded request in one line; empty when the recording is gone.
    pub request: String,
    /// Where it differs first.
    pub place: String,
    /// Whose answer stands beside B's: A's own, when its run kept it; else the recorded one, from which A is not known to
    /// differ here.
    pub a_is: Beside,
    /// The status of that.
    pub a_status: u16,
    /// B's status.
    pub b_status: u16,
    /// Both answers line by line, around what differs. Secrets are replaced.
    pub lines: Vec<Line>,
}

/// Whose answer stands beside B's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beside {
    /// A's.
    A,
    /// The recorded one.
    #[default]
    Recording,
}

impl Beside {
    /// What a table's head calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Recording => "recorded",
        }
    }
}

impl AnswerChange {
    /// What changed, in words: `422 in 31 of 210 answers (A: 0); differs at json:total`.
    pub fn words(&self) -> String {
        let mut words: Vec<String> = self
            .statuses
            .iter()
            .map(|change| {
                let (a, b) = (change.a, change.b);
                let (of_a, of_b) = (self.answers.a, self.answers.b);
                let count = crate::readable::count;
                format!(
                    "{} in {} of {} answers (A: {} of {})",
                    status_name(change.status),
                    count(b),
                    count(of_b),
                    count(a),
                    count(of_a)
                )
            })
            .collect();
        if !self.places.is_empty() {
            let shown = self.places.len().min(4);
            let more = self.places.len() - shown;
            let mut places = self.places[..shown].join(", ");
            if more > 0 {
                places.push_str(&format!(" and {more} more places"));
            }
            words.push(format!("differs at {places}"));
        }
        words.join("; ")
    }
}

/// A status as people call it.
pub fn status_name(status: u16) -> String {
    match status {
        0 => "OK".to_owned(),
        1_000.. => format!("error {status}"),
        _ => status.to_string(),
    }
}
