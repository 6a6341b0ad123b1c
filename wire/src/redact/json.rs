//! Secrets in JSON: values of members by their name at any depth, or by their path. The bytes around
//! them stay as they are. What is not JSON, or only its beginning, is gone through all the same: a string
//! that a colon follows is a name, and so is a word before one, as GraphQL and scripts have it. Behind bytes
//! that the capture missed a string may go on or begin.

mod loose;
mod pairs;
mod strings;

use std::borrow::Cow;
use std::ops::Range;

use super::detect::{self, Neighbours};
use super::edits::Edits;
use super::pass::Place;
use super::{Pass, base64, inside, url};
use crate::json_path::Step;
use loose::{looks_random, opens_single_quoted, unquoted_name};
use pairs::{Part, part_of, said_rule};
use strings::{Quoted, escape, string, unescape};

/// Deeper places are not followed: names count there, paths do not.
const DEPTH: usize = 128;
/// So many zeros are a hole in what was captured: no text has them.
const HOLE: [u8; 8] = [0; 8];
/// What a name is taken for of which a part is missing: it may be a secret's.
const ANY_NAME: &[u8] = b"password";
/// What a string of a document is if it is one with names in it.
const GRAPHQL: [&[u8]; 2] = [b"query", b"mutation"];

/// What is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Document,
    /// A program: what is set to a word without quotes, or has single ones, is a secret only if it looks random.
    Script,
}

/// A JSON text with its secrets replaced; `None` when there are none.
pub(super) fn redact(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    go_through(text, Style::Document, pass)
}

/// A script with its secrets replaced; `None` when there are none.
pub(super) fn redact_script(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    go_through(text, Style::Script, pass)
}

/// One open object or array.
#[derive(Clone, Debug)]
struct Level<'a> {
    /// Where the value at hand stands in it.
    step: Step<'a>,
    /// The rule that takes all that is inside.
    rule: Option<usize>,
    /// What its member `name` or the like says, and where its `value` stands.
    said: Option<&'a [u8]>,
    value: Option<Range<usize>>,
}

/// Where the reading is.
struct Reading<'a> {
    text: &'a [u8],
    style: Style,
    levels: Vec<Level<'a>>,
    /// Levels open beyond those followed.
    beyond: usize,
    /// The name read last, until its value has come.
    name: Option<&'a [u8]>,
    /// Whether there may be escapes in that name.
    escaped: bool,
    /// Whether that name had no quotes.
    unquoted: bool,
    /// Whether there is anything that a text in a string has.
    may_hold_others: bool,
    /// What takes the place of what; not in order.
    edits: Vec<(Range<usize>, Vec<u8>)>,
}

fn go_through(text: &[u8], style: Style, pass: &mut Pass) -> Option<Vec<u8>> {
    let mut reading = Reading {
        text,
        style,
        levels: Vec::new(),
        beyond: 0,
        name: None,
        escaped: false,
        unquoted: false,
        may_hold_others: inside::may_hold_others(text),
        edits: Vec::new(),
    };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'{' | b'[' => reading.open(*byte == b'[', pass),
            b'}' | b']' => reading.close(),
            b',' => reading.next(),
            b'"' => {
                at = reading.quoted(at, b'"', pass);
                if text.get(at) == Some(&0) {
                    continue;
                }
            }
            b'\'' if opens_single_quoted(text, at) => at = reading.quoted(at, b'\'', pass),
            // behind a quote it is the colon of a name that was read
            b':' | b'=' if at.checked_sub(1).and_then(|before| text.get(before)) != Some(&b'"') => {
                reading.word_before(at);
            }
            0 if is_hole(text, at) => {
                let (string, goes_on) = behind_hole(text, at);
                reading.name = None;
                at = string.start;
                if goes_on {
                    if is_name(text, string.end + 1) {
                        reading.name(ANY_NAME, false);
                    } else {
                        reading.rest_of_string(string.clone(), pass);
                    }
                    at = string.end + 1;
                } else if is_value(text, at) {
                    reading.name(ANY_NAME, false);
                }
                continue;
            }
            b'0'..=b'9' => {
                let len = number(text.get(at..).unwrap_or_default());
                let is_value = at
                    .checked_sub(1)
                    .and_then(|before| text.get(before))
                    .is_none_or(|before| !before.is_ascii_alphanumeric());
                if is_value {
                    reading.number(at..at + len, pass);
                }
                at += len - 1;
            }
            _ => {}
        }
        at += 1;
    }
    reading.finish()
}

