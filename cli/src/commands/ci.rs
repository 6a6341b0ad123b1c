//! `reprise ci`: plays what `reprise.toml` says and judges it by its checks and against the newest runs of its
//! baseline. Exit code 1 when a check failed or something regressed.

mod config;
mod written;

use std::fmt::Write as _;
use std::process::ExitCode;

use reprise_app::answer::RunAnswer;
use reprise_app::{CompareRequest, Comparison, SeriesEnd, SeriesRequest, Verdict};
use schemars::JsonSchema;
use serde::Serialize;

use super::replay::series;
use super::{Context, compare};
use crate::arguments::CiArguments;
use crate::live::Live;
use crate::stop::Stop;
use crate::{exit, output};
use config::Config;

/// What `--json` answers.
#[derive(JsonSchema, Serialize)]
pub(super) struct CiAnswer {
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
    /// What the runs are called before their number.
    name: String,
    runs: Vec<RunAnswer>,
    request: Option<CompareRequest>,
    comparison: Option<Comparison>,
}

pub(crate) fn run(context: &Context, arguments: &CiArguments) -> anyhow::Result<ExitCode> {
    let config = Config::read(&arguments.config)?;
    written::check(&config.write)?;
    let library = context.existing_library()?;
    let baseline = match &config.baseline {
        Some(name) => library.newest_numbered(name, config.repeat)?,
        None => Vec::new(),
    };
    let stop = Stop::listen()?;
    let mut replay = config.replay.clone();
    replay.run = Some(arguments.name.clone());
    let turns = library.turns(&SeriesRequest {
        replay,
        b: None,
        repeat: config.repeat,
    })?;
    let played = series::play(&library, &turns, &Live::progress(context.json), &stop)?;
    let runs: Vec<RunAnswer> = played.runs.into_iter().map(|(_, run)| run).collect();
    match played.ended {
        None => {}
        Some(SeriesEnd::Failed(error)) => return Err(error),
        Some(SeriesEnd::Refused) => return Ok(ExitCode::from(exit::REFUSED)),
        Some(SeriesEnd::Stopped) => return Ok(ExitCode::from(exit::JUDGED)),
    }
    let request = (!baseline.is_empty()).then(|| CompareRequest {
        a: baseline,
        b: runs.iter().map(|run| run.run.name.clone()).collect(),
        min_effect: config.min_effect,
    });
    let comparison = request.as_ref().map(|request| library.compare(request));
    let outcome = Outcome {
        name: arguments.name.clone(),
        runs,
        comparison: comparison.transpose()?,
        request,
    };
    let answer = answer(&outcome);
    written::write(&library, &config.write, &outcome)?;
    written::notify(&config, &outcome, &answer);
    let told = if context.json {
        output::json(&answer)
    } else {
        output::text(&describe(&answer, &config))
    };
    // a reader that had enough (`| head`) changes nothing of the verdict
    if let Err(error) = told
        && !exit::is_broken_pipe(&error)
    {
        return Err(error);
    }
    Ok(ExitCode::from(if answer.held { 0 } else { exit::JUDGED }))
}

fn answer(outcome: &Outcome) -> CiAnswer {
    let failed_checks = series::failed_checks(outcome.runs.iter());
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
