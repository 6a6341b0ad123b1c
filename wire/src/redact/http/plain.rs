//! Messages as nearly all are written: one space after each colon, CRLF after each line, a body without
//! coding or chunks. What is put together from their parts is what they were, so their secrets are replaced
//! where they stand, and nothing is taken apart.

use std::ops::Range;

use crate::http::is_token_byte;
use crate::redact::Pass;
use crate::redact::edits::Edits;

use super::{body, fields};

/// Messages with more fields are taken apart.
const MOST_FIELDS: usize = 32;

/// Where the parts of a message are.
#[derive(Debug)]
pub(super) struct Plain {
    /// The target, of a request.
    target: Option<Range<usize>>,
    fields: [FieldAt; MOST_FIELDS],
    /// How many of them there are.
    count: usize,
    /// Where the body begins.
    body: usize,
}

/// A message whose secrets were replaced.
#[derive(Debug)]
pub(super) struct Redacted {
    pub(super) bytes: Vec<u8>,
    /// Its first line is another.
    pub(super) target_changed: bool,
}

/// Where a field is: its name up to the colon, its value after the space.
#[derive(Clone, Copy, Debug, Default)]
struct FieldAt {
    start: usize,
    colon: usize,
    end: usize,
}

impl FieldAt {
    fn name<'a>(&self, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(self.start..self.colon).unwrap_or_default()
    }

    const fn value(&self) -> Range<usize> {
        self.colon + 2..self.end
    }
}

impl Plain {
    /// Reads a message; `None` when it is written in any other way.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (line, mut at) = line(bytes, 0)?;
        let target = if starts_with(line, b"HTTP/") {
            is_status_line(line).then_some(None)?
        } else {
            Some(target(line)?)
        };
        let mut fields = [FieldAt::default(); MOST_FIELDS];
        let mut count = 0;
        loop {
            let start = at;
            let (line, next) = self::line(bytes, start)?;
            at = next;
            if line.is_empty() {
                break;
            }
            let colon = memchr::memchr(b':', line)?;
            let (name, value) = line.split_at_checked(colon)?;
            let value = value.strip_prefix(b": ")?;
            // The body of others is not what follows the head.
            let framed = [&b"transfer-encoding"[..], b"content-encoding"]
                .iter()
                .any(|other| name.eq_ignore_ascii_case(other));
            if framed || name != name.trim_ascii() || value != value.trim_ascii() {
                return None;
            }
            *fields.get_mut(count)? = FieldAt {
                start,
                colon: start + colon,
                end: start + line.len(),
            };
            count += 1;
        }
        // what is coded all the same is not read where it stands
        if body::undeclared_coding(bytes.get(at..).unwrap_or_default()).is_some() {
            return None;
        }
        Some(Self {
            target,
            fields,
            count,
            body: at,
        })
    }

    fn fields(&self) -> &[FieldAt] {
        self.fields.get(..self.count).unwrap_or_default()
    }

    /// The bytes with their secrets replaced; `None` when there are none. `whole`: all of the body was
    /// captured, so that its length is known.
    pub(super) fn redact(&self, bytes: &[u8], whole: bool, pass: &mut Pass) -> Option<Redacted> {
        let target = self.target.clone().and_then(|range| {
            let new = fields::redact_target(bytes.get(range.clone())?, pass)?;
            Some((range, new))
        });
        let mut values: Vec<(usize, Vec<u8>)> = Vec::new();
        for (number, field) in self.fields().iter().enumerate() {
            let value = bytes.get(field.value()).unwrap_or_default();
            let new = fields::redact_field(field.name(bytes), value, pass);
            values.extend(new.map(|new| (number, new)));
        }
        let body = bytes.get(self.body..).unwrap_or_default();
        let content = body::redact_part(body, self.content_type(bytes, &values), pass);
        if target.is_none() && values.is_empty() && content.is_none() {
            return None;
        }
        let length = content
            .as_ref()
            .filter(|_| whole)
            .map(|content| content.len().to_string());
        let target_changed = target.is_some();
        let mut edits = Edits::of(bytes);
        if let Some((range, new)) = target {
            edits.put(range, &new);
        }
        let mut values = values.into_iter().peekable();
        for (number, field) in self.fields().iter().enumerate() {
            let new = values.next_if(|(of, _)| *of == number);
            match &length {
                Some(length) if field.name(bytes).eq_ignore_ascii_case(b"content-length") => {
                    edits.put(field.value(), length.as_bytes());
                }
                _ => {
                    if let Some((_, new)) = new {
                        edits.put(field.value(), &new);
                    }
                }
            }
        }
        if let Some(content) = content {
            edits.put(self.body..bytes.len(), &content);
        }
        let bytes = edits.finish()?;
        Some(Redacted {
            bytes,
            target_changed,
        })
    }

    /// What the content is, as it will stand in the message.
    fn content_type<'a>(&self, bytes: &'a [u8], values: &'a [(usize, Vec<u8>)]) -> &'a [u8] {
        let found = self
            .fields()
            .iter()
            .position(|field| field.name(bytes).eq_ignore_ascii_case(b"content-type"));
        let Some(number) = found else {
            return b"";
        };
        if let Some((_, new)) = values.iter().find(|(of, _)| *of == number) {
            return new;
        }
        let range = self.fields().get(number).map(FieldAt::value);
        range.and_then(|range| bytes.get(range)).unwrap_or_default()
    }
}

/// The line that begins at `from`, without its CRLF, and where the next begins.
fn line(bytes: &[u8], from: usize) -> Option<(&[u8], usize)> {
    let rest = bytes.get(from..)?;
    let end = memchr::memchr(b'\n', rest)?;
    let line = rest.get(..end)?.strip_suffix(b"\r")?;
    Some((line, from + end + 1))
}

fn starts_with(line: &[u8], word: &[u8]) -> bool {
    line.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Where the target of `GET /cart/7 HTTP/1.1` is.
fn target(line: &[u8]) -> Option<Range<usize>> {
    let version = line.len().checked_sub(b" HTTP/1.1".len())?;
    if !matches!(line.get(version..)?, b" HTTP/1.1" | b" HTTP/1.0") {
        return None;
    }
    let method = line.iter().position(|byte| !is_token_byte(*byte))?;
    let target = line.get(method..version)?.strip_prefix(b" ")?;
    let is_plain = method > 0 && !target.is_empty() && target == target.trim_ascii();
    is_plain.then_some(method + 1..version)
}

/// `HTTP/1.1 200 OK`, or without the words.
fn is_status_line(line: &[u8]) -> bool {
    let Some((start, reason)) = line.split_at_checked(b"HTTP/1.1 200".len()) else {
        return false;
    };
    let [version @ .., b' ', b'1'..=b'9', tens, ones] = start else {
        return false;
    };
    let reason_is_plain = match reason {
        [] => true,
        [b' ', words @ ..] => !words.is_empty() && words == words.trim_ascii(),
        _ => false,
    };
    matches!(version, b"HTTP/1.1" | b"HTTP/1.0")
        && tens.is_ascii_digit()
        && ones.is_ascii_digit()
        && reason_is_plain
}
