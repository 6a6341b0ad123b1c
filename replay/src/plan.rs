//! The plan: a small versioned document that says what of a recording is sent, when, how often, where to
//! and how disturbed. Owned here; the store keeps it as JSON. It never holds a secret's value.

mod command;
mod going_on;
mod here;
mod judged;
mod lane_key;
mod part;
mod probe;
mod rate;
mod routes;
mod search_step;
mod shift_keys;
mod validating;
mod watched;

use std::time::Duration;

use reprise_fault::Fault;
use serde::{Deserialize, Serialize};

use crate::ReplayError;
use crate::http::rule::Rewrite;
pub use crate::schedule::clock::Speed;
pub use command::{CommandError, TimedCommand};
pub use going_on::{Begins, Progress};
pub(crate) use judged::Judged;
pub use lane_key::LaneKey;
pub use part::Part;
pub use probe::{Probe, Watch};
pub use rate::{Rate, RateBy};
pub use routes::{Connections, HostField, HttpRoute, MysqlRoute, MysqlTls, MysqlUser, Tls};
pub use search_step::SearchStep;
pub(crate) use shift_keys::{KeyColumn, TextKind};
pub use shift_keys::{KeyShift, KeyShiftError, ShiftBy, ShiftKeys};
pub use watched::{WatchFrom, WatchedSource, WatchedSourceError};

use crate::schedule::stages::Stages;

/// The version of plan this program writes; it reads this and older ones.
pub const PLAN_VERSION: u32 = 1;

/// What a run does. Two runs of one plan make the same choices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// The form of this document, [`PLAN_VERSION`].
    pub version: u32,
    /// The recording's name.
    pub recording: String,
    /// Decides every random choice.
    pub seed: u64,
    /// How fast and how often.
    pub rate: Rate,
    /// The rate as a curve over the run, in times `rate`; empty: `rate` all the time.
    pub stages: Stages,
    /// How long the run issues requests, in milliseconds of its own time without pauses; the recording
    /// repeats until then. `None`: as long as the stages, or until the recording has been played.
    pub duration_ms: Option<u64>,
    /// How long it warms up, in milliseconds of its own time: what is sent then is counted and drawn, and in
    /// no statistic, check or comparison.
    pub warm_up_ms: u64,
    /// Whether the recording begins again when it ends (until stopped, or for `duration_ms`).
    pub repeat: bool,
    /// Where recorded HTTP goes.
    pub http: Vec<HttpRoute>,
    /// Where recorded MySQL goes.
    pub mysql: Option<MysqlRoute>,
    /// What goes wrong, in order: in the replay's own connections, and in the standing proxies that faults name.
    pub faults: Vec<Fault>,
    /// Where those proxies are controlled: `http://HOST:PORT`.
    pub proxies: Vec<String>,
    /// What is run at which moment.
    pub commands: Vec<TimedCommand>,
    /// Limits the run must hold: `p99<250ms`.
    pub checks: Vec<String>,
    /// Whether the first check that fails ends the run.
    pub abort_on_fail: bool,
    /// How far into the run it does so at the earliest, in milliseconds.
    pub abort_after_ms: u64,
    /// How long an answer may take, in milliseconds; then the connection is closed.
    pub timeout_ms: u64,
    /// How long outstanding answers are waited for when the run is stopped, in milliseconds.
    pub drain_ms: u64,
    /// Whether requests that write are left out.
    pub read_only: bool,
    /// SQL functions that write although their statement reads: `audit`, `shop.charge`.
    pub read_only_deny: Vec<String>,
    /// What HTTP requests of a lane wait for.
    pub http_order: HttpOrder,
    /// The names of the secrets it needs: `login.password`. Values are given when it runs.
    pub secrets: Vec<String>,
    /// Correlations added by rule: `POST /api/orders json:id -> GET /orders/{id} path:2`.
    pub correlate: Vec<String>,
    /// The names of correlations left out: their values go as recorded. `*` is all of them.
    pub no_correlate: Vec<String>,
    /// An earlier run whose mismatches are no news: where they were, answers vary by themselves.
    pub baseline: Option<String>,
    /// What becomes of a request that carries a value nobody supplies.
    pub missing_values: MissingValues,
    /// How many accounts the copies have of their own; 0: they use the recorded ones. The accounts
    /// themselves are given when it runs.
    pub users: u32,
    /// Which exchanges are sent, in the filter language; `None` is all of them.
    pub filter: Option<String>,
    /// The part of the recording that is played; `None` is all of it.
    pub between: Option<Part>,
    /// The run it goes on with, if it does.
    pub resumes: Option<String>,
    /// Where in the recording, played again and again, it begins.
    pub begins: Begins,
    /// What makes HTTP exchanges one lane.
    pub lanes: LaneKey,
    /// What statements were prepared from before the recording began.
    pub statements: Vec<GivenStatement>,
    /// Whether copies of a lane write to MySQL, too.
    pub copy_writes: CopyWrites,
    /// Key columns whose values each copy shifts.
    pub shift_keys: ShiftKeys,
    /// Whether MySQL sessions are told the recorded time before statements that depend on it.
    pub pin_clock: bool,
    /// What is watched beside the load.
    pub probes: Vec<Probe>,
    /// The servers and machines that tell numbers of themselves meanwhile.
    pub watch: Vec<WatchedSource>,
    /// Whether MySQL that the recorded HTTP caused is sent too.
    pub both_tiers: bool,
    /// Whose certificates https targets may show.
    pub tls: Tls,
    /// Which connections HTTP requests share.
    pub connections: Connections,
    /// Rules that rewrite HTTP requests, applied in order.
    pub rewrites: Vec<Rewrite>,
    /// What the Host field of HTTP requests names.
    pub host: HostField,
    /// How many threads send; `None` is one for each core but one.
    pub workers: Option<u32>,
    /// The search for the highest rate that this run is a step of; `None` when it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchStep>,
}

