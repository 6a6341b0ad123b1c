//! What stands beside a value in the same link, form or object: the other parameters, the ids of the path, the other
//! hidden fields, the ids. The request that follows the link or sends the form has the same.

use std::hash::Hasher;

use rustc_hash::FxHasher;

use super::guess::{file, is_id};
use super::request::Carried;
use super::url::Url;
use crate::http::values::Place;
use crate::http::writing::Writing;

/// Where in a link, a form or a request something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// The segment of the path with this number, from 1.
    Segment(u32),
    /// The parameter or field of this name.
    Field(Box<str>),
    /// Wherever an id stands that is about this.
    About(Box<str>),
}

/// So much of a link or form tells it from all others.
const MOST: usize = 16;

impl Slot {
    /// The place of a request's field, where links and forms have such.
    pub(crate) fn of(place: &Place) -> Option<Self> {
        match place {
            Place::Path(number) => Some(Self::Segment(*number)),
            Place::Query(name) | Place::Form(name) | Place::Multipart(name) | Place::Json(name) => {
                Some(Self::Field(name.as_str().into()))
            }
            Place::Header(_) | Place::Cookie(_) => None,
        }
    }

    /// The hash of a value that stands here.
    pub(crate) fn with(&self, value: &[u8]) -> u64 {
        match self {
            Self::Segment(number) => segment(*number, value),
            Self::Field(name) => field(name, value),
            Self::About(stem) => about(stem, value),
        }
    }
}

/// Where what a field of a request holds may stand in links, forms and objects.
pub(crate) fn of_request(carried: &Carried) -> impl Iterator<Item = Slot> {
    let is_path = matches!(carried.place, Place::Path(_));
    let is_id = is_id(&carried.value);
    let told = carried.whole && (!is_path || is_id);
    let about = (carried.whole && is_id).then(|| Slot::About(carried.stem.as_str().into()));
    let slot = Slot::of(&carried.place).filter(|_| told);
    slot.into_iter().chain(about)
}

/// The hash of a hidden field of a form.
pub(crate) fn field(name: &str, value: &[u8]) -> u64 {
    hash(0, name.as_bytes(), value)
}

/// The hash of an id that is about something.
pub(crate) fn about(stem: &str, id: &[u8]) -> u64 {
    hash(3, stem.as_bytes(), id)
}

fn segment(number: u32, value: &[u8]) -> u64 {
    hash(1, &number.to_le_bytes(), value)
}

/// The hash of a path without the ids in it.
pub(crate) fn path(url: &Url<'_>) -> u64 {
    let mut text = Vec::new();
    for (segment, _) in url.segments() {
        text.push(b'/');
        text.extend_from_slice(if id_in(segment).is_some() {
            b"*"
        } else {
            segment
        });
    }
    hash(2, &text, b"")
}

/// The id that a segment of a path is, or that stands before the format of a file.
fn id_in(segment: &[u8]) -> Option<&[u8]> {
    let name = file(segment).map_or(segment, |(name, _)| name);
    is_id(name).then_some(name)
}

/// The hashes of where a form leads, or a request goes: its path and the ids in that.
pub(crate) fn way(url: &Url<'_>) -> Vec<u64> {
    let mut found = vec![path(url)];
    ids_of_path(url, &mut found);
    found
}

fn ids_of_path(url: &Url<'_>, found: &mut Vec<u64>) {
    for (number, (text, _)) in (1..).zip(url.segments()) {
        let text = Writing::Percent.read(text);
        if let Some(id) = id_in(&text) {
            add(segment(number, id), found);
        }
    }
}

/// Adds what a URL has: the ids of its path, and its parameters.
pub(crate) fn of_url(whole: &[u8], url: &Url<'_>, found: &mut Vec<u64>) {
    ids_of_path(url, found);
    for (name, range) in url.parameters() {
        let raw = whole.get(range).unwrap_or_default();
        add(field(&name, &Writing::Form.read(raw)), found);
    }
}

/// Adds one.
pub(crate) fn add(one: u64, found: &mut Vec<u64>) {
    if found.len() < MOST {
        found.push(one);
    }
}

fn hash(kind: u8, name: &[u8], value: &[u8]) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u8(kind);
    hasher.write(name);
    hasher.write_u8(0xff);
    hasher.write(value);
    hasher.finish()
}
