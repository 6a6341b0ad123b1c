//! How much of what a proxy injected the users saw: the error rate while the fault was on, less what it was
//! just before, whatever the reason, over the share of the proxy's exchanges that the fault struck.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::second::{Second, Series};
use super::{Counted, Disturbance, Disturbed, Injection};
use crate::compare::failures::{NORMAL_95, wilson};
use crate::tick::share;

/// One proxy fault and what users saw while it was on.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Amplification {
    /// The fault as it is written.
    pub fault: String,
    /// What it did.
    pub injection: Injection,
    /// The share (0.0 to 1.0) of the proxy's exchanges, or connections, it struck.
    pub injected_rate: f64,
    /// Other disturbances of the same time: what users saw is of all of them.
    pub together_with: Vec<String>,
    /// All exchanges.
    pub total: Seen,
    /// The most frequent operations.
    pub operations: Vec<Seen>,
}

/// What users saw while a fault was on. Intervals are of 95 %.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The operation; `None`: all exchanges.
    pub operation: Option<String>,
    /// Exchanges that ended.
    pub exchanges: u64,
    /// Those that failed.
    pub failed: u64,
    /// The share (0.0 to 1.0) of them that failed,
    pub error_rate: f64,
    /// with its interval:
    pub error_rate_low: f64,
    /// from there to here.
    pub error_rate_high: f64,
    /// The share that failed before; `None` when too little was measured then, and nothing is taken off.
    pub error_rate_before: Option<f64>,
    /// How many times the injected rate users saw more than before; `None` when nothing was injected.
    pub times: Option<f64>,
    /// The interval of that:
    pub times_low: Option<f64>,
    /// from there to here.
    pub times_high: Option<f64>,
}

/// A share with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Share {
    value: f64,
    low: f64,
    high: f64,
}

impl Share {
    /// Errors come in bursts, so that exchanges tell less than as many independent ones would: the interval is
    /// Wilson's for the number of independent exchanges that would vary from second to second as these did.
    fn of(series: &Series) -> (Self, Second) {
        let all = series.sum_below(u32::MAX);
        let (value, whole) = (all.error_rate(), all.ended as f64);
        let seconds = series.below(u32::MAX).filter(|second| second.ended > 0);
        let seconds: Vec<&Second> = seconds.collect();
        let count = seconds.len() as f64;
        let binomial = value * (1.0 - value) / whole;
        let squares = seconds
            .iter()
            .map(|second| (second.failed as f64 - value * second.ended as f64).powi(2))
            .sum::<f64>();
        let by_second = squares * count / (count - 1.0) / whole.powi(2);
        let excess = by_second / binomial;
        let excess = if excess.is_finite() {
            excess.max(1.0)
        } else {
            1.0
        };
        let (low, high) = wilson(value, whole / excess, NORMAL_95);
        (Self { value, low, high }, all)
    }
}

impl Disturbed {
    /// What users saw of a proxy fault; `None` for what is none, or was never on.
    pub(super) fn amplification(
        &self,
        disturbance: &Disturbance,
        during: &Counted,
    ) -> Option<Amplification> {
        let injection = disturbance.injection.clone()?;
        let injected_rate = share(injection.struck, injection.of);
        let place = self
            .disturbances
            .iter()
            .position(|other| std::ptr::eq(other, disturbance))?;
        let episode = self
            .episodes
            .iter()
            .position(|one| one.of.contains(&place))?;
        let mut rows = self.everyone().filter_map(|(operation, name)| {
            let before = self.before.get(episode)?.of(operation);
            let mut seen = seen(during.of(operation)?, before, injected_rate);
            seen.operation = name.cloned();
            Some(seen)
        });
        let total = rows.next()?;
        Some(Amplification {
            fault: disturbance.what.clone(),
            injection,
            injected_rate,
            together_with: self.at_the_same_time(disturbance),
            total,
            operations: rows.collect(),
        })
    }

    fn at_the_same_time(&self, disturbance: &Disturbance) -> Vec<String> {
        let meets = |other: &&Disturbance| {
            !std::ptr::eq(*other, disturbance)
                && other.spans.iter().any(|(from, to)| {
                    let spans = disturbance.spans.iter();
                    let mut spans = spans.filter(|(start, end)| start < to && from < end);
                    spans.next().is_some()
                })
        };
        let others = self.disturbances.iter().filter(meets);
        others.map(|other| other.what.clone()).collect()
    }
}

/// The difference of two shares with its interval is Newcombe's (1998), of the intervals of both.
fn seen(during: &Series, before: Option<&Series>, injected_rate: f64) -> Seen {
    let (now, all) = Share::of(during);
    let before = before
        .map(Share::of)
        .filter(|(_, all)| all.ended >= LEAST_BEFORE)
        .map(|(share, _)| share);
    let none = Share {
        value: 0.0,
        low: 0.0,
        high: 0.0,
    };
    let then = before.unwrap_or(none);
    let more = now.value - then.value;
    let low = more - (now.value - now.low).hypot(then.high - then.value);
    let high = more + (now.high - now.value).hypot(then.value - then.low);
    let times = |share: f64| (injected_rate > 0.0).then(|| share.max(0.0) / injected_rate);
    Seen {
        operation: None,
        exchanges: all.ended,
        failed: all.failed,
        error_rate: now.value,
        error_rate_low: now.low,
        error_rate_high: now.high,
        error_rate_before: before.map(|before| before.value),
        times: times(more),
        times_low: times(low),
        times_high: times(high),
    }
}

/// Fewer exchanges before a fault say nothing of what was usual.
const LEAST_BEFORE: u64 = 30;
