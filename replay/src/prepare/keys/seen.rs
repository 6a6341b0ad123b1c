//! A column, with how many ids of which tables statements named by it: what it refers to.

use std::collections::BTreeSet;

use super::naming::{is_named_after, is_named_like_an_id};
use crate::plan::{KeyShift, ShiftBy};

/// A column whose name does not say what it refers to has to be seen with so many ids of its table.
const ENOUGH: u64 = 3;

/// A column that statements have values of.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) table: String,
    pub(super) column: String,
    /// With how many ids of which tables.
    pub(super) ids: Vec<(String, u64)>,
}

impl Seen {
    /// Notes that it was seen with another id of a table.
    pub(super) fn note(&mut self, table: &str) {
        match self.ids.iter_mut().find(|(known, _)| known == table) {
            Some((_, count)) => *count += 1,
            None => self.ids.push((table.to_owned(), 1)),
        }
    }

    pub(super) fn with_ids_of(&self, table: &str) -> u64 {
        let known = self.ids.iter().find(|(known, _)| known == table);
        known.map_or(0, |(_, count)| *count)
    }

    /// The key that it refers to: the table its name says, or, where it says none of the `tables` there are, the one
    /// whose ids it was seen with most, and with others less than half as often.
    pub(super) fn refers_to<'k>(
        &self,
        keys: &'k [KeyShift],
        tables: &BTreeSet<&str>,
    ) -> Option<&'k KeyShift> {
        if keys.iter().any(|key| key.is(&self.table, &self.column)) {
            return None;
        }
        let mut ids: Vec<&(String, u64)> = self.ids.iter().collect();
        ids.sort_by_key(|(table, count)| (std::cmp::Reverse(*count), table));
        let named = ids
            .iter()
            .find(|(table, _)| is_named_after(&self.column, table));
        let most = || {
            let (first, second) = (ids.first()?, ids.get(1).map_or(0, |(_, count)| *count));
            let clear = first.1 >= ENOUGH && first.1 >= 2 * second;
            // `item_id` names items, whatever ids happen to be the same
            let names_one = || {
                let mut tables = tables.iter();
                tables.any(|table| is_named_after(&self.column, table))
            };
            (clear && is_named_like_an_id(&self.column) && !names_one()).then_some(first)
        };
        let (table, _) = named.or_else(most)?;
        let mut roots = keys.iter();
        roots.find(|key| {
            matches!(key.by, ShiftBy::Offset(_)) && key.table.eq_ignore_ascii_case(table)
        })
    }
}
