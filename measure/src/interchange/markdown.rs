//! A run or a comparison as Markdown for a pull request: what it came to first, then the numbers in tables.

use std::fmt::Write as _;

use crate::readable::{brief, change, count, duration, percent, quantile_name, rate};
use crate::{Comparison, Outcome, Quantiles, RecoveryState, Summary, Verdict};

/// So many operations are listed; a pull request is no report.
const OPERATIONS: usize = 10;
/// And so many watched series: those of a host, a process and a database.
const WATCHED: usize = 20;

/// Writes a run; `what` says which recording it played.
pub fn run(name: &str, what: &str, summary: &Summary) -> String {
    let mut text = format!("### {} {}\n\n", mark(held(summary)), escaped(name));
    let _ = writeln!(
        text,
        "{}: {} of {} planned exchanges sent, {}/s asked, {}/s sent, new errors {}.\n",
        escaped(what),
        count(summary.sent),
        count(summary.planned),
        rate(summary.rate.asked_per_s),
        rate(summary.rate.sent_per_s),
        percent(summary.error_rate),
    );
    for warning in summary.generator_warnings() {
        let _ = writeln!(text, "> **{}**\n", escaped(&warning));
    }
    if summary.unfaithful {
        text.push_str("> **unfaithful: more than 5 % of the answers differ, so these latencies are of other work**\n\n");
    }
    checks(&mut text, summary);
    effects(&mut text, summary);
    table(
        &mut text,
        ["", "p50", "p90", "p95", "p99", "p99.9", "max"],
        [
            ("response", &summary.response_us),
            ("service", &summary.service_us),
            ("lateness", &summary.lateness_us),
        ]
        .map(|(name, times)| times_row(name, times)),
    );
    let outcomes = Outcome::ALL
        .into_iter()
        .filter(|outcome| summary.outcomes[*outcome] > 0)
        .map(|outcome| [outcome.name().to_owned(), count(summary.outcomes[outcome])]);
    table(&mut text, ["outcome", "exchanges"], outcomes);
    let operations = summary.operations.iter().take(OPERATIONS).map(|operation| {
        [
            code(&operation.operation),
            count(operation.sent),
            duration(operation.response_us.p50),
            duration(operation.response_us.p99),
            percent(operation.error_rate),
        ]
    });
    table(
        &mut text,
        ["operation", "sent", "p50", "p99", "new errors"],
        operations,
    );
    watched(&mut text, summary);
    text
}

/// What watched servers and machines told, a row for each series.
fn watched(text: &mut String, summary: &Summary) {
    let rows = summary.watch.iter().flat_map(|source| {
        source.series.iter().map(|series| {
            let value = |value: f64| escaped(&series.unit.readable(value));
            [
                code(&format!("{}: {}", source.source, series.series)),
                value(series.mean),
                value(series.p95),
                value(series.max),
            ]
        })
    });
    let rows = rows.take(WATCHED);
    table(text, ["watched", "mean", "p95", "highest"], rows);
}

/// Writes a comparison: the verdict and its reasons, the quantiles, the operations that changed.
pub fn comparison(comparison: &Comparison) -> String {
    let good = match comparison.verdict {
        Verdict::Regressed => Some(false),
        Verdict::Improved | Verdict::Same => Some(true),
        Verdict::Inconclusive => None,
    };
    let mut text = format!(
        "### {} {} against {}: {}\n\n",
        mark(good),
        escaped(&comparison.b),
        escaped(&comparison.a),
        comparison.verdict.name()
    );
    for why in &comparison.why {
        let _ = writeln!(text, "* {}", escaped(why));
    }
    text.push('\n');
    let some = |value: Option<u64>| value.map_or_else(|| "n/a".to_owned(), duration);
    let quantiles = comparison.quantiles.iter().map(|(name, quantile)| {
        [
            quantile_name(name).to_owned(),
            some(quantile.a),
            some(quantile.b),
            quantile.change.map_or_else(|| "n/a".to_owned(), change),
            match (quantile.low, quantile.high) {
                (Some(low), Some(high)) => format!("{} ... {}", change(low), change(high)),
                _ => "too few".to_owned(),
            },
        ]
    });
    table(
        &mut text,
        ["response", "A", "B", "change", "95 % interval"],
        quantiles,
    );
    let changed = comparison.operations.iter().filter(|row| row.changed());
    let changed = changed.take(OPERATIONS).map(|row| {
        let times = &row.response_us;
        [
            code(&row.operation),
            row.quantile.clone().unwrap_or_default(),
            some(times.a),
            some(times.b),
            times.change.map_or_else(|| "n/a".to_owned(), change),
            format!(
                "{} -> {}",
                percent(row.error_rate.a),
                percent(row.error_rate.b)
            ),
        ]
    });
    table(
        &mut text,
        ["changed operation", "", "A", "B", "change", "new errors"],
        changed,
    );
    let answers = comparison.answers.iter().take(OPERATIONS);
    table(
        &mut text,
        ["operation", "changed answers"],
        answers.map(|change| [code(&change.operation), change.words()]),
    );
    let watched = comparison.watch.iter().take(WATCHED).map(|row| {
        let [a, b, change] = row.readable();
        let name = code(&format!("{}: {}", row.source, row.series));
        [name, escaped(&a), escaped(&b), escaped(&change)]
    });
    table(
        &mut text,
        ["watched, mean over the run", "A", "B", "change"],
        watched,
    );
    text
}

fn checks(text: &mut String, summary: &Summary) {
    let rows = summary.checks.iter().map(|check| {
        [
            mark(Some(check.held)).to_owned(),
            code(&check.check),
            check.readable.clone(),
        ]
    });
    table(text, ["", "check", "measured"], rows);
}

