//! Runs: one execution of a plan each, with its samples, ticks, events and summary.
//! Times are Unix nanoseconds where they are points, microseconds since the run's start elsewhere.

mod block;
mod intake;
mod read;
mod rename;
mod ticks;
mod write;

use reprise_wire::{Protocol, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{OperationId, RecordingId, Remarks, RunId};

pub use read::Samples;
pub use ticks::TickSums;
pub use write::RunWriter;

/// What a new run starts with.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// What it is called; unique among the runs that are not in the bin.
    pub name: String,
    /// The recording it replays.
    pub recording: RecordingId,
    /// That recording's name, kept in case it is deleted.
    pub recording_name: String,
    /// The seed of its plan.
    pub seed: u64,
    /// The plan, as its owner writes it.
    pub plan: serde_json::Value,
    /// When it began.
    pub started_at: Timestamp,
    /// The recording's operations that samples name, kept in case it is deleted.
    pub operations: Vec<RunOperation>,
}

/// An operation that samples of a run name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOperation {
    /// Its id in the recording.
    pub id: OperationId,
    /// What it is in.
    pub protocol: Protocol,
    /// What it does, values removed.
    pub text: String,
}

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It is on at this moment, in this process or another.
    Running,
    /// It sent all it had planned.
    Complete,
    /// Somebody stopped it.
    Stopped,
    /// A check failed and it was to end then.
    Aborted,
    /// It could not go on: the target was unreachable, the disk full.
    Failed,
    /// Its process ended without a word; all that was committed is there.
    Interrupted,
}

impl RunState {
    /// The stored and printed name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Stopped => "stopped",
            Self::Aborted => "aborted",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// A stored run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its id in the file.
    pub id: RunId,
    /// What it is called.
    pub name: String,
    /// The recording it replays.
    pub recording: RecordingId,
    /// That recording's name, which stays when the recording is gone.
    pub recording_name: String,
    /// The seed of its plan.
    pub seed: u64,
    /// How it stands.
    pub state: RunState,
    /// When it began.
    pub started_at: Timestamp,
    /// How many samples are stored.
    pub samples: u64,
    /// The plan, as its owner wrote it.
    pub plan: serde_json::Value,
    /// Its numbers: as of the last checkpoint while it is running or when it was interrupted.
    pub summary: Option<reprise_measure::Summary>,
    /// What a person wrote beside it.
    pub remarks: Remarks,
}

/// Something noted about a run while it was on: a pause, a changed rate, a lane re-anchored.
#[derive(Clone, Debug, PartialEq)]
pub struct RunEvent {
    /// When, in microseconds since the run's start.
    pub at_us: u64,
    /// What, as its owner writes it.
    pub event: serde_json::Value,
}
