//! A run once more: the plan of one that there is, under another name.

use reprise_app::{Plan, ReplayRequest, mysql_url};
use serde::Deserialize;
use specta::Type;

use super::fields::filled;
use super::replay::Secret;

/// What a plan does not keep, for running it again.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AgainForm {
    /// The run whose plan it is.
    run: String,
    /// Goes on where that run got, instead of from the beginning.
    resume: bool,
    /// The new run's name.
    name: String,
    secrets: Vec<Secret>,
    /// Of the plan's MySQL user; none when empty.
    mysql_password: String,
    /// A shell command to run first; none when empty.
    before: String,
}

impl AgainForm {
    /// The run whose plan it is.
    pub(crate) fn run(&self) -> &str {
        &self.run
    }

    /// The request the fields make of the run's plan.
    pub(crate) fn request(self, plan: &Plan) -> ReplayRequest {
        let mut request = ReplayRequest::new(String::new());
        if self.resume {
            request.resume = Some(self.run);
        } else {
            request.again = Some(self.run);
        }
        request.run = filled(&self.name);
        request.secrets = self.secrets.iter().map(Secret::written).collect();
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
