//! By what a value in a request is found among those that answers offered.

use std::hash::Hasher;

use reprise_wire::redact::without_filling;
use rustc_hash::FxHasher;

use crate::http::places::Carried;
use crate::http::places::guess::{self, Strength, file, is_id, is_word_id, names_an_id, strength};
use crate::http::places::json::last_key;
use crate::http::values::Place;

/// A value that stands for another place's, whatever the two are called, has at least this length.
const LONG_ENOUGH: usize = 8;

/// What a value is offered under, beside a name: it keeps the hashes apart.
#[derive(Clone, Copy)]
enum Under {
    /// What it is about.
    Stem,
    /// A field of a form.
    Field,
    /// An id of which nothing says what it is of.
    Bare,
    /// The root of the site.
    Root,
    /// A rule of the plan.
    Rule,
}

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
    let of_field = field_of(&carried.place)
        .filter(|_| carried.whole)
        .map(|name| hash_of_field(name, value));
    let mut keys = match strength {
        // a date
        _ if stem == "lastmodified" => vec![same_name],
        // the header's value, or a field of a document that says which revision it is
        _ if stem == "etag" => {
            let by_name = REVISIONS.iter().map(|name| hash(name, value));
            let by_value = Some(any_name).filter(|_| strength == Some(Strength::Strong));
            by_name.chain(by_value).collect()
        }
        Some(Strength::Strong) => vec![any_name],
        Some(Strength::Weak | Strength::Field) | None if !carried.whole => Vec::new(),
        Some(Strength::Weak | Strength::Field) => {
            let in_root = stem.is_empty() && matches!(carried.place, Place::Path(_));
            let word = in_root.then(|| hash_of_word(stem, value));
            let all = word.into_iter().chain(std::iter::once(same_name));
            all.chain(long).collect()
        }
        None => {
            let named = Some(same_name).filter(|_| is_word_id(value));
            let in_path = matches!(carried.place, Place::Path(_));
            let is_word = in_path && (named.is_some() || file(value).is_some());
            let word = is_word.then(|| hash_of_word(stem, value));
            word.into_iter().chain(long).chain(named).collect()
        }
    };
    keys.extend(of_field);
    if let Place::Json(path) = &carried.place
        && carried.whole
        && strength != Some(Strength::Strong)
    {
        keys.extend(bare(path, value));
    }
    keys
}

/// The hash of a long id that stands in JSON under a name that says that it is one and not of what.
pub(super) fn bare(path: &str, value: &[u8]) -> Option<u64> {
    let name = last_key(path);
    let is_bare = value.len() >= LONG_ENOUGH && names_an_id(name) && guess::stem(name).is_empty();
    let is_id = || is_id(value) || is_word_id(value);
    (is_bare && is_id()).then(|| hash_under(Under::Bare, name, value))
}

/// The name of the field of a form that a value stands in.
fn field_of(place: &Place) -> Option<&str> {
    match place {
        Place::Form(name) | Place::Multipart(name) | Place::Query(name) => Some(name),
        Place::Path(_) | Place::Header(_) | Place::Cookie(_) | Place::Json(_) => None,
    }
}

/// The hash under which a hidden field of a form was offered that a request sends back.
pub(super) fn key_of_field(carried: &Carried) -> Option<u64> {
    let name = field_of(&carried.place)?;
    Some(hash_of_field(name, &carried.value))
}

/// The hash under which a hidden field of a form is offered.
pub(super) fn hash_of_field(name: &str, value: &[u8]) -> u64 {
    hash_under(Under::Field, name, value)
}

/// The hash under which a hidden field of one of several forms is offered: that which leads this way.
pub(super) fn hash_of_field_in(way: &[u64], name: &str, value: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    way.iter().for_each(|part| hasher.write_u64(*part));
    hasher.write_u64(hash_of_field(name, value));
    hasher.finish()
}

/// The hash under which a form has offered what a request carries that goes this way.
pub(super) fn key_in_form(carried: &Carried, way: &[u64]) -> Option<u64> {
    let of_form = matches!(carried.place, Place::Form(_) | Place::Multipart(_));
    let is_field = of_form && carried.whole && !way.is_empty();
    is_field.then(|| hash_of_field_in(way, carried.place.name(), &carried.value))
}

/// The hash under which a word of a path is offered: one about nothing is about the root of the site.
pub(super) fn hash_of_word(stem: &str, value: &[u8]) -> u64 {
    if stem.is_empty() {
        hash_under(Under::Root, stem, value)
    } else {
        hash(stem, value)
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
    hash_under(Under::Stem, stem, value)
}

fn hash_under(under: Under, name: &str, value: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u8(under as u8);
    hasher.write(name.as_bytes());
    hasher.write_u8(0xff);
    hasher.write(without_filling(value));
    hasher.finish()
}

pub(super) fn hash_of_rule(number: usize) -> u64 {
    hash_under(Under::Rule, "", &number.to_be_bytes())
}
