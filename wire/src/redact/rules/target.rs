//! What a rule matches: a place with a name, a piece of a path, a value in SQL, or a shape.

use std::fmt;

use regex::bytes::Regex;

use crate::json_path::JsonPath;
use crate::redact::name::NamePattern;

/// One thing that a rule matches.
#[derive(Clone, Debug)]
pub struct Target {
    /// As the rule has it: `header`, `column`, `detector`.
    pub kind: &'static str,
    /// As the rule has it: `Authorization`, `$.user.email`, `card`.
    pub text: String,
    pub(in crate::redact) place: Where,
}

/// Where a target's values stand.
#[derive(Clone, Debug)]
pub(in crate::redact) enum Where {
    Header(NamePattern),
    Cookie(NamePattern),
    Query(NamePattern),
    Form(NamePattern),
    Json(JsonPath),
    /// A key of a query, a form or JSON.
    Key(NamePattern),
    Segment(SegmentPattern),
    Column(ColumnPattern),
    Digest(DigestPattern),
    Detector(Detector),
}

/// Segments of a URL's path.
#[derive(Clone, Debug)]
pub(in crate::redact) enum SegmentPattern {
    /// Those that match, percent-decoded.
    Matching(Regex),
    /// The one at this place, from 1.
    At(usize),
}

/// A column, where it counts.
#[derive(Clone, Debug)]
pub(in crate::redact) struct ColumnPattern {
    pub(in crate::redact) table: Option<NamePattern>,
    pub(in crate::redact) column: NamePattern,
    /// In the text of statements.
    pub(in crate::redact) literals: bool,
    /// In parameters of prepared statements.
    pub(in crate::redact) parameters: bool,
    /// In rows.
    pub(in crate::redact) rows: bool,
}

/// Values of statements by their digest.
#[derive(Clone, Debug)]
pub(in crate::redact) struct DigestPattern {
    /// The digest, cut at its `*`.
    pub(in crate::redact) parts: Vec<String>,
    /// Which of its values, from 1; empty for all.
    pub(in crate::redact) positions: Vec<usize>,
}

impl DigestPattern {
    /// Whether this operation is meant.
    pub(in crate::redact) fn matches(&self, digest: &str) -> bool {
        let [first, middle @ .., last] = self.parts.as_slice() else {
            return self.parts.first().is_some_and(|only| only == digest);
        };
        let Some(mut rest) = digest
            .strip_prefix(first.as_str())
            .and_then(|rest| rest.strip_suffix(last.as_str()))
        else {
            return false;
        };
        middle
            .iter()
            .all(|part| match rest.split_once(part.as_str()) {
                Some((_, after)) => {
                    rest = after;
                    true
                }
                None => false,
            })
    }
}

/// What is known by its shape, or by its place in the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detector {
    /// A payment card's number: 13 to 19 digits, perhaps with blanks or dashes, with their check digit.
    Card,
    /// A JSON web token.
    Jwt,
    /// An e-mail address.
    Email,
    /// An international bank account number, with its check digits.
    Iban,
    /// An AWS access key id.
    AwsKey,
    /// A GitHub token.
    GithubToken,
    /// A Slack token.
    SlackToken,
    /// A Google API key.
    GoogleKey,
    /// A Stripe live key.
    StripeKey,
    /// A block of `-----BEGIN PRIVATE KEY-----`.
    PrivateKey,
    /// `IDENTIFIED BY`, `SET PASSWORD` and the like in SQL.
    MysqlPassword,
    /// The arguments of SQL functions that encrypt or hash.
    MysqlFunction,
    /// The authentication data of COM_CHANGE_USER.
    MysqlAuthentication,
}

impl Detector {
    /// Every detector with its name in rules.
    pub const ALL: [(Self, &'static str); 13] = [
        (Self::Card, "card"),
        (Self::Jwt, "jwt"),
        (Self::Email, "email"),
        (Self::Iban, "iban"),
        (Self::AwsKey, "aws_key"),
        (Self::GithubToken, "github_token"),
        (Self::SlackToken, "slack_token"),
        (Self::GoogleKey, "google_key"),
        (Self::StripeKey, "stripe_key"),
        (Self::PrivateKey, "private_key"),
        (Self::MysqlPassword, "mysql_password"),
        (Self::MysqlFunction, "mysql_function"),
        (Self::MysqlAuthentication, "mysql_authentication"),
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))
            .map(|(detector, _)| *detector)
    }
}

/// `header Authorization`, `column users.card`.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.text)
    }
}