/// A prepared statement that its server told, of a connection that was open before the recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenStatement {
    /// The client's end of the connection, `ADDRESS:PORT`; of a host name only the port counts.
    pub client: String,
    /// The statement's id on the server.
    pub statement: u32,
    /// What it was prepared from.
    pub sql: String,
}

/// What becomes of MySQL writes in the copies and repetitions of a lane: the same rows again, mostly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyWrites {
    /// They are sent; a key that is there already is an `order_conflict`.
    #[default]
    Send,
    /// Only the first playing of a lane writes.
    Skip,
}

/// What an HTTP request waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HttpOrder {
    /// The answers its client had received before sending it.
    #[default]
    Lane,
    /// Nothing but the answers it takes values from, those that set its cookies among them.
    None,
}

/// What becomes of a request that carries a value which nobody supplies: a redacted one without a source,
/// or one whose answer did not come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingValues {
    /// It is sent as it was recorded, and counted.
    #[default]
    Send,
    /// It is skipped, as [`SkipReason::ValueMissing`](crate::SkipReason::ValueMissing).
    Skip,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            version: PLAN_VERSION,
            recording: String::new(),
            seed: 1,
            rate: Rate::default(),
            stages: Stages::default(),
            duration_ms: None,
            warm_up_ms: 0,
            repeat: false,
            http: Vec::new(),
            mysql: None,
            faults: Vec::new(),
            proxies: Vec::new(),
            commands: Vec::new(),
            checks: Vec::new(),
            abort_on_fail: false,
            abort_after_ms: 0,
            timeout_ms: 30_000,
            drain_ms: 5_000,
            read_only: false,
            read_only_deny: Vec::new(),
            http_order: HttpOrder::Lane,
            secrets: Vec::new(),
            correlate: Vec::new(),
            no_correlate: Vec::new(),
            baseline: None,
            missing_values: MissingValues::Send,
            users: 0,
            filter: None,
            between: None,
            resumes: None,
            begins: Begins::default(),
            lanes: LaneKey::default(),
            statements: Vec::new(),
            probes: Vec::new(),
            watch: Vec::new(),
            copy_writes: CopyWrites::Send,
            shift_keys: ShiftKeys::default(),
            pin_clock: false,
            both_tiers: false,
            tls: Tls::default(),
            connections: Connections::Recorded,
            rewrites: Vec::new(),
            host: HostField::Target,
            workers: None,
            search: None,
        }
    }
}

