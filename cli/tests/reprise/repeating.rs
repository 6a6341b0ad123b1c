//! Running a plan again: the plan of an earlier run, as it was or with a change.

use serde_json::Value;

use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, url};

const FAULT: &str = "10:error(status=503)";

fn repeat(desk: &Desk, flags: &[&str]) -> Value {
    let secret = password_secret();
    let again = ["replay", "--again", "first", "--secret", &secret];
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
        "cookie:shop_session",
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
    desk.run(&["replay", "--again", "first"])
        .refused(2, "REPRISE_SECRET_LOGIN_PASSWORD");
    desk.run(&["replay", "--again", "other"])
        .refused(2, "other");
    desk.run(&["replay"]).misused("<NAME>");
}

/// What a run did that does not depend on how long anything took.
fn done(run: &Value) -> Vec<Value> {
    let fields = ["recording", "seed", "http"].map(|field| run["run"][field].clone());
    let numbers = ["planned", "sent", "skipped", "checks"].map(|field| run[field].clone());
    let injected = run["faults"].as_object().unwrap().values();
    let injected = injected.map(|fault| fault["injected"].clone());
    fields.into_iter().chain(numbers).chain(injected).collect()
}

#[test]
fn a_plan_kept_under_a_name_is_listed_shown_run_again_exactly_and_deleted() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let asked = [
        "replay",
        RECORDING,
        "--http",
        &url,
        "--secret",
        &secret,
        "--speed",
        "20",
        "--seed",
        "9",
        "--copies",
        "2",
        "--fault",
        FAULT,
        "--save-plan",
        "peak",
    ];
    // a dry run keeps it and sends nothing
    let outline = desk.answer(&[&asked[..], &["--dry-run"]].concat());
    assert!(desk.run(&["runs", "--json"]).stdout.is_empty());
    desk.run(&asked).refused(2, "`reprise plans delete peak`");
    let listed = desk.answer(&["plans"]);
    assert_eq!(listed["name"], "peak");
    assert_eq!(listed["recording"], RECORDING);
    assert_eq!(listed["http"], url.as_str());
    assert_eq!(listed["seed"], 9);
    assert_eq!(listed["says"]["rate"]["copies"], 2.0);
    let shown = desk.run(&["plans", "show", "peak"]).stdout;
    assert!(
        shown.contains("faults") && !shown.contains(&secret),
        "{shown}"
    );

    let plan = |run: &str| {
        [
            "replay", "--plan", "peak", "--secret", &secret, "--run", run,
        ]
        .map(str::to_owned)
    };
    let run = |words: [String; 7]| desk.answer(&words.each_ref().map(String::as_str));
    let one = run(plan("one"));
    conserved(&one);
    assert!(number(&outline, "/sends") > 0 && number(&one, "/sent") > 0);
    assert_eq!(done(&one), done(&run(plan("two"))));
    // and so is the plan that the run itself kept
    let again = desk.answer(&["replay", "--again", "one", "--secret", &secret]);
    assert_eq!(done(&one), done(&again));

    desk.run(&["plans", "save", "from-run", "--run", "two"]);
    let mut says =
        [listed, desk.answer(&["plans", "show", "from-run"])].map(|plan| plan["says"].clone());
    assert_eq!(says[0].take(), says[1].take());
    desk.run(&["plans", "delete", "from-run"]);
    desk.run(&["plans", "delete", "peak"]);
    desk.run(&["plans", "show", "peak"])
        .refused(2, "there is none");
    desk.run(&["replay", "--plan", "two"])
        .refused(2, "say --again two");
}
