//! The part of a page that shows one run.

use super::page::{Page, Tile, Tone};
use super::table::{Cell, Table};
use super::{RunPart, effects, watch};
use crate::answers::status_name;
use crate::chart::{ChartKind, Curve, Token, quantile_curves};
use crate::readable::{brief, bytes, count, duration, moment, percent, rate};
use crate::{FailureSample, Histogram, Outcome, Summary, minimum_count};

/// Operations beyond these are summed up in a line.
const OPERATIONS: usize = 60;

/// And kinds of failures beyond these.
const FAILURES: usize = 40;

pub(super) fn write(page: &mut Page, part: &RunPart<'_>) {
    let summary = part.summary;
    let good = part.state == "complete" && summary.checks_held();
    let failed = if summary.checks_held() {
        ""
    } else {
        ", a check failed"
    };
    page.heading(
        &part.name,
        &format!("{}{failed}", part.state),
        Tone::of(good),
    );
    page.facts(&part.facts);
    warnings(page, summary);
    part.alerts.iter().for_each(|alert| page.alert(alert));
    page.tiles(&tiles(summary));
    charts(page, part);
    if !summary.checks.is_empty() {
        page.subheading("Checks");
        checks(page, summary);
    }
    effects::write(page, summary);
    watch::of_run(page, part);
    page.columns(|page| accounts(page, summary), |page| errors(page, summary));
    failures(page, part);
    page.subheading("Times");
    times(page, summary);
    page.subheading("Operations");
    operations(page, summary);
    if !part.notes.is_empty() {
        page.subheading("Notes");
        part.notes
            .iter()
            .for_each(|note| page.paragraph(note, Tone::Plain));
    }
    losses(page, part);
    again(page, part);
}

fn again(page: &mut Page, part: &RunPart<'_>) {
    if part.again.is_empty() {
        return;
    }
    page.subheading("How to run it again");
    let most = page.room().plan;
    match part.plan.get(..part.plan.floor_char_boundary(most)) {
        Some(beginning) if beginning.len() < part.plan.len() => {
            let more = bytes((part.plan.len() - beginning.len()) as u64);
            let text = format!("{beginning}\n... and {more} more; the run has all of it");
            page.folded(&part.again, &text);
        }
        _ => page.folded(&part.again, &part.plan),
    }
}

/// With a capital letter at its beginning.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn warnings(page: &mut Page, summary: &Summary) {
    for warning in summary.generator_warnings() {
        page.alert(&format!("{}.", sentence(&warning)));
    }
    if summary.unfaithful {
        page.alert(&format!(
            "Unfaithful: {} of the answers differ from the recorded ones, so the latencies are of \
             other work.",
            percent(summary.unexplained())
        ));
    }
    if summary.order_conflicts > 0 {
        page.paragraph(&format!(
            "{} of the exchanges are conflicts of order: others had written by then what they read or write, which \
             nothing but the order between lanes explains.",
            percent(summary.conflict_rate())
        ), Tone::Plain);
    }
    let failed: Vec<String> = summary
        .checks
        .iter()
        .filter(|check| !check.held)
        .map(|check| format!("{} ({})", check.check, check.readable))
        .collect();
    if !failed.is_empty() {
        page.alert(&format!("Checks that did not hold: {}", failed.join(", ")));
    }
}

fn tiles(summary: &Summary) -> Vec<Tile> {
    let quantile = |name, quantile: f64, value: u64| Tile {
        name,
        value: if summary.response_us.count >= minimum_count(quantile) {
            duration(value)
        } else {
            "n/a".to_owned()
        },
        note: "response time".to_owned(),
        tone: Tone::Plain,
    };
    let injected = crate::tick::share(summary.injected_errors, summary.measured().total());
    let note = match (summary.error_rate, injected) {
        (0.0, _) => "no exchange failed".to_owned(),
        (_, 0.0) => "none of them injected".to_owned(),
        (all, injected) => format!("{} injected · ×{:.1}", percent(injected), all / injected),
    };
    let kept_up = summary.generator_warnings().is_empty();
    vec![
        Tile {
            name: "Sent per second",
            value: rate(summary.rate.sent_per_s),
            note: format!("of {} asked", rate(summary.rate.asked_per_s)),
            tone: Tone::of(summary.rate.sent_per_s >= summary.rate.asked_per_s * 0.99),
        },
        quantile("p50", 0.5, summary.response_us.p50),
        quantile("p95", 0.95, summary.response_us.p95),
        quantile("p99", 0.99, summary.response_us.p99),
        Tile {
            name: "New errors",
            value: percent(summary.error_rate),
            note,
            tone: Tone::of(summary.error_rate == 0.0),
        },
        Tile {
            name: "Generator late, p99",
            value: duration(summary.lateness_us.p99),
            note: if kept_up {
                "numbers are the server's".to_owned()
            } else {
                "numbers are not the server's".to_owned()
            },
            tone: Tone::of(kept_up),
        },
    ]
}

