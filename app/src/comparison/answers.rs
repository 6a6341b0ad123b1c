//! What the runs of two sides answered differently: statuses counted from all samples, places and one example from the
//! answers that runs keep.

use std::collections::{BTreeMap, BTreeSet};

use reprise_measure::answers::{AnswerChange, AnswerExample, Beside, StatusChange, side_by_side};
use reprise_measure::{Outcome, Sample, Sides};
use reprise_replay::Mismatch;
use reprise_store::{ExchangeId, Run};

use super::veil::Veil;
use crate::{Error, Library};

/// A status whose share of the answers differs by no more than this is no change.
const LEAST_SHARE: f64 = 0.01;

/// So many answers kept at places of their own are a change, however rare they are.
const SOME: usize = 3;

/// What one side answered.
#[derive(Default)]
pub(super) struct Answered {
    operations: BTreeMap<String, Counts>,
    kept: Vec<Mismatch>,
}

/// What it answered to one operation.
#[derive(Default)]
struct Counts {
    answers: u64,
    differing: u64,
    statuses: BTreeMap<u16, u64>,
}

impl Answered {
    /// Takes what a run answered.
    pub(super) fn push(&mut self, operation: &str, sample: &Sample) {
        let has_answer = sample.first_byte_us.is_some();
        let whole = !matches!(
            sample.outcome,
            Outcome::Timeout | Outcome::Truncated | Outcome::Unfinished
        );
        if has_answer && whole {
            let differs = sample.outcome == Outcome::Mismatch;
            self.count(operation, sample.status, differs);
        }
    }

    /// Takes what was recorded.
    pub(super) fn push_recorded(&mut self, operation: &str, status: Option<u16>) {
        if let Some(status) = status {
            self.count(operation, status, false);
        }
    }

    fn count(&mut self, operation: &str, status: u16, differs: bool) {
        if !self.operations.contains_key(operation) {
            self.operations
                .insert(operation.to_owned(), Counts::default());
        }
        if let Some(counts) = self.operations.get_mut(operation) {
            counts.answers += 1;
            counts.differing += u64::from(differs);
            *counts.statuses.entry(status).or_default() += 1;
        }
    }

    /// Takes the answers that a run kept because they were not the recorded ones.
    pub(super) fn keep(&mut self, kept: Vec<Mismatch>) {
        self.kept.extend(kept);
    }

    /// How many kept answers of an operation differ at one of these places.
    fn kept_at(&self, operation: &str, places: &[String]) -> usize {
        let kept = self.kept.iter();
        kept.filter(|one| one.operation == operation && is_at(one, places))
            .count()
    }

    /// Every place of an operation at which a kept answer differs.
    fn places(&self, operation: &str) -> BTreeSet<&str> {
        let kept = self.kept.iter();
        let of = kept.filter(|one| one.operation == operation);
        of.flat_map(|one| one.places.iter().chain([&one.place]))
            .map(String::as_str)
            .collect()
    }
}

impl Library {
    /// What B answered otherwise than A, the operations with the most changed answers first. `of` is a run of B: its recording
    /// tells the requests.
    pub(super) fn answer_changes(
        &self,
        a: &Answered,
        b: &Answered,
        of: &Run,
    ) -> Result<Vec<AnswerChange>, Error> {
        let veil = Veil::new()?;
        let nothing = Counts::default();
        let mut changes = Vec::new();
        for (operation, of_b) in &b.operations {
            let of_a = a.operations.get(operation).unwrap_or(&nothing);
            if of_a.answers == 0 {
                continue;
            }
            let known = a.places(operation);
            let places = b.places(operation);
            let mut places: Vec<String> = places
                .difference(&known)
                .map(|place| (*place).to_owned())
                .collect();
            let statuses = status_changes(of_a, of_b);
            let differs_more = share(of_b.differing, of_b) - share(of_a.differing, of_a);
            let kept = b.kept_at(operation, &places);
            // one answer at a new place is no change of the code yet
            if kept < SOME && differs_more <= LEAST_SHARE {
                places.clear();
            }
            if statuses.is_empty() && places.is_empty() {
                continue;
            }
            let mut change = AnswerChange {
                operation: operation.clone(),
                answers: Sides {
                    a: of_a.answers,
                    b: of_b.answers,
                },
                differing: Sides {
                    a: of_a.differing,
                    b: of_b.differing,
                },
                statuses,
                places,
                example: None,
            };
            change.example = self.example(a, b, &change, of, &veil);
            changes.push(change);
        }
        changes.sort_by_key(|change| std::cmp::Reverse(changed(change)));
        Ok(changes)
    }

