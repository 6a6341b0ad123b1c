//! Secrets in JSON: values of members by their name at any depth, or by their path. The bytes around
//! them stay as they are. What is not JSON, or only its beginning, is gone through all the same: a string
//! that a colon follows is a name. Behind bytes that the capture missed a string may go on or begin.

use std::borrow::Cow;
use std::ops::Range;

use super::detect::{self, Neighbours};
use super::edits::Edits;
use super::pass::Place;
use super::{Pass, url};
use crate::json_path::Step;

/// Deeper places are not followed: names count there, paths do not.
const DEPTH: usize = 128;
/// So many zeros are a hole in what was captured: no text has them.
const HOLE: [u8; 8] = [0; 8];
/// What a name is taken for of which a part is missing: it may be a secret's.
const ANY_NAME: &[u8] = b"password";
/// JSON in a string of JSON, and so on, up to this.
const NESTED: usize = 4;

/// A JSON text with its secrets replaced; `None` when there are none.
pub(super) fn redact(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    redact_nested(text, NESTED, pass)
}

/// One open object or array.
#[derive(Clone, Copy, Debug)]
struct Level<'a> {
    /// Where the value at hand stands in it.
    step: Step<'a>,
    /// The rule that takes all that is inside.
    rule: Option<usize>,
}

/// Where the reading is.
struct Reading<'a> {
    levels: Vec<Level<'a>>,
    /// Levels open beyond those followed.
    beyond: usize,
    /// The name read last, until its value has come.
    name: Option<&'a [u8]>,
}

fn redact_nested(text: &[u8], nested: usize, pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(text);
    let mut reading = Reading {
        levels: Vec::new(),
        beyond: 0,
        name: None,
    };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => reading.open(*byte == b'[', pass),
            b'}' | b']' => reading.close(),
            b',' => reading.next(),
            b'"' => {
                let (inner, end) = string(text, at + 1);
                if is_name(text, end + 1) {
                    reading.name(inner);
                } else if let Some(new) = reading.string(inner, nested, pass) {
                    edits.put(at + 1..end, &new);
                }
                at = end;
                if text.get(end) == Some(&0) {
                    continue;
                }
            }
            0 if is_hole(text, at) => {
                let (string, goes_on) = behind_hole(text, at);
                reading.name = None;
                at = string.start;
                if goes_on {
                    let rest = text.get(string.clone()).unwrap_or_default();
                    if is_name(text, string.end + 1) {
                        reading.name(ANY_NAME);
                    } else if let Some(new) = reading.rest_of_string(rest, pass) {
                        edits.put(string.clone(), &new);
                    }
                    at = string.end + 1;
                } else if is_value(text, at) {
                    reading.name(ANY_NAME);
                }
                continue;
            }
            b'0'..=b'9' => {
                let len = number(text.get(at..).unwrap_or_default());
                let is_value = at
                    .checked_sub(1)
                    .and_then(|before| text.get(before))
                    .is_none_or(|before| !before.is_ascii_alphanumeric());
                let value = text.get(at..at + len).unwrap_or_default();
                if is_value && let Some(new) = reading.number(value, pass) {
                    edits.put(at..at + len, &new);
                }
                at += len - 1;
            }
            _ => {}
        }
        at += 1;
    }
    edits.finish()
}

impl<'a> Reading<'a> {
    fn open(&mut self, array: bool, pass: &mut Pass) {
        if self.levels.len() >= DEPTH {
            self.beyond += 1;
            return;
        }
        let rule = self.rule(false, pass);
        let step = if array {
            Step::Element(0)
        } else {
            Step::Member(b"")
        };
        self.levels.push(Level { step, rule });
        self.name = None;
    }

    fn close(&mut self) {
        if self.beyond > 0 {
            self.beyond -= 1;
        } else {
            self.levels.pop();
        }
        self.name = None;
    }

    fn next(&mut self) {
        self.name = None;
        if self.beyond == 0
            && let Some(level) = self.levels.last_mut()
            && let Step::Element(index) = &mut level.step
        {
            *index += 1;
        }
    }

    fn name(&mut self, name: &'a [u8]) {
        self.name = Some(name);
        if self.beyond == 0
            && let Some(level) = self.levels.last_mut()
        {
            level.step = Step::Member(name);
        }
    }

    /// The rule for the value at hand: its own, or that of what it is in.
    fn rule(&self, for_number: bool, pass: &mut Pass) -> Option<usize> {
        let named = self.name.and_then(|name| {
            let name = unescape(name);
            pass.rule(|table| &mut table.member, &name, for_number)
        });
        let placed = if pass.table.paths.is_empty() || self.beyond > 0 {
            None
        } else {
            let place: Vec<Step<'_>> = self.levels.iter().map(|level| level.step).collect();
            pass.table
                .paths
                .iter()
                .find(|(path, rule)| {
                    pass.is_on(*rule)
                        && (!for_number || pass.takes_numbers(*rule))
                        && path.matches(&place)
                })
                .map(|(_, rule)| *rule)
        };
        let own = [named, placed].into_iter().flatten().min();
        own.or_else(|| {
            self.levels
                .last()
                .and_then(|level| level.rule)
                .filter(|rule| !for_number || pass.takes_numbers(*rule))
        })
    }

