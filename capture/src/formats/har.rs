//! HTTP Archive 1.1 and 1.2, as browsers, proxies and load tools write it.
//! Source: "HAR 1.2 Spec", Jan Odvarko, softwareishard.com; the habits of Chrome, Firefox, Safari, mitmproxy.
//!
//! HTTP only. Beside the standard fields our own files have `_reprise` in an entry: what the standard
//! fields cannot carry, so that reading a file back gives the same bytes.

mod details;
mod entry;
mod fields;
mod message;
mod places;
mod split;
mod write;

use std::io::BufRead;
use std::path::Path;

use reprise_wire::Limits;

use super::open::OpenConnections;
use super::problems::Problems;
use super::told::{Sink, tell};
use crate::CaptureError;
use crate::file::FileEnd;
use split::{Entries, Stop};

pub(crate) use write::HarWriter;

/// The name of our own field in an entry.
const OWN: &str = "_reprise";

/// Tells the entries of an archive, in its order.
pub(crate) fn read(
    path: &Path,
    text: &mut dyn BufRead,
    limits: &Limits,
    sink: Sink<'_>,
) -> Result<(FileEnd, Problems), CaptureError> {
    let mut entries = Entries::new(text);
    let mut connections = OpenConnections::default();
    let mut problems = Problems::default();
    let end = loop {
        let next = match entries.next() {
            Ok(next) => next,
            Err(Stop::Done) => break FileEnd::Whole,
            Err(Stop::Cut) => break FileEnd::Cut,
            Err(Stop::Damaged) => break FileEnd::Damaged,
            Err(Stop::NoEntries) => return Err(CaptureError::NoEntries(path.to_path_buf())),
        };
        let Some(json) = next.json else {
            problems.note("entries that are longer than 256 MiB", next.line);
            continue;
        };
        match entry::read(json, limits, &mut connections) {
            Ok(told) => {
                if tell(told, sink).is_break() {
                    break FileEnd::Stopped;
                }
            }
            Err(why) => problems.note(why, next.line),
        }
    };
    // Whoever had enough has it still.
    let _ = tell(connections.drain(), sink);
    Ok((end, problems))
}
