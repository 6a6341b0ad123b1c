//! What a recording has that a filter can ask for, with how often: what a filter that is being written can go on with.

use std::collections::BTreeMap;

use reprise_store::{ExchangeId, OperationRow, Recording};
use reprise_wire::Flags;
use reprise_wire::filter::flag_names;
use rustc_hash::FxHashMap;

use crate::{Error, Library};

/// About so many exchanges are looked at; what only later ones have can still be written.
const LOOKED_AT: u32 = 1_000_000;

/// A value, as a filter writes it: `status:404`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterValue {
    /// The key: `status`.
    pub key: &'static str,
    /// The value: `404`.
    pub value: String,
    /// How many exchanges have it.
    pub count: u64,
}

impl Library {
    /// The protocols, methods, statuses and flags of a recording, most frequent first.
    ///
    /// # Errors
    /// When there is no such recording, or the file cannot be read.
    pub fn filter_values(&self, name: &str) -> Result<Vec<FilterValue>, Error> {
        let recording = self.store.recording(name)?;
        let mut counts: BTreeMap<(&'static str, String), u64> = BTreeMap::new();
        let mut add = |key, value: &str, count| {
            if count > 0 {
                *counts.entry((key, value.to_owned())).or_default() += count;
            }
        };
        add("protocol", "http", recording.exchanges.http);
        add("protocol", "mysql", recording.exchanges.mysql);
        for operation in self.store.operations(recording.id)? {
            if let Some(method) = method(&operation) {
                add("method", method, operation.exchanges);
            }
        }
        let (statuses, flags) = self.seen_in(&recording)?;
        for (status, count) in statuses {
            match status {
                None => add("status", "none", count),
                Some(status) => add("status", &status.to_string(), count),
            }
        }
        for (flags, count) in flags {
            for flag in flag_names(flags) {
                add("flag", flag, count);
            }
        }
        let mut values: Vec<FilterValue> = counts
            .into_iter()
            .map(|((key, value), count)| FilterValue { key, value, count })
            .collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.count));
        Ok(values)
    }

    /// How often each status and each set of flags is there.
    fn seen_in(&self, recording: &Recording) -> Result<(Statuses, FlagSets), Error> {
        let mut statuses = Statuses::default();
        let mut flags = FlagSets::default();
        let mut next = Some(ExchangeId(1));
        while let Some(from) = next
            && from.0 <= LOOKED_AT
        {
            next = self.store.glance_over(recording.id, from, |glance| {
                *statuses.entry(glance.status).or_default() += 1;
                *flags.entry(glance.flags).or_default() += 1;
            })?;
        }
        Ok((statuses, flags))
    }
}

/// How many exchanges have each status.
type Statuses = FxHashMap<Option<u16>, u64>;
/// How many exchanges have just these flags.
type FlagSets = FxHashMap<Flags, u64>;

/// The HTTP method, or the verb of a statement.
fn method(operation: &OperationRow) -> Option<&str> {
    let first = operation.text.split_whitespace().next()?;
    let is_word = first.chars().all(|c| c.is_ascii_alphabetic());
    is_word.then_some(first)
}
