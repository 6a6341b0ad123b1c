//! What an answer offers: values that a later request could carry, with where they stand; and the value at
//! such a place of another answer.

mod around;
mod parts;
mod take;
mod walk;

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::hash::Hasher;

use reprise_wire::http::{Message, decode_content};
use rustc_hash::{FxHashMap, FxHasher};

use super::guess::{Strength, is_code, is_word_id, names_an_id, strength};
use super::url::Url;
use super::{SEARCHED, beside};
use crate::http::values::{Holder, Origin};
use around::{Around, StandsBeside};
use parts::{Value, parts_of_url};
use walk::{Spot, walk};

pub(crate) use take::{Choice, Chosen, take};

/// A value in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offered {
    /// Where it stands.
    pub(crate) origin: Origin,
    /// What it is.
    pub(crate) value: Vec<u8>,
    /// How sure its equality is.
    pub(crate) strength: Strength,
    /// What an id here is about.
    pub(crate) stem: String,
    /// Whether it is an id: by the name of its place, as a part of a URL, as an entity tag, or by its own
    /// looks (`R-5012-x7`).
    pub(crate) names_an_id: bool,
    /// Whether there is only one such place in an answer: it is no element of a list.
    pub(crate) single: bool,
    /// What its link, form or object has beside it.
    pub(crate) beside: Vec<u64>,
    /// Where its form leads.
    pub(crate) way: Vec<u64>,
    /// Whether it is a word of a path.
    pub(crate) is_word: bool,
}

impl StandsBeside for Offered {
    fn stands_in_form(&mut self, beside: &[u64], way: &[u64]) {
        if self.origin.shape.is_none() {
            self.beside.extend_from_slice(beside);
            self.way.extend_from_slice(way);
        }
    }

    fn stands_in_row(&mut self, beside: &[u64]) {
        self.beside.extend_from_slice(beside);
    }
}

/// The fields of a recorded answer, as they are shown.
pub(crate) fn fields_of<'a>(answer: &'a Message<'_>) -> Vec<(&'a [u8], &'a [u8])> {
    let fields = answer.headers.iter();
    fields
        .map(|field| (field.name.as_ref(), field.value.as_ref()))
        .collect()
}

/// An answer to be looked at.
#[derive(Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// Its fields: names as sent and values.
    pub(crate) headers: &'a [(&'a [u8], &'a [u8])],
    /// Its content, still encoded.
    pub(crate) body: &'a [u8],
    /// What the path it answers is about: a bare `id` in it is that one's.
    pub(crate) about: &'a str,
    /// That path: relative links are from there.
    pub(crate) path: &'a [u8],
}

impl<'a> Shown<'a> {
    pub(crate) fn header(&self, name: &str) -> Option<&'a [u8]> {
        let mut fields = self.headers.iter();
        let found = fields.find(|(field, _)| field.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| *value)
    }

    /// The content, decoded as far as it is searched; `None` when it cannot be.
    pub(crate) fn plain_body(&self) -> Option<Cow<'a, [u8]>> {
        match self.header("Content-Encoding") {
            None => Some(Cow::Borrowed(
                self.body.get(..SEARCHED).unwrap_or(self.body),
            )),
            Some(coding) => {
                let decoded = decode_content(coding, self.body, SEARCHED).ok()?;
                Some(Cow::Owned(decoded.bytes.into_owned()))
            }
        }
    }
}

/// How a value looks before it is taken out of its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Looks<'a> {
    /// How sure its equality is.
    pub(crate) strength: Strength,
    /// As in [`Offered`].
    pub(crate) names_an_id: bool,
    /// Whether it is an element of a list: there may be others at such places.
    pub(crate) in_list: bool,
    /// The word of a path that it is, as an id may be, or that it is the day of.
    pub(crate) word: Option<&'a [u8]>,
}

/// Every value of an answer that a later request could carry, as far as it is `wanted`: nearly all values of most
/// answers are not, and cost nothing but a look.
pub(crate) fn offered(answer: Shown<'_>, wanted: impl Fn(Looks<'_>) -> bool) -> Vec<Offered> {
    let mut found = Vec::new();
    let mut keys = Vec::new();
    let mut seen = Seen::of(answer);
    let mut around = Around::default();
    walk(answer, &mut |place, raw| {
        if around.passes(place, (raw, answer.about), &mut found) {
            return;
        }
        let is_second_form = matches!(place, Spot::Cookie { decoded: false, .. });
        if is_second_form && !raw.contains(&b'%') {
            return;
        }
        let whole = Value {
            value: Cow::Borrowed(raw),
            shape: None,
            name: None,
            stem: None,
            beside_token: false,
            word: None,
        };
        for spot in std::iter::once(whole).chain(parts_of_url(raw, place)) {
            let names_an_id = match &spot.name {
                Some(name) => names_an_id(name),
                None => spot.shape.is_some() || place.names_an_id(),
            };
            if matches!(place, Spot::Link) && spot.shape.is_none() {
                continue;
            }
            let key = place.key(spot.shape.as_deref());
            // words among tokens, as `take` counts them
            let in_page = matches!(place, Spot::Html(_)) && spot.shape.is_none();
            let counts_all =
                !spot.value.is_empty() && (spot.name.is_some() || spot.word.is_some() || in_page);
            let counted = counts_all.then(|| seen.place(key, &spot.value));
            let Some(strength) = strength_at(place, &spot, names_an_id) else {
                continue;
            };
            let value = spot.value;
            let is_word = spot.word.is_some();
            let nth = counted.unwrap_or_else(|| seen.place(key, &value));
            let names_an_id = names_an_id || is_code(&value);
            let looks = Looks {
                strength,
                names_an_id,
                in_list: place.is_in_array(),
                word: spot.word.as_deref(),
            };
            if !wanted(looks) {
                continue;
            }
            let stem = match (spot.stem, place) {
                (Some(stem), _) => stem,
                (None, place) => place.stem(answer.about),
            };
            keys.push(key);
            found.push(Offered {
                origin: Origin {
                    holder: place.holder(),
                    shape: spot.shape,
                    nth,
                },
                names_an_id,
                value: value.into_owned(),
                strength,
                stem,
                single: !place.is_in_array(),
                beside: beside_link(place, raw),
                way: Vec::new(),
                is_word,
            });
            around.holds(found.len());
        }
    });
    around.ends(&mut found);
    for (offered, key) in found.iter_mut().zip(keys) {
        offered.single &= seen.is_single(key);
    }
    tell_forms(&mut found);
    found
}

