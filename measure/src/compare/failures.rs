//! How the share of failures differs: an interval that knows that failures come in clumps, and that none
//! seen is not none possible.

use super::chance::normal;
use super::slices::{Slice, Slices};
use super::{ErrorRateChange, LEAST_ERROR_RATE};
use crate::tick::share;

/// Fewer failures than this on both sides together are never called a change.
const LEAST_FAILURES: u64 = 5;
/// Clumps are looked for over parts of time as long as leave so many of them.
const LEAST_PARTS: usize = 10;
/// Stretches of a plan with fewer slices than this tell too little alone, and are taken together.
const LEAST_ALONE: usize = 5;
/// The two-sided reach of a 95 % interval of a standard normal value.
pub(crate) const NORMAL_95: f64 = 1.959_964;

/// Failures of one side.
struct Failures {
    failed: u64,
    ended: u64,
}

/// The change of the error rate, and its chance when there is none; `None` for the chance when nothing failed.
///
/// Wilson's interval (1927) of either share, of as many exchanges as would be independent (all of them over the
/// dispersion of the clumpier side), and Newcombe's (1998) of their difference.
pub(super) fn error_rate(a: &[&Slices], b: &[&Slices]) -> (Option<f64>, ErrorRateChange) {
    let dispersion = dispersion(a).max(dispersion(b)).max(between_runs(a, b));
    let (a, b) = (Failures::of(a), Failures::of(b));
    let (rate_a, rate_b) = (share(a.failed, a.ended), share(b.failed, b.ended));
    let difference = rate_b - rate_a;
    let (low, high) = newcombe(&a, &b, dispersion, NORMAL_95);
    let failures = a.failed + b.failed;
    let change = ErrorRateChange {
        a: rate_a,
        b: rate_b,
        low: low.max(-1.0),
        high: high.min(1.0),
        significant: failures >= LEAST_FAILURES
            && difference.abs() >= LEAST_ERROR_RATE
            && (low > 0.0 || high < 0.0),
    };
    (
        (failures > 0).then(|| chance(&a, &b, dispersion, difference)),
        change,
    )
}

/// The chance that leaves zero at the end of the interval.
fn chance(a: &Failures, b: &Failures, dispersion: f64, difference: f64) -> f64 {
    let excludes_zero = |reach: f64| {
        let (low, high) = newcombe(a, b, dispersion, reach);
        if difference > 0.0 {
            low > 0.0
        } else {
            high < 0.0
        }
    };
    let (mut near, mut far) = (0.0, 40.0);
    for _ in 0..50 {
        let middle = (near + far) / 2.0;
        if excludes_zero(middle) {
            near = middle;
        } else {
            far = middle;
        }
    }
    normal(near)
}

/// The interval of the difference, `reach` standard deviations wide either way.
fn newcombe(a: &Failures, b: &Failures, dispersion: f64, reach: f64) -> (f64, f64) {
    let (rate_a, rate_b) = (share(a.failed, a.ended), share(b.failed, b.ended));
    let (low_a, high_a) = wilson(rate_a, a.ended as f64 / dispersion, reach);
    let (low_b, high_b) = wilson(rate_b, b.ended as f64 / dispersion, reach);
    let difference = rate_b - rate_a;
    (
        difference - (rate_b - low_b).hypot(high_a - rate_a),
        difference + (high_b - rate_b).hypot(rate_a - low_a),
    )
}

/// Wilson's interval (1927) of a share found among `of` independent ones, `reach` standard deviations wide.
pub(crate) fn wilson(share: f64, of: f64, reach: f64) -> (f64, f64) {
    if of <= 0.0 {
        return (0.0, 1.0);
    }
    let square = reach * reach;
    let centre = share + square / (2.0 * of);
    let half = reach * (share * (1.0 - share) / of + square / (4.0 * of * of)).sqrt();
    let scale = 1.0 + square / of;
    (
        ((centre - half) / scale).max(0.0),
        ((centre + half) / scale).min(1.0),
    )
}

/// How many times more the failures of the runs vary over time than independent ones would; at least 1.
///
/// What a plan begins and ends is not chance: the stretches between are looked at apart, and each counts by what its
/// failures would vary if they were independent.
fn dispersion(runs: &[&Slices]) -> f64 {
    let run = |run: &&Slices| {
        let (long, short): (Vec<_>, Vec<_>) = run
            .stretches()
            .partition(|slices| slices.len() >= LEAST_ALONE);
        let short = short.concat();
        let stretches = long.into_iter().chain([short.as_slice()]);
        let (weights, clumped) = stretches
            .map(clumps)
            .fold((0.0, 0.0), |sum, (weight, times)| {
                (sum.0 + weight, sum.1 + weight * times)
            });
        if weights > 0.0 {
            clumped / weights
        } else {
            1.0
        }
    };
    runs.iter().map(run).fold(1.0, f64::max)
}

/// The variance that the failures of these slices would have if they were independent, and how many times as much they
/// vary over the parts of time that show it most (Pearson's chi-squared by its degrees of freedom).
fn clumps(slices: &[Slice]) -> (f64, f64) {
    let parts_of = |length: usize| -> Vec<Failures> {
        let parts = slices.chunks(length);
        parts.map(Failures::of_slices).collect()
    };
    let longer = std::iter::successors(Some(2), |length| Some(length * 2))
        .take_while(|length| slices.len() / length >= LEAST_PARTS);
    let times = std::iter::once(1).chain(longer);
    let times = times
        .map(|length| pearson(&parts_of(length), 1))
        .fold(1.0, f64::max);
    let all = Failures::of_slices(slices);
    let rate = share(all.failed, all.ended);
    (all.ended as f64 * rate * (1.0 - rate), times)
}

