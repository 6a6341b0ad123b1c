//! Recordings: what was captured, as it is created, listed and read back.
//! Times are Unix nanoseconds where they are points, microseconds since the recording's start elsewhere.

mod batch;
mod block;
mod exchanges;
mod glance;
mod intake;
mod ledger;
mod operations;
mod read;
mod rename;
mod requests;
mod row;
mod servers;
mod write;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use reprise_wire::{Close, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{ConnectionId, RecordingId, Remarks};

pub use glance::Glance;
pub use ledger::{Ledger, Messages};
pub use operations::{OperationRow, RecordedLatency};
pub use read::{Payloads, RatePoint};
pub use requests::{PayloadReader, RecordedRequest, Requests};
pub use row::ExchangeRow;
pub use write::RecordingWriter;

pub(crate) use batch::{insert_block, key};
pub(crate) use block::BLOCK_ROWS;
pub(crate) use row::{Stored, protocol_number, protocol_numbered};
pub(crate) use servers::normal as normal_host;

/// What a new recording starts with.
#[derive(Clone, Debug)]
pub struct NewRecording {
    /// What it is called; unique among the recordings that are not in the bin.
    pub name: String,
    /// Where it comes from, for people: `eth0 tcp port 80`, `monday.pcap`.
    pub source: String,
    /// When it began: the first packet's time, or the clock for a live one. Exchanges are stored
    /// relative to it and may precede it.
    pub started_at: Timestamp,
}

/// A connection as it opens.
#[derive(Clone, Debug)]
pub struct NewConnection {
    /// Who opened it.
    pub client: SocketAddr,
    /// Who was called.
    pub server: SocketAddr,
    /// Its first packet's time.
    pub opened: Timestamp,
    /// Whether it was open before the capture began.
    pub midstream: bool,
}

/// What is known once a connection has ended.
#[derive(Clone, Debug, Default)]
pub struct ConnectionEnd {
    /// Its last packet's time.
    pub closed: Option<Timestamp>,
    /// How it ended.
    pub close: Option<Close>,
    /// What it spoke: `http`, `mysql`, `tls`, `unknown`, ...
    pub spoken: Option<String>,
    /// MySQL: the session as decoded from its handshake, as JSON.
    pub mysql_session: Option<serde_json::Value>,
}

/// A stored connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    /// Its id in the recording.
    pub id: ConnectionId,
    /// Who opened it.
    pub client: SocketAddr,
    /// Who was called.
    pub server: SocketAddr,
    /// When it opened, in microseconds since the recording's start.
    pub opened_us: i64,
    /// When it closed, if that was seen.
    pub closed_us: Option<i64>,
    /// How it ended, if that was seen.
    pub close: Option<Close>,
    /// Whether it was open before the capture began.
    pub midstream: bool,
    /// What it spoke: `http`, `mysql`, `tls`, `unknown`, ...
    pub spoken: Option<String>,
    /// MySQL: the session as decoded from its handshake, as JSON.
    pub mysql_session: Option<serde_json::Value>,
}

/// What capture knows of a recording as a whole: so far at a checkpoint, finally at the end.
/// Exchanges and connections are counted by the store itself.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// The last packet's time; with the recording's start it makes the duration.
    pub last_packet: Option<Timestamp>,
    /// Messages seen on the wire.
    pub messages: Messages,
    /// Bytes of the packets read.
    pub captured_bytes: u64,
    /// What was lost, by reason.
    pub loss: Ledger,
    /// How often each redaction rule hit.
    pub redacted: BTreeMap<String, u64>,
}

impl Totals {
    /// What came after `earlier`, of which this is a continuation.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            last_packet: self.last_packet,
            messages: self.messages.since(earlier.messages),
            captured_bytes: self.captured_bytes.saturating_sub(earlier.captured_bytes),
            loss: self.loss.since(&earlier.loss),
            redacted: ledger::named_since(&self.redacted, &earlier.redacted),
        }
    }
}

/// Whether a recording is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordingState {
    /// It is being written at this moment, by this process or another.
    Recording,
    /// It was finished by its writer.
    Complete,
    /// Its writer ended before finishing it; all that was committed is there.
    Interrupted,
}

impl RecordingState {
    /// The printed name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recording => "recording",
            Self::Complete => "complete",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A stored recording. `loss` and `messages` are as of the last checkpoint when it is interrupted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// Its id in the file.
    pub id: RecordingId,
    /// What it is called.
    pub name: String,
    /// Where it comes from, for people.
    pub source: String,
    /// Whether it is whole.
    pub state: RecordingState,
    /// When it began.
    pub started_at: Timestamp,
    /// From its start to its last packet, in milliseconds.
    pub duration_ms: u64,
    /// How many connections it has.
    pub connections: u64,
    /// Messages seen on the wire.
    pub messages: Messages,
    /// How many exchanges it has.
    pub exchanges: ExchangeCounts,
    /// How many bytes were captured, and how many they take here.
    pub bytes: ByteCounts,
    /// What was lost, by reason.
    pub loss: Ledger,
    /// How often each redaction rule hit.
    pub redacted: BTreeMap<String, u64>,
    /// Whether its secrets were stored as they were captured.
    #[serde(default)]
    pub raw: bool,
    /// What a person wrote beside it.
    #[serde(default)]
    pub remarks: Remarks,
}

/// Stored exchanges by protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeCounts {
    /// HTTP/1.x.
    pub http: u64,
    /// MySQL.
    pub mysql: u64,
}

/// Bytes before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ByteCounts {
    /// Bytes of the packets read.
    pub captured: u64,
    /// Bytes of the compressed segments, and an estimate of 80 bytes and the summary for each row.
    pub stored: u64,
}

/// The stored name of a way to end.
const fn close_name(close: Close) -> &'static str {
    match close {
        Close::Fin => "fin",
        Close::Reset => "reset",
        Close::Evicted => "evicted",
        Close::CaptureEnd => "capture_end",
    }
}

fn close_named(name: &str) -> Option<Close> {
    [Close::Fin, Close::Reset, Close::Evicted, Close::CaptureEnd]
        .into_iter()
        .find(|close| close_name(*close) == name)
}
