//! The prepared statements of one connection: what each was prepared from. Bounded by a count.

use std::collections::HashMap;

/// MySQL allows 16,382 over the whole server by default.
const MOST_STATEMENTS: usize = 16_384;

/// On MariaDB this id names the statement prepared last.
const LAST_PREPARED: u32 = u32::MAX;

/// What a statement was prepared from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) operation: String,
    pub(super) summary: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Statements {
    by_id: HashMap<u32, Statement, rustc_hash::FxBuildHasher>,
    last: Option<u32>,
}

impl Statements {
    pub(super) fn prepared(&mut self, id: u32, statement: Statement) {
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
        if let Some(id) = self.resolve(id) {
            self.by_id.remove(&id);
        }
    }

    /// The connection was reset: the server has dropped them all.
    pub(super) fn clear(&mut self) {
        self.by_id.clear();
        self.last = None;
    }

    const fn resolve(&self, id: u32) -> Option<u32> {
        if id == LAST_PREPARED {
            self.last
        } else {
            Some(id)
        }
    }
}
