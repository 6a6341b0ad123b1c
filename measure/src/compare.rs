//! What changed between two runs, or a run and the recording it came from, and how sure that is.
//! Quantiles are resampled in blocks of time, because neighbouring answers are alike.
//!
//! Treating every request as an observation of its own makes any two runs differ "significantly":
//! latencies of one second resemble each other. So the runs are cut into slices of time, whole
//! blocks of slices are drawn again and again (circular block bootstrap, blocks of n^(1/3) slices),
//! and the spread of the results is the uncertainty. Two runs of one plan intend the same exchanges
//! in the same slice; then the same slices are drawn from both, which takes the plan's own ups and
//! downs out of the difference. A change counts when it is larger than the noise ([`NOISE`]) beyond chance
//! (Holm-corrected over everything that is tested) and larger than [`LEAST_US`].

mod carrier;
mod operations;
mod reasons;
mod resample;
mod samples;
mod slices;
mod statistics;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use operations::OperationChange;
pub use samples::{RunSamples, Source};

use crate::quantiles::minimum_count;
use resample::Resampled;

/// Changes smaller than this share are never called a change: two runs of the same build differ
/// by as much. Short runs differ by more: below [`STEADY_US`] it grows as the root of what is missing.
pub const NOISE: f64 = 0.05;
/// A run at least this long shows most of what a machine does; a shorter one may have met, or
/// missed, a single disturbance.
pub const STEADY_US: u64 = 30_000_000;
/// However short the runs, no more than this share is noise.
const MOST_NOISE: f64 = 0.2;
/// Changes of a quantile smaller than this many microseconds are never called a change.
pub const LEAST_US: u64 = 100;
/// Changes of the error rate smaller than this share (0.1 points) are never called a change.
pub const LEAST_ERROR_RATE: f64 = 0.001;
/// Runs are called the same only when a larger change than this share can be ruled out.
pub const RULED_OUT: f64 = 0.25;
/// How often the slices are drawn again.
const RESAMPLES: u64 = 1_000;
/// The chance of calling a change of the whole where there is none, over everything tested.
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

/// What a comparison comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// B is worse than A.
    Regressed,
    /// B is better than A, and worse in nothing.
    Improved,
    /// Nothing changed, and more than [`RULED_OUT`] can be ruled out up to the 95th percentile.
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

/// Two runs compared. Changes are relative to A: 0.38 is 38 % more.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Comparison {
    /// The name of A.
    pub a: String,
    /// The name of B.
    pub b: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// Why, in sentences; the first says it all.
    pub why: Vec<String>,
    /// How many response times each side rests on.
    pub samples: Sides,
    /// Changes of a quantile up to this share are noise: [`NOISE`], more for short runs.
    pub noise: f64,
    /// `p50 p90 p95 p99 p999` of the response time; values are missing below the least count.
    pub quantiles: BTreeMap<String, QuantileChange>,
    /// The share of exchanges that failed.
    pub error_rate: ErrorRateChange,
    /// The operations both sides have, the most changed first, those too rare to tell last.
    pub operations: Vec<OperationChange>,
    /// The whole distribution, for the charts: rising quantiles.
    pub curve: Vec<CurvePoint>,
}

/// A count for each side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides {
    /// Of A.
    pub a: u64,
    /// Of B.
    pub b: u64,
}

/// One quantile of both sides. All `None` when either side has too few samples for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QuantileChange {
    /// Microseconds in A.
    pub a: Option<u64>,
    /// Microseconds in B.
    pub b: Option<u64>,
    /// Relative to A: 0.38 is 38 % more.
    pub change: Option<f64>,
    /// The lower end of the 95 % interval of `change`.
    pub low: Option<f64>,
    /// The upper end of the 95 % interval of `change`.
    pub high: Option<f64>,
    /// Whether it counts as a change.
    pub significant: bool,
}

/// A share (0.0 to 1.0) of both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
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

