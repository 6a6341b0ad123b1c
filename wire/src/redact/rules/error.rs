//! Why rules cannot be read: which rule, which line, what to write instead.

use std::fmt;

/// Rules that cannot be read. The text completes "failed to ...".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesError {
    /// The line of the text, from 1.
    pub line: usize,
    /// The rule's name, when it has one.
    pub rule: Option<String>,
    /// What is wrong, and what would be right.
    pub problem: String,
}

impl fmt::Display for RulesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "read the redaction rules: line {}", self.line)?;
        if let Some(rule) = &self.rule {
            write!(f, ", rule {rule:?}")?;
        }
        write!(f, ": {}", self.problem)
    }
}

impl std::error::Error for RulesError {}
