//! URLs: segments of the path, the keys of the query, and percent-encoding (RFC 3986).

use super::Pass;
use super::edits::Edits;
use super::form::{self, Pairs};
use super::pass::Place;
use super::rules::SegmentPattern;

/// A target or URL with its secrets replaced; `None` when there are none.
pub(super) fn redact(target: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let path_end = memchr::memchr2(b'?', b'#', target).unwrap_or(target.len());
    let (path, rest) = target.split_at_checked(path_end)?;
    let new_path = redact_path(path, pass);
    let new_query = match rest.split_first() {
        Some((b'?', after)) => {
            let end = memchr::memchr(b'#', after).unwrap_or(after.len());
            let (query, fragment) = after.split_at_checked(end)?;
            form::redact(query, Pairs::Query, pass)
                .map(|query| [b"?", &query[..], fragment].concat())
        }
        _ => None,
    };
    if new_path.is_none() && new_query.is_none() {
        return None;
    }
    let path = new_path.as_deref().unwrap_or(path);
    Some([path, new_query.as_deref().unwrap_or(rest)].concat())
}

/// The segments of a path that rules name.
fn redact_path(path: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    if pass.table.segments.is_empty() {
        return None;
    }
    let mut edits = Edits::of(path);
    let mut at = start_of_path(path);
    let mut number = 0;
    while let Some(rest) = path.get(at..).filter(|rest| !rest.is_empty()) {
        let len = memchr::memchr(b'/', rest).unwrap_or(rest.len());
        let segment = rest.get(..len).unwrap_or_default();
        if !segment.is_empty() {
            number += 1;
            let decoded = decode(segment, false);
            if let Some(rule) = segment_rule(pass, &decoded, number)
                && let Some(new) = pass.replace(rule, &decoded, Place::Segment(number))
            {
                edits.put(at..at + len, &encode(&new));
            }
        }
        at += len + 1;
    }
    edits.finish()
}

/// Where the path begins: after the scheme and the host of an absolute URL.
fn start_of_path(url: &[u8]) -> usize {
    let Some(host) = memchr::memmem::find(url, b"://").map(|at| at + 3) else {
        return 0;
    };
    let rest = url.get(host..).unwrap_or_default();
    host + memchr::memchr(b'/', rest).unwrap_or(rest.len())
}

fn segment_rule(pass: &Pass, segment: &[u8], number: usize) -> Option<usize> {
    let meant = |pattern: &SegmentPattern| match pattern {
        SegmentPattern::At(wanted) => *wanted == number,
        SegmentPattern::Matching(regex) => regex.is_match(segment),
    };
    pass.table
        .segments
        .iter()
        .find(|(pattern, rule)| pass.is_on(*rule) && meant(pattern))
        .map(|(_, rule)| *rule)
}

/// Percent-decoding; what is not an escape stays as it is. `plus`: `+` is a blank, as in forms.
pub(super) fn decode(text: &[u8], plus: bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => decoded.push(b'%'),
            },
            (b'+', _) if plus => decoded.push(b' '),
            _ => decoded.push(*byte),
        }
    }
    decoded
}

/// Percent-encoding of what has a meaning in URLs and forms.
pub(super) fn encode(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~*@:".contains(byte) {
            out.push(*byte);
        } else {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        }
    }
    out
}

pub(super) const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
