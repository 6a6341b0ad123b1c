//! What a plan says of a correlated value: where the target's own comes from, and which requests carry it.

use serde::{Deserialize, Serialize};

/// A value that requests carry and an earlier answer gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correlation {
    /// Its name, after the field it stands in: `csrf_token`, `order_id`.
    pub name: String,
    /// The operation whose answers give it.
    pub from: String,
    /// Where in them: `json:order_id`, `html:csrf_token`, `link:/orders/{}`, `header:location=/orders/{}`,
    /// `cookie:sid`.
    pub from_place: String,
    /// Whether these answers are another lane's: requests do not wait for them, and go as recorded until one
    /// has come.
    #[serde(default)]
    pub of_another_lane: bool,
    /// Which requests carry it.
    pub to: Vec<CorrelationTarget>,
    /// How many different values the recording has; 0 for cookies, which are kept by name.
    pub values: u64,
    /// How many requests of one playing carry it.
    pub requests: u64,
}

/// Requests that carry a correlated value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorrelationTarget {
    /// Their operation.
    pub operation: String,
    /// Where in them: `path:2`, `query:cart`, `form:csrf_token`, `header:x-csrf-token`, `json:order_id`.
    pub place: String,
    /// How many there are in one playing.
    pub requests: u64,
}
