//! The totals of each operation: at most [`MAX_OPERATIONS`] apart, the rest together.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::is_error;
use crate::tick::share;
use crate::{Histogram, OperationSummary, Outcomes, Quantiles, Sample};

/// How many operations are kept apart.
pub const MAX_OPERATIONS: usize = 500;

/// Every operation seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Operations {
    kept: BTreeMap<u32, OperationTotals>,
    other: Option<OperationTotals>,
}

#[derive(Clone, Debug, Default)]
struct OperationTotals {
    outcomes: Outcomes,
    error_answers: u64,
    response: Histogram,
    service: Histogram,
}

impl Operations {
    /// Counts one ended exchange.
    pub(super) fn record(&mut self, sample: &Sample) {
        let full = self.kept.len() >= MAX_OPERATIONS;
        let totals = match self.kept.entry(sample.operation) {
            Entry::Occupied(entry) => entry.into_mut(),
            Entry::Vacant(entry) if !full => entry.insert(OperationTotals::default()),
            Entry::Vacant(_) => self.other.get_or_insert_default(),
        };
        totals.outcomes[sample.outcome] += 1;
        totals.error_answers += u64::from(is_error(sample));
        if sample.has_response_time() {
            totals.response.record(sample.response_us());
            totals.service.record(sample.service_us());
        }
    }

    /// Adds another shard's operations.
    pub(super) fn merge(&mut self, other: &Self) {
        for (operation, totals) in &other.kept {
            let full = self.kept.len() >= MAX_OPERATIONS;
            match self.kept.entry(*operation) {
                Entry::Occupied(entry) => entry.into_mut(),
                Entry::Vacant(entry) if !full => entry.insert(OperationTotals::default()),
                Entry::Vacant(_) => self.other.get_or_insert_default(),
            }
            .merge(totals);
        }
        if let Some(totals) = &other.other {
            self.other.get_or_insert_default().merge(totals);
        }
    }

    /// The most frequent first, "other" last; an operation without a name is called by its id.
    pub(super) fn summaries(&self, names: &BTreeMap<u32, String>) -> Vec<OperationSummary> {
        let mut rows: Vec<_> = self
            .kept
            .iter()
            .map(|(id, totals)| {
                let name = names.get(id);
                totals.summary(Some(*id), name.cloned().unwrap_or_else(|| format!("#{id}")))
            })
            .collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.sent));
        rows.extend(
            self.other
                .iter()
                .map(|totals| totals.summary(None, "other".to_owned())),
        );
        rows
    }
}

impl OperationTotals {
    fn merge(&mut self, other: &Self) {
        self.outcomes += other.outcomes;
        self.error_answers += other.error_answers;
        self.response.merge(&other.response);
        self.service.merge(&other.service);
    }

    fn summary(&self, id: Option<u32>, operation: String) -> OperationSummary {
        OperationSummary {
            id,
            operation,
            sent: self.outcomes.total(),
            outcomes: self.outcomes,
            error_rate: share(self.outcomes.failures(), self.outcomes.total()),
            error_rate_total: share(self.error_answers, self.outcomes.total()),
            response_us: Quantiles::of(&self.response),
            service_us: Quantiles::of(&self.service),
        }
    }
}
