//! The prepared statements of one connection: what each was prepared from. Bounded by a count.

use std::collections::{BTreeMap, HashMap};

/// MySQL allows 16,382 over the whole server by default.
const MOST_STATEMENTS: usize = 16_384;

/// On MariaDB this id names the statement prepared last.
const LAST_PREPARED: u32 = u32::MAX;

/// Bytes of statements kept whole, over all of a connection; longer ones only have a summary.
const MOST_TEXT: usize = 1 << 20;

/// What a statement was prepared from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) operation: String,
    pub(super) summary: String,
    /// All of it; empty when it is too long to keep.
    pub(super) sql: Vec<u8>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Statements {
    by_id: HashMap<u32, Statement, rustc_hash::FxBuildHasher>,
    last: Option<u32>,
    text_bytes: usize,
}

impl Statements {
    pub(super) fn prepared(&mut self, id: u32, mut statement: Statement) {
        self.close(id);
        if self.text_bytes + statement.sql.len() > MOST_TEXT {
            statement.sql = Vec::new();
        }
        self.text_bytes += statement.sql.len();
        if self.by_id.len() < MOST_STATEMENTS || self.by_id.contains_key(&id) {
            self.by_id.insert(id, statement);
        }
        self.last = Some(id);
    }

    /// A PREPARE failed or its answer was lost: "the last" is not known any more.
    pub(super) fn not_prepared(&mut self) {
        self.last = None;
    }

    pub(super) fn get(&self, id: u32) -> Option<&Statement> {
        self.by_id.get(&self.resolve(id)?)
    }

    pub(super) fn close(&mut self, id: u32) {
        if let Some(id) = self.resolve(id)
            && let Some(closed) = self.by_id.remove(&id)
        {
            self.text_bytes = self.text_bytes.saturating_sub(closed.sql.len());
        }
    }

    /// The statements whose text is kept and is UTF-8, by id.
    pub(super) fn texts(&self) -> BTreeMap<u32, String> {
        self.by_id
            .iter()
            .filter(|(_, statement)| !statement.sql.is_empty())
            .filter_map(|(id, statement)| {
                Some((*id, String::from_utf8(statement.sql.clone()).ok()?))
            })
            .collect()
    }

    /// The connection was reset: the server has dropped them all.
    pub(super) fn clear(&mut self) {
        self.by_id.clear();
        self.last = None;
        self.text_bytes = 0;
    }

    const fn resolve(&self, id: u32) -> Option<u32> {
        if id == LAST_PREPARED {
            self.last
        } else {
            Some(id)
        }
    }
}