fn charts(page: &mut Page, part: &RunPart<'_>) {
    let wide = |height| page.style(1064, height);
    let half = page.style(520, 230);
    let mut all = Histogram::default();
    part.timeline
        .ticks
        .iter()
        .filter(|tick| tick.start_us >= part.timeline.warm_up_us)
        .for_each(|tick| all.merge(&tick.response));
    let curves: Vec<Curve> = part
        .recorded
        .iter()
        .cloned()
        .chain([Curve::of("this run", Token::P50, &all)])
        .collect();
    let drawn = |kind: ChartKind, style| kind.draw(&part.timeline, style);
    let mut charts = vec![
        (drawn(ChartKind::ResponseTime, wide(280)), false),
        (drawn(ChartKind::HeatMap, wide(260)), false),
        (drawn(ChartKind::Service, wide(230)), false),
        (drawn(ChartKind::ErrorRate, wide(190)), false),
        (drawn(ChartKind::Statuses, wide(190)), false),
        (drawn(ChartKind::Rate, wide(170)), false),
        (drawn(ChartKind::InFlight, half), true),
        (drawn(ChartKind::Lateness, half), true),
        (quantile_curves(&curves, half), true),
        (drawn(ChartKind::Distribution, half), true),
        (drawn(ChartKind::OverRate, wide(200)), false),
    ];
    if part.timeline.ticks.iter().any(|tick| tick.rows.total() > 0) {
        charts.insert(5, (drawn(ChartKind::Rows, wide(170)), false));
    }
    if !part.summary.probes.is_empty() {
        charts.insert(1, (drawn(ChartKind::Probes, wide(170)), false));
    }
    page.charts(charts.iter().map(|(chart, half)| (chart, *half)));
}

fn checks(page: &mut Page, summary: &Summary) {
    let mut table = Table::new(&["Check", "measured", "held"]);
    for check in &summary.checks {
        let held = Cell::new(if check.held { "yes" } else { "no" }).tone(Tone::of(check.held));
        table.row([Cell::code(&check.check), Cell::new(&check.readable), held]);
    }
    page.table(table);
}

/// planned = sent + skipped, sent = the sum of the outcomes.
fn accounts(page: &mut Page, summary: &Summary) {
    page.subheading("Accounted for");
    let skipped: Vec<String> = summary
        .skipped
        .iter()
        .map(|(why, n)| format!("{} {why}", count(*n)))
        .collect();
    let mut planned = format!(
        "{} planned = {} sent + {} skipped",
        count(summary.planned),
        count(summary.sent),
        count(summary.skipped_total())
    );
    if !skipped.is_empty() {
        planned.push_str(&format!(" ({})", skipped.join(", ")));
    }
    let ended: Vec<String> = Outcome::ALL
        .into_iter()
        .filter(|outcome| *outcome == Outcome::Ok || summary.outcomes[*outcome] > 0)
        .map(|outcome| {
            format!(
                "{} {}",
                count(summary.outcomes[outcome]),
                outcome.name().replace('_', " ")
            )
        })
        .collect();
    let mut lines = vec![
        planned,
        format!("{} sent = {}", count(summary.sent), ended.join(" + ")),
    ];
    let unmeasured = summary.unmeasured.total();
    if unmeasured > 0 {
        lines.push(format!(
            "{} of them not measured (warm-up and set-up)",
            count(unmeasured)
        ));
    }
    lines.push(format!(
        "{} sent, {} received",
        bytes(summary.sent_bytes),
        bytes(summary.received_bytes)
    ));
    let outcomes = &summary.outcomes;
    let shares = [
        ("ok", outcomes.ok),
        ("warn", outcomes.mismatch),
        ("bad", outcomes.failures()),
        ("faint", outcomes.unfinished + summary.skipped_total()),
    ];
    page.shares(&shares, &lines);
    if !summary.is_accounted_for() {
        page.alert("These numbers do not add up: the run was interrupted, or this is a defect.");
    }
}

fn errors(page: &mut Page, summary: &Summary) {
    page.subheading("Errors");
    if summary.errors.is_empty() {
        page.paragraph("No exchange failed.", Tone::Plain);
    } else {
        let mut kinds: Vec<_> = summary.errors.iter().collect();
        kinds.sort_by_key(|(kind, n)| (std::cmp::Reverse(**n), (*kind).clone()));
        let mut table = Table::new(&["Kind", "exchanges", "share of sent"]);
        for (kind, n) in kinds {
            let share = percent(crate::tick::share(*n, summary.sent));
            table.row([Cell::new(kind), Cell::new(count(*n)), Cell::new(share)]);
        }
        page.table(table);
    }
    if summary.error_rate_total > summary.error_rate {
        page.paragraph(
            &format!(
                "With those the recording had too: {} of the answers were errors.",
                percent(summary.error_rate_total)
            ),
            Tone::Plain,
        );
    }
    if summary.faults.is_empty() {
        return;
    }
    page.subheading("Faults");
    let mut table = Table::new(&["Fault", "exchanges touched", "of those failed"]);
    for (fault, n) in &summary.faults {
        let cells = [
            Cell::code(fault),
            Cell::new(count(n.injected)),
            Cell::new(count(n.observed_errors)),
        ];
        table.row(cells);
    }
    page.table(table);
}