/// A hidden field of which there are several is known by where its form leads, unless two forms with such lead there.
fn tell_forms(found: &mut [Offered]) {
    let mut fields: FxHashMap<(u64, Vec<u64>), usize> = FxHashMap::default();
    let key_of = |one: &Offered| match (&one.origin.holder, one.strength) {
        (Holder::Html(name), Strength::Field) if !one.single && !one.way.is_empty() => {
            Some((beside::field(name, b""), one.way.clone()))
        }
        _ => None,
    };
    for key in found.iter().filter_map(key_of) {
        *fields.entry(key).or_default() += 1;
    }
    if fields.is_empty() {
        return;
    }
    for one in found {
        let is_only = key_of(one).is_some_and(|key| fields.get(&key) == Some(&1));
        if let (true, Holder::Html(name)) = (is_only, &one.origin.holder) {
            one.origin.holder = Holder::Field(name.clone());
            one.beside.clone_from(&one.way);
        }
    }
}

/// What a link has beside a value.
fn beside_link(place: Spot<'_>, raw: &[u8]) -> Vec<u64> {
    let mut beside = Vec::new();
    if let (Spot::Link, Some(url)) = (place, Url::of(raw)) {
        beside::of_url(raw, &url, &mut beside);
    }
    beside
}

/// How sure the equality of a value is, by its looks and by where it stands; `None`: it is none that comes back.
fn strength_at(place: Spot<'_>, spot: &Value<'_>, names_an_id: bool) -> Option<Strength> {
    let by_looks = match place {
        // both exist to be sent back
        Spot::Header("etag" | "last-modified") => Some(Strength::Weak),
        // a name that says what stands here says nothing of a part of the URL that does
        _ => strength(
            &spot.value,
            match (&spot.name, &spot.shape) {
                (Some(name), _) => name,
                (None, Some(_)) => "",
                (None, None) => place.name(),
            },
        ),
    };
    // under the name of an id a word can be one
    let is_named = names_an_id && spot.shape.is_none() && is_word_id(&spot.value);
    let is_hidden = matches!(place, Spot::Hidden(_)) && spot.shape.is_none();
    let is_word = spot.word.is_some() && place.leads_to_what_was_made();
    by_looks
        .filter(|_| spot.word.is_none())
        .or_else(|| is_word.then_some(Strength::Weak))
        .or_else(|| is_named.then_some(Strength::Weak))
        .filter(|found| !spot.beside_token || *found == Strength::Strong)
        .or_else(|| spot.beside_token.then_some(Strength::Field))
        .filter(|found| !is_hidden || *found == Strength::Strong || names_an_id)
        .or_else(|| (is_hidden && !spot.value.is_empty()).then_some(Strength::Field))
}

/// A value in a JSON document takes about so many bytes.
const BYTES_OF_PLACE: usize = 32;

/// There is room for at most so many places to begin with.
const MOST_PLACES: usize = 1_024;

/// The different values seen at each place, in order: the number of a value among them is its `nth`. Places and values
/// are known by their hashes: most places have one value, and there are many of them.
#[derive(Default)]
struct Seen(FxHashMap<u64, Values>);

#[derive(Default)]
struct Values {
    first: u64,
    others: Vec<u64>,
}

impl Seen {
    /// With room for about as many places as there are in an answer.
    fn of(answer: Shown<'_>) -> Self {
        let places = (answer.body.len() / BYTES_OF_PLACE).min(MOST_PLACES);
        Self(FxHashMap::with_capacity_and_hasher(
            places,
            Default::default(),
        ))
    }

    fn place(&mut self, key: u64, value: &[u8]) -> u32 {
        let mut hasher = FxHasher::default();
        hasher.write(value);
        let value = hasher.finish();
        let values = match self.0.entry(key) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                new.insert(Values {
                    first: value,
                    others: Vec::new(),
                });
                return 0;
            }
        };
        if values.first == value {
            return 0;
        }
        let at = values.others.iter().position(|known| *known == value);
        let at = at.unwrap_or_else(|| {
            values.others.push(value);
            values.others.len() - 1
        });
        u32::try_from(at + 1).unwrap_or(u32::MAX)
    }

    fn is_single(&self, key: u64) -> bool {
        self.0
            .get(&key)
            .is_some_and(|values| values.others.is_empty())
    }
}

#[cfg(test)]
mod tests;
