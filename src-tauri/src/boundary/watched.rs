//! What watched servers and machines did in a run, and on both sides of a comparison; values as people read them.

use reprise_app::{WatchChange, WatchSeries, WatchSummary, readable};
use serde::Serialize;
use specta::Type;

/// One watched source of a run.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WatchedSource {
    name: String,
    series: Vec<WatchedSeries>,
    /// When it told nothing, and why.
    gaps: Vec<String>,
}

/// One of its series.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct WatchedSeries {
    name: String,
    mean: String,
    p95: String,
    max: String,
}

/// One series of both sides: its means, and the change.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WatchedChange {
    source: String,
    series: String,
    a: String,
    b: String,
    change: String,
}

impl From<&WatchSummary> for WatchedSource {
    fn from(source: &WatchSummary) -> Self {
        let gaps = source.gaps.iter().map(|gap| {
            let (from, to) = (readable::moment(gap.from_us), readable::moment(gap.to_us));
            match from == to {
                true => format!("{from}: {}", gap.why),
                false => format!("{from} to {to}: {}", gap.why),
            }
        });
        Self {
            name: source.source.clone(),
            series: source.series.iter().map(WatchedSeries::from).collect(),
            gaps: gaps.collect(),
        }
    }
}

impl From<&WatchSeries> for WatchedSeries {
    fn from(series: &WatchSeries) -> Self {
        let [mean, p95, max] =
            [series.mean, series.p95, series.max].map(|value| series.unit.readable(value));
        Self {
            name: series.series.clone(),
            mean,
            p95,
            max,
        }
    }
}

impl From<WatchChange> for WatchedChange {
    fn from(row: WatchChange) -> Self {
        let [a, b, change] = row.readable();
        Self {
            source: row.source,
            series: row.series,
            a,
            b,
            change,
        }
    }
}
