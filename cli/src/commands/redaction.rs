//! `reprise redaction`: the rules in force, what they would do to a recording, and whether a recording
//! still holds what they take. Findings name places, never values.

use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use reprise_app::readable::{count, counted};
use reprise_app::{PreviewAnswer, RulesAnswer, ScanAnswer, init_redaction_rules, redaction_rules};
use serde_json::json;

use super::{Context, named_counts};
use crate::arguments::{RedactionCommand, RedactionCommandArguments};
use crate::progress::Progress;
use crate::{exit, output};

/// Findings printed; `--json` has more of them.
const SHOWN: usize = 20;

pub(crate) fn run(
    context: &Context,
    arguments: RedactionCommandArguments,
) -> anyhow::Result<ExitCode> {
    match arguments.command {
        RedactionCommand::Init => init(context),
        RedactionCommand::Rules { rules } => list(context, rules.as_deref()),
        RedactionCommand::Preview { recording, rules } => {
            preview(context, &recording, rules.as_deref())
        }
        RedactionCommand::Check {
            recording, rules, ..
        } => check(context, recording.as_deref(), rules.as_deref()),
    }
}

fn init(context: &Context) -> anyhow::Result<ExitCode> {
    let file = init_redaction_rules()?;
    if context.json {
        output::json(&json!({ "file": file }))?;
    } else {
        output::text(&format!(
            "{}: edit it; it is in force from the next recording on\n",
            file.display()
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn list(context: &Context, file: Option<&Path>) -> anyhow::Result<ExitCode> {
    let answer = redaction_rules(file)?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(answer: &RulesAnswer) -> String {
    let source = match &answer.source {
        Some(file) => format!("of {}, then the built-in ones", file.display()),
        None => "built in (`reprise redaction init` makes a file for others)".to_owned(),
    };
    let mut text = format!("rules {source}; the first that matches decides\n");
    for rule in &answer.rules {
        let origin = if rule.built_in { "built in" } else { "own" };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{} ({origin}): {}", rule.name, rule.action);
        if let Some(filter) = &rule.filter {
            let _ = writeln!(text, "  where {filter}");
        }
        for target in &rule.matches {
            let _ = writeln!(text, "  {target}");
        }
    }
    text
}

fn preview(context: &Context, recording: &str, file: Option<&Path>) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let answer = library.preview_redaction_file(recording, file)?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&describe_preview(&answer))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn describe_preview(answer: &PreviewAnswer) -> String {
    let looked_at = if answer.more { "first " } else { "" };
    let mut text = format!(
        "{}: {looked_at}{}\n",
        answer.recording,
        counted(answer.exchanges.into(), "exchange")
    );
    if !answer.raw {
        text.push_str(
            "its secrets were replaced when it was recorded; shown is what these rules would still take\n",
        );
    }
    for rule in answer.rules.iter().filter(|rule| rule.hits > 0) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{}: {}", rule.rule.name, count(rule.hits));
        for example in &rule.examples {
            let _ = writeln!(
                text,
                "  exchange {}, {}\n    - {}{}{}\n    + {}{}{}",
                example.exchange,
                example.place,
                example.lead,
                example.before,
                example.tail,
                example.lead,
                example.after,
                example.tail,
            );
        }
    }
    if answer.rules.iter().all(|rule| rule.hits == 0) {
        text.push_str("no rule takes anything\n");
    }
    text
}

fn check(
    context: &Context,
    recording: Option<&str>,
    file: Option<&Path>,
) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let mut progress = Progress::open_ended("checking", context.json);
    let answer = library.scan_for_secrets(recording, file, |exchanges| {
        progress.update(None, &counted(exchanges, "exchange"));
    });
    progress.finish();
    let answer = answer?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&describe_scan(&answer))?;
    }
    Ok(if answer.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::JUDGED)
    })
}

fn describe_scan(answer: &ScanAnswer) -> String {
    let mut text = format!(
        "{} of {}: ",
        counted(answer.exchanges, "exchange"),
        answer.recordings.join(", ")
    );
    if answer.is_clean() {
        text.push_str("the rules find nothing\n");
        return text;
    }
    let found = named_counts(answer.found.iter().map(|(rule, n)| (rule.as_str(), *n)));
    // Writing to a String cannot fail.
    let _ = writeln!(text, "found {found}");
    for finding in answer.findings.iter().take(SHOWN) {
        let _ = writeln!(
            text,
            "  {} exchange {}: {} in the {}",
            finding.recording, finding.exchange, finding.rule, finding.place
        );
    }
    if answer.findings.len() > SHOWN {
        text.push_str("  and more; `--json` lists them\n");
    }
    text.push_str(
        "import the capture again with rules that take these, and delete this recording\n",
    );
    text
}
