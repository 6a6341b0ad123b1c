//! One side of a comparison: the runs of one build, taken together.

use std::collections::BTreeSet;

use super::slices::{Slices, class};
use super::{RunSamples, Source};
use crate::tick::share;

/// The runs of one side, in the order given.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    runs: &'a [RunSamples],
    in_time: bool,
}

impl<'a> Side<'a> {
    /// The runs as they were measured.
    pub(super) const fn new(runs: &'a [RunSamples]) -> Self {
        Self {
            runs,
            in_time: false,
        }
    }

    /// The same runs without all that the lateness of their generator can explain.
    pub(super) const fn in_time(self) -> Self {
        Self {
            in_time: true,
            ..self
        }
    }

    /// Whether it is known of every run whose generator was late what that can explain.
    pub(super) fn knows_what_lateness_explains(self) -> bool {
        let mut late = self.runs().filter(|run| run.generator_late());
        late.all(RunSamples::has_in_time)
    }

    pub(super) fn runs(self) -> impl Iterator<Item = &'a RunSamples> {
        let runs = self.runs.iter();
        runs.map(move |run| if self.in_time { run.in_time() } else { run })
    }

    /// How many runs.
    pub(super) const fn len(self) -> usize {
        self.runs.len()
    }

    /// `old`, or `old-1, old-2, old-3`.
    pub(super) fn name(self) -> String {
        let names: Vec<&str> = self.runs().map(RunSamples::name).collect();
        names.join(", ")
    }

    /// Answers with a response time.
    pub(super) fn answered(self) -> u64 {
        self.runs().map(|run| run.total().answered()).sum()
    }

    pub(super) fn is_recording(self) -> bool {
        self.runs().any(|run| run.source() == Source::Recording)
    }

    pub(super) fn generator_late(self) -> bool {
        self.runs().any(RunSamples::generator_late)
    }

    /// The p99 of the lateness of the run that was latest.
    pub(super) fn late_p99_us(self) -> u64 {
        let runs = self.runs().map(RunSamples::late_p99_us);
        runs.max().unwrap_or(0)
    }

    pub(super) fn is_unfaithful(self) -> bool {
        self.runs().any(RunSamples::is_unfaithful)
    }

    /// The share (0.0 to 1.0) of its exchanges that a fault of its plan made fail.
    pub(super) fn injected_rate(self) -> f64 {
        let ended = self.totals().map(Slices::ended).sum();
        share(self.runs().map(RunSamples::injected_errors).sum(), ended)
    }

    /// How many exchanges are left out since the generator could not open their connection.
    pub(super) fn not_opened(self) -> u64 {
        self.runs().map(RunSamples::not_opened).sum()
    }

    /// The share (0.0 to 1.0) of all exchanges that those are.
    pub(super) fn not_opened_rate(self) -> f64 {
        let ended: u64 = self.totals().map(Slices::ended).sum();
        share(self.not_opened(), ended + self.not_opened())
    }

    /// Whether a run had such exchanges and does not say which.
    pub(super) fn hides_not_opened(self) -> bool {
        self.runs().any(RunSamples::hides_not_opened)
    }

    /// The least number of slices of time a run of it has.
    pub(super) fn least_slices(self) -> usize {
        let slices = self.totals().map(|total| total.all().len());
        slices.min().unwrap_or(0)
    }

    /// How long the shortest run measured, in microseconds.
    pub(super) fn shortest_us(self) -> u64 {
        let lengths = self
            .totals()
            .map(|total| total.length_us() * total.all().len() as u64);
        lengths.min().unwrap_or(0)
    }

    /// Every exchange, run by run.
    pub(super) fn totals(self) -> impl Iterator<Item = &'a Slices> {
        self.runs().map(RunSamples::total)
    }

    /// One operation, run by run; `None` when a run does not have it.
    pub(super) fn operation(self, name: &str) -> Option<Vec<&'a Slices>> {
        self.runs().map(|run| run.operations().get(name)).collect()
    }

    /// The operations any of its runs has.
    pub(super) fn operations(self) -> BTreeSet<&'a str> {
        self.runs()
            .flat_map(|run| run.operations().keys().map(String::as_str))
            .collect()
    }

    /// How many answers of an operation took longer than `threshold_us`.
    pub(super) fn slower_than(self, operation: &str, threshold_us: u64) -> u64 {
        let above = class(threshold_us) + 1;
        let runs = self
            .runs()
            .filter_map(|run| run.operations().get(operation));
        runs.flat_map(Slices::all)
            .flat_map(|slice| slice.times.range(above..))
            .map(|(_, count)| u64::from(*count))
            .sum()
    }
}
