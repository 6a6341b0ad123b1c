//! The parts of a body, each with the place it stands in: fields of JSON, texts and attributes of HTML, lines
//! of other text. Elements of a list stand in the same place.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::http::places::guess::names_a_secret;
use crate::http::places::html::{Piece, attributes, pieces};
use crate::http::places::json::leaves;
use crate::http::places::{is_html, is_json};

/// A place, hashed.
pub(crate) type KeyHash = u64;

/// A part of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// The place it stands in.
    pub(super) key: KeyHash,
    /// What it says, as written.
    pub(super) value: &'a [u8],
    /// What stands there is made to be unguessable, by the name of the place: it differs every time.
    pub(super) is_secret: bool,
}

/// The parts of a body of a media type, in order.
pub(super) fn parts<'a>(body: &'a [u8], kind: &[u8]) -> Vec<Part<'a>> {
    let mut found = Vec::new();
    walk(body, kind, &|_, _| true, &mut |name, value| {
        found.push(Part {
            key: hash(name),
            value,
            is_secret: names_a_secret(name.rsplit(['.', ':', '@']).next().unwrap_or(name)),
        });
    });
    found
}

/// The name of the place a part of `body` stands in.
pub(super) fn name_of(body: &[u8], kind: &[u8], part: &Part<'_>) -> String {
    let mut found = None;
    walk(body, kind, &|_, _| true, &mut |name, _| {
        if found.is_none() && hash(name) == part.key {
            found = Some(name.to_owned());
        }
    });
    found.unwrap_or_else(|| "body".to_owned())
}

/// The hash of a place's name.
pub(super) fn hash(name: &str) -> KeyHash {
    let mut hasher = FxHasher::default();
    hasher.write(name.as_bytes());
    hasher.finish()
}

/// Calls `found` with the place and the text of every part of a body of a media type that is `wanted`, in order:
/// by whether it is in a list of JSON, and by its text.
pub(super) fn walk<'a>(
    body: &'a [u8],
    kind: &[u8],
    wanted: &dyn Fn(bool, &[u8]) -> bool,
    found: &mut dyn FnMut(&str, &'a [u8]),
) {
    let mut named = |name: &str, text: &'a [u8]| {
        if wanted(false, text) {
            found(name, text);
        }
    };
    if is_json(kind) {
        json(body, wanted, found);
    } else if is_html(kind) {
        html(body, &mut named);
    } else if kind.starts_with(b"text/") || kind.starts_with(b"application/xml") {
        for line in body.split(|byte| *byte == b'\n') {
            named("line", line);
        }
    } else {
        named("body", body);
    }
}

fn json<'a>(
    body: &'a [u8],
    wanted: &dyn Fn(bool, &[u8]) -> bool,
    found: &mut dyn FnMut(&str, &'a [u8]),
) {
    let mut name = String::new();
    leaves(body, &mut |leaf| {
        let text = body.get(leaf.range.clone()).unwrap_or_default();
        if !wanted(leaf.in_array, text) {
            return;
        }
        name.clear();
        name.push_str("json:");
        for (number, key) in leaf.path.split('.').enumerate() {
            if number > 0 {
                name.push('.');
            }
            let is_index = leaf.in_array && key.bytes().all(|byte| byte.is_ascii_digit());
            name.push_str(if is_index { "*" } else { key });
        }
        found(&name, text);
    });
}

fn html<'a>(body: &'a [u8], found: &mut dyn FnMut(&str, &'a [u8])) {
    let mut name = String::from("html:");
    let start = name.len();
    pieces(body, &mut |piece| match piece {
        Piece::Tag {
            name: tag,
            attributes: inside,
        } => {
            name.truncate(start);
            name.push_str(&String::from_utf8_lossy(tag).to_ascii_lowercase());
            let end = name.len();
            found(&name, b"");
            for (attribute, value) in attributes(inside) {
                name.push('@');
                name.push_str(&String::from_utf8_lossy(attribute));
                found(&name, value);
                name.truncate(end);
            }
        }
        Piece::Text(text) => found(&name, text.trim_ascii()),
        Piece::End(_) => {}
    });
}
