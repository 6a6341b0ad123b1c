//! Tables as text (RFC 4180): the columns whose names say that they are secrets.

use std::ops::Range;

use crate::redact::Pass;
use crate::redact::edits::Edits;
use crate::redact::pass::Place;

/// A table with the values of those columns replaced; `None` when there are none. Its first line has the names.
pub(super) fn redact(table: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let line = table.split(|byte| *byte == b'\n').next()?;
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|separator| memchr::memchr_iter(*separator, line).count())?;
    let mut columns: Vec<Option<(usize, &[u8])>> = Vec::new();
    let mut edits = Edits::of(table);
    let (mut at, mut column, mut is_head) = (0, 0, true);
    while at < table.len() {
        let (range, end) = field(table, at, separator);
        let value = table.get(range.clone()).unwrap_or_default();
        if is_head {
            // a document in a column names nothing
            let is_name = !value.iter().any(|byte| b"{}[]<>:=".contains(byte));
            let rule = is_name.then(|| pass.rule(|table| &mut table.member, value, false));
            let rule = rule.flatten();
            columns.push(rule.map(|rule| (rule, value)));
        } else if let Some((rule, name)) = columns.get(column).copied().flatten()
            && let Some(new) = pass.replace(rule, value, Place::Json(name))
        {
            edits.put(range, &new);
        }
        column += 1;
        if table.get(end) != Some(&separator) {
            if is_head && columns.iter().all(Option::is_none) {
                return None;
            }
            (column, is_head) = (0, false);
        }
        at = end + 1;
    }
    edits.finish()
}

/// Where the value of the field at `start` is, its quotes left off, and where the field ends.
fn field(table: &[u8], start: usize, separator: u8) -> (Range<usize>, usize) {
    let rest = table.get(start..).unwrap_or_default();
    let ends = |from: usize| {
        let rest = table.get(from..).unwrap_or_default();
        from + memchr::memchr2(separator, b'\n', rest).unwrap_or(rest.len())
    };
    if rest.first() != Some(&b'"') {
        let end = ends(start);
        let value = table.get(start..end).unwrap_or_default();
        let cr = usize::from(value.ends_with(b"\r"));
        return (start..end - cr, end);
    }
    let mut close = start + 1;
    while let Some(quote) = table
        .get(close..)
        .and_then(|rest| memchr::memchr(b'"', rest))
    {
        close += quote;
        if table.get(close + 1) != Some(&b'"') {
            return (start + 1..close, ends(close));
        }
        close += 2;
    }
    (start + 1..table.len(), table.len())
}
