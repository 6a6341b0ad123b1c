//! What went wrong on purpose for a while, and what the run made of it: how much of what was injected its users
//! saw (amplification), and how long they felt it afterwards (recovery). Units: microseconds of the run.
//!
//! Exchanges belong to the moment they were intended: who came while a fault was on saw the fault, however
//! long the answer then took.

mod amplification;
mod episode;
mod recovery;
mod second;
#[cfg(test)]
mod tests;
mod words;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use amplification::{Amplification, Seen};
pub use recovery::{Recovered, Recovery, RecoveryState};

use crate::{Outcome, Sample, Tick};
use episode::{Episode, episodes};
use second::{SECOND_US, Second, Series};

/// A fault or a command of a run, with when it was on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Disturbance {
    /// What people know it by: a fault as it is written, a command.
    pub what: String,
    /// When it was on, in order; each end excluded.
    pub spans: Vec<(u64, u64)>,
    /// What a proxy did, when it is a fault of one.
    pub injection: Option<Injection>,
}

/// What a proxy fault did in the spans in which it was on.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Injection {
    /// The proxy.
    pub proxy: String,
    /// How many of its exchanges, or connections, the fault struck.
    pub struck: u64,
    /// How many there were while it was on.
    pub of: u64,
    /// Whether connections were counted, not exchanges.
    pub connections: bool,
}

/// What disturbances did to a run.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Effects {
    /// For each proxy fault, what users saw of it.
    pub amplification: Vec<Amplification>,
    /// For each stretch of disturbance, how long the run took to be as before.
    pub recovery: Vec<Recovery>,
}

/// Stretches of disturbance that are looked at; what comes later in a run is not.
const MOST_EPISODES: usize = 20;

/// Operations that are looked at, the most frequent ones.
const MOST_OPERATIONS: usize = 40;

/// Takes a run's samples and says what disturbances did to it. Bounded: seconds around so many disturbances, for
/// so many operations.
#[derive(Clone, Debug)]
pub struct Disturbed {
    disturbances: Vec<Disturbance>,
    episodes: Vec<Episode>,
    /// The operations that are kept apart: their names by id.
    operations: BTreeMap<u32, String>,
    measures_from_us: u64,
    before: Vec<Counted>,
    after: Vec<Counted>,
    during: Vec<Counted>,
}

/// All exchanges of a stretch of time, and those of each operation, second by second.
#[derive(Clone, Debug, Default)]
struct Counted {
    total: Series,
    operations: BTreeMap<u32, Series>,
}

impl Counted {
    fn count(&mut self, second: u64, sample: &Sample, kept: bool) {
        let second = u32::try_from(second).unwrap_or(u32::MAX);
        count(self.total.at(second), sample);
        if kept {
            let series = self.operations.entry(sample.operation).or_default();
            count(series.at(second), sample);
        }
    }
}

/// An answer still outstanding when the run ended says how long it took at least, and nothing else.
fn count(second: &mut Second, sample: &Sample) {
    let open = sample.outcome == Outcome::Unfinished;
    if !open {
        second.ended += 1;
        second.failed += u64::from(sample.outcome.is_failure());
    }
    if open || sample.has_response_time() {
        second.took(sample.response_us());
    }
}

impl Disturbed {
    /// Nothing yet of a run that ended at `ended_us` and measured from `measures_from_us` on; `operations` are
    /// its operations with their names, the most frequent first.
    pub fn new(
        disturbances: Vec<Disturbance>,
        operations: impl IntoIterator<Item = (u32, String)>,
        measures_from_us: u64,
        ended_us: u64,
    ) -> Self {
        let mut episodes = episodes(&disturbances, ended_us);
        episodes.truncate(MOST_EPISODES);
        let none = |count| vec![Counted::default(); count];
        Self {
            before: none(episodes.len()),
            after: none(episodes.len()),
            during: none(disturbances.len()),
            operations: operations.into_iter().take(MOST_OPERATIONS).collect(),
            disturbances,
            episodes,
            measures_from_us,
        }
    }

    /// Whether there is nothing to be said.
    pub fn is_calm(&self) -> bool {
        self.episodes.is_empty()
    }

    /// Takes one sample; leaves out what is not measured.
    pub fn push(&mut self, sample: &Sample) {
        if !sample.is_measured(self.measures_from_us) {
            return;
        }
        let at_us = sample.intended_us;
        let kept = self.operations.contains_key(&sample.operation);
        for (episode, (before, after)) in self
            .episodes
            .iter()
            .zip(self.before.iter_mut().zip(&mut self.after))
        {
            if episode.is_before(at_us) {
                before.count((episode.from_us - 1 - at_us) / SECOND_US, sample, kept);
            } else if episode.is_after(at_us) {
                after.count((at_us - episode.to_us) / SECOND_US, sample, kept);
            }
        }
        for (disturbance, during) in self.disturbances.iter().zip(&mut self.during) {
            let is_on = |(from, to): &(u64, u64)| (*from..*to).contains(&at_us);
            if disturbance.injection.is_some() && disturbance.spans.iter().any(is_on) {
                during.count(at_us / SECOND_US % MOST_SECONDS, sample, kept);
            }
        }
    }

    /// Takes one tick of a run that is still on, in the place of its samples: all exchanges together, by when they
    /// ended. What comes of it is a first reading; the samples have the last word.
    pub fn push_tick(&mut self, tick: &Tick) {
        let at_us = tick.start_us;
        if at_us < self.measures_from_us {
            return;
        }
        let around = self.before.iter_mut().zip(&mut self.after);
        for (episode, (before, after)) in self.episodes.iter().zip(around) {
            let (counted, second) = if episode.is_before(at_us) {
                (before, (episode.from_us - 1 - at_us) / SECOND_US)
            } else if episode.is_after(at_us) {
                (after, (at_us - episode.to_us) / SECOND_US)
            } else {
                continue;
            };
            let second = u32::try_from(second).unwrap_or(u32::MAX);
            counted.total.at(second).add(tick);
        }
    }

    /// What the disturbances did.
    pub fn effects(&self) -> Effects {
        let recovery = self.recovery();
        let amplification = self
            .disturbances
            .iter()
            .zip(&self.during)
            .filter_map(|(disturbance, during)| self.amplification(disturbance, during))
            .collect();
        Effects {
            amplification,
            recovery,
        }
    }

    /// Whom a series is about, and its name: everything first, then each operation.
    fn everyone(&self) -> impl Iterator<Item = (Option<u32>, Option<&String>)> {
        let operations = self.operations.iter();
        let operations = operations.map(|(id, name)| (Some(*id), Some(name)));
        std::iter::once((None, None)).chain(operations)
    }
}

/// A disturbance of more seconds than this is counted in so many parts.
const MOST_SECONDS: u64 = 600;

impl Counted {
    /// The series of everything, or of one operation.
    fn of(&self, operation: Option<u32>) -> Option<&Series> {
        match operation {
            None => Some(&self.total),
            Some(id) => self.operations.get(&id),
        }
    }
}
