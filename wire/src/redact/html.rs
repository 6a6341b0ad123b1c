//! Secrets in HTML: what a form sends back, fields, meta tags and attributes whose names say so, URLs and JSON in
//! attributes, and what scripts are told.

use std::ops::Range;

use super::edits::Edits;
use super::pass::Place;
use super::{Pass, inside, json, url};

/// A page with its secrets replaced; `None` when there are none.
pub(super) fn redact(page: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(page);
    let mut done = 0;
    for at in memchr::memchr_iter(b'<', page) {
        let Some(tag) = page.get(at + 1..) else { break };
        if at < done || !tag.first().is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        if starts(tag, b"script") {
            let end = at + 1 + script_len(tag);
            let script = page.get(at + 1..end).unwrap_or_default();
            if let Some(new) = json::redact_script(script, pass) {
                edits.put(at + 1..end, &new);
            }
            done = end;
            continue;
        }
        // A page may be cut off within a tag.
        let end = memchr::memchr(b'>', tag).unwrap_or(tag.len());
        done = at + 1 + end;
        redact_tag(tag.get(..end).unwrap_or_default(), at + 1, &mut edits, pass);
    }
    edits.finish()
}

/// Replaces the secrets of one tag, which begins at `start`.
fn redact_tag(tag: &[u8], start: usize, edits: &mut Edits<'_>, pass: &mut Pass) {
    let mut named = None;
    if FIELDS.iter().any(|field| starts(tag, field)) {
        let attribute = |wanted: &[u8]| {
            let mut all = Attributes { tag, at: 0 };
            let (_, range) = all.find(|(name, _)| name.eq_ignore_ascii_case(wanted))?;
            tag.get(range)
        };
        let mut rule_of = |name| Some((name, pass.rule(|table| &mut table.form, name, false)?));
        // `<input type="password">` says it whatever its name
        let kind = attribute(b"type").filter(|kind| kind.eq_ignore_ascii_case(b"password"));
        named = attribute(b"name").and_then(&mut rule_of);
        named = named.or_else(|| kind.and_then(&mut rule_of));
    }
    for (name, range) in (Attributes { tag, at: 0 }) {
        let value = tag.get(range.clone()).unwrap_or_default();
        let is_value = VALUES.iter().any(|known| name.eq_ignore_ascii_case(known));
        let own = name.strip_prefix(b"data-").unwrap_or(name);
        let taken = match named {
            Some(named) if is_value => Some(named),
            _ => pass
                .rule(|table| &mut table.form, own, false)
                .map(|rule| (own, rule)),
        };
        let mut new = None;
        if let Some((name, rule)) = taken {
            new = pass.replace(rule, &unescape(value), Place::Page(name));
        } else if memchr::memchr2(b'=', b'{', value).is_some() || url::may_lead_to_token(value) {
            new = inside::redact(&unescape(value), pass);
        }
        if let Some(new) = new {
            edits.put(start + range.start..start + range.end, &escape(&new));
        }
    }
}

/// Tags that say by an attribute what another one holds.
const FIELDS: [&[u8]; 5] = [b"input", b"meta", b"button", b"param", b"option"];
/// The attributes that hold it.
const VALUES: [&[u8]; 2] = [b"value", b"content"];

/// The attributes of a tag that have values, with where those stand in it, quoted or not.
struct Attributes<'a> {
    tag: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.tag.get(self.at..)?;
        let equals = self.at + memchr::memchr(b'=', rest)?;
        let before = self.tag.get(self.at..equals)?.trim_ascii_end();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'/');
        let name = before.rsplit(ends).next().unwrap_or(before);
        let start = equals + 1 + blanks(self.tag.get(equals + 1..)?);
        let (range, after) = match self.tag.get(start) {
            Some(quote @ (b'"' | b'\'')) => {
                let rest = self.tag.get(start + 1..)?;
                let len = memchr::memchr(*quote, rest).unwrap_or(rest.len());
                (start + 1..start + 1 + len, start + len + 2)
            }
            _ => {
                let rest = self.tag.get(start..)?;
                let len = rest.iter().position(u8::is_ascii_whitespace);
                let mut len = len.unwrap_or(rest.len());
                if len == rest.len() && rest.ends_with(b"/") {
                    len -= 1;
                }
                (start..start + len, start + len)
            }
        };
        self.at = after.max(equals + 1);
        Some((name, range))
    }
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
