//! Which operation carries a change: whose slow answers make the slower side's tail.

use super::RunSamples;
use super::slices::{Slices, class};

/// One operation carries a change when it makes at least this share of the additional slow answers.
const CARRIES: f64 = 0.4;

/// The operation with most of the answers above `threshold_us` that `slower` has more of than
/// `faster`, when one has enough of them to be named.
pub(super) fn carrier<'a>(
    faster: &RunSamples,
    slower: &'a RunSamples,
    threshold_us: u64,
) -> Option<&'a str> {
    let total = |side: &RunSamples| side.total().answered().max(1) as f64;
    let (faster_total, slower_total) = (total(faster), total(slower));
    let excess = |name: &String, slices: &Slices| {
        let before = faster
            .operations()
            .get(name)
            .map_or(0, |same| above(same, threshold_us));
        above(slices, threshold_us) as f64 / slower_total - before as f64 / faster_total
    };
    let excesses: Vec<(&str, f64)> = slower
        .operations()
        .iter()
        .map(|(name, slices)| (name.as_str(), excess(name, slices)))
        .filter(|(_, excess)| *excess > 0.0)
        .collect();
    let all: f64 = excesses.iter().map(|(_, excess)| excess).sum();
    let (name, most) = excesses.into_iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    (slower.operations().len() > 1 && most >= all * CARRIES).then_some(name)
}

fn above(slices: &Slices, threshold_us: u64) -> u64 {
    let threshold = class(threshold_us);
    slices
        .times()
        .range(threshold + 1..)
        .map(|(_, count)| count)
        .sum()
}
