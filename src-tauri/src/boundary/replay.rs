//! The Replay page: what its fields ask for, and what that would do.

use reprise_app::{Outline, RateChange, ReplayRequest};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::fields::{filled, milliseconds};
use super::{Count, counts, whole};
use crate::error::Failure;

/// The fields of the Replay page; texts are as they were typed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReplayForm {
    recording: String,
    run: String,
    http: String,
    mysql: String,
    rate_by: RateBy,
    #[specta(type = Number)]
    factor: f64,
    /// `30s`, `5m`; empty for the recording once.
    duration: String,
    /// The rate over time, `1x:1m,5x:2m,5x..10x:2m`; empty for one rate throughout.
    stages: String,
    /// `30s`; empty for none.
    warm_up: String,
    /// `5m..15m` or `10:00..10:20`; empty for all of the recording.
    between: String,
    filter: String,
    faults: Vec<String>,
    checks: Vec<String>,
    secrets: Vec<Secret>,
    seed: String,
    abort_on_fail: bool,
    read_only: bool,
    both_tiers: bool,
    allow_recorded_server: bool,
}

/// How a rate is raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
enum RateBy {
    Recorded,
    Copies,
    Speed,
    Max,
}

/// A redacted credential, for this run only.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
struct Secret {
    name: String,
    value: String,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Secret").field(&self.name).finish()
    }
}

/// A fault as it was understood.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaultNote {
    /// As a person says it: `20 % delay 250 ms, HTTP /api/*`.
    pub title: String,
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

/// What a replay would do.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DryRun {
    sends: u32,
    duration_ms: u32,
    #[specta(type = Number)]
    asked_per_s: f64,
    http_lanes: u32,
    mysql_lanes: u32,
    skipped: Vec<Count>,
    targets: Vec<String>,
    /// Recorded values that will be taken from the target's answers.
    values: u32,
    /// Redacted values without a source, with the requests that carry them.
    missing: Vec<Count>,
    /// Lanes that cannot keep up at this speed.
    slow_lanes: u32,
    warnings: Vec<String>,
}

impl ReplayForm {
    /// The request the fields make.
    ///
    /// # Errors
    /// A seed or a duration that cannot be read.
    pub(crate) fn request(self) -> Result<ReplayRequest, Failure> {
        let mut request = ReplayRequest::new(self.recording);
        request.http = filled(&self.http).into_iter().collect();
        request.mysql = filled(&self.mysql);
        request.run = filled(&self.run);
        request.rate = match self.rate_by {
            RateBy::Recorded => RateChange::AsRecorded,
            RateBy::Copies => RateChange::Copies(positive(self.factor)?),
            RateBy::Speed => RateChange::Speed(positive(self.factor)?),
            RateBy::Max => RateChange::Max,
        };
        request.duration_ms = filled(&self.duration)
            .map(|text| milliseconds(&text))
            .transpose()?;
        request.stages = filled(&self.stages);
        if self.rate_by == RateBy::Speed {
            request.stages_by = reprise_app::RateBy::Speed;
        }
        request.warm_up_ms = filled(&self.warm_up)
            .map(|text| milliseconds(&text))
            .transpose()?;
        request.between = filled(&self.between);
        request.filter = filled(&self.filter);
        request.faults = self.faults;
        request.checks = self.checks;
        request.secrets = self
            .secrets
            .into_iter()
            .map(|secret| format!("{}={}", secret.name.trim(), secret.value))
            .collect();
        if let Some(seed) = filled(&self.seed) {
            request.seed = Some(seed.parse().map_err(|_| {
                Failure::usage(format!("'{seed}' is not a seed; write a whole number"))
            })?);
        }
        request.abort_on_fail = self.abort_on_fail;
        request.read_only = self.read_only;
        request.both_tiers = self.both_tiers;
        request.allow_recorded_server = self.allow_recorded_server;
        Ok(request)
    }
}

impl DryRun {
    /// What the window shows of an outline, and where it would go.
    pub(crate) fn new(outline: &Outline, targets: Vec<String>, warnings: Vec<String>) -> Self {
        let seconds = outline.takes_ms as f64 / 1_000.0;
        let missing = outline.unsourced.iter().filter(|value| !value.supplied);
        Self {
            sends: whole(outline.sends),
            duration_ms: whole(outline.takes_ms),
            asked_per_s: if seconds > 0.0 {
                outline.sends as f64 / seconds
            } else {
                0.0
            },
            http_lanes: whole(outline.http_lanes),
            mysql_lanes: whole(outline.mysql_lanes),
            skipped: counts(&outline.skipped),
            targets,
            values: whole(outline.values),
            missing: missing
                .map(|value| Count::new(value.key.as_str(), value.requests))
                .collect(),
            slow_lanes: whole(outline.slow_lanes.len() as u64),
            warnings,
        }
    }
}

fn positive(factor: f64) -> Result<f64, Failure> {
    if factor.is_finite() && factor > 0.0 {
        return Ok(factor);
    }
    Err(Failure::usage(format!(
        "{factor} is not a rate; write a factor of the recorded rate above 0"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret {
            name: "login.password".to_owned(),
            value: "hunter2".to_owned(),
        };
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}
