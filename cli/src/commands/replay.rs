//! `reprise replay NAME`: a plan from flags, a run with a live line, a summary in which everything
//! planned is accounted for. Exit code 1 when a check failed.

use std::io::IsTerminal;
use std::process::ExitCode;

use reprise_app::answer::RunAnswer;
use reprise_app::readable::{count, duration, moment, percent, rate};
use reprise_app::{
    Correlation, Library, MissingValues, Outcome, Outline, RateChange, ReplayNews, ReplayRequest,
    Summary, Tick,
};

use super::{Context, runs};
use crate::arguments::{CopyWrites, HttpOrder, MissingValue, RateBy, ReplayArguments};
use crate::progress::Progress;
use crate::stop::Stop;
use crate::table::Table;
use crate::{exit, output};

pub(crate) fn run(context: &Context, arguments: ReplayArguments) -> anyhow::Result<ExitCode> {
    let library = context.existing_library()?;
    let dry_run = arguments.dry_run;
    let html = arguments.html.clone();
    let yes = arguments.yes;
    let request = request(arguments)?;
    if dry_run {
        let answer = library.dry_run(&request)?;
        if context.json {
            output::json(&answer)?;
        } else {
            output::text(&describe_dry_run(&answer))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !yes && !go_on(&library, &request)? {
        return Ok(ExitCode::from(exit::REFUSED));
    }
    let stop = Stop::listen()?;
    let answer = follow(&library, &request, context.json, &stop)?;
    // The answer first: a page that cannot be written must not cost it.
    if context.json {
        output::json(&answer)?;
    } else {
        output::text(&runs::describe(&answer))?;
    }
    if let Some(path) = html {
        library.write_run_report(&answer.run.name, &path)?;
    }
    Ok(ExitCode::from(code(&answer.summary)))
}

/// Asks whoever sits at the terminal before data elsewhere is changed.
#[expect(clippy::print_stderr, reason = "a question belongs on stderr")]
fn go_on(library: &Library, request: &ReplayRequest) -> anyhow::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Ok(true);
    }
    let targets = library.allow_targets(request)?;
    if targets.loopback {
        return Ok(true);
    }
    let outline = library.dry_run(request)?;
    if outline.writes == 0 {
        return Ok(true);
    }
    eprint!(
        "reprise: {} of {} exchanges may change data at {}; go on? [y/N] (--yes does not ask, --read-only \
         leaves them out) ",
        count(outline.writes),
        count(outline.sends),
        targets.names.join(" and "),
    );
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    let goes_on = matches!(answer.trim(), "y" | "Y" | "yes");
    if !goes_on {
        eprintln!("reprise: nothing was sent");
    }
    Ok(goes_on)
}

/// 3 when nothing reached the target, 1 when a check failed, else 0.
#[expect(clippy::print_stderr, reason = "errors belong on stderr")]
fn code(summary: &Summary) -> u8 {
    let refused = summary.outcomes[Outcome::Refused];
    if refused > 0 && refused == summary.sent {
        eprintln!("reprise: the target let nobody in: is it running, and at this address?");
        return exit::REFUSED;
    }
    if summary.checks_held() {
        0
    } else {
        exit::JUDGED
    }
}

/// Runs a replay to its end with a live line.
#[expect(clippy::print_stderr, reason = "what Ctrl-C does belongs on stderr")]
pub(crate) fn follow(
    library: &Library,
    request: &ReplayRequest,
    quiet: bool,
    stop: &Stop,
) -> anyhow::Result<RunAnswer> {
    let job = library.replay(request)?;
    let mut progress = Progress::start("replaying", quiet);
    for warning in job.warnings() {
        progress.note(&format!("reprise: warning: {warning}"));
    }
    let control = job.control();
    let watch = stop.watch(move || {
        eprintln!(
            "reprise: stopping; outstanding answers have five seconds (Ctrl-C again leaves now)"
        );
        control.stop();
    });
    let mut length_us = None;
    while let Some(news) = job.next_news() {
        match news {
            ReplayNews::Started {
                takes_ms,
                sends,
                writes,
            } => {
                progress.note(&format!(
                    "reprise: sending {} exchanges, {} of which may change data",
                    count(sends),
                    count(writes)
                ));
                length_us = Some(takes_ms * 1_000).filter(|us| *us > 0);
            }
            ReplayNews::Tick(tick) => {
                show(&mut progress, &tick, length_us);
            }
            ReplayNews::Warning(warning) => progress.note(&format!("reprise: warning: {warning}")),
        }
    }
    drop(watch);
    progress.finish();
    Ok(job.finish()?)
}

