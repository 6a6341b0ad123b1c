//! The JSON of one recording: what is in it, and what was lost.

use std::collections::BTreeMap;

use serde::Serialize;

use reprise_store::{ByteCounts, ExchangeCounts, Ledger, Messages, Recording, RecordingState};

use super::rfc3339;

/// `import`, `record` and `show` answer this; `recordings` one a line.
#[derive(Clone, Debug, Serialize)]
pub struct RecordingAnswer {
    /// Which recording.
    pub recording: RecordingHead,
    /// TCP connections in it.
    pub connections: u64,
    /// Messages seen, whether or not they became part of an exchange.
    pub messages: Messages,
    /// Exchanges stored, by protocol.
    pub exchanges: ExchangeCounts,
    /// Sizes in bytes.
    pub bytes: ByteCounts,
    /// Everything that was not recorded, counted by cause.
    pub loss: Ledger,
    /// Hits of each redaction rule.
    pub redacted: BTreeMap<String, u64>,
}

/// What identifies a recording.
#[derive(Clone, Debug, Serialize)]
pub struct RecordingHead {
    /// Its number in the file.
    pub id: u32,
    /// Its name.
    pub name: String,
    /// Where it came from: an interface, a file.
    pub source: String,
    /// `recording`, `complete` or `interrupted`.
    pub state: RecordingState,
    /// Whether its secrets were stored as they were captured (`--store-raw`).
    pub raw: bool,
    /// When its first packet was seen; RFC 3339.
    pub started_at: String,
    /// From its first packet to its last; milliseconds.
    pub duration_ms: u64,
    /// What a person wrote beside it.
    pub note: String,
    /// Words it is found by.
    pub tags: Vec<String>,
}

impl From<Recording> for RecordingAnswer {
    fn from(recording: Recording) -> Self {
        Self {
            recording: RecordingHead {
                id: recording.id.0,
                name: recording.name,
                source: recording.source,
                state: recording.state,
                raw: recording.raw,
                started_at: rfc3339(recording.started_at),
                duration_ms: recording.duration_ms,
                note: recording.remarks.note,
                tags: recording.remarks.tags,
            },
            connections: recording.connections,
            messages: recording.messages,
            exchanges: recording.exchanges,
            bytes: recording.bytes,
            loss: recording.loss,
            redacted: recording.redacted,
        }
    }
}
