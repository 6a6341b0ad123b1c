//! Answers that were not the recorded ones, by operation and place, with one of each.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use reprise_app::Mismatch;
use serde::Serialize;
use specta::Type;

use super::whole;

/// Where the answers of one operation differed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mismatches {
    operation: String,
    /// The most frequent first.
    places: Vec<MismatchPlace>,
}

/// One place at which they differed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct MismatchPlace {
    /// `status`, `json:order.total`, `header:location`.
    place: String,
    /// Answers kept that differ here first.
    kept: u32,
    /// The recorded exchange of the one that is shown.
    exchange: u32,
    copy: u32,
    recorded_status: u16,
    status: u16,
    /// What the recording has there.
    recorded: String,
    /// What the target answered there.
    answered: String,
    /// The recorded answer, its beginning.
    recorded_answer: String,
    /// The target's answer, its beginning.
    answer: String,
}

impl Mismatches {
    /// All that a run kept, by operation; the operation with the most kept first.
    pub(crate) fn of(kept: Vec<Mismatch>) -> Vec<Self> {
        let mut operations: BTreeMap<String, BTreeMap<String, Vec<Mismatch>>> = BTreeMap::new();
        for one in kept {
            let places = operations.entry(one.operation.clone()).or_default();
            places.entry(one.place.clone()).or_default().push(one);
        }
        let mut all: Vec<Self> = operations
            .into_iter()
            .map(|(operation, places)| Self {
                operation,
                places: by_frequency(places),
            })
            .collect();
        all.sort_by_key(|one| Reverse(one.places.iter().map(|place| place.kept).sum::<u32>()));
        all
    }
}

fn by_frequency(places: BTreeMap<String, Vec<Mismatch>>) -> Vec<MismatchPlace> {
    let mut all: Vec<MismatchPlace> = places
        .into_iter()
        .filter_map(|(place, kept)| {
            let count = whole(kept.len() as u64);
            let first = kept.into_iter().next()?;
            Some(MismatchPlace {
                place,
                kept: count,
                exchange: first.exchange,
                copy: first.copy,
                recorded_status: first.recorded_status,
                status: first.status,
                recorded: first.recorded,
                answered: first.answered,
                recorded_answer: first.recorded_answer,
                answer: first.answer,
            })
        })
        .collect();
    all.sort_by_key(|place| Reverse(place.kept));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mismatch(operation: &str, place: &str, exchange: u32) -> Mismatch {
        let kept = serde_json::json!({
            "operation": operation, "exchange": exchange, "lane": 1, "copy": 0,
            "recorded_status": 200, "status": 200, "place": place, "recorded": "1", "answered": "2",
            "places": [place], "recorded_answer": "", "answer": "",
        });
        serde_json::from_value(kept).unwrap()
    }

    #[test]
    fn they_are_grouped_by_operation_and_place_the_most_frequent_first() {
        let kept = vec![
            mismatch("GET /a", "json:x", 1),
            mismatch("GET /b", "status", 2),
            mismatch("GET /b", "json:y", 3),
            mismatch("GET /b", "json:y", 4),
        ];
        let all = Mismatches::of(kept);
        let operations: Vec<&str> = all.iter().map(|one| one.operation.as_str()).collect();
        assert_eq!(operations, ["GET /b", "GET /a"]);
        let first = &all[0].places[0];
        assert_eq!(
            (first.place.as_str(), first.kept, first.exchange),
            ("json:y", 2, 3)
        );
    }
}
