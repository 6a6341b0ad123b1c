//! An answer that was not the recorded one, kept with both. A run keeps some of each operation, as documents
//! among its events.

use reprise_store::{RunId, Store};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ReplayError;

/// Mismatches of one operation that a run keeps.
pub const MOST_MISMATCHES: u32 = 20;

/// What is kept of an answer; bytes.
pub(crate) const KEPT_ANSWER: usize = 8 << 10;

/// The kind of event that holds a mismatch.
const KIND: &str = "mismatch";

/// An answer that says something else than the recorded one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mismatch {
    /// The operation: `GET /orders/{id}`.
    pub operation: String,
    /// The exchange's id in the recording.
    pub exchange: u32,
    /// The lane it belongs to.
    pub lane: u32,
    /// Which copy of the lane; 0 is the first.
    pub copy: u32,
    /// The recorded status.
    pub recorded_status: u16,
    /// The status the target answered with.
    pub status: u16,
    /// The first place that differs: `status`, `json:order.total`, `html:h1`, `header:location`.
    pub place: String,
    /// What the recording has there.
    pub recorded: String,
    /// What the target answered there.
    pub answered: String,
    /// Every place that differs; `order` and `parts` stand for another order and another number of parts.
    pub places: Vec<String>,
    /// The recorded answer, its beginning, as text.
    pub recorded_answer: String,
    /// The target's answer, its beginning, as text.
    pub answer: String,
}

impl Mismatch {
    /// The mismatches a run has kept, in the order they happened.
    ///
    /// # Errors
    /// The run's events cannot be read.
    pub fn all(store: &Store, run: RunId) -> Result<Vec<Self>, ReplayError> {
        let events = store.run_events(run)?.into_iter();
        let kept = events.filter(|event| event.event.get("kind").is_some_and(|kind| kind == KIND));
        // one of a newer program that cannot be read is left out
        Ok(kept
            .filter_map(|event| serde_json::from_value(event.event.get(KIND)?.clone()).ok())
            .collect())
    }

    /// As a run keeps it.
    pub(crate) fn into_event(self) -> Value {
        json!({ "kind": KIND, KIND: self })
    }
}
