//! How much a page may hold. A page is one file that is mailed and attached: under 2 MB, whatever it shows. The more
//! runs it has, the fewer points its lines and the fewer charts of what was watched each of them gets.

use super::{Part, Report};

/// What a page aims at, in bytes; some megabytes that programs allow have 1,000 kilobytes.
pub(super) const MOST_BYTES: usize = 1_900_000;

/// Runs up to so many are drawn as finely as can be seen.
const FINE_RUNS: usize = 2;

/// Points of all runs together, when there are more.
const POINTS: usize = 1_600;

/// Charts of what was watched, of all runs together.
const WATCHED: usize = 60;

/// A page is not written coarser than this.
const FEWEST_POINTS: u32 = 40;

/// What each run on a page gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Points a line; 0 for as many as can be seen.
    pub(super) points: u32,
    /// Charts of what was watched.
    pub(super) watched: usize,
    /// The longest plan that is shown, in bytes.
    pub(super) plan: usize,
}

impl Room {
    /// By how many runs there are.
    pub(super) fn of(report: &Report<'_>) -> Self {
        let runs = report.parts.iter();
        let runs = runs.filter(|part| matches!(part, Part::Run(_))).count();
        let points = match runs {
            0..=FINE_RUNS => 0,
            many => (POINTS / many).max(FEWEST_POINTS as usize),
        };
        Self {
            points: points as u32,
            watched: (WATCHED / runs.max(1)).max(2),
            plan: (600_000 / runs.max(1)).min(200_000),
        }
    }

    /// Less, for a page that came out too long; `None` when there is no less.
    pub(super) fn less(self) -> Option<Self> {
        let points = if self.points == 0 { 400 } else { self.points };
        (points > FEWEST_POINTS).then(|| Self {
            points: (points / 2).max(FEWEST_POINTS),
            watched: (self.watched / 2).max(2),
            plan: self.plan / 2,
        })
    }
}
