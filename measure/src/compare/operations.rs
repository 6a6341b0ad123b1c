//! What changed for each operation, with the corrections that many tests need.

use serde::{Deserialize, Serialize};

use super::resample::Resampled;
use super::slices::Slices;
use super::{ALPHA, QuantileChange, RateChange, RunSamples, Sides, quantile_change, statistics};
use crate::minimum_count;

/// Operations are many: each is drawn less often than the whole.
const RESAMPLES: u64 = 400;
/// A quantile is compared only with this many times the least samples for it: with just enough, its
/// interval is too wide to find anything.
const AMPLE: u64 = 5;

/// One operation of both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationChange {
    /// What it does: `GET /cart/{id}`.
    pub operation: String,
    /// Exchanges of each side.
    pub count: Sides,
    /// The quantile compared: the highest of `p99`, `p95`, `p50` both sides have enough samples
    /// for; `None` when it is too rare to tell.
    pub quantile: Option<String>,
    /// The change of that quantile of the response time.
    pub response_us: QuantileChange,
    /// The change of the share that failed.
    pub error_rate: RateChange,
}

impl OperationChange {
    /// Whether its latency or its error rate changed.
    pub const fn changed(&self) -> bool {
        self.response_us.significant || self.error_rate.significant
    }
}

/// Compares the operations that both sides have; the most changed come first.
pub(super) fn changes(a: &RunSamples, b: &RunSamples, seed: u64) -> Vec<OperationChange> {
    let mut tested: Vec<(Option<f64>, Option<f64>, OperationChange)> = a
        .operations()
        .iter()
        .filter_map(|(name, slices)| Some((name, slices, b.operations().get(name)?)))
        .zip(1..)
        .map(|((name, a, b), stream)| change(name, a, b, crate::choice::bits(seed, &[stream])))
        .collect();
    let mut p: Vec<f64> = tested
        .iter()
        .flat_map(|(times, errors, _)| [*times, *errors])
        .flatten()
        .collect();
    statistics::holm(&mut p);
    let mut p = p.into_iter();
    for (times, errors, change) in &mut tested {
        let mut passes =
            |test: &Option<f64>| test.and_then(|_| p.next()).is_some_and(|p| p < ALPHA);
        change.response_us.significant &= passes(times);
        change.error_rate.significant &= passes(errors);
    }
    let mut changes: Vec<_> = tested.into_iter().map(|(_, _, change)| change).collect();
    changes.sort_by(|a, b| effect(b).total_cmp(&effect(a)));
    changes
}

fn change(
    name: &str,
    a: &Slices,
    b: &Slices,
    seed: u64,
) -> (Option<f64>, Option<f64>, OperationChange) {
    let least = a.answered().min(b.answered());
    let quantile = [("p99", 0.99), ("p95", 0.95), ("p50", 0.5)]
        .into_iter()
        .find(|(_, quantile)| minimum_count(*quantile) * AMPLE <= least);
    let quantiles: Vec<f64> = quantile.iter().map(|(_, quantile)| *quantile).collect();
    let resampled = Resampled::of(a, b, &quantiles, RESAMPLES, seed);
    let (times_p, response_us) = quantile.map_or_else(
        || (1.0, QuantileChange::default()),
        |(_, q)| quantile_change(&resampled, q),
    );
    let (errors_p, error_rate) = resampled.error_rate();
    let change = OperationChange {
        operation: name.to_owned(),
        count: Sides {
            a: a.ended(),
            b: b.ended(),
        },
        quantile: quantile.map(|(name, _)| name.to_owned()),
        response_us,
        error_rate,
    };
    // What cannot have changed is no test, and does not dilute the others.
    let failures = a.failed() + b.failed();
    (
        quantile.map(|_| times_p),
        (failures > 0).then_some(errors_p),
        change,
    )
}

/// What puts one operation before another: a change before none, then its size; those too rare to
/// tell come last.
fn effect(change: &OperationChange) -> f64 {
    let times = change
        .response_us
        .change
        .map_or(-1.0, |ratio| (1.0 + ratio).ln().abs());
    let errors = (change.error_rate.b - change.error_rate.a).abs();
    let first = if change.changed() { 1_000.0 } else { 0.0 };
    first
        + times
        + if change.error_rate.significant {
            errors * 10.0
        } else {
            0.0
        }
}
