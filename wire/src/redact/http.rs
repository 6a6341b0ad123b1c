//! Secrets in an HTTP exchange: start line, fields, body. A message is only put together again when
//! something in it was replaced; its Content-Length, chunks and content coding are then put right.

mod body;
mod fields;
mod plain;
#[cfg(test)]
mod tests;

use crate::http::Message;
use crate::operation::{http_operation, http_summary};
use crate::{Exchange, Flags, Payload};

use super::detect::{self, Neighbours};
use super::{Pass, quietly};
use plain::Plain;

/// Replaces the secrets of an HTTP exchange.
pub(super) fn redact(exchange: &mut Exchange, pass: &mut Pass) {
    let cut = Flags::REQUEST_OVER_CAP | Flags::REQUEST_TRUNCATED;
    let request_whole = !exchange.flags.intersects(cut);
    let cut = Flags::RESPONSE_OVER_CAP | Flags::RESPONSE_TRUNCATED;
    let response_whole = !exchange.flags.intersects(cut);
    if let Some(request) = &mut exchange.request {
        pass.half = "request";
        let over_cap = redact_payload(request, request_whole, pass);
        exchange.flags.set(
            Flags::REQUEST_OVER_CAP,
            over_cap || exchange.flags.contains(Flags::REQUEST_OVER_CAP),
        );
    }
    if pass.changed {
        describe_again(exchange);
    }
    if let Some(response) = &mut exchange.response {
        pass.half = "answer";
        let over_cap = redact_payload(response, response_whole, pass);
        exchange.flags.set(
            Flags::RESPONSE_OVER_CAP,
            over_cap || exchange.flags.contains(Flags::RESPONSE_OVER_CAP),
        );
    }
    redact_lines(exchange, pass);
}

/// Replaces the secrets of a message; whether its body had to be cut, because the rest is too much to
/// look at.
fn redact_payload(payload: &mut Payload, whole: bool, pass: &mut Pass) -> bool {
    let body = match Plain::read(&payload.bytes) {
        Some(plain) => {
            if let Some(bytes) = plain.redact(&payload.bytes, whole, pass) {
                payload.bytes = bytes;
            }
            body::Outcome::default()
        }
        None => redact_parts(payload, whole, pass),
    };
    // What is coded was looked at decoded; its bytes only resemble something by chance.
    let readable = if body.coded {
        head_len(&payload.bytes)
    } else {
        payload.bytes.len()
    };
    let readable = payload.bytes.get_mut(..readable).unwrap_or_default();
    detect::redact(readable, Neighbours::Text, pass);
    body.over_cap
}

/// Takes a message apart and, if any of its parts changes, puts it together again.
fn redact_parts(payload: &mut Payload, whole: bool, pass: &mut Pass) -> body::Outcome {
    let mut body = body::Outcome::default();
    let mut rewritten = None;
    if let Ok(mut message) = Message::parse(&payload.bytes) {
        let changed = fields::redact(&mut message, pass);
        body = body::redact(&mut message, whole, pass);
        rewritten = (changed || body.changed).then(|| message.encode());
    }
    if let Some(bytes) = rewritten {
        payload.bytes = bytes;
    }
    body
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
}

/// The lines that stand for an exchange may repeat what was counted in the exchange itself.
fn redact_lines(exchange: &mut Exchange, pass: &mut Pass) {
    quietly(pass, |pass| {
        for line in [&mut exchange.summary, &mut exchange.operation] {
            if pass.detectors.may_find(line.as_bytes()) {
                let mut bytes = std::mem::take(line).into_bytes();
                detect::redact(&mut bytes, Neighbours::Text, pass);
                *line = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
    });
}
