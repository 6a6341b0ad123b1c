//! The parts of a URL in an answer that a later request could carry.

use std::borrow::Cow;

use super::super::guess::{Strength, file, is_word_id, nearest_name, strength};
use super::super::url::{Part, Url};
use super::walk::Spot;
use crate::http::writing::Writing;

/// A value at a place: all that stands there, or a part of the URL it is.
pub(super) struct Value<'a> {
    pub(super) value: Cow<'a, [u8]>,
    pub(super) shape: Option<String>,
    pub(super) name: Option<String>,
    pub(super) stem: Option<String>,
    /// A parameter beside a token in the same query: when a link ends, what it allows. The token signs it.
    pub(super) beside_token: bool,
    /// The word of a path that it is, as an id may be, or that it is the day of.
    pub(super) word: Option<Cow<'a, [u8]>>,
}

/// A shorter parameter beside a token is a number or a word of the client's program.
const SHORTEST_SIGNED: usize = 8;

/// The values within a URL; none where something else stands. A word of a path is a page, unless the URL leads to what a
/// request has made; only there has it a day, or the name of a file.
pub(super) fn parts_of_url<'a>(raw: &'a [u8], place: Spot<'_>) -> Vec<Value<'a>> {
    let mut found = Vec::new();
    let Some(url) = Url::of(raw) else {
        return found;
    };
    let segments: Vec<String> = url
        .segments()
        .map(|(segment, _)| String::from_utf8_lossy(segment).into_owned())
        .collect();
    let leads = place.leads_to_what_was_made();
    let day = url.day();
    let parts = url.parts();
    let in_query = |part: &&Part| part.name.is_some();
    let mut query = parts.iter().filter(in_query);
    let is_signed = query.any(|part| strength_of(part, raw) == Some(Strength::Strong));
    for part in &parts {
        let value = read(part, raw);
        if let Some(day) = &day
            && part.name.is_none()
            && day.segments.contains(&part.segment)
        {
            found.extend(leads.then(|| Value {
                shape: Some(url.shape(part, true)),
                name: None,
                stem: Some(day.stem(part.segment)),
                beside_token: false,
                word: Some(Writing::Percent.read(day.word)),
                value,
            }));
            continue;
        }
        let name = part.name.clone();
        let beside_token = is_signed && name.is_some() && value.len() >= SHORTEST_SIGNED;
        let strength = strength_of(part, raw);
        let is_word = || match place {
            Spot::Link => false,
            _ => is_word_id(&value) || (leads && file(&value).is_some()),
        };
        let may_be_word = name.is_none() && is_word();
        if name.is_none() && strength.is_none() && !may_be_word {
            continue;
        }
        let stem = stem_of(part, &segments);
        // where no name says that an id stands there, even one with a digit is a word
        let is_nameless = strength == Some(Strength::Weak) && stem.is_empty();
        let is_word = may_be_word && (strength.is_none() || is_nameless);
        found.push(Value {
            word: is_word.then(|| value.clone()),
            value,
            shape: Some(url.shape(part, is_word)),
            name,
            stem: Some(stem),
            beside_token,
        });
    }
    found
}

/// What an id in a part is about: a bare `?id=7` is about what the path is about.
fn stem_of(part: &Part, segments: &[String]) -> String {
    let all = segments.iter().map(String::as_str);
    let Some(name) = &part.name else {
        return nearest_name(all.take(part.segment));
    };
    let named = nearest_name(std::iter::once(name.as_str()));
    if named.is_empty() {
        nearest_name(all)
    } else {
        named
    }
}

fn read<'a>(part: &Part, raw: &'a [u8]) -> Cow<'a, [u8]> {
    let raw = raw.get(part.range.clone()).unwrap_or_default();
    part.writing().read(raw)
}

fn strength_of(part: &Part, raw: &[u8]) -> Option<Strength> {
    strength(&read(part, raw), part.name.as_deref().unwrap_or(""))
}
