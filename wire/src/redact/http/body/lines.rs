//! Lines that say what something is: `password: x` in YAML, `API_KEY=x` in settings, fields of a message that is told
//! as text. A value of several words is prose, but in fields.

use crate::redact::Pass;
use crate::redact::edits::Edits;
use crate::redact::http::fields;
use crate::redact::pass::Place;

/// A longer word is no name.
const LONGEST_NAME: usize = 64;
/// What may stand before a name.
const BEFORE: [&[u8]; 6] = [b"- ", b"export ", b"set ", b"> ", b"< ", b"*"];

/// A text with the secrets of such lines replaced; `None` when there are none.
pub(super) fn redact(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let holds_sign = |text: &[u8]| memchr::memchr2(b':', b'=', text).is_some();
    if !holds_sign(text) {
        return None;
    }
    let mut edits = Edits::of(text);
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let len = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let line = rest.get(..len).unwrap_or_default();
        if holds_sign(line)
            && let Some((value, new)) = redact_line(line, pass)
        {
            edits.put(start + value..start + line.trim_ascii_end().len(), &new);
        }
        start += len + 1;
    }
    edits.finish()
}

/// Where the value of a line begins, and what takes its place.
fn redact_line(line: &[u8], pass: &mut Pass) -> Option<(usize, Vec<u8>)> {
    let mut rest = line.trim_ascii_start();
    for before in BEFORE {
        rest = rest.strip_prefix(before).unwrap_or(rest);
    }
    let rest = rest.trim_ascii_start();
    let len = rest
        .iter()
        .take(LONGEST_NAME + 1)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        .count();
    let (name, after) = rest.split_at_checked(len)?;
    let (sign, value) = after.trim_ascii_start().split_first()?;
    let is_field = *sign == b':' && value.first().is_some_and(u8::is_ascii_whitespace);
    if name.is_empty() || !(is_field || *sign == b'=') {
        return None;
    }
    let value = value.trim_ascii();
    if value.is_empty() || matches!(value, [b'"' | b'\'' | b'{' | b'[' | b'$' | b'%', ..]) {
        return None;
    }
    let at = line.trim_ascii_end().len() - value.len();
    if is_field && let Some(new) = fields::redact_field(name, value, pass) {
        return Some((at, new));
    }
    if value.iter().any(u8::is_ascii_whitespace) {
        return None;
    }
    let last = name.rsplit(|byte| *byte == b'.').next().unwrap_or(name);
    let rule = pass.rule(|table| &mut table.member, last, false)?;
    let new = pass.replace(rule, value, Place::Json(last))?;
    Some((at, new))
}
