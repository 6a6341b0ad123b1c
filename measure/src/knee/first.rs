//! Which operation broke first as the rate rose. Units: microseconds, shares 0 to 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Summary, minimum_count};

/// An operation has broken when its p95 is this many times what it was at the lowest rate,
const TIMES_SLOWER: f64 = 2.0;

/// and at least this much more.
const LEAST_US: u64 = 2_000;

/// Or when a larger share of it failed.
const MOST_ERRORS: f64 = 0.01;

/// One operation of one step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepOperation {
    /// What it does: `GET /cart/{id}`.
    pub operation: String,
    /// Its p95, when it has samples enough for one.
    pub p95_us: Option<u64>,
    /// The share that failed.
    pub error_rate: f64,
}

impl StepOperation {
    /// Those of a run.
    pub fn of(summary: &Summary) -> Vec<Self> {
        summary
            .operations
            .iter()
            .filter(|operation| operation.id.is_some())
            .map(|operation| Self {
                operation: operation.operation.clone(),
                p95_us: (operation.response_us.count >= minimum_count(0.95))
                    .then_some(operation.response_us.p95),
                error_rate: operation.error_rate,
            })
            .collect()
    }
}

/// The operation that broke at the lowest rate.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct FirstToBreak {
    /// What it does.
    pub operation: String,
    /// The rate at which it broke, in times the recorded one.
    pub at: f64,
    /// Its p95 at the lowest rate.
    pub before_p95_us: Option<u64>,
    /// Its p95 there.
    pub p95_us: Option<u64>,
    /// The share of it that failed there.
    pub error_rate: f64,
}

/// Finds it among `steps`, each a rate with its operations. Of several that break at the same rate, the one that fails
/// most, then the one that slowed down most.
pub fn first_to_break(steps: &[(f64, Vec<StepOperation>)]) -> Option<FirstToBreak> {
    let mut steps: Vec<&(f64, Vec<StepOperation>)> = steps.iter().collect();
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (_, lowest) = steps.first()?;
    let before = |name: &str| {
        let same = lowest.iter().find(|before| before.operation == name);
        same.and_then(|before| before.p95_us)
    };
    steps.iter().find_map(|(at, operations)| {
        let (badness, first) = operations
            .iter()
            .filter_map(|now| Some((badness(before(&now.operation), now)?, now)))
            .max_by(|a, b| a.0.total_cmp(&b.0))?;
        debug_assert!(badness > 0.0);
        Some(FirstToBreak {
            operation: first.operation.clone(),
            at: *at,
            before_p95_us: before(&first.operation),
            p95_us: first.p95_us,
            error_rate: first.error_rate,
        })
    })
}

/// How badly an operation has broken; `None` when it has not. Failing is worse than any slowness.
fn badness(before_us: Option<u64>, now: &StepOperation) -> Option<f64> {
    if now.error_rate > MOST_ERRORS {
        return Some(1e9 * now.error_rate);
    }
    let (before, p95) = (before_us?, now.p95_us?);
    let times = p95 as f64 / before.max(1) as f64;
    (times >= TIMES_SLOWER && p95 >= before + LEAST_US).then_some(times)
}
