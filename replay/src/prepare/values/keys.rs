//! By what a value in a request is found among those that answers offered.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use crate::http::places::Carried;
use crate::http::places::guess::{Strength, is_word_id, strength};

/// A value that stands for another place's, whatever the two are called, has at least this length.
const LONG_ENOUGH: usize = 8;

/// What the revision that an `If-Match` names is called in answers.
const REVISIONS: [&str; 4] = ["etag", "rev", "revision", "version"];

/// The hashes under which an answer may have offered what a request carries, the surest first.
pub(super) fn keys_of(carried: &Carried) -> Vec<u64> {
    let (stem, value) = (carried.stem.as_str(), carried.value.as_slice());
    let same_name = hash(stem, value);
    let any_name = hash("", value);
    // an answer whose place says what the value is has offered it under any name
    let long = Some(any_name).filter(|_| value.len() >= LONG_ENOUGH);
    let strength = strength(value, carried.place.name());
    match strength {
        // a date
        _ if stem == "lastmodified" => vec![same_name],
        // the header's value, or a field of a document that says which revision it is
        _ if stem == "etag" => {
            let by_name = REVISIONS.iter().map(|name| hash(name, value));
            let by_value = Some(any_name).filter(|_| strength == Some(Strength::Strong));
            by_name.chain(by_value).collect()
        }
        Some(Strength::Strong) => vec![any_name],
        Some(Strength::Weak) | None if !carried.whole => Vec::new(),
        Some(Strength::Weak) => std::iter::once(same_name).chain(long).collect(),
        None => {
            let named = Some(same_name).filter(|_| is_word_id(value));
            long.into_iter().chain(named).collect()
        }
    }
}

/// The hash of an id that a request carries; `None` when it is none.
pub(super) fn id_key(carried: &Carried) -> Option<u64> {
    let value = carried.value.as_slice();
    let is_weak = strength(value, carried.place.name()) == Some(Strength::Weak);
    let is_id = carried.whole && (is_weak || is_word_id(value));
    is_id.then(|| hash(&carried.stem, value))
}

/// A strong value is the same wherever it stands; a weak one only under names for the same thing.
pub(super) fn hash(stem: &str, value: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(stem.as_bytes());
    hasher.write_u8(0xff);
    hasher.write(value);
    hasher.finish()
}

pub(super) fn hash_of_rule(number: usize) -> u64 {
    hash("\u{0}rule", &number.to_be_bytes())
}
