//! `reprise proxy --listen ADDR --to ADDR`: forwards until Ctrl-C, then says what passed.

use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use reprise_app::ProxyRequest;
use reprise_app::answer::ProxyAnswer;
use reprise_app::readable::{bytes, count};

use super::Context;
use crate::arguments::ProxyArguments;
use crate::output;
use crate::progress::Progress;
use crate::stop::Stop;

/// How often the line on the terminal changes.
const LINE_EVERY: Duration = Duration::from_millis(500);

pub(crate) fn run(context: &Context, arguments: ProxyArguments) -> anyhow::Result<ExitCode> {
    let library = context.library()?;
    let stop = Stop::listen()?;
    let job = library.proxy(&[ProxyRequest {
        name: "proxy".to_owned(),
        listen: arguments.listen,
        to: arguments.to,
        protocol: arguments.protocol,
        allow_recorded_server: arguments.allow_recorded_server,
    }])?;
    let mut progress = Progress::open_ended("proxying", context.json);
    for warning in job.warnings() {
        progress.note(&format!("reprise: warning: {warning}"));
    }
    for proxy in job.answers() {
        progress.note(&format!("reprise: {}", opened(&proxy)));
    }
    let (wake, woken) = mpsc::channel();
    let watch = stop.watch(move || {
        // the receiver is gone only when the proxy has ended anyway
        let _ = wake.send(());
    });
    let ends = arguments.duration.map(|length| Instant::now() + length);
    loop {
        let left = ends.map(|ends| ends.saturating_duration_since(Instant::now()));
        let waited = woken.recv_timeout(left.unwrap_or(LINE_EVERY).min(LINE_EVERY));
        let over = left.is_some_and(|left| left.is_zero());
        if over || stop.asked() || waited != Err(RecvTimeoutError::Timeout) {
            break;
        }
        progress.update(None, &line(&job.answers()));
    }
    drop(watch);
    progress.finish();
    let answers = job.finish();
    if context.json {
        output::json_lines(answers)?;
    } else {
        output::text(&answers.iter().map(describe).collect::<String>())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What a proxy says when it begins.
fn opened(proxy: &ProxyAnswer) -> String {
    format!(
        "{} listens on {} and forwards to {} ({})",
        proxy.name, proxy.listen, proxy.to, proxy.protocol
    )
}

/// All proxies in one line.
fn line(answers: &[ProxyAnswer]) -> String {
    let sum = |of: fn(&ProxyAnswer) -> u64| answers.iter().map(of).sum::<u64>();
    format!(
        "{} connections, {} open, {} to the server, {} to clients",
        count(sum(|proxy| proxy.connections.accepted)),
        count(sum(|proxy| proxy.connections.open)),
        bytes(sum(|proxy| proxy.bytes.to_server)),
        bytes(sum(|proxy| proxy.bytes.to_client)),
    )
}

/// What a proxy has done.
fn describe(proxy: &ProxyAnswer) -> String {
    let ProxyAnswer {
        name,
        listen,
        to,
        protocol,
        ..
    } = proxy;
    let unreachable = match proxy.connections.unreachable {
        0 => String::new(),
        some => format!(", {} reset because {to} let nobody in", count(some)),
    };
    format!(
        "{name}: {listen} to {to} ({protocol})\n  {} connections{unreachable}\n  {} to the server, {} to clients\n",
        count(proxy.connections.accepted),
        bytes(proxy.bytes.to_server),
        bytes(proxy.bytes.to_client),
    )
}
