//! What a search for the edge found, from the runs that were its steps. Units: microseconds, exchanges a second,
//! shares 0 to 1; rates in times the recorded one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Bounds, FirstToBreak, Knee, StepOperation, Tried, first_to_break};
use crate::Summary;

/// One step of the search.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct KneeStep {
    /// Its run.
    pub run: String,
    /// In times the recorded rate.
    pub times: f64,
    /// Exchanges a second that were asked for.
    pub asked_per_s: f64,
    /// And sent.
    pub sent_per_s: f64,
    /// Answers a second that were no failure.
    pub answered_per_s: f64,
    /// Half of the response times.
    pub p50_us: u64,
    /// 95 % of them.
    pub p95_us: u64,
    /// 99 % of them.
    pub p99_us: u64,
    /// The share that failed.
    pub error_rate: f64,
    /// How it went.
    pub how: Tried,
    /// Why, unless it held: `p99<250ms measured 412 ms`.
    pub why: Option<String>,
}

/// What the search found.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct KneeAnswer {
    /// Its name, with which the names of its runs begin; `reprise report NAME` shows it again.
    pub name: String,
    /// The recording.
    pub recording: String,
    /// The checks that decided.
    pub checks: Vec<String>,
    /// Between which rates was searched, and how closely.
    pub bounds: Bounds,
    /// The highest rate that holds; `None` when not even the first did.
    pub holds: Option<KneeStep>,
    /// The lowest rate that does not; `None` when every rate up to the bound held.
    pub fails: Option<KneeStep>,
    /// Whether the generator, not the target, is what ended the search.
    pub generator_limited: bool,
    /// Whether it was stopped before the edge was known as well as was asked.
    pub stopped: bool,
    /// The operation that broke at the lowest rate.
    pub first_to_break: Option<FirstToBreak>,
    /// Every step, in the order of trying.
    pub steps: Vec<KneeStep>,
}

impl KneeStep {
    /// How a run at a rate went.
    pub fn of(run: String, times: f64, summary: &Summary) -> Self {
        let (how, why) = judged(summary);
        Self {
            run,
            times,
            asked_per_s: summary.rate.asked_per_s,
            sent_per_s: summary.rate.sent_per_s,
            answered_per_s: summary.answered_per_s(),
            p50_us: summary.response_us.p50,
            p95_us: summary.response_us.p95,
            p99_us: summary.response_us.p99,
            error_rate: summary.error_rate,
            how,
            why,
        }
    }
}

impl KneeAnswer {
    /// What follows from these steps, each with its rate, its run's name and its numbers, in the order of trying.
    pub fn of<'s>(
        name: String,
        recording: String,
        bounds: Bounds,
        steps: impl IntoIterator<Item = (f64, String, &'s Summary)>,
    ) -> Self {
        let mut knee = Knee::new(bounds);
        let mut checks = Vec::new();
        let mut operations = Vec::new();
        let mut tried = Vec::new();
        for (times, run, summary) in steps {
            let step = KneeStep::of(run, times, summary);
            knee.tried(times, step.how);
            operations.push((times, StepOperation::of(summary)));
            if checks.is_empty() {
                checks = summary.checks.iter().map(|c| c.check.clone()).collect();
            }
            tried.push(step);
        }
        let edge = knee.edge();
        let generator_limited = edge.fails.is_some_and(|at| knee.is_generator_limited(at));
        let broke = edge.fails.is_some() && !generator_limited;
        Self {
            name,
            recording,
            checks,
            bounds,
            holds: last_at(&tried, edge.holds, |how| how == Tried::Held),
            fails: last_at(&tried, edge.fails, |how| how != Tried::Held),
            generator_limited,
            stopped: knee.next().is_some(),
            first_to_break: broke.then(|| first_to_break(&operations)).flatten(),
            steps: tried,
        }
    }

    /// The steps by rate; those at one rate in the order of trying.
    pub fn rising(&self) -> Vec<&KneeStep> {
        let mut rising: Vec<&KneeStep> = self.steps.iter().collect();
        rising.sort_by(|a, b| a.times.total_cmp(&b.times));
        rising
    }
}

/// How a step went, and why unless it held.
fn judged(summary: &Summary) -> (Tried, Option<String>) {
    if let Some(why) = summary.generator_failed() {
        return (Tried::GeneratorLimited, Some(why));
    }
    let failed = summary.checks.iter().filter(|check| !check.held);
    let failed: Vec<String> = failed
        .map(|check| format!("{} measured {}", check.check, check.readable))
        .collect();
    if failed.is_empty() {
        (Tried::Held, None)
    } else {
        (Tried::Failed, Some(failed.join(", ")))
    }
}

/// The last step at a rate that went so.
fn last_at(steps: &[KneeStep], times: Option<f64>, so: impl Fn(Tried) -> bool) -> Option<KneeStep> {
    let times = times?;
    let same = |step: &&KneeStep| step.times.total_cmp(&times).is_eq();
    let mut at = steps.iter().filter(same);
    at.clone()
        .rfind(|step| so(step.how))
        .or_else(|| at.next_back())
        .cloned()
}
