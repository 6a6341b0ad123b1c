//! `reprise ci`: plays what `reprise.toml` says and judges it by its checks and against the newest runs of its
//! baseline. Exit code 1 when a check failed or something regressed.

mod config;
mod written;

use std::fmt::Write as _;
use std::process::ExitCode;

use reprise_app::answer::RunAnswer;
use reprise_app::{
    Baseline, CompareRequest, Comparison, Error, Library, SeriesEnd, UnfitRun, Verdict,
};
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
    /// Runs of the baseline's name that were passed over, the newest last.
    passed_over: Vec<UnfitRun>,
    /// Those of `runs` that are called as the baseline and that nothing will be compared with; none with `--accept`.
    no_baseline: Vec<UnfitRun>,
    comparison: Option<Comparison>,
}

/// So many of the runs that were passed over are said.
const SAID: usize = 3;

/// Everything that was played and found.
struct Outcome {
    /// What the runs are called before their number.
    name: String,
    runs: Vec<RunAnswer>,
    baseline: Baseline,
    no_baseline: Vec<UnfitRun>,
    request: Option<CompareRequest>,
    comparison: Option<Comparison>,
}

pub(crate) fn run(context: &Context, arguments: &CiArguments) -> anyhow::Result<ExitCode> {
    let config = Config::read(&arguments.config)?;
    written::check(&config.write)?;
    let plays_baseline = config.baseline.as_ref() == Some(&arguments.name);
    if arguments.accept && !plays_baseline {
        return Err(Error::Usage(format!(
            "--accept: runs called {}-1 and so on are no baseline; play those of the baseline with --as",
            arguments.name
        ))
        .into());
    }
    let library = context.existing_library()?;
    let turns = config.turns(&library, &arguments.name)?;
    let stop = Stop::listen()?;
    let played = series::play(&library, &turns, &Live::progress(context.json), &stop)
        .map_err(|error| config.at_its_line(error))?;
    let runs: Vec<RunAnswer> = played.runs.into_iter().map(|(_, run)| run).collect();
    match played.ended {
        None => {}
        Some(SeriesEnd::Failed(error)) => return Err(error),
        Some(SeriesEnd::Refused(_)) => return Ok(ExitCode::from(exit::REFUSED)),
        Some(SeriesEnd::Stopped) => return Ok(ExitCode::from(exit::JUDGED)),
    }
    let baseline = match &config.baseline {
        Some(name) => library.baseline(name, config.repeat, &runs)?,
        None => Baseline::default(),
    };
    let no_baseline = if plays_baseline {
        unfit(&library, &runs, arguments.accept)?
    } else {
        Vec::new()
    };
    let request = (!baseline.runs.is_empty()).then(|| CompareRequest {
        a: baseline.runs.clone(),
        b: runs.iter().map(|run| run.run.name.clone()).collect(),
        min_effect: config.min_effect,
    });
    let comparison = request.as_ref().map(|request| library.compare(request));
    let outcome = Outcome {
        name: arguments.name.clone(),
        runs,
        baseline,
        no_baseline,
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
        baseline: outcome.baseline.runs.clone(),
        held: failed_checks.is_empty() && verdict != Some(Verdict::Regressed),
        verdict: verdict.map_or("not_compared", Verdict::name),
        failed_checks,
        passed_over: outcome.baseline.passed_over.clone(),
        no_baseline: outcome.no_baseline.clone(),
        comparison: outcome.comparison.clone(),
    }
}

/// The runs of the baseline just played that nothing will be compared with; none where they are taken all the same.
fn unfit(library: &Library, runs: &[RunAnswer], accept: bool) -> Result<Vec<UnfitRun>, Error> {
    let unfit = UnfitRun::of(runs);
    if !accept {
        return Ok(unfit);
    }
    for run in unfit {
        library.take_as_baseline(&run.run)?;
    }
    Ok(Vec::new())
}

fn describe(answer: &CiAnswer, config: &Config) -> String {
    let mut text = String::new();
    for check in &answer.failed_checks {
        let _ = writeln!(text, "check failed in {check}");
    }
    for UnfitRun { run, why } in &answer.no_baseline {
        let _ = writeln!(
            text,
            "{run} is no baseline: {why}; with --accept it is one all the same"
        );
    }
    let newest = answer.passed_over.iter().rev().take(SAID);
    for UnfitRun { run, why } in newest {
        let _ = writeln!(text, "{run} was passed over as a baseline: {why}");
    }
    match (&answer.comparison, &config.baseline) {
        (Some(comparison), _) => text.push_str(&compare::describe(comparison)),
        (None, Some(baseline)) if !answer.passed_over.is_empty() => {
            let _ = writeln!(
                text,
                "no run of {baseline} is fit to be compared with: judged by the checks alone; \
                 `reprise ci --as {baseline}` plays the baseline"
            );
        }
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
