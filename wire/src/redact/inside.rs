//! Texts that stand in a string, a field, a parameter or a value of a row: what each is, and its secrets.

use super::form::{self, Pairs};
use super::{Pass, base64, html, json, php, url, xml};

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// JSON, or anything else with names and values in quotes.
    Document,
    Markup,
    /// Serialized by PHP.
    Serialized,
    Url,
    Pairs(Pairs),
    /// With URLs in it.
    Text,
    /// Percent-encoded once more than it need be.
    Escaped,
}

/// Whether there is anything in `text` that a text with secrets has: a sign of pairs, of markup, of a URL with a
/// password, of a string in single quotes.
pub(super) fn may_hold_others(text: &[u8]) -> bool {
    memchr::memchr3(b'=', b'@', b'\'', text).is_some() || memchr::memchr(b'<', text).is_some()
}

/// Whether there may be a text with secrets among values that are nothing else: a document, a URL, a query, any of them
/// in base64. What is a packet's length by chance, or a sum or a date, is passed over: rows are full of them.
pub(super) fn may_stand_in(bytes: &[u8]) -> bool {
    let is_written = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at));
        byte.is_some_and(|byte| !byte.is_ascii_control() || byte.is_ascii_whitespace())
    };
    let is_document = |at: usize| match bytes.get(at) {
        Some(b'/') => at
            .checked_sub(1)
            .and_then(|before| bytes.get(before..))
            .is_some_and(|from| from.starts_with(b"://")),
        Some(b'&') => is_written(at.checked_sub(1)) && is_written(at.checked_add(1)),
        _ => is_written(at.checked_add(1)),
    };
    memchr::memchr3_iter(b'{', b'&', b'/', bytes).any(is_document) || base64::may_stand_in(bytes)
}

/// The text with its secrets replaced; `None` when there are none.
pub(super) fn redact(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    // what only begins so may be anything else
    if base64::may_be(text)
        && let Some(new) = pass.inside(|pass| base64::redact(text, pass))
    {
        return Some(new);
    }
    let kind = kind(text)?;
    pass.inside(|pass| match kind {
        Kind::Serialized => url::also_in_text(text, php::redact(text, pass), pass),
        Kind::Url => url::redact(text, pass),
        Kind::Pairs(of) => form::redact(text, of, pass),
        Kind::Document => url::also_in_text(text, json::redact(text, pass), pass),
        Kind::Markup => url::also_in_text(text, markup(text, pass), pass),
        Kind::Text => url::redact_in_text(text, pass),
        Kind::Escaped => {
            let new = redact(&url::decode(text, false), pass);
            new.map(|new| url::encode(&new))
        }
    })
}

fn kind(text: &[u8]) -> Option<Kind> {
    let first = text.trim_ascii_start().first()?;
    if matches!(first, b'{' | b'[') {
        return Some(Kind::Document);
    }
    let holds = |byte| memchr::memchr(byte, text).is_some();
    if holds(b'<') {
        return Some(Kind::Markup);
    }
    let (equals, colon) = (holds(b'='), holds(b':'));
    if !equals && !colon {
        let is_path = url::may_lead_to_token(text) && text.iter().all(u8::is_ascii_graphic);
        let escaped = is_escaped(text).then_some(Kind::Escaped);
        return escaped.or_else(|| is_path.then_some(Kind::Url));
    }
    if memchr::memchr2(b'"', b'\'', text).is_some() {
        let is_serialized = colon && php::may_be(text);
        return Some(if is_serialized {
            Kind::Serialized
        } else {
            Kind::Document
        });
    }
    let is_word = || text.iter().all(u8::is_ascii_graphic);
    if colon && memchr::memmem::find(text, b"://").is_some() {
        return Some(if is_word() { Kind::Url } else { Kind::Text });
    }
    if !equals {
        return None;
    }
    let parameters = holds(b';') && !holds(b'&');
    if !is_word() {
        // "Server=db;User Id=shop;Password=x", "no such page: /x?token=y"
        return if parameters {
            Some(Kind::Pairs(Pairs::Parameters))
        } else {
            holds(b'?').then_some(Kind::Text)
        };
    }
    let query = memchr::memchr2(b'?', b'=', text).and_then(|at| text.get(at));
    if *first == b'/' || query == Some(&b'?') {
        Some(Kind::Url)
    } else if parameters {
        Some(Kind::Pairs(Pairs::Parameters))
    } else {
        Some(Kind::Pairs(Pairs::Form))
    }
}

/// Whether signs that pairs, URLs and documents have stand escaped in a text.
fn is_escaped(text: &[u8]) -> bool {
    const SIGNS: [&[u8]; 3] = [b"3d", b"3a", b"7b"];
    memchr::memchr_iter(b'%', text).any(|at| {
        let digits = text.get(at + 1..at + 3).unwrap_or_default();
        SIGNS.iter().any(|sign| digits.eq_ignore_ascii_case(sign))
    })
}

fn markup(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let page = html::redact(text, pass);
    if text.trim_ascii_start().first() != Some(&b'<') {
        return page;
    }
    xml::redact(page.as_deref().unwrap_or(text), pass).or(page)
}
