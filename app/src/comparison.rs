//! Two runs side by side, or a run beside the recording it replayed: the samples are streamed from the
//! store into `measure`, which does the statistics.

use std::collections::BTreeMap;

use reprise_measure::{Comparison, RunSamples, Source, compare, readable};
use reprise_replay::{Part, Plan};
use reprise_store::{Run, RunState};
use reprise_wire::filter::Filter;

use crate::library::parse_filter;
use crate::{Error, Library};

/// The name that stands for a run's own recording.
pub const RECORDING: &str = "recording";

/// The resampling's seed: the same two runs always compare the same.
const SEED: u64 = 1;

impl Library {
    /// Compares run `b` with run `a`; either may be `recording`.
    ///
    /// # Errors
    /// When there is no such run.
    pub fn compare(&self, a: &str, b: &str) -> Result<Comparison, Error> {
        let (a, b) = match (a, b) {
            (RECORDING, RECORDING) => {
                return Err(Error::Usage(
                    "a recording compared with itself says nothing; name a run".to_owned(),
                ));
            }
            (RECORDING, run) => {
                let run = self.store.run(run)?;
                (
                    self.recorded_samples(&run)?,
                    self.run_samples(&run, u64::MAX)?,
                )
            }
            (run, RECORDING) => {
                let run = self.store.run(run)?;
                (
                    self.run_samples(&run, u64::MAX)?,
                    self.recorded_samples(&run)?,
                )
            }
            (a, b) => return self.compare_runs(&self.store.run(a)?, &self.store.run(b)?),
        };
        Ok(compare(&a, &b, SEED))
    }

    /// Compares run `b` with run `a`, both as far as the one that ended early got.
    fn compare_runs(&self, a: &Run, b: &Run) -> Result<Comparison, Error> {
        let early = [("A", a), ("B", b)].into_iter();
        let early = early.filter_map(|(side, run)| Some((reached_us(run)?, side, run.state)));
        let Some((to_us, side, state)) = early.min_by_key(|(reached_us, ..)| *reached_us) else {
            return Ok(compare(
                &self.run_samples(a, u64::MAX)?,
                &self.run_samples(b, u64::MAX)?,
                SEED,
            ));
        };
        let (a, b) = (self.run_samples(a, to_us)?, self.run_samples(b, to_us)?);
        let mut comparison = compare(&a, &b, SEED);
        comparison.why.push(format!(
            "{side} was {} after {}: both are compared as far as it got",
            state.name(),
            readable::moment(to_us)
        ));
        Ok(comparison)
    }

    fn run_samples(&self, run: &Run, to_us: u64) -> Result<RunSamples, Error> {
        let names = self.run_operation_names(run)?;
        let duration_us = run
            .summary
            .as_ref()
            .map_or(0, |summary| summary.duration_ms * 1_000);
        let warm_up_us = Plan::from_json(run.plan.clone())?.warm_up_us();
        let duration_us = duration_us.min(to_us).saturating_sub(warm_up_us);
        let mut samples = RunSamples::new(run.name.clone(), Source::Run, duration_us, names)
            .measuring_from(warm_up_us)
            .measuring_to(to_us);
        for sample in self.store.samples(run.id) {
            samples.push(&sample?);
        }
        Ok(samples)
    }

    /// What was recorded of the exchanges that the run could send: those with a request, in the part that it
    /// played and matching its filter.
    fn recorded_samples(&self, run: &Run) -> Result<RunSamples, Error> {
        let recording = self.store.recording_by_id(run.recording)?;
        let names: BTreeMap<u32, String> = self.operation_names(&recording)?.into_iter().collect();
        let plan = Plan::from_json(run.plan.clone())?;
        let filter = parse_filter(plan.filter.as_deref())?;
        let part = plan.between.unwrap_or(Part {
            from_us: 0,
            to_us: u64::MAX,
        });
        let duration_us = part.length_us().min(recording.duration_ms * 1_000);
        let mut samples = RunSamples::new(RECORDING, Source::Recording, duration_us, names.clone());
        for row in self.store.all_exchanges(recording.id) {
            let row = row?;
            let at_us = u64::try_from(row.at_us).unwrap_or(0);
            let operation = names.get(&row.operation.0).map_or("", String::as_str);
            let matches = |filter: &Filter| filter.matches(&row.candidate(operation));
            let played = part.holds(at_us) && filter.as_ref().is_none_or(matches);
            if row.request_bytes.is_none() || !played {
                continue;
            }
            let at_us = at_us - part.from_us;
            samples.push_recorded(at_us, row.operation.0, row.latency_us(), row.is_error());
        }
        Ok(samples)
    }
}

/// How far a run got that ended before its plan did, in microseconds of its own time; `None` for one that
/// ended as planned. What an interrupted run sent in its last second may not have been committed.
fn reached_us(run: &Run) -> Option<u64> {
    let lasted_us = run.summary.as_ref()?.duration_ms * 1_000;
    match run.state {
        RunState::Complete | RunState::Running => None,
        RunState::Interrupted => Some(lasted_us.saturating_sub(1_000_000)),
        RunState::Stopped | RunState::Aborted | RunState::Failed => Some(lasted_us),
    }
}
