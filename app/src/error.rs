//! What a job can fail with, and who has to act: the command turns that into its exit code,
//! the window into what it offers next.

use std::path::PathBuf;

use reprise_fault::ControlError;
use reprise_store::targets::TargetRefused;
use thiserror::Error;

/// Who has to act on an error; the command's exit codes follow it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// The caller: a wrong flag, an unknown name, an unreadable input. Exit code 2.
    Usage,
    /// Safety or the target: refused, not allowed, unreachable. Exit code 3.
    Refused,
    /// The file, the disk or Reprise itself. Exit code 4.
    Internal,
}

/// Why a job failed; every message fits "failed to ..." or stands alone, and names the fix.
#[derive(Debug, Error)]
pub enum Error {
    /// A flag or a field holds something that cannot be read.
    #[error("{0}")]
    Usage(String),
    /// The file could not be opened, read or written.
    #[error("failed to {0}")]
    Store(#[from] reprise_store::Error),
    /// A capture or an import failed.
    #[error("failed to {0}")]
    Capture(#[from] reprise_capture::CaptureError),
    /// A replay could not be planned or started.
    #[error("failed to {0}")]
    Replay(#[from] reprise_replay::ReplayError),
    /// A proxy could not be opened.
    #[error("failed to {0}")]
    Proxy(#[from] reprise_fault::ProxyError),
    /// One of several proxies could not be opened.
    #[error("proxy `{name}`: {source}")]
    OneProxy {
        /// Which.
        name: String,
        /// Why.
        source: Box<Self>,
    },
    /// Proxies that run elsewhere could not be given an order.
    #[error("failed to {0}")]
    Control(#[from] ControlError),
    /// A target is refused for safety, or cannot be found.
    #[error("{verb} {0}", verb = verb(.0))]
    Target(#[from] TargetRefused),
    /// A file beside the store could not be read or written.
    #[error("cannot {doing} {}: {source}", path.display())]
    File {
        /// What was tried: `write`, `create the folder`.
        doing: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A run could not be written in another tool's format.
    #[error("cannot write {what}: {source}")]
    Form {
        /// What was to be written: `the samples`.
        what: &'static str,
        /// What went wrong.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The user ended a job that has no use when it is not whole.
    #[error("{0} was stopped before its end; nothing was kept")]
    Stopped(&'static str),
    /// The demo's own parts failed.
    #[error("the sample shop failed: {0}")]
    Shop(String),
    /// The command given with `--before` failed.
    #[error("the command before the run failed: {0}")]
    Before(String),
}

impl Error {
    /// The host that could be allowed to make a refused replay possible.
    pub fn host_to_allow(&self) -> Option<&str> {
        match self {
            Self::Target(TargetRefused::NotAllowed { host, .. }) => Some(host),
            _ => None,
        }
    }

    /// Whether the target was refused because it was a server in a recording, which the request can allow.
    pub fn is_recorded_server(&self) -> bool {
        matches!(self, Self::Target(TargetRefused::RecordedServer { .. }))
    }

    /// Who has to act.
    pub fn blame(&self) -> Blame {
        match self {
            Self::Usage(_) | Self::Stopped(_) => Blame::Usage,
            Self::Target(TargetRefused::Store(error)) | Self::Store(error) => of_store(error),
            Self::Target(TargetRefused::Unreadable { .. }) => Blame::Usage,
            Self::Target(_) | Self::Before(_) => Blame::Refused,
            Self::Capture(error) => of_capture(error),
            Self::Replay(error) => of_replay(error),
            Self::Proxy(error) => of_proxy(error),
            Self::OneProxy { source, .. } => source.blame(),
            Self::Control(ControlError::Refused { .. }) => Blame::Usage,
            Self::Control(_) => Blame::Refused,
            Self::File {
                doing: "read" | "read the rules in",
                ..
            } => Blame::Usage,
            Self::File { .. } | Self::Form { .. } | Self::Shop(_) => Blame::Internal,
        }
    }
}

/// Whether a target was refused, or could not be looked at.
const fn verb(refused: &TargetRefused) -> &'static str {
    match refused {
        TargetRefused::Unresolved { .. } | TargetRefused::Store(_) => "failed to",
        _ => "refused to",
    }
}

const fn of_store(error: &reprise_store::Error) -> Blame {
    use reprise_store::Error as Store;
    match error {
        Store::Missing(_)
        | Store::Empty(_)
        | Store::Foreign(_)
        | Store::Damaged(_)
        | Store::Newer { .. }
        | Store::NameTaken { .. }
        | Store::TakenSince { .. }
        | Store::BadName(_)
        | Store::BadRemark(_)
        | Store::NotBinned { .. }
        | Store::Unknown { .. }
        | Store::InUse { .. }
        | Store::BadHost(_) => Blame::Usage,
        _ => Blame::Internal,
    }
}

const fn of_capture(error: &reprise_capture::CaptureError) -> Blame {
    use reprise_capture::CaptureError as Capture;
    match error {
        Capture::Store(error) => of_store(error),
        Capture::NoRights { .. } => Blame::Refused,
        Capture::Write(_) | Capture::Interface { .. } | Capture::Thread(_) | Capture::Broken(_) => {
            Blame::Internal
        }
        _ => Blame::Usage,
    }
}

const fn of_proxy(error: &reprise_fault::ProxyError) -> Blame {
    use reprise_fault::ProxyError as Proxy;
    match error {
        Proxy::Listen { .. }
        | Proxy::NeverStrikes { .. }
        | Proxy::NotInProxy { .. }
        | Proxy::NoSuchFault(_)
        | Proxy::ComesBack(_)
        | Proxy::NameTaken(_) => Blame::Usage,
        Proxy::Unprotected(_) => Blame::Refused,
        Proxy::Thread(_) | Proxy::ThreadGone => Blame::Internal,
    }
}

const fn of_replay(error: &reprise_replay::ReplayError) -> Blame {
    use reprise_replay::ReplayError as Replay;
    match error {
        Replay::Store(error) => of_store(error),
        Replay::Start(_) | Replay::ThreadLost(_) => Blame::Internal,
        Replay::Unreachable { .. }
        | Replay::Untrusted { .. }
        | Replay::Misspoken { .. }
        | Replay::Watch { .. }
        | Replay::TooFewConnections { .. }
        | Replay::Control(ControlError::Unreachable { .. } | ControlError::Foreign { .. }) => {
            Blame::Refused
        }
        _ => Blame::Usage,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_without_an_address_was_looked_for_and_not_refused() {
        let why = std::io::Error::other(
            "failed to lookup address information: Name or service not known",
        );
        let host = "staging.exmaple".to_owned();
        let error = Error::from(TargetRefused::Unresolved { host, why });
        assert_eq!(
            error.to_string(),
            "failed to find the address of staging.exmaple: Name or service not known; \
             check how it is written, or name its IP address"
        );
        // a chain of causes would say it again
        let cause = std::error::Error::source(&error).and_then(std::error::Error::source);
        assert!(cause.is_none(), "{cause:?}");
    }

    #[test]
    fn a_host_that_is_not_allowed_is_refused_with_the_way_to_allow_it() {
        let refused = TargetRefused::NotAllowed {
            host: "staging.example".to_owned(),
            address: std::net::Ipv4Addr::new(192, 0, 2, 7).into(),
        };
        let said = Error::from(refused).to_string();
        assert!(said.starts_with("refused to send traffic to staging.example (192.0.2.7): "));
        assert!(said.ends_with("run `reprise targets allow staging.example` first"));
    }
}
