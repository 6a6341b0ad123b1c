//! Running a plan again: the plan of an earlier run, as it was or with a change.

use serde_json::Value;

use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, url};

const FAULT: &str = "10:error(status=503)";

fn repeat(desk: &Desk, flags: &[&str]) -> Value {
    let secret = password_secret();
    let again = ["replay", "--plan", "first", "--secret", &secret];
    let run = desk.answer(&[&again, flags].concat());
    conserved(&run);
    run
}

#[test]
fn the_plan_of_a_run_is_run_again_as_it_was_or_with_a_change() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let flags = [
        "--speed",
        "20",
        "--copies",
        "2",
        "--seed",
        "7",
        "--between",
        "1s..4s",
        "--warm-up",
        "50ms",
        "--lane",
        "cookie:sid",
        "--fault",
        FAULT,
        "--check",
        "error_rate<=100%",
        "--run",
        "first",
    ];
    let replay = ["replay", RECORDING, "--http", &url, "--secret", &secret];
    let first = desk.answer(&[&replay, &flags[..]].concat());
    let same = [
        "/run/recording",
        "/run/seed",
        "/run/http",
        "/planned",
        "/sent",
        "/skipped",
        "/warm_up_ms",
        "/checks/0/check",
    ];
    let injected = |run: &Value| {
        let faults = run["faults"].as_object().unwrap().values();
        faults.map(|fault| number(fault, "/injected")).sum::<u64>()
    };
    let again = repeat(&desk, &["--run", "again"]);
    for field in same {
        assert_eq!(again.pointer(field), first.pointer(field), "{field}");
    }
    assert!(
        injected(&first) > 0 && injected(&again) > 0,
        "{first} {again}"
    );
    let once = repeat(&desk, &["--copies", "1"]);
    assert_eq!(number(&once, "/sent") * 2, number(&first, "/sent"));
    assert_eq!(once["run"]["seed"], first["run"]["seed"]);
    let other = repeat(&desk, &["--seed", "8"]);
    assert_eq!(number(&other, "/run/seed"), 8);
}

#[test]
fn a_plan_that_is_run_again_asks_for_its_secrets() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let flags = ["--speed", "20", "--run", "first", "--secret", &secret];
    desk.answer(&[&["replay", RECORDING, "--http", &url], &flags[..]].concat());
    desk.run(&["replay", "--plan", "first"])
        .refused(2, "REPRISE_SECRET_LOGIN_PASSWORD");
    desk.run(&["replay", "--plan", "other"]).refused(2, "other");
    desk.run(&["replay"]).misused("<NAME>");
}
