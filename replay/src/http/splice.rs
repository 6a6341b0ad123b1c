//! Puts values into a request: each where its recorded value stood, written as its place demands.

use std::borrow::Cow;

use reprise_wire::http::{Message, StartLine};

use super::template::Fills;
use super::values::{Carry, Part};

/// Fills in every value that is known. `carries` are those of the request, in order of part and range.
pub(crate) fn splice(message: &mut Message<'_>, carries: &[Carry], fills: Fills<'_>) {
    for carries in carries.chunk_by(|one, next| one.part == next.part) {
        let Some(part) = carries.first().map(|carry| carry.part) else {
            continue;
        };
        match part {
            Part::Target => {
                if let StartLine::Request { target, .. } = &mut message.start
                    && let Some(filled) = filled(target, carries, fills)
                {
                    *target = Cow::Owned(filled);
                }
            }
            Part::Header(index) => {
                if let Some(field) = message.headers.get_mut(usize::from(index))
                    && let Some(filled) = filled(&field.value, carries, fills)
                {
                    field.value = Cow::Owned(filled);
                }
            }
            Part::Body => {
                if let Some(filled) = filled(&message.body, carries, fills) {
                    message.set_body(filled);
                }
            }
        }
    }
}

/// `text` with the values put in; `None` when none is known.
fn filled(text: &[u8], carries: &[Carry], fills: Fills<'_>) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut copied = 0;
    let mut changed = false;
    for carry in carries {
        let Some(value) = fills.of(carry.fill) else {
            continue;
        };
        let Some(start) = text.len().checked_sub(carry.before_end as usize) else {
            continue;
        };
        let end = start + carry.recorded.len();
        // the bytes are those of the recording, unless something else has rewritten them
        let is_there = text.get(start..end) == Some(&*carry.recorded);
        if start < copied || !is_there {
            continue;
        }
        out.extend_from_slice(text.get(copied..start).unwrap_or_default());
        out.extend_from_slice(&carry.writing.write(&carry.recorded, value));
        copied = end;
        changed = true;
    }
    out.extend_from_slice(text.get(copied..).unwrap_or_default());
    changed.then_some(out)
}