/// Shows one tick as a line.
pub(crate) fn show(progress: &mut Progress, tick: &Tick, length_us: Option<u64>) {
    let at_us = tick.start_us + tick.duration_us;
    let fraction = length_us.map(|length| at_us as f64 / length.max(1) as f64);
    progress.update(fraction, &live_line(tick, length_us));
}

fn live_line(tick: &Tick, length_us: Option<u64>) -> String {
    let at = moment(tick.start_us + tick.duration_us);
    let at = length_us.map_or_else(
        || at.clone(),
        |length| format!("{at} of {}", moment(length)),
    );
    let quantiles = tick.response_us.unwrap_or_default();
    format!(
        "{at}  {}/s of {} asked  p50 {}  p99 {}  new errors {}",
        rate(tick.per_second(tick.sent)),
        rate(tick.per_second(tick.planned)),
        duration(quantiles.p50),
        duration(quantiles.p99),
        percent(tick.error_rate()),
    )
}

fn request(arguments: ReplayArguments) -> anyhow::Result<ReplayRequest> {
    let rate = match (&arguments.speed, &arguments.rate) {
        (Some(speed), _) => RateChange::speed(speed)?,
        (None, Some(rate)) => match arguments.by {
            RateBy::Copies => RateChange::Copies(reprise_app::parse_factor(rate)?),
            RateBy::Speed => RateChange::Speed(reprise_app::parse_factor(rate)?),
        },
        (None, None) => RateChange::AsRecorded,
    };
    let mut request = ReplayRequest::new(arguments.name.unwrap_or_default());
    request.plan = arguments.plan;
    request.resume = arguments.resume;
    request.http = arguments.http;
    request.host = arguments.host;
    request.connections = arguments.connections;
    request.rewrites_file = arguments.rewrites_file;
    request.rewrites = arguments.rewrites;
    request.ca = arguments.ca;
    request.insecure = arguments.insecure;
    request.mysql = arguments.mysql;
    request.mysql_users = arguments.mysql_users;
    request.run = arguments.run;
    request.rate = rate;
    if let Some(copies) = &arguments.copies {
        request.copies = Some(reprise_app::parse_copies(copies)?);
    }
    request.stages = arguments.stages;
    request.stages_by = match arguments.by {
        RateBy::Copies => reprise_app::RateBy::Copies,
        RateBy::Speed => reprise_app::RateBy::Speed,
    };
    request.repeat = arguments.repeat;
    request.duration_ms = arguments.duration.map(|time| time.as_millis() as u64);
    request.warm_up_ms = arguments.warm_up.map(|time| time.as_millis() as u64);
    request.between = arguments.between;
    request.lanes = arguments.lane;
    request.filter = arguments.filter;
    request.probes = arguments.probes;
    request.faults = arguments.faults;
    request.checks = arguments.checks;
    request.abort_on_fail = arguments.abort_on_fail;
    request.secrets = arguments.secrets;
    request.correlate = arguments.correlate;
    request.no_correlate = arguments.no_correlate;
    request.missing_values = arguments.unsourced.map(|missing| match missing {
        MissingValue::Send => MissingValues::Send,
        MissingValue::Skip => MissingValues::Skip,
    });
    request.users = arguments.users;
    request.baseline = arguments.baseline;
    request.seed = arguments.seed;
    request.timeout_ms = arguments.timeout.map(|time| time.as_millis() as u64);
    request.http_order = arguments.http_order.map(|order| match order {
        HttpOrder::Lane => reprise_app::HttpOrder::Lane,
        HttpOrder::None => reprise_app::HttpOrder::None,
    });
    request.statements = arguments.statements;
    request.read_only = arguments.read_only;
    request.read_only_deny = arguments.read_only_deny;
    request.copy_writes = arguments.copy_writes.map(|writes| match writes {
        CopyWrites::Send => reprise_app::CopyWrites::Send,
        CopyWrites::Skip => reprise_app::CopyWrites::Skip,
    });
    request.both_tiers = arguments.both_tiers;
    request.allow_recorded_server = arguments.allow_recorded_server;
    request.before = arguments.before;
    Ok(request)
}

