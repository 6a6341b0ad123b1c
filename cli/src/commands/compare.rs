//! `reprise compare A B`: what changed, in words and numbers. Exit code 1 when B regressed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use reprise_app::readable::{brief, change, duration, percent, quantile_name, rate};
use reprise_app::{
    AnswerExample, CompareRequest, Comparison, Verdict, comparison_markdown, parse_least_effect,
    status_name,
};

use super::forms::{is_standard_output, to_file};
use super::{Context, watched};
use crate::arguments::CompareArguments;
use crate::table::Table;
use crate::{exit, output};

pub(crate) fn run(context: &Context, arguments: &CompareArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let request = CompareRequest {
        a: names(&arguments.a),
        b: names(&arguments.b),
        min_effect: arguments
            .min_effect
            .as_deref()
            .map(|text| parse_least_effect("--min-effect", text))
            .transpose()?,
    };
    let comparison = library.compare(&request)?;
    if let Some(path) = &arguments.html {
        library.write_comparison_report(&request, path)?;
    }
    let markdown = arguments.markdown.as_deref();
    let printed = markdown.is_some_and(is_standard_output);
    if let Some(path) = markdown.filter(|_| !printed) {
        let text = comparison_markdown(&comparison);
        to_file(path, |to| Ok(to.write_all(text.as_bytes())?))?;
    }
    if printed {
        output::text(&comparison_markdown(&comparison))?;
    } else if context.json {
        output::json(&comparison)?;
    } else {
        output::text(&describe(&comparison))?;
    }
    let regressed = comparison.verdict == Verdict::Regressed;
    Ok(if regressed {
        ExitCode::from(exit::JUDGED)
    } else {
        ExitCode::SUCCESS
    })
}

/// `a1,a2,a3` as three runs.
fn names(list: &str) -> Vec<String> {
    let names = list
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty());
    names.map(str::to_owned).collect()
}

/// A comparison as a person reads it.
pub(crate) fn describe(comparison: &Comparison) -> String {
    let mut text = format!(
        "{} against {}: {}\n",
        comparison.b,
        comparison.a,
        comparison.verdict.name()
    );
    for why in &comparison.why {
        let _ = writeln!(text, "  {why}");
    }
    let mut table = Table::new(&["", "A", "B", "change", "95 % interval"]);
    for (name, quantile) in &comparison.quantiles {
        table.row(vec![
            format!("  {}", quantile_name(name)),
            quantile.a.map_or_else(|| "n/a".to_owned(), duration),
            quantile.b.map_or_else(|| "n/a".to_owned(), duration),
            quantile.change.map_or_else(|| "n/a".to_owned(), change),
            match (quantile.low, quantile.high) {
                (Some(low), Some(high)) => format!("{} ... {}", change(low), change(high)),
                _ => "too few".to_owned(),
            },
        ]);
    }
    text.push_str(&table.render());
    let errors = &comparison.error_rate;
    let _ = writeln!(
        text,
        "  new errors {} -> {}",
        percent(errors.a),
        percent(errors.b)
    );
    let answers = &comparison.throughput;
    let _ = writeln!(
        text,
        "  answers a second {} -> {}",
        rate(answers.a),
        rate(answers.b)
    );
    watched::of_comparison(&mut text, &comparison.watch);
    changed_answers(&mut text, comparison);
    text
}

/// What was answered differently, with examples of the first operations.
fn changed_answers(text: &mut String, comparison: &Comparison) {
    if comparison.answers.is_empty() {
        return;
    }
    text.push_str("\n  answers that changed\n");
    for (place, change) in comparison.answers.iter().enumerate() {
        let _ = writeln!(text, "    {}: {}", change.operation, change.words());
        let example = change.example.as_ref().filter(|_| place < EXAMPLES);
        if let Some(example) = example {
            side_by_side(text, example);
        }
    }
    text.push_str("  all examples, and all of their lines: --html, --json\n");
}

/// Operations whose answers are shown, and lines of each.
const EXAMPLES: usize = 3;
const LINES: usize = 16;

/// The width of each answer.
const COLUMN: usize = 54;

/// Both answers, with a mark between what differs.
fn side_by_side(text: &mut String, example: &AnswerExample) {
    let head = |who: &str, status| format!("{who}: {}", status_name(status));
    let _ = writeln!(
        text,
        "      exchange {} {}, at {}",
        example.exchange,
        brief(&example.request),
        example.place
    );
    let mut row = |a: &str, mark: &str, b: &str| {
        let (a, b) = (cut(a), cut(b));
        let line = format!("      {a:<COLUMN$} {mark} {b}");
        let _ = writeln!(text, "{}", line.trim_end());
    };
    row(
        &head(example.a_is.name(), example.a_status),
        " ",
        &head("B", example.b_status),
    );
    for line in example.lines.iter().take(LINES) {
        let mark = if line.differs { "|" } else { " " };
        let side = |text: &Option<String>| text.clone().unwrap_or_default();
        row(&side(&line.a), mark, &side(&line.b));
    }
}

/// As much of a line as fits.
fn cut(line: &str) -> String {
    let shown = |letter: char| if letter.is_control() { ' ' } else { letter };
    if line.chars().count() <= COLUMN {
        return line.chars().map(shown).collect();
    }
    let beginning = line.chars().take(COLUMN - 1).map(shown);
    beginning.chain(['…']).collect()
}
