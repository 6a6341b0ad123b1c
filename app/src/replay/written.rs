//! A plan written as the request that asks for it, for a face to show in its fields and to change there.

use reprise_measure::length;
use reprise_replay::{
    Connections, CopyWrites, HostField, HttpOrder, LaneKey, MissingValues, Plan, Probe, RateBy,
    ShiftKeys, Speed, WatchFrom, WatchedSource,
};

use super::http_targets::shown;
use super::request::{RateChange, ReplayRequest};
use crate::mysql_url::mysql_url;

impl ReplayRequest {
    /// The request that asks for this plan: [`Self::left_out_of`] says what no request repeats.
    pub fn of_plan(plan: &Plan) -> Self {
        let usual = Plan::default();
        let mut request = Self::new(plan.recording.clone());
        request.http = plan.http.iter().map(shown).collect();
        request.host = match &plan.host {
            HostField::Target => None,
            HostField::Keep => Some("keep".to_owned()),
            HostField::Name(name) => Some(name.clone()),
        };
        request.ca.clone_from(&plan.tls.ca);
        request.insecure = plan.tls.insecure;
        request.connections = match plan.connections {
            Connections::Recorded => None,
            Connections::Pool(most) => Some(format!("pool:{most}")),
        };
        if let Some(route) = &plan.mysql {
            request.mysql = Some(mysql_url(route, ""));
            let users = route.users.iter();
            request.mysql_users = users
                .map(|user| format!("{}={}", user.recorded, user.user))
                .collect();
        }
        write_rate(plan, &mut request);
        request.between = plan.between.map(|part| {
            let [from, to] = [part.from_us, part.to_us].map(length::exact);
            format!("{from}..{to}")
        });
        request.lanes = (plan.lanes != LaneKey::default()).then(|| plan.lanes.to_string());
        request.filter.clone_from(&plan.filter);
        request.probes = plan.probes.iter().map(probe).collect();
        request.watch = plan.watch.iter().map(watched).collect();
        request.faults = texts(&plan.faults);
        request.with_proxies.clone_from(&plan.proxies);
        request.commands = texts(&plan.commands);
        request.checks.clone_from(&plan.checks);
        request.abort_on_fail = plan.abort_on_fail;
        request.abort_after_ms = (plan.abort_after_ms > 0).then_some(plan.abort_after_ms);
        request.rewrites = texts(&plan.rewrites);
        request.secrets.clone_from(&plan.secrets);
        request.correlate.clone_from(&plan.correlate);
        request.no_correlate.clone_from(&plan.no_correlate);
        request.baseline.clone_from(&plan.baseline);
        request.missing_values =
            (plan.missing_values == MissingValues::Skip).then_some(MissingValues::Skip);
        request.seed = Some(plan.seed);
        request.timeout_ms = (plan.timeout_ms != usual.timeout_ms).then_some(plan.timeout_ms);
        request.http_order = (plan.http_order == HttpOrder::None).then_some(HttpOrder::None);
        request.read_only = plan.read_only;
        request.read_only_deny.clone_from(&plan.read_only_deny);
        request.copy_writes = (plan.copy_writes == CopyWrites::Skip).then_some(CopyWrites::Skip);
        request.shift_keys = keys(&plan.shift_keys);
        request.pin_clock = plan.pin_clock;
        request.both_tiers = plan.both_tiers;
        request
    }

    /// What of a plan has to be given again, because it came from a file that the plan does not name.
    pub fn left_out_of(plan: &Plan) -> Vec<&'static str> {
        let statements = (!plan.statements.is_empty())
            .then_some("what was prepared before the recording began: name its file again");
        let users = (plan.users > 0).then_some("the accounts of the copies: name their file again");
        statements.into_iter().chain(users).collect()
    }
}

fn write_rate(plan: &Plan, request: &mut ReplayRequest) {
    let copies = plan.rate.copies;
    match plan.rate.speed {
        Speed::Max => request.rate = RateChange::Max,
        Speed::Times(times) if plan.rate.by == RateBy::Speed || times != 1.0 => {
            request.rate = RateChange::Speed(times);
        }
        Speed::Times(_) if copies != 1.0 => request.rate = RateChange::Copies(copies),
        Speed::Times(_) => {}
    }
    let is_said = matches!(request.rate, RateChange::Copies(_));
    request.copies = (copies != 1.0 && !is_said).then_some(copies);
    request.stages = (!plan.stages.is_empty()).then(|| plan.stages.to_string());
    request.stages_by = plan.rate.by;
    request.repeat = plan.repeat;
    request.duration_ms = plan.duration_ms;
    request.warm_up_ms = (plan.warm_up_ms > 0).then_some(plan.warm_up_ms);
}

