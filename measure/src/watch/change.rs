//! The watched series of two sides beside each other: what the servers did in A and in B.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{WatchSummary, WatchUnit};

/// One series of both sides: the mean over its runs of each run's mean.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct WatchChange {
    /// The source's name.
    pub source: String,
    /// The series' name.
    pub series: String,
    /// What its values are.
    pub unit: WatchUnit,
    /// Its mean in A; `None` when no run of A has it.
    pub a: Option<f64>,
    /// Its mean in B.
    pub b: Option<f64>,
    /// How much B is more than A, relative to A: 0.38 is 38 % more; `None` when a side is missing or A is 0.
    pub change: Option<f64>,
}

/// Every series that a run of either side has, in the order they were watched.
pub fn watch_changes(a: &[&[WatchSummary]], b: &[&[WatchSummary]]) -> Vec<WatchChange> {
    let mut changes: Vec<WatchChange> = Vec::new();
    let runs = a.iter().chain(b);
    for source in runs.flat_map(|run| run.iter()) {
        for series in &source.series {
            let known = |row: &WatchChange| {
                row.source == source.source
                    && row.series == series.series
                    && row.unit == series.unit
            };
            if changes.iter().any(known) {
                continue;
            }
            let mut row = WatchChange {
                source: source.source.clone(),
                series: series.series.clone(),
                unit: series.unit,
                ..WatchChange::default()
            };
            (row.a, row.b) = (row.mean(a), row.mean(b));
            row.change = row.a.zip(row.b).and_then(relative);
            changes.push(row);
        }
    }
    changes
}

impl WatchChange {
    /// What both sides' means are as people read them, and the change.
    pub fn readable(&self) -> [String; 3] {
        let value = |value: Option<f64>| {
            value.map_or_else(|| "n/a".to_owned(), |value| self.unit.readable(value))
        };
        let change = match (self.a, self.b) {
            (Some(a), Some(b)) => self.unit.readable_change(a, b),
            _ => "not in both".to_owned(),
        };
        [value(self.a), value(self.b), change]
    }

    fn mean(&self, runs: &[&[WatchSummary]]) -> Option<f64> {
        let of_run = |run: &&[WatchSummary]| {
            let source = run.iter().find(|source| source.source == self.source)?;
            let mut series = source.series.iter();
            let series =
                series.find(|known| known.series == self.series && known.unit == self.unit);
            Some(series.filter(|series| series.count > 0)?.mean)
        };
        let means: Vec<f64> = runs.iter().filter_map(of_run).collect();
        (!means.is_empty()).then(|| means.iter().sum::<f64>() / means.len() as f64)
    }
}

fn relative((a, b): (f64, f64)) -> Option<f64> {
    (a > 0.0).then(|| b / a - 1.0)
}
