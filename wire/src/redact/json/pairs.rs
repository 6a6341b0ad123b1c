//! Objects that hold a name and a value as two members, as JSON Patch, posted forms and environments do.

use crate::redact::Pass;

/// What a member is of such an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Name,
    Value,
}

/// What the member of this name is.
pub(super) fn part_of(name: Option<&[u8]>) -> Option<Part> {
    match name? {
        b"name" | b"Name" | b"key" | b"Key" | b"path" | b"field" | b"Field" | b"param"
        | b"header" | b"k" => Some(Part::Name),
        b"value" | b"Value" | b"val" | b"v" => Some(Part::Value),
        _ => None,
    }
}

/// The rule for what a name of this kind says: of a path the last part counts.
pub(super) fn said_rule(said: &[u8], pass: &mut Pass) -> Option<usize> {
    let last = said.rsplit(|byte| matches!(byte, b'/' | b'.')).next()?;
    // names of things that people read are no names of members
    if last.is_empty() || last.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    pass.rule(|table| &mut table.member, last, false)
}
