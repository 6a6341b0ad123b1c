//! What watched servers and machines did: of one run with its charts, of a comparison side by side.

use super::RunPart;
use super::page::{Page, Tone};
use super::table::{Cell, Table};
use crate::chart::watch;
use crate::readable::{count, moment};
use crate::{WatchChange, WatchSummary};

pub(super) fn of_run(page: &mut Page, part: &RunPart<'_>) {
    let watched = &part.summary.watch;
    if watched.is_empty() {
        return;
    }
    page.subheading("Servers and machines");
    let half = page.style(520, 150);
    let charts = watch(&part.timeline, half, |_| Vec::new());
    // each carries its numbers in the page
    let most = page.room().watched;
    page.charts(charts.iter().take(most).map(|chart| (chart, true)));
    let more = charts.len().saturating_sub(most);
    if more > 0 {
        let text = format!("{} more charts are not drawn.", count(more as u64));
        page.paragraph(&text, Tone::Plain);
    }
    let mut table = Table::new(&["Series", "mean", "p95", "highest", "readings"]);
    for source in watched {
        for series in &source.series {
            let name = format!("{}: {}", source.source, series.series);
            let values = [series.mean, series.p95, series.max];
            let values = values.map(|value| Cell::new(series.unit.readable(value)));
            let cells = [Cell::new(name)].into_iter().chain(values);
            table.row(cells.chain([Cell::new(count(series.count))]));
        }
    }
    page.table(table);
    for source in watched {
        gaps(page, source);
    }
}

fn gaps(page: &mut Page, source: &WatchSummary) {
    for gap in &source.gaps {
        let span = if gap.to_us > gap.from_us {
            format!("{} to {}", moment(gap.from_us), moment(gap.to_us))
        } else {
            moment(gap.from_us)
        };
        let text = format!("{} told nothing at {span}: {}", source.source, gap.why);
        page.paragraph(&text, Tone::Plain);
    }
}

pub(super) fn of_comparison(page: &mut Page, changes: &[WatchChange]) {
    if changes.is_empty() {
        return;
    }
    page.subheading("Servers and machines, mean over the run");
    let mut table = Table::new(&["Series", "A", "B", "change"]);
    for row in changes {
        let name = Cell::new(format!("{}: {}", row.source, row.series));
        let cells = row.readable().map(Cell::new);
        table.row([name].into_iter().chain(cells));
    }
    page.table(table);
}
