//! URLs: the password before the host, segments of the path and their parameters, the keys of the query and of
//! the fragment, and percent-encoding (RFC 3986).

use std::ops::Range;

use super::edits::Edits;
use super::form::{self, Pairs};
use super::pass::Place;
use super::rules::SegmentPattern;
use super::{Pass, html};

/// `jdbc:mysql` and the like; more before a URL is no part of it.
const LONGEST_SCHEME: usize = 32;

/// A target or URL with its secrets replaced; `None` when there are none.
pub(super) fn redact(target: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let query = memchr::memchr2(b'?', b'#', target).unwrap_or(target.len());
    let (path, rest) = target.split_at_checked(query)?;
    let fragment = query + memchr::memchr(b'#', rest).unwrap_or(rest.len());
    let mut edits = Edits::of(target);
    if let Some(range) = password(path)
        && let Some(rule) = pass.rule(|table| &mut table.query, b"password", false)
        && let Some(new) = pass.replace(
            rule,
            &decode(path.get(range.clone())?, false),
            Place::UrlPassword,
        )
    {
        edits.put(range, &encode(&new));
    }
    redact_path(path, &mut edits, pass);
    // The server of an OAuth client is told its token in the fragment (RFC 6749 section 4.2.2).
    for range in [query + 1..fragment, fragment + 1..target.len()] {
        if let Some(pairs) = target.get(range.clone())
            && let Some(new) = form::redact(pairs, Pairs::Query, pass)
        {
            edits.put(range, &new);
        }
    }
    edits.finish()
}

/// A text with the secrets of the URLs in it replaced; `None` when there are none.
pub(super) fn redact_in_text(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let absolute = redact_absolute(text, pass);
    redact_relative(absolute.as_deref().unwrap_or(text), pass).or(absolute)
}

/// Those that begin with a path: `no such page: /x?token=...`.
fn redact_relative(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(text);
    let (mut word, mut done) = (0, 0);
    for at in memchr::memchr_iter(b'?', text) {
        let Some(passed) = text.get(done..at) else {
            continue;
        };
        if let Some(end) = passed.iter().rposition(ends) {
            word = done + end + 1;
        }
        done = at;
        if text.get(word) != Some(&b'/') {
            continue;
        }
        done += extent_after(text.get(at..).unwrap_or_default());
        let range = std::mem::replace(&mut word, done)..done;
        let url = text.get(range.clone()).unwrap_or_default();
        if memchr::memchr(b'=', url).is_some()
            && let Some(new) = redact_written(url, pass)
        {
            edits.put(range, &new);
        }
    }
    edits.finish()
}

/// A URL as it stands in a text or a page.
fn redact_written(url: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    if memchr::memmem::find(url, b"&amp;").is_some() {
        redact(&html::unescape(url), pass).map(|new| html::escape(&new))
    } else {
        redact(url, pass)
    }
}

/// Those with a scheme.
fn redact_absolute(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(text);
    let mut done = 0;
    for at in memchr::memmem::find_iter(text, b"://") {
        if at < done {
            continue;
        }
        let range = extent(text, at);
        done = range.end;
        let url = text.get(range.clone()).unwrap_or_default();
        // without one of these there are no pairs and no password
        if memchr::memchr2(b'=', b'@', url).is_none() {
            continue;
        }
        if let Some(new) = redact_written(url, pass) {
            edits.put(range, &new);
        }
    }
    edits.finish()
}

/// A text of which something was perhaps `redacted` already, with the secrets of the URLs in it replaced too; `None`
/// when there are none of either.
pub(super) fn also_in_text(
    text: &[u8],
    redacted: Option<Vec<u8>>,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    redact_in_text(redacted.as_deref().unwrap_or(text), pass).or(redacted)
}

/// Where the URL is whose `://` stands at `at`: from its scheme to what cannot belong to it, or ends a sentence.
fn extent(text: &[u8], at: usize) -> Range<usize> {
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let scheme = before
        .iter()
        .rev()
        .take(LONGEST_SCHEME)
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b':')
        })
        .count();
    at - scheme..at + extent_after(after)
}

/// Whether a byte cannot belong to a URL.
const fn ends(byte: &u8) -> bool {
    *byte <= b' ' || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'\\' | b'`' | 0x7F)
}

/// How long a URL goes on in `after`, without what ends a sentence.
fn extent_after(after: &[u8]) -> usize {
    let mut len = after.iter().position(ends).unwrap_or(after.len());
    while len > 0
        && after
            .get(len - 1)
            .is_some_and(|last| b".,;:!?)]}".contains(last))
    {
        len -= 1;
    }
    len
}

