//! Replaying: a request of a face becomes a plan with allowed targets, and a job to follow.

mod asked;
mod curve;
mod doubt;
pub(crate) mod http_targets;
mod job;
mod orders;
mod outlook;
mod reaching;
mod request;
mod resuming;
mod rewrites;
mod same_server;
mod statements;
mod watched;
mod written;

use std::ops::ControlFlow;
use std::process::Command;
use std::time::Duration;

use jiff::tz::TimeZone;
use reprise_replay::{
    HttpRoute, Plan, PlanningWatch, Prepared, ReplayConfig, Secrets, Watch, would_refuse,
};
use reprise_store::{AllowedTarget, Recording, RecordingId};

pub use job::{ReplayJob, ReplayNews};
pub use orders::RunOrders;
pub use outlook::{AllowedTargets, PlannedReplay, times_recorded};
pub use request::{RateChange, ReplayRequest, parse_copies, parse_factor};
pub use watched::describe_watched;

use asked::Asked;

use crate::mysql_url::MysqlUrl;
use crate::{Error, Library, between};

/// How long a MySQL target may take to tell its key columns.
const ASK_WITHIN: Duration = Duration::from_secs(10);

/// What is said of a run that took any certificate.
pub(crate) const UNVERIFIED: &str =
    "certificates were not verified (--insecure): the targets may not be who they say";

impl Library {
    /// Whether a replay that was worked out from this request can start, as far as that is known without connecting
    /// to anything.
    ///
    /// # Errors
    /// As [`Self::start_replay`] would refuse it.
    pub fn would_start(
        &self,
        request: &ReplayRequest,
        planned: &PlannedReplay,
    ) -> Result<(), Error> {
        self.check_run_name(request)?;
        let recording = self.store.recording(&planned.asked.plan.recording)?.id;
        let (targets, _) = self.targets_of(request, &planned.asked, recording)?;
        Ok(would_refuse(&planned.prepared, &targets, &self.store)?)
    }

    /// Starts a replay.
    ///
    /// # Errors
    /// When the request cannot be read, the target is refused, or nothing is left to send.
    pub fn replay(&self, request: &ReplayRequest) -> Result<ReplayJob, Error> {
        let planned = self.plan_replay(request, &mut |_| ControlFlow::Continue(()))?;
        self.start_replay(request, planned)
    }

    /// Works a replay out, telling `watch` how far it is, and sends nothing yet.
    ///
    /// # Errors
    /// When the request cannot be read, a target is refused, or `watch` ends it.
    pub fn plan_replay(
        &self,
        request: &ReplayRequest,
        watch: PlanningWatch<'_>,
    ) -> Result<PlannedReplay, Error> {
        let asked = self.asked(request)?;
        // a target that is refused is said before a long recording is read
        let targets = self.allow_targets_of(request, &asked)?;
        let prepared = Prepared::watched(asked.plan.clone(), &self.store, watch)?;
        Ok(PlannedReplay {
            asked,
            targets,
            prepared,
        })
    }

    /// Starts a replay that was worked out from the same request.
    ///
    /// # Errors
    /// When a target is refused or cannot be reached, or nothing is left to send.
    pub fn start_replay(
        &self,
        request: &ReplayRequest,
        planned: PlannedReplay,
    ) -> Result<ReplayJob, Error> {
        let PlannedReplay {
            asked, prepared, ..
        } = planned;
        // before a command empties a database for a run that cannot be
        self.check_run_name(request)?;
        prepared.sends_something()?;
        let recording = self.store.recording(&asked.plan.recording)?;
        let (targets, mut warnings) = self.targets_of(request, &asked, recording.id)?;
        if asked.plan.resumes.is_some() {
            warnings.push(resuming::resumed(&asked.plan).to_owned());
        }
        if asked.plan.tls.insecure {
            warnings.push(UNVERIFIED.to_owned());
        }
        let run = match &request.run {
            Some(name) => name.clone(),
            None => self.next_run_name(&recording)?,
        };
        if let Some(command) = &request.before {
            run_before(command)?;
        }
        let mut config = ReplayConfig {
            prepared,
            run,
            targets,
            secrets: Secrets(asked.secrets),
            users: asked.users,
            mysql_room: None,
            redaction: self.redaction_of_answers(&recording)?,
        };
        let (reached, names) = self.reach(request, &config.targets, &asked.plan, recording.id)?;
        warnings.extend(names);
        config
            .prepared
            .ask_keys(&config.targets, asked.plan.timeout().min(ASK_WITHIN))?;
        config.mysql_room = reached.iter().find_map(|target| target.room);
        ReplayJob::start(config, self, warnings)
    }

    /// The plan that a request asks for.
    pub(crate) fn plan_of(&self, request: &ReplayRequest) -> Result<Plan, Error> {
        Ok(self.asked(request)?.plan)
    }

    /// The request, read against its recording.
    fn asked(&self, request: &ReplayRequest) -> Result<Asked, Error> {
        let plan = match (&request.plan, &request.again, &request.resume) {
            (_, _, Some(run)) => self.resumed(run)?,
            (_, Some(run), None) => Plan {
                resumes: None,
                ..self.plan_of_run(run)?
            },
            (Some(name), None, None) => self.saved_plan(name)?,
            (None, None, None) => Plan::of(request.recording.clone()),
        };
        let mut asked = Asked::of(request, plan)?;
        if let Some(text) = &request.between {
            let recording = self.store.recording(&asked.plan.recording)?;
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

    /// The targets of the plan's HTTP probes, once they are allowed.
    fn allowed_probes(
        &self,
        request: &ReplayRequest,
        plan: &Plan,
        recording: RecordingId,
    ) -> Result<Vec<AllowedTarget>, Error> {
        let recorded_too = request.allow_recorded_server;
        let targets = plan.probes.iter().filter_map(|probe| match &probe.watch {
            Watch::Http { target, .. } => Some(target),
            _ => None,
        });
        let allowed =
            targets.map(|target| self.store.allow_http(target, Some(recording), recorded_too));
        Ok(allowed.collect::<Result<_, _>>()?)
    }

    /// Where the plan's proxies are controlled, once that is allowed.
    fn allowed_controls(
        &self,
        request: &ReplayRequest,
        plan: &Plan,
        recording: RecordingId,
    ) -> Result<Vec<AllowedTarget>, Error> {
        let recorded_too = request.allow_recorded_server;
        let allowed = plan.proxies.iter().map(|url| {
            let target = self.store.allow_http(url, Some(recording), recorded_too)?;
            if target.is_https() {
                return Err(Error::Usage(format!(
                    "--with-proxy '{url}': proxies are controlled over plain HTTP; write http://HOST:PORT"
                )));
            }
            Ok(target)
        });
        allowed.collect()
    }

    /// Refuses a run's name that no run can have, or that one has.
    ///
    /// # Errors
    /// As it says.
    pub fn check_run_name(&self, request: &ReplayRequest) -> Result<(), Error> {
        let name = request.run.as_deref();
        Ok(name.map_or(Ok(()), |name| self.store.check_run_name(name))?)
    }

    /// The recording's name and the first number that no run has.
    fn next_run_name(&self, recording: &Recording) -> Result<String, Error> {
        self.free_run_name(&recording.name, |run, name| run == name)
    }
}

fn run_before(command: &str) -> Result<(), Error> {
    let status = Command::new("sh").arg("-c").arg(command).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::Before(format!("'{command}' ended with {status}"))),
        Err(error) => Err(Error::Before(format!("'{command}': {error}"))),
    }
}
