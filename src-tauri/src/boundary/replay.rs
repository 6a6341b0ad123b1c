//! The Replay page: what its fields ask for.

mod opened;
#[cfg(test)]
mod tests;

use std::path::PathBuf;

use reprise_app::{CopyWrites, HttpOrder, MissingValues, RateChange, ReplayRequest, Stage};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::fields::{filled, milliseconds};
use crate::error::Failure;

/// The fields of the Replay page; texts are as they were typed.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayForm {
    recording: String,
    run: String,
    http: Vec<HttpTarget>,
    mysql: String,
    /// What requests name as their host: `target`, `keep`, or a name; `target` when empty.
    host: String,
    /// A file of certificates to trust; the system's when empty.
    ca: String,
    /// Takes any certificate.
    insecure: bool,
    /// How many connections to each target HTTP requests share; as recorded when null.
    pool: Option<u32>,
    /// `30s`; 30 s when empty.
    timeout: String,
    rate_by: RateBy,
    #[specta(type = Number)]
    factor: f64,
    /// Every lane this many times, beside a faster clock; once when null.
    #[specta(type = Option<Number>)]
    copies: Option<f64>,
    /// `30s`, `5m`; empty for the recording once.
    duration: String,
    /// Begins again when the recording ends, until it is stopped.
    repeat: bool,
    /// The rate over time, `1x:1m,5x:2m,5x..10x:2m`; empty for one rate throughout.
    stages: String,
    /// `30s`; empty for none.
    warm_up: String,
    /// `5m..15m` or `10:00..10:20`; empty for all of the recording.
    between: String,
    filter: String,
    /// What makes requests one user's, `session`, `cookie:NAME`; sessions when empty.
    lanes: String,
    /// Whether a lane's requests wait for its earlier answers.
    ordered: bool,
    faults: Vec<String>,
    /// Where the proxies are controlled that faults name.
    controls: Vec<String>,
    /// What those want to be told; nothing when empty.
    control_token: String,
    /// What is run on this machine, and when.
    commands: Vec<CommandRow>,
    checks: Vec<String>,
    probes: Vec<String>,
    /// Servers and machines that tell numbers of themselves meanwhile.
    watch: Vec<String>,
    /// An earlier run whose mismatches are no news; none when empty.
    baseline: String,
    rewrites: Vec<String>,
    /// A file of rewriting rules; none when empty.
    rewrites_file: String,
    secrets: Vec<Secret>,
    /// Who logs in for particular recorded MySQL users.
    mysql_users: Vec<MysqlUser>,
    /// A file that tells what was prepared before the recording began; none when empty.
    statements: String,
    /// Key columns whose values each copy shifts, `items.id, auto`; none when empty.
    shift_keys: String,
    /// Tells MySQL sessions the recorded time.
    pin_clock: bool,
    /// A file of accounts for the copies; the recorded ones when empty.
    users: String,
    correlate: Vec<String>,
    /// Names of values that are sent as they were recorded.
    no_correlate: Vec<String>,
    /// Leaves requests out that carry a value nobody supplies.
    skip_missing: bool,
    /// A shell command to run first; none when empty.
    before: String,
    seed: String,
    abort_on_fail: bool,
    /// `10s` into the run at the earliest; empty for at once.
    abort_after: String,
    read_only: bool,
    /// SQL functions that write although their statement reads, `audit, shop.charge`; none when empty.
    read_only_deny: String,
    /// Leaves MySQL writes out of copies and repetitions.
    copies_read: bool,
    both_tiers: bool,
    allow_recorded_server: bool,
}

/// Where recorded HTTP goes.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(super) struct HttpTarget {
    /// A recorded server, host or path; all that nothing else takes when empty.
    recorded: String,
    url: String,
}

/// Who logs in for a recorded MySQL user.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
struct MysqlUser {
    recorded: String,
    user: String,
    password: String,
}

/// A command at a time.
#[derive(Clone, Debug, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
struct CommandRow {
    /// `60s`
    at: String,
    /// What a shell is given.
    command: String,
}

/// How a rate is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
enum RateBy {
    Recorded,
    Copies,
    Speed,
    Max,
}

/// A redacted credential, for this run only.
#[derive(Clone, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(super) struct Secret {
    name: String,
    value: String,
}

impl Secret {
    /// As the command takes it.
    pub(super) fn written(&self) -> String {
        format!("{}={}", self.name.trim(), self.value)
    }
}

impl HttpTarget {
    #[cfg(test)]
    pub(super) fn new(recorded: &str, url: &str) -> Self {
        Self {
            recorded: recorded.to_owned(),
            url: url.to_owned(),
        }
    }

    /// Rows as the command takes them; empty ones are left out.
    ///
    /// # Errors
    /// When a part of the recording goes nowhere.
    pub(super) fn all(rows: &[Self]) -> Result<Vec<String>, Failure> {
        let mut written = Vec::new();
        for target in rows {
            match (filled(&target.recorded), filled(&target.url)) {
                (None, Some(url)) => written.push(url),
                (Some(recorded), Some(url)) => written.push(format!("{recorded}={url}")),
                (Some(recorded), None) => {
                    return Err(Failure::usage(format!(
                        "where does what was recorded of {recorded} go? Write a URL beside it"
                    )));
                }
                (None, None) => {}
            }
        }
        Ok(written)
    }
}

impl CommandRow {
    fn is_empty(&self) -> bool {
        self.at.trim().is_empty() && self.command.trim().is_empty()
    }

    /// As the command takes it.
    fn written(&self) -> String {
        format!("{} run {}", self.at.trim(), self.command.trim())
    }
}