/// Where the password of `scheme://user:password@host` stands (RFC 3986 section 3.2.1).
fn password(url: &[u8]) -> Option<Range<usize>> {
    if url.first() == Some(&b'/') {
        return None;
    }
    let authority = memchr::memmem::find(url, b"://")? + 3;
    let rest = url.get(authority..)?;
    let rest = rest.split(|byte| *byte == b'/').next()?;
    let user = rest.get(..memchr::memrchr(b'@', rest)?)?;
    let colon = memchr::memchr(b':', user)?;
    Some(authority + colon + 1..authority + user.len())
}

/// The segments of a path that rules name, tokens behind those that are named like a secret, and the parameters of the
/// others: `/password/reset/Xk3...`, `/cart;jsessionid=1A2B`.
fn redact_path(path: &[u8], edits: &mut Edits<'_>, pass: &mut Pass) {
    let has_room = path.len() > SHORTEST_TOKEN;
    if pass.table.segments.is_empty() && memchr::memchr(b';', path).is_none() && !has_room {
        return;
    }
    let mut at = start_of_path(path);
    let mut number = 0;
    let mut before: [&[u8]; 2] = [b"", b""];
    while let Some(rest) = path.get(at..).filter(|rest| !rest.is_empty()) {
        let len = memchr::memchr(b'/', rest).unwrap_or(rest.len());
        let segment = rest.get(..len).unwrap_or_default();
        if !segment.is_empty() {
            number += 1;
            if let Some(new) = redact_segment(segment, number, before, pass) {
                edits.put(at..at + len, &new);
            } else if let Some(semicolon) = memchr::memchr(b';', segment)
                && let Some(parameters) = segment.get(semicolon + 1..)
                && let Some(new) = form::redact(parameters, Pairs::Parameters, pass)
            {
                edits.put(at + semicolon + 1..at + len, &new);
            }
            before = [before[1], segment];
        }
        at += len + 1;
    }
}

/// What takes the place of a segment, encoded; `before` are the two that it stands behind.
fn redact_segment(
    segment: &[u8],
    number: usize,
    before: [&[u8]; 2],
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    let is_token = looks_like_token(segment);
    if !is_token && pass.table.segments.is_empty() {
        return None;
    }
    let decoded = decode(segment, false);
    let by_place = segment_rule(pass, &decoded, number);
    let rule = by_place.or_else(|| {
        let [far, near] = before;
        let mut named = |name: &[u8]| pass.rule(|table| &mut table.query, name, false);
        named(near)
            .or_else(|| named(&[far, near].concat()))
            .filter(|_| is_token)
    })?;
    let new = pass.replace(rule, &decoded, Place::Segment(number))?;
    Some(encode(&new))
}

/// Whether a text is a link in whose path a token can stand.
pub(super) fn may_lead_to_token(text: &[u8]) -> bool {
    let begins = text.starts_with(b"/") || text.starts_with(b"http");
    text.len() > SHORTEST_TOKEN && begins
}

/// A shorter segment is no token that opens something by itself.
const SHORTEST_TOKEN: usize = 16;

/// Whether a segment looks like a token, not like the words of a page's name: letters and digits alternate.
fn looks_like_token(segment: &[u8]) -> bool {
    let joins = |byte: u8| b"-_.=~:".contains(&byte);
    let is_one = segment.len() >= SHORTEST_TOKEN
        && segment.iter().any(u8::is_ascii_digit)
        && segment.iter().any(u8::is_ascii_alphabetic)
        && segment
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || joins(*byte) || *byte == b'%');
    if !is_one {
        return false;
    }
    let class = |byte: u8| match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        _ => 2,
    };
    let signs = || segment.iter().copied().filter(|byte| !joins(*byte));
    let pairs = signs().zip(signs().skip(1));
    let changes = pairs
        .filter(|(one, next)| class(*one) != class(*next))
        .count();
    changes * 5 >= signs().count()
}

/// Where the path begins: after the scheme and the host of an absolute URL.
fn start_of_path(url: &[u8]) -> usize {
    let Some(host) = memchr::memmem::find(url, b"://").map(|at| at + 3) else {
        return 0;
    };
    if url.first() == Some(&b'/') {
        return 0;
    }
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
pub(crate) fn decode(text: &[u8], plus: bool) -> Vec<u8> {
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
