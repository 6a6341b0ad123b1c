//! What a run tells while it is on. Engines never print: the command line shows these, the window gets
//! them over a channel, tests collect them.

use reprise_measure::{Summary, Tick};
use reprise_store::RunState;
use serde::Serialize;

/// Something a run has to say.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The first request is about to be scheduled.
    Started {
        /// The run's name.
        run: String,
        /// Exchanges that will be sent, as the outline counts them.
        sends: u64,
        /// Whether that is an estimate.
        estimated: bool,
        /// Those of them that may change something.
        writes: u64,
        /// How long it takes, in milliseconds; 0 when that is not known.
        takes_ms: u64,
    },
    /// The numbers of the last quarter of a second.
    Tick(Box<Tick>),
    /// Something that taints the run, or will.
    Warning(Warning),
    /// The run is over and stored.
    Finished {
        /// How it ended.
        state: RunState,
        /// Its numbers.
        summary: Box<Summary>,
    },
}

/// What the reader of a run must know. `at_us` counts from the run's start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// When it was noticed, in microseconds.
    pub at_us: u64,
    /// What it is about.
    pub kind: WarningKind,
    /// In words.
    pub message: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// Lanes fell more than five seconds behind and were anchored anew.
    LanesBehind,
    /// The generator itself is late: the numbers are not the server's.
    GeneratorLate,
    /// The generator itself stood still, stopped or with its machine: taken for a pause.
    StoodStill,
    /// The time of the run is up, and the target is still busy with what was due by then.
    TimeIsUp,
    /// The collector was too slow for the workers.
    CollectorSlow,
    /// A check failed.
    CheckFailed,
    /// The store cannot be written; the run ends.
    StoreFailed,
    /// A target does not let connections in.
    Refused,
    /// A rewriting rule changes nothing.
    RuleUnused,
    /// A secret stands for nothing the recording holds.
    SecretUnused,
    /// A MySQL session could not be set up as the recorded one stood.
    SessionNotRestored,
    /// The recording cannot be read at some place.
    Unreadable,
    /// A standing proxy cannot be controlled, or has faults of its own.
    Proxy,
    /// A command at a time did not do what it should.
    CommandFailed,
    /// A watched source tells nothing any more.
    Watch,
    /// Requests went with recorded values in place of the target's own.
    ValuesMissing,
    /// Redacted values that nobody supplies go out as they stand in the recording.
    Unsupplied,
    /// The plan names what the recording does not have.
    InVain,
}
