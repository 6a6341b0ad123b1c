//! What a comparison needs of a run: its samples, cut into slices of time. Bounded memory, so a
//! run's samples can be streamed in.

use std::collections::{BTreeMap, BTreeSet};

use super::held_up::{HeldUp, Lateness};
use super::slices::Slices;
use crate::accumulator::MAX_OPERATIONS;
use crate::{Digits, Histogram, Outcomes, Quantiles, Sample, SampleFlags, summary};

/// What the operations beyond the most that are told apart are called together.
const OTHER: &str = "other";

/// Where the latencies come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A run of Reprise.
    Run,
    /// The recording itself: its last bytes measure the recorded clients' bandwidth too.
    Recording,
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub struct RunSamples {
    name: String,
    source: Source,
    names: BTreeMap<u32, String>,
    measures_from_us: u64,
    measures_to_us: u64,
    duration_us: u64,
    total: Slices,
    operations: BTreeMap<String, Slices>,
    good_answers: Vec<f64>,
    outcomes: Outcomes,
    conflicting_answers: u64,
    injected_errors: u64,
    not_opened: u64,
    not_opened_in_all: u64,
    known_not_opened: bool,
    lateness: Histogram,
    response: Histogram,
    on_one_machine: bool,
    held_up: HeldUp,
    in_time: Option<Box<InTime>>,
}

/// A run as it would have been at best, had its generator never been late.
#[derive(Clone, Debug)]
struct InTime {
    lateness: Lateness,
    samples: RunSamples,
}

impl RunSamples {
    /// Nothing yet of the side called `name`, which lasted about `duration_us`; `operations` names
    /// the operation ids of its recording, so that runs of two recordings can be compared.
    pub fn new(
        name: impl Into<String>,
        source: Source,
        duration_us: u64,
        operations: BTreeMap<u32, String>,
    ) -> Self {
        Self {
            name: name.into(),
            source,
            names: operations,
            measures_from_us: 0,
            measures_to_us: u64::MAX,
            duration_us,
            total: Slices::new(duration_us),
            operations: BTreeMap::new(),
            good_answers: Vec::new(),
            outcomes: Outcomes::default(),
            conflicting_answers: 0,
            injected_errors: 0,
            not_opened: 0,
            not_opened_in_all: 0,
            known_not_opened: false,
            lateness: Histogram::new(Digits::Two),
            response: Histogram::new(Digits::Two),
            on_one_machine: false,
            held_up: HeldUp::new(duration_us),
            in_time: None,
        }
    }

    /// Its target is on the machine that plays it: what else that machine does slows both down.
    #[must_use]
    pub const fn on_one_machine(mut self, on_one_machine: bool) -> Self {
        self.on_one_machine = on_one_machine;
        self
    }

    /// So many of its exchanges failed since the generator could not open their connection ([`crate::Summary::not_opened`]),
    /// whichever those are.
    #[must_use]
    pub const fn with_not_opened(mut self, count: u64) -> Self {
        self.not_opened_in_all = count;
        self
    }

    /// Leaves what is intended before `from_us` of the run out: it was warming up.
    #[must_use]
    pub const fn measuring_from(mut self, from_us: u64) -> Self {
        self.measures_from_us = from_us;
        self
    }

    /// Leaves what is intended at `to_us` of the run or later out.
    #[must_use]
    pub const fn measuring_to(mut self, to_us: u64) -> Self {
        self.measures_to_us = to_us;
        self
    }

    /// At these moments of the run its plan begins or ends something, a fault or a stage of its rate: failures that
    /// come with it are no clump that chance made. Say first where the measuring begins.
    #[must_use]
    pub fn turning_at(mut self, turns_us: impl IntoIterator<Item = u64>) -> Self {
        let turns = turns_us.into_iter();
        let measured = turns.filter_map(|at_us| at_us.checked_sub(self.measures_from_us));
        let turns: BTreeSet<u64> = measured.filter(|at_us| *at_us > 0).collect();
        self.total.turn_at(&Vec::from_iter(turns));
        self
    }

    /// Takes one sample of a run; leaves out what is not measured.
    pub fn push(&mut self, sample: &Sample) {
        self.held_up.note(sample);
        self.known_not_opened |= sample.flags.contains(SampleFlags::NOT_OPENED);
        self.take(sample, 0, true);
    }

    /// Takes one sample once more, after all have been taken, in the order in which they ended. Of a run whose
    /// generator was late ([`Self::generator_late`]) a comparison wants to know how much that can explain, and
    /// judges nothing without.
    pub fn push_again(&mut self, sample: &Sample) {
        let in_time = self.in_time.take().unwrap_or_else(|| {
            Box::new(InTime {
                lateness: self.held_up.settled(),
                samples: self.emptied(),
            })
        });
        let in_time = self.in_time.insert(in_time);
        let earlier_us = in_time.lateness.explains_us(sample);
        let calm = !in_time.lateness.explains_failure(sample);
        in_time.samples.take(sample, earlier_us, calm);
    }

    /// The same run with nothing taken yet.
    fn emptied(&self) -> Self {
        let (name, names) = (self.name.clone(), self.names.clone());
        let mut emptied = Self::new(name, self.source, self.duration_us, names)
            .measuring_from(self.measures_from_us)
            .measuring_to(self.measures_to_us)
            .on_one_machine(self.on_one_machine)
            .with_not_opened(self.not_opened_in_all);
        emptied.total = self.total.emptied();
        emptied
    }