/// The same between the runs of each side.
fn between_runs(a: &[&Slices], b: &[&Slices]) -> f64 {
    let side = |runs: &[&Slices]| {
        let runs: Vec<Failures> = runs.iter().map(|run| Failures::of(&[run])).collect();
        pearson(&runs, 1)
    };
    side(a).max(side(b))
}

/// Chi-squared of equal shares by its degrees of freedom; 1 when there is nothing to tell.
fn pearson(parts: &[Failures], known: usize) -> f64 {
    let parts: Vec<&Failures> = parts.iter().filter(|part| part.ended > 0).collect();
    let failed = parts.iter().map(|part| part.failed).sum();
    let rate = share(failed, parts.iter().map(|part| part.ended).sum());
    if rate <= 0.0 || rate >= 1.0 || parts.len() <= known {
        return 1.0;
    }
    let squares = parts.iter().map(|part| {
        let ended = part.ended as f64;
        (part.failed as f64 - rate * ended).powi(2) / (rate * (1.0 - rate) * ended)
    });
    squares.sum::<f64>() / (parts.len() - known) as f64
}

impl Failures {
    fn of_slices(slices: &[Slice]) -> Self {
        Self {
            failed: slices.iter().map(|slice| slice.failed).sum(),
            ended: slices.iter().map(|slice| slice.ended).sum(),
        }
    }

    fn of(runs: &[&Slices]) -> Self {
        Self {
            failed: runs.iter().map(|run| run.failed()).sum(),
            ended: runs.iter().map(|run| run.ended()).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A minute of 100 exchanges a second, of which those numbered so fail.
    fn minute(fails: impl Fn(u64) -> bool) -> Slices {
        let mut slices = Slices::new(60_000_000);
        (0..6_000).for_each(|number| slices.record(number * 10_000, Some(1_000), fails(number)));
        slices
    }

    #[test]
    fn no_failure_on_either_side_still_leaves_some_doubt() {
        let clean = minute(|_| false);
        let (chance, change) = error_rate(&[&clean], &[&clean]);
        assert_eq!(chance, None);
        assert!(change.low < -0.000_5 && change.high > 0.000_5, "{change:?}");
        assert!(change.high < 0.001, "{change:?}");
    }

    #[test]
    fn failures_spread_evenly_count_one_by_one() {
        let (clean, broken) = (minute(|_| false), minute(|number| number % 100 == 7));
        let (chance, change) = error_rate(&[&clean], &[&broken]);
        assert!(change.significant && chance.unwrap() < 1e-6, "{change:?}");
        assert!(change.low > 0.007 && change.high < 0.014, "{change:?}");
    }

    #[test]
    fn a_single_burst_of_failures_is_one_event() {
        let (clean, burst) = (
            minute(|_| false),
            minute(|number| (3_000..3_060).contains(&number)),
        );
        let (chance, change) = error_rate(&[&clean], &[&burst]);
        assert!(!change.significant, "{change:?}");
        assert!(chance.unwrap() > 0.05);
    }

    #[test]
    fn a_clump_over_several_slices_is_seen_as_one_too() {
        let (clean, burst) = (
            minute(|_| false),
            minute(|number| (3_000..3_400).contains(&number) && number % 7 == 0),
        );
        assert!(!error_rate(&[&clean], &[&burst]).1.significant);
    }

    /// One exchange in five fails from second 20 to second 40, when the plan has a fault.
    fn faulty(every: u64) -> Slices {
        let mut slices = minute(|number| (2_000..4_000).contains(&number) && number % every == 2);
        slices.turn_at(&[20_000_000, 40_000_000]);
        slices
    }

    #[test]
    fn failures_that_begin_and_end_with_a_fault_of_the_plan_are_no_clump() {
        let (clean, broken, worse) = (minute(|_| false), faulty(5), faulty(4));
        let (chance, change) = error_rate(&[&clean], &[&broken]);
        assert!(change.significant && chance.unwrap() < 1e-6, "{change:?}");
        let (chance, change) = error_rate(&[&broken], &[&worse]);
        assert!(change.significant && chance.unwrap() < 0.01, "{change:?}");
    }

    #[test]
    fn the_same_failures_without_a_plan_for_them_are_one_event() {
        let (clean, mut broken) = (minute(|_| false), faulty(5));
        broken.turn_at(&[]);
        let (chance, _) = error_rate(&[&clean], &[&broken]);
        assert!(chance.unwrap() > 0.000_1, "{chance:?}");
    }

    #[test]
    fn clumps_while_a_fault_is_on_are_clumps_still() {
        let clumped = |seconds: fn(u64) -> bool| {
            let mut slices = minute(|number| {
                (2_000..4_000).contains(&number) && seconds(number / 100) && number % 2 == 0
            });
            slices.turn_at(&[20_000_000, 40_000_000]);
            slices
        };
        let (a, b) = (
            clumped(|second| second % 5 == 0),
            clumped(|second| second % 3 == 0),
        );
        assert!(!error_rate(&[&a], &[&b]).1.significant);
    }

    #[test]
    fn runs_that_differ_by_themselves_make_a_difference_between_sides_unsure() {
        let (many, few) = (
            minute(|number| number % 50 == 1),
            minute(|number| number % 3_000 == 1),
        );
        let alone = error_rate(&[&few], &[&many]).1;
        assert!(alone.significant, "{alone:?}");
        let mixed = error_rate(&[&few, &many, &few], &[&many, &many, &few]).1;
        assert!(!mixed.significant, "{mixed:?}");
    }
}
