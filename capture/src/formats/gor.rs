//! GoReplay's files: `TYPE ID TIMESTAMP [DURATION]`, the HTTP message as it was on the wire, and a separator.
//! Source: GoReplay's documentation "Saving and Replaying from file" and "Middleware", and its `protocol.go`.
//!
//! Type 1 is a request, 2 its answer, 3 what a replay was answered, which is left out. The id of newer
//! versions, 24 hexadecimal digits, holds ports and address, so that connections are known.

mod id;
mod pairs;
mod records;
mod write;

use std::io::BufRead;

use reprise_wire::{Limits, Timestamp};

use super::problems::Problems;
use super::told::{Sink, tell};
use crate::file::FileEnd;
use records::{Kind, Records};

pub(crate) use pairs::Pairs;
pub(crate) use write::GorWriter;

/// What ends every record.
const SEPARATOR: &[u8] = "\n🐵🙈🙉\n".as_bytes();

/// Tells the exchanges of one of GoReplay's files. Requests whose answers are in the next file wait in
/// `pairs`.
pub(crate) fn read(
    text: &mut dyn BufRead,
    limits: &Limits,
    pairs: &mut Pairs,
    sink: Sink<'_>,
) -> (FileEnd, Problems) {
    let mut problems = Problems::default();
    pairs.learn(text.fill_buf().unwrap_or_default());
    let mut records = Records::new(text);
    let end = loop {
        let record = match records.next() {
            Ok(Some(record)) => record,
            Ok(None) => break records.end(),
            Err(end) => break end,
        };
        if record.kind == Kind::Replayed {
            problems.note("answers to replayed requests", record.line);
            continue;
        }
        if tell(pairs.take(&record, limits), sink).is_break() {
            break FileEnd::Stopped;
        }
    };
    (end, problems)
}

/// Whether a file that begins like `start` is one of GoReplay's.
pub(crate) fn is_gor(start: &[u8]) -> bool {
    records::header(start).is_some()
}

/// When a message began and ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Span {
    first: Timestamp,
    last: Timestamp,
}
