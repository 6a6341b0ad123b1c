//! Secrets in the content of an HTTP message, whatever its type, chunking and content coding.

use std::borrow::Cow;

use crate::http::{Message, decode_content};
use crate::redact::detect::{self, Neighbours};
use crate::redact::form::{self, Pairs};
use crate::redact::{Pass, html, json, multipart, xml};

/// Coded content is looked at up to this; what comes after is not kept.
const DECODED_CAP: usize = 32 << 20;

/// What became of a body.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Outcome {
    /// It was rewritten.
    pub(super) changed: bool,
    /// It has a content coding and was looked at decoded.
    pub(super) coded: bool,
    /// Its end was left out.
    pub(super) over_cap: bool,
}

/// Replaces the secrets of a message's content. `whole`: all of it was captured, so that its length is
/// known.
pub(super) fn redact(message: &mut Message<'_>, whole: bool, pass: &mut Pass) -> Outcome {
    let kind = content_type(message);
    if message.body.is_empty() || is_media(kind) {
        return Outcome::default();
    }
    let transfer = transfer_codings(message);
    let content = message.header("Content-Encoding").unwrap_or_default();
    let coding = match (content.trim_ascii(), transfer.as_slice()) {
        (content, b"") => content.to_vec(),
        (b"", transfer) => transfer.to_vec(),
        (content, transfer) => [content, transfer].join(&b','),
    };
    let coded = !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity");
    if !coded {
        let Some(content) = redact_content(&message.body, kind, message.chunked, pass) else {
            return Outcome::default();
        };
        message.put_body(content, whole);
        return Outcome {
            changed: true,
            ..Outcome::default()
        };
    }
    let Ok(decoded) = decode_content(&coding, &message.body, DECODED_CAP) else {
        return Outcome::default();
    };
    let over_cap = !decoded.complete && decoded.bytes.len() >= DECODED_CAP;
    let changed = redact_content(&decoded.bytes, kind, true, pass);
    let content = match changed {
        Some(content) => content,
        None if over_cap => decoded.bytes.into_owned(),
        None => {
            return Outcome {
                coded: true,
                ..Outcome::default()
            };
        }
    };
    if !transfer.is_empty() {
        leave_out_transfer_codings(message);
    }
    let coded = message.put_content(content, whole && !over_cap);
    Outcome {
        changed: true,
        coded,
        over_cap,
    }
}

/// The codings that only the transfer has (RFC 9112 section 6.1), chunks left out.
fn transfer_codings(message: &Message<'_>) -> Vec<u8> {
    let Some(named) = message.header("Transfer-Encoding") else {
        return Vec::new();
    };
    let is_coding = |coding: &&[u8]| {
        let others = [&b""[..], b"chunked", b"identity"];
        !others
            .iter()
            .any(|other| coding.eq_ignore_ascii_case(other))
    };
    let codings = named.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    codings.filter(is_coding).collect::<Vec<_>>().join(&b',')
}

/// What is stored is what the transfer was to bring.
fn leave_out_transfer_codings(message: &mut Message<'_>) {
    let chunked = message.chunked;
    message
        .headers
        .retain(|field| chunked || !field.is("Transfer-Encoding"));
    for field in &mut message.headers {
        if field.is("Transfer-Encoding") {
            field.value = Cow::Borrowed(b"chunked");
        }
    }
}

/// The content of a message without chunks and content coding with its secrets replaced; `None` when there
/// are none.
pub(super) fn redact_plain(content: &[u8], kind: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    if content.is_empty() || is_media(kind) {
        return None;
    }
    redact_content(content, kind, false, pass)
}

fn content_type<'a>(message: &'a Message<'_>) -> &'a [u8] {
    message.header("Content-Type").unwrap_or_default()
}

/// The content with its secrets replaced; `None` when there are none. `kind`: its media type. `detecting`:
/// the detectors do not see these bytes elsewhere.
fn redact_content(
    content: &[u8],
    kind: &[u8],
    detecting: bool,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    let named = redact_named(content, kind, pass);
    if !detecting || !pass.detectors.may_find(named.as_deref().unwrap_or(content)) {
        return named;
    }
    let changed = named.is_some();
    let mut content = named.unwrap_or_else(|| content.to_vec());
    let found = detect::redact(&mut content, Neighbours::Text, pass);
    (changed || found).then_some(content)
}

fn redact_named(content: &[u8], kind: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let first = content.trim_ascii_start().first();
    if is(kind, b"application/x-www-form-urlencoded") {
        form::redact(content, Pairs::Form, pass)
    } else if is(kind, b"multipart/") {
        multipart::redact(content, kind, pass)
    } else if is(kind, b"text/html") || is(kind, b"application/xhtml") {
        html::redact(content, pass)
    } else if matches!(first, Some(b'<')) && contains(kind, b"xml") {
        xml::redact(content, pass)
    } else if matches!(first, Some(b'{' | b'[')) || may_be_json(kind) {
        json::redact(content, pass)
    } else if contains(kind, b"javascript") {
        // What a page is told, or what a script is called with.
        json::redact(content, pass)
    } else if (kind.is_empty() || is(kind, b"text/plain")) && looks_like_form(content) {
        form::redact(content, Pairs::Form, pass)
    } else {
        None
    }
}

/// Whether a media type begins so, in any case.
fn is(kind: &[u8], start: &[u8]) -> bool {
    kind.get(..start.len())
        .is_some_and(|kind| kind.eq_ignore_ascii_case(start))
}

fn may_be_json(kind: &[u8]) -> bool {
    contains(kind, b"json") || is(kind, b"text/event-stream")
}

/// Whether a word is part of a media type, in any case.
fn contains(kind: &[u8], word: &[u8]) -> bool {
    kind.windows(word.len()).any(|part| is(part, word))
}

fn looks_like_form(content: &[u8]) -> bool {
    memchr::memchr(b'=', content).is_some()
        && content
            .iter()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'{'))
}

/// Pictures, sound and fonts hold no text.
fn is_media(kind: &[u8]) -> bool {
    [&b"image/"[..], b"audio/", b"video/", b"font/"]
        .iter()
        .any(|start| is(kind, start))
        && !is(kind, b"image/svg")
}
