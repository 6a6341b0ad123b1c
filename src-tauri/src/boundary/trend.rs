//! The last runs of one plan, the oldest first.

use reprise_app::{Trend, TrendRun};
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::whole;

/// What the Trend page shows.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrendPage {
    recording: String,
    runs: Vec<TrendRow>,
    /// What can be said of them, in sentences without their full stops.
    says: Vec<String>,
}

/// One run.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct TrendRow {
    name: String,
    /// RFC 3339.
    started_at: String,
    p50_us: u32,
    p95_us: u32,
    p99_us: u32,
    /// 0.0 to 1.0.
    #[specta(type = Number)]
    error_rate: f64,
    #[specta(type = Number)]
    answered_per_s: f64,
    /// Whether its checks held.
    held: bool,
    /// Numbers that took a step here.
    steps: Vec<TrendStep>,
}

/// A number that is on another level from a run on.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct TrendStep {
    /// `p50`, `p95`, `p99`, `errors`.
    what: String,
    worse: bool,
}

impl From<Trend> for TrendPage {
    fn from(trend: Trend) -> Self {
        let says = trend.sentences();
        let row = |run: &TrendRun| {
            let steps = trend.steps.iter().filter(|step| step.run == run.run);
            TrendRow {
                name: run.run.clone(),
                started_at: run.started_at.clone(),
                p50_us: whole(run.p50_us),
                p95_us: whole(run.p95_us),
                p99_us: whole(run.p99_us),
                error_rate: run.error_rate,
                answered_per_s: run.answered_per_s,
                held: run.held,
                steps: steps
                    .map(|step| TrendStep {
                        what: step.what.clone(),
                        worse: step.worse,
                    })
                    .collect(),
            }
        };
        let runs = trend.runs.iter().map(row).collect();
        Self {
            recording: trend.recording,
            runs,
            says,
        }
    }
}
