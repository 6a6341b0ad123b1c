//! Going on with a run that ended early: its plan, from the moment that it had reached.

use reprise_measure::Sample;
use reprise_replay::{Part, Plan, Progress, Speed};
use reprise_store::{ExchangeId, Recording, Run, RunState};

use crate::{Error, Library};

/// What a resumed run is not, to be shown before it starts.
pub(super) fn resumed(plan: &Plan) -> &'static str {
    if plan.repeats() || plan.goes_on_by_lanes() {
        "lanes that were under way begin again from their beginnings; what the earlier requests changed on the target is \
         as they left it"
    } else {
        "lanes that were under way are set up anew (logins, PREPAREs); what the earlier requests changed on the target is \
         as they left it"
    }
}

/// How far a run got.
#[derive(Default)]
struct Seen {
    /// The sample intended last, of all.
    last: Option<Sample>,
    /// Of those that were intended at the moment they were recorded at, counted through repetitions.
    in_place: Option<Sample>,
    copy: u32,
}

impl Library {
    /// The plan of `run`, to go on where it got.
    ///
    /// # Errors
    /// There is no such run, it did not end early, or nothing says where it got.
    pub(super) fn resumed(&self, run: &str) -> Result<Plan, Error> {
        let stored = self.store.run(run)?;
        let plan = self.plan_of_run(run)?;
        let again = format!("`--again {run}` runs it again from its beginning");
        let refuse = |why: &str| Err(Error::Usage(format!("--resume {run}: {why}; {again}")));
        match stored.state {
            RunState::Complete => return refuse("it sent all it had planned"),
            RunState::Running => return refuse("it is still running"),
            _ => {}
        }
        let seen = self.seen_of(&stored, &plan)?;
        let Some(last) = seen.last else {
            return refuse("nothing of it was stored");
        };
        let recording = self.store.recording(&plan.recording)?;
        let rest = match plan.rate.speed {
            _ if plan.repeats() => self.rest_of_loop(&plan, &recording, &seen, last)?,
            // without a clock there is no moment that it had reached: what is left are the lanes that had not ended
            Speed::Max => Some(warmed_up(plan, last)),
            Speed::Times(_) if plan.goes_on_by_lanes() => {
                let at_us = self.moment_of(&plan, &recording, &seen)?;
                Some(warmed_up(plan.by_lanes_from(at_us), last))
            }
            Speed::Times(speed) => rest_of_once(plan, &recording, last, speed),
        };
        match rest {
            Some(rest) => Ok(Plan {
                resumes: Some(run.to_owned()),
                ..rest
            }),
            None => refuse("it had reached the end"),
        }
    }

    fn seen_of(&self, run: &Run, plan: &Plan) -> Result<Seen, Error> {
        let mut seen = Seen::default();
        for sample in self.store.samples(run.id) {
            let sample = sample?;
            let later = |than: Option<Sample>| {
                than.is_none_or(|than| than.intended_us <= sample.intended_us)
            };
            if later(seen.last) {
                seen.last = Some(sample);
            }
            if plan.is_in_place(sample.copy) && later(seen.in_place) {
                seen.in_place = Some(sample);
            }
            seen.copy = seen.copy.max(sample.copy);
        }
        Ok(seen)
    }

    /// What is left of a plan that repeats its recording.
    fn rest_of_loop(
        &self,
        plan: &Plan,
        recording: &Recording,
        seen: &Seen,
        last: Sample,
    ) -> Result<Option<Plan>, Error> {
        Ok(plan.clone().gone_on(Progress {
            run_us: last.intended_us,
            recorded_us: self.moment_of(plan, recording, seen)?,
            copy: seen.copy,
        }))
    }

    /// The moment of what is played that a run had reached; microseconds.
    fn moment_of(&self, plan: &Plan, recording: &Recording, seen: &Seen) -> Result<u64, Error> {
        let row = match seen.in_place {
            Some(sample) => self
                .store
                .exchange(recording.id, ExchangeId(sample.exchange))?,
            None => None,
        };
        let at_us = row.map_or(0, |row| u64::try_from(row.at_us).unwrap_or(0));
        let part_us = plan.between.map_or(0, |part| part.from_us);
        Ok(at_us.saturating_sub(part_us))
    }
}

/// What is left of a plan that plays its recording once, at one speed.
fn rest_of_once(mut plan: Plan, recording: &Recording, last: Sample, speed: f64) -> Option<Plan> {
    let reached_us = last.intended_us;
    let part = plan.between.unwrap_or_else(|| Part {
        from_us: 0,
        to_us: recording.duration_ms.saturating_mul(1_000),
    });
    let from_us = part.from_us + (reached_us as f64 * speed) as u64 + 1;
    plan.between = Some(Part { from_us, ..part });
    (from_us < part.to_us).then(|| warmed_up(plan, last))
}

/// The plan with what is left of its warm-up, and of the time before checks can end it.
fn warmed_up(mut plan: Plan, last: Sample) -> Plan {
    plan.warm_up_ms = plan.warm_up_ms.saturating_sub(last.intended_us / 1_000);
    plan.abort_after_ms = plan.abort_after_ms.saturating_sub(last.intended_us / 1_000);
    plan
}