/// What faults of proxies became for users, and how the run got over each disturbance.
fn effects(text: &mut String, summary: &Summary) {
    let amplified = summary.effects.amplification.iter().map(|fault| {
        [
            code(&fault.fault),
            fault.injected(),
            fault.total.errors(),
            fault.total.amplified(),
        ]
    });
    table(
        text,
        ["fault", "injected", "users saw", "amplified"],
        amplified,
    );
    let recovered = summary.effects.recovery.iter().map(|recovery| {
        let state = recovery.total.state;
        [
            mark(match state {
                RecoveryState::Recovered => Some(true),
                RecoveryState::NotRecovered | RecoveryState::CutShort => Some(false),
                RecoveryState::Unknown => None,
            })
            .to_owned(),
            code(&recovery.disturbances()),
            recovery.total.verdict(),
        ]
    });
    table(text, ["", "after", "the run"], recovered);
    let commands = summary.commands.iter().map(|command| {
        let done = command.failure.is_empty();
        [
            mark(Some(done)).to_owned(),
            code(&brief(&command.command)),
            if done { "done" } else { &command.failure }.to_owned(),
        ]
    });
    table(text, ["", "command", ""], commands);
}

/// Whether all is as it should be; `None` when nothing was asked.
fn held(summary: &Summary) -> Option<bool> {
    if summary.generator_failed().is_some() || summary.unfaithful || !summary.checks_held() {
        return Some(false);
    }
    (!summary.checks.is_empty()).then_some(true)
}

const fn mark(good: Option<bool>) -> &'static str {
    match good {
        Some(true) => "✅",
        Some(false) => "❌",
        None => "⚪",
    }
}

fn times_row(name: &str, times: &Quantiles) -> [String; 7] {
    let values = [
        times.p50, times.p90, times.p95, times.p99, times.p999, times.max,
    ];
    let mut values = values.map(duration).into_iter();
    std::array::from_fn(|place| match place {
        0 => name.to_owned(),
        _ => values.next().unwrap_or_default(),
    })
}

/// A table, when there is a row.
fn table<const N: usize>(
    text: &mut String,
    names: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = writeln!(text, "| {} |", names.join(" | "));
    let _ = writeln!(text, "|{}", "---|".repeat(N));
    for row in rows {
        let _ = writeln!(text, "| {} |", row.join(" | "));
    }
    text.push('\n');
}

/// A text that a capture may have contained, with nothing in it that Markdown or HTML would act on.
fn escaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\r' => plain.push(' '),
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '@' | '#' | '!' => {
                plain.push('\\');
                plain.push(char);
            }
            char => plain.push(char),
        }
    }
    plain
}

/// A captured text as code: between more backticks than it has in a row, so that nothing in it can end it.
fn code(text: &str) -> String {
    let line = text.replace(['\n', '\r'], " ").replace('|', "\\|");
    let most = line
        .split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    if most == 0 {
        return format!("`{line}`");
    }
    let fence = "`".repeat(most + 1);
    format!("{fence} {line} {fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        CheckResult, OperationChange, OperationSummary, QuantileChange, WatchChange, WatchSeries,
        WatchSummary, WatchUnit,
    };

    #[test]
    fn a_run_says_first_whether_its_checks_held() {
        let mut summary = Summary {
            planned: 1_200,
            sent: 1_200,
            checks: vec![CheckResult {
                check: "p99<250ms".to_owned(),
                value: Some(412_000.0),
                held: false,
                readable: "412 ms".to_owned(),
            }],
            operations: vec![OperationSummary {
                operation: "SELECT `a|b` FROM t".to_owned(),
                sent: 1_200,
                ..OperationSummary::default()
            }],
            watch: vec![WatchSummary {
                source: "db".to_owned(),
                series: vec![WatchSeries {
                    series: "row lock waits".to_owned(),
                    unit: WatchUnit::PerSecond,
                    count: 60,
                    mean: 12.5,
                    p95: 31.0,
                    max: 44.0,
                }],
                ..WatchSummary::default()
            }],
            ..Summary::default()
        };
        summary.outcomes.ok = 1_200;
        insta::assert_snapshot!(run("five", "shop-friday", &summary));
    }

    #[test]
    fn a_comparison_lists_only_the_operations_that_changed() {
        let change = QuantileChange {
            a: Some(1_000),
            b: Some(1_380),
            change: Some(0.38),
            low: Some(0.29),
            high: Some(0.49),
            significant: true,
            ..QuantileChange::default()
        };
        let operation = |name: &str, significant| OperationChange {
            operation: name.to_owned(),
            quantile: Some("p99".to_owned()),
            response_us: QuantileChange {
                significant,
                ..change
            },
            ..OperationChange::default()
        };
        let compared = Comparison {
            a: "base".to_owned(),
            b: "next".to_owned(),
            verdict: Verdict::Regressed,
            why: vec!["B is slower: p99 +38 % (between +29 and +49)".to_owned()],
            quantiles: [("p99".to_owned(), change)].into(),
            operations: vec![operation("GET /cart/{id}", true), operation("GET /", false)],
            watch: vec![WatchChange {
                source: "host".to_owned(),
                series: "cpu".to_owned(),
                unit: WatchUnit::Share,
                a: Some(0.312),
                b: Some(0.951),
                change: Some(2.05),
            }],
            ..Comparison::default()
        };
        insta::assert_snapshot!(comparison(&compared));
    }

    #[test]
    fn nothing_in_a_name_is_markup() {
        assert_eq!(
            escaped("<img src=x> [a](b) *c*\n@team"),
            "&lt;img src=x> \\[a\\](b) \\*c\\* \\@team"
        );
        assert_eq!(code("a|b\nc"), "`a\\|b c`");
        assert_eq!(code("a``b`c"), "``` a``b`c ```");
    }
}
