//! The targets of a request, allowed and with who logs in; and whether they are there.

use std::time::Duration;

use reprise_fault::RemoteProxies;
use reprise_replay::{MysqlLogin, Plan, Reached, Targets};
use reprise_store::{AllowedTarget, RecordingId};

use super::asked::Asked;
use super::{same_server, watched};
use crate::{Error, Library, ReplayRequest};

/// How long a target may take to let the first connection in.
const REACH_WITHIN: Duration = Duration::from_secs(10);

impl Library {
    /// Connects to every target once, logs in where it is MySQL, and leaves again. Answers what there is to
    /// say of each, in words.
    ///
    /// # Errors
    /// When the request cannot be read, or a target is refused or cannot be reached.
    pub fn try_targets(&self, request: &ReplayRequest) -> Result<Vec<String>, Error> {
        let asked = self.asked(request)?;
        let recording = self.store.recording(&asked.plan.recording)?.id;
        let (targets, _) = self.targets_of(request, &asked, recording)?;
        let (reached, names) = self.reach(request, &targets, &asked.plan, recording)?;
        Ok(reached.iter().map(answers).chain(names).collect())
    }

    /// The request's targets, once they are allowed, and what to know before anything is sent to them.
    pub(super) fn targets_of(
        &self,
        request: &ReplayRequest,
        asked: &Asked,
        recording: RecordingId,
    ) -> Result<(Targets, Vec<String>), Error> {
        let (http, mysql) = self.allowed(request, asked, recording)?;
        let probes = self.allowed_probes(request, &asked.plan, recording)?;
        let controls = self.allowed_controls(request, &asked.plan, recording)?;
        let watch = self.allowed_sources(request, asked, recording)?;
        let targets = http.iter().chain(&mysql).chain(&probes).chain(&controls);
        let targets = targets.chain(watch.iter().filter_map(watched::target_of));
        let warnings = warnings_of(targets);
        let control = |target| RemoteProxies::new(target, request.control_token.clone());
        let mysql = mysql.zip(asked.mysql.as_ref());
        let mysql = mysql.map(|(target, url)| MysqlLogin {
            target,
            user: url.user.clone(),
            password: url.password.clone(),
            database: url.database.clone(),
            passwords: asked.mysql_passwords.clone(),
        });
        let targets = Targets {
            http,
            mysql,
            probes,
            watch,
            proxies: controls.into_iter().map(control).collect(),
        };
        Ok((targets, warnings))
    }

    /// Connects to every target once: what they are, and what to show of the names they go by.
    pub(super) fn reach(
        &self,
        request: &ReplayRequest,
        targets: &Targets,
        plan: &Plan,
        recording: RecordingId,
    ) -> Result<(Vec<Reached>, Vec<String>), Error> {
        let reached = targets.reach(plan, plan.timeout().min(REACH_WITHIN))?;
        let recorded_too = request.allow_recorded_server;
        let names = same_server::compare(&reached, &self.store, recording, recorded_too)?;
        Ok((reached, names))
    }
}

/// What to know of targets, each thing once: a probe often asks what the load is sent to.
fn warnings_of<'a>(targets: impl Iterator<Item = &'a AllowedTarget>) -> Vec<String> {
    let mut warnings: Vec<String> = Vec::new();
    for warning in targets.flat_map(|target| target.warnings().to_vec()) {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    warnings
}

/// That a target is there, and how many connections it has left where it says so.
fn answers(reached: &Reached) -> String {
    match reached.room {
        Some(room) => format!(
            "{} answers; {} of its {} connections are free",
            reached.target,
            room.most.saturating_sub(room.used),
            room.most
        ),
        None => format!("{} answers", reached.target),
    }
}
