//! What the window is told when something fails: whose fault it is, why, and what could be allowed.

use reprise_app::{Blame, Error};
use serde::Serialize;
use specta::Type;

use crate::boundary::said_here;

/// Why a command failed.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    kind: FailureKind,
    /// One sentence that names the fix.
    message: String,
    /// The host that the user could allow to make it work.
    allow: Option<String>,
    /// The target was a server in a recording, which a form can allow.
    recorded_server: bool,
}

/// Who has to act.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "lowercase")]
enum FailureKind {
    /// The user: a wrong field, an unreadable file.
    Usage,
    /// Safety or the target.
    Refused,
    /// The file, the disk or Reprise itself.
    Internal,
}

impl Failure {
    /// The user has to change something.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Usage,
            message: said_here(&message.into()),
            allow: None,
            recorded_server: false,
        }
    }

    /// What is said of it.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// Nothing the user did.
    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Internal,
            message: message.into(),
            allow: None,
            recorded_server: false,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let kind = match error.blame() {
            Blame::Usage => FailureKind::Usage,
            Blame::Refused => FailureKind::Refused,
            Blame::Internal => FailureKind::Internal,
        };
        Self {
            kind,
            message: said_here(&error.to_string()),
            allow: error.host_to_allow().map(str::to_owned),
            recorded_server: error.is_recorded_server(),
        }
    }
}
