//! Secrets in an HTTP exchange: start line, fields, body. A message is only put together again when
//! something in it was replaced; its Content-Length, chunks and content coding are then put right.

use std::borrow::Cow;
use std::io::Write as _;

use crate::http::{Field, Message, StartLine, decode_content};
use crate::{Exchange, Flags, Payload};

use super::{Pass, Rules, detect, form, html, json, keys, url};

/// Coded bodies are decoded up to this for redaction.
const DECODED_CAP: usize = 8 << 20;

pub(super) fn redact(exchange: &mut Exchange, rules: &Rules, pass: &mut Pass<'_>) {
    let cut = Flags::REQUEST_OVER_CAP | Flags::REQUEST_TRUNCATED;
    let request_whole = !exchange.flags.intersects(cut);
    let cut = Flags::RESPONSE_OVER_CAP | Flags::RESPONSE_TRUNCATED;
    let response_whole = !exchange.flags.intersects(cut);
    if let Some(request) = &mut exchange.request {
        redact_payload(request, request_whole, rules, pass);
        if let Some(summary) = summary(&request.bytes) {
            exchange.summary = summary;
        }
    }
    if let Some(response) = &mut exchange.response {
        redact_payload(response, response_whole, rules, pass);
    }
}

fn redact_payload(payload: &mut Payload, whole: bool, rules: &Rules, pass: &mut Pass<'_>) {
    let rewritten = rewrite(&payload.bytes, whole, rules, pass);
    if let Some(bytes) = rewritten {
        payload.bytes = bytes;
    }
    detect::redact(&mut payload.bytes, rules, pass);
}

/// The message with its named secrets replaced, and those known by shape in a coded body; `None` when
/// there are none.
fn rewrite(bytes: &[u8], whole: bool, rules: &Rules, pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let mut message = Message::parse(bytes).ok()?;
    let mut changed = false;
    if rules.credentials {
        changed |= redact_target(&mut message.start, pass);
        for field in message.headers.iter_mut().chain(&mut message.trailers) {
            changed |= redact_field(field, pass);
        }
    }
    changed |= redact_body(&mut message, whole, rules, pass);
    changed.then(|| message.encode())
}

fn redact_target(start: &mut StartLine<'_>, pass: &mut Pass<'_>) -> bool {
    let StartLine::Request { target, .. } = start else {
        return false;
    };
    let Some(redacted) = url::redact(target, pass) else {
        return false;
    };
    *target = Cow::Owned(redacted);
    true
}

fn redact_field(field: &mut Field<'_>, pass: &mut Pass<'_>) -> bool {
    let value = field.value.as_ref();
    let replaced = if field.is("Authorization") || field.is("Proxy-Authorization") {
        credentials(value, pass)
    } else if field.is("Cookie") {
        cookies(value, pass)
    } else if field.is("Set-Cookie") {
        set_cookie(value, pass)
    } else if field.is("Location") || field.is("Referer") || field.is("Content-Location") {
        url::redact(value, pass)
    } else if keys::is_secret(&field.name) {
        pass.replace("api_key_header", value)
            .map(String::into_bytes)
    } else {
        None
    };
    match replaced {
        Some(value) => {
            field.value = Cow::Owned(value);
            true
        }
        None => false,
    }
}

/// `SCHEME CREDENTIALS` (RFC 9110 section 11.4): the scheme stays.
fn credentials(value: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let blank = memchr::memchr(b' ', value).map_or(0, |at| at + 1);
    let (scheme, secret) = value.split_at_checked(blank)?;
    let pseudonym = pass.replace("authorization", secret.trim_ascii())?;
    Some([scheme, pseudonym.as_bytes()].concat())
}

/// `a=1; b=2` (RFC 6265 section 4.2): every value.
fn cookies(value: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let mut changed = false;
    let pairs: Vec<Vec<u8>> = value
        .split(|byte| *byte == b';')
        .map(|pair| match cookie(pair, pass) {
            Some(pair) => {
                changed = true;
                pair
            }
            None => pair.to_vec(),
        })
        .collect();
    changed.then(|| pairs.join(&b';'))
}

