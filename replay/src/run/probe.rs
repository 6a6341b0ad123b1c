//! Probes beside a run: each on its own thread and connections, added up apart from the load.

mod plain;
mod recorded;

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, unbounded};
use reprise_measure::{Accumulator, ProbeSummary, ProbeTick, RunFacts};
use reprise_store::Store;

use super::Targets;
use super::control::{Control, Ending};
use super::program::Program;
use crate::plan::Watch;
use crate::prepare::Prepared;
use crate::worker::outbox::Batch;
use crate::{Plan, ReplayError};

/// One probe that is on.
#[derive(Debug)]
pub(crate) struct Probing {
    name: String,
    accumulator: Accumulator,
    control: Control,
    batches: Receiver<Batch>,
    /// Taken when it has been waited for.
    thread: Option<JoinHandle<std::io::Result<()>>>,
}

/// What each of the plan's probes sends, where that is recorded; before anything is stored or sent.
///
/// # Errors
/// A probe asks for what the plan or the recording does not have.
pub(crate) fn prepare(plan: &Plan, store: &Store) -> Result<Vec<Option<Prepared>>, ReplayError> {
    validate(plan)?;
    let prepared = plan.probes.iter().map(|probe| match probe.watch {
        Watch::Lane(_) | Watch::Operation(_) => recorded::prepare(plan, probe, store).map(Some),
        Watch::Http { .. } | Watch::Sql(_) => Ok(None),
    });
    prepared.collect()
}

/// Starts the plan's probes; `prepared` is what each of them sends.
///
/// # Errors
/// A target's certificates cannot be had, or a thread cannot be started.
pub(crate) fn start(
    program: &Arc<Program>,
    prepared: Vec<Option<Prepared>>,
    targets: &Targets,
    store: &Store,
) -> Result<Vec<Probing>, ReplayError> {
    let plan = &program.prepared.plan;
    let mut http = targets.probes.iter();
    let mut probes = Vec::new();
    for (probe, prepared) in plan.probes.iter().zip(prepared) {
        let (to, batches) = unbounded();
        let control = Control::of_probe();
        let started = match (&probe.watch, prepared) {
            (_, Some(prepared)) => recorded::start(program, prepared, control.clone(), to, store)?,
            (Watch::Http { path, .. }, None) => {
                let target = http.next().ok_or(ReplayError::TargetsDiffer)?;
                plain::start_http(program, target, path, control.clone(), to)?
            }
            (Watch::Sql(sql), None) => plain::start_sql(program, sql, control.clone(), to)?,
            (Watch::Lane(_) | Watch::Operation(_), None) => continue,
        };
        probes.push(Probing {
            name: probe.name.clone(),
            accumulator: Accumulator::new(Vec::new()).measuring_from(plan.warm_up_us()),
            control,
            batches,
            thread: Some(started),
        });
    }
    Ok(probes)
}

/// Whether two probes have one name, or one watches what the plan does not send to.
fn validate(plan: &Plan) -> Result<(), ReplayError> {
    for (index, probe) in plan.probes.iter().enumerate() {
        let why = if plan
            .probes
            .iter()
            .take(index)
            .any(|other| other.name == probe.name)
        {
            "another probe has its name"
        } else if matches!(probe.watch, Watch::Sql(_)) && plan.mysql.is_none() {
            "there is no MySQL target; give one with --mysql"
        } else {
            continue;
        };
        return Err(ReplayError::Probe {
            probe: probe.name.clone(),
            why,
        });
    }
    Ok(())
}

impl Probing {
    /// What it measured since the last tick.
    pub(crate) fn tick(&mut self, start_us: u64, duration_us: u64) -> ProbeTick {
        while let Ok(batch) = self.batches.try_recv() {
            self.add(&batch);
        }
        ProbeTick::of(
            &self.name,
            self.accumulator.take_tick(start_us, duration_us),
        )
    }

    /// What it measured so far.
    pub(crate) fn summary(&self) -> ProbeSummary {
        let summary = self.accumulator.summary(&RunFacts::default());
        ProbeSummary::of(&self.name, summary)
    }

    /// Asks it to end.
    pub(crate) fn stop(&self) {
        self.control.end(Ending::Stopped);
    }

    /// Waits for its end and takes what is left.
    pub(crate) fn finish(&mut self) {
        while let Ok(batch) = self.batches.recv() {
            self.add(&batch);
        }
        if let Some(thread) = self.thread.take() {
            // a probe that failed has fewer samples; the run stands without it
            let _ = thread.join();
        }
    }

    fn add(&mut self, batch: &Batch) {
        self.accumulator.planned(batch.planned);
        for _ in 0..batch.sent {
            self.accumulator.sent();
        }
        for (reason, count) in batch.skipped.iter() {
            self.accumulator.skipped(reason.name(), count);
        }
        for sample in &batch.samples {
            self.accumulator.ended(sample);
        }
    }
}
