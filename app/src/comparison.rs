//! Two runs side by side, or a run beside the recording it replayed: the samples are streamed from the
//! store into `measure`, which does the statistics.

use std::collections::BTreeMap;

use reprise_measure::{Comparison, RunSamples, Source, compare};
use reprise_replay::Plan;
use reprise_store::Run;

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
                (self.recorded_samples(&run)?, self.run_samples(&run)?)
            }
            (run, RECORDING) => {
                let run = self.store.run(run)?;
                (self.run_samples(&run)?, self.recorded_samples(&run)?)
            }
            (a, b) => (
                self.run_samples(&self.store.run(a)?)?,
                self.run_samples(&self.store.run(b)?)?,
            ),
        };
        Ok(compare(&a, &b, SEED))
    }

    fn run_samples(&self, run: &Run) -> Result<RunSamples, Error> {
        let operations = self.store.run_operations(run.id)?;
        let names: BTreeMap<u32, String> = operations
            .into_iter()
            .map(|operation| (operation.id.0, operation.text))
            .collect();
        let duration_us = run
            .summary
            .as_ref()
            .map_or(0, |summary| summary.duration_ms * 1_000);
        let warm_up_us = Plan::from_json(run.plan.clone())?.warm_up_us();
        let duration_us = duration_us.saturating_sub(warm_up_us);
        let mut samples = RunSamples::new(run.name.clone(), Source::Run, duration_us, names)
            .measuring_from(warm_up_us);
        for sample in self.store.samples(run.id) {
            samples.push(&sample?);
        }
        Ok(samples)
    }

    /// What was recorded of the exchanges that the run could send: those with a request.
    fn recorded_samples(&self, run: &Run) -> Result<RunSamples, Error> {
        let recording = self.store.recording_by_id(run.recording)?;
        let names = self.operation_names(&recording)?.into_iter().collect();
        let duration_us = recording.duration_ms * 1_000;
        let mut samples = RunSamples::new(RECORDING, Source::Recording, duration_us, names);
        for row in self.store.all_exchanges(recording.id) {
            let row = row?;
            if row.request_bytes.is_none() {
                continue;
            }
            let at_us = u64::try_from(row.at_us).unwrap_or(0);
            samples.push_recorded(at_us, row.operation.0, row.latency_us(), row.is_error());
        }
        Ok(samples)
    }
}
