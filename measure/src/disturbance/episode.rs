//! Stretches of a run in which something was wrong: disturbances that overlap are one, since nobody can tell
//! from which of them a run recovers.

use super::Disturbance;

/// How far back "before" reaches; microseconds.
const BEFORE_US: u64 = 60_000_000;

/// How long a recovery is waited for; microseconds.
const AFTER_US: u64 = 300_000_000;

/// One stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Episode {
    pub(super) from_us: u64,
    pub(super) to_us: u64,
    /// The disturbances that made it, by their place.
    pub(super) of: Vec<usize>,
    /// What is before it begins here.
    before_us: u64,
    /// What is after it ends here.
    pub(super) until_us: u64,
    /// Whether it is the next one that ends what is after it.
    pub(super) is_cut_short: bool,
}

impl Episode {
    pub(super) fn is_before(&self, at_us: u64) -> bool {
        (self.before_us..self.from_us).contains(&at_us)
    }

    pub(super) fn is_after(&self, at_us: u64) -> bool {
        (self.to_us..self.until_us).contains(&at_us)
    }
}

/// The stretches of a run that ended at `ended_us`, first to last.
pub(super) fn episodes(disturbances: &[Disturbance], ended_us: u64) -> Vec<Episode> {
    let mut spans: Vec<(u64, u64, usize)> = disturbances
        .iter()
        .enumerate()
        .flat_map(|(index, one)| one.spans.iter().map(move |(from, to)| (*from, *to, index)))
        .map(|(from, to, index)| (from, to.min(ended_us), index))
        .filter(|(from, to, _)| from < to)
        .collect();
    spans.sort_unstable();
    let mut all: Vec<Episode> = Vec::new();
    for (from_us, to_us, index) in spans {
        match all.last_mut() {
            Some(last) if from_us <= last.to_us => {
                last.to_us = last.to_us.max(to_us);
                if !last.of.contains(&index) {
                    last.of.push(index);
                }
            }
            last => {
                let earlier_us = last.map_or(0, |last| {
                    last.until_us = last.until_us.min(from_us);
                    last.is_cut_short = last.until_us == from_us;
                    last.to_us
                });
                all.push(Episode {
                    from_us,
                    to_us,
                    of: vec![index],
                    before_us: from_us.saturating_sub(BEFORE_US).max(earlier_us),
                    until_us: 0,
                    is_cut_short: false,
                });
            }
        }
        if let Some(last) = all.last_mut() {
            last.until_us = last.to_us.saturating_add(AFTER_US).min(ended_us);
        }
    }
    all
}
