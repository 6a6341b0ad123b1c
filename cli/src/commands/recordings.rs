//! `reprise recordings`, `show` and `operations`: what is in the file and in one recording.

use std::fmt::Write as _;
use std::process::ExitCode;

use reprise_app::RecordingState;
use reprise_app::answer::{RecordingAnswer, RecordingHead};
use reprise_app::readable::{bytes, count, counted, duration, moment};

use super::note::described;
use super::{Context, named_counts};
use crate::arguments::{NameArguments, OperationsArguments};
use crate::output;
use crate::table::Table;
use crate::whole::at_most;

pub(crate) fn list(context: &Context) -> anyhow::Result<ExitCode> {
    let recordings = context.existing_library()?.recordings()?;
    if context.json {
        output::json_lines(recordings)?;
        return Ok(ExitCode::SUCCESS);
    }
    if recordings.is_empty() {
        output::text(
            "no recordings yet; make one with `reprise record`, `reprise import` or `reprise demo`\n",
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&[
        "name", "started", "length", "http", "mysql", "stored", "state", "<tags",
    ]);
    for answer in recordings {
        let state = state_of(&answer.recording);
        table.row(vec![
            answer.recording.name,
            answer.recording.started_at,
            moment(answer.recording.duration_ms * 1_000),
            count(answer.exchanges.http),
            count(answer.exchanges.mysql),
            bytes(answer.bytes.stored),
            state,
            answer.recording.tags.join(" "),
        ]);
    }
    output::text(&table.render())?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn show(context: &Context, arguments: &NameArguments) -> anyhow::Result<ExitCode> {
    let answer = context.existing_library()?.recording(&arguments.name)?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn operations(
    context: &Context,
    arguments: &OperationsArguments,
) -> anyhow::Result<ExitCode> {
    let operations = context
        .existing_library()?
        .operations(&arguments.name, at_most(arguments.limit))?;
    if context.json {
        output::json_lines(operations)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&["operation", "exchanges", "errors", "p50", "p95", "p99"]);
    for row in operations {
        table.row(vec![
            row.operation,
            count(row.exchanges),
            count(row.errors),
            duration(row.latency_us.p50),
            duration(row.latency_us.p95),
            duration(row.latency_us.p99),
        ]);
    }
    output::text(&table.render())?;
    Ok(ExitCode::SUCCESS)
}

/// A recording in a few lines: what is in it, then every loss that is not zero.
pub(crate) fn describe(answer: &RecordingAnswer) -> String {
    let mut text = format!(
        "{}: {} of traffic from {}{}\n",
        answer.recording.name,
        moment(answer.recording.duration_ms * 1_000),
        answer.recording.source,
        match answer.recording.state {
            RecordingState::Complete => "",
            RecordingState::Recording => " (still being recorded)",
            RecordingState::Interrupted => " (interrupted: all that was committed is here)",
        },
    );
    let raw = if answer.recording.raw {
        "  raw: its secrets are stored as they were captured (--store-raw)".to_owned()
    } else {
        String::new()
    };
    let redacted = named_counts(answer.redacted.iter().map(|(rule, n)| (rule.as_str(), *n)));
    let lines = [
        format!(
            "  {} HTTP and {} MySQL exchanges on {}",
            count(answer.exchanges.http),
            count(answer.exchanges.mysql),
            counted(answer.connections, "connection")
        ),
        format!(
            "  {} captured, {} stored",
            bytes(answer.bytes.captured),
            bytes(answer.bytes.stored)
        ),
        raw,
        match redacted.as_str() {
            "" => String::new(),
            counts => format!("  redacted: {counts}"),
        },
        format!("  lost: {}", losses(answer)),
    ];
    text.push_str(&described(&answer.recording.note, &answer.recording.tags));
    for line in lines.iter().filter(|line| !line.is_empty()) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{line}");
    }
    text
}

/// Whether a recording is whole, and whether it holds secrets.
fn state_of(recording: &RecordingHead) -> String {
    let state = recording.state.name();
    if recording.raw {
        format!("{state}, raw")
    } else {
        state.to_owned()
    }
}

fn losses(answer: &RecordingAnswer) -> String {
    let losses = reprise_app::losses(&answer.loss);
    if losses.is_empty() {
        return "nothing".to_owned();
    }
    let parts: Vec<String> = losses
        .iter()
        .map(|loss| format!("{} {}", count(loss.count), loss.what))
        .collect();
    parts.join(", ")
}
