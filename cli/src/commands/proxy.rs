//! `reprise proxy --listen ADDR --to ADDR`: forwards until Ctrl-C, then says what passed.

use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use reprise_app::readable::{bytes, count};
use reprise_app::{ProxiesRequest, ProxyRequest, ProxyState, read_proxy_file};

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
    let duration = arguments.duration;
    let job = library.proxy(&request(arguments)?)?;
    let mut progress = Progress::open_ended("proxying", context.json);
    for warning in job.warnings() {
        progress.note(&format!("reprise: warning: {warning}"));
    }
    for proxy in job.states() {
        progress.note(&format!("reprise: {}", opened(&proxy)));
    }
    if let Some(control) = job.control() {
        progress.note(&format!("reprise: control at http://{control}/api/proxies"));
    }
    let (wake, woken) = mpsc::channel();
    let watch = stop.watch(move || {
        // the receiver is gone only when the proxy has ended anyway
        let _ = wake.send(());
    });
    let ends = duration.map(|length| Instant::now() + length);
    loop {
        let left = ends.map(|ends| ends.saturating_duration_since(Instant::now()));
        let waited = woken.recv_timeout(left.unwrap_or(LINE_EVERY).min(LINE_EVERY));
        let over = left.is_some_and(|left| left.is_zero());
        if over || stop.asked() || waited != Err(RecvTimeoutError::Timeout) {
            break;
        }
        progress.update(None, &line(&job.states()));
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

/// The proxies that are asked for: those of a file, or the one of the flags.
fn request(arguments: ProxyArguments) -> anyhow::Result<ProxiesRequest> {
    let mut request = match &arguments.config {
        Some(path) => read_proxy_file(path)?,
        None => ProxiesRequest {
            proxies: vec![ProxyRequest {
                name: "proxy".to_owned(),
                // the flag reader insists on both
                listen: arguments.listen.unwrap_or_default(),
                to: arguments.to.unwrap_or_default(),
                protocol: arguments.protocol,
                faults: arguments.faults,
                seed: arguments.seed,
                allow_recorded_server: arguments.allow_recorded_server,
            }],
            ..ProxiesRequest::default()
        },
    };
    request.control = arguments.control.or(request.control);
    request.control_token = arguments.control_token;
    Ok(request)
}

/// What a proxy says when it begins.
fn opened(proxy: &ProxyState) -> String {
    let ProxyState {
        name,
        listen,
        to,
        protocol,
        seed,
        ..
    } = proxy;
    let faults = match proxy.faults.len() {
        0 => "no fault is on".to_owned(),
        some => format!("{some} faults are on, seed {seed}"),
    };
    format!("{name} listens on {listen} and forwards to {to} ({protocol}); {faults}")
}

/// All proxies in one line.
fn line(answers: &[ProxyState]) -> String {
    let sum = |of: fn(&ProxyState) -> u64| answers.iter().map(of).sum::<u64>();
    format!(
        "{} connections, {} open, {} faults injected, {} to the server, {} to clients",
        count(sum(|proxy| proxy.connections.accepted)),
        count(sum(|proxy| proxy.connections.open)),
        count(sum(|proxy| proxy
            .faults
            .iter()
            .map(|fault| fault.injected)
            .sum())),
        bytes(sum(|proxy| proxy.bytes.to_server)),
        bytes(sum(|proxy| proxy.bytes.to_client)),
    )
}

/// What a proxy has done.
fn describe(proxy: &ProxyState) -> String {
    let ProxyState {
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
    let opaque = match proxy.connections.opaque {
        0 => String::new(),
        some => format!(
            "  {} connections were not {protocol} or encrypted: only faults of bytes act there\n",
            count(some)
        ),
    };
    let mut text = format!(
        "{name}: {listen} to {to} ({protocol})\n  {} connections{unreachable}, {} exchanges\n  {} to the server, {} to clients\n{opaque}",
        count(proxy.connections.accepted),
        count(proxy.exchanges),
        bytes(proxy.bytes.to_server),
        bytes(proxy.bytes.to_client),
    );
    for fault in &proxy.faults {
        text.push_str(&format!(
            "  fault {}: {} injected, on {} connections\n",
            fault.fault,
            count(fault.injected),
            count(fault.connections)
        ));
    }
    text
}
