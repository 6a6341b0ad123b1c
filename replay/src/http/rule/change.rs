//! One change to a request. Lengths, chunks and content codings are put right by the message itself.

use std::borrow::Cow;

use regex::bytes::Regex;
use reprise_wire::JsonPath;
use reprise_wire::http::{Field, Message, StartLine, decode_content};

use super::pairs::{self, AMPERSAND, Between, SEMICOLON};
use super::replacement::{Moment, Replacement};
use crate::http::readdress::rename_host;
use crate::http::route::{origin_form, path_of};

/// Content that is longer is left alone; bytes, decoded.
const LONGEST_CONTENT: usize = 32 << 20;

/// What a rule does.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Host(Replacement),
    Path(Regex, Replacement),
    Query(String, Option<Replacement>),
    Header(String, Option<Replacement>),
    Cookie(String, Option<Replacement>),
    Body(Regex, Replacement),
    Json(JsonPath, Replacement),
}

impl Change {
    /// What is put in; `None` when something is removed.
    pub(super) const fn replacement(&self) -> Option<&Replacement> {
        match self {
            Self::Host(new) | Self::Path(_, new) | Self::Body(_, new) | Self::Json(_, new) => {
                Some(new)
            }
            Self::Query(_, new) | Self::Header(_, new) | Self::Cookie(_, new) => new.as_ref(),
        }
    }

    /// Whether it must wait until the request is sent.
    pub(super) fn is_late(&self) -> bool {
        let cookies = match self {
            Self::Cookie(..) => true,
            Self::Header(name, _) => name.eq_ignore_ascii_case("Cookie"),
            _ => false,
        };
        cookies || self.replacement().is_some_and(Replacement::varies)
    }

    /// Changes the request; whether there was anything to change.
    pub(super) fn apply(&self, request: &mut Message<'_>, moment: &Moment<'_>) -> bool {
        match self {
            Self::Host(new) => rename_host(request, &on_one_line(new.write(moment))),
            Self::Path(regex, new) => replace_in_path(request, regex, &new.write_for_regex(moment)),
            Self::Query(name, new) => {
                let new = new.as_ref().map(|new| in_query(&new.write(moment)));
                change_query(request, &in_query(name.as_bytes()), new.as_deref())
            }
            Self::Header(name, new) => {
                let new = new.as_ref().map(|new| on_one_line(new.write(moment)));
                change_header(request, name, new)
            }
            Self::Cookie(name, new) => {
                let new = new.as_ref().map(|new| in_cookie(new.write(moment)));
                change_cookie(request, name.as_bytes(), new.as_deref())
            }
            Self::Body(regex, new) => change_content(request, |content| {
                let new = new.write_for_regex(moment);
                match regex.replace_all(content, new.as_slice()) {
                    Cow::Owned(changed) => Some(changed),
                    Cow::Borrowed(_) => None,
                }
            }),
            Self::Json(path, new) => change_content(request, |content| {
                let new = new.write(moment);
                path.replace(content, &mut |old| Some(json_value(old, &new)))
            }),
        }
    }
}

fn target_of<'m, 'a>(request: &'m mut Message<'a>) -> Option<&'m mut Cow<'a, [u8]>> {
    match &mut request.start {
        StartLine::Request { target, .. } => Some(target),
        StartLine::Response { .. } => None,
    }
}

fn replace_in_path(request: &mut Message<'_>, regex: &Regex, new: &[u8]) -> bool {
    let Some(target) = target_of(request) else {
        return false;
    };
    let path = path_of(target);
    let Cow::Owned(changed) = regex.replace_all(path, new) else {
        return false;
    };
    let after = origin_form(target).unwrap_or(target).get(path.len()..);
    let slash: &[u8] = if changed.starts_with(b"/") { b"" } else { b"/" };
    let changed = [slash, &without_blanks(&changed), after.unwrap_or_default()].concat();
    *target = Cow::Owned(changed);
    true
}

