//! Secrets in the parameters of a Content-Disposition, the names of uploaded and downloaded files among them: as they
//! are written (RFC 6266, RFC 7578), percent-encoded (`filename*=UTF-8''...`, RFC 8187) or in pieces
//! (`filename*0=...`, RFC 2231).

use std::ops::Range;

use super::detect::{self, Neighbours};
use super::edits::Edits;
use super::pass::Place;
use super::{Pass, inside, url};

/// A parameter, its pieces put together.
#[derive(Debug)]
pub(super) struct Parameter<'a> {
    /// Without the asterisk and what follows it.
    name: &'a [u8],
    /// Decoded.
    value: Vec<u8>,
    pieces: Vec<Piece>,
}

/// Where a value, or a part of it, stands.
#[derive(Debug)]
struct Piece {
    /// Without quotes, charset and language.
    at: Range<usize>,
    encoded: bool,
}

/// A field's value with the secrets of its parameters replaced; `None` when there are none.
pub(super) fn redact(value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(value);
    for parameter in parameters(value) {
        let Some(new) = redact_parameter(&parameter, pass) else {
            continue;
        };
        let mut new = Some(new);
        for piece in parameter.pieces {
            let text = new.take().unwrap_or_default();
            edits.put(piece.at, &written(text, piece.encoded));
        }
    }
    edits.finish()
}

/// The decoded values of the parameter `name`; there may be one for old readers and one for new ones.
pub(super) fn values<'a>(value: &'a [u8], name: &str) -> impl Iterator<Item = Vec<u8>> + use<'a> {
    let name = name.as_bytes().to_vec();
    let all = parameters(value).into_iter();
    all.filter(move |one| one.name.eq_ignore_ascii_case(&name))
        .map(|one| one.value)
}

fn redact_parameter(parameter: &Parameter<'_>, pass: &mut Pass) -> Option<Vec<u8>> {
    let Parameter { name, value, .. } = parameter;
    // where the parts of a body begin has to stay as it is there; `name` says which field it is, not what it holds
    if name.eq_ignore_ascii_case(b"boundary") {
        return None;
    }
    if !name.eq_ignore_ascii_case(b"name")
        && let Some(rule) = pass.rule(|table| &mut table.form, name, false)
        && let Some(new) = pass.replace(rule, value, Place::Form(name))
    {
        return Some(new);
    }
    let inside = inside::redact(value, pass);
    let mut new = inside.clone().unwrap_or_else(|| value.clone());
    // what is encoded or in pieces is hidden from the detectors, which look at what is written
    let is_hidden = parameter.pieces.len() > 1 || parameter.pieces.iter().any(|one| one.encoded);
    let found = is_hidden && detect::redact(&mut new, Neighbours::Text, pass);
    (found || inside.is_some()).then_some(new)
}

/// As it is written in the place of a value.
fn written(mut text: Vec<u8>, encoded: bool) -> Vec<u8> {
    if encoded {
        return url::encode(&text);
    }
    text.retain(|byte| !matches!(byte, b'"' | b'\\' | b';' | b'\r' | b'\n' | 0));
    text
}

/// What follows the first `;`.
fn parameters(text: &[u8]) -> Vec<Parameter<'_>> {
    let mut all: Vec<Parameter<'_>> = Vec::new();
    let mut at = end_of_value(text, 0);
    while at < text.len() {
        let start = at + 1;
        at = end_of_value(text, start);
        let Some(pair) = text.get(start..at) else {
            break;
        };
        let Some(equals) = memchr::memchr(b'=', pair) else {
            continue;
        };
        let (name, _) = pair.split_at_checked(equals).unwrap_or_default();
        let value = unquoted(text, start + equals + 1..at);
        add(&mut all, name.trim_ascii(), value, text);
    }
    all
}

/// Adds a pair: a parameter, or a piece of one.
fn add<'a>(all: &mut Vec<Parameter<'a>>, name: &'a [u8], at: Range<usize>, text: &'a [u8]) {
    let asterisk = memchr::memchr(b'*', name).unwrap_or(name.len());
    let (base, form) = name.split_at_checked(asterisk).unwrap_or((name, b""));
    let encoded = form.ends_with(b"*");
    let number = form.strip_prefix(b"*").unwrap_or(form);
    let number = number.strip_suffix(b"*").unwrap_or(number);
    let is_piece = !number.is_empty();
    // only the first piece says its charset
    let says_charset = encoded && (!is_piece || number == b"0");
    let at = if says_charset {
        behind_charset(text, at)
    } else {
        at
    };
    let written = text.get(at.clone()).unwrap_or_default();
    let value = if encoded {
        url::decode(written, false)
    } else {
        unescaped(written)
    };
    let piece = Piece { at, encoded };
    let is_more = is_piece && number != b"0";
    match all.last_mut().filter(|one| is_more && one.name == base) {
        Some(parameter) => {
            parameter.value.extend_from_slice(&value);
            parameter.pieces.push(piece);
        }
        None => all.push(Parameter {
            name: base,
            value,
            pieces: vec![piece],
        }),
    }
}

/// Where the text from `from` on has its first `;` that is in no quotes.
fn end_of_value(text: &[u8], from: usize) -> usize {
    let mut quoted = false;
    let mut before = 0;
    for (place, byte) in text.iter().enumerate().skip(from) {
        match byte {
            b'"' if !(quoted && before == b'\\') => quoted = !quoted,
            b';' if !quoted => return place,
            _ => {}
        }
        before = *byte;
    }
    text.len()
}

/// The range without blanks and quotes around it.
fn unquoted(text: &[u8], range: Range<usize>) -> Range<usize> {
    let all = text.get(range.clone()).unwrap_or_default();
    let start = range.start + (all.len() - all.trim_ascii_start().len());
    let len = all.trim_ascii().len();
    match text.get(start..start + len) {
        Some([b'"', .., b'"']) => start + 1..start + len - 1,
        Some([b'"', ..]) => start + 1..start + len,
        _ => start..start + len,
    }
}

/// The range behind `charset'language'`, when that stands there.
fn behind_charset(text: &[u8], range: Range<usize>) -> Range<usize> {
    let all = text.get(range.clone()).unwrap_or_default();
    let mut quotes = memchr::memchr_iter(b'\'', all);
    match quotes.nth(1) {
        Some(second) => range.start + second + 1..range.end,
        None => range,
    }
}

/// Without the backslashes before quotes; others stand in the paths that some clients send.
fn unescaped(text: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(text.len());
    for byte in text {
        if *byte == b'"' && value.last() == Some(&b'\\') {
            value.pop();
        }
        value.push(*byte);
    }
    value
}