/// What failed where, from when to when, with one of each.
fn failures(page: &mut Page, part: &RunPart<'_>) {
    if part.failures.is_empty() {
        return;
    }
    page.subheading("Errors by operation, with one of each");
    let mut table = Table::new(&[
        "Operation",
        "kind",
        "exchanges",
        "injected",
        "first",
        "last",
        "one of them",
    ]);
    for group in part.failures.iter().take(FAILURES) {
        table.row([
            Cell::code(&group.operation),
            Cell::new(&group.kind),
            Cell::new(count(group.count)),
            Cell::new(count(group.injected)),
            Cell::new(moment(group.first_us)),
            Cell::new(moment(group.last_us)),
            Cell::new(one_of(&group.sample)).wide(),
        ]);
    }
    page.table(table);
    let more = part.failures.len().saturating_sub(FAILURES);
    if more > 0 {
        let text = format!("{} rarer kinds are not listed.", count(more as u64));
        page.paragraph(&text, Tone::Plain);
    }
}

/// A failed exchange in a sentence: `exchange 12, copy 3, at 1:04: GET /cart/7, recorded 200, failed after 31 ms`.
fn one_of(sample: &FailureSample) -> String {
    let request = if sample.request.is_empty() {
        String::new()
    } else {
        format!(": {}", brief(&sample.request))
    };
    let recorded = sample
        .recorded_status
        .map(|status| format!(", recorded {}", status_name(status)));
    let faults = if sample.faults.is_empty() {
        String::new()
    } else {
        format!(", struck by {}", sample.faults.join(" and "))
    };
    format!(
        "exchange {}, copy {}, at {}{request}{}, failed after {}{faults}",
        sample.exchange,
        sample.copy,
        moment(sample.at_us),
        recorded.unwrap_or_default(),
        duration(sample.response_us),
    )
}

fn times(page: &mut Page, summary: &Summary) {
    let mut table = Table::new(&[
        "",
        "exchanges",
        "p50",
        "p90",
        "p95",
        "p99",
        "p99.9",
        "longest",
    ]);
    for (name, times) in [
        (
            "Response time: from the intended moment to the last byte",
            &summary.response_us,
        ),
        (
            "Service time: from the first byte sent to the last byte",
            &summary.service_us,
        ),
        (
            "First byte: from the intended moment to the first byte",
            &summary.first_byte_us,
        ),
        (
            "Waiting: earlier answers of the lane held it up",
            &summary.waiting_us,
        ),
        ("Lateness: the generator's own delay", &summary.lateness_us),
    ] {
        let quantiles = [
            (0.5, times.p50),
            (0.9, times.p90),
            (0.95, times.p95),
            (0.99, times.p99),
            (0.999, times.p999),
        ]
        .map(|(quantile, value)| Cell::quantile(times.count, quantile, value));
        let longest = Cell::quantile(times.count, 0.0, times.max);
        let cells = [Cell::new(name), Cell::new(count(times.count))];
        table.row(cells.into_iter().chain(quantiles).chain([longest]));
    }
    page.table(table);
}

fn operations(page: &mut Page, summary: &Summary) {
    let seconds = summary.duration_ms as f64 / 1e3;
    let mut table = Table::new(&[
        "Operation",
        "sent",
        "per s",
        "p50",
        "p95",
        "p99",
        "new errors",
    ]);
    for row in summary.operations.iter().take(OPERATIONS) {
        let per_second = if seconds > 0.0 {
            rate(row.sent as f64 / seconds)
        } else {
            "n/a".to_owned()
        };
        let errors = Cell::new(percent(row.error_rate)).bad_when(row.error_rate > 0.0);
        let cells = [
            Cell::code(&row.operation),
            Cell::new(count(row.sent)),
            Cell::new(per_second),
        ];
        table.row(
            cells
                .into_iter()
                .chain(Cell::quantiles(&row.response_us))
                .chain([errors]),
        );
    }
    page.table(table);
    let more = summary.operations.len().saturating_sub(OPERATIONS);
    if more > 0 {
        page.paragraph(
            &format!("{} rarer operations are not listed.", count(more as u64)),
            Tone::Plain,
        );
    }
}

fn losses(page: &mut Page, part: &RunPart<'_>) {
    if part.losses.is_empty() {
        return;
    }
    page.subheading("What the recording lost");
    let lost: Vec<_> = part.losses.iter().filter(|(_, n)| *n > 0).collect();
    if lost.is_empty() {
        let names: Vec<&str> = part.losses.iter().map(|(name, _)| name.as_str()).collect();
        page.paragraph(
            &format!("Nothing: {} are all 0.", names.join(", ")),
            Tone::Good,
        );
        return;
    }
    let mut table = Table::new(&["Loss", "count"]);
    for (name, n) in lost {
        table.row([Cell::new(name), Cell::new(count(*n))]);
    }
    page.table(table);
}
