//! `reprise replay NAME --repeat N`, and `--http-b URL` for two sides in turn: every run is kept, two sides are compared.
//! Stopped half-way, what was played is compared as far as it got.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;
use std::process::ExitCode;

use reprise_app::answer::RunAnswer;
use reprise_app::readable::{duration, percent};
use reprise_app::{
    CompareRequest, Comparison, Library, PlayedSeries, ReportRequest, SecondSide, SeriesEnd,
    SeriesRequest, Side, Turn, Verdict, parse_least_effect, play_series,
};
use schemars::JsonSchema;
use serde::Serialize;

use super::{follow, go_on, planning, say_silent};
use crate::arguments::SeriesArguments;
use crate::aside;
use crate::commands::compare;
use crate::live::Live;
use crate::stop::Stop;
use crate::table::Table;
use crate::{exit, output};

/// Two sides that say nothing else are played so often each: it takes as many to see changes of the least effect.
const TWO_SIDES: u32 = 5;

/// Where B's MySQL goes when `--http-b` asks for a second side and `--mysql-b` does not say.
const MYSQL_B: &str = "REPRISE_MYSQL_B";

/// What was played of a series.
pub(crate) type Played = PlayedSeries<anyhow::Error>;

/// What `--json` answers.
#[derive(JsonSchema, Serialize)]
pub(crate) struct SeriesAnswer<'a> {
    /// The runs of A, or all runs.
    a: Vec<&'a RunAnswer>,
    /// The runs of B.
    b: Vec<&'a RunAnswer>,
    /// Whether it ended before its last run.
    stopped: bool,
    /// Whether every check held and B did not regress.
    held: bool,
    /// Checks that did not hold, each after its run's name.
    failed_checks: Vec<String>,
    /// Of two sides that both have a run.
    comparison: Option<&'a Comparison>,
}

/// Several runs, if the flags ask for them.
pub(super) fn asked(
    arguments: &SeriesArguments,
    replay: &reprise_app::ReplayRequest,
) -> Option<SeriesRequest> {
    let SeriesArguments {
        times,
        http_b,
        mysql_b,
        before_b,
        ..
    } = arguments;
    let b = (!http_b.is_empty() || mysql_b.is_some()).then(|| SecondSide {
        http: http_b.clone(),
        // where its MySQL goes may be kept out of the command line; a variable alone asks for no second side
        mysql: mysql_b.clone().or_else(|| std::env::var(MYSQL_B).ok()),
        before: before_b.clone(),
    });
    let repeat = times.unwrap_or(if b.is_some() { TWO_SIDES } else { 1 });
    (b.is_some() || repeat > 1).then(|| SeriesRequest {
        replay: replay.clone(),
        b,
        repeat,
    })
}

/// Plays a series and compares its sides.
pub(super) fn run(
    library: &Library,
    request: &SeriesRequest,
    arguments: &SeriesArguments,
    yes: bool,
    html: Option<&Path>,
    live: &Live,
) -> anyhow::Result<ExitCode> {
    let min_effect = least_effect(arguments)?;
    let turns = library.turns(request)?;
    let stop = Stop::listen()?;
    if !yes && std::io::stdin().is_terminal() && !each_side_goes_on(library, &turns, &stop)? {
        return Ok(ExitCode::from(exit::REFUSED));
    }
    let played = play(library, &turns, live, &stop)?;
    let compared = played.sides(min_effect);
    let comparison = compared.as_ref().map(|sides| library.compare(sides));
    let comparison = comparison.transpose()?;
    let failed_checks = failed_checks(played.runs.iter().map(|(_, run)| run));
    let regressed = comparison
        .as_ref()
        .is_some_and(|comparison| comparison.verdict == Verdict::Regressed);
    let answer = SeriesAnswer {
        a: played.of(Side::A),
        b: played.of(Side::B),
        stopped: played.ended.is_some(),
        held: failed_checks.is_empty() && !regressed,
        failed_checks,
        comparison: comparison.as_ref(),
    };
    if live.is_quiet() {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer, compared.as_ref()))?;
    }
    if let Some(path) = html.filter(|_| !played.runs.is_empty()) {
        write_page(library, &played, compared, path)?;
    }
    match played.ended {
        Some(SeriesEnd::Failed(error)) => Err(error),
        Some(SeriesEnd::Refused(_)) => Ok(ExitCode::from(exit::REFUSED)),
        _ if answer.held => Ok(ExitCode::SUCCESS),
        _ => Ok(ExitCode::from(exit::JUDGED)),
    }
}

