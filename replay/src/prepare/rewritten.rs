//! How many requests each rewriting rule changes: one that changes none was probably meant otherwise.

use reprise_fault::Position;
use reprise_wire::filter::Candidate;
use reprise_wire::http::Message;
use serde::{Deserialize, Serialize};

use crate::Plan;
use crate::http::rule::Moment;

/// What a rewriting rule comes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rewritten {
    /// The rule, as written.
    pub rule: String,
    /// How many of the recorded exchanges that are sent it changes.
    pub exchanges: u64,
}

/// Counts while a recording is read.
#[derive(Debug)]
pub(crate) struct RewrittenCounts(Vec<u64>);

impl RewrittenCounts {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self(vec![0; plan.rewrites.len()])
    }

    /// Applies the rules to a request that will be sent, one after another as the run does.
    pub(crate) fn add(&mut self, plan: &Plan, of: u32, row: &Candidate<'_>, request: &Message<'_>) {
        if self.0.is_empty() {
            return;
        }
        let moment = Moment {
            seed: plan.seed,
            position: Position {
                lane: 0,
                copy: 0,
                exchange: of,
            },
            unix_us: 0,
            secret_names: &[],
            secrets: &[],
        };
        let mut request = request.clone();
        for (rule, count) in plan.rewrites.iter().zip(&mut self.0) {
            if rule.is_for(row) && rule.apply(&mut request, &moment) {
                *count += 1;
            }
        }
    }

    /// What was counted, in the plan's order.
    pub(crate) fn finish(&self, plan: &Plan) -> Vec<Rewritten> {
        plan.rewrites
            .iter()
            .zip(&self.0)
            .map(|(rule, exchanges)| Rewritten {
                rule: rule.to_string(),
                exchanges: *exchanges,
            })
            .collect()
    }
}
