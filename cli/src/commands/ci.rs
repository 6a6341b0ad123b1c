//! `reprise ci`: plays what `reprise.toml` says and judges it by its checks and against the newest runs of its
//! baseline. Exit code 1 when a check failed or something regressed.

mod config;
mod written;

use std::fmt::Write as _;
use std::process::ExitCode;

use reprise_app::answer::RunAnswer;
use reprise_app::{CompareRequest, Comparison, Error, Library, RunState, Verdict};
use serde::Serialize;

use super::{Context, compare, replay};
use crate::arguments::CiArguments;
use crate::stop::Stop;
use crate::{exit, output};
use config::Config;

/// What `--json` answers.
#[derive(Serialize)]
struct CiAnswer {
    /// The runs played.
    runs: Vec<String>,
    /// The runs they were compared with.
    baseline: Vec<String>,
    /// Whether every check held and nothing regressed.
    held: bool,
    /// Of the comparison; `not_compared` without a baseline.
    verdict: &'static str,
    /// Checks that did not hold, each after its run's name.
    failed_checks: Vec<String>,
    comparison: Option<Comparison>,
}

/// Everything that was played and found.
struct Outcome {
    runs: Vec<RunAnswer>,
    request: Option<CompareRequest>,
    comparison: Option<Comparison>,
}

pub(crate) fn run(context: &Context, arguments: &CiArguments) -> anyhow::Result<ExitCode> {
    let config = Config::read(&arguments.config)?;
    let library = context.existing_library()?;
    let baseline = match &config.baseline {
        Some(name) => newest(&library, name, config.repeat)?,
        None => Vec::new(),
    };
    let stop = Stop::listen()?;
    let mut runs = Vec::new();
    let first = next_number(&library, &arguments.name)?;
    for number in (first..).take(config.repeat as usize) {
        let mut request = config.replay.clone();
        request.run = Some(format!("{}-{number}", arguments.name));
        let run = replay::follow(library.replay(&request)?, context.json, &stop)?;
        let code = replay::code(&run.summary);
        let stopped = run.run.state == RunState::Stopped;
        runs.push(run);
        if code == exit::REFUSED || stopped {
            return Ok(ExitCode::from(if stopped { exit::JUDGED } else { code }));
        }
    }
    let request = (!baseline.is_empty()).then(|| CompareRequest {
        a: baseline,
        b: runs.iter().map(|run| run.run.name.clone()).collect(),
        min_effect: config.min_effect,
    });
    let comparison = request.as_ref().map(|request| library.compare(request));
    let outcome = Outcome {
        runs,
        comparison: comparison.transpose()?,
        request,
    };
    let answer = answer(&outcome);
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer, &config))?;
    }
    written::write(&library, &config.write, &outcome)?;
    written::notify(&config, &outcome, &answer);
    Ok(ExitCode::from(if answer.held { 0 } else { exit::JUDGED }))
}

/// The number of a run called `NAME-NUMBER`.
fn number(run: &str, name: &str) -> Option<u32> {
    run.strip_prefix(name)?.strip_prefix('-')?.parse().ok()
}

fn next_number(library: &Library, name: &str) -> Result<u32, Error> {
    let runs = library.runs()?;
    let numbers = runs.iter().filter_map(|run| number(&run.run.name, name));
    Ok(numbers.max().unwrap_or(0).saturating_add(1))
}

/// The newest complete runs called `NAME-NUMBER`, at most so many, the oldest first.
fn newest(library: &Library, name: &str, most: u32) -> Result<Vec<String>, Error> {
    let runs = library.runs()?.into_iter().map(|run| run.run);
    let complete = runs.filter(|run| run.state == RunState::Complete);
    let numbered = complete.filter_map(|run| Some((number(&run.name, name)?, run.name)));
    let mut numbered: Vec<(u32, String)> = numbered.collect();
    numbered.sort();
    let first = numbered.len().saturating_sub(most as usize);
    Ok(numbered.drain(first..).map(|(_, name)| name).collect())
}

fn answer(outcome: &Outcome) -> CiAnswer {
    let failed = outcome.runs.iter().flat_map(|run| {
        let checks = run.summary.checks.iter().filter(|check| !check.held);
        checks.map(|check| format!("{}: {} ({})", run.run.name, check.check, check.readable))
    });
    let failed_checks: Vec<String> = failed.collect();
    let verdict = outcome
        .comparison
        .as_ref()
        .map(|comparison| comparison.verdict);
    CiAnswer {
        runs: outcome
            .runs
            .iter()
            .map(|run| run.run.name.clone())
            .collect(),
        baseline: outcome
            .request
            .as_ref()
            .map(|request| request.a.clone())
            .unwrap_or_default(),
        held: failed_checks.is_empty() && verdict != Some(Verdict::Regressed),
        verdict: verdict.map_or("not_compared", Verdict::name),
        failed_checks,
        comparison: outcome.comparison.clone(),
    }
}

fn describe(answer: &CiAnswer, config: &Config) -> String {
    let mut text = String::new();
    for check in &answer.failed_checks {
        let _ = writeln!(text, "check failed in {check}");
    }
    match (&answer.comparison, &config.baseline) {
        (Some(comparison), _) => text.push_str(&compare::describe(comparison)),
        (None, Some(baseline)) => {
            let _ = writeln!(
                text,
                "there is no complete run called {baseline}-1 or the like yet: judged by the checks alone; \
                 `reprise ci --as {baseline}` plays the baseline"
            );
        }
        (None, None) => {}
    }
    let _ = writeln!(
        text,
        "{}: {}",
        answer.runs.join(", "),
        if answer.held { "held" } else { "did not hold" }
    );
    text
}
