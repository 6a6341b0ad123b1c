//! `reprise replay NAME`: a plan from flags, a run with a live line, a summary in which everything
//! planned is accounted for. Exit code 1 when a check failed.

mod dry_run;
pub(crate) mod request;
pub(crate) mod series;

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use reprise_app::answer::RunAnswer;
use reprise_app::readable::{count, counted};
use reprise_app::{
    Error, Library, PlannedReplay, Planning, PlanningWatch, ReplayJob, ReplayNews, ReplayRequest,
    SeriesRequest, Summary, why_silent,
};

use super::{Context, runs};
use crate::arguments::ReplayArguments;
use crate::aside;
use crate::keys::Keys;
use crate::live::Live;
use crate::progress::Progress;
use crate::stop::Stop;
use crate::{exit, output};

pub(crate) fn run(context: &Context, arguments: ReplayArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let dry_run = arguments.output.dry_run;
    let html = arguments.output.html.clone();
    let yes = arguments.targets.yes;
    let save_as = arguments.output.save_plan.clone();
    let several = arguments.series.clone();
    // among lines of JSON the answer is one
    let (lines, json) = (
        arguments.output.ticks,
        context.json || arguments.output.ticks,
    );
    let metrics = arguments.output.metrics.filter(|_| !dry_run);
    let control = arguments.output.control.clone().filter(|_| !dry_run);
    let token = arguments.judging.control_token.clone();
    let request = request::of(arguments)?;
    if let Some(path) = &html {
        library.check_report_path(path)?;
    }
    let live = Live::start(json, lines, metrics)?;
    if let Some(name) = &save_as {
        // a name that is taken is said before a long recording is read
        library.check_plan_name(name)?;
    }
    series::least_effect(&several)?;
    let series = series::asked(&several, &request);
    if series.is_none() {
        // those of several are this one with numbers
        library.check_run_name(&request)?;
    }
    if dry_run && let Some(b) = series.as_ref().and_then(SeriesRequest::of_b) {
        // what is shown is A's; that B can be sent to is found out all the same
        library.allow_targets(&b)?;
    }
    if series.is_some() && control.is_some() {
        let why = "--control is for one run: those that are compared are to be the same from beginning to end";
        return Err(Error::Usage(why.to_owned()).into());
    }
    if let Some(series) = series.as_ref().filter(|_| !dry_run) {
        keep_plan(&library, save_as.as_deref(), &request)?;
        return series::run(&library, series, &several, yes, html.as_deref(), &live);
    }
    let live = match control {
        Some(address) => live.taking_orders(&address, token)?,
        None => live,
    };
    let stop = Stop::listen()?;
    let planned = planning(json, &stop, |watch| library.plan_replay(&request, watch))?;
    keep_plan(&library, save_as.as_deref(), &request)?;
    if dry_run {
        let one = ReplayRequest {
            run: request.run.filter(|_| series.is_none()),
            ..request
        };
        return show(&library, &one, &planned, json);
    }
    if !yes && !go_on(&planned)? {
        return Ok(ExitCode::from(exit::REFUSED));
    }
    let job = library.start_replay(&request, planned)?;
    let answer = follow(job, &live.heeding_keys(), &stop)?;
    // The answer first: a page that cannot be written must not cost it.
    if json {
        output::json(&answer)?;
    } else {
        output::text(&runs::describe(&answer))?;
    }
    if let Some(path) = html {
        library.write_run_report(&answer.run.name, &path)?;
    }
    Ok(ExitCode::from(code(&answer.summary)))
}

/// Shows what a plan would do; then, which that says why, whether it could start.
fn show(
    library: &Library,
    request: &ReplayRequest,
    planned: &PlannedReplay,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let outline = planned.outline();
    if json {
        output::json(&outline)?;
    } else {
        output::text(&dry_run::describe(&outline))?;
    }
    library.would_start(request, planned)?;
    Ok(ExitCode::SUCCESS)
}

