//! What else a selector may ask of an exchange: `table:item`, `in:transaction`, `header:X-Test=1`, `connection:3`,
//! `copy:0`.

use std::fmt;

use super::header::Header;
use super::{Subject, table};
use crate::{FaultError, SpokenProtocol};

/// One question, written `KEY:VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// MySQL: the statement names this table.
    Table(String),
    /// MySQL: a transaction is open, or none is.
    Transaction(bool),
    /// HTTP: the request has this field.
    Header(Header),
    /// It is on the connection with this number, from 1.
    Connection(u64),
    /// It is in the copy with this number, from 0.
    Copy(u32),
}

impl Condition {
    /// The condition that `text` begins with, and what comes after it; `None`: it begins with a pattern.
    pub(super) fn split(text: &str) -> Result<Option<(Self, &str)>, FaultError> {
        let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
        let Some((key, value)) = word.split_once(':') else {
            return Ok(None);
        };
        let condition = match (key, value) {
            ("in", "transaction") => Some(Self::Transaction(true)),
            ("outside", "transaction") => Some(Self::Transaction(false)),
            ("table", name) if !name.is_empty() => Some(Self::Table(name.to_owned())),
            ("header", field) => Header::read(field).map(Self::Header),
            ("connection", number) => {
                let number = number.parse().ok();
                // they are counted from 1
                number.filter(|number| *number > 0).map(Self::Connection)
            }
            ("copy", number) => number.parse().ok().map(Self::Copy),
            ("in" | "outside" | "table", _) => None,
            _ => return Ok(None),
        };
        let condition = condition.ok_or_else(|| FaultError::BadSelector {
            selector: word.to_owned(),
            why: "is no condition: write table:NAME, in:transaction, outside:transaction, header:NAME, header:NAME=VALUE, \
                  connection:N (from 1) or copy:N (from 0)",
        })?;
        Ok(Some((condition, rest.trim_start())))
    }

    pub(super) fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Table(name) => table::is_named(subject.operation, name),
            Self::Transaction(open) => subject.in_transaction == Some(*open),
            Self::Header(header) => {
                subject.protocol == Some(SpokenProtocol::Http) && header.stands_in(subject.head)
            }
            Self::Connection(number) => subject.connection == Some(*number),
            Self::Copy(number) => subject.copy == Some(*number),
        }
    }

    /// The copy it asks for.
    pub(super) const fn copy(&self) -> Option<u32> {
        match self {
            Self::Copy(number) => Some(*number),
            Self::Table(_) | Self::Transaction(_) | Self::Connection(_) | Self::Header(_) => None,
        }
    }

    /// Whether only MySQL has what it asks for.
    pub(super) const fn is_of_mysql(&self) -> bool {
        matches!(self, Self::Table(_) | Self::Transaction(_))
    }

    /// Whether only HTTP has what it asks for.
    pub(super) const fn is_of_http(&self) -> bool {
        matches!(self, Self::Header(_))
    }

    pub(super) const fn not_in_proxy(&self) -> Option<&'static str> {
        match self {
            Self::Copy(_) => Some("selects a copy of a replay's lane; a proxy has connection:N"),
            Self::Table(_) | Self::Transaction(_) | Self::Header(_) | Self::Connection(_) => None,
        }
    }

    pub(super) const fn not_in_replay(&self) -> Option<&'static str> {
        match self {
            Self::Connection(_) => Some(
                "selects a connection of a proxy; a replay has lanes: select an operation, or copy:N",
            ),
            Self::Transaction(_) => Some(
                "selects by open transactions, which only a `reprise proxy` sees: put it there, or select \
                 the operation, as in `for mysql COMMIT`",
            ),
            Self::Header(_) => Some(
                "selects by a field of the request, which a `reprise proxy` reads: put it there, or select the operation",
            ),
            Self::Table(_) | Self::Copy(_) => None,
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(name) => write!(f, "table:{name}"),
            Self::Transaction(true) => f.write_str("in:transaction"),
            Self::Transaction(false) => f.write_str("outside:transaction"),
            Self::Header(header) => write!(f, "header:{header}"),
            Self::Connection(number) => write!(f, "connection:{number}"),
            Self::Copy(number) => write!(f, "copy:{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_like_a_condition_and_is_none_is_refused() {
        for text in [
            "in:stock",
            "connection:x",
            "connection:0",
            "table:",
            "copy:-1",
            "header:",
            "header:=1",
            "header:a(b",
        ] {
            assert!(Condition::split(text).is_err(), "{text}");
        }
        for text in ["GET /a:b", "/a:b", "UPDATE"] {
            assert_eq!(Condition::split(text), Ok(None), "{text}");
        }
    }
}
