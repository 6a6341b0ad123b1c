//! What failed in a run, by operation and kind, with one sample of each.

use std::collections::BTreeMap;

use reprise_measure::{ErrorKind, FailureGroup, FailureSample, Sample, SampleFlags};
use reprise_replay::Plan;
use reprise_store::ExchangeId;

use crate::{Error, Library};

/// More kinds than this are not told apart: the first ones, in the order they were met.
const MOST_KINDS: usize = 500;

impl Library {
    /// What failed in a run, the most frequent first. Reads every sample that is stored.
    ///
    /// # Errors
    /// When there is no run of that name, or it cannot be read.
    pub fn failures(&self, name: &str) -> Result<Vec<FailureGroup>, Error> {
        let run = self.store.run(name)?;
        let plan = Plan::from_json(run.plan.clone())?;
        let mut found = BTreeMap::<(u32, ErrorKind), (FailureGroup, Sample)>::new();
        for sample in self.store.samples(run.id) {
            let sample = sample?;
            let Some(kind) = ErrorKind::of(&sample) else {
                continue;
            };
            if !sample.is_measured(plan.warm_up_us()) {
                continue;
            }
            let key = (sample.operation, kind);
            if found.len() >= MOST_KINDS && !found.contains_key(&key) {
                continue;
            }
            let (group, _) = found
                .entry(key)
                .or_insert_with(|| (group(&sample, kind), sample));
            group.count += 1;
            group.injected += u64::from(sample.flags.contains(SampleFlags::FAULT_ENDED));
            group.first_us = group.first_us.min(sample.intended_us);
            group.last_us = group.last_us.max(sample.intended_us);
        }
        let names = self.run_operation_names(&run)?;
        let mut groups: Vec<FailureGroup> = found
            .into_values()
            .map(|(group, sample)| FailureGroup {
                operation: names.get(&sample.operation).cloned().unwrap_or_default(),
                sample: self.failure_sample(&plan, &sample),
                ..group
            })
            .collect();
        groups.sort_by(|a, b| b.count.cmp(&a.count).then(a.operation.cmp(&b.operation)));
        Ok(groups)
    }

    /// What is known of a sample; the recording may be gone.
    fn failure_sample(&self, plan: &Plan, sample: &Sample) -> FailureSample {
        let recording = self.store.recording(&plan.recording).ok();
        let exchange = recording.and_then(|recording| {
            let id = ExchangeId(sample.exchange);
            self.store.exchange(recording.id, id).ok().flatten()
        });
        let touched = plan.faults.iter().enumerate();
        FailureSample {
            exchange: sample.exchange,
            copy: sample.copy,
            at_us: sample.intended_us,
            response_us: sample.response_us(),
            request: exchange
                .as_ref()
                .map(|row| row.summary.clone())
                .unwrap_or_default(),
            recorded_status: exchange.and_then(|row| row.status),
            faults: touched
                .filter(|(index, _)| sample.faults >> (*index).min(31) & 1 == 1)
                .map(|(_, fault)| fault.to_string())
                .collect(),
        }
    }
}

fn group(sample: &Sample, kind: ErrorKind) -> FailureGroup {
    FailureGroup {
        operation: String::new(),
        kind: kind.to_string(),
        count: 0,
        injected: 0,
        first_us: sample.intended_us,
        last_us: sample.intended_us,
        sample: FailureSample::default(),
    }
}
