//! What changed for each operation.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::contrast::{QuantileContrast, Resampling, simultaneous};
use super::failures::error_rate;
use super::limit::Limit;
use super::side::Side;
use super::slices::Slices;
use super::{ErrorRateChange, QuantileChange, Sides};
use crate::minimum_count;

/// A quantile is compared only with this many times the least samples for it: with just enough, its
/// interval is too wide to find anything.
const AMPLE: u64 = 5;
/// The high quantiles looked at, of which the highest with ample samples counts.
const HIGH: [(&str, f64); 2] = [("p99", 0.99), ("p95", 0.95)];

/// One operation of both sides.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
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

/// An operation with the chances of what was tested.
pub(super) struct Tested {
    operation: String,
    count: Sides,
    quantiles: Vec<TestedQuantile>,
    errors: Option<f64>,
    error_rate: ErrorRateChange,
}

struct TestedQuantile {
    name: &'static str,
    chance: f64,
    change: QuantileChange,
}

/// Tests the operations that both sides have.
pub(super) fn test_all(
    resampling: &Resampling,
    a: Side<'_>,
    b: Side<'_>,
    limit: Limit,
) -> Vec<Tested> {
    let in_both = a
        .operations()
        .intersection(&b.operations())
        .copied()
        .collect::<Vec<_>>();
    let test = |name: &str| match (a.operation(name), b.operation(name)) {
        (Some(in_a), Some(in_b)) => test(name, resampling, &in_a, &in_b, limit),
        // Some run does not have it at all: too rare to tell.
        _ => Tested {
            operation: name.to_owned(),
            count: Sides::default(),
            quantiles: Vec::new(),
            errors: None,
            error_rate: ErrorRateChange::default(),
        },
    };
    in_both.into_iter().map(test).collect()
}

fn test(name: &str, resampling: &Resampling, a: &[&Slices], b: &[&Slices], limit: Limit) -> Tested {
    let ended = |runs: &[&Slices]| runs.iter().map(|run| run.ended()).sum();
    let least = a
        .iter()
        .chain(b)
        .map(|run| run.answered())
        .min()
        .unwrap_or(0);
    let ample = |(_, quantile): &(&str, f64)| minimum_count(*quantile) * AMPLE <= least;
    let candidates = [("p50", 0.5)]
        .into_iter()
        .chain(HIGH.into_iter().find(ample));
    let candidates: Vec<(&'static str, f64)> = candidates.filter(ample).collect();
    let quantiles: Vec<f64> = candidates.iter().map(|(_, quantile)| *quantile).collect();
    let contrasts = resampling.quantiles(a, b, &quantiles);
    let carried: Vec<&QuantileContrast> = contrasts.iter().filter(|one| one.is_carried()).collect();
    let leaves = simultaneous(&carried);
    let tested = contrasts
        .iter()
        .zip(&candidates)
        .map(|(contrast, (name, _))| TestedQuantile {
            name,
            chance: limit.chance(contrast),
            change: limit.change(contrast, leaves),
        });
    let (errors, error_rate) = error_rate(a, b);
    Tested {
        operation: name.to_owned(),
        count: Sides {
            a: ended(a),
            b: ended(b),
        },
        quantiles: tested.collect(),
        errors,
        error_rate,
    }
}

impl Tested {
    /// The chances of its tests, in the order [`Self::settle`] wants them back. What cannot have changed is no
    /// test, and does not dilute the others.
    pub(super) fn chances(&self) -> impl Iterator<Item = f64> + '_ {
        self.quantiles
            .iter()
            .map(|tested| tested.chance)
            .chain(self.errors)
    }

    /// The change, given whether each test passed.
    pub(super) fn settle(mut self, passed: &mut impl Iterator<Item = bool>) -> OperationChange {
        for tested in &mut self.quantiles {
            tested.change.significant &= passed.next().unwrap_or(false);
        }
        self.error_rate.significant &= self.errors.is_some() && passed.next().unwrap_or(false);
        // Of equals the last one counts: the highest quantile.
        let surest = self.quantiles.into_iter().reduce(|best, next| {
            let better =
                (next.change.significant, best.chance) >= (best.change.significant, next.chance);
            if better { next } else { best }
        });
        OperationChange {
            operation: self.operation,
            count: self.count,
            quantile: surest.as_ref().map(|tested| tested.name.to_owned()),
            response_us: surest.map(|tested| tested.change).unwrap_or_default(),
            error_rate: self.error_rate,
        }
    }
}

/// The most changed first: a change before none, then its size; those too rare to tell come last.
pub(super) fn sort_by_effect(changes: &mut [OperationChange]) {
    changes.sort_by(|a, b| effect(b).total_cmp(&effect(a)));
}

fn effect(change: &OperationChange) -> f64 {
    let times = change.response_us.change;
    let times = times.map_or(-1.0, |ratio| ratio.ln_1p().abs());
    let errors = (change.error_rate.b - change.error_rate.a).abs();
    let first = if change.changed() { 1_000.0 } else { 0.0 };
    let errors = if change.error_rate.significant {
        errors * 10.0
    } else {
        0.0
    };
    first + times + errors
}