/// Shows how far a plan is while it is worked out; Ctrl-C ends that.
pub(super) fn planning<T>(
    quiet: bool,
    stop: &Stop,
    work: impl FnOnce(PlanningWatch<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut progress = Progress::start("planning", quiet);
    let begun = Instant::now();
    let worked_out = work(&mut |Planning { read, of }| {
        if stop.asked() {
            return ControlFlow::Break(());
        }
        if begun.elapsed() >= WORTH_TELLING {
            let message = format!("{} of {} exchanges read", count(read), count(of));
            progress.update(Some(read as f64 / of.max(1) as f64), &message);
        }
        ControlFlow::Continue(())
    });
    progress.finish();
    worked_out
}

/// A plan that is worked out sooner is not spoken of.
const WORTH_TELLING: Duration = Duration::from_millis(500);

/// Keeps the plan under the name that was given, if one was.
fn keep_plan(library: &Library, name: Option<&str>, request: &ReplayRequest) -> anyhow::Result<()> {
    if let Some(name) = name {
        library.save_plan(name, request)?;
        aside::say(format_args!(
            "reprise: the plan is kept; `reprise replay --plan {name}` runs it"
        ));
    }
    Ok(())
}

/// Asks whoever sits at the terminal before data elsewhere is changed.
pub(crate) fn go_on(planned: &PlannedReplay) -> anyhow::Result<bool> {
    let targets = planned.targets();
    if targets.loopback || !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    let outline = planned.outline();
    if outline.writes == 0 {
        return Ok(true);
    }
    aside::ask(format_args!(
        "reprise: {} of {} exchanges may change data at {}; go on? [y/N] (--yes does not ask, --read-only \
         leaves them out)",
        count(outline.writes),
        count(outline.sends),
        targets.names.join(" and "),
    ));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    let goes_on = matches!(answer.trim(), "y" | "Y" | "yes");
    if !goes_on {
        aside::say("reprise: nothing was sent");
    }
    Ok(goes_on)
}

/// 3 when nothing was answered at all, 1 when a check failed, else 0.
pub(crate) fn code(summary: &Summary) -> u8 {
    if let Some(why) = why_silent(summary) {
        say_silent(&why);
        return exit::REFUSED;
    }
    if summary.checks_held() {
        0
    } else {
        exit::JUDGED
    }
}

/// Says why nothing was answered.
pub(crate) fn say_silent(why: &str) {
    aside::say(format_args!("reprise: {why}"));
}

/// Follows a replay to its end, telling its numbers as they come.
pub(crate) fn follow(job: ReplayJob, live: &Live, stop: &Stop) -> anyhow::Result<RunAnswer> {
    let mut following = live.follow(&job);
    for warning in job.warnings() {
        following.note(&format!("reprise: warning: {warning}"));
    }
    let control = job.control();
    let keys = following.heed_orders(&job);
    let terminal = keys.as_ref().map(Keys::terminal);
    let watch = stop.watch(move || {
        if let Some(terminal) = terminal {
            terminal.put_back();
        }
        aside::say(
            "reprise: stopping; outstanding answers have five seconds (Ctrl-C again leaves now; what is stored by then is kept)",
        );
        control.stop();
    });
    // whoever read the lines may have gone; the run goes on to its end, and is kept
    let mut told = Ok(());
    while let Some(news) = job.next_news() {
        match news {
            ReplayNews::Started {
                takes_ms,
                sends,
                estimated,
                writes,
            } => {
                let about = if estimated { "about " } else { "" };
                following.note(&format!(
                    "reprise: sending {about}{}, {} of which may change data",
                    counted(sends, "exchange"),
                    count(writes)
                ));
                following.takes(Some(takes_ms * 1_000).filter(|us| *us > 0));
            }
            ReplayNews::Tick(tick) if told.is_ok() => told = following.tick(&tick),
            ReplayNews::Tick(_) => {}
            ReplayNews::Warning(warning) => following.note(&format!("reprise: warning: {warning}")),
        }
    }
    drop(watch);
    drop(keys);
    let finished = following.finish();
    let answer = job.finish()?;
    told.and(finished).map(|()| answer)
}
