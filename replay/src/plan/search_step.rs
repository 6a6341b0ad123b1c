//! Which search for the highest rate a run is a step of.

use reprise_measure::knee::Bounds;
use serde::{Deserialize, Serialize};

/// One step of a search: a run that was played to see whether its rate holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SearchStep {
    /// The search's name, with which the names of its runs begin.
    pub search: String,
    /// Its place among the steps; 1 is the first.
    pub number: u32,
    /// The rate that was tried, in times the recorded one.
    pub times: f64,
    /// What the search was allowed.
    pub bounds: Bounds,
}
