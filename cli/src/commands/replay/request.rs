//! The flags of `replay` as the request that both faces make.

use reprise_app::{MissingValues, RateChange, ReplayRequest};

use crate::arguments::{CopyWrites, HttpOrder, MissingValue, RateBy, ReplayArguments};

/// What the flags ask for.
pub(super) fn of(arguments: ReplayArguments) -> anyhow::Result<ReplayRequest> {
    let rate = match (&arguments.rate.speed, &arguments.rate.rate) {
        (Some(speed), _) => RateChange::speed(speed)?,
        (None, Some(rate)) => match arguments.rate.by {
            RateBy::Copies => RateChange::Copies(reprise_app::parse_factor(rate)?),
            RateBy::Speed => RateChange::Speed(reprise_app::parse_factor(rate)?),
        },
        (None, None) => RateChange::AsRecorded,
    };
    let mut request = ReplayRequest::new(arguments.name.unwrap_or_default());
    request.plan = arguments.plan;
    request.resume = arguments.resume;
    request.http = arguments.targets.http;
    request.host = arguments.targets.host;
    request.connections = arguments.targets.connections;
    request.rewrites_file = arguments.changing.rewrites_file;
    request.rewrites = arguments.changing.rewrites;
    request.ca = arguments.targets.ca;
    request.insecure = arguments.targets.insecure;
    request.mysql = arguments.targets.mysql;
    request.mysql_users = arguments.targets.mysql_users;
    request.run = arguments.output.run;
    request.rate = rate;
    if let Some(copies) = &arguments.rate.copies {
        request.copies = Some(reprise_app::parse_copies(copies)?);
    }
    request.stages = arguments.rate.stages;
    request.stages_by = match arguments.rate.by {
        RateBy::Copies => reprise_app::RateBy::Copies,
        RateBy::Speed => reprise_app::RateBy::Speed,
    };
    request.repeat = arguments.rate.repeat;
    request.duration_ms = arguments.rate.duration.map(|time| time.as_millis() as u64);
    request.warm_up_ms = arguments.rate.warm_up.map(|time| time.as_millis() as u64);
    request.between = arguments.sending.between;
    request.lanes = arguments.sending.lane;
    request.filter = arguments.sending.filter;
    request.probes = arguments.judging.probes;
    request.faults = arguments.judging.faults;
    request.checks = arguments.judging.checks;
    request.abort_on_fail = arguments.judging.abort_on_fail;
    request.secrets = arguments.changing.secrets;
    request.correlate = arguments.changing.correlate;
    request.no_correlate = arguments.changing.no_correlate;
    request.missing_values = arguments.changing.unsourced.map(|missing| match missing {
        MissingValue::Send => MissingValues::Send,
        MissingValue::Skip => MissingValues::Skip,
    });
    request.users = arguments.changing.users;
    request.baseline = arguments.judging.baseline;
    request.seed = arguments.rate.seed;
    request.timeout_ms = arguments
        .targets
        .timeout
        .map(|time| time.as_millis() as u64);
    request.http_order = arguments.sending.http_order.map(|order| match order {
        HttpOrder::Lane => reprise_app::HttpOrder::Lane,
        HttpOrder::None => reprise_app::HttpOrder::None,
    });
    request.statements = arguments.changing.statements;
    request.read_only = arguments.sending.read_only;
    request.read_only_deny = arguments.sending.read_only_deny;
    request.copy_writes = arguments.sending.copy_writes.map(|writes| match writes {
        CopyWrites::Send => reprise_app::CopyWrites::Send,
        CopyWrites::Skip => reprise_app::CopyWrites::Skip,
    });
    request.pin_clock = arguments.changing.pin_clock;
    request.both_tiers = arguments.sending.both_tiers;
    request.allow_recorded_server = arguments.targets.allow_recorded_server;
    request.before = arguments.output.before;
    Ok(request)
}
