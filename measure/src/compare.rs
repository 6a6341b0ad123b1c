//! What changed between two sides of runs, or a run and the recording it came from, and how sure that is.
//!
//! Treating every request as an observation of its own makes any two runs differ "significantly":
//! latencies of one second resemble each other. So the runs are cut into slices of time; blocks of as many
//! slices as resemble each other are drawn again and again (circular block bootstrap), and the spread of the
//! results is the uncertainty. With several runs a side, how much those differ counts if it is more. A change
//! counts when chance is ruled out (Holm-corrected over everything tested) and it is at least as large as the
//! least effect: [`NOISE`] unless asked otherwise. `docs/statistics.md` explains the method and shows how
//! often it is right.

mod blocks;
mod carrier;
mod chance;
mod comparison;
mod contrast;
mod distribution;
mod draws;
mod estimate;
pub(crate) mod failures;
mod held_up;
mod limit;
mod longer;
mod machine;
mod operations;
mod reasons;
mod samples;
mod side;
pub(crate) mod slices;
mod throughput;
mod unexplained;

pub use comparison::{
    Comparison, CurvePoint, ErrorRateChange, QuantileChange, Sides, ThroughputChange, Verdict,
};
pub use operations::OperationChange;
pub use samples::{RunSamples, Source};

use crate::quantiles::minimum_count;
use contrast::{QuantileContrast, Resampling, simultaneous};
use limit::{Limit, is_enough};
use side::Side;

/// Changes smaller than this share do not count, unless another is asked for: two runs of the same build
/// differ by as much. Single short runs differ by more: below [`STEADY_US`] it grows as the root of what is missing.
pub const NOISE: f64 = 0.05;
/// A run at least this long shows most of what a machine does; a shorter one may have met, or
/// missed, a single disturbance.
pub const STEADY_US: u64 = 30_000_000;
/// Changes of a quantile smaller than this many microseconds are never called a change.
pub const LEAST_US: u64 = 100;
/// Changes of the error rate smaller than this share (0.1 points) are never called a change.
pub const LEAST_ERROR_RATE: f64 = 0.001;
/// More errors than this must be ruled out for runs to be the same: one point.
const SAME_ERRORS: f64 = 0.01;
/// The chance of calling anything a change where there is none, over everything tested.
const ALPHA: f64 = 0.05;
/// Fewer slices of time than this say nothing about how much a run varies.
const LEAST_SLICES: usize = 10;

/// The quantiles a comparison reports, with their names.
const REPORTED: [(&str, f64); 5] = [
    ("p50", 0.5),
    ("p90", 0.9),
    ("p95", 0.95),
    ("p99", 0.99),
    ("p999", 0.999),
];

/// How a comparison is made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Judging {
    /// The least change of a quantile or of the throughput that counts, as a share; `None` for the usual one.
    pub min_effect: Option<f64>,
    /// The same seed gives the same answer.
    pub seed: u64,
}

/// Compares the runs of B against those of A, one or several each. Either side without a run is compared as
/// one without answers.
pub fn compare(a: &[RunSamples], b: &[RunSamples], judging: Judging) -> Comparison {
    let (a, b) = (Side::new(a), Side::new(b));
    let limit = Limit::new(a, b, judging.min_effect);
    let mut comparison = contrast(a, b, limit, judging.seed);
    let lateness = unexplained::keep(&mut comparison, a, b, |a, b| {
        contrast(a, b, limit, judging.seed)
    });
    reasons::conclude(&mut comparison, a, b, limit.pace, &lateness);
    comparison
}

