//! What tells one user of recorded HTTP from another, and so which exchanges keep their order.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What makes HTTP exchanges one lane. A request that does not show it belongs to its connection's lane.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum LaneKey {
    /// The session cookie; else the credentials; else all cookies.
    #[default]
    Session,
    /// The connection, whoever speaks on it.
    Connection,
    /// A cookie; without a name the one that looks like a session, else all of them.
    Cookie(Option<String>),
    /// The Authorization header.
    Authorization,
    /// Another header.
    Header(String),
}

/// A text that names no lane key.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "read `{0}`: lanes are told by session, connection, cookie, cookie:NAME, authorization or header:NAME"
)]
pub struct LaneKeyError(pub String);

impl LaneKey {
    /// Whether it names something that a request shows or does not.
    pub(crate) const fn is_named(&self) -> bool {
        matches!(
            self,
            Self::Cookie(Some(_)) | Self::Authorization | Self::Header(_)
        )
    }
}

impl FromStr for LaneKey {
    type Err = LaneKeyError;

    fn from_str(text: &str) -> Result<Self, LaneKeyError> {
        let (kind, name) = match text.split_once(':') {
            Some((kind, name)) => (kind, Some(name.trim())),
            None => (text, None),
        };
        let named = name.filter(|name| !name.is_empty()).map(str::to_owned);
        match (kind.trim().to_ascii_lowercase().as_str(), name, named) {
            ("session", None, _) => Ok(Self::Session),
            ("connection", None, _) => Ok(Self::Connection),
            ("cookie", None, _) => Ok(Self::Cookie(None)),
            ("cookie", _, Some(name)) => Ok(Self::Cookie(Some(name))),
            ("authorization", None, _) => Ok(Self::Authorization),
            ("header", _, Some(name)) => Ok(Self::Header(name)),
            _ => Err(LaneKeyError(text.to_owned())),
        }
    }
}

impl fmt::Display for LaneKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session => f.write_str("session"),
            Self::Connection => f.write_str("connection"),
            Self::Cookie(None) => f.write_str("cookie"),
            Self::Cookie(Some(name)) => write!(f, "cookie:{name}"),
            Self::Authorization => f.write_str("authorization"),
            Self::Header(name) => write!(f, "header:{name}"),
        }
    }
}

impl TryFrom<String> for LaneKey {
    type Error = LaneKeyError;

    fn try_from(text: String) -> Result<Self, LaneKeyError> {
        text.parse()
    }
}

impl From<LaneKey> for String {
    fn from(key: LaneKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_reads_back_as_it_is_written() {
        for text in [
            "session",
            "connection",
            "cookie",
            "cookie:SID",
            "authorization",
            "header:X-User",
        ] {
            assert_eq!(text.parse::<LaneKey>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for text in [
            "",
            "cookies",
            "header",
            "header:",
            "connection:x",
            "cookie: ",
        ] {
            let error = text.parse::<LaneKey>().unwrap_err().to_string();
            assert!(error.contains("header:NAME"), "{error}");
        }
    }
}
