//! Keeping order: what kind of thing a name is of, what is in the bin, what a search finds.

use reprise_app::Kept;
use reprise_app::answer::{BinnedAnswer, FoundAnswer};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// A recording or a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub(crate) enum KeptKind {
    /// A recording.
    Recording,
    /// A run.
    Run,
}

/// Something that was deleted and can be brought back.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BinnedCard {
    kind: KeptKind,
    name: String,
    deleted_at: String,
    #[specta(type = Number)]
    bytes: f64,
}

/// Something that was found by words.
#[derive(Clone, Debug, Serialize, Type)]
pub(crate) struct Found {
    /// `recording`, `run`, `plan` or `operation`.
    kind: String,
    /// Its name; of an operation its recording's.
    name: String,
    /// Where the words were, if not in the name.
    hit: String,
}

impl From<KeptKind> for Kept {
    fn from(kind: KeptKind) -> Self {
        match kind {
            KeptKind::Recording => Self::Recording,
            KeptKind::Run => Self::Run,
        }
    }
}

impl From<BinnedAnswer> for BinnedCard {
    fn from(answer: BinnedAnswer) -> Self {
        let kind = match answer.kind {
            Kept::Recording => KeptKind::Recording,
            Kept::Run => KeptKind::Run,
        };
        Self {
            kind,
            name: answer.name,
            deleted_at: answer.deleted_at,
            bytes: answer.bytes as f64,
        }
    }
}

impl From<FoundAnswer> for Found {
    fn from(answer: FoundAnswer) -> Self {
        Self {
            kind: answer.kind.name().to_owned(),
            name: answer.name,
            hit: answer.hit,
        }
    }
}
