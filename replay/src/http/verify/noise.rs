//! What is known to vary in the answers of an operation: places whose differences say nothing.

use rustc_hash::{FxHashMap, FxHashSet};

use super::KeyHash;
use super::part::hash;

/// The places that vary, by operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NoiseBook(FxHashMap<u32, FxHashSet<KeyHash>>);

/// The places that vary in the answers of one operation.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Noise<'a>(Option<&'a FxHashSet<KeyHash>>);

impl NoiseBook {
    /// Notes that a place varies: `json:created`, `html:p`, `order`, `parts`.
    pub(crate) fn note(&mut self, operation: u32, place: &str) {
        self.0.entry(operation).or_default().insert(hash(place));
    }

    /// What varies in the answers of an operation.
    pub(crate) fn of(&self, operation: u32) -> Noise<'_> {
        Noise(self.0.get(&operation))
    }

    /// How many places are known, of all operations.
    pub(crate) fn places(&self) -> u64 {
        self.0.values().map(|places| places.len() as u64).sum()
    }
}

impl Noise<'_> {
    pub(super) fn holds(self, place: KeyHash) -> bool {
        self.0.is_some_and(|places| places.contains(&place))
    }

    /// Whether nothing is known to vary.
    pub(crate) fn is_empty(self) -> bool {
        self.0.is_none_or(FxHashSet::is_empty)
    }

    /// Whether a place is known to vary.
    pub(crate) fn holds_named(self, place: &str) -> bool {
        self.holds(hash(place))
    }
}
