//! Secrets in XML, SOAP and XML-RPC: the text of elements and the values of attributes whose names say so.

use std::ops::Range;

use super::edits::Edits;
use super::pass::Place;
use super::{Pass, html};

const CDATA: &[u8] = b"<![CDATA[";
const CDATA_END: &[u8] = b"]]>";

/// A document with its secrets replaced; `None` when there are none.
pub(super) fn redact(document: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(document);
    let mut done = 0;
    for at in memchr::memchr_iter(b'<', document) {
        let Some(rest) = document.get(at + 1..).filter(|_| at >= done) else {
            continue;
        };
        if matches!(rest.first(), None | Some(b'/' | b'!' | b'?')) {
            continue;
        }
        // A document may be cut off within a tag.
        let end = tag_len(rest);
        let tag = rest.get(..end).unwrap_or_default();
        let name = tag.split(|byte| byte.is_ascii_whitespace() || *byte == b'/');
        let name = name.into_iter().next().unwrap_or_default();
        for (name, range) in attributes(tag, name.len()) {
            let range = at + 1 + range.start..at + 1 + range.end;
            replace(document, name, |_| range, &mut edits, pass);
        }
        done = at + 1 + end;
        if !tag.ends_with(b"/") {
            let text = |document| text_at(document, at + 1 + end + 1);
            done = replace(document, name, text, &mut edits, pass).unwrap_or(done);
        }
    }
    edits.finish()
}

/// How long a tag is, up to its `>` outside quotes.
fn tag_len(rest: &[u8]) -> usize {
    let mut quote = None;
    let ends = |byte: &u8| {
        match (quote, byte) {
            (None, b'>') => return true,
            (None, b'"' | b'\'') => quote = Some(*byte),
            (Some(open), byte) if open == *byte => quote = None,
            _ => {}
        }
        false
    };
    rest.iter().position(ends).unwrap_or(rest.len())
}

/// The attributes of a tag, whose name is so long, with where their values stand in it.
fn attributes(tag: &[u8], name_len: usize) -> Vec<(&[u8], Range<usize>)> {
    let mut found = Vec::new();
    let mut at = name_len;
    while let Some(equals) = tag.get(at..).and_then(|rest| memchr::memchr(b'=', rest)) {
        let name = tag.get(at..at + equals).unwrap_or_default().trim_ascii();
        let value = tag.get(at + equals + 1..).unwrap_or_default();
        let open = value.len() - value.trim_ascii_start().len();
        let Some(quote) = value.get(open).filter(|byte| matches!(byte, b'"' | b'\'')) else {
            break;
        };
        let start = at + equals + 1 + open + 1;
        let rest = tag.get(start..).unwrap_or_default();
        let len = memchr::memchr(*quote, rest).unwrap_or(rest.len());
        found.push((name, start..start + len));
        at = start + len + 1;
    }
    found
}

/// Where the text of an element stands that begins at `start`.
fn text_at(document: &[u8], start: usize) -> Range<usize> {
    let rest = document.get(start..).unwrap_or_default();
    if let Some(text) = rest.strip_prefix(CDATA) {
        let len = memchr::memmem::find(text, CDATA_END).unwrap_or(text.len());
        let start = start + CDATA.len();
        return start..start + len;
    }
    start..start + memchr::memchr(b'<', rest).unwrap_or(rest.len())
}

/// Replaces the value of a name, a namespace before which does not count; where it ended, if it did.
fn replace<'a>(
    document: &'a [u8],
    name: &[u8],
    place: impl FnOnce(&'a [u8]) -> Range<usize>,
    edits: &mut Edits<'_>,
    pass: &mut Pass,
) -> Option<usize> {
    let name = name.rsplit(|byte| *byte == b':').next().unwrap_or(name);
    let rule = pass.rule(|table| &mut table.form, name, false)?;
    let range = place(document);
    let value = document.get(range.clone())?;
    if value.trim_ascii().is_empty() {
        return None;
    }
    let new = pass.replace(rule, &html::unescape(value), Place::Element(name))?;
    let end = range.end;
    edits.put(range, &html::escape(&new));
    Some(end)
}
