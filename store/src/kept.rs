//! The two kinds of things that are kept under a name, put into the bin and remarked on.

use serde::{Deserialize, Serialize};

/// A kind of thing that a file keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kept {
    /// A recording with its connections, exchanges and payloads.
    Recording,
    /// A run with its samples, ticks and events.
    Run,
}

impl Kept {
    /// The word for it, which is its table as well.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Run => "run",
        }
    }
}
