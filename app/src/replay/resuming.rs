//! Going on with a run that ended early: its plan, from the moment of the recording that it had reached.

use reprise_replay::{Part, Plan, Speed};
use reprise_store::RunState;

use crate::{Error, Library};

/// What a resumed run is not, to be shown before it starts.
pub(super) const RESUMED: &str = "lanes that were under way are set up anew (logins, PREPAREs); what the \
    earlier requests changed on the target is as they left it";

impl Library {
    /// The plan of `run`, to go on where it got.
    ///
    /// # Errors
    /// There is no such run, it did not end early, or its plan has no one moment of the recording to go on at.
    pub(super) fn resumed(&self, run: &str) -> Result<Plan, Error> {
        let stored = self.store.run(run)?;
        let mut plan = Plan::from_json(stored.plan.clone())?;
        let again = format!("`--plan {run}` runs it again from its beginning");
        let refuse = |why: &str| Err(Error::Usage(format!("--resume {run}: {why}; {again}")));
        match stored.state {
            RunState::Complete => return refuse("it sent all it had planned"),
            RunState::Running => return refuse("it is still running"),
            _ => {}
        }
        let speed = match plan.rate.speed {
            Speed::Times(speed) if !plan.repeats() && plan.stages.is_empty() => speed,
            _ => return refuse("it repeats the recording or changes its rate, and cannot be cut"),
        };
        let mut reached_us = None;
        for sample in self.store.samples(stored.id) {
            reached_us = reached_us.max(Some(sample?.intended_us));
        }
        let Some(reached_us) = reached_us else {
            return refuse("nothing of it was stored");
        };
        let recording = self.store.recording(&plan.recording)?;
        let part = plan.between.unwrap_or_else(|| Part {
            from_us: 0,
            to_us: recording.duration_ms.saturating_mul(1_000),
        });
        let from_us = part.from_us + (reached_us as f64 * speed) as u64 + 1;
        if from_us >= part.to_us {
            return refuse("it had reached the end");
        }
        plan.between = Some(Part { from_us, ..part });
        plan.warm_up_ms = plan.warm_up_ms.saturating_sub(reached_us / 1_000);
        plan.resumes = Some(run.to_owned());
        Ok(plan)
    }
}
