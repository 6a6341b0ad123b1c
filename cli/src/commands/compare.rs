//! `reprise compare A B`: what changed, in words and numbers. Exit code 1 when B regressed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use reprise_app::readable::{change, duration, percent, rate};
use reprise_app::{CompareRequest, Comparison, Verdict, comparison_markdown};

use super::forms::{is_standard_output, to_file};
use super::{Context, watched};
use crate::arguments::CompareArguments;
use crate::percentage::percentage;
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
            .map(|text| percentage("--min-effect", text))
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
            format!("  {name}"),
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
    text
}
