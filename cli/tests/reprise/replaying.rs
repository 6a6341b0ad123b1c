//! Replaying the shop's HTTP to the shop: everything accounted for, the target's own cookies and tokens sent,
//! the same seed the same faults, checks that decide the exit code.

use serde_json::{Value, json};

use crate::support::{Desk, RECORDING, conserved, has_fields, number, replay, shop, sum, url};

/// A dry run against a target that nobody asks.
const DRY_RUN: [&str; 5] = [
    "replay",
    RECORDING,
    "--http",
    "http://127.0.0.1:9",
    "--dry-run",
];

#[test]
fn at_the_recorded_pace_the_shop_answers_as_it_did() {
    let desk = Desk::with_recording();
    let shop = shop();
    let run = replay(&desk, &url(&shop), &["--run", "base"]);
    assert_eq!(run["run"]["state"], "complete");
    assert_eq!(number(&run, "/sent"), 178);
    assert_eq!(run["skipped"], json!({ "no_target": 377 }));
    // Sessions and CSRF tokens are random at every start of the shop: without the target's own, every
    // request behind the login would be refused.
    assert!(number(&run, "/outcomes/ok") >= 177, "{run}");
    assert_eq!(run["unfaithful"], false);
    assert_eq!(desk.answer(&["report", "base"]), run);
    assert_eq!(desk.answers(&["runs"]), [run]);
}

#[test]
fn the_answer_has_the_documented_fields() {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = [
        "--speed",
        "10",
        "--fault",
        "50:delay(ms=1)",
        "--check",
        "p99<1h",
    ];
    let run = replay(&desk, &url(&shop), &flags);
    let times = [
        "response_us",
        "service_us",
        "first_byte_us",
        "waiting_us",
        "lateness_us",
    ];
    for time in times {
        let quantiles = ["p50", "p90", "p95", "p99", "p999", "max"];
        let fields = quantiles.map(|quantile| format!("/{time}/{quantile}"));
        has_fields(&run, &fields.each_ref().map(String::as_str));
    }
    let outcomes = [
        "ok",
        "mismatch",
        "error_reply",
        "timeout",
        "refused",
        "reset",
        "truncated",
        "unfinished",
    ];
    let outcomes = outcomes.map(|outcome| format!("/outcomes/{outcome}"));
    has_fields(&run, &outcomes.each_ref().map(String::as_str));
    has_fields(
        &run,
        &[
            "/run/id",
            "/run/name",
            "/run/recording",
            "/run/seed",
            "/run/state",
            "/run/started_at",
            "/error_rate",
            "/error_rate_total",
            "/unfaithful",
            "/generator_late",
            "/rate/asked_per_s",
            "/rate/sent_per_s",
            "/checks/0/check",
            "/checks/0/value",
            "/checks/0/held",
            "/operations/0",
            "/duration_ms",
        ],
    );
    let (_, fault) = run["faults"].as_object().unwrap().iter().next().unwrap();
    has_fields(fault, &["/injected", "/observed_errors"]);
}

#[test]
fn without_the_password_the_login_fails_and_the_numbers_say_so() {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = ["replay", RECORDING, "--http", &url(&shop), "--speed", "5"];
    let run = desk.answer(&flags);
    conserved(&run);
    let wrong = number(&run, "/sent") - number(&run, "/outcomes/ok");
    // The six logins at least, and what is behind them.
    assert!(wrong >= 6, "{run}");
}

#[test]
fn the_same_seed_injects_the_same_faults() {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = |seed| {
        let faults = [
            "--fault",
            "10:error(status=503)",
            "--fault",
            "20:delay(ms=2,jitter=2)",
        ];
        [&["--speed", "10", "--seed", seed], &faults[..]].concat()
    };
    let injected = |seed| {
        shop.reset().unwrap();
        let run = replay(&desk, &url(&shop), &flags(seed));
        let faults = run["faults"].as_object().unwrap().values();
        faults
            .map(|fault| number(fault, "/injected"))
            .collect::<Vec<_>>()
    };
    let first = injected("7");
    assert!(
        first.len() == 2 && first.iter().all(|count| *count > 0),
        "{first:?}"
    );
    assert_eq!(injected("7"), first);
    assert_eq!(injected("7"), first);
}

#[test]
fn a_fault_on_every_request_is_every_request_s_answer() {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = [
        "--speed",
        "20",
        "--fault",
        "100:error(status=503) for http /search",
    ];
    let run = replay(&desk, &url(&shop), &flags);
    let (_, fault) = run["faults"].as_object().unwrap().iter().next().unwrap();
    assert_eq!(number(fault, "/injected"), 24, "{run}");
    let operations = run["operations"].as_array().unwrap();
    let search = operations
        .iter()
        .find(|row| row["operation"] == "GET /search")
        .unwrap();
    assert_eq!(number(search, "/outcomes/error_reply"), 24, "{search}");
}

