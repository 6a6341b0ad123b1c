//! What can be ruled out where nothing was found, and how much longer it takes to rule out more.

use super::super::{Comparison, SAME_ERRORS};
use crate::readable::{moment, percent};

/// Runs that would have to be longer than so many times are better made steadier.
const MOST_LONGER: f64 = 50.0;

/// A possible change larger than this, nine times more, is any change whatever: its size says nothing.
const MOST_SAID: f64 = 9.0;

/// Whether every change that is still possible is smaller than what counts.
pub(super) fn is_same(comparison: &Comparison) -> bool {
    ruled_out(comparison).is_some_and(|(_, largest)| largest <= comparison.noise)
        && possible_errors(comparison) <= SAME_ERRORS
}

/// The largest change of the error rate that is still possible, either way.
fn possible_errors(comparison: &Comparison) -> f64 {
    let errors = &comparison.error_rate;
    errors.low.abs().max(errors.high.abs())
}

/// Up to the 95th percentile, the quantile with the largest change that is still possible.
fn ruled_out(comparison: &Comparison) -> Option<(&str, f64)> {
    ["p50", "p90", "p95"]
        .into_iter()
        .map(|name| {
            let quantile = comparison.quantiles.get(name)?;
            Some((name, quantile.low?.abs().max(quantile.high?.abs())))
        })
        .collect::<Option<Vec<_>>>()?
        .into_iter()
        .max_by(|a, b| a.1.total_cmp(&b.1))
}

pub(super) fn nothing_changed(comparison: &Comparison) -> String {
    let most = ruled_out(comparison).map_or_else(String::new, |(name, largest)| {
        format!(
            "; more than {} at {name} can be ruled out",
            percent((largest * 100.0).ceil() / 100.0)
        )
    });
    format!("no change was found{most}")
}

/// What could have changed unnoticed, and how much longer it takes to tell.
pub(super) fn cannot_tell(comparison: &Comparison, shortest_us: u64) -> String {
    let round = |largest: f64| percent((largest * 100.0).ceil() / 100.0);
    let (limit, most) = match ruled_out(comparison) {
        Some((_, largest)) if largest <= comparison.noise => (
            "one point of errors".to_owned(),
            format!(
                ": the error rate could have changed by up to {:.1} points",
                possible_errors(comparison) * 100.0
            ),
        ),
        Some((name, largest)) if largest > MOST_SAID => (
            format!("one of {}", percent(comparison.noise)),
            format!(": {name} could have changed more than tenfold"),
        ),
        Some((name, largest)) => (
            format!("one of {}", percent(comparison.noise)),
            format!(": {name} could have changed by up to {}", round(largest)),
        ),
        None => (
            format!("one of {}", percent(comparison.noise)),
            String::new(),
        ),
    };
    format!(
        "no change was found, but the runs vary too much to rule {limit} out{most}; {}",
        remedy(comparison, shortest_us)
    )
}

/// "runs of about 3:20 a side could tell (3.3 times as long)", "about 7 runs a side could tell (of 3 each)".
fn remedy(comparison: &Comparison, shortest_us: u64) -> String {
    let runs = comparison.runs.a.min(comparison.runs.b);
    match comparison.times_longer {
        Some(times) if times <= MOST_LONGER && runs > 1 => format!(
            "about {:.0} runs a side could tell ({times:.1} times as many)",
            (runs as f64 * times).ceil()
        ),
        Some(times) if times <= MOST_LONGER => format!(
            "runs of about {} a side could tell ({times:.1} times as long)",
            moment((shortest_us as f64 * times) as u64)
        ),
        Some(_) if runs > 1 => format!(
            "more runs will hardly tell (more than {MOST_LONGER} times as many): steadier ones, or a higher \
             rate, will"
        ),
        Some(_) => format!(
            "longer runs alone will hardly tell (more than {MOST_LONGER} times as long): several \
             shorter ones a side, or a higher rate, will"
        ),
        None => "several runs a side will tell more than longer ones".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::QuantileChange;

    #[test]
    fn a_change_of_any_size_is_not_given_in_percent() {
        let said = |high: f64| {
            let change = QuantileChange {
                low: Some(-0.5),
                high: Some(high),
                ..QuantileChange::default()
            };
            let quantiles = ["p50", "p90", "p95"].map(|name| (name.to_owned(), change));
            let comparison = Comparison {
                quantiles: quantiles.into(),
                noise: 0.05,
                ..Comparison::default()
            };
            cannot_tell(&comparison, 12_000_000)
        };
        assert!(
            said(2.4).contains("p95 could have changed by up to 240 %"),
            "{}",
            said(2.4)
        );
        assert!(said(2_724.1).contains("p95 could have changed more than tenfold;"));
    }
}
