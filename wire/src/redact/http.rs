//! Secrets in an HTTP exchange: start line, fields, body. A message is only put together again when
//! something in it was replaced; its Content-Length, chunks and content coding are then put right.

mod body;
mod chunks;
mod fields;
mod plain;
#[cfg(test)]
mod tests;

use crate::http::Message;
use crate::operation::{http_operation, http_summary, name_what_is_asked};
use crate::{Exchange, Flags, Payload};

use super::detect::{self, Detected, Neighbours};
use super::{Pass, disposition, quietly};
use plain::Plain;

/// Operations that are remembered.
const MOST_CLEAN_OPERATIONS: usize = 4_096;

/// Replaces the secrets of an HTTP exchange.
pub(super) fn redact(exchange: &mut Exchange, pass: &mut Pass) {
    let cut = Flags::REQUEST_OVER_CAP | Flags::REQUEST_TRUNCATED;
    let request_whole = !exchange.flags.intersects(cut);
    let cut = Flags::RESPONSE_OVER_CAP | Flags::RESPONSE_TRUNCATED;
    let response_whole = !exchange.flags.intersects(cut);
    let mut request_outcome = Outcome::default();
    if let Some(request) = &mut exchange.request {
        pass.half = "request";
        request_outcome = redact_payload(request, request_whole, pass);
        if request_outcome.over_cap {
            exchange.flags |= Flags::REQUEST_OVER_CAP;
        }
    }
    if request_outcome.line_changed {
        describe_again(exchange);
    }
    if let Some(response) = &mut exchange.response {
        pass.half = "answer";
        if redact_payload(response, response_whole, pass).over_cap {
            exchange.flags |= Flags::RESPONSE_OVER_CAP;
        }
    }
    redact_lines(exchange, request_outcome, pass);
}

/// What became of a message.
#[derive(Clone, Copy, Debug, Default)]
struct Outcome {
    /// Its body had to be cut, because the rest is too much to look at.
    over_cap: bool,
    /// Its first line is perhaps another.
    line_changed: bool,
    /// The detectors saw all of it, as it is now, and found nothing.
    undetected: bool,
}

/// Replaces the secrets of a message.
fn redact_payload(payload: &mut Payload, whole: bool, pass: &mut Pass) -> Outcome {
    let mut line_changed = false;
    pass.over_cap = false;
    let mut body = match Plain::read(&payload.bytes) {
        Some(plain) => {
            if let Some(redacted) = plain.redact(&payload.bytes, whole, pass) {
                payload.bytes = redacted.bytes;
                line_changed = redacted.target_changed;
            }
            body::Outcome::default()
        }
        None => {
            let body = redact_parts(payload, whole, pass);
            line_changed = pass.changed;
            body
        }
    };
    body.over_cap |= pass.over_cap;
    // What is coded was looked at decoded; its bytes only resemble something by chance.
    let readable = if body.coded {
        head_len(&payload.bytes)
    } else {
        payload.bytes.len()
    };
    let readable = payload.bytes.get_mut(..readable).unwrap_or_default();
    let found = detect::look(readable, Neighbours::Text, pass);
    Outcome {
        over_cap: body.over_cap,
        line_changed: line_changed || found == Detected::Replaced,
        undetected: found == Detected::Nothing,
    }
}

/// Takes a message apart and, if any of its parts changes, puts it together again.
fn redact_parts(payload: &mut Payload, whole: bool, pass: &mut Pass) -> body::Outcome {
    let mut body = body::Outcome::default();
    let rewritten = match Message::parse(&payload.bytes) {
        Ok(mut message) => {
            let mut changed = fields::redact(&mut message, pass);
            changed |= message.chunked && chunks::hold_secrets(framed(&payload.bytes), pass);
            body = body::redact(&mut message, whole, pass);
            (changed || body.changed).then(|| message.encode())
        }
        // without a head all of it is content, as in HTTP/0.9
        Err(_) => body::redact_part(&payload.bytes, b"", pass),
    };
    if let Some(bytes) = rewritten {
        payload.bytes = bytes;
    }
    body
}

