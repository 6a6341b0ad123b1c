//! A stored plan once more: of a run or with a name, as another run.

use reprise_app::{Library, Plan, ReplayRequest, mysql_url};
use serde::Deserialize;
use specta::Type;

use super::fields::filled;
use super::replay::Secret;
use crate::error::Failure;

/// Which plan is run, with what a plan does not keep.
#[derive(Clone, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgainForm {
    from: PlanSource,
    /// The name of that run or plan.
    of: String,
    /// The new run's name.
    name: String,
    secrets: Vec<Secret>,
    /// Of the plan's MySQL user; none when empty.
    mysql_password: String,
    /// A file of accounts for the copies; none when empty.
    users: String,
    /// Where its proxies are controlled now; as the plan says when empty.
    controls: Vec<String>,
    /// What those want to be told; nothing when empty.
    control_token: String,
    /// Runs the commands of the plan on this machine.
    run_commands: bool,
    /// A shell command to run first; none when empty.
    before: String,
}

/// Where a stored plan comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
enum PlanSource {
    /// A run.
    Run,
    /// A run that ended early, from where it got.
    Resume,
    /// It has a name of its own.
    Plan,
}

impl AgainForm {
    /// The plan itself.
    ///
    /// # Errors
    /// When there is no such run or plan.
    pub(crate) fn plan(&self, library: &Library) -> Result<Plan, Failure> {
        Ok(match self.from {
            PlanSource::Run | PlanSource::Resume => library.plan_of_run(&self.of)?,
            PlanSource::Plan => library.saved_plan(&self.of)?,
        })
    }

    /// The request the fields make of the plan.
    pub(crate) fn request(self, plan: &Plan) -> ReplayRequest {
        let mut request = ReplayRequest::new(String::new());
        match self.from {
            PlanSource::Run => request.again = Some(self.of),
            PlanSource::Resume => request.resume = Some(self.of),
            PlanSource::Plan => request.plan = Some(self.of),
        }
        request.run = filled(&self.name);
        request.secrets = self.secrets.iter().map(Secret::written).collect();
        request.users = filled(&self.users).map(Into::into);
        request.with_proxies = self.controls.iter().filter_map(|at| filled(at)).collect();
        request.control_token = filled(&self.control_token);
        request.run_commands = self.run_commands;
        request.before = filled(&self.before);
        if let Some(route) = plan
            .mysql
            .as_ref()
            .filter(|_| !self.mysql_password.is_empty())
        {
            request.mysql = Some(mysql_url(route, &self.mysql_password));
        }
        request
    }
}
