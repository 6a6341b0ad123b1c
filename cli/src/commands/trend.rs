//! `reprise trend NAME`: the last runs of a plan, and where they took a step.

use std::fmt::Write as _;
use std::process::ExitCode;

use reprise_app::Trend;
use reprise_app::readable::{counted, duration, percent, rate};

use super::Context;
use crate::arguments::TrendArguments;
use crate::output;
use crate::table::Table;

pub(crate) fn run(context: &Context, arguments: &TrendArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let trend = library.trend(&arguments.name, arguments.last as usize)?;
    if context.json {
        output::json(&trend)?;
    } else {
        output::text(&describe(&trend))?;
    }
    if let Some(path) = &arguments.html {
        library.write_trend_report(&trend, path)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(trend: &Trend) -> String {
    let mut text = format!(
        "{}: {} of {}\n",
        trend.name,
        counted(trend.runs.len() as u64, "run"),
        trend.recording
    );
    for line in trend.sentences() {
        let _ = writeln!(text, "  {line}");
    }
    if trend.left_out > 0 {
        let _ = writeln!(
            text,
            "  left out, since they are of another plan than the newest: {}",
            trend.left_out
        );
    }
    let mut table = Table::new(&[
        "  run",
        "started",
        "p50",
        "p95",
        "p99",
        "new errors",
        "answered/s",
        "checks",
        "<step",
    ]);
    for run in &trend.runs {
        let steps = trend.steps.iter().filter(|step| step.run == run.run);
        let steps: Vec<String> = steps
            .map(|step| format!("{} {}", step.what, if step.worse { "rose" } else { "fell" }))
            .collect();
        table.row(vec![
            format!("  {}", run.run),
            run.started_at.clone(),
            duration(run.p50_us),
            duration(run.p95_us),
            duration(run.p99_us),
            percent(run.error_rate),
            rate(run.answered_per_s),
            if run.held { "held" } else { "failed" }.to_owned(),
            steps.join(", "),
        ]);
    }
    text.push_str(&table.render());
    text
}
