//! `reprise knee NAME`: the highest rate a target holds. Exit code 1 when it does not even hold the first.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::process::ExitCode;

use reprise_app::readable::{count, duration, percent, rate};
use reprise_app::{Bounds, KneeAnswer, KneeRequest, KneeStep, Tried, parse_factor};

use super::{Context, replay};
use crate::arguments::KneeArguments;
use crate::percentage::percentage;
use crate::stop::Stop;
use crate::table::Table;
use crate::{exit, output};

pub(crate) fn run(context: &Context, arguments: KneeArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let yes = arguments.targets.yes;
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
    let answer = library.knee(&request, &|| stop.asked(), &mut |step, times| {
        say(&format!("trying {}", readable(times)));
        replay::follow(library.replay(step)?, context.json, &stop)
    })?;
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&describe(&answer))?;
    }
    Ok(if answer.holds.is_some() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(exit::JUDGED)
    })
}

#[expect(clippy::print_stderr, reason = "progress belongs on stderr")]
fn say(line: &str) {
    eprintln!("reprise: {line}");
}

fn request(arguments: KneeArguments) -> anyhow::Result<KneeRequest> {
    let search = arguments.search;
    let bounds = Bounds {
        from: parse_factor(&search.from)?,
        to: parse_factor(&search.to)?,
        within: percentage("--within", &search.within)?,
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
fn describe(answer: &KneeAnswer) -> String {
    let mut text = String::new();
    let name = &answer.recording;
    let _ = match (&answer.holds, &answer.fails) {
        (Some(holds), Some(fails)) => writeln!(
            text,
            "{name} holds at {} and {} at {}: {}",
            at(holds),
            if answer.generator_limited {
                "could not be sent"
            } else {
                "fails"
            },
            at(fails),
            fails.why.as_deref().unwrap_or_default()
        ),
        (Some(holds), None) if answer.stopped => {
            writeln!(
                text,
                "{name} holds at {}; the search was stopped there",
                at(holds)
            )
        }
        (Some(holds), None) => writeln!(
            text,
            "{name} holds at {}, the highest rate tried; raise --to to find its edge",
            at(holds)
        ),
        (None, Some(fails)) if answer.generator_limited => writeln!(
            text,
            "{name} could not even be sent at {}, the lowest rate tried: {}",
            at(fails),
            fails.why.as_deref().unwrap_or_default()
        ),
        (None, Some(fails)) => writeln!(
            text,
            "{name} does not hold at {}, the lowest rate tried: {}; lower --from, or loosen the checks",
            at(fails),
            fails.why.as_deref().unwrap_or_default()
        ),
        (None, None) => writeln!(
            text,
            "{name}: the search was stopped before its first step ended"
        ),
    };
    if answer.stopped && answer.fails.is_some() {
        text.push_str("  the search was stopped; the edge may be anywhere between\n");
    }
    if answer.generator_limited {
        text.push_str(
            "  the generator was the limit, not the target: replay from a machine with more free cores\n",
        );
    }
    if let Some(first) = &answer.first_to_break {
        let some = |us: Option<u64>| us.map_or_else(|| "n/a".to_owned(), duration);
        let _ = writeln!(
            text,
            "  first to break: {}, at {} (p95 {}, at the lowest rate {}; new errors {})",
            first.operation,
            readable(first.at),
            some(first.p95_us),
            some(first.before_p95_us),
            percent(first.error_rate)
        );
    }
    text.push_str(&steps(&answer.steps));
    text
}

/// The steps by rate: the curve of response time and throughput.
fn steps(steps: &[KneeStep]) -> String {
    let mut rising: Vec<&KneeStep> = steps.iter().collect();
    rising.sort_by(|a, b| a.times.total_cmp(&b.times));
    let mut table = Table::new(&[
        "  rate",
        "asked/s",
        "sent/s",
        "p50",
        "p99",
        "new errors",
        "",
        "run",
    ]);
    for step in rising {
        let how = match step.how {
            Tried::Held => "held",
            Tried::Failed => "failed",
            Tried::GeneratorLimited => "generator late",
        };
        table.row(vec![
            format!("  {}", readable(step.times)),
            rate(step.asked_per_s),
            rate(step.sent_per_s),
            duration(step.p50_us),
            duration(step.p99_us),
            percent(step.error_rate),
            how.to_owned(),
            step.run.clone(),
        ]);
    }
    table.render()
}

/// `11.3x (1,130/s)`.
fn at(step: &KneeStep) -> String {
    let per_s = count(step.asked_per_s.round() as u64);
    format!("{} ({per_s}/s)", readable(step.times))
}

fn readable(times: f64) -> String {
    format!("{times}x")
}