    /// One answer of B that changed so, beside A's or the recorded one.
    fn example(
        &self,
        a: &Answered,
        b: &Answered,
        change: &AnswerChange,
        of: &Run,
        veil: &Veil,
    ) -> Option<AnswerExample> {
        let statuses = || change.statuses.iter().map(|change| change.status);
        let has_status = |one: &Mismatch| {
            one.status != one.recorded_status && statuses().any(|new| new == one.status)
        };
        let of_operation = || {
            b.kept
                .iter()
                .filter(|one| one.operation == change.operation)
        };
        let new = of_operation()
            .find(|one| has_status(one))
            .or_else(|| of_operation().find(|one| is_at(one, &change.places)))?;
        let same = |one: &&Mismatch| one.exchange == new.exchange && one.copy == new.copy;
        let (a_is, a_status, answer) = match a.kept.iter().find(same) {
            Some(old) => (Beside::A, old.status, &old.answer),
            None => (Beside::Recording, new.recorded_status, &new.recorded_answer),
        };
        let request = self
            .store
            .exchange(of.recording, ExchangeId(new.exchange))
            .ok()
            .flatten();
        let is_new = |place: &&String| change.places.contains(place);
        let place = [&new.place].into_iter().chain(&new.places).find(is_new);
        Some(AnswerExample {
            exchange: new.exchange,
            request: request.map(|row| row.summary).unwrap_or_default(),
            place: place.unwrap_or(&new.place).clone(),
            a_is,
            a_status,
            b_status: new.status,
            lines: side_by_side(&veil.over(answer), &veil.over(&new.answer)),
        })
    }
}

/// Whether an answer differs at one of these places.
fn is_at(one: &Mismatch, places: &[String]) -> bool {
    let mut at = one.places.iter().chain([&one.place]);
    at.any(|place| places.contains(place))
}

fn share(n: u64, of: &Counts) -> f64 {
    n as f64 / of.answers.max(1) as f64
}

/// Statuses of one side only, or whose share differs.
fn status_changes(a: &Counts, b: &Counts) -> Vec<StatusChange> {
    let of = |counts: &Counts, status| counts.statuses.get(&status).copied().unwrap_or(0);
    let statuses: BTreeSet<u16> = a
        .statuses
        .keys()
        .chain(b.statuses.keys())
        .copied()
        .collect();
    let mut changes: Vec<StatusChange> = statuses
        .into_iter()
        .map(|status| StatusChange {
            status,
            a: of(a, status),
            b: of(b, status),
        })
        .filter(|change| {
            let differs = (share(change.a, a) - share(change.b, b)).abs() > LEAST_SHARE;
            differs || (change.a == 0 && change.b > 0)
        })
        .collect();
    changes.sort_by_key(|change| std::cmp::Reverse(change.b));
    // With no status that is more frequent in B, what is missing there is said by nothing else.
    let is_more = |change: &StatusChange| share(change.b, b) > share(change.a, a);
    if changes.iter().any(is_more) {
        changes.retain(is_more);
    }
    changes
}

/// How many answers a change concerns.
fn changed(change: &AnswerChange) -> u64 {
    let more = change.statuses.iter().map(|status| status.b);
    more.sum::<u64>() + change.differing.b
}
