//! Access logs in the combined format, of nginx and Apache, plain or with the time a request took at the end.
//! Source: Apache "mod_log_config"; nginx "ngx_http_log_module".
//!
//! A log has no bodies and no answers: GET and HEAD can be replayed, other requests are kept as incomplete.

mod line;

use std::io::BufRead;
use std::net::{IpAddr, SocketAddr};

use reprise_wire::{DecodeLoss, Flags, Limits};

use super::heard::{self, Said};
use super::lines::Lines;
use super::open::{OpenConnections, Opening};
use super::problems::Problems;
use super::told::{Sink, Told, UNKNOWN_HOST, tell};
use crate::file::FileEnd;
use line::Entry;

/// How many lines are looked at to recognise the format.
const LOOKED_AT: usize = 5;

/// The host of a log that does not name it (RFC 2606: nobody's).
const UNKNOWN_NAME: &str = "access-log.invalid";

/// Whether a file that begins like `start` is an access log.
pub(crate) fn is_access_log(start: &[u8]) -> bool {
    let lines = start
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty());
    lines
        .take(LOOKED_AT)
        .any(|line| Entry::read(&String::from_utf8_lossy(line)).is_some())
}

/// Tells the requests of an access log. A client with one user agent is one connection.
pub(crate) fn read(text: &mut dyn BufRead, limits: &Limits, sink: Sink<'_>) -> (FileEnd, Problems) {
    let mut lines = Lines::new(text);
    let mut problems = Problems::default();
    let mut connections = OpenConnections::default();
    let end = loop {
        let line = match lines.next() {
            Ok(line) => line,
            Err(end) => break end,
        };
        if line.bytes.trim_ascii().is_empty() {
            continue;
        }
        let text = String::from_utf8_lossy(line.bytes);
        let mut told = Vec::new();
        match Entry::read(&text) {
            Some(entry) => request(&entry, limits, &mut connections, &mut told),
            None => problems.note("lines that are not in the combined format", line.number),
        }
        if tell(told, sink).is_break() {
            return (FileEnd::Stopped, problems);
        }
    };
    let _ = tell(connections.drain(), sink);
    (end, problems)
}

fn request(
    entry: &Entry<'_>,
    limits: &Limits,
    connections: &mut OpenConnections<(String, String)>,
    told: &mut Vec<Told>,
) {
    let key = (entry.client.to_owned(), entry.agent.clone());
    let span = (entry.began, entry.ended.unwrap_or(entry.began));
    let number = connections.number(key, span, told, || opening(entry));
    let bytes = text(entry);
    let said = Said {
        bytes: &bytes,
        missing: 0,
        first: entry.began,
        last: entry.began,
    };
    for mut heard in heard::http(limits, number, Some(said), None) {
        let exchange = &mut heard.exchange;
        exchange.status = Some(entry.status);
        exchange.times.response_first = entry.ended;
        exchange.times.response_last = entry.ended;
        exchange.flags |= Flags::ANSWER_NOT_KEPT;
        if !matches!(entry.method.as_str(), "GET" | "HEAD") {
            exchange.flags |= Flags::REQUEST_TRUNCATED;
        }
        heard.loss = DecodeLoss::default();
        told.push(Told::Exchange(Box::new(heard)));
    }
}

/// The request as far as the log has it.
fn text(entry: &Entry<'_>) -> Vec<u8> {
    let host = entry.host.unwrap_or(UNKNOWN_NAME);
    let mut text = format!(
        "{} {} {}\r\nHost: {host}\r\n",
        entry.method, entry.target, entry.version
    );
    for (name, value) in [("Referer", &entry.referer), ("User-Agent", &entry.agent)] {
        let value: String = value.chars().filter(|c| !c.is_control()).collect();
        if !value.is_empty() && value != "-" {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    text.push_str("\r\n");
    text.into_bytes()
}

/// The log has no ports; what the client is called tells its connections apart.
fn opening(entry: &Entry<'_>) -> Opening {
    let address: Option<IpAddr> = entry.client.parse().ok();
    let sum: u64 = entry.agent.bytes().map(u64::from).sum();
    let port = 1_024 + u16::try_from(sum % 64_000).unwrap_or_default();
    Opening {
        client: address.map(|address| SocketAddr::new(address, port)),
        server: SocketAddr::new(UNKNOWN_HOST, 80),
        session: None,
    }
}