    fn string(&self, inner: &[u8], nested: usize, pass: &mut Pass) -> Option<Vec<u8>> {
        if inner.is_empty() {
            return None;
        }
        let value = unescape(inner);
        if let Some(rule) = self.rule(false, pass)
            && let Some(new) = pass.replace(rule, &value, Place::Json(self.name.unwrap_or(b"[]")))
        {
            return Some(escape(&new));
        }
        // Escapes hide what is inside from the detectors, and JSON in a string has names of its own.
        let Cow::Owned(mut value) = value else {
            return url_inside(&value, pass).map(|new| escape(&new));
        };
        let is_json = nested > 0 && matches!(value.trim_ascii_start().first(), Some(b'{' | b'['));
        let inside = if is_json {
            redact_nested(&value, nested - 1, pass)
        } else {
            url_inside(&value, pass)
        };
        let changed = inside.is_some();
        if let Some(inside) = inside {
            value = inside;
        }
        let found = detect::redact(&mut value, Neighbours::Text, pass);
        (changed || found).then(|| escape(&value))
    }

    /// The rest of a string whose beginning is missing, with its name: whatever it is, it does not stay.
    fn rest_of_string(&self, rest: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
        let rule = pass.table.member.rules().next()?;
        let new = pass.hide(rule, rest, Place::Json(b"(behind a hole)"))?;
        Some(escape(&new))
    }

    fn number(&self, value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
        let rule = self.rule(true, pass)?;
        pass.replace_number(rule, value, Place::Json(self.name.unwrap_or(b"[]")))
    }
}

/// A string that is a URL, with its secrets replaced; `None` when it has none.
fn url_inside(value: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let is_url = value.starts_with(b"http://") || value.starts_with(b"https://");
    is_url
        .then(|| pass.inside(|pass| url::redact(value, pass)))
        .flatten()
}

/// Whether there may be a document with names in `bytes`.
pub(super) fn may_stand_in(bytes: &[u8]) -> bool {
    memchr::memchr(b'{', bytes).is_some()
}

/// The document that `text` is, with its secrets replaced; `None` when it is none, or has none.
pub(super) fn redact_document(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    matches!(text.trim_ascii_start().first(), Some(b'{' | b'['))
        .then(|| pass.inside(|pass| redact(text, pass)))
        .flatten()
}

/// Whether a string comes next, or the colon before one.
fn is_value(text: &[u8], at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default().trim_ascii_start();
    matches!(rest.first(), Some(b'"' | b':'))
}

fn is_hole(text: &[u8], at: usize) -> bool {
    text.get(at..).is_some_and(|rest| rest.starts_with(&HOLE))
}

/// What comes behind the hole at `at`, up to the next quote, and whether that quote ends a string that began before.
fn behind_hole(text: &[u8], at: usize) -> (Range<usize>, bool) {
    let after = text.get(at..).unwrap_or_default();
    let zeros = after.iter().take_while(|byte| **byte == 0).count();
    let start = at + zeros;
    let (before, quote) = string(text, start);
    let opens = matches!(
        before.trim_ascii_end().last(),
        Some(b'{' | b'[' | b',' | b':')
    );
    let closes = text
        .get(quote + 1..)
        .unwrap_or_default()
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        .is_none_or(|byte| matches!(byte, b':' | b',' | b'}' | b']' | 0));
    let is_quote = text.get(quote) == Some(&b'"');
    (start..quote, !is_quote || closes && !opens)
}

/// The inside of the string that opens before `start`, and where its closing quote is, or should be; or a hole.
fn string(text: &[u8], start: usize) -> (&[u8], usize) {
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        match memchr::memchr3(b'"', b'\\', 0, rest) {
            None => return (text.get(start..).unwrap_or_default(), text.len()),
            Some(found) if rest.get(found) == Some(&b'"') || is_hole(text, at + found) => {
                return (text.get(start..at + found).unwrap_or_default(), at + found);
            }
            Some(found) if rest.get(found) == Some(&0) => at += found + 1,
            Some(escape) => at = (at + escape + 2).min(text.len()),
        }
    }
}

/// Whether a colon comes next.
fn is_name(text: &[u8], after: usize) -> bool {
    text.get(after..)
        .unwrap_or_default()
        .iter()
        .find(|byte| !byte.is_ascii_whitespace())
        == Some(&b':')
}

/// The length of a number that begins with a digit.
fn number(text: &[u8]) -> usize {
    text.iter()
        .position(|byte| !(byte.is_ascii_digit() || *byte == b'.'))
        .unwrap_or(text.len())
}

/// A string's value with its escapes resolved, as far as they are well-formed (RFC 8259 section 7).
fn unescape(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let quoted = [b"\"", inner, b"\""].concat();
    serde_json::from_slice::<String>(&quoted)
        .map_or(Cow::Borrowed(inner), |value| Cow::Owned(value.into_bytes()))
}

/// A value as the inside of a string.
fn escape(value: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
    if value.iter().all(plain) {
        return value.to_vec();
    }
    let quoted = serde_json::to_string(&String::from_utf8_lossy(value)).unwrap_or_default();
    let inner = quoted
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_default().as_bytes().to_vec()
}
