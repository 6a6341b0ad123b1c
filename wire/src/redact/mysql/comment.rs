//! Pairs in the comments of a statement, without quotes: `/* route=/cart token=x */`, `-- password: x`. Those with quotes
//! are read as SQL.

use std::ops::Range;

use crate::redact::Pass;
use crate::redact::edits::Edits;
use crate::redact::pass::Place;

/// A comment with the secrets of such pairs replaced; `None` when there are none.
pub(super) fn redact(comment: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let mut edits = Edits::of(comment);
    let mut at = 0;
    let mut name: Option<Range<usize>> = None;
    while let Some(rest) = comment.get(at..).filter(|rest| !rest.is_empty()) {
        let len = rest.iter().position(is_between).unwrap_or(rest.len());
        let word = rest.get(..len).unwrap_or_default();
        let mut value = at..at + len;
        if let Some(sign) = memchr::memchr2(b'=', b':', word) {
            name = Some(at..at + sign);
            value.start += sign + 1;
        }
        if let Some(named) = name.take_if(|_| !value.is_empty())
            && let Some(new) = redact_value(comment, named, value.clone(), pass)
        {
            edits.put(value, &new);
        }
        at += len + 1;
    }
    edits.finish()
}

fn redact_value(
    comment: &[u8],
    name: Range<usize>,
    value: Range<usize>,
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    let (name, value) = (comment.get(name)?, comment.get(value)?);
    if matches!(value, [b'\'' | b'"' | b'`', ..]) {
        return None;
    }
    let rule = pass.rule(|table| &mut table.literals.plain, name, false);
    pass.replace(rule?, value, Place::Literal(name))
}

const fn is_between(byte: &u8) -> bool {
    byte.is_ascii_whitespace() || matches!(*byte, b',' | b';' | b'&' | b'(' | b')')
}
