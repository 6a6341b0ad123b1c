//! The file's contents as the Library page lists them.

use reprise_app::answer::{self, RecordingAnswer, RunAnswer};
use reprise_app::{Ledger, losses, readable};
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::{SearchCard, whole, word};

/// Everything in the file, newest first.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Library {
    /// Where the file is.
    pub file: String,
    /// The recordings.
    pub recordings: Vec<RecordingCard>,
    /// The runs.
    pub runs: Vec<RunCard>,
    /// The searches for the edge that runs are left of.
    pub searches: Vec<SearchCard>,
    /// The shipped sample capture, when it is on this machine.
    pub sample: Option<String>,
}

/// One recording in a line.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordingCard {
    name: String,
    source: String,
    /// `recording`, `complete` or `interrupted`.
    state: String,
    /// Whether secrets were stored as they were captured.
    raw: bool,
    started_at: String,
    duration_ms: u32,
    connections: u32,
    http: u32,
    mysql: u32,
    #[specta(type = Number)]
    captured_bytes: f64,
    #[specta(type = Number)]
    stored_bytes: f64,
    /// The worst thing that is missing, in words; null when nothing is.
    lost: Option<String>,
    /// Exchanges over time, as SVG.
    sparkline: String,
    /// What a person wrote beside it.
    note: String,
    tags: Vec<String>,
}

/// One run in a line.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunCard {
    name: String,
    recording: String,
    state: String,
    started_at: String,
    duration_ms: u32,
    sent: u32,
    /// A share of what was sent.
    #[specta(type = Number)]
    error_rate: f64,
    p99_us: Option<u32>,
    unfaithful: bool,
    generator_late: bool,
    checks_failed: u32,
    /// New errors over time, as SVG.
    sparkline: String,
    /// Which search for the edge it was a step of.
    search: Option<StepOfSearch>,
    /// What a person wrote beside it.
    note: String,
    tags: Vec<String>,
}

/// The place of a run in a search for the edge.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct StepOfSearch {
    name: String,
    /// 1 is the first.
    step: u32,
    /// The rate that was tried, in times the recorded one.
    #[specta(type = Number)]
    times: f64,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImportNews {
    /// Packets read.
    pub packets: u32,
    /// Exchanges decoded.
    pub exchanges: u32,
    /// Bytes of the files read.
    #[specta(type = Number)]
    pub read_bytes: f64,
    /// Bytes of the files.
    #[specta(type = Number)]
    pub total_bytes: f64,
}

/// A host that replay may send to.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AllowedHost {
    /// Its name or address.
    pub host: String,
}

impl RecordingCard {
    /// The card of a recording, with its sparkline.
    pub(crate) fn new(answer: &RecordingAnswer, sparkline: String) -> Self {
        Self {
            name: answer.recording.name.clone(),
            source: answer.recording.source.clone(),
            state: word(&answer.recording.state),
            raw: answer.recording.raw,
            started_at: answer.recording.started_at.clone(),
            duration_ms: whole(answer.recording.duration_ms),
            connections: whole(answer.connections),
            http: whole(answer.exchanges.http),
            mysql: whole(answer.exchanges.mysql),
            captured_bytes: answer.bytes.captured as f64,
            stored_bytes: answer.bytes.stored as f64,
            lost: worst_loss(&answer.loss),
            sparkline,
            note: answer.recording.note.clone(),
            tags: answer.recording.tags.clone(),
        }
    }
}

impl RunCard {
    /// The card of a run, with its sparkline.
    pub(crate) fn new(answer: &RunAnswer, sparkline: String) -> Self {
        let summary = &answer.summary;
        let failed = summary.checks.iter().filter(|check| !check.held).count();
        Self {
            name: answer.run.name.clone(),
            recording: answer.run.recording.clone(),
            state: word(&answer.run.state),
            started_at: answer.run.started_at.clone(),
            duration_ms: whole(summary.duration_ms),
            sent: whole(summary.sent),
            error_rate: summary.error_rate,
            p99_us: (summary.response_us.count > 0).then(|| whole(summary.response_us.p99)),
            unfaithful: summary.unfaithful,
            generator_late: summary.generator_late,
            checks_failed: whole(failed as u64),
            sparkline,
            search: answer.run.search.clone().map(StepOfSearch::from),
            note: answer.run.note.clone(),
            tags: answer.run.tags.clone(),
        }
    }
}

impl From<answer::StepOfSearch> for StepOfSearch {
    fn from(of: answer::StepOfSearch) -> Self {
        let answer::StepOfSearch { name, step, times } = of;
        Self { name, step, times }
    }
}

/// Traffic of other kinds beside the recorded one is not a loss to warn of; the ledger still lists it.
fn worst_loss(ledger: &Ledger) -> Option<String> {
    let mut ledger = ledger.clone();
    ledger.not_tcp = 0;
    ledger.unsupported_link = 0;
    ledger.spoken.clear();
    let worst = losses(&ledger).into_iter().next()?;
    Some(format!("{} {}", readable::count(worst.count), worst.what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_of_other_kinds_are_no_loss_to_warn_of() {
        let ledger = Ledger {
            not_tcp: 12,
            ..Ledger::default()
        };
        assert_eq!(worst_loss(&ledger), None);
        let ledger = Ledger {
            not_tcp: 12,
            kernel_dropped: 3,
            ..Ledger::default()
        };
        assert_eq!(
            worst_loss(&ledger).as_deref(),
            Some("3 packets dropped by the kernel")
        );
    }
}