/// The least change that counts, if one was given.
pub(super) fn least_effect(arguments: &SeriesArguments) -> Result<Option<f64>, reprise_app::Error> {
    let given = arguments.min_effect.as_deref();
    given
        .map(|text| parse_least_effect("--min-effect", text))
        .transpose()
}

/// Asks for each side whether its data may be changed.
fn each_side_goes_on(library: &Library, turns: &[Turn], stop: &Stop) -> anyhow::Result<bool> {
    for side in [Side::A, Side::B] {
        let Some(turn) = turns.iter().find(|turn| turn.side == side) else {
            continue;
        };
        let planned = planning(false, stop, |watch| {
            library.plan_replay(&turn.replay, watch)
        })?;
        if !go_on(&planned)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Plays the turns one after the other, telling how far it is.
pub(crate) fn play(
    library: &Library,
    turns: &[Turn],
    live: &Live,
    stop: &Stop,
) -> anyhow::Result<Played> {
    let all = turns.len();
    let played = play_series(
        turns,
        &|| stop.asked(),
        &mut |place, Turn { replay, .. }| {
            let name = replay.run.as_deref().unwrap_or_default();
            let say = || aside::say(format_args!("reprise: run {} of {all}: {name}", place + 1));
            // what is wrong with the first is wrong with all: it is said before any is spoken of
            if place > 0 {
                say();
            }
            let planned = planning(live.is_quiet(), stop, |watch| {
                library.plan_replay(replay, watch)
            })?;
            let job = library.start_replay(replay, planned)?;
            if place == 0 {
                say();
            }
            follow(job, live, stop)
        },
    )?;
    if let Some(SeriesEnd::Refused(why)) = &played.ended {
        say_silent(why);
    }
    Ok(played)
}

/// The checks of these runs that did not hold, each after its run's name.
pub(crate) fn failed_checks<'r>(runs: impl Iterator<Item = &'r RunAnswer>) -> Vec<String> {
    let failed = runs.flat_map(|run| {
        let checks = run.summary.checks.iter().filter(|check| !check.held);
        checks.map(|check| format!("{}: {} ({})", run.run.name, check.check, check.readable))
    });
    failed.collect()
}

fn describe(answer: &SeriesAnswer<'_>, compared: Option<&CompareRequest>) -> String {
    let mut text = String::new();
    let mut table = Table::new(&["run", "p50", "p95", "p99", "new errors", "state"]);
    for run in answer.a.iter().chain(&answer.b) {
        let times = &run.summary.response_us;
        table.row(vec![
            run.run.name.clone(),
            duration(times.p50),
            duration(times.p95),
            duration(times.p99),
            percent(run.summary.error_rate),
            run.run.state.name().to_owned(),
        ]);
    }
    text.push_str(&table.render());
    for check in &answer.failed_checks {
        let _ = writeln!(text, "check failed in {check}");
    }
    if answer.stopped {
        text.push_str("stopped before the last run\n");
    }
    if let (Some(comparison), Some(sides)) = (answer.comparison, compared) {
        text.push('\n');
        text.push_str(&compare::describe(comparison));
        let _ = writeln!(
            text,
            "to see this again: reprise compare {} {}",
            sides.a.join(","),
            sides.b.join(",")
        );
    }
    text
}

/// The comparison first, then the runs.
fn write_page(
    library: &Library,
    played: &Played,
    compared: Option<CompareRequest>,
    path: &Path,
) -> anyhow::Result<()> {
    let runs: Vec<String> = played
        .runs
        .iter()
        .map(|(_, run)| run.run.name.clone())
        .collect();
    let title = match &compared {
        Some(sides) => format!("{} against {}", sides.b.join(", "), sides.a.join(", ")),
        None => runs.join(", "),
    };
    let page = ReportRequest {
        title,
        comparisons: compared.into_iter().collect(),
        trend: None,
        runs,
    };
    Ok(library.write_report(&page, path)?)
}
