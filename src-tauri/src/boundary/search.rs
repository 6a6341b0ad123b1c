//! A search for the edge as its page shows it. Units: microseconds, exchanges a second, shares 0 to 1; rates in times the
//! recorded one.

use reprise_app::readable::percent;
use reprise_app::{KneeAnswer, KneeStep, Tried};
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::{as_fields, whole};

/// One search in a line.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchCard {
    name: String,
    recording: String,
    /// What was found, in a sentence.
    found: String,
    /// How many runs it took.
    steps: u32,
}

/// What a search found, or has found so far.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchPage {
    name: String,
    recording: String,
    /// The checks that decide.
    checks: Vec<String>,
    /// `1x to 64x, within 5 %`.
    searched: String,
    /// What was found, in sentences without their full stops.
    says: Vec<String>,
    /// The highest rate that holds.
    #[specta(type = Option<Number>)]
    holds: Option<f64>,
    /// The lowest that does not.
    #[specta(type = Option<Number>)]
    fails: Option<f64>,
    /// In the order of trying.
    steps: Vec<SearchStep>,
}

/// One step.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct SearchStep {
    run: String,
    #[specta(type = Number)]
    times: f64,
    #[specta(type = Number)]
    asked_per_s: f64,
    #[specta(type = Number)]
    answered_per_s: f64,
    p50_us: u32,
    p95_us: u32,
    p99_us: u32,
    #[specta(type = Number)]
    error_rate: f64,
    how: HowTried,
    /// Why, unless it held.
    why: Option<String>,
}

/// How a rate went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "lowercase")]
enum HowTried {
    Held,
    Failed,
    /// The generator could not keep up: nothing is known of the target.
    Late,
}

impl From<&KneeAnswer> for SearchCard {
    fn from(found: &KneeAnswer) -> Self {
        Self {
            name: found.name.clone(),
            recording: found.recording.clone(),
            found: said(found).into_iter().next().unwrap_or_default(),
            steps: whole(found.steps.len() as u64),
        }
    }
}

impl From<&KneeAnswer> for SearchPage {
    fn from(found: &KneeAnswer) -> Self {
        let bounds = found.bounds;
        Self {
            name: found.name.clone(),
            recording: found.recording.clone(),
            checks: found.checks.clone(),
            searched: format!(
                "{}x to {}x, within {}",
                bounds.from,
                bounds.to,
                percent(bounds.within)
            ),
            says: said(found),
            holds: found.holds.as_ref().map(|step| step.times),
            fails: found.fails.as_ref().map(|step| step.times),
            steps: found.steps.iter().map(SearchStep::from).collect(),
        }
    }
}

/// What was found, in sentences that name the fields of the Replay page.
fn said(found: &KneeAnswer) -> Vec<String> {
    let sentences = found.sentences().into_iter();
    sentences
        .map(|sentence| as_fields(&sentence).into_owned())
        .collect()
}

impl From<&KneeStep> for SearchStep {
    fn from(step: &KneeStep) -> Self {
        Self {
            run: step.run.clone(),
            times: step.times,
            asked_per_s: step.asked_per_s,
            answered_per_s: step.answered_per_s,
            p50_us: whole(step.p50_us),
            p95_us: whole(step.p95_us),
            p99_us: whole(step.p99_us),
            error_rate: step.error_rate,
            how: match step.how {
                Tried::Held => HowTried::Held,
                Tried::Failed => HowTried::Failed,
                Tried::GeneratorLimited => HowTried::Late,
            },
            why: step.why.clone(),
        }
    }
}
