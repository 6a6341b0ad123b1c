//! The JSON of keeping order: remarks, the bin, what a search finds.

use reprise_store::Kept;
use serde::Serialize;

/// `note` answers this.
#[derive(Clone, Debug, Serialize)]
pub struct RemarksAnswer {
    /// `recording` or `run`.
    pub kind: Kept,
    /// What it is called.
    pub name: String,
    /// What a person wrote beside it.
    pub note: String,
    /// Words it is found by.
    pub tags: Vec<String>,
}

/// `bin` answers one of these a line.
#[derive(Clone, Debug, Serialize)]
pub struct BinnedAnswer {
    /// `recording` or `run`.
    pub kind: Kept,
    /// What it was called.
    pub name: String,
    /// When it was deleted; RFC 3339.
    pub deleted_at: String,
    /// What it takes in the file.
    pub bytes: u64,
}

/// What a thing that was found is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FoundKind {
    /// A recording.
    Recording,
    /// A run.
    Run,
    /// A plan that is kept under a name.
    Plan,
    /// An operation of a recording.
    Operation,
}

impl FoundKind {
    /// The name used in `--json` and for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recording => Kept::Recording.name(),
            Self::Run => Kept::Run.name(),
            Self::Plan => "plan",
            Self::Operation => "operation",
        }
    }
}

/// `find` answers one of these a line.
#[derive(Clone, Debug, Serialize)]
pub struct FoundAnswer {
    /// `recording`, `run`, `plan` or `operation`.
    pub kind: FoundKind,
    /// Its name; of an operation its recording's.
    pub name: String,
    /// Where the words were, if not in the name: a line of the note, `tag:WORD`, the operation.
    pub hit: String,
}

impl FoundAnswer {
    pub(crate) fn new(kind: FoundKind, name: &str, hit: String) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            hit,
        }
    }
}