impl<'a> Reading<'a> {
    fn finish(mut self) -> Option<Vec<u8>> {
        if self.edits.is_empty() {
            return None;
        }
        self.edits.sort_by_key(|(range, _)| range.start);
        let mut edits = Edits::of(self.text);
        for (range, new) in self.edits {
            edits.put(range, &new);
        }
        edits.finish()
    }

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
        self.levels.push(Level {
            step,
            rule,
            said: None,
            value: None,
        });
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

    fn name(&mut self, name: &'a [u8], escaped: bool) {
        self.name = Some(name);
        self.escaped = escaped;
        self.unquoted = false;
        if self.beyond == 0
            && let Some(level) = self.levels.last_mut()
        {
            level.step = Step::Member(name);
        }
    }

    /// A colon or an equals sign that no quoted name stands before: perhaps a word does.
    fn word_before(&mut self, at: usize) {
        let in_script = self.style == Style::Script;
        match unquoted_name(self.text, at, in_script) {
            Some(Some(word)) => {
                self.name(word, false);
                self.unquoted = true;
            }
            Some(None) => self.name = None,
            None => {}
        }
    }

    /// The rule for the value at hand: its own, or that of what it is in.
    fn rule(&self, for_number: bool, pass: &mut Pass) -> Option<usize> {
        let named = self.name.and_then(|name| {
            let unescaped = self.escaped.then(|| unescape(name));
            let name = unescaped.as_deref().unwrap_or(name);
            pass.rule(|table| &mut table.member, name, for_number)
        });
        let own = match (named, self.placed(for_number, pass)) {
            (Some(named), Some(placed)) => Some(named.min(placed)),
            (named, placed) => named.or(placed),
        };
        own.or_else(|| {
            self.levels
                .last()
                .and_then(|level| level.rule)
                .filter(|rule| !for_number || pass.takes_numbers(*rule))
        })
    }

    /// The rule for the place at hand.
    #[inline]
    fn placed(&self, for_number: bool, pass: &Pass) -> Option<usize> {
        if pass.table.paths.is_empty() || self.beyond > 0 {
            return None;
        }
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
    }

    /// A string in these quotes that opens at `open`: a name or a value. Where it ends.
    fn quoted(&mut self, open: usize, quote: u8, pass: &mut Pass) -> usize {
        let text = self.text;
        let mut found = string(text, open + 1, quote);
        let mut at = open + 1..found.end;
        if found.inner.is_empty()
            && let Some((block, after)) = loose::block(text, open)
        {
            found = Quoted {
                inner: text.get(block.clone()).unwrap_or_default(),
                end: after,
                escaped: true,
            };
            at = block;
        } else if quote == b'\''
            && (text.get(found.end) != Some(&quote) || found.inner.contains(&b'\n'))
        {
            // an apostrophe
            return open;
        }
        if is_name(text, found.end + 1) {
            self.name(found.inner, found.escaped);
            // its colon says nothing more
            let colon = usize::from(text.get(found.end + 1) == Some(&b':'));
            return found.end + colon;
        }
        let new = self.string(found, quote, pass);
        self.part_of_pair(found.inner, at, new, pass);
        self.name = None;
        found.end
    }

