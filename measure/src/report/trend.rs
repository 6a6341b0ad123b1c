//! The part of a page that shows the runs of a plan over time.

use super::page::{Page, Tone};
use super::table::{Cell, Table};
use crate::chart::response_time_by_run;
use crate::readable::{duration, percent, rate};
use crate::trend::Trend;

pub(super) fn write(page: &mut Page, trend: &Trend) {
    let worse = trend.steps.last().is_some_and(|step| step.worse);
    let (word, tone) = match trend.steps.last() {
        None => ("no step", Tone::Plain),
        Some(_) => ("a step", Tone::of(!worse)),
    };
    page.heading(
        &format!("{} over {} runs", trend.name, trend.runs.len()),
        word,
        tone,
    );
    page.verdict(&trend.sentences());
    let chart = response_time_by_run(trend, page.style(1064, 250));
    page.charts([(&chart, false)]);
    let mut table = Table::new(&[
        "Run",
        "started",
        "p50",
        "p95",
        "p99",
        "new errors",
        "answered/s",
        "checks",
    ]);
    for run in &trend.runs {
        table.row([
            Cell::code(&run.run),
            Cell::new(&run.started_at),
            Cell::new(duration(run.p50_us)),
            Cell::new(duration(run.p95_us)),
            Cell::new(duration(run.p99_us)),
            Cell::new(percent(run.error_rate)),
            Cell::new(rate(run.answered_per_s)),
            Cell::new(if run.held { "held" } else { "failed" }).bad_when(!run.held),
        ]);
    }
    page.table(table);
}
