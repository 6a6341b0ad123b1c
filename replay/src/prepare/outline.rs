//! What a plan will do, to be shown before it starts: what is sent, what is left out and why, what is
//! missing. Units: milliseconds.

mod idle;
pub(super) mod tally;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::rewritten::Rewritten;
use super::{Correlation, NoisyPlace, Prepared, Shifted};
use crate::plan::{Plan, Speed};

/// A plan worked out, in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// How long the recording is, in its own time.
    pub recorded_ms: u64,
    /// How long the run takes: as long as the plan says, or one playing at its speed; 0 at `max`.
    pub takes_ms: u64,
    /// Whether it plays again and again until it is stopped: all that is counted is what one playing comes to.
    #[serde(default)]
    pub goes_on: bool,
    /// User sessions.
    pub http_lanes: u64,
    /// MySQL connections.
    pub mysql_lanes: u64,
    /// Exchanges sent, all copies together.
    pub sends: u64,
    /// Whether that is what the recording's mean rate comes to, of a run for a time or with stages. Of one playing it
    /// is exact.
    pub estimated: bool,
    /// Those of `sends` that may change something, counted as `sends` is.
    pub writes: u64,
    /// Those of `sends` that the part or the filter leaves out and lanes need all the same: logins, PREPAREs.
    pub setup: u64,
    /// Those of `sends` before which a MySQL session is told the recorded time.
    pub pinned: u64,
    /// The lanes that send most, at most 20.
    pub lanes: Vec<OutlineLane>,
    /// What is sent, by operation, most frequent first.
    pub operations: Vec<OutlineOperation>,
    /// Exchanges left out, counted as `sends` is, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Values that will be taken from the target's answers.
    pub values: u64,
    /// Where they come from and where they go, most used first; those of cookies among them.
    pub correlations: Vec<Correlation>,
    /// Requests that carry a token only another lane's answer gave: it is sent as recorded.
    pub from_other_lanes: u64,
    /// How many accounts the run needs for every copy to have its own; 0 when the plan has no users.
    pub users_needed: u64,
    /// Places in answers that are known to vary, and are not compared.
    pub noise: u64,
    /// Those of them that the plan's baseline has shown to vary.
    pub noisy: Vec<NoisyPlace>,
    /// Redacted values that no answer gives, those first that a target is likely to refuse a request for.
    pub unsourced: Vec<Unsourced>,
    /// The rewriting rules, in order.
    pub rewrites: Vec<Rewritten>,
    /// The key columns that copies shift, by the plan and by what the recording shows; the target may tell more
    /// when the run starts.
    pub shift_keys: Vec<Shifted>,
    /// Lanes that cannot keep up at this speed, worst first; at most 20.
    pub slow_lanes: Vec<SlowLane>,
    /// What the plan names and the recording does not have, each in words: targets that nothing goes to, faults for
    /// nothing that is sent, names of values that no answer gives.
    pub in_vain: Vec<String>,
}

/// One lane of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineLane {
    /// Its id.
    pub lane: u32,
    /// How many exchanges one playing of it sends.
    pub sends: u64,
}

/// What one operation's share of a plan is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutlineOperation {
    /// What it does: `GET /cart/{id}`.
    pub operation: String,
    /// How often it is sent, counted as [`Outline::sends`] is.
    pub sends: u64,
    /// Whether it may change something.
    pub writes: bool,
}

/// A redacted value in requests that no recorded answer gave.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsourced {
    /// The name to supply it under: `login.password`.
    pub key: String,
    /// How many requests that are sent carry such a value.
    pub requests: u64,
    /// How many are left out because they do.
    #[serde(default)]
    pub left_out: u64,
    /// Whether the plan names a secret for it.
    pub supplied: bool,
}

/// A lane whose answers take longer than its requests are apart: service time does not shrink with the clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowLane {
    /// The lane's id.
    pub lane: u32,
    /// How far behind its last request would be if the target were as fast as the recorded server.
    pub behind_ms: u64,
}

impl Outline {
    pub(super) fn of(prepared: &Prepared) -> Self {
        let plan = &prepared.plan;
        let mut outline = Self {
            recorded_ms: prepared.length_us / 1_000,
            unsourced: prepared.told.unsourced.clone(),
            correlations: prepared.told.correlations.clone(),
            from_other_lanes: prepared.told.from_other_lanes,
            users_needed: prepared.users_needed(),
            noise: prepared.noise.places(),
            noisy: prepared.noisy.clone(),
            rewrites: prepared.rewritten.clone(),
            shift_keys: prepared.keys.shifted.clone(),
            in_vain: [&prepared.in_vain[..], &prepared.keys.unmet].concat(),
            ..prepared.counted.clone()
        };
        let speed = match plan.rate.speed {
            Speed::Times(times) => times,
            Speed::Max => f64::INFINITY,
        };
        let over_us = match plan.repeats() {
            true => 0,
            false => plan.begins.at_us,
        };
        let played_us = prepared.length_us.saturating_sub(over_us) as f64 / speed;
        outline.goes_on = plan.goes_on();
        outline.takes_ms = (plan.lasts_us().map_or(played_us, |us| us as f64) / 1e3) as u64;
        outline.scale(plan, played_us);
        let idle = idle::told(plan, &outline);
        outline.in_vain.extend(idle);
        outline
    }
}

impl Outline {
    /// Turns the numbers of one playing, which takes `played_us`, into those of the time the plan gives.
    fn scale(&mut self, plan: &Plan, played_us: f64) {
        let Some(lasts_us) = plan.lasts_us().filter(|_| played_us >= 1.0) else {
            return;
        };
        self.estimated = self.sends > 0;
        let playings = plan.stages.played_us(lasts_us) / played_us;
        let scaled = |count: u64| (count as f64 * playings).round() as u64;
        for count in [
            &mut self.sends,
            &mut self.writes,
            &mut self.setup,
            &mut self.pinned,
        ] {
            *count = scaled(*count);
        }
        for row in &mut self.operations {
            row.sends = scaled(row.sends);
        }
        for count in self.skipped.values_mut() {
            *count = scaled(*count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_with_stages_is_counted_by_the_area_below_its_curve() {
        let mut outline = Outline {
            sends: 100,
            ..Outline::default()
        };
        let mut plan = Plan::of("x");
        outline.scale(&plan, 60e6);
        assert_eq!((outline.sends, outline.estimated), (100, false));
        // one minute once, two minutes five times
        plan.stages = "1x:1m,5x:2m".parse().unwrap();
        outline.scale(&plan, 60e6);
        assert_eq!((outline.sends, outline.estimated), (1_100, true));
    }
}
