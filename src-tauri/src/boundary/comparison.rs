//! Two runs compared, as the Compare page shows them. Changes are relative to A: 0.38 is 38 % more.

use reprise_app::{OperationChange, QuantileChange};
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::{WatchedChange, whole, word};

/// What a comparison comes to.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comparison {
    a: String,
    b: String,
    /// `regressed`, `improved`, `same` or `inconclusive`.
    verdict: String,
    /// In sentences; the first says it all.
    why: Vec<String>,
    quantiles: Vec<QuantileLine>,
    #[specta(type = Number)]
    errors_a: f64,
    #[specta(type = Number)]
    errors_b: f64,
    operations: Vec<ComparedOperation>,
    /// What watched servers and machines did on both sides.
    watched: Vec<WatchedChange>,
}

/// One quantile of both sides; microseconds.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct QuantileLine {
    name: String,
    a: Option<u32>,
    b: Option<u32>,
    #[specta(type = Option<Number>)]
    change: Option<f64>,
    #[specta(type = Option<Number>)]
    low: Option<f64>,
    #[specta(type = Option<Number>)]
    high: Option<f64>,
    significant: bool,
}

/// One operation of both sides, by the highest quantile both have enough samples for.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct ComparedOperation {
    text: String,
    /// `p99`, `p95` or `p50`; null when it is too rare to tell.
    quantile: Option<String>,
    a: Option<u32>,
    b: Option<u32>,
    #[specta(type = Option<Number>)]
    change: Option<f64>,
    #[specta(type = Option<Number>)]
    low: Option<f64>,
    #[specta(type = Option<Number>)]
    high: Option<f64>,
    significant: bool,
    /// The fewer of both sides' samples.
    samples: u32,
    #[specta(type = Number)]
    errors_a: f64,
    #[specta(type = Number)]
    errors_b: f64,
    errors_significant: bool,
}

impl From<reprise_app::Comparison> for Comparison {
    fn from(comparison: reprise_app::Comparison) -> Self {
        let quantiles = comparison
            .quantiles
            .into_iter()
            .map(|(name, change)| quantile(name, change));
        Self {
            verdict: word(&comparison.verdict),
            why: comparison.why,
            quantiles: quantiles.collect(),
            errors_a: comparison.error_rate.a,
            errors_b: comparison.error_rate.b,
            operations: comparison
                .operations
                .into_iter()
                .map(ComparedOperation::from)
                .collect(),
            watched: comparison
                .watch
                .into_iter()
                .map(WatchedChange::from)
                .collect(),
            a: comparison.a,
            b: comparison.b,
        }
    }
}

fn quantile(name: String, change: QuantileChange) -> QuantileLine {
    QuantileLine {
        name: if name == "p999" {
            "p99.9".to_owned()
        } else {
            name
        },
        a: change.a.map(whole),
        b: change.b.map(whole),
        change: change.change,
        low: change.low,
        high: change.high,
        significant: change.significant,
    }
}

impl From<OperationChange> for ComparedOperation {
    fn from(change: OperationChange) -> Self {
        let times = change.response_us;
        Self {
            text: change.operation,
            quantile: change.quantile,
            a: times.a.map(whole),
            b: times.b.map(whole),
            change: times.change,
            low: times.low,
            high: times.high,
            significant: times.significant,
            samples: whole(change.count.a.min(change.count.b)),
            errors_a: change.error_rate.a,
            errors_b: change.error_rate.b,
            errors_significant: change.error_rate.significant,
        }
    }
}
