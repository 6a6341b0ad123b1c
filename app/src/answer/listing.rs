//! The JSON of the shorter lists: operations, interfaces, allowed hosts.

use reprise_measure::Quantiles;
use reprise_wire::Protocol;
use serde::Serialize;

/// `operations` answers one of these a line.
#[derive(Clone, Debug, Serialize)]
pub struct OperationAnswer {
    /// Its number in the recording.
    pub id: u32,
    /// `http` or `mysql`.
    pub protocol: Protocol,
    /// What it does, values removed.
    pub operation: String,
    /// Exchanges that do it.
    pub exchanges: u64,
    /// Those answered with a 5xx or a MySQL ERR.
    pub errors: u64,
    /// From the first byte of the request to the last of the answer; microseconds.
    pub latency_us: Quantiles,
}

/// `devices` answers one of these a line.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceAnswer {
    /// What `record -i` takes.
    pub name: String,
    /// What the system says of it.
    pub description: String,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Whether it is up.
    pub up: bool,
    /// Whether it is the loopback.
    pub loopback: bool,
    /// Whether it can be captured on.
    pub capturable: bool,
    /// Why not, and what to do.
    pub why: Option<String>,
    /// The command that changes it, if there is one.
    pub fix: Option<String>,
}

/// `targets` answers one of these a line.
#[derive(Clone, Debug, Serialize)]
pub struct TargetAnswer {
    /// A host name or address.
    pub host: String,
}

/// `plans` answers one of these a line.
#[derive(Clone, Debug, Serialize)]
pub struct PlanAnswer {
    /// What it is called.
    pub name: String,
    /// The recording it replays.
    pub recording: String,
    /// When it was kept.
    pub saved_at: String,
    /// The seed of its choices.
    pub seed: u64,
    /// Where it sends HTTP.
    pub http: Option<String>,
    /// Where it sends MySQL.
    pub mysql: Option<String>,
    /// Every field of the plan that is not as plans are by themselves.
    pub says: serde_json::Map<String, serde_json::Value>,
}
