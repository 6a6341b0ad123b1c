//! Secrets in `multipart/form-data` (RFC 7578) and its kin: the values of fields whose names say so, what the
//! parts hold, each by its own type, and what their heads say.

use std::ops::Range;

use memchr::memmem;

use super::edits::Edits;
use super::pass::Place;
use super::{Pass, disposition, http};
use crate::http::Headers;

/// A multipart form with its secret fields replaced; `None` when there are none.
pub(super) fn redact(body: &[u8], content_type: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let delimiter = delimiter(content_type, body)?;
    let mut edits = Edits::of(body);
    let mut starts = memmem::find_iter(body, &delimiter).peekable();
    while let Some(start) = starts.next() {
        let end = starts.peek().copied().unwrap_or(body.len());
        let Some(part) = body.get(start..end) else {
            continue;
        };
        // of a part that was cut in its head, the head is all there is
        let (head, content) = part.split_at_checked(head_len(part).unwrap_or(part.len()))?;
        let content = content.strip_suffix(b"\n").unwrap_or(content);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        for range in fields(head) {
            redact_field(head, range, start, &mut edits, pass);
        }
        if let Some(new) = redact_part(head, content, pass) {
            let from = start + head.len();
            edits.put(from..from + content.len(), &new);
        }
    }
    edits.finish()
}

/// How long the head of a part is, its empty line included; careless clients leave out the CR.
fn head_len(part: &[u8]) -> Option<usize> {
    [&b"\r\n\r\n"[..], b"\n\n"]
        .iter()
        .filter_map(|end| Some(memmem::find(part, end)? + end.len()))
        .min()
}

/// Where the fields of a head stand, those that go on in more lines whole; the line of the delimiter is none.
fn fields(head: &[u8]) -> Vec<Range<usize>> {
    let mut fields: Vec<Range<usize>> = Vec::new();
    let mut at = memchr::memchr(b'\n', head).map_or(head.len(), |end| end + 1);
    while let Some(line) = head.get(at..).filter(|rest| !rest.is_empty()) {
        let len = memchr::memchr(b'\n', line).map_or(line.len(), |end| end + 1);
        let line = line.get(..len).unwrap_or(line);
        let end = at + line.trim_ascii_end().len();
        match (line.first(), fields.last_mut()) {
            (Some(b' ' | b'\t'), Some(field)) => field.end = end,
            _ if end > at => fields.push(at..end),
            _ => {}
        }
        at += len;
    }
    fields
}

/// Replaces the secrets of the field at `range` of a head that begins at `start`.
fn redact_field(
    head: &[u8],
    range: Range<usize>,
    start: usize,
    edits: &mut Edits<'_>,
    pass: &mut Pass,
) {
    let field = head.get(range.clone()).unwrap_or_default();
    let Some(colon) = memchr::memchr(b':', field) else {
        return;
    };
    let (name, value) = field.split_at_checked(colon + 1).unwrap_or_default();
    let name = name.strip_suffix(b":").unwrap_or(name).trim_ascii();
    let value = value.trim_ascii_start();
    if let Some(new) = pass.inside(|pass| http::redact_part_field(name, value, pass)) {
        edits.put(start + range.end - value.len()..start + range.end, &new);
    }
}

fn redact_part(head: &[u8], content: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    // a picture called `signature` is one, a file called `private_key` is a secret
    let is_file = memmem::find(&head.to_ascii_lowercase(), b"filename").is_some();
    let may_be_taken = || !is_file || is_text(content);
    let plain = parameter(head, b"name=").map(<[u8]>::to_vec);
    let disposition = Headers::new(head).get("Content-Disposition");
    let names = disposition.map(|value| disposition::values(value, "name"));
    for name in plain.into_iter().chain(names.into_iter().flatten()) {
        if let Some(rule) = pass.rule(|table| &mut table.form, &name, false)
            && may_be_taken()
        {
            return pass.replace(rule, content, Place::Form(&name));
        }
    }
    pass.inside(|pass| http::redact_part(content, content_type(head), pass))
}

fn is_text(content: &[u8]) -> bool {
    std::str::from_utf8(content).is_ok() && memchr::memchr(0, content).is_none()
}

/// What the head of a part says that it is.
fn content_type(head: &[u8]) -> &[u8] {
    Headers::new(head).get("Content-Type").unwrap_or_default()
}

/// `--` and the boundary that a Content-Type names; where it names none, what the body begins with.
fn delimiter<'a>(content_type: &'a [u8], body: &'a [u8]) -> Option<Vec<u8>> {
    let value = parameter(content_type, b"boundary=").or_else(|| {
        let line = body.split(|byte| *byte == b'\n').next()?;
        line.trim_ascii_end().strip_prefix(b"--")
    })?;
    (!value.is_empty()).then(|| [b"--", value].concat())
}

/// The value of `name="..."` or `name=...`, whose name begins a word.
fn parameter<'a>(text: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let lower = text.to_ascii_lowercase();
    let at = memmem::find_iter(&lower, name).find(|at| {
        let before = at.checked_sub(1).and_then(|before| lower.get(before));
        before.is_none_or(|before| matches!(before, b';' | b' ' | b'\t' | b'\n'))
    })?;
    let value = text.get(at + name.len()..)?;
    match value.strip_prefix(b"\"") {
        Some(quoted) => quoted.split(|byte| *byte == b'"').next(),
        None => value
            .split(|byte| matches!(byte, b';' | b'\r' | b'\n'))
            .next()
            .map(<[u8]>::trim_ascii),
    }
}
