//! One side of a comparison: the runs of one build, taken together.

use std::collections::BTreeSet;

use super::slices::{Slices, class};
use super::{RunSamples, Source};
use crate::tick::share;

/// The runs of one side, in the order given.
#[derive(Clone, Copy)]
pub(super) struct Side<'a>(pub(super) &'a [RunSamples]);

impl<'a> Side<'a> {
    /// `old`, or `old-1, old-2, old-3`.
    pub(super) fn name(self) -> String {
        let names: Vec<&str> = self.0.iter().map(RunSamples::name).collect();
        names.join(", ")
    }

    /// Answers with a response time.
    pub(super) fn answered(self) -> u64 {
        self.0.iter().map(|run| run.total().answered()).sum()
    }

    pub(super) fn is_recording(self) -> bool {
        self.0.iter().any(|run| run.source() == Source::Recording)
    }

    pub(super) fn generator_late(self) -> bool {
        self.0.iter().any(RunSamples::generator_late)
    }

    pub(super) fn is_unfaithful(self) -> bool {
        self.0.iter().any(RunSamples::is_unfaithful)
    }

    /// The share (0.0 to 1.0) of its exchanges that a fault of its plan made fail.
    pub(super) fn injected_rate(self) -> f64 {
        let ended = self.totals().map(Slices::ended).sum();
        share(self.0.iter().map(RunSamples::injected_errors).sum(), ended)
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
        self.0.iter().map(RunSamples::total)
    }

    /// One operation, run by run; `None` when a run does not have it.
    pub(super) fn operation(self, name: &str) -> Option<Vec<&'a Slices>> {
        self.0
            .iter()
            .map(|run| run.operations().get(name))
            .collect()
    }

    /// The operations any of its runs has.
    pub(super) fn operations(self) -> BTreeSet<&'a str> {
        let runs = self.0.iter();
        runs.flat_map(|run| run.operations().keys().map(String::as_str))
            .collect()
    }

    /// How many answers of an operation took longer than `threshold_us`.
    pub(super) fn slower_than(self, operation: &str, threshold_us: u64) -> u64 {
        let above = class(threshold_us) + 1;
        let runs = self
            .0
            .iter()
            .filter_map(|run| run.operations().get(operation));
        runs.flat_map(Slices::all)
            .flat_map(|slice| slice.times.range(above..))
            .map(|(_, count)| u64::from(*count))
            .sum()
    }
}
