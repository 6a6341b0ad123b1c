//! Rules: what counts as a secret and what takes its place, read from a TOML text. The first rule that
//! matches a value decides. The rules that come built in are a TOML text too (`rules/default.toml`).

mod error;
mod target;
mod text;

pub use error::RulesError;
pub use target::{Detector, Target};

pub(super) use target::{ColumnPattern, DigestPattern, SegmentPattern, Where};

use std::fmt;

use crate::filter::Filter;

/// The rules that come built in.
const DEFAULTS: &str = include_str!("rules/default.toml");

/// The rules in force, in the order in which they are tried.
#[derive(Clone, Debug)]
pub struct Rules(Vec<Rule>);

/// One rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What its hits are counted under.
    pub name: String,
    /// What it matches.
    pub targets: Vec<Target>,
    /// What takes a value's place.
    pub action: Action,
    /// The exchanges it holds for; `None`: all.
    pub filter: Option<Filter>,
    /// Whether it takes numbers of JSON and MySQL too, not only texts.
    pub numbers: bool,
    /// Whether it came built in.
    pub built_in: bool,
}

/// What takes a secret's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// `rp_` and 24 letters and digits of HMAC-SHA-256: equal values, equal pseudonyms, and a replay can
    /// tell that it has to ask for the value.
    Pseudonym,
    /// A pseudonym of the same shape: a card number that passes its check, an e-mail address, an IBAN, a
    /// UUID, digits, hexadecimal digits; `Pseudonym` where there is no such shape.
    Shape,
    /// `*` for all but the last four characters; for all of a value of at most eight.
    KeepLast4,
    /// This text.
    Fixed(String),
    /// Nothing: an empty value.
    Drop,
    /// The value itself: an exception from the rules after this one.
    Keep,
}

impl Rules {
    /// Reads rules. Unless the text says `defaults = false`, the built-in ones follow, but for those that
    /// `off = [...]` names or that have the name of one in the text.
    ///
    /// # Errors
    /// The text is no TOML, or a rule cannot be read: the error has its name, the line and what to write.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        text::parse(text, Some(DEFAULTS)).map(Self)
    }

    /// The rules, in the order in which they are tried.
    pub fn iter(&self) -> std::slice::Iter<'_, Rule> {
        self.0.iter()
    }
}

/// Everything that is a credential by its name or its shape; personal data and SQL literals by choice.
impl Default for Rules {
    fn default() -> Self {
        // A test proves that the built-in text can be read.
        Self(text::parse(DEFAULTS, None).unwrap_or_default()).built_in()
    }
}

impl Rules {
    fn built_in(mut self) -> Self {
        for rule in &mut self.0 {
            rule.built_in = true;
        }
        self
    }
}

/// As a rule's `action` names it.
impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pseudonym => f.write_str("pseudonym"),
            Self::Shape => f.write_str("shape"),
            Self::KeepLast4 => f.write_str("keep_last_4"),
            Self::Fixed(text) => write!(f, "fixed {text:?}"),
            Self::Drop => f.write_str("drop"),
            Self::Keep => f.write_str("keep"),
        }
    }
}

#[cfg(test)]
mod tests;
