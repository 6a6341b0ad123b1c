//! The flags of `replay` as the request that both faces make; `knee` has most of them too.

use reprise_app::{MissingValues, RateChange, ReplayRequest};

use crate::arguments::{
    ChangingArguments, CopyWrites, HttpOrder, JudgingArguments, MissingValue, RateArguments,
    RateBy, ReplayArguments, SendingArguments, TargetArguments,
};

/// What the flags ask for.
pub(crate) fn of(arguments: ReplayArguments) -> anyhow::Result<ReplayRequest> {
    let mut request = played(
        arguments.name.unwrap_or_default(),
        arguments.sending,
        arguments.targets,
        arguments.changing,
        arguments.judging,
    );
    request.plan = arguments.plan;
    request.again = arguments.again;
    request.resume = arguments.resume;
    pace(&mut request, arguments.rate)?;
    request.run = arguments.output.run;
    request.before = arguments.output.before;
    Ok(request)
}

/// What is played, where, changed how and judged by what, at the recorded rate.
pub(crate) fn played(
    recording: String,
    sending: SendingArguments,
    targets: TargetArguments,
    changing: ChangingArguments,
    judging: JudgingArguments,
) -> ReplayRequest {
    let mut request = ReplayRequest::new(recording);
    send(&mut request, sending);
    aim(&mut request, targets);
    change(&mut request, changing);
    judge(&mut request, judging);
    request
}

fn send(request: &mut ReplayRequest, sending: SendingArguments) {
    request.between = sending.between;
    request.lanes = sending.lane;
    request.filter = sending.filter;
    request.http_order = sending.http_order.map(|order| match order {
        HttpOrder::Lane => reprise_app::HttpOrder::Lane,
        HttpOrder::None => reprise_app::HttpOrder::None,
    });
    request.read_only = sending.read_only;
    request.read_only_deny = sending.read_only_deny;
    request.copy_writes = sending.copy_writes.map(|writes| match writes {
        CopyWrites::Send => reprise_app::CopyWrites::Send,
        CopyWrites::Skip => reprise_app::CopyWrites::Skip,
    });
    request.both_tiers = sending.both_tiers;
}

fn aim(request: &mut ReplayRequest, targets: TargetArguments) {
    request.http = targets.http;
    request.host = targets.host;
    request.connections = targets.connections;
    request.ca = targets.ca;
    request.insecure = targets.insecure;
    request.mysql = targets.mysql;
    request.mysql_users = targets.mysql_users;
    request.timeout_ms = targets.timeout.map(|time| time.as_millis() as u64);
    request.allow_recorded_server = targets.allow_recorded_server;
}

fn change(request: &mut ReplayRequest, changing: ChangingArguments) {
    request.rewrites_file = changing.rewrites_file;
    request.rewrites = changing.rewrites;
    request.secrets = changing.secrets;
    request.correlate = changing.correlate;
    request.no_correlate = changing.no_correlate;
    request.missing_values = changing.unsourced.map(|missing| match missing {
        MissingValue::Send => MissingValues::Send,
        MissingValue::Skip => MissingValues::Skip,
    });
    request.users = changing.users;
    request.statements = changing.statements;
    request.shift_keys = changing.shift_keys;
    request.pin_clock = changing.pin_clock;
}

fn judge(request: &mut ReplayRequest, judging: JudgingArguments) {
    request.probes = judging.probes;
    request.watch = judging.watch;
    request.faults = judging.faults;
    request.with_proxies = judging.with_proxies;
    request.control_token = judging.control_token;
    request.commands = judging.commands;
    request.run_commands = judging.run_commands;
    request.checks = judging.checks;
    request.abort_on_fail = judging.abort_on_fail;
    request.abort_after_ms = judging.abort_after.map(|time| time.as_millis() as u64);
    request.baseline = judging.baseline;
}

fn pace(request: &mut ReplayRequest, rate: RateArguments) -> anyhow::Result<()> {
    request.rate = match (&rate.speed, &rate.rate) {
        (Some(speed), _) => RateChange::speed(speed)?,
        (None, Some(times)) => match rate.by {
            RateBy::Copies => RateChange::Copies(reprise_app::parse_factor(times)?),
            RateBy::Speed => RateChange::Speed(reprise_app::parse_factor(times)?),
        },
        (None, None) => RateChange::AsRecorded,
    };
    if let Some(copies) = &rate.copies {
        request.copies = Some(reprise_app::parse_copies(copies)?);
    }
    request.stages = rate.stages;
    request.stages_by = rate.by.into();
    request.repeat = rate.repeat;
    request.duration_ms = rate.duration.map(|time| time.as_millis() as u64);
    request.warm_up_ms = rate.warm_up.map(|time| time.as_millis() as u64);
    request.seed = rate.seed;
    Ok(())
}

impl From<RateBy> for reprise_app::RateBy {
    fn from(by: RateBy) -> Self {
        match by {
            RateBy::Copies => Self::Copies,
            RateBy::Speed => Self::Speed,
        }
    }
}
