//! From which size on a difference counts as a change.

use super::contrast::QuantileContrast;
use super::estimate::Estimate;
use super::machine;
use super::side::Side;
use super::{LEAST_SLICES, LEAST_US, NOISE, QuantileChange, STEADY_US, Sides};
use crate::minimum_count;

/// However short the runs, no more than this share is noise.
const MOST_NOISE: f64 = 0.2;
/// With one run a side, how much two runs of one build differ cannot be seen: so much of the limit is
/// allowed for it.
const ALLOWED_OF_LIMIT: f64 = 0.5;

/// The least effect that counts, and what is allowed for chance beside it.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    /// As a share: 0.05 is 5 %.
    pub(super) share: f64,
    allowed: f64,
    /// How much slower the machine was in B, as a difference of logarithms.
    pub(super) pace: f64,
    /// Whether the runs have slices enough to say how much they vary.
    varied: bool,
}

impl Limit {
    /// That of two sides: the asked one, or the usual one, wider for a single short run.
    pub(super) fn new(a: Side<'_>, b: Side<'_>, asked: Option<f64>) -> Self {
        let single = a.len() + b.len() <= 2;
        let share = match asked {
            Some(share) => share,
            None if single => usual(a.shortest_us().min(b.shortest_us())),
            None => NOISE,
        };
        let allowed = if single {
            share * ALLOWED_OF_LIMIT
        } else {
            0.0
        };
        Self {
            share,
            allowed: allowed.ln_1p(),
            pace: machine::pace(a, b),
            varied: a.least_slices().min(b.least_slices()) >= LEAST_SLICES,
        }
    }

    /// The chance of a quantile's difference when there is none beyond what is allowed.
    pub(super) fn chance(&self, contrast: &QuantileContrast) -> f64 {
        if contrast.is_carried() {
            let allowed = self.allowed + self.of_machine(contrast.estimate.centre);
            contrast.estimate.chance(allowed)
        } else {
            1.0
        }
    }

    /// How much of a change of response times, a difference of logarithms, may be the machine's.
    fn of_machine(&self, change: f64) -> f64 {
        if change.signum() == self.pace.signum() {
            machine::its_own(self.pace)
        } else {
            0.0
        }
    }

    /// The chance of a difference when there is none beyond what is allowed.
    pub(super) fn chance_of(&self, estimate: &Estimate) -> f64 {
        estimate.chance(self.allowed)
    }

    /// Whether a difference is large enough, and no interval of it holds zero.
    pub(super) fn is_large(&self, change: f64, low: f64, high: f64) -> bool {
        self.varied && change.abs() >= self.share && (low > 0.0 || high < 0.0)
    }

    /// A quantile's change with its interval, significant as far as its size goes. `leaves` is the chance that
    /// a single interval leaves.
    pub(super) fn change(&self, contrast: &QuantileContrast, leaves: f64) -> QuantileChange {
        let change = contrast.estimate.centre.exp_m1();
        let (low, high) = contrast.estimate.interval(leaves);
        let (low, high) = (low.exp_m1(), high.exp_m1());
        let carried = contrast.is_carried();
        let moved_us = (contrast.a_us - contrast.b_us).abs();
        let centre = contrast.estimate.centre;
        let beyond_machine = centre.abs() > self.of_machine(centre);
        QuantileChange {
            a: Some(contrast.a_us.round() as u64),
            b: Some(contrast.b_us.round() as u64),
            change: Some(change),
            low: carried.then_some(low),
            high: carried.then_some(high),
            significant: carried
                && moved_us >= LEAST_US as f64
                && beyond_machine
                && self.is_large(change, low, high),
            effective: contrast.effective,
        }
    }
}

/// Runs shorter than [`STEADY_US`] differ by more: as the root of what is missing.
fn usual(shortest_us: u64) -> f64 {
    let missing = (STEADY_US as f64 / shortest_us.max(1) as f64).max(1.0);
    (NOISE * missing.sqrt()).min(MOST_NOISE)
}

/// Whether so many answers can say anything about a quantile.
pub(super) fn is_enough(samples: Sides, quantile: f64) -> bool {
    minimum_count(quantile) <= samples.a.min(samples.b)
}
