//! The part of a page that shows a search for the highest rate that holds.

use super::KneePart;
use super::page::{Page, Tone};
use super::table::{Cell, Table};
use crate::chart::{response_time_by_rate, throughput_by_rate};
use crate::knee::{KneeStep, Tried};
use crate::readable::{duration, percent, rate};

pub(super) fn write(page: &mut Page, part: &KneePart<'_>) {
    let found = part.found;
    let (word, tone) = match (&found.holds, found.stopped, found.generator_limited) {
        (_, true, _) => ("stopped", Tone::Plain),
        (_, _, true) => ("the generator was the limit", Tone::Plain),
        (None, ..) => ("does not hold", Tone::Bad),
        (Some(_), ..) => ("found", Tone::Good),
    };
    page.heading(&found.name, word, tone);
    page.facts(&part.facts);
    let mut said = found.sentences();
    said.push(format!(
        "A rate holds while these do: {}",
        found.checks.join(", ")
    ));
    page.verdict(&said);
    let half = page.style(520, 270);
    let charts = [
        response_time_by_rate(found, half),
        throughput_by_rate(found, half),
    ];
    page.charts(charts.iter().map(|chart| (chart, true)));
    page.subheading("Every rate that was tried");
    let mut table = Table::new(&[
        "Rate",
        "asked/s",
        "sent/s",
        "answered/s",
        "p50",
        "p95",
        "p99",
        "new errors",
        "",
        "run",
    ]);
    for step in found.rising() {
        table.row(row(step));
    }
    page.table(table);
    page.paragraph(
        "Each rate is a run of its own: reprise report RUN shows it.",
        Tone::Plain,
    );
}

fn row(step: &KneeStep) -> Vec<Cell> {
    let how = match step.how {
        Tried::Held => Cell::new("held").tone(Tone::Good),
        Tried::Failed => Cell::new(step.why.as_deref().unwrap_or("failed")).tone(Tone::Bad),
        Tried::GeneratorLimited => Cell::new("generator limit").tone(Tone::Plain),
    };
    vec![
        Cell::new(format!("{}x", step.times)),
        Cell::new(rate(step.asked_per_s)),
        Cell::new(rate(step.sent_per_s)),
        Cell::new(rate(step.answered_per_s)),
        Cell::new(duration(step.p50_us)),
        Cell::new(duration(step.p95_us)),
        Cell::new(duration(step.p99_us)),
        Cell::new(percent(step.error_rate)),
        how,
        Cell::code(&step.run),
    ]
}
