//! What a replay leaves out, with what each reason means.

use std::collections::BTreeMap;

use reprise_app::SkipReason;
use serde::Serialize;
use specta::Type;

use super::{as_fields, whole};

/// Exchanges that are left out for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Skipped {
    /// The reason, in a word or two.
    name: String,
    count: u32,
    /// What it means; empty when this version does not know it.
    why: String,
}

impl Skipped {
    /// Every reason that left something out, in the map's order.
    pub(crate) fn all(counts: &BTreeMap<String, u64>) -> Vec<Self> {
        let some = counts.iter().filter(|(_, count)| **count > 0);
        some.map(|(name, count)| {
            let why = SkipReason::named(name).map_or("", SkipReason::explanation);
            Self {
                name: name.replace('_', " "),
                count: whole(*count),
                why: as_fields(why).into_owned(),
            }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_what_it_means_in_the_words_of_the_window() {
        let counts = BTreeMap::from([
            ("filtered".to_owned(), 2),
            ("later_than_this".to_owned(), 1),
            ("stopped".to_owned(), 0),
        ]);
        let skipped = Skipped::all(&counts);
        assert_eq!(skipped[0].why, "does not match “Only what matches”");
        assert_eq!(skipped[1].name, "later than this");
        assert_eq!(skipped[1].why, "");
        assert_eq!(skipped.len(), 2);
    }
}
