//! An answer that was not the recorded one, kept with both. A run keeps some of each operation, as documents
//! among its events.

use reprise_store::{RunId, Store};
use rustc_hash::FxHashSet;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::ReplayError;

/// Mismatches of one operation that a run keeps, besides the first at each place.
pub const MOST_MISMATCHES: u32 = 20;

/// Places of one operation that are told apart.
const MOST_PLACES: usize = 100;

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

/// Which mismatches of an operation have been kept.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    count: u32,
    places: FxHashSet<String>,
}

impl Kept {
    /// Whether one at these places is to be kept: there are few yet, or it is at a place that no other was at. So
    /// a later run that takes this one for its baseline knows them all.
    pub(crate) fn takes(&mut self, places: &[String]) -> bool {
        let mut is_new = false;
        for place in places {
            if self.places.len() < MOST_PLACES && !self.places.contains(place) {
                is_new = true;
                self.places.insert(place.clone());
            }
        }
        let takes = is_new || self.count < MOST_MISMATCHES;
        self.count += u32::from(takes);
        takes
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_at_every_place_is_kept_however_many_there_were_before() {
        let mut kept = Kept::default();
        let mut takes = |place: &str| kept.takes(&[place.to_owned()]);
        let first = (0..100).filter(|_| takes("json:date")).count();
        assert_eq!(first, MOST_MISMATCHES as usize);
        assert!(takes("json:price") && !takes("json:price"));
        let places = (0..1_000).filter(|number| takes(&format!("json:{number}")));
        assert_eq!(places.count(), MOST_PLACES - 2);
    }
}
