//! Secrets in the content of an HTTP message, whatever its type, chunking and content coding.

mod coded;
mod csv;
mod kind;
mod lines;
mod utf16;

use std::borrow::Cow;

use crate::http::{Message, decode_content};
use crate::redact::detect::{self, Neighbours};
use crate::redact::form::{self, Pairs};
use crate::redact::{Pass, base64, html, inside, json, multipart, url, xml};
use kind::{contains, is, is_media, is_text, looks_like_form, may_be_json};

pub(super) use coded::undeclared_coding;

/// Coded content is looked at up to this; what comes after is not kept.
const DECODED_CAP: usize = 32 << 20;
/// What some texts begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

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
    let is_coded = !coding.is_empty() && !coding.eq_ignore_ascii_case(b"identity");
    let decoded = is_coded
        .then(|| decode_content(&coding, &message.body, DECODED_CAP).ok())
        .flatten()
        // what reads as text was never coded, whatever the message says
        .filter(|decoded| decoded.complete || !is_text(&message.body));
    let Some(decoded) = decoded else {
        return redact_as_it_is(message, whole, pass);
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

/// Replaces the secrets of content that has no coding, or not the one that it claims.
fn redact_as_it_is(message: &mut Message<'_>, whole: bool, pass: &mut Pass) -> Outcome {
    let kind = content_type(message);
    let coded = undeclared_coding(&message.body).is_some();
    let content = redact_content(&message.body, kind, message.chunked, pass);
    let changed = content.is_some();
    if let Some(content) = content {
        message.put_body(content, whole && !pass.over_cap);
    }
    Outcome {
        changed,
        coded,
        over_cap: false,
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

fn content_type<'a>(message: &'a Message<'_>) -> &'a [u8] {
    message.header("Content-Type").unwrap_or_default()
}

/// The content of a message without chunks and content coding, or a part of it, with its secrets replaced; `None`
/// when there are none. `kind`: its media type, if it says one.
pub(super) fn redact_part(content: &[u8], kind: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    if content.is_empty() || is_media(kind) {
        return None;
    }
    redact_content(content, kind, false, pass)
}

/// The content with its secrets replaced; `None` when there are none. `kind`: its media type. `detecting`:
/// the detectors do not see these bytes elsewhere.
fn redact_content(
    content: &[u8],
    kind: &[u8],
    detecting: bool,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    if let Some(coding) = undeclared_coding(content) {
        return pass.inside(|pass| coded::redact(content, coding, kind, pass));
    }
    if let Some(order) = utf16::order_of(content) {
        let text = utf16::decode(content, order);
        let new = pass.inside(|pass| redact_content(text.as_bytes(), kind, true, pass));
        return new.map(|new| utf16::encode(&new, order));
    }
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
    let text = content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content);
    let first = text.trim_ascii_start().first();
    let is_json = matches!(first, Some(b'{' | b'['));
    if is(kind, b"application/x-www-form-urlencoded") {
        // Clients that are told nothing else call JSON so too.
        let document = is_json.then(|| json::redact(content, pass)).flatten();
        let pairs = document.as_deref().unwrap_or(content);
        form::redact(pairs, Pairs::Form, pass).or(document)
    } else if is(kind, b"multipart/") {
        multipart::redact(content, kind, pass)
    } else if is(kind, b"text/html") || is(kind, b"application/xhtml") {
        url::also_in_text(content, html::redact(content, pass), pass)
    } else if is(kind, b"message/http") || is(kind, b"application/http") {
        pass.inside(|pass| super::redact_message(content, pass))
    } else if matches!(first, Some(b'<')) && contains(kind, b"xml") {
        url::also_in_text(content, xml::redact(content, pass), pass)
    } else if is_json || may_be_json(kind) {
        let document = json::redact(content, pass);
        if document.is_none() && !is_json && looks_like_form(content) {
            form::redact(content, Pairs::Form, pass)
        } else if document.is_none() && is(kind, b"text/plain") {
            // a line of a log may begin so
            redact_text(content, pass)
        } else {
            document
        }
    } else if contains(kind, b"javascript") {
        // What a page is told, or what a script is called with.
        url::also_in_text(content, json::redact_script(content, pass), pass)
    } else if is(kind, b"text/css") || !is_text(content) {
        None
    } else if matches!(first, Some(b'<')) {
        inside::redact(content, pass)
    } else if base64::may_be(content)
        && let Some(new) = base64::redact(content, pass)
    {
        Some(new)
    } else if looks_like_form(content) {
        // or one URL with a query
        url::also_in_text(content, form::redact(content, Pairs::Form, pass), pass)
    } else if contains(kind, b"csv") {
        csv::redact(content, pass)
    } else {
        redact_text(content, pass)
    }
}

/// Text of any kind: lines that say what something is, names and values in quotes, URLs.
fn redact_text(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let lines = lines::redact(text, pass);
    let text = lines.as_deref().unwrap_or(text);
    let quoted = memchr::memchr2(b'"', b'\'', text)
        .and_then(|_| json::redact(text, pass))
        .or_else(|| lines.clone());
    url::also_in_text(text, quoted, pass)
}
