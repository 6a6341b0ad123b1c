//! A request read: the plan it asks for, anew or on top of another run's, and what a plan never holds: the
//! values of its secrets, the password of its MySQL user.

use std::collections::BTreeMap;
use std::path::Path;

use reprise_fault::Fault;
use reprise_measure::Check;
use reprise_replay::{
    LaneKey, MysqlRoute, Plan, Probe, Rate, RateBy, Speed, StagesError, Tls, Users,
};

use super::request::{RateChange, ReplayRequest};
use super::{http_targets, rewrites, statements, watched};
use crate::Error;
use crate::library::parse_filter;
use crate::mysql_url::MysqlUrl;
use crate::mysql_users;
use crate::proxy::control_address;

/// A request, read.
pub(super) struct Asked {
    pub(super) plan: Plan,
    pub(super) mysql: Option<MysqlUrl>,
    /// The passwords of users that stand for particular recorded ones.
    pub(super) mysql_passwords: BTreeMap<String, String>,
    /// The values of the plan's secrets, by name.
    pub(super) secrets: BTreeMap<String, String>,
    pub(super) users: Users,
    /// The passwords of watched sources that were given one, by name.
    pub(super) watch_passwords: BTreeMap<String, String>,
}

impl Asked {
    /// `plan` with what the request asks for otherwise; all but the part of the recording.
    pub(super) fn of(request: &ReplayRequest, mut plan: Plan) -> Result<Self, Error> {
        let mysql = match (&request.mysql, &plan.mysql) {
            (Some(url), _) => Some(MysqlUrl::parse(url)?),
            (None, Some(route)) => Some(MysqlUrl::of_route(route)),
            (None, None) => None,
        };
        apply(request, &mut plan)?;
        if mysql.is_none() && !request.mysql_users.is_empty() {
            return Err(Error::Usage(
                "--mysql-user: there is no MySQL target to log in to; name it with --mysql"
                    .to_owned(),
            ));
        }
        let secrets = secrets(&request.secrets, &plan.secrets)?;
        let stored = plan.mysql.take().map_or_else(Vec::new, |route| route.users);
        let (mysql_users, mysql_passwords) = mysql_users::users(&request.mysql_users, &stored)?;
        plan.mysql = mysql.as_ref().map(|url| MysqlRoute {
            users: mysql_users,
            ..url.route()
        });
        let (sources, watch_passwords) = watched::sources(&request.watch)?;
        if !sources.is_empty() {
            plan.watch = sources;
        }
        watched::check(&plan)?;
        plan.secrets = secrets.keys().cloned().collect();
        let users = request.users.as_deref().map(users).transpose()?;
        plan.users = users.as_ref().map_or(plan.users, Users::count);
        Ok(Self {
            plan,
            mysql,
            mysql_passwords,
            secrets,
            users: users.unwrap_or_default(),
            watch_passwords,
        })
    }
}

/// Changes a plan as far as the request says something, but for its MySQL route and its secrets.
fn apply(request: &ReplayRequest, plan: &mut Plan) -> Result<(), Error> {
    if !request.recording.is_empty() {
        plan.recording.clone_from(&request.recording);
    }
    apply_rate(request, plan)?;
    if let Some(key) = filled(request.lanes.as_deref()) {
        plan.lanes = key
            .parse::<LaneKey>()
            .map_err(|error| Error::Usage(format!("--lane: failed to {error}")))?;
    }
    if !request.http.is_empty() {
        plan.http = http_targets::routes(&request.http)?;
    }
    if request.host.is_some() {
        plan.host = http_targets::host(request.host.as_deref())?;
    }
    if let Some(connections) = &request.connections {
        plan.connections = http_targets::connections(connections)?;
    }
    if request.rewrites_file.is_some() || !request.rewrites.is_empty() {
        plan.rewrites = rewrites::rules(request)?;
    }
    if request.ca.is_some() || request.insecure {
        plan.tls = Tls {
            ca: request.ca.clone(),
            insecure: request.insecure,
        };
    }
    if !request.probes.is_empty() {
        plan.probes = probes(&request.probes)?;
    }
    if !request.faults.is_empty() {
        plan.faults = faults(&request.faults)?;
    }
    if !request.with_proxies.is_empty() {
        plan.proxies = request
            .with_proxies
            .iter()
            .map(|url| control_address(url))
            .collect();
    }
    apply_commands(request, plan)?;
    if !request.checks.is_empty() {
        check_checks(&request.checks)?;
        plan.checks.clone_from(&request.checks);
    }
    if let Some(path) = &request.statements {
        plan.statements = statements::read(path)?;
    }
    if let Some(filter) = filled(request.filter.as_deref()) {
        parse_filter(Some(filter))?;
        plan.filter = Some(filter.to_owned());
    }
    check_probes(plan)?;
    plan.seed = request.seed.unwrap_or(plan.seed);
    plan.timeout_ms = request.timeout_ms.unwrap_or(plan.timeout_ms);
    plan.http_order = request.http_order.unwrap_or(plan.http_order);
    if !request.correlate.is_empty() {
        plan.correlate.clone_from(&request.correlate);
    }
    if !request.no_correlate.is_empty() {
        plan.no_correlate.clone_from(&request.no_correlate);
    }
    if let Some(run) = filled(request.baseline.as_deref()) {
        plan.baseline = Some(run.to_owned());
    }
    plan.missing_values = request.missing_values.unwrap_or(plan.missing_values);
    plan.abort_on_fail |= request.abort_on_fail;
    plan.abort_after_ms = request.abort_after_ms.unwrap_or(plan.abort_after_ms);
    plan.read_only |= request.read_only || !request.read_only_deny.is_empty();
    plan.read_only_deny
        .extend_from_slice(&request.read_only_deny);
    plan.copy_writes = request.copy_writes.unwrap_or(plan.copy_writes);
    for key in &request.shift_keys {
        let added = plan.shift_keys.add(key);
        added.map_err(|error| Error::Usage(format!("--shift-keys: failed to {error}")))?;
    }
    plan.pin_clock |= request.pin_clock;
    plan.both_tiers |= request.both_tiers;
    // a step that is played again by itself is none of its search
    plan.search.clone_from(&request.search);
    Ok(())
}

