//! What kind of failure an exchange met, as charts and tables name it.

use std::fmt;

use crate::{Outcome, Sample, SampleFlags};

/// A failure by its status or, without an answer, by how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// An HTTP status: 503.
    Http(u16),
    /// A MySQL error number: 1213.
    Mysql(u16),
    /// No answer, or none that carries a number.
    Ended(Outcome),
    /// What came is no reply of the protocol: its head, or what follows one that promised well.
    Unreadable,
    /// The generator had no file descriptor or local port left.
    NotOpened,
}

/// MySQL numbers its server errors from 1000 (reference manual, "Server Error Message
/// Reference"); HTTP statuses end at 999.
const FIRST_MYSQL_ERROR: u16 = 1000;

impl ErrorKind {
    /// The kind of a failed sample; `None` when it did not fail.
    pub fn of(sample: &Sample) -> Option<Self> {
        if !sample.outcome.is_failure() {
            return None;
        }
        if sample.flags.contains(SampleFlags::NOT_OPENED) {
            return Some(Self::NotOpened);
        }
        Some(match (sample.outcome, sample.status) {
            (Outcome::ErrorReply, FIRST_MYSQL_ERROR..) => Self::Mysql(sample.status),
            // no status below 300 is a failure by itself
            (Outcome::ErrorReply, ..300) => Self::Unreadable,
            (Outcome::ErrorReply, _) => Self::Http(sample.status),
            (outcome, _) => Self::Ended(outcome),
        })
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(status) => write!(f, "HTTP {status}"),
            Self::Mysql(number) => write!(f, "MySQL {number}"),
            Self::Ended(outcome) => f.write_str(&outcome.name().replace('_', " ")),
            Self::Unreadable => f.write_str("unreadable answer"),
            Self::NotOpened => f.write_str("generator limit"),
        }
    }
}
