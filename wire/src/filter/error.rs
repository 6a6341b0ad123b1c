//! What can be wrong with a filter. The text completes "failed to ...".

use super::parse::KEYS;
use super::term::FLAG_NAMES;

/// A filter that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read the filter at character {position}: {problem}")]
pub struct FilterError {
    /// Where, counted in characters from 1.
    pub position: usize,
    /// What is wrong there.
    pub problem: FilterProblem,
}

/// What is wrong with a term of a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterProblem {
    /// No such key.
    #[error("the key {0:?} is unknown (keys are {keys}; put text that holds a colon in quotes)", keys = KEYS.join(", "))]
    UnknownKey(String),
    /// A key, or a `-`, with nothing behind it.
    #[error("something is missing behind {0:?}")]
    Missing(String),
    /// A quote is not closed.
    #[error("the quote that begins here is not closed")]
    OpenQuote,
    /// Not a protocol.
    #[error("the protocol {0:?} is unknown (protocols are http and mysql)")]
    UnknownProtocol(String),
    /// Not a flag.
    #[error("the flag {0:?} is unknown (flags are {flags})", flags = flag_names())]
    UnknownFlag(String),
    /// Not a status.
    #[error("the status {0:?} is none of 404, 5xx, >=400, 400..499, none, error")]
    BadStatus(String),
    /// Not a time.
    #[error("the time {0:?} is none of >100ms, <=2s, 10ms..1s (units are us, ms, s and m)")]
    BadTime(String),
    /// Not a size.
    #[error("the size {0:?} is none of >10kB, <=2MB, 100B..1kB, 512 (units are B, kB, MB and GB)")]
    BadSize(String),
    /// Not a connection.
    #[error("the connection {0:?} is not a number; `connection:17` names one of a recording")]
    BadConnection(String),
    /// Not a regular expression.
    #[error("the regular expression /{pattern}/ is invalid: {why} (put plain text in quotes)")]
    BadRegex {
        /// The expression.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
}

fn flag_names() -> String {
    FLAG_NAMES.map(|(name, _)| name).join(", ")
}