/// As whoever asks for them writes them, each on its own.
fn texts<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn probe(probe: &Probe) -> String {
    let watch = probe.watch.to_string();
    if probe.name == watch {
        watch
    } else {
        format!("{}={watch}", probe.name)
    }
}

/// A source to watch; who logs in there is asked for again.
fn watched(source: &WatchedSource) -> String {
    let from = match &source.from {
        WatchFrom::Mysql(route) => mysql_url(route, ""),
        from => from.to_string(),
    };
    if source.name == source.from.usual_name() {
        from
    } else {
        format!("{}={from}", source.name)
    }
}

/// A new plan finds keys by itself, unless it is told not to.
fn keys(keys: &ShiftKeys) -> Vec<String> {
    let none = (!keys.auto).then(|| "none".to_owned());
    none.into_iter().chain(texts(&keys.columns)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::asked::Asked;
    use super::*;

    fn plan_of(request: &ReplayRequest) -> Plan {
        Asked::of(request, Plan::of(""))
            .unwrap_or_else(|error| panic!("{error}"))
            .plan
    }

    fn full() -> ReplayRequest {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        ReplayRequest {
            http: texts(&["http://127.0.0.1:80", "/api=http://127.0.0.1:81"]),
            host: Some("keep".to_owned()),
            insecure: true,
            connections: Some("pool:50".to_owned()),
            mysql: Some("mysql://load@db:3307/shop?tls=required".to_owned()),
            mysql_users: texts(&["app=stage"]),
            rewrites: texts(&["header:X-Env=staging for method:POST", "path:s|^/v1/|/v2/|"]),
            rate: RateChange::Speed(2.0),
            copies: Some(3.0),
            stages: Some("1x:1m,5x..10x:90500ms".to_owned()),
            stages_by: RateBy::Speed,
            duration_ms: Some(90_000),
            warm_up_ms: Some(1_500),
            lanes: Some("cookie:SID".to_owned()),
            filter: Some("method:GET".to_owned()),
            probes: texts(&["lane:1", "home=http://127.0.0.1:80/"]),
            watch: texts(&["host", "db=mysql://mon@db:3306/?tls=required", "mysql"]),
            faults: texts(&["5:hang@1m..2m via db for mysql SELECT", "20:delay(ms=250)"]),
            with_proxies: texts(&["127.0.0.1:8474"]),
            commands: texts(&["60s run systemctl restart mysql"]),
            checks: texts(&["p99<250ms", "recovers within 10s"]),
            abort_on_fail: true,
            abort_after_ms: Some(10_000),
            correlate: texts(&["POST /api/orders json:id -> GET /orders/{id} path:2"]),
            no_correlate: texts(&["csrf"]),
            baseline: Some("calm".to_owned()),
            missing_values: Some(MissingValues::Skip),
            seed: Some(7),
            timeout_ms: Some(5_000),
            http_order: Some(HttpOrder::None),
            read_only: true,
            read_only_deny: texts(&["audit"]),
            copy_writes: Some(CopyWrites::Skip),
            shift_keys: texts(&["none", "items.id=1000"]),
            pin_clock: true,
            both_tiers: true,
            ..ReplayRequest::new("friday".to_owned())
        }
    }

    #[test]
    fn the_request_that_a_plan_is_written_as_asks_for_that_plan() {
        let by = |rate, copies, stages_by| ReplayRequest {
            rate,
            copies,
            stages_by,
            ..full()
        };
        let copies = by(RateChange::Copies(5.0), None, RateBy::Copies);
        let max = by(RateChange::Max, Some(2.0), RateBy::Copies);
        let plain = ReplayRequest::new("friday".to_owned());
        for request in [
            plain,
            full(),
            copies,
            ReplayRequest {
                stages: None,
                ..max
            },
        ] {
            let plan = plan_of(&request);
            let written = ReplayRequest::of_plan(&plan);
            assert_eq!(plan_of(&written), plan, "{written:?}");
        }
    }

    #[test]
    fn what_came_from_a_file_is_asked_for_again() {
        let plan = Plan {
            users: 3,
            ..Plan::of("friday")
        };
        assert_eq!(ReplayRequest::left_out_of(&plan).len(), 1);
        assert!(ReplayRequest::left_out_of(&Plan::of("friday")).is_empty());
    }
}
