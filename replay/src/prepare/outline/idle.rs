//! What a plan asks for that its own numbers leave nothing to do: faults and checks after the end, checks of what is
//! not sent, choices for a protocol that goes nowhere. Said before anything is sent, with [`super::super::in_vain`].

use reprise_measure::{Check, During};

use super::Outline;
use crate::plan::{CopyWrites, Judged, Plan, Watch, WatchFrom};

/// All of it, each in words.
pub(super) fn told(plan: &Plan, outline: &Outline) -> Vec<String> {
    let ends_us =
        (!plan.goes_on() && outline.takes_ms > 0).then(|| outline.takes_ms.saturating_mul(1_000));
    let users = (plan.users > 0 && outline.users_needed == 0).then(|| users(plan).to_owned());
    let faults = ends_us.and_then(|ends_us| faults(plan, ends_us));
    // what cannot be read is refused, not told
    let judged = plan.judged().unwrap_or_default();
    let checks = judged
        .iter()
        .filter_map(|judged| unmeasured(judged, outline, ends_us));
    let told = users.into_iter().chain(faults).chain(checks);
    told.chain(without_a_target(plan).map(str::to_owned))
        .collect()
}

/// Why accounts of their own are of no use to the copies.
fn users(plan: &Plan) -> &'static str {
    if plan.http.is_empty() {
        "--users: it is for logins over HTTP, and none is sent; --mysql-user is for those of MySQL"
    } else if plan.mysql.is_some() {
        "--users: nobody logs in over HTTP with a user and a password in the recording; --mysql-user is for logins of MySQL"
    } else {
        "--users: nobody logs in with a user and a password in the recording"
    }
}

/// Faults that begin when the run is over.
fn faults(plan: &Plan, ends_us: u64) -> Option<String> {
    let late = plan
        .faults
        .iter()
        .filter(|fault| fault.window.is_some_and(|window| window.from_us >= ends_us));
    let late: Vec<String> = late.map(|fault| format!("'{fault}'")).collect();
    (!late.is_empty()).then(|| {
        format!(
            "{} and is over before these faults begin: {}",
            takes(ends_us),
            late.join(", ")
        )
    })
}

/// Why there will be nothing to measure for a check, if so.
fn unmeasured(judged: &Judged, outline: &Outline, ends_us: Option<u64>) -> Option<String> {
    let check = &judged.check;
    if let (Some(ends_us), Some(from_us)) = (ends_us, begins_us(judged))
        && from_us >= ends_us
    {
        return Some(format!(
            "{} and is over before what --check '{check}' is about",
            takes(ends_us)
        ));
    }
    let operation = check.operation().filter(|_| check.probe().is_none())?;
    let is_sent = |sent: &super::OutlineOperation| sent.operation == operation;
    (!outline.operations.iter().any(is_sent)).then(|| nothing_of(check, operation, outline))
}

/// The first moment that a check is about, where it is about a part of the run.
fn begins_us(judged: &Judged) -> Option<u64> {
    match judged.check.during()? {
        During::Span(from_us, _) => Some(*from_us),
        _ => judged.first_us(),
    }
}

fn takes(ends_us: u64) -> String {
    format!("the run takes {:.0} s", ends_us as f64 / 1e6)
}

/// That nothing of an operation is sent, and which one may have been meant.
fn nothing_of(check: &Check, operation: &str, outline: &Outline) -> String {
    let plain = |text: &str| text.to_ascii_lowercase().replace(['`', ' '], "");
    let asked = plain(operation);
    let alike = |sent: &&str| {
        let sent = plain(sent);
        let both = asked.chars().zip(sent.chars());
        both.take_while(|(asked, sent)| asked == sent).count()
    };
    let sent = outline.operations.iter().map(|row| row.operation.as_str());
    let meant = sent.max_by_key(alike);
    let meant = meant.filter(|meant| alike(meant) * 2 > asked.chars().count());
    let meant = meant.map_or_else(
        || "the dry run lists what is".to_owned(),
        |meant| format!("is '{meant}' meant?"),
    );
    format!("--check '{check}': nothing of '{operation}' is sent; {meant}")
}

