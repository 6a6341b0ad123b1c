//! Values that an answer to one lane gave and a request of another carries: the id of what an administrator
//! has created and everyone looks at.

use rustc_hash::{FxHashMap, FxHashSet};

/// Values of all lanes' answers that are remembered.
const MOST_GIVEN: usize = 200_000;

/// Ids that requests carried before anybody created them; when there are more, no id is taken for new.
const MOST_USED: usize = 200_000;

/// What the answers to all lanes gave.
#[derive(Debug, Default)]
pub(super) struct Elsewhere {
    /// Tokens and ids of what was created, by their hash.
    given: FxHashMap<u64, Giver>,
    used: FxHashSet<u64>,
    shared: u32,
}

/// Who gave a value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Giver {
    /// The exchange whose answer had it first.
    pub(super) exchange: u32,
    /// Its operation.
    pub(super) operation: u32,
    /// Its lane; `None` when answers to several lanes have the value: it is nobody's own.
    pub(super) lane: Option<u32>,
    /// When that answer was complete.
    pub(super) answered_us: u64,
    /// Where in it, by the origin's number.
    pub(super) origin: u32,
    /// It is no element of a list that was only looked at.
    pub(super) stands_alone: bool,
    /// It is a word of a path.
    pub(super) is_word: bool,
    /// Its number in the run, once another lane carries it.
    pub(super) number: Option<u32>,
}

impl Elsewhere {
    /// Remembers that an answer gave a value.
    pub(super) fn gave(&mut self, key: u64, giver: Giver) {
        if let Some(known) = self.given.get_mut(&key) {
            known.lane = known.lane.filter(|lane| giver.lane == Some(*lane));
        } else if self.given.len() < MOST_GIVEN {
            self.given.insert(key, giver);
        }
    }

    /// Remembers an id that a request carries and nobody gave; whether it is the first of all that does.
    pub(super) fn used(&mut self, key: u64) -> bool {
        self.used.len() < MOST_USED && self.used.insert(key)
    }

    /// Whether an id can be that of something new: no request has carried it before.
    pub(super) fn is_new(&self, key: u64) -> bool {
        self.used.len() < MOST_USED && !self.used.contains(&key)
    }

    /// Who gave a value.
    pub(super) fn giver(&self, key: u64) -> Option<&Giver> {
        self.given.get(&key)
    }

    /// The number of a value that another lane than its giver carries from now on; true with the first: it is
    /// to be taken from its giver's answer. Not what several lanes were given, unless it is to be `anybodys`.
    pub(super) fn share(&mut self, key: u64, anybodys: bool) -> Option<(u32, bool)> {
        let giver = self.given.get_mut(&key)?;
        if giver.lane.is_none() && !anybodys {
            return None;
        }
        if let Some(number) = giver.number {
            return Some((number, false));
        }
        let number = self.shared;
        self.shared += 1;
        giver.number = Some(number);
        Some((number, true))
    }

    /// A number for a value that no answer gives.
    pub(super) const fn number(&mut self) -> u32 {
        self.shared += 1;
        self.shared - 1
    }
}
