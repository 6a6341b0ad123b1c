//! The JSON of runs and comparisons: who ran, then the fields of the summary beside it.

use reprise_measure::Summary;
use reprise_store::RunState;
use schemars::JsonSchema;
use serde::Serialize;

use crate::replay::UNVERIFIED;

/// `replay` and `report` answer this: `run{...}` and then every field of the summary.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RunAnswer {
    /// Which run.
    pub run: RunHead,
    /// Its numbers.
    #[serde(flatten)]
    pub summary: Summary,
}

/// What identifies a run.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RunHead {
    /// Its number in the file.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// The recording it replayed.
    pub recording: String,
    /// The run it went on with.
    pub resumes: Option<String>,
    /// Which search for the edge it was a step of.
    pub search: Option<StepOfSearch>,
    /// The seed of its plan.
    pub seed: u64,
    /// `running`, `complete`, `stopped`, `aborted`, `failed` or `interrupted`.
    pub state: RunState,
    /// When it began; RFC 3339.
    pub started_at: String,
    /// Where it sent HTTP: `URL`, or `RECORDED=URL` several times, with commas between.
    pub http: Option<String>,
    /// Whether it took any certificate an https target showed.
    pub insecure: bool,
    /// Where it sent MySQL.
    pub mysql: Option<String>,
    /// The run whose mismatches it took for what varies by itself.
    pub baseline: Option<String>,
    /// What a person wrote beside it.
    pub note: String,
    /// Words it is found by.
    pub tags: Vec<String>,
}

/// The place of a run in a search for the edge.
#[derive(Clone, Debug, PartialEq, JsonSchema, Serialize)]
pub struct StepOfSearch {
    /// The search.
    pub name: String,
    /// Its place among the steps; 1 is the first.
    pub step: u32,
    /// The rate that was tried, in times the recorded one.
    pub times: f64,
}

impl RunHead {
    /// What taints the run by how it was asked for.
    pub fn alerts(&self) -> Vec<String> {
        let unverified = self.insecure.then(|| UNVERIFIED.to_owned());
        unverified.into_iter().collect()
    }
}
