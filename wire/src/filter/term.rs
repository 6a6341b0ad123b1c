//! One term of a filter and what it holds for.

use regex::Regex;

use super::Candidate;
use super::range::Range;
use crate::{Flags, Protocol};

/// A test, perhaps turned around.
#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) test: Test,
}

/// What is asked of an exchange.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Protocol(Vec<Protocol>),
    /// In upper case.
    Method(Vec<String>),
    Status(Vec<StatusTest>),
    /// In lower case, as all text here.
    Operation(String),
    Request(String),
    Text(String),
    Took(Range),
    Sent(Range),
    Received(Range),
    Connection(Vec<u32>),
    /// Any of these bits.
    Flag(Flags),
    Regex(Regex),
}

/// What is asked of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StatusTest {
    Within(Range),
    /// No answer.
    None,
    /// A 5xx, or a MySQL error.
    Error,
}

/// The names of flags in filters.
pub(super) const FLAG_NAMES: [(&str, Flags); 13] = [
    ("midstream", Flags::MIDSTREAM),
    ("gap", Flags::GAP_IN_REQUEST.union(Flags::GAP_IN_RESPONSE)),
    (
        "over-cap",
        Flags::REQUEST_OVER_CAP.union(Flags::RESPONSE_OVER_CAP),
    ),
    (
        "truncated",
        Flags::REQUEST_TRUNCATED.union(Flags::RESPONSE_TRUNCATED),
    ),
    ("resynced", Flags::RESYNCED),
    ("interim", Flags::INTERIM),
    ("upgraded", Flags::UPGRADED),
    ("conflicting-length", Flags::CONFLICTING_LENGTH),
    ("no-answer-expected", Flags::NO_ANSWER_EXPECTED),
    ("statement-unknown", Flags::STATEMENT_UNKNOWN),
    ("redacted", Flags::REDACTED),
    ("in-transaction", Flags::IN_TRANSACTION),
    ("answer-not-kept", Flags::ANSWER_NOT_KEPT),
];

/// What filters call these flags.
pub fn flag_names(flags: Flags) -> impl Iterator<Item = &'static str> {
    let named = FLAG_NAMES.into_iter();
    named.filter_map(move |(name, bits)| flags.intersects(bits).then_some(name))
}

impl Term {
    pub(super) fn holds_for(&self, candidate: &Candidate<'_>) -> bool {
        self.test.holds_for(candidate) != self.negated
    }

    /// Its key, if it needs more than operation and summary.
    pub(super) const fn beyond_request(&self) -> Option<&'static str> {
        match self.test {
            Test::Protocol(_) => Some("protocol"),
            Test::Status(_) => Some("status"),
            Test::Took(_) => Some("took"),
            Test::Sent(_) => Some("sent"),
            Test::Received(_) => Some("received"),
            Test::Connection(_) => Some("connection"),
            Test::Flag(_) => Some("flag"),
            Test::Method(_)
            | Test::Operation(_)
            | Test::Request(_)
            | Test::Text(_)
            | Test::Regex(_) => None,
        }
    }
}

impl Test {
    fn holds_for(&self, candidate: &Candidate<'_>) -> bool {
        let Candidate {
            protocol,
            operation,
            summary,
            status,
            latency_us,
            request_bytes,
            response_bytes,
            connection,
            flags,
        } = candidate;
        match self {
            Self::Protocol(any) => any.contains(protocol),
            Self::Method(any) => {
                let method = operation.split_whitespace().next().unwrap_or_default();
                any.iter().any(|wanted| method.eq_ignore_ascii_case(wanted))
            }
            Self::Status(any) => any.iter().any(|test| test.holds_for(*protocol, *status)),
            Self::Operation(text) => contains(operation, text),
            Self::Request(text) => contains(summary, text),
            Self::Text(text) => contains(operation, text) || contains(summary, text),
            Self::Took(range) => latency_us.is_some_and(|us| range.contains(us)),
            Self::Sent(range) => request_bytes.is_some_and(|bytes| range.contains(bytes)),
            Self::Received(range) => response_bytes.is_some_and(|bytes| range.contains(bytes)),
            Self::Connection(any) => connection.is_some_and(|number| any.contains(&number)),
            Self::Flag(any) => flags.intersects(*any),
            Self::Regex(regex) => regex.is_match(operation) || regex.is_match(summary),
        }
    }
}

impl StatusTest {
    fn holds_for(self, protocol: Protocol, status: Option<u16>) -> bool {
        match (self, protocol, status) {
            (Self::None, _, status) => status.is_none(),
            (_, _, None) => false,
            (Self::Within(range), _, Some(status)) => range.contains(u64::from(status)),
            (Self::Error, Protocol::Http, Some(status)) => (500..=599).contains(&status),
            (Self::Error, Protocol::Mysql, Some(code)) => code != 0,
        }
    }
}

/// Whether `text` contains `wanted`, which is in lower case, in any case.
fn contains(text: &str, wanted: &str) -> bool {
    if text.is_ascii() {
        // Without a copy: this runs for every row of a recording.
        let text = text.as_bytes();
        let Some((first, rest)) = wanted.as_bytes().split_first() else {
            return true;
        };
        return memchr::memchr2_iter(*first, first.to_ascii_uppercase(), text).any(|at| {
            let after = text.get(at + 1..).unwrap_or_default();
            after
                .get(..rest.len())
                .is_some_and(|part| part.eq_ignore_ascii_case(rest))
        });
    }
    text.to_lowercase().contains(wanted)
}
