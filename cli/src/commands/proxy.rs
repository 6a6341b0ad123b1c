//! `reprise proxy --listen ADDR --to ADDR`: forwards until Ctrl-C, then says what passed.

mod ordering;

use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use reprise_app::readable::{bytes, count, counted};
use reprise_app::{
    PassingProgress, ProxiesRequest, ProxyAnswer, ProxyRequest, ProxyState, read_proxy_file,
};

use super::{Context, recordings};
use crate::arguments::ProxyArguments;
use crate::output;
use crate::progress::Progress;
use crate::stop::Stop;

/// How often the line on the terminal changes.
const LINE_EVERY: Duration = Duration::from_millis(500);

pub(crate) fn run(context: &Context, mut arguments: ProxyArguments) -> anyhow::Result<ExitCode> {
    if let Some(command) = arguments.command.take() {
        return ordering::run(context, command);
    }
    let library = context.library()?;
    let stop = Stop::listen()?;
    let duration = arguments.duration;
    let job = library.proxy(&request(arguments)?)?;
    let mut progress = Progress::open_ended("proxying", context.json);
    let mut failed = false;
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
        let recordings = job.recordings();
        if !failed && recordings.iter().any(|recording| recording.failed) {
            failed = true;
            progress
                .note("reprise: warning: what passes can no longer be recorded; the proxies go on");
        }
        progress.update(None, &line(&job.states(), &recordings));
    }
    drop(watch);
    progress.finish();
    let answers = job.finish()?;
    if context.json {
        output::json_lines(answers)?;
    } else {
        output::text(&described(&answers))?;
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
                record: arguments.record,
                tls_cert: arguments.tls.tls_cert,
                tls_key: arguments.tls.tls_key,
                ca: arguments.tls.ca,
                insecure: arguments.tls.insecure,
            }],
            ..ProxiesRequest::default()
        },
    };
    request.redaction = arguments.redaction.choice();
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
        1 => format!("1 fault is on, seed {seed}"),
        some => format!("{some} faults are on, seed {seed}"),
    };
    format!("{name} listens on {listen} and forwards to {to} ({protocol}); {faults}")
}

/// All proxies in one line.
fn line(answers: &[ProxyState], recordings: &[PassingProgress]) -> String {
    let mut recorded = String::new();
    if !recordings.is_empty() {
        let exchanges = recordings.iter().map(|recording| recording.exchanges).sum();
        recorded = format!(", {} recorded", counted(exchanges, "exchange"));
        let missed = recordings
            .iter()
            .map(|recording| recording.missed_bytes)
            .sum();
        if missed > 0 {
            recorded.push_str(&format!(", {} missed", bytes(missed)));
        }
    }
    let injected = |proxy: &ProxyState| proxy.faults.iter().map(|fault| fault.injected).sum();
    let sum = |of: fn(&ProxyState) -> u64| answers.iter().map(of).sum::<u64>();
    format!(
        "{}, {} open, {} injected, {} to the server, {} to clients{recorded}",
        counted(sum(|proxy| proxy.connections.accepted), "connection"),
        count(sum(|proxy| proxy.connections.open)),
        counted(sum(injected), "fault"),
        bytes(sum(|proxy| proxy.bytes.to_server)),
        bytes(sum(|proxy| proxy.bytes.to_client)),
    )
}

/// What the proxies have done, and each recording once.
fn described(answers: &[ProxyAnswer]) -> String {
    let mut told: Vec<&str> = Vec::new();
    let mut text = String::new();
    for answer in answers {
        text.push_str(&describe(&answer.proxy));
    }
    for recording in answers
        .iter()
        .filter_map(|answer| answer.recording.as_ref())
    {
        let name = recording.recording.name.as_str();
        if !told.contains(&name) {
            told.push(name);
            text.push_str(&recordings::describe(recording));
        }
    }
    text
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
            "  {} spoke something else than {protocol}, or TLS: only faults of bytes act there; \
             --tls-cert and --tls-key end TLS here, so that it is understood\n",
            counted(some, "connection")
        ),
    };
    let mut text = format!(
        "{name}: {listen} to {to} ({protocol})\n  {}{unreachable}, {}\n  {} to the server, {} to clients\n{opaque}",
        counted(proxy.connections.accepted, "connection"),
        counted(proxy.exchanges, "exchange"),
        bytes(proxy.bytes.to_server),
        bytes(proxy.bytes.to_client),
    );
    if let Some(trouble) = &proxy.trouble {
        text.push_str(&format!("  last trouble: {trouble}\n"));
    }
    for fault in &proxy.faults {
        text.push_str(&format!(
            "  fault {}: {} injected, on {}\n",
            fault.fault,
            count(fault.injected),
            counted(fault.connections, "connection")
        ));
    }
    text
}
