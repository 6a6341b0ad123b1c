//! Numbers on their way to JavaScript, and named counts.

use std::collections::BTreeMap;

use serde::Serialize;
use specta::Type;

/// Something counted, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Count {
    name: String,
    count: u32,
}

impl Count {
    /// `count` of `name`.
    pub(crate) fn new(name: impl Into<String>, count: u64) -> Self {
        Self {
            name: name.into(),
            count: whole(count),
        }
    }
}

/// Every entry that is not zero, in the map's order.
pub(crate) fn counts(map: &BTreeMap<String, u64>) -> Vec<Count> {
    let some = map.iter().filter(|(_, count)| **count > 0);
    some.map(|(name, count)| Count::new(name.as_str(), *count))
        .collect()
}

/// A whole number as it crosses; the largest stands for everything larger.
pub(crate) fn whole(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The word that a closed set's member is written as: `http`, `inconclusive`.
pub(crate) fn word(member: &impl Serialize) -> String {
    let value = serde_json::to_value(member).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_too_large_for_the_window_stays_at_the_largest() {
        assert_eq!(whole(7), 7);
        assert_eq!(whole(u64::MAX), u32::MAX);
    }

    #[test]
    fn a_member_of_a_closed_set_crosses_as_its_word() {
        assert_eq!(word(&reprise_app::Verdict::Inconclusive), "inconclusive");
        assert_eq!(word(&reprise_app::RunState::Interrupted), "interrupted");
    }

    #[test]
    fn counts_of_zero_are_left_out() {
        let map = BTreeMap::from([("downstream".to_owned(), 3), ("filtered".to_owned(), 0)]);
        assert_eq!(counts(&map), [Count::new("downstream", 3)]);
    }
}
