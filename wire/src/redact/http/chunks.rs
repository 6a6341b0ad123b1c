//! Secrets in the extensions of chunks (RFC 9112 section 7.1.1), which are no part of the content: a message with one is
//! written without any.

use crate::redact::Pass;
use crate::redact::pass::Place;

/// A longer line is no size of a chunk.
const LONGEST_LINE: usize = 4_096;

/// Whether a rule takes an extension of a body in chunks, by its name.
pub(super) fn hold_secrets(framed: &[u8], pass: &mut Pass) -> bool {
    let mut rest = framed;
    let mut taken = false;
    while let Some(end) = memchr::memchr(b'\n', rest.get(..LONGEST_LINE).unwrap_or(rest)) {
        let line = rest.get(..end).unwrap_or_default().trim_ascii();
        let mut extensions = line.split(|byte| *byte == b';');
        let size = extensions.next().unwrap_or_default();
        for extension in extensions {
            taken |= is_taken(extension, pass);
        }
        let size = std::str::from_utf8(size.trim_ascii()).ok();
        let size = size.and_then(|size| usize::from_str_radix(size, 16).ok());
        // behind the last chunk stand fields
        let Some(size) = size.filter(|size| *size > 0) else {
            break;
        };
        let after = (end + 1).saturating_add(size).saturating_add(2);
        rest = rest.get(after..).unwrap_or_default();
    }
    taken
}

fn is_taken(extension: &[u8], pass: &mut Pass) -> bool {
    let mut parts = extension.splitn(2, |byte| *byte == b'=');
    let name = parts.next().unwrap_or_default().trim_ascii();
    let value = parts.next().unwrap_or_default().trim_ascii();
    let inner = value
        .strip_prefix(b"\"")
        .and_then(|rest| rest.strip_suffix(b"\""));
    let value = inner.unwrap_or(value);
    let rule = pass.rule(|table| &mut table.query, name, false);
    rule.is_some_and(|rule| pass.replace(rule, value, Place::Query(name)).is_some())
}
