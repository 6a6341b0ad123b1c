//! Tokens that stand within a field, among other text.

use std::ops::Range;

use super::super::guess::{Strength, strength};
use crate::http::writing::Writing;

/// Runs of token characters that look random.
pub(super) fn tokens(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    runs(text, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
    })
    .filter(|range| {
        let token = text.get(range.clone()).unwrap_or_default();
        strength(token, "") == Some(Strength::Strong)
    })
}

/// `user:password`, as in Basic credentials (RFC 7617).
pub(super) fn parts_of_pair(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let at = text.iter().position(|byte| *byte == b':');
    at.map(|at| at + 1..text.len()).into_iter()
}

/// The tokens of a field as it is written: an escape sequence ends a token and is part of none.
pub(super) fn escaped_tokens(raw: &[u8], writing: &Writing) -> Vec<Range<usize>> {
    let skipped = match writing {
        Writing::Percent | Writing::Form => (b'%', 3),
        Writing::JsonText => (b'\\', 2),
        Writing::Plain | Writing::JsonNumber | Writing::Base64(..) => return tokens(raw).collect(),
    };
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(rest) = raw.get(start..) {
        let escape = rest.iter().position(|byte| *byte == skipped.0);
        let end = start + escape.unwrap_or(rest.len());
        let clear = raw.get(start..end).unwrap_or_default();
        found.extend(tokens(clear).map(|range| start + range.start..start + range.end));
        if escape.is_none() {
            break;
        }
        start = end + skipped.1;
    }
    found
}

fn runs(text: &[u8], of: fn(&u8) -> bool) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let start = at + rest.iter().position(of)?;
        let run = text.get(start..)?;
        let end = start + run.iter().position(|byte| !of(byte)).unwrap_or(run.len());
        at = end;
        Some(start..end)
    })
}