/// A part of a body, or a message that stands in one, with its secrets replaced; `None` when there are none.
/// `kind`: its media type.
pub(super) fn redact_part(content: &[u8], kind: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    body::redact_part(content, kind, pass)
}

/// What takes the place of the value of a field in the head of such a part; `None` when it stays. What is in quotes there is
/// looked at in the Content-Type, too: old clients name a file in it.
pub(super) fn redact_part_field(name: &[u8], value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    if name.eq_ignore_ascii_case(b"Content-Type") {
        return disposition::redact(value, pass);
    }
    fields::redact_field(name, value, pass)
}

/// A whole message that stands in the body of another, with its secrets replaced; `None` when there are none.
fn redact_message(bytes: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    if let Some(plain) = Plain::read(bytes) {
        return plain.redact(bytes, true, pass).map(|new| new.bytes);
    }
    let mut message = Message::parse(bytes).ok()?;
    let changed = fields::redact(&mut message, pass);
    let body = body::redact(&mut message, true, pass);
    (changed || body.changed).then(|| message.encode())
}

/// What follows the head.
fn framed(message: &[u8]) -> &[u8] {
    message.get(head_len(message)..).unwrap_or_default()
}

fn head_len(message: &[u8]) -> usize {
    memchr::memmem::find(message, b"\r\n\r\n").map_or(message.len(), |at| at + 4)
}

/// Makes operation and summary again from the redacted request line.
fn describe_again(exchange: &mut Exchange) {
    let Some(request) = &exchange.request else {
        return;
    };
    let mut lines = request.bytes.split(|byte| *byte == b'\n');
    let Some(line) = lines.find(|line| !line.trim_ascii().is_empty()) else {
        return;
    };
    let line = line.trim_ascii();
    let end = memchr::memmem::rfind(line, b" HTTP/").unwrap_or(line.len());
    let line = line.get(..end).unwrap_or(line);
    let Some((method, target)) =
        memchr::memchr(b' ', line).and_then(|at| line.split_at_checked(at))
    else {
        return;
    };
    let target = target.trim_ascii_start();
    exchange.summary = http_summary(method, target);
    exchange.operation = http_operation(method, target);
    name_what_is_asked(&mut exchange.operation, &request.bytes);
}

/// The lines that stand for an exchange may repeat what was counted in the exchange itself. `request`: what
/// became of it.
fn redact_lines(exchange: &mut Exchange, request: Outcome, pass: &mut Pass) {
    let seen = request.undetected && begins_with_summary(exchange);
    quietly(pass, |pass| {
        if !seen {
            redact_line(&mut exchange.summary, pass);
        }
        if !pass.clean_operations.contains(exchange.operation.as_str()) {
            redact_operation(&mut exchange.operation, pass);
        }
    });
}

/// Whether the request begins with the summary, up to a blank: the detectors saw all of it there.
fn begins_with_summary(exchange: &Exchange) -> bool {
    let request = exchange.request.as_ref();
    request
        .and_then(|request| request.bytes.strip_prefix(exchange.summary.as_bytes()))
        .is_some_and(|rest| rest.first() == Some(&b' '))
}

/// Remembers an operation in which nothing is found: most exchanges have one of a few.
fn redact_operation(operation: &mut String, pass: &mut Pass) {
    if redact_line(operation, pass) {
        return;
    }
    if pass.clean_operations.len() < MOST_CLEAN_OPERATIONS {
        pass.clean_operations.insert(operation.as_str().into());
    }
}

/// Whether there may have been something.
fn redact_line(line: &mut String, pass: &mut Pass) -> bool {
    if !pass.detectors.may_find(line.as_bytes()) {
        return false;
    }
    let mut bytes = std::mem::take(line).into_bytes();
    detect::redact(&mut bytes, Neighbours::Text, pass);
    *line = String::from_utf8_lossy(&bytes).into_owned();
    true
}
