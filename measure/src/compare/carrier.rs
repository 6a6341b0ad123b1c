//! Which operation carries a change: whose slow answers make the slower side's tail.

use super::side::Side;

/// One operation carries a change when it makes at least this share of the additional slow answers.
const CARRIES: f64 = 0.4;

/// The operation with most of the answers above `threshold_us` that `slower` has more of than
/// `faster`, when one has enough of them to be named.
pub(super) fn carrier<'a>(
    faster: Side<'_>,
    slower: Side<'a>,
    threshold_us: u64,
) -> Option<&'a str> {
    let share = |side: Side<'_>, name: &str| {
        side.slower_than(name, threshold_us) as f64 / side.answered().max(1) as f64
    };
    let operations = slower.operations();
    let excesses: Vec<(&str, f64)> = operations
        .iter()
        .map(|name| (*name, share(slower, name) - share(faster, name)))
        .filter(|(_, excess)| *excess > 0.0)
        .collect();
    let all: f64 = excesses.iter().map(|(_, excess)| excess).sum();
    let (name, most) = excesses.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (operations.len() > 1 && most >= all * CARRIES).then_some(name)
}