#[test]
fn a_check_that_fails_makes_the_exit_code_1_and_still_answers() {
    let desk = Desk::with_recording();
    let shop = shop();
    let url = url(&shop);
    let arguments = [
        "replay", RECORDING, "--http", &url, "--speed", "20", "--json",
    ];
    let search = ["--where", "operation:/search"];
    let checks = ["--check", "p50<1us", "--check", "error_rate<=100%"];
    let said = desk
        .run(&[&arguments, &search[..], &checks].concat())
        .with_code(1);
    let run: Value = serde_json::from_str(&said.stdout).unwrap();
    conserved(&run);
    assert_eq!(run["checks"][0]["held"], false);
    assert_eq!(run["checks"][1]["held"], true);
}

#[test]
fn a_dry_run_sends_nothing_and_says_what_would_be_sent() {
    let desk = Desk::with_recording();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let outline = desk.answer(&["replay", RECORDING, "--http", &url, "--dry-run"]);
    assert_eq!(number(&outline, "/sends"), 178);
    assert_eq!(sum(&outline, "/skipped"), 377);
    let unsourced = outline["unsourced"].as_array().unwrap();
    assert!(
        unsourced
            .iter()
            .any(|value| value["key"] == "login.password")
    );
    let came = listener.accept().map_err(|error| error.kind());
    assert_eq!(came.unwrap_err(), std::io::ErrorKind::WouldBlock);
    assert!(desk.answers(&["runs"]).is_empty());
}

#[test]
fn a_dry_run_counts_the_requests_that_lack_a_value_among_those_it_would_send() {
    let desk = Desk::with_recording();
    let lacks = |more: &[&str]| {
        let outline = desk.answer(&[&DRY_RUN[..], more].concat());
        let all = outline["unsourced"].as_array().unwrap();
        let of = |key: &str| {
            let value = all.iter().find(|value| value["key"] == key)?;
            Some((number(value, "/requests"), number(value, "/left_out")))
        };
        [of("login.password"), of("cookie.theme")]
    };
    assert_eq!(lacks(&[]), [Some((6, 0)), Some((79, 0))]);
    // the searches, and the logins that they need
    let part = ["--where", "operation:/search"];
    assert_eq!(lacks(&part), [Some((3, 0)), Some((9, 0))]);
    // a theme is no reason to leave a request out
    let skip = ["--unsourced", "skip"];
    assert_eq!(lacks(&skip), [Some((0, 6)), Some((73, 0))]);
}

#[test]
fn a_dry_run_says_how_long_the_run_takes_also_where_nothing_ends_it() {
    let desk = Desk::with_recording();
    let says = |more: &[&str]| {
        let said = desk.run(&[&DRY_RUN[..], more].concat()).ok().stdout;
        let first = said.lines().next().unwrap();
        first.split_once(" lanes ").unwrap().1.to_owned()
    };
    assert_eq!(says(&[]), "over 0:05");
    assert_eq!(says(&["--speed", "max"]), "as fast as it is answered");
    let endless = "over 0:05, again and again until it is stopped";
    assert_eq!(says(&["--loop"]), endless);
    assert_eq!(says(&["--loop", "--duration", "2m"]), "over 2:00");
}

#[test]
fn read_only_leaves_out_what_changes_data_and_counts_it() {
    let desk = Desk::with_recording();
    let shop = shop();
    let run = replay(&desk, &url(&shop), &["--speed", "20", "--read-only"]);
    assert!(number(&run, "/sent") < 178, "{run}");
    for operation in run["operations"].as_array().unwrap() {
        let text = operation["operation"].as_str().unwrap();
        assert!(
            text.starts_with("GET ") || text.starts_with("HEAD "),
            "{text}"
        );
    }
}

#[test]
fn three_copies_send_three_times_as_much() {
    let desk = Desk::with_recording();
    let shop = shop();
    let run = replay(&desk, &url(&shop), &["--speed", "10", "--copies", "3"]);
    assert_eq!(number(&run, "/sent"), 3 * 178, "{run}");
}

#[test]
fn a_secret_can_come_from_the_environment() {
    let desk = Desk::with_recording();
    let shop = shop();
    let url = url(&shop);
    let arguments = [
        "replay", RECORDING, "--http", &url, "--speed", "10", "--json",
    ];
    let mut command = desk.command(&[&arguments[..], &["--secret", "login.password"]].concat());
    command.env(
        "REPRISE_SECRET_LOGIN_PASSWORD",
        reprise_fixtures::shop::PASSWORD,
    );
    let said = crate::support::said(&mut command).ok();
    let run: Value = serde_json::from_str(&said.stdout).unwrap();
    assert!(number(&run, "/outcomes/ok") >= 177, "{run}");
}
