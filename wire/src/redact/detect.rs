//! Secrets known by their shape, wherever they stand. What replaces them has the same length, so no
//! framing changes, in HTTP or in MySQL. One pass finds the words that begin tokens; digits, `@` and
//! IBANs are found by looking at every few bytes only.

mod card;
mod email;
mod iban;
mod token;

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Pass;
use super::pass::Place;
use super::rules::{Detector, Rules, Where};
use token::HINTS;

/// How strictly a secret's neighbours are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Neighbours {
    /// A letter or digit beside it makes it part of something longer.
    Text,
    /// Bytes beside it may be lengths of a binary protocol and look like letters.
    Binary,
}

/// A secret's place and what it is.
type Found = (Range<usize>, Detector);

/// The detectors that rules ask for.
#[derive(Debug, Default)]
pub(super) struct Detectors {
    /// Finds what tokens begin with; `None` when no rule asks for a token.
    hints: Option<AhoCorasick>,
    /// For each hint its detector.
    hinted: Vec<Detector>,
    rules: Vec<(Detector, usize)>,
}

impl Detectors {
    pub(super) fn new(rules: &Rules) -> Self {
        let rules: Vec<(Detector, usize)> = rules
            .iter()
            .enumerate()
            .flat_map(|(number, rule)| rule.targets.iter().map(move |target| (target, number)))
            .filter_map(|(target, number)| match target.place {
                Where::Detector(detector) => Some((detector, number)),
                _ => None,
            })
            .collect();
        let wanted: Vec<&(&str, Detector)> = HINTS
            .iter()
            .filter(|(_, hinted)| rules.iter().any(|(detector, _)| detector == hinted))
            .collect();
        let hints = if wanted.is_empty() {
            None
        } else {
            // Only leftmost matching skips ahead with vector instructions.
            AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostFirst)
                .build(wanted.iter().map(|(hint, _)| hint))
                .ok()
        };
        Self {
            hints,
            hinted: wanted.iter().map(|(_, detector)| *detector).collect(),
            rules,
        }
    }

    /// The first rule of a detector that is on.
    pub(super) fn rule(&self, detector: Detector, is_on: impl Fn(usize) -> bool) -> Option<usize> {
        self.rules
            .iter()
            .find(|(of, rule)| *of == detector && is_on(*rule))
            .map(|(_, rule)| *rule)
    }

    fn has(&self, detector: Detector) -> bool {
        self.rules.iter().any(|(of, _)| *of == detector)
    }

    /// Whether there may be a secret in `bytes`, however they are cut into values.
    pub(super) fn may_find(&self, bytes: &[u8]) -> bool {
        let mut found = Vec::new();
        self.find(bytes, Neighbours::Binary, &mut found);
        !found.is_empty()
    }

    fn find(&self, bytes: &[u8], neighbours: Neighbours, found: &mut Vec<Found>) {
        if let Some(hints) = &self.hints {
            for hint in hints.find_iter(bytes) {
                let detector = self.hinted.get(hint.pattern().as_usize()).copied();
                let range = detector
                    .and_then(|of| Some((token::at(of, bytes, hint.start(), neighbours)?, of)));
                found.extend(range);
            }
        }
        if self.has(Detector::Card) {
            card::find(bytes, neighbours, |range| {
                found.push((range, Detector::Card))
            });
        }
        if self.has(Detector::Email) {
            email::find(bytes, |range| found.push((range, Detector::Email)));
        }
        if self.has(Detector::Iban) {
            iban::find(bytes, |range| found.push((range, Detector::Iban)));
        }
    }
}

/// What became of bytes that were looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Detected {
    /// There is nothing in them.
    Nothing,
    /// What was found stays: no rule that is on wants it.
    Kept,
    /// Secrets were replaced.
    Replaced,
}

/// Replaces every secret in `bytes` in place; whether there was any.
pub(super) fn redact(bytes: &mut [u8], neighbours: Neighbours, pass: &mut Pass) -> bool {
    look(bytes, neighbours, pass) == Detected::Replaced
}

/// Replaces every secret in `bytes` in place.
pub(super) fn look(bytes: &mut [u8], neighbours: Neighbours, pass: &mut Pass) -> Detected {
    let mut found = Vec::new();
    pass.detectors.find(bytes, neighbours, &mut found);
    if found.is_empty() {
        return Detected::Nothing;
    }
    let mut outcome = Detected::Kept;
    let mut done = 0;
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    for (range, detector) in found {
        if range.start < done {
            continue;
        }
        let Some(rule) = pass.detectors.rule(detector, |rule| pass.is_on(rule)) else {
            continue;
        };
        let end = range.end;
        let Some(place) = bytes.get_mut(range) else {
            continue;
        };
        if let Some(new) = pass.replace_sized(rule, place, Place::Text) {
            for (byte, new) in place.iter_mut().zip(new) {
                *byte = new;
            }
            outcome = Detected::Replaced;
            done = end;
        }
    }
    outcome
}

/// Whether a byte belongs to a word.
const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// How many bytes from `at` on belong.
fn run(bytes: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter()
        .position(|byte| !belongs(*byte))
        .unwrap_or(rest.len())
}

/// How many bytes right before `at` belong.
fn run_before(bytes: &[u8], at: usize, belongs: impl Fn(u8) -> bool) -> usize {
    let before = bytes.get(..at).unwrap_or_default();
    before
        .iter()
        .rev()
        .position(|byte| !belongs(*byte))
        .unwrap_or(before.len())
}

#[cfg(test)]
mod tests;
