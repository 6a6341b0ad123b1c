//! What watched servers and machines did, as tables under a run and under a comparison.

use std::fmt::Write as _;

use reprise_app::readable::{brief, count, moment};
use reprise_app::{WatchChange, WatchSummary};

use crate::table::Table;

/// Gaps of a source that are listed; `--json` has all.
const GAPS: usize = 3;

/// The series of a run, and when their sources told nothing.
pub(super) fn of_run(text: &mut String, watched: &[WatchSummary]) {
    if watched.is_empty() {
        return;
    }
    let mut table = Table::new(&["  watched", "mean", "p95", "max"]);
    for source in watched {
        for series in &source.series {
            let values = [series.mean, series.p95, series.max];
            let name = format!("  {}: {}", source.source, series.series);
            let values = values.map(|value| series.unit.readable(value));
            table.row([name].into_iter().chain(values).collect());
        }
    }
    text.push('\n');
    text.push_str(&table.render());
    for source in watched.iter().filter(|source| source.missed > 0) {
        gaps(text, source);
    }
}

fn gaps(text: &mut String, source: &WatchSummary) {
    let times = count(source.missed);
    let _ = writeln!(text, "  {}: asked in vain {times} times", source.source);
    for gap in source.gaps.iter().take(GAPS) {
        let (from, to) = (moment(gap.from_us), moment(gap.to_us));
        let span = if from == to {
            from
        } else {
            format!("{from} to {to}")
        };
        let _ = writeln!(text, "      {span}: {}", brief(&gap.why));
    }
}

/// The series of both sides of a comparison.
pub(super) fn of_comparison(text: &mut String, changes: &[WatchChange]) {
    if changes.is_empty() {
        return;
    }
    let mut table = Table::new(&["  watched, mean over the run", "A", "B", "change"]);
    for row in changes {
        let name = format!("  {}: {}", row.source, row.series);
        table.row([name].into_iter().chain(row.readable()).collect());
    }
    text.push('\n');
    text.push_str(&table.render());
}