/// What is run when. A stored plan may come from somebody else: what it would run on this machine has to be
/// wanted by whoever runs it again.
fn apply_commands(request: &ReplayRequest, plan: &mut Plan) -> Result<(), Error> {
    if let Some(first) = plan.commands.first()
        && request.commands.is_empty()
        && !request.run_commands
    {
        return Err(Error::Usage(format!(
            "the plan runs commands on this machine, the first of them '{first}': say --run-commands to run them, \
             or --at with others"
        )));
    }
    if !request.commands.is_empty() {
        let commands = request.commands.iter().map(|text| {
            text.parse()
                .map_err(|error| Error::Usage(format!("--at: failed to {error}")))
        });
        plan.commands = commands.collect::<Result<_, _>>()?;
    }
    Ok(())
}

/// How fast, how often and how long.
fn apply_rate(request: &ReplayRequest, plan: &mut Plan) -> Result<(), Error> {
    let rate = match request.rate {
        RateChange::AsRecorded => None,
        RateChange::Copies(times) => Some(Rate::by_copies(times)),
        RateChange::Speed(times) => Some(Rate::by_speed(times)),
        RateChange::Max => Some(Rate {
            speed: Speed::Max,
            by: RateBy::Speed,
            ..Rate::default()
        }),
    };
    if let Some(rate) = rate {
        plan.rate = rate;
    }
    if let Some(copies) = request.copies {
        plan.rate.copies = copies;
    }
    if let Some(stages) = &request.stages {
        plan.rate.by = request.stages_by;
        plan.stages = stages
            .parse()
            .map_err(|error: StagesError| Error::Usage(format!("--stages: failed to {error}")))?;
    }
    plan.duration_ms = request.duration_ms.or(plan.duration_ms);
    plan.warm_up_ms = request.warm_up_ms.unwrap_or(plan.warm_up_ms);
    plan.repeat |= request.repeat || request.duration_ms.is_some();
    Ok(())
}

/// A text that says something.
fn filled(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

fn probes(given: &[String]) -> Result<Vec<Probe>, Error> {
    let probes = given.iter().map(|probe| {
        probe
            .parse()
            .map_err(|error| Error::Usage(format!("--probe: failed to {error}")))
    });
    probes.collect()
}

/// A check of a probe that is not there would never hold.
fn check_probes(plan: &Plan) -> Result<(), Error> {
    for text in &plan.checks {
        let check = Check::parse(text).ok();
        let Some(name) = check.as_ref().and_then(Check::probe) else {
            continue;
        };
        if !plan.probes.iter().any(|probe| probe.name == name) {
            return Err(Error::Usage(format!(
                "--check '{text}': there is no probe '{name}'; add --probe '{name}=http://HOST/PATH' or the like"
            )));
        }
    }
    Ok(())
}

fn faults(given: &[String]) -> Result<Vec<Fault>, Error> {
    let faults = given.iter().map(|fault| {
        fault
            .parse()
            .map_err(|error| Error::Usage(format!("--fault '{fault}': {error}")))
    });
    faults.collect()
}

fn check_checks(given: &[String]) -> Result<(), Error> {
    for check in given {
        Check::parse(check)
            .map_err(|error| Error::Usage(format!("--check '{check}': failed to {error}")))?;
    }
    Ok(())
}

/// The values of secrets: `KEY=VALUE` as it is; `KEY` alone, and what the plan needs besides, from the
/// environment, so that no password stands in a shell history.
fn secrets(given: &[String], needed: &[String]) -> Result<BTreeMap<String, String>, Error> {
    let key = |secret: &String| secret.split('=').next().unwrap_or_default().to_owned();
    let named: Vec<String> = given.iter().map(key).collect();
    let more = needed.iter().filter(|name| !named.contains(name));
    given.iter().chain(more).map(secret).collect()
}

fn secret(secret: &String) -> Result<(String, String), Error> {
    if let Some((key, value)) = secret.split_once('=') {
        return Ok((key.to_owned(), value.to_owned()));
    }
    let key = secret
        .to_ascii_uppercase()
        .replace(|c: char| !c.is_ascii_alphanumeric(), "_");
    let variable = format!("REPRISE_SECRET_{key}");
    let value = std::env::var(&variable).map_err(|_| {
        Error::Usage(format!(
            "--secret {secret}: give {secret}=VALUE, or set {variable}"
        ))
    })?;
    Ok((secret.clone(), value))
}

/// The accounts in a file.
fn users(path: &Path) -> Result<Users, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::File {
        doing: "read",
        path: path.to_owned(),
        source,
    })?;
    let shown = path.display();
    let users = Users::parse(&text).map_err(|line| {
        Error::Usage(format!(
            "--users {shown}: line {line} is no account; write user:password on each line"
        ))
    })?;
    if users.count() == 0 {
        return Err(Error::Usage(format!(
            "--users {shown}: it has no account in it"
        )));
    }
    Ok(users)
}
