//! What a comparison answers. Changes are relative to A: 0.38 is 38 % more.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OperationChange;
use crate::WatchChange;
use crate::answers::AnswerChange;

/// What a comparison comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// B is worse than A.
    Regressed,
    /// B is better than A, and worse in nothing.
    Improved,
    /// Nothing changed: what could have, up to the 95th percentile, is smaller than the least effect that counts.
    Same,
    /// The runs cannot tell: too short, too few, tainted, or one of them is a recording.
    #[default]
    Inconclusive,
}

impl Verdict {
    /// The name used in `--json` and for people: `regressed`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Regressed => "regressed",
            Self::Improved => "improved",
            Self::Same => "same",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// Two sides compared.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Comparison {
    /// The name of A, or the names of its runs.
    pub a: String,
    /// The name of B, or the names of its runs.
    pub b: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// Why, in sentences; the first says it all.
    pub why: Vec<String>,
    /// How many runs each side has.
    pub runs: Sides,
    /// How many response times each side rests on.
    pub samples: Sides,
    /// Changes of a quantile up to this share do not count: [`NOISE`](super::NOISE), more for short runs.
    pub noise: f64,
    /// Of an inconclusive comparison: how many times as long the runs would have to be; `None` when length would
    /// not help.
    pub times_longer: Option<f64>,
    /// `p50 p90 p95 p99 p999` of the response time; values are missing below the least count.
    pub quantiles: BTreeMap<String, QuantileChange>,
    /// The share of exchanges that failed.
    pub error_rate: ErrorRateChange,
    /// Answers that were no failure, per second.
    pub throughput: ThroughputChange,
    /// The operations both sides have, the most changed first, those too rare to tell last.
    pub operations: Vec<OperationChange>,
    /// What watched servers and machines did on both sides; empty when nothing was watched.
    pub watch: Vec<WatchChange>,
    /// What was answered differently, the operations with the most changed answers first. No verdict rests on it.
    pub answers: Vec<AnswerChange>,
    /// The whole distribution, for the charts: rising quantiles.
    pub curve: Vec<CurvePoint>,
}

/// A count for each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct Sides {
    /// Of A.
    pub a: u64,
    /// Of B.
    pub b: u64,
}

/// One quantile of both sides. All `None` when either side has too few samples for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct QuantileChange {
    /// Microseconds in A.
    pub a: Option<u64>,
    /// Microseconds in B.
    pub b: Option<u64>,
    /// Relative to A: 0.38 is 38 % more.
    pub change: Option<f64>,
    /// The lower end of the 95 % interval of `change`; `None` when too few samples are independent.
    pub low: Option<f64>,
    /// The upper end of the 95 % interval of `change`.
    pub high: Option<f64>,
    /// Whether it counts as a change.
    pub significant: bool,
    /// How many independent answers would know this quantile as well as those of each side do.
    pub effective: Sides,
}

/// A share (0.0 to 1.0) of both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct ErrorRateChange {
    /// In A.
    pub a: f64,
    /// In B.
    pub b: f64,
    /// The lower end of the 95 % interval of `b - a`.
    pub low: f64,
    /// The upper end of the 95 % interval of `b - a`.
    pub high: f64,
    /// Whether it counts as a change.
    pub significant: bool,
}

/// A rate per second of both sides. Only `a` and `b` when the sides were not asked for the same rate.
#[derive(Clone, Copy, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct ThroughputChange {
    /// Per second in A.
    pub a: f64,
    /// Per second in B.
    pub b: f64,
    /// Relative to A: -0.1 is a tenth less.
    pub change: Option<f64>,
    /// The lower end of the 95 % interval of `change`.
    pub low: Option<f64>,
    /// The upper end of the 95 % interval of `change`.
    pub high: Option<f64>,
    /// Whether it counts as a change.
    pub significant: bool,
}

/// One point of both distributions.
#[derive(Clone, Copy, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct CurvePoint {
    /// 0.0 to 1.0.
    pub quantile: f64,
    /// Microseconds in A.
    pub a: u64,
    /// Microseconds in B.
    pub b: u64,
    /// Relative to A.
    pub change: f64,
    /// The lower end of the band that holds the whole curve of `change` with 95 %.
    pub low: f64,
    /// The upper end of that band.
    pub high: f64,
}
