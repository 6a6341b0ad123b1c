//! How a run that is still on gets over what disturbed it: a first reading, from its ticks. When it is over, its
//! summary has what its samples say.

use reprise_measure::{Disturbed, Recovery};
use reprise_replay::{Plan, disturbances_so_far};

use crate::{Error, Library, RunTimeline};

impl Library {
    /// How a run has got over each stretch of disturbance that has ended, all exchanges together, by its timeline.
    ///
    /// # Errors
    /// When there is no run of that name, or it cannot be read.
    pub fn recovery_so_far(
        &self,
        run: &str,
        timeline: &RunTimeline,
    ) -> Result<Vec<Recovery>, Error> {
        let run = self.store.run(run)?;
        let plan = Plan::from_json(run.plan)?;
        let summary = run.summary.unwrap_or_default();
        let now_us = summary.duration_ms.saturating_mul(1_000);
        let disturbances = disturbances_so_far(&plan, &summary, now_us);
        let mut disturbed = Disturbed::new(disturbances, [], plan.warm_up_us(), now_us);
        if disturbed.is_calm() {
            return Ok(Vec::new());
        }
        for tick in timeline.ticks() {
            disturbed.push_tick(tick);
        }
        let mut recovery = disturbed.effects().recovery;
        recovery.retain(|one| one.to_us < now_us);
        Ok(recovery)
    }
}