/// Lanes a dry run lists, to be watched with --probe lane:ID.
const MOST_LANES: usize = 5;

/// Operations a dry run lists.
const MOST_OPERATIONS: usize = 20;

/// `csrf_token  GET /login html:csrf_token -> POST /login form:csrf_token (94)`
fn describe_correlation(correlation: &Correlation) -> String {
    let mut text = format!(
        "    {}: {} {}\n",
        correlation.name, correlation.from, correlation.from_place
    );
    for target in &correlation.to {
        text.push_str(&format!(
            "      -> {} {} ({})\n",
            target.operation,
            target.place,
            count(target.requests)
        ));
    }
    text
}

fn describe_dry_run(outline: &Outline) -> String {
    let mut text = format!(
        "would send {} exchanges in {} HTTP and {} MySQL lanes over {}\n",
        count(outline.sends),
        count(outline.http_lanes),
        count(outline.mysql_lanes),
        moment(outline.takes_ms * 1_000),
    );
    for (reason, n) in &outline.skipped {
        text.push_str(&format!("  {} left out: {reason}\n", count(*n)));
    }
    if outline.setup > 0 {
        text.push_str(&format!(
            "  {} sent to set lanes up, not measured: what was left out and later requests need\n",
            count(outline.setup)
        ));
    }
    text.push_str(&format!("  {} may change data\n", count(outline.writes)));
    text.push_str(&format!(
        "  {} values are taken from the target's own answers\n",
        count(outline.values)
    ));
    for correlation in &outline.correlations {
        text.push_str(&describe_correlation(correlation));
    }
    if outline.from_other_lanes > 0 {
        text.push_str(&format!(
            "  {} requests carry a token only another user's answer gave: sent as recorded\n",
            count(outline.from_other_lanes)
        ));
    }
    if outline.users_needed > 0 {
        text.push_str(&format!(
            "  {} accounts give every copy its own\n",
            count(outline.users_needed)
        ));
    }
    for value in &outline.unsourced {
        let state = if value.supplied {
            "supplied"
        } else {
            "sent as it is in the recording"
        };
        text.push_str(&format!(
            "  redacted {}: in {} requests, {state}; supply it with --secret {}=VALUE\n",
            value.key,
            count(value.requests),
            value.key
        ));
    }
    for rule in &outline.rewrites {
        text.push_str(&match rule.exchanges {
            0 => format!("  '{}' rewrites nothing: is it meant so?\n", rule.rule),
            n => format!("  '{}' rewrites {} requests\n", rule.rule, count(n)),
        });
    }
    for lane in &outline.slow_lanes {
        text.push_str(&format!(
            "  lane {} cannot keep up at this speed: it would end {} behind\n",
            lane.lane,
            duration(lane.behind_ms * 1_000)
        ));
    }
    let lanes = outline.lanes.iter().take(MOST_LANES);
    let lanes: Vec<String> = lanes
        .map(|one| format!("{} ({})", one.lane, count(one.sends)))
        .collect();
    text.push_str(&format!("  lanes that send most: {}\n", lanes.join(", ")));
    text.push('\n');
    let mut table = Table::new(&["  operation", "sent", ""]);
    for row in outline.operations.iter().take(MOST_OPERATIONS) {
        let writes = if row.writes { "may change data" } else { "" };
        let name = format!("  {}", row.operation);
        table.row(vec![name, count(row.sends), writes.to_owned()]);
    }
    text.push_str(&table.render());
    let more = outline.operations.len().saturating_sub(MOST_OPERATIONS);
    if more > 0 {
        text.push_str(&format!("  and {more} more; --json has all\n"));
    }
    text
}
