//! What was watched beside a run: numbers that servers and machines tell of themselves, once a second. A *source*
//! (a database, a process) has several *series*; series of one kind share a chart.

mod change;
mod spread;
mod totals;
mod unit;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use change::{WatchChange, watch_changes};
pub use totals::WatchTotals;
pub use unit::WatchUnit;

/// What one source told in a tick.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct WatchTick {
    /// What it is called.
    pub source: String,
    /// What it told; empty when it told nothing.
    pub series: Vec<Reading>,
    /// Why it told nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gap: Option<String>,
}

/// The value of one series in a tick.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// What it is called: `threads running`.
    pub series: String,
    /// The chart it is drawn on, with others of its unit: `threads`.
    pub chart: String,
    /// What its values are.
    pub unit: WatchUnit,
    /// How many times it was read.
    pub count: u32,
    /// The mean of what was read.
    pub mean: f64,
    /// The highest that was read.
    pub max: f64,
}

/// What one source told over a whole run.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct WatchSummary {
    /// What it is called.
    pub source: String,
    /// Its series, in the order they first came.
    pub series: Vec<WatchSeries>,
    /// When it told nothing, and why; at most [`WatchTotals::MOST_GAPS`] of them, the first ones.
    pub gaps: Vec<WatchGap>,
    /// How many times it was asked in vain.
    pub missed: u64,
}

/// One series over a whole run.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct WatchSeries {
    /// What it is called.
    pub series: String,
    /// What its values are.
    pub unit: WatchUnit,
    /// How many times it was read, the warm-up left out.
    pub count: u64,
    /// The mean of what was read.
    pub mean: f64,
    /// The value that 95 % of the readings did not exceed, to a thousandth.
    pub p95: f64,
    /// The highest that was read.
    pub max: f64,
}

/// A stretch in which a source told nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct WatchGap {
    /// When it was first asked in vain, in microseconds of the run.
    pub from_us: u64,
    /// When it was last asked in vain.
    pub to_us: u64,
    /// Why, the first time.
    pub why: String,
}

impl Reading {
    /// A value read once; `None` for one that is no number.
    pub fn of(series: &str, chart: &str, unit: WatchUnit, value: f64) -> Option<Self> {
        value.is_finite().then(|| Self {
            series: series.to_owned(),
            chart: chart.to_owned(),
            unit,
            count: 1,
            mean: value,
            max: value,
        })
    }

    fn merge(&mut self, other: &Self) {
        let count = self.count.saturating_add(other.count);
        if count > 0 {
            let share = f64::from(other.count) / f64::from(count);
            self.mean += (other.mean - self.mean) * share;
        }
        self.max = self.max.max(other.max);
        self.count = count;
    }
}

impl WatchTick {
    /// Adds what the same source told in another tick.
    pub(crate) fn merge(&mut self, other: &Self) {
        for reading in &other.series {
            let known = self.series.iter_mut();
            let mut known = known.filter(|mine| mine.series == reading.series);
            match known.next() {
                Some(mine) => mine.merge(reading),
                None => self.series.push(reading.clone()),
            }
        }
        if self.gap.is_none() {
            self.gap.clone_from(&other.gap);
        }
    }

    /// Adds ticks to ticks, source by source.
    pub(crate) fn merge_all(mine: &mut Vec<Self>, others: &[Self]) {
        for other in others {
            match mine.iter_mut().find(|tick| tick.source == other.source) {
                Some(tick) => tick.merge(other),
                None => mine.push(other.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests;