    /// Puts in what takes a string's place, and looks whether an object says by two members that it is a secret:
    /// `{"name": "password", "value": "x"}`.
    fn part_of_pair(
        &mut self,
        inner: &'a [u8],
        at: Range<usize>,
        new: Option<Vec<u8>>,
        pass: &mut Pass,
    ) {
        let changed = new.is_some();
        self.edits.extend(new.map(|new| (at.clone(), new)));
        let (Some(part), Some(level), 0) =
            (part_of(self.name), self.levels.last_mut(), self.beyond)
        else {
            return;
        };
        match part {
            Part::Name => level.said = Some(inner),
            Part::Value if !changed => level.value = Some(at),
            Part::Value => {}
        }
        if let (Some(said), Some(at)) = (level.said, level.value.clone()) {
            (level.said, level.value) = (None, None);
            let value = unescape(self.text.get(at.clone()).unwrap_or_default());
            let rule = said_rule(&unescape(said), pass);
            let new = rule.and_then(|rule| pass.replace(rule, &value, Place::Json(said)));
            self.edits.extend(new.map(|new| (at, escape(&new))));
        }
    }

    fn string(&self, found: Quoted<'_>, quote: u8, pass: &mut Pass) -> Option<Vec<u8>> {
        if found.inner.is_empty() {
            return None;
        }
        let value = if found.escaped {
            unescape(found.inner)
        } else {
            Cow::Borrowed(found.inner)
        };
        let in_script = self.style == Style::Script && (self.unquoted || quote == b'\'');
        if (!in_script || looks_random(&value))
            && let Some(rule) = self.rule(false, pass)
            && let Some(new) = pass.replace(rule, &value, Place::Json(self.name.unwrap_or(b"[]")))
        {
            return Some(escape(&new));
        }
        // Escapes hide what is inside from the detectors, and a text in a string has names of its own.
        let is_query = self.name.is_some_and(|name| GRAPHQL.contains(&name));
        let Cow::Owned(mut value) = value else {
            let may_hold = self.may_hold_others
                || is_query
                || base64::may_be(&value)
                || url::may_lead_to_token(&value);
            return may_hold
                .then(|| Self::inside(&value, is_query, pass))
                .flatten()
                .map(|new| escape(&new));
        };
        let inside = Self::inside(&value, is_query, pass);
        let changed = inside.is_some();
        if let Some(inside) = inside {
            value = inside;
        }
        let found = detect::redact(&mut value, Neighbours::Text, pass);
        (changed || found).then(|| escape(&value))
    }

    fn inside(value: &[u8], is_query: bool, pass: &mut Pass) -> Option<Vec<u8>> {
        if is_query {
            return pass.inside(|pass| redact(value, pass));
        }
        inside::redact(value, pass)
    }

    /// The rest of a string whose beginning is missing, with its name: whatever it is, it does not stay.
    fn rest_of_string(&mut self, at: Range<usize>, pass: &mut Pass) {
        let rest = self.text.get(at.clone()).unwrap_or_default();
        let rule = pass.table.member.rules().next();
        let new = rule.and_then(|rule| pass.hide(rule, rest, Place::Json(b"(behind a hole)")));
        self.edits.extend(new.map(|new| (at, escape(&new))));
    }

    fn number(&mut self, at: Range<usize>, pass: &mut Pass) {
        let value = self.text.get(at.clone()).unwrap_or_default();
        let Some(rule) = self.rule(true, pass) else {
            return;
        };
        let new = pass.replace_number(rule, value, Place::Json(self.name.unwrap_or(b"[]")));
        self.edits.extend(new.map(|new| (at, new)));
    }
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
    let Quoted {
        inner: before,
        end: quote,
        ..
    } = string(text, start, b'"');
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

/// Whether a colon comes next.
fn is_name(text: &[u8], after: usize) -> bool {
    // nearly all are written without blanks
    match text.get(after) {
        Some(b':') => return true,
        Some(b',' | b'}' | b']') | None => return false,
        Some(_) => {}
    }
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
