//! What this machine and the file are good for, before a recording or a replay finds out: each finding with the command that
//! mends it. Looks only; changes nothing.

mod capturing;
mod file;
mod machine;

use std::path::Path;

use serde::Serialize;

/// How good something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// As it should be.
    Good,
    /// Works, with a limit worth knowing.
    Limited,
    /// Does not work.
    Bad,
}

impl Health {
    /// The name used in `--json` and for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Limited => "limited",
            Self::Bad => "bad",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What: `capture`, `file`, `space`, `key`, `files`, `ports`, `cores`, `timer`, `clock`.
    pub subject: &'static str,
    /// How good it is.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What mends it, if anything is to be mended.
    pub fix: Option<String>,
}

impl Finding {
    const fn good(subject: &'static str, found: String) -> Self {
        Self {
            subject,
            health: Health::Good,
            found,
            fix: None,
        }
    }

    const fn limited(subject: &'static str, found: String, fix: String) -> Self {
        Self {
            subject,
            health: Health::Limited,
            found,
            fix: Some(fix),
        }
    }

    const fn bad(subject: &'static str, found: String, fix: String) -> Self {
        Self {
            subject,
            health: Health::Bad,
            found,
            fix: Some(fix),
        }
    }
}

/// Whether packets can be captured on this machine by this user.
pub fn capture_rights() -> Finding {
    capturing::look()
}

/// Looks at everything; `file` is the one to work on, `None` the default one. Takes about a tenth of a second.
pub fn doctor(file: Option<&Path>) -> Vec<Finding> {
    let mut findings = vec![capture_rights()];
    findings.extend(file::look(file));
    findings.extend([
        machine::open_files(),
        machine::ports(),
        machine::cores(),
        machine::timer(),
        machine::clock(),
    ]);
    findings
}
