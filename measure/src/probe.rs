//! What probes measured: single users beside a run's load, kept apart from it. Unit: microseconds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::tick::TickQuantiles;
use crate::{Histogram, Outcomes, Quantiles, Summary, Tick};

/// A check names a probe instead of an operation with this before its name: `p99(probe:health)<50ms`.
pub(crate) const PROBE: &str = "probe:";

/// What one probe measured in a run.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct ProbeSummary {
    /// What it is called.
    pub name: String,
    /// Exchanges it sent.
    pub sent: u64,
    /// How they ended.
    pub outcomes: Outcomes,
    /// The share (0.0 to 1.0) that failed.
    pub error_rate: f64,
    /// done - intended.
    pub response_us: Quantiles,
    /// done - sent.
    pub service_us: Quantiles,
}

/// What one probe measured in a tick.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProbeTick {
    /// What it is called.
    pub name: String,
    /// How the exchanges that ended in it ended.
    pub outcomes: Outcomes,
    /// Their response times, two digits.
    pub response: Histogram,
    /// Quantiles of them; `None` when no answer ended in it.
    pub response_us: Option<TickQuantiles>,
}

impl ProbeSummary {
    /// The probe called `name`, of what was added up of it alone.
    pub fn of(name: &str, summary: Summary) -> Self {
        Self {
            name: name.to_owned(),
            sent: summary.sent,
            outcomes: summary.outcomes,
            error_rate: summary.error_rate,
            response_us: summary.response_us,
            service_us: summary.service_us,
        }
    }
}

impl ProbeTick {
    /// The probe called `name`, of a tick that is its alone.
    pub fn of(name: &str, tick: Tick) -> Self {
        Self {
            name: name.to_owned(),
            outcomes: tick.outcomes,
            response: tick.response,
            response_us: tick.response_us,
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.outcomes += other.outcomes;
        self.response.merge(&other.response);
        self.response_us = TickQuantiles::of(&self.response);
    }
}
