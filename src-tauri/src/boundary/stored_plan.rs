//! A plan that is kept: its card, what running it asks for, and its fields.

use std::collections::BTreeSet;

use reprise_app::answer::PlanAnswer;
use reprise_app::{Plan, ReplayRequest};
use serde::Serialize;
use specta::Type;

use super::ReplayForm;

/// One plan that is kept under a name.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanCard {
    name: String,
    recording: String,
    saved_at: String,
    /// Where it sends.
    targets: Vec<String>,
    seed: String,
    needs: PlanNeeds,
}

/// What a plan does not hold, or may not do unasked.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PlanNeeds {
    /// The secrets it needs, by name.
    secrets: Vec<String>,
    /// Who logs in to MySQL; null when it sends none.
    mysql_user: Option<String>,
    /// How many accounts its copies have of their own.
    accounts: u32,
    /// The commands it would run on this machine.
    commands: Vec<String>,
    /// Where its proxies are controlled.
    controls: Vec<String>,
    /// The proxies that its faults name.
    proxies: Vec<String>,
}

/// A plan in the fields of the Replay page.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpenedPlan {
    form: ReplayForm,
    /// What has to be given again, in words.
    left_out: Vec<String>,
}

impl PlanCard {
    /// The card of a plan.
    pub(crate) fn new(answer: PlanAnswer, plan: &Plan) -> Self {
        let targets = answer.http.into_iter().chain(answer.mysql);
        Self {
            name: answer.name,
            recording: answer.recording,
            saved_at: answer.saved_at,
            targets: targets.collect(),
            seed: answer.seed.to_string(),
            needs: PlanNeeds::of(plan),
        }
    }
}

impl PlanNeeds {
    /// What this plan needs.
    pub(crate) fn of(plan: &Plan) -> Self {
        let named: BTreeSet<&String> = plan
            .faults
            .iter()
            .filter_map(|fault| fault.via.as_ref())
            .collect();
        Self {
            secrets: plan.secrets.clone(),
            mysql_user: plan.mysql.as_ref().map(|route| route.user.clone()),
            accounts: plan.users,
            commands: plan.commands.iter().map(ToString::to_string).collect(),
            controls: plan.proxies.clone(),
            proxies: named.into_iter().cloned().collect(),
        }
    }
}

impl OpenedPlan {
    /// The fields that ask for this plan.
    pub(crate) fn new(plan: &Plan) -> Self {
        let left_out = ReplayRequest::left_out_of(plan);
        Self {
            form: ReplayForm::of(&ReplayRequest::of_plan(plan)),
            left_out: left_out.into_iter().map(str::to_owned).collect(),
        }
    }
}