/// The numbers of a comparison, without a verdict.
fn contrast(a: Side<'_>, b: Side<'_>, limit: Limit, seed: u64) -> Comparison {
    let samples = Sides {
        a: a.answered(),
        b: b.answered(),
    };
    let resampling = Resampling::new(a, b, seed);
    let totals: [Vec<_>; 2] = [a, b].map(|side| side.totals().collect());
    let grid = quantile_grid(samples);
    let contrasts = resampling.quantiles(&totals[0], &totals[1], &grid);
    let reported = Reported::new(&contrasts, samples, limit);
    let (error_chance, mut error_rate) = failures::error_rate(&totals[0], &totals[1]);
    let (mut throughput, answered) = throughput::throughput(&resampling, a, b);
    let tested = operations::test_all(&resampling, a, b, limit);

    // One correction over everything tested, in one order there and back.
    let throughput_chance = answered.map(|estimate| limit.chance_of(&estimate));
    let own = reported
        .chances
        .iter()
        .copied()
        .chain(error_chance)
        .chain(throughput_chance);
    let operations = tested.iter().flat_map(operations::Tested::chances);
    let mut chances: Vec<f64> = own.chain(operations).collect();
    chance::holm(&mut chances);
    let mut passed = chances.into_iter().map(|chance| chance < ALPHA);
    let quantiles = reported.settle(&mut passed);
    error_rate.significant &= error_chance.is_some() && passed.next().unwrap_or(false);
    throughput.significant = throughput_chance.is_some()
        && passed.next().unwrap_or(false)
        && match (throughput.change, throughput.low, throughput.high) {
            (Some(change), Some(low), Some(high)) => limit.is_large(change, low, high),
            _ => false,
        };
    let operations = tested.into_iter().map(|tested| tested.settle(&mut passed));
    let mut operations: Vec<OperationChange> = operations.collect();
    operations::sort_by_effect(&mut operations);

    Comparison {
        a: a.name(),
        b: b.name(),
        runs: Sides {
            a: a.len() as u64,
            b: b.len() as u64,
        },
        samples,
        noise: limit.share,
        quantiles,
        error_rate,
        throughput,
        operations,
        curve: curve(&contrasts),
        ..Comparison::default()
    }
}

/// The reported quantiles with the chances of those that were tested.
struct Reported {
    changes: Vec<(&'static str, QuantileChange)>,
    chances: Vec<f64>,
}

impl Reported {
    fn new(contrasts: &[QuantileContrast], samples: Sides, limit: Limit) -> Self {
        let find = |quantile: f64| {
            let same = |one: &&QuantileContrast| (one.quantile - quantile).abs() < 1e-9;
            contrasts
                .iter()
                .find(same)
                .filter(|_| is_enough(samples, quantile))
        };
        let found = REPORTED.map(|(name, quantile)| (name, find(quantile)));
        let carried = found
            .iter()
            .filter_map(|(_, one)| *one)
            .filter(|one| one.is_carried());
        let leaves = simultaneous(&carried.collect::<Vec<_>>());
        let change = |one: Option<&QuantileContrast>| {
            one.map(|one| limit.change(one, leaves)).unwrap_or_default()
        };
        let chance = |one: Option<&QuantileContrast>| one.map_or(1.0, |one| limit.chance(one));
        Self {
            changes: found
                .iter()
                .map(|(name, one)| (*name, change(*one)))
                .collect(),
            chances: found.iter().map(|(_, one)| chance(*one)).collect(),
        }
    }

    fn settle(
        self,
        passed: &mut impl Iterator<Item = bool>,
    ) -> std::collections::BTreeMap<String, QuantileChange> {
        let changes = self.changes.into_iter().map(|(name, mut change)| {
            change.significant &= passed.next().unwrap_or(false);
            (name.to_owned(), change)
        });
        changes.collect()
    }
}

/// The quantiles to draw, evenly spread over the nines (0, p90, p99, ...), as far as the
/// samples carry them, and the reported ones.
fn quantile_grid(samples: Sides) -> Vec<f64> {
    let mut grid: Vec<f64> = (0..=40)
        .map(|tenth| 1.0 - 10_f64.powf(-f64::from(tenth) / 10.0))
        .chain([0.5, 0.95])
        .chain(REPORTED.iter().map(|(_, quantile)| *quantile))
        .filter(|quantile| is_enough(samples, *quantile))
        .collect();
    grid.sort_by(f64::total_cmp);
    grid.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    grid
}

/// The difference at every quantile that is carried, in one band for all of them.
fn curve(contrasts: &[QuantileContrast]) -> Vec<CurvePoint> {
    let carried: Vec<&QuantileContrast> = contrasts.iter().filter(|one| one.is_carried()).collect();
    let leaves = simultaneous(&carried);
    let point = |one: &&QuantileContrast| {
        let (low, high) = one.estimate.interval(leaves);
        CurvePoint {
            quantile: one.quantile,
            a: one.a_us.round() as u64,
            b: one.b_us.round() as u64,
            change: one.estimate.centre.exp_m1(),
            low: low.exp_m1(),
            high: high.exp_m1(),
        }
    };
    carried.iter().map(point).collect()
}

#[cfg(test)]
mod tests;
