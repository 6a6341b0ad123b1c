//! Secrets in what PHP serializes, in sessions and columns: `a:1:{s:8:"password";s:3:"abc";}`, `token|s:3:"abc";`.
//! A string's length in bytes stands before it and is put right.

use std::ops::Range;

use super::Pass;
use super::edits::Edits;
use super::pass::Place;

/// What a string begins with that follows its name: the end of another string, or a bar.
const BEHIND_NAMES: [&[u8]; 2] = [b"\";s:", b"|s:"];
/// A longer word is no name.
const LONGEST_NAME: usize = 64;

/// Whether there may be such a string in `text`.
pub(super) fn may_be(text: &[u8]) -> bool {
    BEHIND_NAMES
        .iter()
        .any(|mark| memchr::memmem::find(text, mark).is_some())
}

/// A text with its secrets replaced; `None` when there are none.
pub(super) fn redact(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(text);
    let mut done = 0;
    for at in memchr::memmem::find_iter(text, b"s:") {
        let before = text.get(done..at).unwrap_or_default();
        let Some((length, value)) = string(text, at) else {
            continue;
        };
        let Some(name) = name_before(before) else {
            continue;
        };
        let Some(rule) = pass.rule(|table| &mut table.member, name, false) else {
            continue;
        };
        let old = text.get(value.clone()).unwrap_or_default();
        if let Some(new) = pass.replace(rule, old, Place::Json(name)) {
            edits.put(length, new.len().to_string().as_bytes());
            done = value.end;
            edits.put(value, &new);
        }
    }
    edits.finish()
}

/// Where the length of the string at `at` stands, and its bytes.
fn string(text: &[u8], at: usize) -> Option<(Range<usize>, Range<usize>)> {
    let start = at + 2;
    let digits = text.get(start..)?.iter();
    let end = start + digits.take_while(|byte| byte.is_ascii_digit()).count();
    let length: usize = std::str::from_utf8(text.get(start..end)?)
        .ok()?
        .parse()
        .ok()?;
    let value = end + 2;
    let after = value.checked_add(length)?;
    let is_quoted = text.get(end..value) == Some(b":\"") && text.get(after) == Some(&b'"');
    is_quoted.then_some((start..end, value..after))
}

/// The name that ends `before`: in quotes, or with a bar behind it.
fn name_before(before: &[u8]) -> Option<&[u8]> {
    let (inside, ends): (&[u8], fn(u8) -> bool) = match before {
        [inside @ .., b'"', b';'] => (inside, |byte| byte == b'"'),
        [inside @ .., b'|'] => (inside, |byte| matches!(byte, b';' | b'}' | b'|')),
        _ => return None,
    };
    let tail = inside.get(inside.len().saturating_sub(LONGEST_NAME + 1)..)?;
    let start = tail.iter().rposition(|byte| ends(*byte));
    tail.get(start.map_or(0, |at| at + 1)..)
}
