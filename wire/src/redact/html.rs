//! Secrets in HTML: what a form sends back, fields and meta tags whose names say so, and what scripts are told.

use std::ops::Range;

use super::edits::Edits;
use super::pass::Place;
use super::{Pass, json};

/// A page with the values of its secret fields replaced; `None` when there are none.
pub(super) fn redact(page: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(page);
    let mut done = 0;
    for at in memchr::memchr_iter(b'<', page) {
        let Some(tag) = page.get(at + 1..) else { break };
        if at < done {
            continue;
        }
        if starts(tag, b"script") {
            let end = at + 1 + script_len(tag);
            let script = page.get(at + 1..end).unwrap_or_default();
            if let Some(new) = json::redact(script, pass) {
                edits.put(at + 1..end, &new);
            }
            done = end;
            continue;
        }
        let value_of = if starts(tag, b"input") {
            "value"
        } else if starts(tag, b"meta") {
            "content"
        } else {
            continue;
        };
        // A page may be cut off within a tag.
        let end = memchr::memchr(b'>', tag).unwrap_or(tag.len());
        let Some(tag) = tag.get(..end) else { continue };
        done = at + 1 + end;
        let Some(name) = attribute(tag, "name").and_then(|range| tag.get(range)) else {
            continue;
        };
        let Some(rule) = pass.rule(|table| &mut table.form, name, false) else {
            continue;
        };
        let Some(range) = attribute(tag, value_of) else {
            continue;
        };
        let value = unescape(tag.get(range.clone()).unwrap_or_default());
        if let Some(new) = pass.replace(rule, &value, Place::Page(name)) {
            edits.put(at + 1 + range.start..at + 1 + range.end, &escape(&new));
        }
    }
    edits.finish()
}

fn starts(tag: &[u8], name: &[u8]) -> bool {
    tag.get(..name.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// How long a script is, with its opening tag.
fn script_len(tag: &[u8]) -> usize {
    memchr::memmem::find(tag, b"</").map_or(tag.len(), |mut end| {
        while !starts(tag.get(end..).unwrap_or_default(), b"</script") {
            let rest = tag.get(end + 2..).unwrap_or_default();
            match memchr::memmem::find(rest, b"</") {
                Some(next) => end += 2 + next,
                None => return tag.len(),
            }
        }
        end
    })
}

/// Where in the tag an attribute's value stands, quoted or not.
fn attribute(tag: &[u8], name: &str) -> Option<Range<usize>> {
    let lower = tag.to_ascii_lowercase();
    memchr::memmem::find_iter(&lower, name.as_bytes()).find_map(|at| {
        let before = tag.get(at.checked_sub(1)?)?;
        if !before.is_ascii_whitespace() && !matches!(before, b'"' | b'\'') {
            return None;
        }
        let after = at + name.len();
        let equals = after + blanks(tag.get(after..)?);
        if tag.get(equals) != Some(&b'=') {
            return None;
        }
        let start = equals + 1 + blanks(tag.get(equals + 1..)?);
        let (start, rest) = match tag.get(start)? {
            quote @ (b'"' | b'\'') => {
                let rest = tag.get(start + 1..)?;
                let len = memchr::memchr(*quote, rest).unwrap_or(rest.len());
                (start + 1, len)
            }
            _ => {
                let rest = tag.get(start..)?;
                let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'/';
                (start, rest.iter().position(ends).unwrap_or(rest.len()))
            }
        };
        Some(start..start + rest)
    })
}

fn blanks(text: &[u8]) -> usize {
    text.len() - text.trim_ascii_start().len()
}

/// The five escapes that values of hidden fields have.
const ESCAPES: [(&str, &str); 5] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&amp;", "&"),
];

pub(super) fn unescape(value: &[u8]) -> Vec<u8> {
    if !value.contains(&b'&') {
        return value.to_vec();
    }
    let text = String::from_utf8_lossy(value).into_owned();
    ESCAPES
        .iter()
        .fold(text, |text, (escape, plain)| text.replace(escape, plain))
        .into_bytes()
}

pub(super) fn escape(value: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(value).into_owned();
    ESCAPES
        .iter()
        .rev()
        .fold(text, |text, (escape, plain)| text.replace(plain, escape))
        .into_bytes()
}
