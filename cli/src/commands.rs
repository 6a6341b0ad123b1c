//! One file a command: flags to a request of `app`, its events to progress, its answer to stdout.

pub(crate) mod bin;
pub(crate) mod chart;
pub(crate) mod ci;
pub(crate) mod compare;
pub(crate) mod completions;
pub(crate) mod copy;
pub(crate) mod delete;
pub(crate) mod demo;
pub(crate) mod devices;
pub(crate) mod doctor;
pub(crate) mod exchanges;
pub(crate) mod export;
pub(crate) mod find;
mod forms;
pub(crate) mod import;
pub(crate) mod knee;
mod mismatches;
pub(crate) mod note;
pub(crate) mod plans;
pub(crate) mod proxy;
pub(crate) mod record;
pub(crate) mod recordings;
pub(crate) mod redaction;
pub(crate) mod replay;
pub(crate) mod runs;
pub(crate) mod schema;
pub(crate) mod shop;
pub(crate) mod targets;
pub(crate) mod trend;
pub(crate) mod trim;
mod watched;

use std::path::PathBuf;

use reprise_app::{Kept, Library, readable};

/// What every command is told: the file, and how to answer.
pub(crate) struct Context {
    pub(crate) file: Option<PathBuf>,
    pub(crate) json: bool,
}

impl Context {
    /// Opens the file, making it when it is not there.
    pub(crate) fn library(&self) -> anyhow::Result<Library> {
        Ok(Library::open(self.file.as_deref())?)
    }

    /// Opens the file for reading what it holds; a file that is not there is an error that says so.
    pub(crate) fn existing_library(&self) -> anyhow::Result<Library> {
        Ok(Library::open_existing(self.file.as_deref())?)
    }
}

/// What a name is of: `--run` says a run.
const fn kept(run: bool) -> Kept {
    if run { Kept::Run } else { Kept::Recording }
}

/// Counts that are not zero, each with its name: `ok 3,306, mismatch 12`; empty when all are.
fn named_counts<'a>(counts: impl Iterator<Item = (&'a str, u64)>) -> String {
    let counts = counts.filter(|(_, n)| *n > 0);
    let parts: Vec<String> = counts
        .map(|(name, n)| format!("{name} {}", readable::count(n)))
        .collect();
    parts.join(", ")
}
