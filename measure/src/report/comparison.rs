//! The part of a page that compares two runs.

use super::page::{Page, Tone};
use super::table::{Cell, Table};
use super::{ComparisonPart, answers, watch};
use crate::chart::{Curve, Side, difference, overlay, quantile_curves};
use crate::readable::{bound, change, count, duration, percent, quantile_name, rate, signed};
use crate::{Comparison, ErrorRateChange, OperationChange, QuantileChange, Verdict};

/// Operations beyond these are summed up in a line.
const OPERATIONS: usize = 60;

pub(super) fn write(page: &mut Page, part: &ComparisonPart<'_>) {
    let comparison = part.comparison;
    let (word, tone) = match comparison.verdict {
        Verdict::Regressed => ("regressed", Tone::Bad),
        Verdict::Improved => ("improved", Tone::Good),
        Verdict::Same => ("same", Tone::Good),
        Verdict::Inconclusive => ("inconclusive", Tone::Plain),
    };
    page.heading(
        &format!("{} against {}", comparison.b, comparison.a),
        word,
        tone,
    );
    let side = |name: &str, run: &str, n| {
        (
            name.to_owned(),
            format!("{run}, {} response times", count(n)),
        )
    };
    page.facts(&[
        side("A", &comparison.a, comparison.samples.a),
        side("B", &comparison.b, comparison.samples.b),
    ]);
    page.verdict(&comparison.why);
    charts(page, part);
    page.subheading("Quantiles of the response time");
    quantiles(page, comparison);
    page.subheading("Operations, by effect");
    operations(page, comparison);
    watch::of_comparison(page, &comparison.watch);
    answers::write(page, comparison);
}

fn charts(page: &mut Page, part: &ComparisonPart<'_>) {
    let half = page.style(520, 250);
    let curves: Vec<Curve> = part
        .recorded
        .iter()
        .cloned()
        .chain(Curve::sides(part.comparison))
        .collect();
    let mut charts = vec![
        (quantile_curves(&curves, half), true),
        (difference(&part.comparison.curve, half), true),
    ];
    if !part.a_ticks.is_empty() && !part.b_ticks.is_empty() {
        let a = Side {
            name: "A",
            ticks: part.a_ticks,
        };
        let b = Side {
            name: "B",
            ticks: part.b_ticks,
        };
        charts.push((overlay(a, b, page.style(1064, 230)), false));
    }
    page.charts(charts.iter().map(|(chart, half)| (chart, *half)));
}

fn quantiles(page: &mut Page, comparison: &Comparison) {
    let mut table = Table::new(&["", "A", "B", "change", "95 % interval"]);
    for (name, row) in &comparison.quantiles {
        let name = quantile_name(name);
        let [a, b] =
            [row.a, row.b].map(|value| Cell::new(value.map_or_else(|| "n/a".to_owned(), duration)));
        table.row([Cell::new(name), a, b, changed(row), interval(row)]);
    }
    let errors = &comparison.error_rate;
    let worse = errors.b > errors.a;
    let points = Cell::new(format!("{} points", signed((errors.b - errors.a) * 100.0)));
    table.row([
        Cell::new("errors"),
        Cell::new(percent(errors.a)),
        Cell::new(percent(errors.b)),
        if errors.significant {
            points.tone(Tone::of(!worse))
        } else {
            points.tone(Tone::Plain)
        },
        Cell::new(format!(
            "{} … {}",
            signed(errors.low * 100.0),
            signed(errors.high * 100.0)
        )),
    ]);
    table.row(answers(comparison));
    page.table(table);
}

/// Answers per second.
fn answers(comparison: &Comparison) -> [Cell; 5] {
    let rates = &comparison.throughput;
    let text = Cell::new(
        rates
            .change
            .map_or_else(|| "asked differently".to_owned(), change),
    );
    let interval = match (rates.low, rates.high) {
        (Some(low), Some(high)) => {
            format!("{} … {}", bound(low), bound(high))
        }
        _ => String::new(),
    };
    [
        Cell::new("answers a second"),
        Cell::new(rate(rates.a)),
        Cell::new(rate(rates.b)),
        if rates.significant {
            text.tone(Tone::of(rates.b > rates.a))
        } else {
            text.tone(Tone::Plain)
        },
        Cell::new(interval),
    ]
}

fn operations(page: &mut Page, comparison: &Comparison) {
    let mut table = Table::new(&[
        "Operation",
        "exchanges A, B",
        "quantile",
        "A",
        "B",
        "change",
        "95 % interval",
        "errors A → B",
    ]);
    for row in comparison.operations.iter().take(OPERATIONS) {
        table.row(operation(row));
    }
    page.table(table);
    let more = comparison.operations.len().saturating_sub(OPERATIONS);
    if more > 0 {
        let text = format!(
            "{} operations with smaller effects are not listed.",
            count(more as u64)
        );
        page.paragraph(&text, Tone::Plain);
    }
}

fn operation(row: &OperationChange) -> Vec<Cell> {
    let times = &row.response_us;
    let value = |us: Option<u64>| Cell::new(us.map_or_else(|| "n/a".to_owned(), duration));
    let rare = row.quantile.is_none();
    vec![
        Cell::code(&row.operation),
        Cell::new(format!("{}, {}", count(row.count.a), count(row.count.b))),
        Cell::new(row.quantile.as_deref().unwrap_or("")),
        value(times.a),
        value(times.b),
        if rare {
            Cell::new("too few").tone(Tone::Plain)
        } else {
            changed(times)
        },
        interval(times),
        errors(&row.error_rate),
    ]
}

fn changed(row: &QuantileChange) -> Cell {
    let text = Cell::new(row.change.map_or_else(|| "n/a".to_owned(), change));
    match row.change {
        Some(change) if row.significant => text.tone(Tone::of(change < 0.0)),
        _ => text.tone(Tone::Plain),
    }
}

fn interval(row: &QuantileChange) -> Cell {
    match (row.low, row.high) {
        (Some(low), Some(high)) => Cell::new(format!("{} … {}", bound(low), bound(high))),
        _ => Cell::new(""),
    }
}

fn errors(rates: &ErrorRateChange) -> Cell {
    let text = Cell::new(format!("{} → {}", percent(rates.a), percent(rates.b)));
    if rates.significant {
        text.tone(Tone::of(rates.b < rates.a))
    } else {
        text
    }
}
