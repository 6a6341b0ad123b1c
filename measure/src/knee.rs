//! Where it breaks: raises a rate until something fails, closes in on the edge, and tries the edge again, since one unlucky
//! step must not decide. Pure: it says which rate to try next and is told how that went. Unit: times the recorded rate.

mod first;
mod found;
mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use first::{FirstToBreak, StepOperation, first_to_break};
pub use found::{KneeAnswer, KneeStep};

/// How a rate went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tried {
    /// Every check held.
    Held,
    /// A check failed: the target is past its edge.
    Failed,
    /// The generator could not keep up: nothing is known of the target here.
    GeneratorLimited,
}

/// What the search is allowed.
#[derive(Clone, Copy, Debug, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Bounds {
    /// The first rate that is tried.
    pub from: f64,
    /// No rate above this is tried.
    pub to: f64,
    /// How near the edge's two sides shall come: 0.05 is 5 % of the rate.
    pub within: f64,
}

/// Between which rates the edge is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Edge {
    /// The highest rate that holds; `None` when not even the first did.
    pub holds: Option<f64>,
    /// The lowest rate above it that does not; `None` when everything up to the bound held.
    pub fails: Option<f64>,
}

/// A rate whose tries disagree is tried until one answer leads by this many, at most [`MOST_TRIES`] times.
const LEAD: i32 = 2;

/// So often at most is one rate tried; what still disagrees then counts as failed.
const MOST_TRIES: usize = 5;

/// The search for the edge.
#[derive(Clone, Debug)]
pub struct Knee {
    bounds: Bounds,
    /// Every rate that was tried with how it went, in the order of trying.
    tries: Vec<(f64, Tried)>,
}

impl Knee {
    /// Begins a search.
    pub const fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            tries: Vec::new(),
        }
    }

    /// The next rate to try; `None` when the edge is known as well as was asked.
    pub fn next(&self) -> Option<f64> {
        let edge = self.edge();
        match (edge.holds, edge.fails) {
            (None, None) => Some(self.bounds.from),
            (None, Some(fails)) => self.unsure(fails),
            (Some(holds), None) if holds >= self.bounds.to => self.unsure(holds),
            (Some(holds), None) => Some((holds * 2.0).min(self.bounds.to)),
            (Some(holds), Some(fails)) if fails > holds * (1.0 + self.bounds.within) => {
                Some(between(holds, fails))
            }
            (Some(holds), Some(fails)) => self.unsure(fails).or_else(|| self.unsure(holds)),
        }
    }

    /// How the rate that [`Self::next`] said went.
    pub fn tried(&mut self, rate: f64, how: Tried) {
        self.tries.push((rate, how));
    }

    /// What is known of the edge. A rate that failed above one that held later is no contradiction: the lower end
    /// is the highest rate that holds below every rate that does not.
    pub fn edge(&self) -> Edge {
        let mut rates: Vec<f64> = self.tries.iter().map(|(rate, _)| *rate).collect();
        rates.sort_by(f64::total_cmp);
        rates.dedup();
        let fails = rates.iter().copied().find(|rate| !self.holds(*rate));
        let below = |rate: &f64| fails.is_none_or(|fails| *rate < fails);
        Edge {
            holds: rates.iter().copied().rfind(below),
            fails,
        }
    }

    /// Whether the generator, not a check, is what failed at `rate`.
    pub fn is_generator_limited(&self, rate: f64) -> bool {
        let limited = self
            .of(rate)
            .filter(|how| *how == Tried::GeneratorLimited)
            .count();
        limited * 2 > self.of(rate).filter(|how| *how != Tried::Held).count()
    }

    fn of(&self, rate: f64) -> impl Iterator<Item = Tried> + '_ {
        let same = move |tried: &&(f64, Tried)| tried.0.total_cmp(&rate).is_eq();
        self.tries.iter().filter(same).map(|(_, how)| *how)
    }

    /// Tries that held less those that did not.
    fn lead(&self, rate: f64) -> i32 {
        self.of(rate)
            .map(|how| if how == Tried::Held { 1 } else { -1 })
            .sum()
    }

    fn holds(&self, rate: f64) -> bool {
        self.lead(rate) > 0
    }

    /// The rate, when it was not tried often enough to be sure.
    fn unsure(&self, rate: f64) -> Option<f64> {
        let tries = self.of(rate).count();
        (tries < MOST_TRIES && self.lead(rate).abs() < LEAD).then_some(rate)
    }
}

/// The middle as rates go: as many times above one as below the other, rounded to three digits so that people can
/// write it.
fn between(low: f64, high: f64) -> f64 {
    let middle = (low * high).sqrt();
    let unit = 10_f64.powf(middle.log10().floor() - 2.0);
    let rounded = (middle / unit).round() * unit;
    if rounded > low && rounded < high {
        rounded
    } else {
        middle
    }
}

#[cfg(test)]
mod tests;
