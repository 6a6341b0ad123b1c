//! Replaying: a request of a face becomes a plan with allowed targets, and a job to follow.

mod between;
pub(crate) mod http_targets;
mod job;
mod outlook;
mod request;
mod same_server;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use jiff::tz::TimeZone;
use reprise_measure::Check;
use reprise_replay::{
    HttpOrder, HttpRoute, LaneKey, MysqlLogin, MysqlRoute, Outline, Plan, Prepared, Rate, RateBy,
    ReplayConfig, Secrets, Speed, StagesError, Targets, Tls,
};
use reprise_store::{AllowedTarget, Recording, RecordingId};

pub use job::{ReplayJob, ReplayNews};
pub use outlook::{AllowedTargets, times_recorded};
pub use request::{RateChange, ReplayRequest, parse_copies, parse_factor};

use crate::library::parse_filter;
use crate::mysql_url::MysqlUrl;
use crate::{Error, Library};

/// What is said of a run that took any certificate.
pub(crate) const UNVERIFIED: &str =
    "certificates were not verified (--insecure): the targets may not be who they say";

/// How long a target may take to let the first connection in.
const REACH_WITHIN: Duration = Duration::from_secs(10);

impl Library {
    /// What a replay would send and leave out, and why. Sends nothing.
    ///
    /// # Errors
    /// As [`Self::replay`], but for the target.
    pub fn dry_run(&self, request: &ReplayRequest) -> Result<Outline, Error> {
        Ok(Prepared::new(self.asked(request)?.plan, &self.store)?.outline())
    }

    /// Starts a replay.
    ///
    /// # Errors
    /// When the request cannot be read, the target is refused, or nothing is left to send.
    pub fn replay(&self, request: &ReplayRequest) -> Result<ReplayJob, Error> {
        let recording = self.store.recording(&request.recording)?;
        let asked = self.asked(request)?;
        let (http, mysql) = self.allowed(request, &asked, recording.id)?;
        let warnings = http.iter().chain(&mysql);
        let warnings = warnings.flat_map(|target| target.warnings().to_vec());
        let mut warnings: Vec<String> = warnings.collect();
        if asked.plan.tls.insecure {
            warnings.push(UNVERIFIED.to_owned());
        }
        let mysql = mysql.zip(asked.mysql).map(|(target, url)| MysqlLogin {
            target,
            user: url.user,
            password: url.password,
            database: url.database,
        });
        let run = match &request.run {
            Some(name) => name.clone(),
            None => self.next_run_name(&recording)?,
        };
        if let Some(command) = &request.before {
            run_before(command)?;
        }
        let config = ReplayConfig {
            plan: asked.plan,
            run,
            targets: Targets { http, mysql },
            secrets: Secrets(asked.secrets),
        };
        let within = config.plan.timeout().min(REACH_WITHIN);
        let reached = config.targets.reach(&config.plan, within)?;
        let recorded_too = request.allow_recorded_server;
        let names = same_server::compare(&reached, &self.store, recording.id, recorded_too)?;
        warnings.extend(names);
        ReplayJob::start(config, self, warnings)
    }

    /// The request, read against its recording.
    fn asked(&self, request: &ReplayRequest) -> Result<Asked, Error> {
        let mut asked = Asked::of(request)?;
        if let Some(text) = &request.between {
            let recording = self.store.recording(&request.recording)?;
            asked.plan.between = Some(between::part(text, &recording, &TimeZone::system())?);
        }
        Ok(asked)
    }

    /// The request's targets for HTTP and for MySQL, as far as it names them, once they are allowed:
    /// the one place where that is asked.
    fn allowed(
        &self,
        request: &ReplayRequest,
        asked: &Asked,
        recording: RecordingId,
    ) -> Result<(Vec<AllowedTarget>, Option<AllowedTarget>), Error> {
        let recorded_too = request.allow_recorded_server;
        let allow_http = |route: &HttpRoute| {
            self.store
                .allow_http(&route.url, Some(recording), recorded_too)
        };
        let allow_mysql = |url: &MysqlUrl| {
            self.store
                .allow_mysql(&url.address, Some(recording), recorded_too)
        };
        Ok((
            asked
                .plan
                .http
                .iter()
                .map(allow_http)
                .collect::<Result<_, _>>()?,
            asked.mysql.as_ref().map(allow_mysql).transpose()?,
        ))
    }

    /// The recording's name and the first number that no run has.
    fn next_run_name(&self, recording: &Recording) -> Result<String, Error> {
        let runs = self.store.runs()?;
        let taken = |name: &str| runs.iter().any(|run| run.name == name);
        let mut number = 1_u64;
        loop {
            let name = format!("{}-{number}", recording.name);
            if !taken(&name) {
                return Ok(name);
            }
            number += 1;
        }
    }
}

