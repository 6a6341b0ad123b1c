//! `reprise runs` and `report`: what runs there are, and all the numbers of one.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;

use reprise_app::answer::RunAnswer;
use reprise_app::readable::{brief, count, counted, duration, moment, percent, rate};
use reprise_app::{Error, KneeAnswer, Library, Outcome, Quantiles, RecoveryState, Summary};

use super::forms::{self, Printed};
use super::note::described;
use super::{Context, knee, mismatches, named_counts, watched};
use crate::arguments::ReportArguments;
use crate::output::{self, alarm};
use crate::table::Table;

pub(crate) fn list(context: &Context) -> anyhow::Result<ExitCode> {
    let runs = context.existing_library()?.runs()?;
    if context.json {
        output::json_lines(runs)?;
        return Ok(ExitCode::SUCCESS);
    }
    if runs.is_empty() {
        output::text("no runs yet; make one with `reprise replay NAME --http URL`\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&[
        "run",
        "recording",
        "started",
        "length",
        "sent",
        "p50",
        "p99",
        "errors",
        "state",
        "<tags",
    ]);
    for RunAnswer { run, summary } in runs {
        table.row(vec![
            run.name,
            run.recording,
            run.started_at,
            moment(summary.duration_ms * 1_000),
            count(summary.sent),
            or_nothing(&summary.response_us, summary.response_us.p50),
            or_nothing(&summary.response_us, summary.response_us.p99),
            percent(summary.error_rate),
            run.state.name().to_owned(),
            run.tags.join(" "),
        ]);
    }
    output::text(&table.render())?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn report(context: &Context, arguments: &ReportArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let answer = match library.run(&arguments.run) {
        Ok(answer) => answer,
        Err(error) => match library.knee_found(&arguments.run) {
            Ok(found) => return report_knee(context, &library, &found, arguments),
            Err(_) => return Err(error.into()),
        },
    };
    if let Some(path) = &arguments.html {
        library.write_run_report(&arguments.run, path)?;
    }
    if forms::write(&library, &arguments.run, &arguments.forms)? == Printed::Form {
        return Ok(ExitCode::SUCCESS);
    }
    if arguments.mismatches {
        mismatches::show(context, &arguments.run)?;
    } else if context.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A search is no run: it has no samples, ticks or mismatches of its own, so of the forms only the page suits it.
fn report_knee(
    context: &Context,
    library: &Library,
    found: &KneeAnswer,
    arguments: &ReportArguments,
) -> anyhow::Result<ExitCode> {
    let name = &found.name;
    if arguments.mismatches || arguments.forms.any() {
        return Err(Error::Usage(format!(
            "'{name}' is a search, not a run; of searches there is --html and --json, and `reprise report RUN` for each of its runs"
        ))
        .into());
    }
    if let Some(path) = &arguments.html {
        library.write_knee_report(name, path)?;
    }
    if context.json {
        output::json(found)?;
    } else {
        output::text(&knee::describe(found))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A run as a person reads it: accounting, quantiles, faults, checks, the slowest operations.
pub(crate) fn describe(answer: &RunAnswer) -> String {
    let summary = &answer.summary;
    let mut text = format!(
        "{}: {} of {}, {} ({}/s asked, {}/s sent)\n",
        answer.run.name,
        moment(summary.duration_ms * 1_000),
        answer.run.recording,
        answer.run.state.name(),
        rate(summary.rate.asked_per_s),
        rate(summary.rate.sent_per_s),
    );
    text.push_str(&described(&answer.run.note, &answer.run.tags));
    accounting(&mut text, summary);
    let mut table = Table::new(&["", "p50", "p90", "p95", "p99", "p99.9", "max"]);
    for (name, quantiles) in [
        ("response", &summary.response_us),
        ("service", &summary.service_us),
        ("first byte", &summary.first_byte_us),
        ("waiting", &summary.waiting_us),
        ("lateness", &summary.lateness_us),
    ] {
        table.row(quantile_row(name, quantiles));
    }
    for probe in &summary.probes {
        table.row(quantile_row(
            &format!("probe {}", probe.name),
            &probe.response_us,
        ));
    }
    text.push_str(&table.render());
    probe_errors(&mut text, summary);
    if let Some(baseline) = &answer.run.baseline {
        let _ = writeln!(
            text,
            "  not compared: where the answers of run {baseline} differed"
        );
    }
    for line in answer.run.alerts() {
        text.push_str(&alarm(&line));
    }
    verdicts(&mut text, summary);
    operations(&mut text, summary);
    watched::of_run(&mut text, &summary.watch);
    text
}

fn accounting(text: &mut String, summary: &Summary) {
    let skipped: u64 = summary.skipped.values().sum();
    let _ = writeln!(
        text,
        "  planned {} = sent {} + skipped {}{}",
        count(summary.planned),
        count(summary.sent),
        count(skipped),
        named(
            summary
                .skipped
                .iter()
                .map(|(reason, n)| (reason.as_str(), *n))
        ),
    );
    let outcomes = Outcome::ALL
        .into_iter()
        .map(|outcome| (outcome.name(), summary.outcomes[outcome]));
    let _ = writeln!(text, "  sent {}{}", count(summary.sent), named(outcomes),);
    let unmeasured = summary.unmeasured.total();
    if unmeasured > 0 {
        let why = match summary.warm_up_ms {
            0 => "they set lanes up".to_owned(),
            warm_up_ms => format!(
                "they came in the first {} or set lanes up",
                moment(warm_up_ms * 1_000)
            ),
        };
        let _ = writeln!(text, "  {} of them not measured: {why}", count(unmeasured));
    }
    let _ = writeln!(
        text,
        "  new errors {}, all errors {}",
        percent(summary.error_rate),
        percent(summary.error_rate_total)
    );
    let errors = by_count(&summary.errors);
    if !errors.is_empty() {
        let _ = writeln!(text, "  errors: {}", errors.join(", "));
    }
    if summary.reanchored > 0 {
        let times = counted(summary.reanchored, "time");
        let _ = writeln!(
            text,
            "  {times} a lane was more than five seconds behind and was anchored anew: what follows was intended that much later"
        );
    }
    if summary.stood_still_ms > 0 {
        let _ = writeln!(
            text,
            "  the replay itself stood still for {} and went on where it was: it was stopped, or its machine was",
            duration(summary.stood_still_ms * 1_000)
        );
    }
    if summary.values_missing > 0 {
        let _ = writeln!(
            text,
            "  {} went with a recorded value: the answer that gives the target's own did not come",
            counted(summary.values_missing, "request")
        );
    }
    if summary.order_conflicts > 0 {
        let _ = writeln!(
            text,
            "  {} ({}) conflicts of order: others had written by then what they read or write",
            count(summary.order_conflicts),
            percent(summary.conflict_rate())
        );
    }
}

/// What failed by its kind, most frequent first: `HTTP 503 (12)`.
fn by_count(errors: &BTreeMap<String, u64>) -> Vec<String> {
    let mut errors: Vec<(&String, &u64)> = errors.iter().collect();
    errors.sort_by_key(|(_, n)| Reverse(**n));
    let more = errors.len().saturating_sub(LISTED);
    let shown = errors.iter().take(LISTED);
    let mut listed: Vec<String> = shown
        .map(|(kind, n)| format!("{kind} ({})", count(**n)))
        .collect();
    if more > 0 {
        listed.push(format!("{more} more kinds (--json has all)"));
    }
    listed
}

/// Counts in parentheses after their sum; nothing when all are zero.
fn named<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    match named_counts(counts).as_str() {
        "" => String::new(),
        counts => format!(" ({counts})"),
    }
}

fn probe_errors(text: &mut String, summary: &Summary) {
    for probe in summary.probes.iter().filter(|probe| probe.error_rate > 0.0) {
        let _ = writeln!(
            text,
            "  probe {}: {} of {} failed",
            probe.name,
            percent(probe.error_rate),
            counted(probe.sent, "exchange")
        );
    }
}

fn quantile_row(name: &str, q: &Quantiles) -> Vec<String> {
    let mut row = vec![format!("  {name}")];
    row.extend([q.p50, q.p90, q.p95, q.p99, q.p999, q.max].map(|us| or_nothing(q, us)));
    row
}

/// A quantile of times, or that there were none.
fn or_nothing(of: &Quantiles, us: u64) -> String {
    if of.count == 0 {
        "–".to_owned()
    } else {
        duration(us)
    }
}

fn verdicts(text: &mut String, summary: &Summary) {
    for warning in summary.generator_warnings() {
        text.push_str(&alarm(&warning));
    }
    if summary.unfaithful {
        text.push_str(&alarm(
            "unfaithful: more than 5 % of the answers differ, so these latencies are of other work",
        ));
    }
    for (name, fault) in &summary.faults {
        let _ = writeln!(
            text,
            "  fault {name}: {} injected, {} errors observed",
            count(fault.injected),
            count(fault.observed_errors)
        );
    }
    effects(text, summary);
    for check in &summary.checks {
        let mark = if check.held { "held" } else { "FAILED" };
        let _ = writeln!(text, "  check {} {mark}: {}", check.check, check.readable);
    }
}

/// What faults of proxies became for users, how the run got over each disturbance, and what commands came to.
fn effects(text: &mut String, summary: &Summary) {
    for fault in &summary.effects.amplification {
        let _ = writeln!(text, "  {} {}", fault.fault, fault.injected());
        let _ = writeln!(
            text,
            "    users saw {}: {}",
            fault.total.errors(),
            fault.total.amplified()
        );
        for seen in fault.worst().into_iter().take(LISTED) {
            let operation = seen.operation.as_deref().unwrap_or_default();
            let (errors, times) = (seen.errors(), seen.amplified());
            let _ = writeln!(text, "      {operation}: {errors}: {times}");
        }
        if !fault.together_with.is_empty() {
            let others = fault.together_with.join(" and ");
            let _ = writeln!(text, "    at the same time: {others}");
        }
    }
    for recovery in &summary.effects.recovery {
        let verdict = recovery.total.verdict();
        let line = format!("after {}: {verdict}", recovery.disturbances());
        match recovery.total.state {
            RecoveryState::Recovered | RecoveryState::Unknown => {
                let _ = writeln!(text, "  {line}");
            }
            RecoveryState::NotRecovered | RecoveryState::CutShort => text.push_str(&alarm(&line)),
        }
        for row in recovery.later().into_iter().take(LISTED) {
            let operation = row.operation.as_deref().unwrap_or_default();
            let _ = writeln!(text, "      {operation}: {}", row.verdict());
        }
    }
    for command in &summary.commands {
        let took = duration(command.took_us);
        let at = moment(command.at_us);
        let what = brief(&command.command);
        let line = match command.failure.as_str() {
            "" => format!("at {at} run {what}: done in {took}"),
            failure => format!("at {at} run {what}: {failure}"),
        };
        if command.failure.is_empty() {
            let _ = writeln!(text, "  {line}");
        } else {
            text.push_str(&alarm(&line));
        }
        for line in last_lines(&command.output) {
            let _ = writeln!(text, "      {line}");
        }
    }
}

/// Operations and lines that are listed under one fault or command; `--json` has all.
const LISTED: usize = 5;

/// The last lines of what a command wrote, without what would move the cursor.
fn last_lines(output: &str) -> Vec<String> {
    let lines: Vec<&str> = output.trim_end().lines().collect();
    let from = lines.len().saturating_sub(LISTED);
    let shown = lines.iter().skip(from);
    shown
        .map(|line| line.replace(char::is_control, " "))
        .collect()
}

/// Operations that are listed; `--json` has all.
const OPERATIONS: usize = 12;

fn operations(text: &mut String, summary: &Summary) {
    if summary.operations.is_empty() {
        return;
    }
    let mut table = Table::new(&["  operation", "sent", "p50", "p95", "p99", "new errors"]);
    for operation in summary.operations.iter().take(OPERATIONS) {
        table.row(vec![
            format!("  {}", operation.operation),
            count(operation.sent),
            or_nothing(&operation.response_us, operation.response_us.p50),
            or_nothing(&operation.response_us, operation.response_us.p95),
            or_nothing(&operation.response_us, operation.response_us.p99),
            percent(operation.error_rate),
        ]);
    }
    text.push('\n');
    text.push_str(&table.render());
    let more = summary.operations.len().saturating_sub(OPERATIONS);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more; --json has all");
    }
}
