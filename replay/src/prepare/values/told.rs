//! What a plan tells of the values that its requests carry: where they come from and where they go, and which of them
//! nobody supplies.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::uses::{Counted, Source, Use, Uses};
use crate::prepare::{Correlation, CorrelationTarget, Unsourced};

/// What is told of the values of a plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) correlations: Vec<Correlation>,
    pub(crate) from_other_lanes: u64,
    pub(crate) unsourced: Vec<Unsourced>,
    /// Rules of the plan that filled nothing.
    pub(crate) unused_rules: Vec<String>,
    /// Names of which the plan leaves values as recorded, and no value has.
    pub(crate) unmet_names: Vec<String>,
}

impl Told {
    /// What was counted, operations by their names.
    pub(super) fn of(uses: Uses, operations: &BTreeMap<u32, String>) -> Self {
        let Counted { sources, uses } = uses.finish();
        let mut told = Self::default();
        let mut redacted: Vec<(bool, Unsourced)> = Vec::new();
        let mut targets: BTreeMap<u32, BTreeMap<(u32, String), u64>> = BTreeMap::new();
        for (one, requests) in uses {
            match one {
                Use::Value { source, to, place } if requests.sent > 0 => {
                    let of_source = targets.entry(source).or_default();
                    of_source.insert((to, place), requests.sent);
                }
                Use::Value { .. } => {}
                Use::OfAnotherLane => told.from_other_lanes = requests.sent,
                Use::Redacted {
                    key,
                    supplied,
                    matters,
                } => {
                    let one = Unsourced {
                        key,
                        requests: requests.sent,
                        left_out: if matters { requests.left_out } else { 0 },
                        supplied,
                    };
                    redacted.push((!matters, one));
                }
            }
        }
        redacted.retain(|(_, one)| one.requests + one.left_out > 0);
        // a theme or a language is seldom missed
        redacted.sort_by(|(a, one), (b, other)| (a, &one.key).cmp(&(b, &other.key)));
        told.unsourced = redacted.into_iter().map(|(_, one)| one).collect();
        let text = |operation: u32| operations.get(&operation).cloned().unwrap_or_default();
        let mut correlations: Vec<(Source, Correlation)> = targets
            .into_iter()
            .filter_map(|(source, to)| {
                let (source, values) = sources.get(source as usize)?.clone();
                let correlation = Correlation {
                    name: source.name.clone(),
                    from: text(source.from),
                    from_place: source.origin.clone(),
                    of_another_lane: source.of_another,
                    requests: to.values().sum(),
                    to: to
                        .into_iter()
                        .map(|((operation, place), requests)| CorrelationTarget {
                            operation: text(operation),
                            place,
                            requests,
                        })
                        .collect(),
                    values,
                };
                Some((source, correlation))
            })
            .collect();
        correlations.sort_by(|(a, one), (b, other)| {
            (Reverse(one.requests), a).cmp(&(Reverse(other.requests), b))
        });
        told.correlations = correlations.into_iter().map(|(_, one)| one).collect();
        told
    }
}
