//! Takes what the workers measured: adds it up, stores it, tells it, watches the checks. One thread; the
//! only one of a run that touches the store's writing side. Units: microseconds of the run.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use reprise_fault::Fault;
use reprise_measure::{
    Accumulator, CommandResult, Disturbed, Effects, RunFacts, Summary, Tick, WatchTick,
    WatchTotals, Watching, readable,
};
use reprise_store::{RunState, RunWriter, Store};
use serde_json::json;

use super::commands::Commands;
use super::control::{Control, Ending};
use super::disturbances::disturbances;
use super::event::{Event, Warning, WarningKind};
use super::probe::Probing;
use super::program::Program;
use super::proxies::Conducted;
use super::teller::Teller;
use crate::ReplayError;
use crate::mismatch::{Kept, Mismatch};
use crate::plan::Judged;
use crate::watch;
use crate::worker::outbox::Batch;

/// How often numbers are told.
const TELL_EVERY_US: u64 = 250_000;

/// How often they are stored.
const STORE_EVERY_US: u64 = 1_000_000;

/// With fewer exchanges than this no check ends a run: the first answers of a run prove nothing.
const ENOUGH_TO_JUDGE: u64 = 100;

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// How it ended.
    pub state: RunState,
    /// Its numbers.
    pub summary: Summary,
}

/// The collecting side of a run.
pub(crate) struct Collector {
    pub(crate) program: Arc<Program>,
    pub(crate) control: Control,
    pub(crate) batches: Receiver<Batch>,
    pub(crate) probes: Vec<Probing>,
    pub(crate) watching: watch::Watching,
    pub(crate) proxies: Conducted,
    pub(crate) commands: Commands,
    pub(crate) teller: Teller,
    pub(crate) store: Store,
    pub(crate) run: RunWriter,
    pub(crate) totals: Totals,
}

/// What has been added up.
pub(crate) struct Totals {
    pub(crate) accumulator: Accumulator,
    facts: RunFacts,
    second: Option<Tick>,
    /// Exchanges counted as planned since the last tick that nobody asked to be sent.
    left_out: u64,
    told_us: u64,
    /// The lateness last warned of: it is told again when it is five times as bad.
    told_late_us: u64,
    retired: u64,
    /// How many are kept, by operation.
    mismatches: BTreeMap<String, Kept>,
    checks: Vec<Watching>,
    commands: Vec<CommandResult>,
    watched: WatchTotals,
    failure: Option<ReplayError>,
}

impl Totals {
    pub(crate) fn new(program: &Program, checks: Vec<Judged>) -> Self {
        let prepared = &program.prepared;
        let warm_up_us = prepared.plan.warm_up_us();
        let mut watched = Vec::new();
        let mut watching = Vec::new();
        for judged in checks {
            let check = &judged.check;
            let named = |(_, known): &(&u32, &String)| Some(known.as_str()) == check.operation();
            let operation = prepared.operations.iter().find(named).map(|(id, _)| *id);
            watched.extend(operation.filter(|_| check.needs_ticks()));
            watching.push(judged.watched(operation, warm_up_us));
        }
        let facts = RunFacts {
            duration_us: 0,
            operations: prepared.operations.clone(),
            faults: prepared.plan.faults.iter().map(Fault::counted_as).collect(),
            ..RunFacts::default()
        };
        Self {
            accumulator: Accumulator::new(watched).measuring_from(warm_up_us),
            facts,
            second: None,
            left_out: 0,
            told_us: 0,
            told_late_us: 0,
            retired: 0,
            mismatches: BTreeMap::new(),
            checks: watching,
            commands: Vec::new(),
            watched: WatchTotals::measuring_from(warm_up_us),
            failure: None,
        }
    }
}

