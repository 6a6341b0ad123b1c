//! `reprise knee NAME`: the highest rate a target holds. Exit code 1 when it does not even hold the first.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::process::ExitCode;

use reprise_app::readable::{duration, percent, rate};
use reprise_app::{
    Bounds, KneeAnswer, KneeRequest, Tried, parse_factor, parse_percentage, why_silent,
};

use super::{Context, replay};
use crate::arguments::KneeArguments;
use crate::aside;
use crate::live::Live;
use crate::stop::Stop;
use crate::table::Table;
use crate::{exit, output};

pub(crate) fn run(context: &Context, arguments: KneeArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let yes = arguments.targets.yes;
    let html = arguments.search.html.clone();
    if let Some(path) = &html {
        library.check_report_path(path)?;
    }
    let request = request(arguments)?;
    // planned for the question only: each step is planned for its own rate
    let asks = !yes && std::io::stdin().is_terminal();
    let stop = Stop::listen()?;
    if asks {
        let planned = replay::planning(context.json, &stop, |watch| {
            library.plan_replay(&request.replay, watch)
        })?;
        if !replay::go_on(&planned)? {
            return Ok(ExitCode::from(exit::REFUSED));
        }
    }
    let live = Live::progress(context.json);
    let mut silent = None;
    let answer = library.knee(&request, &|| stop.asked(), &mut |step, times| {
        say(&format!("trying {}", readable(times)));
        let run = replay::follow(library.replay(step)?, &live, &stop)?;
        silent = silent.take().or_else(|| why_silent(&run.summary));
        Ok::<_, anyhow::Error>(run)
    })?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    if answer.steps.is_empty() {
        return Ok(ExitCode::from(exit::JUDGED));
    }
    if let Some(path) = html {
        library.write_knee_report(&answer.name, &path)?;
    }
    say(&format!(
        "`reprise report {}` shows this again",
        answer.name
    ));
    Ok(if answer.holds.is_some() {
        ExitCode::SUCCESS
    } else if let Some(why) = silent {
        replay::say_silent(&why);
        ExitCode::from(exit::REFUSED)
    } else {
        ExitCode::from(exit::JUDGED)
    })
}

fn say(line: &str) {
    aside::say(format_args!("reprise: {line}"));
}

fn request(arguments: KneeArguments) -> anyhow::Result<KneeRequest> {
    let search = arguments.search;
    let bounds = Bounds {
        from: parse_factor(&search.from)?,
        to: parse_factor(&search.to)?,
        within: parse_percentage("--within", &search.within)?,
    };
    let mut replay = replay::request::played(
        arguments.name,
        arguments.sending,
        arguments.targets,
        arguments.changing,
        arguments.judging,
    );
    replay.run = search.run;
    replay.before = search.before;
    replay.seed = search.seed;
    Ok(KneeRequest {
        replay,
        bounds,
        by: search.by.into(),
        step: search.step,
        settle: search.settle,
        rest: search.rest,
    })
}

/// The edge as a person reads it, then every step.
pub(crate) fn describe(answer: &KneeAnswer) -> String {
    let mut lines = answer.sentences().into_iter();
    let mut text = lines.next().unwrap_or_default();
    text.push('\n');
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
    text.push_str(&steps(answer));
    text
}

/// The steps by rate: the curve of response time and throughput.
fn steps(answer: &KneeAnswer) -> String {
    let mut table = Table::new(&[
        "  rate",
        "asked/s",
        "sent/s",
        "answered/s",
        "p50",
        "p95",
        "p99",
        "new errors",
        "",
        "run",
    ]);
    for step in answer.rising() {
        let how = match step.how {
            Tried::Held => "held",
            Tried::Failed => "failed",
            Tried::GeneratorLimited => "generator limit",
        };
        table.row(vec![
            format!("  {}", readable(step.times)),
            rate(step.asked_per_s),
            rate(step.sent_per_s),
            rate(step.answered_per_s),
            duration(step.p50_us),
            duration(step.p95_us),
            duration(step.p99_us),
            percent(step.error_rate),
            how.to_owned(),
            step.run.clone(),
        ]);
    }
    table.render()
}

fn readable(times: f64) -> String {
    format!("{times}x")
}
