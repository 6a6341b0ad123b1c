//! What changed for each operation, with the corrections that many tests need.

use serde::{Deserialize, Serialize};

use super::resample::Resampled;
use super::slices::Slices;
use super::{ErrorRateChange, QuantileChange, RunSamples, Sides, quantile_change, statistics};
use crate::{choice, minimum_count};

/// Operations are many: each is drawn less often than the whole.
const RESAMPLES: u64 = 400;
/// A quantile is compared only with this many times the least samples for it: with just enough, its
/// interval is too wide to find anything.
const AMPLE: u64 = 5;
/// Stricter than for the whole: the tails of single operations rest on few slow answers, for which
/// the chances computed here are somewhat too small.
const ALPHA: f64 = 0.01;

/// One operation of both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationChange {
    /// What it does: `GET /cart/{id}`.
    pub operation: String,
    /// Exchanges of each side.
    pub count: Sides,
    /// The quantile compared: of `p50` and the highest of `p99` and `p95` both sides have ample
    /// samples for, the one that changed more surely; `None` when it is too rare to tell.
    pub quantile: Option<String>,
    /// The change of that quantile of the response time.
    pub response_us: QuantileChange,
    /// The change of the share that failed.
    pub error_rate: ErrorRateChange,
}

impl OperationChange {
    /// Whether its latency or its error rate changed.
    pub const fn changed(&self) -> bool {
        self.response_us.significant || self.error_rate.significant
    }
}

/// An operation with the chances of what was tested; `None` where nothing could be.
struct Tested {
    times: Option<f64>,
    errors: Option<f64>,
    change: OperationChange,
}

/// Compares the operations that both sides have; the most changed come first. Changes of a
/// quantile up to `noise` are none.
pub(super) fn changes(
    a: &RunSamples,
    b: &RunSamples,
    noise: f64,
    seed: u64,
) -> Vec<OperationChange> {
    let mut tested: Vec<Tested> = a
        .operations()
        .iter()
        .filter_map(|(name, slices)| Some((name, slices, b.operations().get(name)?)))
        .zip(1..)
        .map(|((name, a, b), stream)| test(name, a, b, noise, choice::bits(seed, &[stream])))
        .collect();
    let mut p: Vec<f64> = tested
        .iter()
        .flat_map(|test| [test.times, test.errors])
        .flatten()
        .collect();
    statistics::holm(&mut p);
    let mut p = p.into_iter();
    for test in &mut tested {
        let mut passes =
            |tested: Option<f64>| tested.and_then(|_| p.next()).is_some_and(|p| p < ALPHA);
        test.change.response_us.significant &= passes(test.times);
        test.change.error_rate.significant &= passes(test.errors);
    }
    let mut changes: Vec<_> = tested.into_iter().map(|test| test.change).collect();
    changes.sort_by(|a, b| effect(b).total_cmp(&effect(a)));
    changes
}

fn test(name: &str, a: &Slices, b: &Slices, noise: f64, seed: u64) -> Tested {
    let least = a.answered().min(b.answered());
    let ample = |quantile: f64| minimum_count(quantile) * AMPLE <= least;
    let highest = [("p99", 0.99), ("p95", 0.95)]
        .into_iter()
        .find(|(_, quantile)| ample(*quantile));
    let median = Some(("p50", 0.5)).filter(|(_, quantile)| ample(*quantile));
    let candidates: Vec<(&str, f64)> = median.into_iter().chain(highest).collect();
    let quantiles: Vec<f64> = candidates.iter().map(|(_, quantile)| *quantile).collect();
    let resampled = Resampled::of(a, b, &quantiles, RESAMPLES, seed);
    // Of equals the last one counts: the highest quantile.
    let times = candidates
        .iter()
        .map(|(name, quantile)| (*name, quantile_change(&resampled, *quantile, noise)))
        .reduce(|best, next| if next.1.0 <= best.1.0 { next } else { best });
    let (errors_p, error_rate) = resampled.error_rate();
    let change = OperationChange {
        operation: name.to_owned(),
        count: Sides {
            a: a.ended(),
            b: b.ended(),
        },
        quantile: times.map(|(name, _)| name.to_owned()),
        response_us: times.map_or_else(QuantileChange::default, |(_, (_, change))| change),
        error_rate,
    };
    // What cannot have changed is no test, and does not dilute the others.
    let failures = a.failed() + b.failed();
    Tested {
        // Choosing the better of two tests is paid for.
        times: times.map(|(_, (p, _))| (p * candidates.len() as f64).min(1.0)),
        errors: (failures > 0).then_some(errors_p),
        change,
    }
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
