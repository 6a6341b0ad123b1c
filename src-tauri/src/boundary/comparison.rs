//! Two runs compared, as the Compare page shows them. Changes are relative to A: 0.38 is 38 % more.

use reprise_app::{AnswerChange, OperationChange, QuantileChange, readable, status_name};
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
    answers: Vec<ChangedAnswer>,
}

/// What one operation answered differently.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct ChangedAnswer {
    operation: String,
    /// What changed, in words.
    words: String,
    /// How many answers of each side were not the recorded ones.
    differing_a: u32,
    differing_b: u32,
    /// One of B's beside A's or the recorded one; null when none was kept.
    example: Option<AnswerExample>,
}

/// One exchange that both sides answered.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct AnswerExample {
    exchange: u32,
    request: String,
    place: String,
    /// `A: 200` or `recorded: 200`.
    head_a: String,
    head_b: String,
    lines: Vec<AnswerLine>,
}

/// One line of both answers; null where the other side has one of its own.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct AnswerLine {
    a: Option<String>,
    b: Option<String>,
    differs: bool,
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
            .map(|(name, change)| quantile(&name, change));
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
            answers: comparison
                .answers
                .into_iter()
                .map(ChangedAnswer::from)
                .collect(),
            a: comparison.a,
            b: comparison.b,
        }
    }
}

fn quantile(name: &str, change: QuantileChange) -> QuantileLine {
    QuantileLine {
        name: readable::quantile_name(name).to_owned(),
        a: change.a.map(whole),
        b: change.b.map(whole),
        change: change.change,
        low: change.low,
        high: change.high,
        significant: change.significant,
    }
}

impl From<AnswerChange> for ChangedAnswer {
    fn from(change: AnswerChange) -> Self {
        Self {
            words: change.words(),
            operation: change.operation,
            differing_a: whole(change.differing.a),
            differing_b: whole(change.differing.b),
            example: change.example.map(AnswerExample::from),
        }
    }
}

impl From<reprise_app::AnswerExample> for AnswerExample {
    fn from(example: reprise_app::AnswerExample) -> Self {
        let head = |who: &str, status| format!("{who}: {}", status_name(status));
        let lines = example.lines.into_iter().map(|line| AnswerLine {
            a: line.a,
            b: line.b,
            differs: line.differs,
        });
        Self {
            exchange: example.exchange,
            request: example.request,
            place: example.place,
            head_a: head(example.a_is.name(), example.a_status),
            head_b: head("B", example.b_status),
            lines: lines.collect(),
        }
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
