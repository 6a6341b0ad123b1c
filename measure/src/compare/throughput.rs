//! How many answers a second came back, and whether that differs. Sides that were asked for different rates
//! differ because they were: those are only shown.

use super::contrast::Resampling;
use super::estimate::Estimate;
use super::side::Side;
use super::slices::Slices;
use super::{RunSamples, ThroughputChange};

/// Sides asked for rates this much apart did not do the same work.
const SAME_RATE: f64 = 0.05;

/// The rates, and how they differ when the sides can be compared.
pub(super) fn throughput(
    resampling: &Resampling,
    a: Side<'_>,
    b: Side<'_>,
) -> (ThroughputChange, Option<Estimate>) {
    let mut change = ThroughputChange {
        a: mean(a, RunSamples::answers_per_s),
        b: mean(b, RunSamples::answers_per_s),
        ..ThroughputChange::default()
    };
    if !asked_alike(a, b) {
        return (change, None);
    }
    let runs = |side: Side<'_>| -> Vec<(Vec<f64>, f64)> {
        side.runs()
            .map(|run| (run.good_answers().to_vec(), run.seconds()))
            .collect()
    };
    let estimate = resampling.sums(&runs(a), &runs(b));
    if let Some(estimate) = &estimate {
        let (low, high) = estimate.interval(0.05);
        change.change = Some(estimate.centre.exp_m1());
        change.low = Some(low.exp_m1());
        change.high = Some(high.exp_m1());
    }
    (change, estimate)
}

/// Whether both sides were asked for about the same rate; a recording was asked for nothing.
pub(super) fn asked_alike(a: Side<'_>, b: Side<'_>) -> bool {
    if a.is_recording() || b.is_recording() {
        return false;
    }
    let (a, b) = (asked_per_s(a), asked_per_s(b));
    (a - b).abs() <= SAME_RATE * a.max(b)
}

/// What was intended, per second of a run.
pub(super) fn asked_per_s(side: Side<'_>) -> f64 {
    let asked = |run: &RunSamples| {
        let seconds = run.seconds();
        if seconds > 0.0 {
            Slices::ended(run.total()) as f64 / seconds
        } else {
            0.0
        }
    };
    mean(side, asked)
}

fn mean(side: Side<'_>, of: impl Fn(&RunSamples) -> f64) -> f64 {
    side.runs().map(of).sum::<f64>() / side.len().max(1) as f64
}