/// One point of both distributions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// 0.0 to 1.0.
    pub quantile: f64,
    /// Microseconds in A.
    pub a: u64,
    /// Microseconds in B.
    pub b: u64,
    /// Relative to A.
    pub change: f64,
    /// The lower end of the 95 % interval of `change`.
    pub low: f64,
    /// The upper end of the 95 % interval of `change`.
    pub high: f64,
}

/// Compares B against A. The same seed gives the same answer.
pub fn compare(a: &RunSamples, b: &RunSamples, seed: u64) -> Comparison {
    let samples = Sides {
        a: a.total().answered(),
        b: b.total().answered(),
    };
    let grid = quantile_grid(samples.a.min(samples.b));
    let noise = noise(a, b);
    let resampled = Resampled::of(a.total(), b.total(), &grid, RESAMPLES, seed);
    let mut changes: Vec<(f64, QuantileChange)> = REPORTED
        .iter()
        .map(|(_, quantile)| quantile_change(&resampled, *quantile, noise))
        .collect();
    let (error_p, mut error_rate) = resampled.error_rate();
    let mut p: Vec<f64> = changes.iter().map(|(p, _)| *p).chain([error_p]).collect();
    statistics::holm(&mut p);
    for ((_, change), p) in changes.iter_mut().zip(&p) {
        change.significant &= *p < ALPHA;
    }
    error_rate.significant &= p.last().is_some_and(|p| *p < ALPHA);
    let mut comparison = Comparison {
        a: a.name().to_owned(),
        b: b.name().to_owned(),
        verdict: Verdict::Inconclusive,
        why: Vec::new(),
        samples,
        noise,
        quantiles: REPORTED
            .iter()
            .zip(changes)
            .map(|((name, _), (_, change))| ((*name).to_owned(), change))
            .collect(),
        error_rate,
        operations: operations::changes(a, b, noise, seed),
        curve: grid
            .iter()
            .filter_map(|quantile| resampled.point(*quantile))
            .collect(),
    };
    reasons::conclude(&mut comparison, a, b);
    comparison
}

/// The share within which two runs of these lengths differ without a reason.
fn noise(a: &RunSamples, b: &RunSamples) -> f64 {
    let length = |run: &RunSamples| run.total().length_us() * run.total().all().len() as u64;
    let shorter = length(a).min(length(b)).max(1);
    let missing = (STEADY_US as f64 / shorter as f64).max(1.0).sqrt();
    (NOISE * missing).min(MOST_NOISE)
}

/// The quantiles to draw, evenly spread over the nines (0, p90, p99, ...), as far as `count`
/// samples carry them, and the reported ones.
fn quantile_grid(count: u64) -> Vec<f64> {
    let mut grid: Vec<f64> = (0..=40)
        .map(|tenth| 1.0 - 10_f64.powf(-f64::from(tenth) / 10.0))
        .chain([0.5, 0.95])
        .chain(REPORTED.iter().map(|(_, quantile)| *quantile))
        .filter(|quantile| minimum_count(*quantile) <= count)
        .collect();
    grid.sort_by(f64::total_cmp);
    grid.dedup_by(|a, b| (*a - *b).abs() < 1e-9);
    grid
}

/// The change of one quantile and the chance of seeing it without a change beyond the noise.
fn quantile_change(resampled: &Resampled, quantile: f64, noise: f64) -> (f64, QuantileChange) {
    let Some(point) = resampled.point(quantile) else {
        return (1.0, QuantileChange::default());
    };
    let large = point.a.abs_diff(point.b) >= LEAST_US && point.change.abs() >= noise;
    let one_sided = point.low > 0.0 || point.high < 0.0;
    let change = QuantileChange {
        a: Some(point.a),
        b: Some(point.b),
        change: Some(point.change),
        low: Some(point.low),
        high: Some(point.high),
        significant: large && one_sided && resampled.slices() >= LEAST_SLICES,
    };
    (resampled.p_beyond_noise(quantile, noise), change)
}

#[cfg(test)]
mod tests;