    /// Takes a sample as if it had ended so much earlier; whether it failed counts only of one from `calm` moments.
    fn take(&mut self, sample: &Sample, earlier_us: u64, calm: bool) {
        if !sample.is_measured(self.measures_from_us) || sample.intended_us >= self.measures_to_us {
            return;
        }
        // it never reached the target, which can do nothing for it
        if sample.flags.contains(SampleFlags::NOT_OPENED) {
            self.not_opened += 1;
            return;
        }
        self.outcomes[sample.outcome] += 1;
        self.conflicting_answers += u64::from(sample.is_conflicting_answer());
        self.lateness.record(sample.lateness_us());
        let failed = sample.outcome.is_failure();
        if failed && sample.flags.contains(SampleFlags::FAULT_ENDED) {
            self.injected_errors += 1;
        }
        let took_us = sample.response_us().saturating_sub(earlier_us);
        let took_us = sample.has_response_time().then_some(took_us);
        if let Some(took_us) = took_us {
            self.response.record(took_us);
        }
        if took_us.is_some() && !failed {
            let done_us = sample.done_us.saturating_sub(earlier_us);
            self.count_answer(done_us.saturating_sub(self.measures_from_us));
        }
        let at_us = sample.intended_us - self.measures_from_us;
        self.count(at_us, sample.operation, took_us, calm.then_some(failed));
    }

    /// An answer that came back after the end does not count for the throughput.
    fn count_answer(&mut self, done_us: u64) {
        if done_us >= self.duration_us {
            return;
        }
        let slice = self.total.slice_at(done_us);
        if slice >= self.good_answers.len() {
            self.good_answers.resize(slice + 1, 0.0);
        }
        self.good_answers[slice] += 1.0;
    }

    /// Takes one exchange of a recording: when it was sent (microseconds since the recording
    /// began), how long it took (`None` without an answer), and whether it failed.
    pub fn push_recorded(
        &mut self,
        at_us: u64,
        operation: u32,
        latency_us: Option<u64>,
        failed: bool,
    ) {
        if let Some(took_us) = latency_us.filter(|_| !failed) {
            self.count_answer(at_us.saturating_add(took_us));
        }
        self.count(at_us, operation, latency_us, Some(failed));
    }

    fn count(&mut self, at_us: u64, operation: u32, took_us: Option<u64>, failed: Option<bool>) {
        let record = |slices: &mut Slices| match failed {
            Some(failed) => slices.record(at_us, took_us, failed),
            None => {
                slices.record_time(at_us, took_us);
            }
        };
        record(&mut self.total);
        let full = self.operations.len() >= MAX_OPERATIONS;
        let name = match self.names.get(&operation) {
            Some(name) if !full || self.operations.contains_key(name) => name,
            None if !full => self
                .names
                .entry(operation)
                .or_insert_with(|| format!("#{operation}")),
            _ => OTHER,
        };
        if let Some(slices) = self.operations.get_mut(name) {
            record(slices);
        } else {
            let mut slices = self.total.emptied();
            record(&mut slices);
            self.operations.insert(name.to_owned(), slices);
        }
    }

    /// The name it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its latencies come from.
    pub const fn source(&self) -> Source {
        self.source
    }

    /// Whether the generator's own lateness taints it.
    pub fn generator_late(&self) -> bool {
        summary::is_generator_late(
            &Quantiles::of(&self.lateness),
            &Quantiles::of(&self.response),
        )
    }

    pub(super) const fn has_in_time(&self) -> bool {
        self.in_time.is_some()
    }

    /// The run without what the lateness of its generator can explain; itself when it was not late.
    pub(super) fn in_time(&self) -> &Self {
        match &self.in_time {
            Some(in_time) if self.generator_late() => &in_time.samples,
            _ => self,
        }
    }

    pub(super) fn late_p99_us(&self) -> u64 {
        Quantiles::of(&self.lateness).p99
    }

    /// Whether so many answers differ from the recorded ones that its latencies are of other work.
    pub fn is_unfaithful(&self) -> bool {
        summary::is_unfaithful(&self.outcomes, self.conflicting_answers)
    }

    pub(super) const fn is_on_one_machine(&self) -> bool {
        self.on_one_machine
    }

    /// How late the generator itself was in the middle: of three quantiles, since a few microseconds tell few apart.
    pub(super) fn middle_lateness_us(&self) -> f64 {
        let middle = [0.25, 0.5, 0.75].map(|quantile| self.lateness.quantile(quantile) as f64);
        middle.iter().sum::<f64>() / middle.len() as f64
    }

    /// How many of its exchanges a fault of its plan made fail.
    pub(super) const fn injected_errors(&self) -> u64 {
        self.injected_errors
    }

    /// How many of its exchanges are left out since the generator could not open their connection.
    pub(super) const fn not_opened(&self) -> u64 {
        self.not_opened
    }

    /// Whether there were such exchanges, and its samples do not say which: those of older versions do not.
    pub(super) const fn hides_not_opened(&self) -> bool {
        self.not_opened_in_all > 0 && !self.known_not_opened
    }

    /// Answers that were no failure, by the slice in which they came.
    pub(super) fn good_answers(&self) -> &[f64] {
        &self.good_answers
    }

    /// The same for each second measured.
    pub(super) fn answers_per_s(&self) -> f64 {
        let seconds = self.seconds();
        if seconds > 0.0 {
            // the sum of nothing would be -0
            self.good_answers.iter().fold(0.0, |sum, count| sum + count) / seconds
        } else {
            0.0
        }
    }

    /// How long it measured.
    pub(super) const fn seconds(&self) -> f64 {
        self.duration_us as f64 / 1e6
    }

    pub(super) const fn total(&self) -> &Slices {
        &self.total
    }

    pub(super) const fn operations(&self) -> &BTreeMap<String, Slices> {
        &self.operations
    }
}
