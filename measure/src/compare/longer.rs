//! How much longer runs would have to be to tell.

use super::{Comparison, ErrorRateChange, QuantileChange, SAME_ERRORS, minimum_count};

/// Less than this is not worth running again for.
const LEAST: f64 = 1.5;
/// A change right at the limit could never be told: this share of the limit is near enough.
const NEAR_ENOUGH: f64 = 0.33;

/// How many times as long the runs would have to be for every interval up to p95, and that of the errors, to lie
/// inside the limit or outside of it: intervals shrink with the root of the length. `None` when a quantile says
/// nothing at all.
pub(super) fn times_longer(comparison: &Comparison) -> Option<f64> {
    let judged = [("p50", 0.5), ("p90", 0.9), ("p95", 0.95)];
    let times = judged.map(|(name, quantile)| {
        let change = comparison.quantiles.get(name)?;
        for_interval(change, comparison.noise).or_else(|| for_count(change, quantile))
    });
    let times = times.into_iter().collect::<Option<Vec<f64>>>()?;
    let errors = for_errors(&comparison.error_rate);
    Some(times.into_iter().chain([errors]).fold(LEAST, f64::max))
}

fn for_errors(change: &ErrorRateChange) -> f64 {
    let (centre, half) = (
        (change.low + change.high) / 2.0,
        (change.high - change.low) / 2.0,
    );
    let room = (centre.abs() - SAME_ERRORS).abs();
    (half / room.max(SAME_ERRORS * NEAR_ENOUGH)).powi(2)
}

fn for_interval(change: &QuantileChange, limit: f64) -> Option<f64> {
    let (low, high) = (change.low?.ln_1p(), change.high?.ln_1p());
    let (centre, half) = ((low + high) / 2.0, (high - low) / 2.0);
    let room = (centre.abs() - limit.ln_1p()).abs();
    Some((half / room.max(limit * NEAR_ENOUGH)).powi(2))
}

fn for_count(change: &QuantileChange, quantile: f64) -> Option<f64> {
    let least = change.effective.a.min(change.effective.b);
    (least > 0).then(|| minimum_count(quantile) as f64 / least as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sides;

    fn with(p95: QuantileChange) -> Comparison {
        let narrow = QuantileChange {
            low: Some(-0.01),
            high: Some(0.01),
            ..QuantileChange::default()
        };
        let quantiles = [("p50", narrow), ("p90", narrow), ("p95", p95)];
        Comparison {
            noise: 0.05,
            quantiles: quantiles
                .map(|(name, change)| (name.to_owned(), change))
                .into(),
            ..Comparison::default()
        }
    }

    #[test]
    fn twice_as_wide_takes_four_times_as_long() {
        let wide = QuantileChange {
            low: Some((-2.0 * 1.05_f64.ln()).exp_m1()),
            high: Some((2.0 * 1.05_f64.ln()).exp_m1()),
            ..QuantileChange::default()
        };
        let times = times_longer(&with(wide)).unwrap();
        assert!((times - 4.0).abs() < 1e-9, "{times}");
    }

    #[test]
    fn errors_that_come_in_clumps_take_longer_even_when_the_times_are_known() {
        let clumps = Comparison {
            error_rate: ErrorRateChange {
                low: -0.02,
                high: 0.02,
                ..ErrorRateChange::default()
            },
            ..with(QuantileChange {
                low: Some(-0.01),
                high: Some(0.01),
                ..QuantileChange::default()
            })
        };
        assert_eq!(times_longer(&clumps), Some(4.0));
    }

    #[test]
    fn too_few_answers_take_as_much_longer_as_are_missing() {
        let few = QuantileChange {
            effective: Sides { a: 20, b: 59 },
            ..QuantileChange::default()
        };
        assert_eq!(times_longer(&with(few)), Some(59.0 / 20.0));
        assert_eq!(times_longer(&with(QuantileChange::default())), None);
    }
}
