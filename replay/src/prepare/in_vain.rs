//! What a plan names and its recording does not have: targets that nothing goes to, selectors that hold for nothing
//! that is sent, users nobody logged in as. It was probably meant otherwise, so it is said before anything is sent.

use std::collections::BTreeMap;

use reprise_fault::{Fault, Subject};
use reprise_store::RecordedRequest;
use reprise_wire::Protocol;
use reprise_wire::mysql::{ChangeUser, CommandCode};

use super::Told;
use crate::Plan;

/// So many names of what there is are told beside one that is not.
const NAMED: usize = 5;

/// What of a plan was met so far, while a recording is read.
#[derive(Debug)]
pub(crate) struct Met {
    /// The plan's HTTP routes, by their places.
    routes: Vec<bool>,
    mysql: bool,
    /// The recorded users that others stand for, by their places.
    users: Vec<bool>,
    /// The plan's faults, by their places; those of proxies strike elsewhere.
    faults: Vec<bool>,
}

impl Met {
    /// Nothing was met but those who logged in.
    pub(crate) fn new<'s>(plan: &Plan, logins: impl Iterator<Item = &'s str>) -> Self {
        let users = plan.mysql.as_ref().map_or(0, |route| route.users.len());
        let mut met = Self {
            routes: vec![false; plan.http.len()],
            mysql: false,
            users: vec![false; users],
            faults: plan.faults.iter().map(|one| one.via.is_some()).collect(),
        };
        for login in logins {
            met.user(plan, login);
        }
        met
    }

    /// Takes note of a recorded exchange, which goes to `route` if it `is_sent`.
    pub(crate) fn exchange(
        &mut self,
        plan: &Plan,
        (exchange, operation): (&RecordedRequest, &str),
        route: Option<u16>,
        is_sent: bool,
    ) {
        let row = &exchange.row;
        if let Some(met) = route.and_then(|route| self.routes.get_mut(usize::from(route))) {
            *met = true;
        }
        if row.protocol == Protocol::Mysql {
            self.mysql = true;
            if let Some(user) = exchange.request.as_deref().and_then(changed_user) {
                self.user(plan, &user);
            }
        }
        if is_sent && self.faults.contains(&false) {
            let subject = Subject {
                protocol: Some(row.protocol.into()),
                operation,
                summary: &row.summary,
                ..Subject::ANY
            };
            for (fault, met) in plan.faults.iter().zip(&mut self.faults) {
                *met = *met || may_strike(fault, subject);
            }
        }
    }

    fn user(&mut self, plan: &Plan, name: &str) {
        let users = plan.mysql.iter().flat_map(|route| &route.users);
        for (user, met) in users.zip(&mut self.users) {
            *met = *met || user.recorded == name;
        }
    }

    /// What was not met, each in words, with what the search for values in answers has to say.
    pub(crate) fn in_vain(
        &self,
        plan: &Plan,
        operations: &BTreeMap<u32, String>,
        told: &Told,
    ) -> Vec<String> {
        let routes = plan.http.iter().zip(&self.routes);
        let routes = routes.filter(|(_, met)| !**met).map(|(route, _)| {
            let recorded = route.recorded.as_ref();
            let taken = recorded.map_or_else(String::new, |recorded| format!("{recorded}="));
            format!("no recorded request goes to --http '{taken}{}'", route.url)
        });
        let mysql = plan.mysql.as_ref().filter(|_| !self.mysql).map(|route| {
            let address = &route.address;
            format!("nothing goes to --mysql '{address}': there is no MySQL in the recording")
        });
        let users = plan.mysql.iter().flat_map(|route| &route.users);
        let users = users.zip(&self.users).filter(|(_, met)| !**met);
        let users = users.map(|(user, _)| {
            format!(
                "--mysql-user '{0}=...': nobody logs in as '{0}' in the recording",
                user.recorded
            )
        });
        let faults = plan.faults.iter().zip(&self.faults);
        let faults = faults
            .filter(|(_, met)| !**met)
            .map(|(fault, _)| format!("the fault '{fault}' is for nothing that is sent"));
        let denied = plan.read_only_deny.iter();
        let denied = denied
            .filter(|name| !is_named(name, operations))
            .map(|name| format!("--read-only-deny '{name}': no recorded statement names it"));
        let rules = told.unused_rules.iter().map(|rule| {
            format!(
                "--correlate '{rule}' finds nothing: no request has, where it says, a field that an answer before it in \
                 its lane fills"
            )
        });
        let forbidden = told.unmet_names.iter().map(|name| {
            let known = known_names(told);
            format!("--no-correlate '{name}': no value from an answer is called so{known}")
        });
        let found = routes.chain(mysql).chain(users).chain(faults);
        found.chain(denied).chain(rules).chain(forbidden).collect()
    }
}

/// Whether a fault would strike this exchange, in some copy and at some time.
fn may_strike(fault: &Fault, subject: Subject<'_>) -> bool {
    let copy = fault.selector.as_ref().and_then(|selector| selector.copy());
    fault.is_meant_for(&Subject { copy, ..subject })
}

/// The user that a COM_CHANGE_USER names.
fn changed_user(command: &[u8]) -> Option<String> {
    let body = command.strip_prefix(&[CommandCode::ChangeUser as u8])?;
    let change = ChangeUser::decode(body).ok()?;
    Some(String::from_utf8_lossy(&change.user).into_owned())
}

/// Whether statements name this function, as far as their operations show.
fn is_named(function: &str, operations: &BTreeMap<u32, String>) -> bool {
    let bare = function.rsplit('.').next().unwrap_or(function);
    let bare = bare.trim_matches('`').to_ascii_lowercase();
    let mut operations = operations.values();
    // of one that was too long the end is not there
    operations.any(|operation| {
        operation.ends_with("...") || operation.to_ascii_lowercase().contains(&bare)
    })
}

/// What the values from answers are called.
fn known_names(told: &Told) -> String {
    let mut names: Vec<&str> = Vec::new();
    for one in &told.correlations {
        if !names.contains(&one.name.as_str()) {
            names.push(&one.name);
        }
    }
    match names.len() {
        0 => ", and there is none".to_owned(),
        all => {
            let more = if all > NAMED { " and others" } else { "" };
            let named = names.get(..NAMED).unwrap_or(&names).join(", ");
            format!("; they are called {named}{more}")
        }
    }
}
