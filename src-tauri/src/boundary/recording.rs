//! One recording, whole: what is in it and what is not.

use reprise_app::answer::{OperationAnswer, RecordingAnswer};
use reprise_app::losses;
use serde::Serialize;
use specta::Type;

use super::{Count, RecordingCard, counts, whole, word};

/// What the Recording page shows, but for the exchanges.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecordingPage {
    card: RecordingCard,
    /// Messages seen, by kind.
    messages: Vec<Count>,
    /// What is not in the recording, worst first; empty when nothing is missing.
    loss: Vec<Count>,
    /// Hits of each redaction rule.
    redacted: Vec<Count>,
    operations: Vec<OperationLine>,
    /// How many exchanges can be listed.
    exchanges: u32,
}

/// One operation of a recording; latencies in microseconds, null when none was answered.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct OperationLine {
    protocol: String,
    text: String,
    exchanges: u32,
    errors: u32,
    p50_us: Option<u32>,
    p95_us: Option<u32>,
    p99_us: Option<u32>,
}

impl RecordingPage {
    /// The page of a recording.
    pub(crate) fn new(
        answer: &RecordingAnswer,
        card: RecordingCard,
        operations: Vec<OperationAnswer>,
    ) -> Self {
        let seen = answer.messages;
        Self {
            card,
            messages: vec![
                Count::new("HTTP requests", seen.http_requests),
                Count::new("HTTP answers", seen.http_responses),
                Count::new("MySQL commands", seen.mysql_commands),
                Count::new("MySQL replies", seen.mysql_replies),
            ],
            loss: losses(&answer.loss)
                .into_iter()
                .map(|loss| Count::new(loss.what, loss.count))
                .collect(),
            redacted: counts(&answer.redacted),
            operations: operations.into_iter().map(OperationLine::from).collect(),
            exchanges: whole(answer.exchanges.http + answer.exchanges.mysql),
        }
    }
}

impl From<OperationAnswer> for OperationLine {
    fn from(answer: OperationAnswer) -> Self {
        let latency = answer.latency_us;
        let known = |value: u64| (latency.count > 0).then(|| whole(value));
        Self {
            protocol: word(&answer.protocol),
            text: answer.operation,
            exchanges: whole(answer.exchanges),
            errors: whole(answer.errors),
            p50_us: known(latency.p50),
            p95_us: known(latency.p95),
            p99_us: known(latency.p99),
        }
    }
}