fn change_query(request: &mut Message<'_>, name: &[u8], new: Option<&[u8]>) -> bool {
    let Some(target) = target_of(request) else {
        return false;
    };
    let at = target.iter().position(|byte| *byte == b'?');
    let (path, query) = match at.and_then(|at| target.split_at_checked(at)) {
        Some((path, query)) => (path, query.get(1..).unwrap_or_default()),
        None => (target.as_ref(), &b""[..]),
    };
    let Some(query) = change_pairs(query, AMPERSAND, name, new) else {
        return false;
    };
    let sign: &[u8] = if query.is_empty() { b"" } else { b"?" };
    let changed = [path, sign, &query].concat();
    *target = Cow::Owned(changed);
    true
}

fn change_pairs(row: &[u8], between: Between, name: &[u8], new: Option<&[u8]>) -> Option<Vec<u8>> {
    match new {
        Some(value) => Some(pairs::set(row, between, name, value)).filter(|set| set != row),
        None => pairs::remove(row, between, name),
    }
}

fn change_header(request: &mut Message<'_>, name: &str, new: Option<Vec<u8>>) -> bool {
    let same = |field: &Field<'_>| field.is(name);
    let at = request.headers.iter().position(same);
    let Some(value) = new else {
        request.headers.retain(|field| !same(field));
        return at.is_some();
    };
    let Some(at) = at else {
        request.headers.push(Field {
            name: Cow::Owned(name.as_bytes().to_vec()),
            value: Cow::Owned(value),
        });
        return true;
    };
    let mut first = true;
    request
        .headers
        .retain(|field| !same(field) || std::mem::take(&mut first));
    match request.headers.get_mut(at) {
        Some(field) if field.value != value => {
            field.value = Cow::Owned(value);
            true
        }
        _ => false,
    }
}

fn change_cookie(request: &mut Message<'_>, name: &[u8], new: Option<&[u8]>) -> bool {
    let recorded = request.header("Cookie").unwrap_or_default().to_vec();
    match change_pairs(&recorded, SEMICOLON, name, new) {
        Some(cookies) if cookies.is_empty() => change_header(request, "Cookie", None),
        Some(cookies) => change_header(request, "Cookie", Some(cookies)),
        None => false,
    }
}

/// Rewrites the content, its coding undone and done again.
fn change_content(
    request: &mut Message<'_>,
    change: impl FnOnce(&[u8]) -> Option<Vec<u8>>,
) -> bool {
    if request.body.is_empty() {
        return false;
    }
    let coding = request.header("Content-Encoding").unwrap_or_default();
    let changed = match decode_content(coding, &request.body, LONGEST_CONTENT) {
        Ok(content) if content.complete => change(&content.bytes),
        _ => None,
    };
    let Some(changed) = changed else { return false };
    request.put_content(changed, true);
    true
}

/// A new value for `old`, as it is written in JSON: a string stays one, anything else is put in as it is if
/// it is JSON.
fn json_value(old: &[u8], new: &[u8]) -> Vec<u8> {
    let is_json = || serde_json::from_slice::<serde::de::IgnoredAny>(new).is_ok();
    if !old.starts_with(b"\"") && is_json() {
        return new.to_vec();
    }
    serde_json::Value::from(String::from_utf8_lossy(new))
        .to_string()
        .into_bytes()
}

/// A field's value has no line ends (RFC 9110 section 5.5).
fn on_one_line(mut value: Vec<u8>) -> Vec<u8> {
    value.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
    value.trim_ascii().to_vec()
}

/// A cookie ends at a semicolon.
fn in_cookie(value: Vec<u8>) -> Vec<u8> {
    let mut value = on_one_line(value);
    value.retain(|byte| *byte != b';');
    value
}

/// A target has no blanks (RFC 9112 section 3.2).
fn without_blanks(path: &[u8]) -> Vec<u8> {
    encoded(path, |byte| byte.is_ascii_graphic() && byte != b'?')
}

/// A name or a value of a query.
fn in_query(text: &[u8]) -> Vec<u8> {
    encoded(text, |byte| {
        byte.is_ascii_alphanumeric() || b"-._~/:@!$'()*,;[]{}".contains(&byte)
    })
}

/// Percent-encodes what is not `kept` (RFC 3986 section 2.1).
fn encoded(text: &[u8], kept: impl Fn(u8) -> bool) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if kept(*byte) {
            out.push(*byte);
        } else {
            out.extend(format!("%{byte:02X}").into_bytes());
        }
    }
    out
}