impl Collector {
    /// Collects until every worker has gone, then ends the run.
    ///
    /// # Errors
    /// The store failed; what was committed before is kept.
    pub(crate) fn run(mut self) -> Result<Ended, ReplayError> {
        loop {
            let now_us = self.program.origin.now_us();
            let next_us = self.totals.told_us + TELL_EVERY_US;
            if now_us >= next_us {
                self.tick(next_us);
                continue;
            }
            match self
                .batches
                .recv_timeout(Duration::from_micros(next_us - now_us))
            {
                Ok(batch) => self.take(batch),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        self.finish()
    }

    fn take(&mut self, mut batch: Batch) {
        if let Some((kind, message)) = batch.warning.take() {
            self.teller
                .warn(self.program.origin.now_us(), kind, message);
        }
        let totals = &mut self.totals;
        totals.accumulator.planned(batch.planned);
        totals.left_out += batch.left_out;
        for _ in 0..batch.sent {
            totals.accumulator.sent();
        }
        for (reason, count) in batch.skipped.iter() {
            totals.accumulator.skipped(reason.name(), count);
        }
        for sample in &batch.samples {
            totals.accumulator.ended(sample);
        }
        totals.accumulator.returned(&batch.rows);
        let now_us = self.program.origin.now_us();
        if batch.reanchored > 0 {
            totals.facts.reanchored += batch.reanchored;
            let message = format!(
                "{} so far: lanes were more than five seconds behind and anchored anew",
                readable::counted(totals.facts.reanchored, "time")
            );
            self.teller.warn(now_us, WarningKind::LanesBehind, message);
            let event = json!({"kind": "lanes_behind", "lanes": batch.reanchored});
            let noted = self.run.note(now_us, event);
            self.stored(noted);
        }
        if batch.stood_still_us > 0 {
            self.stood_still(batch.stood_still_us, now_us);
        }
        for mismatch in std::mem::take(&mut batch.mismatches) {
            self.keep(mismatch, now_us);
        }
        if batch.values_missing > 0 {
            self.totals.facts.values_missing += batch.values_missing;
            let message = format!(
                "{} so far with a recorded value, because the answer that gives the target's own did not come",
                readable::counted(self.totals.facts.values_missing, "request")
            );
            self.teller
                .warn(now_us, WarningKind::ValuesMissing, message);
            let event = json!({"kind": "values_missing", "requests": batch.values_missing});
            let noted = self.run.note(now_us, event);
            self.stored(noted);
        }
        self.totals.retired += batch.retired;
        let generator = &mut self.totals.facts.generator;
        generator.add(&batch.generator);
        if batch.generator.collector_behind > 0 {
            let times = generator.collector_behind;
            let message = format!("the collector was behind {times} times");
            self.teller
                .warn(now_us, WarningKind::CollectorSlow, message);
        }
        if !batch.samples.is_empty() {
            let added = self.run.add_samples(&batch.samples);
            self.stored(added);
        }
    }

    fn stood_still(&mut self, lasted_us: u64, now_us: u64) {
        self.totals.facts.stood_still_us += lasted_us;
        let message = format!(
            "this program stood still for {} (it was stopped, or its machine was): taken for a pause, and what was due \
             then is sent from now on; answers that came meanwhile were read late",
            readable::duration(lasted_us)
        );
        self.teller.warn(now_us, WarningKind::StoodStill, message);
        let event = json!({"kind": "stood_still", "lasted_us": lasted_us});
        let noted = self.run.note(now_us, event);
        self.stored(noted);
    }

    /// Keeps a mismatch with both answers, unless there are enough of its operation, and some at its places.
    fn keep(&mut self, mismatch: Mismatch, now_us: u64) {
        let of_operation = self
            .totals
            .mismatches
            .entry(mismatch.operation.clone())
            .or_default();
        if !of_operation.takes(&mismatch.places) {
            return;
        }
        let noted = self.run.note(now_us, mismatch.into_event());
        self.stored(noted);
    }

    /// Ends a quarter of a second at `end_us`, and with every fourth the second that is stored.
    fn tick(&mut self, end_us: u64) {
        let begin_us = self.totals.told_us;
        self.totals.told_us = end_us;
        let mut tick = self
            .totals
            .accumulator
            .take_tick(begin_us, end_us - begin_us);
        // the rate asked for is of what is to be sent
        let left_out = std::mem::take(&mut self.totals.left_out);
        tick.planned = tick.planned.saturating_sub(left_out);
        self.hear_others(end_us);
        let probes = self.probes.iter_mut();
        tick.probes = probes
            .map(|probe| probe.tick(begin_us, end_us - begin_us))
            .collect();
        tick.watch = self.hear_sources();
        match &mut self.totals.second {
            Some(second) => second.merge(&tick),
            None => self.totals.second = Some(tick.clone()),
        }
        self.teller.tell(Event::Tick(Box::new(tick)));
        if end_us.is_multiple_of(STORE_EVERY_US) {
            self.end_second();
        }
    }

    /// Takes what watched sources told, and says of which have fallen silent.
    fn hear_sources(&mut self) -> Vec<WatchTick> {
        let told: Vec<watch::Told> = self.watching.told().collect();
        let mut ticks = Vec::new();
        for watch::Told { at_us, tick } in told {
            let fell_silent = self.totals.watched.add(at_us, &tick);
            if let Some(why) = tick.gap.as_ref().filter(|_| fell_silent) {
                let message = format!("{} tells nothing: {why}", tick.source);
                let event = json!({"kind": "watch", "source": &tick.source, "why": why});
                self.teller.warn(at_us, WarningKind::Watch, message);
                let noted = self.run.note(at_us, event);
                self.stored(noted);
            }
            ticks.push(tick);
        }
        ticks
    }

    /// Takes what commands and proxies had to say.
    fn hear_others(&mut self, now_us: u64) {
        for warning in self.proxies.warnings() {
            let event = json!({"kind": "proxy", "message": &warning});
            self.teller.warn(now_us, WarningKind::Proxy, warning);
            let noted = self.run.note(now_us, event);
            self.stored(noted);
        }
        let ended = self.commands.ended();
        self.keep_commands(ended);
    }

    fn keep_commands(&mut self, ended: Vec<CommandResult>) {
        for result in ended {
            if !result.failure.is_empty() {
                let last = result.output.trim_end().lines().next_back();
                let said = last.map_or_else(String::new, |line| format!(": {line}"));
                let message = format!("the command '{}' {}{said}", result.command, result.failure);
                self.teller.tell(Event::Warning(Warning {
                    at_us: result.at_us,
                    kind: WarningKind::CommandFailed,
                    message,
                }));
            }
            self.totals.commands.push(result);
        }
    }

    fn end_second(&mut self) {
        let Some(second) = self.totals.second.take() else {
            return;
        };
        let added = self.run.add_tick(&second);
        self.stored(added);
        self.watch(&second);
        let mut summary = self.summary();
        summary.judge(&self.totals.checks);
        let now_us = self.totals.told_us;
        let worse = summary.lateness_us.p99 >= self.totals.told_late_us.saturating_mul(5);
        if summary.generator_late && worse && summary.measured().total() >= ENOUGH_TO_JUDGE {
            self.totals.told_late_us = summary.lateness_us.p99;
            let late = readable::duration(summary.lateness_us.p99);
            let message =
                format!("the generator is late (p99 {late}); these numbers are not the server's");
            self.teller
                .warn(now_us, WarningKind::GeneratorLate, message);
        }
        self.watch_checks(&summary, now_us);
        let stored = self.run.checkpoint(&summary);
        self.stored(stored);
    }

    fn watch(&mut self, second: &Tick) {
        for check in &mut self.totals.checks {
            check.tick(second);
        }
    }

    fn watch_checks(&mut self, summary: &Summary, now_us: u64) {
        let plan = &self.program.prepared.plan;
        if !plan.abort_on_fail
            || now_us / 1_000 < plan.abort_after_ms
            || summary.measured().total() < ENOUGH_TO_JUDGE
            || self.control.ending() != Ending::No
        {
            return;
        }
        // a check without a value has seen nothing yet
        let failed = summary
            .checks
            .iter()
            .find(|check| !check.held && check.value.is_some());
        if let Some(failed) = failed {
            let message = format!(
                "{} does not hold ({}): ending",
                failed.check, failed.readable
            );
            self.teller.warn(now_us, WarningKind::CheckFailed, message);
            self.control.end(Ending::Aborted);
        }
    }

    /// Ends the run when the store cannot take any more; the first failure is the one reported.
    fn stored(&mut self, result: Result<(), reprise_store::Error>) {
        let Err(error) = result else { return };
        if self.totals.failure.is_none() {
            let now_us = self.program.origin.now_us();
            self.teller.warn(
                now_us,
                WarningKind::StoreFailed,
                format!("failed to {error}"),
            );
            self.totals.failure = Some(ReplayError::Store(error));
            self.control.end(Ending::Failed);
        }
    }

    fn summary(&mut self) -> Summary {
        self.totals.facts.duration_us = self.program.origin.now_us();
        let mut summary = self.totals.accumulator.summary(&self.totals.facts);
        summary.probes = self.probes.iter().map(Probing::summary).collect();
        summary.watch = self.totals.watched.summary();
        summary.commands.clone_from(&self.totals.commands);
        let plan = &self.program.prepared.plan;
        for (index, disturbance) in self.proxies.disturbances() {
            let fault = plan.faults.get(index).map(Fault::counted_as);
            let counts = fault.and_then(|name| summary.faults.get_mut(&name));
            if let (Some(counts), Some(injection)) = (counts, disturbance.injection) {
                counts.injected += injection.struck;
            }
        }
        summary
    }

    /// What faults and commands did to the run, from its stored samples.
    fn effects(&self, summary: &Summary) -> Result<Effects, reprise_store::Error> {
        let plan = &self.program.prepared.plan;
        let ended_us = summary.duration_ms.saturating_mul(1_000);
        let disturbances = disturbances(plan, self.proxies.disturbances(), summary);
        let operations = summary.operations.iter();
        let operations = operations.filter_map(|row| Some((row.id?, row.operation.clone())));
        let mut disturbed = Disturbed::new(disturbances, operations, plan.warm_up_us(), ended_us);
        if disturbed.is_calm() {
            return Ok(Effects::default());
        }
        self.run.commit()?;
        for sample in self.store.samples(self.run.id()) {
            disturbed.push(&sample?);
        }
        Ok(disturbed.effects())
    }

    /// What users saw while faults of proxies were on, beside what those injected.
    fn count_seen(&self, effects: &Effects, summary: &mut Summary) {
        let faults = &self.program.prepared.plan.faults;
        for seen in &effects.amplification {
            let fault = faults.iter().find(|fault| fault.to_string() == seen.fault);
            let counts = fault.and_then(|fault| summary.faults.get_mut(&fault.counted_as()));
            if let Some(counts) = counts {
                counts.observed_errors += seen.total.failed;
            }
        }
    }

    fn finish(mut self) -> Result<Ended, ReplayError> {
        self.proxies.finish();
        let ended = self.commands.finish();
        self.keep_commands(ended);
        self.probes.iter().for_each(Probing::stop);
        self.probes.iter_mut().for_each(Probing::finish);
        self.watching.stop();
        let now_us = self.program.origin.now_us().max(self.totals.told_us + 1);
        self.tick(now_us);
        if let Some(second) = self.totals.second.take() {
            let added = self.run.add_tick(&second);
            self.stored(added);
            self.watch(&second);
        }
        self.totals.checks.iter_mut().for_each(Watching::end);
        let mut summary = self.summary();
        match self.effects(&summary) {
            Ok(effects) => {
                self.count_seen(&effects, &mut summary);
                summary.effects = effects;
            }
            Err(error) => self.stored(Err(error)),
        }
        summary.judge(&self.totals.checks);
        let state = match self.control.ending() {
            Ending::No => RunState::Complete,
            Ending::Stopped => RunState::Stopped,
            Ending::Aborted => RunState::Aborted,
            Ending::Failed => RunState::Failed,
        };
        if let Some(failure) = self.totals.failure.take() {
            return Err(failure);
        }
        self.run.finish(state, &summary)?;
        drop(self.store);
        self.teller.tell(Event::Finished {
            state,
            summary: Box::new(summary.clone()),
        });
        Ok(Ended { state, summary })
    }
}