/// A request, read.
struct Asked {
    plan: Plan,
    mysql: Option<MysqlUrl>,
    /// The values of the plan's secrets, by name.
    secrets: BTreeMap<String, String>,
}

impl Asked {
    fn of(request: &ReplayRequest) -> Result<Self, Error> {
        let mysql = request.mysql.as_deref().map(MysqlUrl::parse).transpose()?;
        let mut plan = plan(request)?;
        let secrets = secrets(&request.secrets)?;
        plan.mysql = mysql.as_ref().map(|url| MysqlRoute {
            address: url.address.clone(),
            user: url.user.clone(),
            database: url.database.clone(),
        });
        plan.secrets = secrets.keys().cloned().collect();
        Ok(Self {
            plan,
            mysql,
            secrets,
        })
    }
}

/// The plan a request asks for, but for its MySQL route and its secrets.
fn plan(request: &ReplayRequest) -> Result<Plan, Error> {
    parse_filter(request.filter.as_deref())?;
    for check in &request.checks {
        Check::parse(check)
            .map_err(|error| Error::Usage(format!("--check '{check}': failed to {error}")))?;
    }
    let faults = request.faults.iter().map(|fault| {
        fault
            .parse()
            .map_err(|error| Error::Usage(format!("--fault '{fault}': {error}")))
    });
    let mut plan = Plan::of(request.recording.clone());
    plan.seed = request.seed;
    plan.rate = match request.rate {
        RateChange::AsRecorded => Rate::default(),
        RateChange::Copies(times) => Rate::by_copies(times),
        RateChange::Speed(times) => Rate::by_speed(times),
        RateChange::Max => Rate {
            speed: Speed::Max,
            by: RateBy::Speed,
            ..Rate::default()
        },
    };
    plan.rate.copies *= request.copies;
    if let Some(stages) = &request.stages {
        plan.rate.by = request.stages_by;
        plan.stages = stages
            .parse()
            .map_err(|error: StagesError| Error::Usage(format!("--stages: failed to {error}")))?;
    }
    plan.duration_ms = request.duration_ms;
    plan.warm_up_ms = request.warm_up_ms;
    plan.lanes = lane_key(&request.lanes)?;
    plan.repeat = request.repeat || request.duration_ms.is_some();
    plan.http = http_targets::routes(&request.http)?;
    plan.host = http_targets::host(request.host.as_deref())?;
    plan.tls = Tls {
        ca: request.ca.clone(),
        insecure: request.insecure,
    };
    plan.faults = faults.collect::<Result<_, _>>()?;
    plan.checks = request.checks.clone();
    plan.abort_on_fail = request.abort_on_fail;
    plan.timeout_ms = request.timeout_ms;
    plan.read_only = request.read_only;
    plan.http_order = if request.wait_for_answers {
        HttpOrder::Lane
    } else {
        HttpOrder::None
    };
    plan.filter = request
        .filter
        .clone()
        .filter(|filter| !filter.trim().is_empty());
    plan.both_tiers = request.both_tiers;
    Ok(plan)
}

/// What tells users apart; the recorded sessions when nothing is said.
fn lane_key(text: &str) -> Result<LaneKey, Error> {
    if text.trim().is_empty() {
        return Ok(LaneKey::default());
    }
    text.parse()
        .map_err(|error| Error::Usage(format!("--lane: failed to {error}")))
}

/// `KEY=VALUE` as it is; `KEY` alone from the environment, so that no password stands in a shell history.
fn secrets(given: &[String]) -> Result<BTreeMap<String, String>, Error> {
    given
        .iter()
        .map(|secret| match secret.split_once('=') {
            Some((key, value)) => Ok((key.to_owned(), value.to_owned())),
            None => {
                let variable = format!(
                    "REPRISE_SECRET_{}",
                    secret
                        .to_ascii_uppercase()
                        .replace(|c: char| !c.is_ascii_alphanumeric(), "_")
                );
                let value = std::env::var(&variable).map_err(|_| {
                    Error::Usage(format!(
                        "--secret {secret}: give {secret}=VALUE, or set {variable}"
                    ))
                })?;
                Ok((secret.clone(), value))
            }
        })
        .collect()
}

fn run_before(command: &str) -> Result<(), Error> {
    let status = Command::new("sh").arg("-c").arg(command).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::Before(format!("'{command}' ended with {status}"))),
        Err(error) => Err(Error::Before(format!("'{command}': {error}"))),
    }
}