/// Choices for a protocol that goes nowhere.
fn without_a_target(plan: &Plan) -> impl Iterator<Item = &'static str> {
    let no_https = !asked_over_http(plan).any(|url| url.starts_with("https:"));
    let no_mysql = plan.mysql.is_none();
    let idle = [
        (
            plan.tls.ca.is_some() && no_https,
            "--ca: no target is https; MySQL's is named in its URL, &ca=FILE",
        ),
        (
            plan.tls.insecure && no_https,
            "--insecure: no target is https",
        ),
        (
            plan.pin_clock && no_mysql,
            "--pin-clock: it is for MySQL, and there is no --mysql",
        ),
        (
            plan.copy_writes == CopyWrites::Skip && no_mysql,
            "--copy-writes: it is for MySQL, and there is no --mysql",
        ),
    ];
    idle.into_iter()
        .filter_map(|(is_idle, told)| is_idle.then_some(told))
}

/// Where HTTP goes: the load, probes, what is watched.
fn asked_over_http(plan: &Plan) -> impl Iterator<Item = &str> {
    let load = plan.http.iter().map(|route| route.url.as_str());
    let probes = plan.probes.iter().filter_map(|probe| match &probe.watch {
        Watch::Http { target, .. } => Some(target.as_str()),
        _ => None,
    });
    let watched = plan.watch.iter().filter_map(|source| match &source.from {
        WatchFrom::Prometheus { target, .. } => Some(target.as_str()),
        _ => None,
    });
    load.chain(probes).chain(watched)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HttpRoute;
    use crate::prepare::OutlineOperation;

    fn minute(operations: &[&str]) -> Outline {
        let operations = operations.iter().map(|name| OutlineOperation {
            operation: (*name).to_owned(),
            sends: 1,
            writes: false,
        });
        Outline {
            takes_ms: 60_000,
            operations: operations.collect(),
            ..Outline::default()
        }
    }

    #[test]
    fn a_fault_that_begins_after_the_end_is_said_unless_the_run_goes_on() {
        let mut plan = Plan::of("friday");
        plan.faults = vec![
            "5:delay(ms=10)@30s..40s".parse().unwrap(),
            "5:delay(ms=20)@1h..2h".parse().unwrap(),
        ];
        let all = told(&plan, &minute(&[])).join("\n");
        assert!(all.contains("ms=20") && !all.contains("ms=10"), "{all}");
        plan.repeat = true;
        assert_eq!(told(&plan, &minute(&[])), [""; 0]);
    }

    #[test]
    fn a_check_that_nothing_will_be_measured_for_is_said_with_what_may_be_meant() {
        let mut plan = Plan::of("friday");
        let sent = minute(&["GET /cart/{id}", "SELECT * FROM item WHERE id = ?"]);
        plan.checks = vec![
            "p99<1s".to_owned(),
            "p99(GET /cart/{id})<1s".to_owned(),
            "p99<1s @10s..2m".to_owned(),
        ];
        assert_eq!(told(&plan, &sent), [""; 0]);
        plan.checks = vec![
            "p99(get /cart/{id})<1s".to_owned(),
            "p99(GET /nowhere)<1s".to_owned(),
            "p99<1s @60s..70s".to_owned(),
        ];
        let all = told(&plan, &sent);
        assert!(all[0].contains("is 'GET /cart/{id}' meant?"), "{all:?}");
        assert!(all[1].contains("the dry run lists"), "{all:?}");
        assert!(all[2].contains("takes 60 s"), "{all:?}");
        plan.repeat = true;
        assert_eq!(told(&plan, &sent).len(), 2);
    }

    fn route(url: &str) -> HttpRoute {
        HttpRoute {
            recorded: None,
            url: url.to_owned(),
        }
    }

    #[test]
    fn a_choice_for_what_goes_nowhere_is_said() {
        let mut plan = Plan::of("friday");
        plan.http = vec![route("http://127.0.0.1:1")];
        plan.tls.ca = Some("ca.pem".to_owned());
        plan.pin_clock = true;
        plan.copy_writes = CopyWrites::Skip;
        assert_eq!(told(&plan, &minute(&[])).len(), 3);
        plan.http = vec![route("https://127.0.0.1:1")];
        assert_eq!(told(&plan, &minute(&[])).len(), 2);
    }
}
