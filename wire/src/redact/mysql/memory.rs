//! What redaction remembers of MySQL connections: which statements hold no secrets. Bounded by a count.

use rustc_hash::FxHashMap;

use super::statement::Secrets;

/// Digests whose statements are known.
const MOST_KNOWN: usize = 8_192;

/// A digest of this length may be cut.
const LONGEST_WHOLE: usize = crate::mysql::sql::LONGEST_DIGEST - 4;

/// What rules take of every statement of one digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// Nothing.
    Clean,
    /// No literals; perhaps parameters.
    CleanText,
}

/// What redaction remembers between exchanges.
#[derive(Debug, Default)]
pub(in crate::redact) struct Memory {
    /// One digest, one answer.
    known: FxHashMap<Box<str>, Known>,
}

impl Memory {
    /// Whether rules are known to take no literals of a statement of this digest.
    pub(super) fn is_clean_text(&self, digest: &str, sql: &[u8]) -> bool {
        self.known.contains_key(digest) && tells_all(digest, sql)
    }

    /// Remembers what rules take of a whole statement.
    pub(super) fn found(&mut self, digest: &str, sql: &[u8], secrets: &Secrets) {
        let known = if secrets.is_empty() {
            Known::Clean
        } else if secrets.has_no_literals() {
            Known::CleanText
        } else {
            return;
        };
        if self.known.len() < MOST_KNOWN && tells_all(digest, sql) {
            self.known.insert(digest.into(), known);
        }
    }

    /// Forgets a connection.
    pub(in crate::redact) fn forget(&mut self, _connection: u64) {}
}

/// The digest of the statement an operation stands for.
pub(super) fn digest_of(operation: &str) -> &str {
    operation.strip_prefix("PREPARE ").unwrap_or(operation)
}

/// Whether the digest has every name of the statement: it is not cut, and nothing in double quotes is a
/// name that the digest takes for a value.
fn tells_all(digest: &str, sql: &[u8]) -> bool {
    !digest.is_empty()
        && digest.len() < LONGEST_WHOLE
        && !digest.starts_with("COM_")
        && memchr::memchr(b'"', sql).is_none()
}
