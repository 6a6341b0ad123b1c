//! One line of a server's general log, or what it should be.

use std::fmt;

/// A command as the general log names it, and what it says about it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) command: String,
    pub(crate) text: Vec<u8>,
}

impl Entry {
    pub(crate) fn new(command: &str, text: &[u8]) -> Self {
        Self {
            command: command.to_owned(),
            text: text.to_vec(),
        }
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = self.text.get(..300).unwrap_or(&self.text);
        let text = String::from_utf8_lossy(start);
        write!(out, "{} [{}] {text:?}", self.command, self.text.len())
    }
}