/// `a=1; Path=/` (RFC 6265 section 4.1): the first pair's value.
fn set_cookie(value: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let (pair, attributes) = value.split_at_checked(end)?;
    Some([&cookie(pair, pass)?, attributes].concat())
}

fn cookie(pair: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let (name, value) = pair.split_at_checked(memchr::memchr(b'=', pair)? + 1)?;
    let value = value.trim_ascii();
    let value = value
        .strip_prefix(b"\"")
        .and_then(|inner| inner.strip_suffix(b"\""))
        .unwrap_or(value);
    let pseudonym = pass.replace("cookie", value)?;
    Some([name, pseudonym.as_bytes()].concat())
}

fn redact_body(message: &mut Message<'_>, whole: bool, rules: &Rules, pass: &mut Pass<'_>) -> bool {
    let kind = message
        .header("Content-Type")
        .unwrap_or_default()
        .to_ascii_lowercase();
    if message.body.is_empty() || !may_hold_text(&kind) {
        return false;
    }
    let coding = message
        .header("Content-Encoding")
        .unwrap_or_default()
        .to_vec();
    let coded = !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity");
    if !coded {
        let redacted = if rules.credentials {
            redact_content(&message.body, &kind, pass)
        } else {
            None
        };
        let Some(body) = redacted else { return false };
        put_body(message, body, whole);
        return true;
    }
    let Ok(decoded) = decode_content(&coding, &message.body, DECODED_CAP) else {
        return false;
    };
    if !decoded.complete {
        return false;
    }
    let mut content = decoded.bytes.into_owned();
    let before = pass.changed;
    pass.changed = false;
    if rules.credentials
        && let Some(redacted) = redact_content(&content, &kind, pass)
    {
        content = redacted;
    }
    detect::redact(&mut content, rules, pass);
    let changed = pass.changed;
    pass.changed |= before;
    if changed {
        recode(message, content, &coding, whole);
    }
    changed
}

/// Puts rewritten content under the coding it had; one that cannot be written here is taken off.
fn recode(message: &mut Message<'_>, content: Vec<u8>, coding: &[u8], whole: bool) {
    let zipped = coding.trim_ascii().eq_ignore_ascii_case(b"gzip").then(|| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&content).and_then(|()| gzip.finish())
    });
    match zipped {
        Some(Ok(zipped)) => put_body(message, zipped, whole),
        _ => {
            message
                .headers
                .retain(|field| !field.is("Content-Encoding"));
            put_body(message, content, whole);
        }
    }
}

/// A body whose end is not kept leaves the announced length as it was.
fn put_body(message: &mut Message<'_>, body: Vec<u8>, whole: bool) {
    if whole {
        message.set_body(body);
    } else {
        message.body = Cow::Owned(body);
    }
}

fn redact_content(content: &[u8], kind: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    if kind.starts_with(b"application/x-www-form-urlencoded") {
        form::redact(content, pass)
    } else if kind.starts_with(b"multipart/form-data") {
        form::redact_multipart(content, kind, pass)
    } else if kind.starts_with(b"text/html") || kind.starts_with(b"application/xhtml") {
        html::redact(content, pass)
    } else if memchr::memmem::find(kind, b"json").is_some()
        || matches!(content.trim_ascii_start().first(), Some(b'{' | b'['))
    {
        json::redact(content, pass)
    } else {
        None
    }
}

fn may_hold_text(kind: &[u8]) -> bool {
    let binary = [
        &b"image/"[..],
        b"audio/",
        b"video/",
        b"font/",
        b"application/octet-stream",
        b"application/zip",
    ];
    !binary.iter().any(|prefix| kind.starts_with(prefix))
}

/// The request line without its version, at most 256 bytes.
fn summary(bytes: &[u8]) -> Option<String> {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty())?;
    let line = line.trim_ascii();
    let end = memchr::memmem::rfind(line, b" HTTP/").unwrap_or(line.len());
    let mut text = String::from_utf8_lossy(line.get(..end)?).into_owned();
    text.truncate(text.floor_char_boundary(256));
    Some(text)
}