impl Plan {
    /// A plan that sends `recording` once, as it was, to nowhere yet.
    pub fn of(recording: impl Into<String>) -> Self {
        Self {
            recording: recording.into(),
            shift_keys: ShiftKeys::auto(),
            ..Self::default()
        }
    }

    /// Reads a stored plan.
    ///
    /// # Errors
    /// The document is no plan, or a newer one than this program knows.
    pub fn from_json(json: serde_json::Value) -> Result<Self, ReplayError> {
        let version = json
            .get("version")
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0);
        if version > u64::from(PLAN_VERSION) {
            return Err(ReplayError::NewerPlan {
                version,
                known: PLAN_VERSION,
            });
        }
        serde_json::from_value(json).map_err(ReplayError::Plan)
    }

    /// The document as the store keeps it.
    ///
    /// # Errors
    /// A number in it is not finite.
    pub fn to_json(&self) -> Result<serde_json::Value, ReplayError> {
        serde_json::to_value(self).map_err(ReplayError::Plan)
    }

    /// Whether values of this name are sent as recorded.
    pub(crate) fn forbids_correlation(&self, name: &str) -> bool {
        let forbids = |known: &String| known == "*" || known == name;
        self.no_correlate.iter().any(forbids)
    }

    /// How long an answer may take.
    pub const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// How long it warms up, in microseconds of its own time.
    pub const fn warm_up_us(&self) -> u64 {
        self.warm_up_ms.saturating_mul(1_000)
    }

    /// How long it issues requests, in microseconds of its own time without pauses; `None`: until the
    /// recording has been played, or until stopped.
    pub fn lasts_us(&self) -> Option<u64> {
        let asked = self.duration_ms.map(|ms| ms.saturating_mul(1_000));
        asked.or_else(|| (!self.stages.is_empty()).then(|| self.stages.last_us()))
    }

    /// Whether the recording begins again when it ends.
    pub fn repeats(&self) -> bool {
        self.repeat || self.lasts_us().is_some()
    }

    /// Whether it goes on until it is stopped.
    pub(crate) fn goes_on(&self) -> bool {
        self.repeat && self.lasts_us().is_none()
    }

    /// How many times the recorded arrival rate is asked for `at_us` of the run, pauses left out, in the
    /// way the plan changes its rate.
    pub(crate) fn times_at(&self, at_us: u64) -> f64 {
        self.rate.times() * self.stages.rate_at(at_us).unwrap_or(1.0)
    }

    /// How many copies of each lane the run begins with.
    pub(crate) fn first_copies(&self) -> f64 {
        if self.rate.is_by_speed() {
            self.rate.copies
        } else {
            self.times_at(0)
        }
    }

    /// How many copies of each lane its stages come to at most.
    pub(crate) fn most_copies(&self) -> f64 {
        if self.rate.is_by_speed() {
            self.rate.copies
        } else {
            self.rate.copies * self.stages.highest().unwrap_or(1.0)
        }
    }

    /// The speed the run begins with.
    pub(crate) fn first_speed(&self) -> Speed {
        match self.rate.speed {
            Speed::Times(_) if self.rate.is_by_speed() => Speed::Times(self.times_at(0)),
            speed => speed,
        }
    }
}

#[cfg(test)]
mod tests;
