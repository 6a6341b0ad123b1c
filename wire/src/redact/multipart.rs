//! Secrets in `multipart/form-data` (RFC 7578) and its kin: the values of fields whose names say so, and what the
//! parts hold, each by its own type.

use memchr::memmem;

use super::edits::Edits;
use super::pass::Place;
use super::{Pass, http};
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
        let Some(head_len) = head_len(part) else {
            continue;
        };
        let (head, content) = part.split_at_checked(head_len)?;
        let content = content.strip_suffix(b"\n").unwrap_or(content);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        if let Some(new) = redact_part(head, content, pass) {
            let from = start + head_len;
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

fn redact_part(head: &[u8], content: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    // a picture called `signature` is one, a file called `private_key` is a secret
    let may_be_taken = || parameter(head, b"filename=").is_none() || is_text(content);
    if let Some(name) = parameter(head, b"name=")
        && let Some(rule) = pass.rule(|table| &mut table.form, name, false)
        && may_be_taken()
    {
        return pass.replace(rule, content, Place::Form(name));
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
