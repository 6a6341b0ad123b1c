//! What a recording has that a filter can ask for, with how often: what a filter that is being written can go on with.

use std::collections::BTreeMap;

use reprise_store::OperationRow;
use reprise_wire::Protocol;
use reprise_wire::filter::flag_names;

use crate::{Error, Library};

/// So many exchanges are looked at; what only later ones have can still be written.
const LOOKED_AT: usize = 1_000_000;

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
        for row in self.store.all_exchanges(recording.id).take(LOOKED_AT) {
            let row = row?;
            match row.status {
                None => add("status", "none", 1),
                Some(0) if row.protocol == Protocol::Mysql => add("status", "0", 1),
                Some(status) => add("status", &status.to_string(), 1),
            }
            for flag in flag_names(row.flags) {
                add("flag", flag, 1);
            }
        }
        let mut values: Vec<FilterValue> = counts
            .into_iter()
            .map(|((key, value), count)| FilterValue { key, value, count })
            .collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.count));
        Ok(values)
    }
}

/// The HTTP method, or the verb of a statement.
fn method(operation: &OperationRow) -> Option<&str> {
    let first = operation.text.split_whitespace().next()?;
    let is_word = first.chars().all(|c| c.is_ascii_alphabetic());
    is_word.then_some(first)
}