impl std::fmt::Debug for MysqlUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("MysqlUser").field(&self.recorded).finish()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secret").field(&self.name).finish()
    }
}

/// A line of one of the small languages as it was understood.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Understood {
    /// As a person says it: `20 % delay 250 ms, HTTP /api/*`.
    pub title: String,
}

/// A stretch of the run with its rate, in times the plan's.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StageLine {
    /// At its beginning.
    #[specta(type = Number)]
    from: f64,
    /// At its end.
    #[specta(type = Number)]
    to: f64,
    #[specta(type = Number)]
    lasts_ms: f64,
}

impl From<&Stage> for StageLine {
    fn from(stage: &Stage) -> Self {
        Self {
            from: stage.from,
            to: stage.to,
            lasts_ms: stage.lasts_us as f64 / 1_000.0,
        }
    }
}

/// A check, and how it stands when it is known.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckState {
    /// As it was written.
    pub check: String,
    /// The measured value for people.
    pub value: String,
    /// Null while nothing is known.
    pub held: Option<bool>,
}

impl ReplayForm {
    /// The request the fields make.
    ///
    /// # Errors
    /// A seed or a duration that cannot be read.
    pub(crate) fn request(self) -> Result<ReplayRequest, Failure> {
        let mut request = ReplayRequest::new(self.recording.clone());
        request.run = filled(&self.run);
        self.put_rate(&mut request)?;
        self.put_targets(&mut request)?;
        request.between = filled(&self.between);
        request.filter = filled(&self.filter);
        request.lanes = filled(&self.lanes);
        if !self.ordered {
            request.http_order = Some(HttpOrder::None);
        }
        if let Some(seed) = filled(&self.seed) {
            request.seed = Some(seed.parse().map_err(|_| {
                Failure::usage(format!("'{seed}' is not a seed; write a whole number"))
            })?);
        }
        if self.copies_read {
            request.copy_writes = Some(CopyWrites::Skip);
        }
        if self.skip_missing {
            request.missing_values = Some(MissingValues::Skip);
        }
        request.baseline = filled(&self.baseline);
        request.users = filled(&self.users).map(PathBuf::from);
        request.rewrites_file = filled(&self.rewrites_file).map(PathBuf::from);
        request.before = filled(&self.before);
        request.statements = filled(&self.statements).map(PathBuf::from);
        request.shift_keys = listed(&self.shift_keys);
        request.pin_clock = self.pin_clock;
        let users = self
            .mysql_users
            .iter()
            .filter(|user| !user.recorded.trim().is_empty());
        request.mysql_users = users
            .map(|user| {
                format!(
                    "{}={}:{}",
                    user.recorded.trim(),
                    user.user.trim(),
                    user.password
                )
            })
            .collect();
        request.with_proxies = self.controls.iter().filter_map(|at| filled(at)).collect();
        request.control_token = filled(&self.control_token);
        let commands = self.commands.iter().filter(|row| !row.is_empty());
        request.commands = commands.map(CommandRow::written).collect();
        request.faults = self.faults;
        request.checks = self.checks;
        request.probes = self.probes;
        request.watch = self.watch;
        request.rewrites = self.rewrites;
        request.correlate = self.correlate;
        request.no_correlate = self.no_correlate;
        let secrets = self.secrets.into_iter();
        request.secrets = secrets.map(|secret| secret.written()).collect();
        request.abort_on_fail = self.abort_on_fail;
        request.read_only = self.read_only;
        request.read_only_deny = listed(&self.read_only_deny);
        request.both_tiers = self.both_tiers;
        request.allow_recorded_server = self.allow_recorded_server;
        Ok(request)
    }

    fn put_rate(&self, request: &mut ReplayRequest) -> Result<(), Failure> {
        request.rate = match self.rate_by {
            RateBy::Recorded => RateChange::AsRecorded,
            RateBy::Copies => RateChange::Copies(positive(self.factor)?),
            RateBy::Speed => RateChange::Speed(positive(self.factor)?),
            RateBy::Max => RateChange::Max,
        };
        if self.rate_by != RateBy::Copies {
            request.copies = self.copies.map(positive).transpose()?;
        }
        request.stages = filled(&self.stages);
        if self.rate_by == RateBy::Speed {
            request.stages_by = reprise_app::RateBy::Speed;
        }
        let length = |text: &str| filled(text).map(|text| milliseconds(&text)).transpose();
        request.repeat = self.repeat;
        request.duration_ms = length(&self.duration)?;
        request.warm_up_ms = length(&self.warm_up)?;
        request.timeout_ms = length(&self.timeout)?;
        request.abort_after_ms = length(&self.abort_after)?;
        Ok(())
    }

    fn put_targets(&self, request: &mut ReplayRequest) -> Result<(), Failure> {
        request.http = HttpTarget::all(&self.http)?;
        request.mysql = filled(&self.mysql);
        request.host = filled(&self.host);
        request.ca = filled(&self.ca);
        request.insecure = self.insecure;
        request.connections = self.pool.map(|most| format!("pool:{most}"));
        Ok(())
    }
}

/// What is listed with commas or spaces between.
fn listed(text: &str) -> Vec<String> {
    text.split([',', ' ']).filter_map(filled).collect()
}

fn positive(factor: f64) -> Result<f64, Failure> {
    if factor.is_finite() && factor > 0.0 {
        return Ok(factor);
    }
    Err(Failure::usage(format!(
        "{factor} is not a rate; write a factor of the recorded rate above 0"
    )))
}
