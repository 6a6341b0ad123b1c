//! What redaction remembers of MySQL: which statements hold no secrets, and for each connection what its
//! statements were prepared from. Bounded by counts.

use rustc_hash::{FxHashMap, FxHashSet};

use super::reply::Column;
use super::statement::Secrets;
use crate::mysql::{Dialect, ParameterType};

/// Digests whose statements are known.
const MOST_KNOWN: usize = 8_192;

/// A digest of this length may be cut.
const LONGEST_WHOLE: usize = crate::mysql::sql::LONGEST_DIGEST - 4;

/// Prepared statements of one connection; those beyond it count as not known.
const MOST_STATEMENTS: usize = 16_384;

/// Parameters of a statement whose places are remembered.
const MOST_PARAMETERS: usize = 1_000;

/// On MariaDB this id names the statement prepared last.
const LAST_PREPARED: u32 = u32::MAX;

/// What redaction remembers between exchanges.
#[derive(Debug, Default)]
pub(in crate::redact) struct Memory {
    /// Digests of which every statement has no literal that rules take: one digest, one answer.
    clean: FxHashSet<Box<str>>,
    /// Of statements with so many parameters: the rules that take numbers among them.
    numbers: FxHashMap<usize, Vec<Option<usize>>>,
    connections: FxHashMap<u64, Connection>,
}

/// What is known of one connection.
#[derive(Debug, Default)]
pub(super) struct Connection {
    /// What its replies showed of the agreements of its login.
    pub(super) dialect: Dialect,
    statements: FxHashMap<u32, Prepared>,
    /// Statements that are executed, but were not seen to be prepared.
    unseen: FxHashMap<u32, Unseen>,
    last: Option<u32>,
}

/// What is known of a statement whose text was not seen.
#[derive(Debug, Default)]
pub(super) struct Unseen {
    /// The types of the last execution that sent them.
    pub(super) types: Vec<ParameterType>,
    /// Parameters of which a piece was sent ahead of the next execution.
    pub(super) long_data: Vec<u16>,
}

/// What is known of one prepared statement.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// The rule for each of its parameters.
    pub(super) parameters: Vec<Option<usize>>,
    /// Those that are values of settings, each with one that is the name of it.
    pub(super) named: Vec<(usize, usize)>,
    /// Rules take literals of it because of the names beside them.
    pub(super) by_name: bool,
    /// The types of the last execution that sent them.
    pub(super) types: Vec<ParameterType>,
    /// Parameters of which a piece was sent ahead of the next execution.
    pub(super) long_data: Vec<u16>,
    /// The columns of its rows, when they were told: later replies may leave them out.
    pub(super) columns: Vec<Column>,
}

impl Memory {
    /// Whether rules are known to take no literals of a statement of this digest.
    pub(super) fn is_clean(&self, digest: &str, sql: &[u8]) -> bool {
        self.clean.contains(digest) && tells_all(digest, sql)
    }

    /// Remembers what rules take of a whole statement.
    pub(super) fn found(&mut self, digest: &str, sql: &[u8], secrets: &Secrets) {
        if secrets.has_no_literals() && self.clean.len() < MOST_KNOWN && tells_all(digest, sql) {
            self.clean.insert(digest.into());
        }
    }

    /// Remembers which of a statement's parameters are secret numbers.
    pub(super) fn found_numbers(&mut self, numbers: &[Option<usize>]) {
        let count = numbers.len();
        if count > MOST_PARAMETERS || numbers.iter().all(Option::is_none) {
            return;
        }
        let known = self
            .numbers
            .entry(count)
            .or_insert_with(|| vec![None; count]);
        for (known, found) in known.iter_mut().zip(numbers) {
            *known = known.or(*found);
        }
    }

    /// Where statements with `count` parameters have secret numbers: the rule for each place.
    pub(super) fn numbers(&self, count: usize) -> Vec<Option<usize>> {
        self.numbers.get(&count).cloned().unwrap_or_default()
    }

    pub(super) fn connection(&mut self, connection: u64) -> &mut Connection {
        self.connections.entry(connection).or_default()
    }

    /// Forgets a connection.
    pub(in crate::redact) fn forget(&mut self, connection: u64) {
        self.connections.remove(&connection);
    }
}

impl Connection {
    pub(super) fn prepared(&mut self, id: u32, statement: Prepared) {
        if self.statements.len() < MOST_STATEMENTS || self.statements.contains_key(&id) {
            self.statements.insert(id, statement);
        }
        self.unseen.remove(&id);
        self.last = Some(id);
    }

    /// What is remembered of a statement whose text was not seen.
    pub(super) fn unseen(&mut self, id: u32) -> Option<&mut Unseen> {
        if self.unseen.len() >= MOST_STATEMENTS && !self.unseen.contains_key(&id) {
            return None;
        }
        Some(self.unseen.entry(id).or_default())
    }

    pub(super) fn statement(&mut self, id: u32) -> Option<&mut Prepared> {
        let id = if id == LAST_PREPARED { self.last? } else { id };
        self.statements.get_mut(&id)
    }

    pub(super) fn close(&mut self, id: u32) {
        self.statements.remove(&id);
        self.unseen.remove(&id);
    }

    /// The connection was reset: the server has dropped its statements.
    pub(super) fn reset(&mut self) {
        self.statements.clear();
        self.unseen.clear();
        self.last = None;
    }
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
