//! What can be said before a replay starts: whether its targets are allowed, and what it would send.

use reprise_replay::{Outline, Plan, Prepared, Speed};

use super::asked::Asked;
use crate::{Error, Library, ReplayRequest};

/// Targets that a replay may send to.
#[derive(Clone, Debug, Default)]
pub struct AllowedTargets {
    /// Host and port of each.
    pub names: Vec<String>,
    /// What the user should see before anything is sent.
    pub warnings: Vec<String>,
    /// Whether all of them are this machine, as far as addresses tell.
    pub loopback: bool,
}

/// A replay worked out, and not begun.
pub struct PlannedReplay {
    pub(super) asked: Asked,
    pub(super) targets: AllowedTargets,
    pub(super) prepared: Prepared,
}

impl PlannedReplay {
    /// What it would send and leave out, and why.
    pub fn outline(&self) -> Outline {
        self.prepared.outline()
    }

    /// Where it would send that.
    pub const fn targets(&self) -> &AllowedTargets {
        &self.targets
    }
}

impl Library {
    /// Whether the request's targets are allowed, as a run would find out. Resolves their names; connects to nothing.
    ///
    /// # Errors
    /// When the request cannot be read, or a target is refused.
    pub fn allow_targets(&self, request: &ReplayRequest) -> Result<AllowedTargets, Error> {
        self.allow_targets_of(request, &self.asked(request)?)
    }

    pub(super) fn allow_targets_of(
        &self,
        request: &ReplayRequest,
        asked: &Asked,
    ) -> Result<AllowedTargets, Error> {
        let recording = self.store.recording(&asked.plan.recording)?.id;
        let (targets, warnings) = self.targets_of(request, asked, recording)?;
        targets.can_be_used(&asked.plan)?;
        let mut allowed = AllowedTargets {
            loopback: true,
            warnings,
            ..AllowedTargets::default()
        };
        let http = targets.http.iter().map(|target| {
            let scheme = if target.is_https() { "https" } else { "http" };
            (scheme, target)
        });
        let mysql = targets.mysql.iter().map(|login| ("mysql", &login.target));
        for (scheme, target) in http.chain(mysql) {
            allowed
                .names
                .push(format!("{scheme}://{}", target.authority()));
            let mut addresses = target.addresses().iter();
            allowed.loopback &= addresses.all(|address| address.ip().to_canonical().is_loopback());
        }
        Ok(allowed)
    }
}

/// How many times the recorded rate a plan asks for; `None` when it goes as fast as the target answers.
pub fn times_recorded(plan: &Plan) -> Option<f64> {
    match plan.rate.speed {
        Speed::Times(times) => Some(times * plan.rate.copies),
        Speed::Max => None,
    }
}
