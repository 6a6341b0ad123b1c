//! What one statement of a copy says in place of the recorded keys.

use std::ops::Range;

use super::columns::{Doing, ValueAt};
use super::literal::Written;
use super::places::{KeyPlace, KeyPlaces};
use super::{Keys, Shift};
use crate::plan::ShiftBy;

/// Finds a copy's own keys for one statement.
pub(super) struct Own<'a> {
    keys: &'a Keys,
    /// All that the statement has values of.
    pub(super) places: &'a [KeyPlace],
    pub(super) shift: Shift<'a>,
    pub(super) affected: &'a dyn Fn() -> u64,
    /// How many rows it makes with keys that are texts.
    pub(super) texts_made: u64,
}

impl<'a> Own<'a> {
    pub(super) fn of(
        keys: &'a Keys,
        found: &'a KeyPlaces,
        shift: Shift<'a>,
        affected: &'a dyn Fn() -> u64,
    ) -> Self {
        let texts = found.texts.iter();
        Self {
            keys,
            places: &found.places,
            shift,
            affected,
            texts_made: texts.filter(|place| place.doing.makes()).count() as u64,
        }
    }

    /// What to write in place of a text's literals, in their order.
    pub(super) fn literals(
        &self,
        sql: &[u8],
        found: &KeyPlaces,
        replaced: &mut dyn FnMut(u64, u64),
    ) -> Vec<(Range<usize>, Vec<u8>)> {
        let text = |span: &Range<usize>| sql.get(span.clone()).unwrap_or_default();
        let mut new = Vec::new();
        for place in &found.places {
            if let ValueAt::Literal(span) = &place.value
                && let Some((recorded, quote)) = number(text(span))
                && let Some(own) = self.key(place, recorded)
            {
                replaced(recorded, own);
                new.push((span.clone(), format!("{quote}{own}{quote}").into_bytes()));
            }
        }
        for place in &found.texts {
            if let ValueAt::Literal(span) = &place.value
                && let Some((written, said)) = Written::read(text(span))
                && let Some(own) = self.keys.own_text(place, &said, self)
            {
                new.push((span.clone(), written.write(&own)));
            }
        }
        new.sort_by_key(|(span, _)| span.start);
        new
    }

    /// This copy's key in place of a recorded one; `None` when it stays.
    pub(super) fn key(&self, place: &KeyPlace, recorded: u64) -> Option<u64> {
        let Shift { keys, copy } = self.shift;
        let key = (copy, keys.root_of(place.key)?, recorded);
        if let Some(known) = self.keys.kept(key) {
            return (known != recorded).then_some(known);
        }
        let ShiftBy::Offset(offset) = &keys.columns.get(place.key)?.by else {
            return None;
        };
        let was_there = match place.doing {
            Doing::Names => return None,
            Doing::Deletes => (self.affected)() > 0,
            Doing::Inserts => false,
            Doing::Upserts => (self.affected)() != self.rows_of(place.key),
        };
        if was_there {
            // of all copies alike: what is inserted under this key from now on is that row again
            self.keys.keep(key, recorded);
            return None;
        }
        if !place.doing.makes() {
            return None;
        }
        let by = offset.unwrap_or_default().checked_mul(u64::from(copy))?;
        let own = recorded.checked_add(by)?;
        self.keys.keep(key, own);
        (own != recorded).then_some(own)
    }

    /// How many rows the statement makes with values of this key.
    fn rows_of(&self, key: usize) -> u64 {
        let of = self.places.iter();
        of.filter(|place| place.key == key && place.doing.makes())
            .count() as u64
    }
}

/// A literal as a number, with the quotes it stands in.
fn number(text: &[u8]) -> Option<(u64, &str)> {
    let text = std::str::from_utf8(text).ok()?;
    for quote in ["'", "\""] {
        if let Some(inner) = text
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote))
        {
            return Some((inner.parse().ok()?, quote));
        }
    }
    Some((text.parse().ok()?, ""))
}
