//! A request back in the fields of the page, when a plan is opened.

use reprise_app::{CopyWrites, HttpOrder, MissingValues, RateChange, ReplayRequest, length};

use super::{CommandRow, HttpTarget, MysqlUser, RateBy, ReplayForm, Secret};

/// What stands in the field beside a rate that is not scaled.
const USUAL_FACTOR: f64 = 5.0;

impl ReplayForm {
    /// The fields that make this request; what no plan holds (names, passwords, secrets) is to be typed.
    pub(crate) fn of(request: &ReplayRequest) -> Self {
        let (rate_by, factor) = match request.rate {
            RateChange::AsRecorded => (RateBy::Recorded, USUAL_FACTOR),
            RateChange::Copies(times) => (RateBy::Copies, times),
            RateChange::Speed(times) => (RateBy::Speed, times),
            RateChange::Max => (RateBy::Max, USUAL_FACTOR),
        };
        let path = |path: &Option<std::path::PathBuf>| {
            path.as_ref()
                .map(|path| path.display().to_string())
                .unwrap_or_default()
        };
        Self {
            recording: request.recording.clone(),
            run: text(&request.run),
            http: targets(&request.http),
            mysql: text(&request.mysql),
            host: text(&request.host),
            ca: text(&request.ca),
            insecure: request.insecure,
            pool: request
                .connections
                .as_ref()
                .and_then(|given| given.strip_prefix("pool:")?.parse().ok()),
            timeout: time(request.timeout_ms),
            rate_by,
            factor,
            copies: request.copies,
            duration: time(request.duration_ms),
            repeat: request.repeat && request.duration_ms.is_none(),
            stages: text(&request.stages),
            warm_up: time(request.warm_up_ms),
            between: text(&request.between),
            filter: text(&request.filter),
            lanes: text(&request.lanes),
            ordered: request.http_order != Some(HttpOrder::None),
            faults: request.faults.clone(),
            controls: request.with_proxies.clone(),
            control_token: String::new(),
            commands: request
                .commands
                .iter()
                .map(|given| CommandRow::read(given))
                .collect(),
            checks: request.checks.clone(),
            probes: request.probes.clone(),
            watch: request.watch.clone(),
            baseline: text(&request.baseline),
            rewrites: request.rewrites.clone(),
            rewrites_file: path(&request.rewrites_file),
            secrets: request
                .secrets
                .iter()
                .map(|name| Secret::unknown(name))
                .collect(),
            mysql_users: request
                .mysql_users
                .iter()
                .map(|given| MysqlUser::read(given))
                .collect(),
            statements: path(&request.statements),
            shift_keys: request.shift_keys.join(", "),
            pin_clock: request.pin_clock,
            users: path(&request.users),
            correlate: request.correlate.clone(),
            no_correlate: request.no_correlate.clone(),
            skip_missing: request.missing_values == Some(MissingValues::Skip),
            before: text(&request.before),
            seed: request
                .seed
                .map(|seed| seed.to_string())
                .unwrap_or_default(),
            abort_on_fail: request.abort_on_fail,
            abort_after: time(request.abort_after_ms),
            read_only: request.read_only,
            read_only_deny: request.read_only_deny.join(", "),
            copies_read: request.copy_writes == Some(CopyWrites::Skip),
            both_tiers: request.both_tiers,
            allow_recorded_server: request.allow_recorded_server,
        }
    }
}

impl CommandRow {
    fn read(given: &str) -> Self {
        let (at, command) = given.split_once(" run ").unwrap_or(("", given));
        Self {
            at: at.to_owned(),
            command: command.to_owned(),
        }
    }
}

impl MysqlUser {
    fn read(given: &str) -> Self {
        let (recorded, user) = given.split_once('=').unwrap_or((given, ""));
        Self {
            recorded: recorded.to_owned(),
            user: user.to_owned(),
            password: String::new(),
        }
    }
}

impl Secret {
    fn unknown(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: String::new(),
        }
    }
}

/// The page always has a row to type into.
fn targets(given: &[String]) -> Vec<HttpTarget> {
    let rows = given.iter().map(|given| {
        let (recorded, url) = given.rsplit_once('=').unwrap_or(("", given));
        HttpTarget {
            recorded: recorded.to_owned(),
            url: url.to_owned(),
        }
    });
    let mut rows: Vec<HttpTarget> = rows.collect();
    if rows.is_empty() {
        rows.push(HttpTarget {
            recorded: String::new(),
            url: String::new(),
        });
    }
    rows
}

fn text(given: &Option<String>) -> String {
    given.clone().unwrap_or_default()
}

fn time(ms: Option<u64>) -> String {
    ms.map(|ms| length::exact(ms.saturating_mul(1_000)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_makes_the_request_that_it_was_made_of() {
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect();
        let request = ReplayRequest {
            http: texts(&["http://a:1", "/api=http://b:2"]),
            mysql: Some("mysql://load@db:3307/shop".to_owned()),
            connections: Some("pool:50".to_owned()),
            rate: RateChange::Copies(5.0),
            repeat: true,
            timeout_ms: Some(1_500),
            faults: texts(&["5:hang via db"]),
            with_proxies: texts(&["http://127.0.0.1:8474"]),
            commands: texts(&["60s run systemctl run x"]),
            shift_keys: texts(&["none", "items.id"]),
            read_only_deny: texts(&["audit"]),
            seed: Some(u64::MAX),
            ..ReplayRequest::new("friday".to_owned())
        };
        let again = ReplayForm::of(&request).request().unwrap();
        let [again, request] = [again, request].map(|one| serde_json::to_value(one).unwrap());
        assert_eq!(again, request);
    }
}
