//! The sentence about a generator that was late: what it can explain, and what it cannot.

use super::super::side::Side;
use super::super::unexplained::Unexplained;
use super::super::{Comparison, Verdict};
use super::{is_slower, size};
use crate::readable::{change, duration, percent, quantile_name};

/// What is to be done about it.
pub(super) const REPEAT: &str = "repeat it with a lower rate or on a machine with more free cores";

/// "the generator was late in B (p99 12 ms)".
pub(super) fn who(a: Side<'_>, b: Side<'_>) -> String {
    let late = |side: Side<'_>| side.generator_late().then(|| duration(side.late_p99_us()));
    let (sides, most) = match (late(a), late(b)) {
        (Some(a), Some(b)) => ("A and B", format!("{a} and {b}")),
        (Some(a), None) => ("A", a),
        (_, b) => ("B", b.unwrap_or_default()),
    };
    format!("the generator was late in {sides} (p99 {most})")
}

/// What that means for a verdict that is known.
pub(super) fn sentence(comparison: &Comparison, unexplained: &Unexplained, who: &str) -> String {
    match comparison.verdict {
        Verdict::Regressed | Verdict::Improved => {
            let still = still_there(comparison, unexplained).unwrap_or_default();
            format!("{who}, but the change is larger than lateness can explain{still}")
        }
        Verdict::Same => format!("{who}, and too little to hide a change"),
        Verdict::Inconclusive => match explained(unexplained) {
            Some(explained) => {
                format!("{who}, which can explain what changed ({explained}); {REPEAT}")
            }
            None => format!("{who}, which can hide a change; {REPEAT}"),
        },
    }
}

/// Whether something changed that lateness can explain.
pub(super) const fn explains_something(unexplained: &Unexplained) -> bool {
    unexplained.explained.is_some() || unexplained.explains_errors
}

fn explained(unexplained: &Unexplained) -> Option<String> {
    let quantile = unexplained
        .explained
        .as_ref()
        .and_then(|(name, by)| Some(format!("{} {}", quantile_name(name), change(by.change?))));
    let errors = unexplained.explains_errors.then(|| "errors".to_owned());
    let all: Vec<String> = quantile.into_iter().chain(errors).collect();
    (!all.is_empty()).then(|| all.join(", "))
}

/// ": without all it can explain p95 is +210 % still", of what changed most surely.
fn still_there(comparison: &Comparison, unexplained: &Unexplained) -> Option<String> {
    let worse = comparison.verdict == Verdict::Regressed;
    let quantile = comparison
        .quantiles
        .iter()
        .filter(|(_, change)| change.significant && is_slower(change) == worse)
        .max_by(|x, y| size(x.1).total_cmp(&size(y.1)))
        .and_then(|(name, measured)| {
            let left = unexplained.quantile(name, measured)?;
            Some((quantile_name(name).to_owned(), left))
        });
    let operation = || {
        let mut rows = comparison.operations.iter();
        let row =
            rows.find(|row| row.response_us.significant && is_slower(&row.response_us) == worse)?;
        let left = unexplained.operation(row)?;
        Some((
            format!("{} {}", row.operation, row.quantile.as_deref()?),
            left,
        ))
    };
    if let Some((what, left)) = quantile.or_else(operation) {
        return Some(format!(
            ": without all that it can, {what} is still {}",
            change(left)
        ));
    }
    let calm = unexplained.calm_errors();
    comparison.error_rate.significant.then(|| {
        format!(
            ": in its calm moments errors went from {} to {}",
            percent(calm.a),
            percent(calm.b)
        )
    })
}
