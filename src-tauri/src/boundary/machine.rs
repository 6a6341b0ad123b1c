//! What this program is, and what this machine is good for.

use reprise_app::{Finding, ShopTargets};
use serde::Serialize;
use specta::Type;

/// What the About page says.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct About {
    /// Of Reprise.
    pub version: String,
    /// Of the web engine that draws the window; empty when it does not say.
    pub web_engine: String,
    /// This program.
    pub program: String,
    /// What was looked at on this machine.
    pub findings: Vec<MachineFinding>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, Serialize, Type)]
pub(crate) struct MachineFinding {
    /// `capture`, `file`, `space`, `key`, `files`, `ports`, `cores`, `timer`, `clock`.
    subject: String,
    /// `good`, `limited` or `bad`.
    health: String,
    found: String,
    /// What mends it: a command, or in words.
    fix: Option<String>,
}

/// Where the sample shop is, and what a replay of its traffic has to be supplied with.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShopCard {
    http: String,
    mysql: String,
    secret_name: String,
    secret_value: String,
}

impl From<Finding> for MachineFinding {
    fn from(finding: Finding) -> Self {
        Self {
            subject: finding.subject.to_owned(),
            health: finding.health.name().to_owned(),
            found: finding.found,
            fix: finding.fix,
        }
    }
}

impl From<ShopTargets> for ShopCard {
    fn from(targets: ShopTargets) -> Self {
        let (name, value) = targets.secret.split_once('=').unwrap_or_default();
        Self {
            secret_name: name.to_owned(),
            secret_value: value.to_owned(),
            http: targets.http,
            mysql: targets.mysql,
        }
    }
}
