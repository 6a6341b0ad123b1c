//! Secrets in the start line, the fields and the trailers of an HTTP message.

mod protocols;

use std::borrow::Cow;

use crate::http::{Message, StartLine};
use crate::redact::edits::Edits;
use crate::redact::pass::Place;
use crate::redact::{Pass, base64, disposition, url};

/// Replaces them; whether there were any.
pub(super) fn redact(message: &mut Message<'_>, pass: &mut Pass) -> bool {
    let mut changed = false;
    if let StartLine::Request { target, .. } = &mut message.start
        && let Some(new) = redact_target(target, pass)
    {
        *target = Cow::Owned(new);
        changed = true;
    }
    for field in message.headers.iter_mut().chain(&mut message.trailers) {
        if let Some(new) = redact_field(&field.name, &field.value, pass) {
            field.value = Cow::Owned(new);
            changed = true;
        }
    }
    changed
}

/// What takes the place of a request's target; `None` when it stays.
pub(super) fn redact_target(target: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    url::redact(target, pass)
}

/// What takes the place of a field's value; `None` when it stays.
pub(super) fn redact_field(name: &[u8], value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    redact_value(name, value, pass).map(on_one_line)
}

fn redact_value(name: &[u8], value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
    if let Some(rule) = pass.rule(|table| &mut table.header, name, false) {
        return if is("Authorization") || is("Proxy-Authorization") {
            credentials(value, rule, name, pass)
        } else {
            pass.replace(rule, value, Place::Header(name))
        };
    }
    match name.len() {
        6 if is("Cookie") => cookies(value, pass),
        10 if is("Set-Cookie") => set_cookie(value, pass),
        4 if is("Link") => links(value, pass),
        7 if is("Cookie2") => cookies(value, pass),
        7 if is("Refresh") => refresh(value, pass),
        11 if is("Set-Cookie2") => set_cookie(value, pass),
        19 if is("Content-Disposition") => disposition::redact(value, pass),
        22 if is("Sec-WebSocket-Protocol") => protocols::redact(value, pass),
        _ if holds_url(name) => url::redact(value, pass),
        _ if base64::may_be(value) => base64::redact(value, pass),
        _ => None,
    }
}

/// Whether a field's value is a URL, by the end of its name: `Referer`, `Location`, `X-Original-URL`, `Destination`.
fn holds_url(name: &[u8]) -> bool {
    const ENDS: [&[u8]; 7] = [
        b"url",
        b"uri",
        b"location",
        b"redirect",
        b"referer",
        b"referrer",
        b"destination",
    ];
    let ends = |end: &[u8]| {
        name.len()
            .checked_sub(end.len())
            .and_then(|start| name.get(start..))
            .is_some_and(|last| last.eq_ignore_ascii_case(end))
    };
    // most names end otherwise, which their last two letters tell
    let Some([last_but_one, last]) = name.last_chunk::<2>() else {
        return false;
    };
    matches!(
        [last_but_one.to_ascii_lowercase(), last.to_ascii_lowercase()],
        [b'r', b'l' | b'i'] | [b'o', b'n'] | [b'c', b't'] | [b'e', b'r']
    ) && ENDS.into_iter().any(ends)
}

/// `SCHEME CREDENTIALS` (RFC 9110 section 11.4): the scheme stays.
fn credentials(value: &[u8], rule: usize, name: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let blank = memchr::memchr(b' ', value).map_or(0, |at| at + 1);
    let (scheme, secret) = value.split_at_checked(blank)?;
    let new = pass.replace(rule, secret.trim_ascii(), Place::Header(name))?;
    Some([scheme, &new].concat())
}

/// `a=1; b=2` (RFC 6265 section 4.2): the values.
fn cookies(value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(value);
    let mut at = 0;
    while let Some(rest) = value.get(at..).filter(|rest| !rest.is_empty()) {
        let len = memchr::memchr(b';', rest).unwrap_or(rest.len());
        if let Some((start, new)) = cookie(rest.get(..len).unwrap_or_default(), pass) {
            edits.put(at + start..at + len, &new);
        }
        at += len + 1;
    }
    edits.finish()
}

/// `a=1; Path=/` (RFC 6265 section 4.1): the first pair's value.
fn set_cookie(value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let end = memchr::memchr(b';', value).unwrap_or(value.len());
    let (start, new) = cookie(value.get(..end)?, pass)?;
    let mut edits = Edits::of(value);
    edits.put(start..end, &new);
    edits.finish()
}

/// Where a pair's value begins, and what takes its place.
fn cookie(pair: &[u8], pass: &mut Pass) -> Option<(usize, Vec<u8>)> {
    // A pair without a name is a value (RFC 6265bis section 5.6).
    let start = memchr::memchr(b'=', pair).map_or(0, |at| at + 1);
    let start = start.max(pair.len() - pair.trim_ascii_start().len());
    let (name, value) = pair.split_at_checked(start)?;
    let name = name.strip_suffix(b"=").unwrap_or(name).trim_ascii();
    let value = value.trim_ascii();
    let value = value
        .strip_prefix(b"\"")
        .and_then(|inner| inner.strip_suffix(b"\""))
        .unwrap_or(value);
    let rule = pass.rule(|table| &mut table.cookie, name, false)?;
    // scripts decode cookies and send what they hold in fields of their own: it has to look the same there
    let decoded = url::decode(value, false);
    let mut new = pass.replace(rule, &decoded, Place::Cookie(name))?;
    if decoded != value {
        new = url::encode(&new);
    }
    new.retain(|byte| !matches!(byte, b';' | b','));
    Some((start, new))
}

/// `<URL>; rel=next, <URL>` (RFC 8288 section 3): the URLs.
fn links(value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(value);
    for open in memchr::memchr_iter(b'<', value) {
        let rest = value.get(open + 1..).unwrap_or_default();
        let len = memchr::memchr2(b'>', b'<', rest).unwrap_or(rest.len());
        if let Some(new) = url::redact(rest.get(..len).unwrap_or_default(), pass) {
            edits.put(open + 1..open + 1 + len, &new);
        }
    }
    edits.finish()
}

/// `5; url=URL`: the URL.
fn refresh(value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let (wait, rest) = value.split_at_checked(memchr::memchr(b'=', value)? + 1)?;
    Some([wait, &url::redact(rest, pass)?].concat())
}

/// A field's value has no line ends.
fn on_one_line(mut value: Vec<u8>) -> Vec<u8> {
    value.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
    value
}
