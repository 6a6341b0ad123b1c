//! What a run must hold: over stages and faults that checks call by their names, in every form a verdict is read in.

use serde_json::Value;

use crate::consumers::read_by;
use crate::support::{Desk, RECORDING, password_secret, shop, url};

/// Three seconds as recorded and three at twice the rate, the first two of these with a fault that strikes, and a fault
/// that strikes nothing.
const RUN: [&str; 6] = [
    "--stages",
    "1x:3s,2x:3s",
    "--fault",
    "100:error(status=503)@3s..5s",
    "--fault",
    "100:delay(ms=1)@0s..2s for http /nowhere/*",
];

#[test]
fn a_check_over_a_stage_or_a_fault_sees_that_part_alone() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let to = ["replay", RECORDING, "--http", &url, "--secret", &secret];
    let checks = [
        ("error_rate<=0% @stage1", true),
        ("error_rate<=0% @stage2", false),
        ("error_rate>0% @fault:error", true),
        ("error_rate<=0% @fault1 if any", false),
        ("error_rate<=0% over 1s @fault2", true),
        ("max<1h @fault:delay", true),
        ("sent_per_s>0 @stage2", true),
    ];
    let flags = checks.iter().flat_map(|(check, _)| ["--check", check]);
    let flags: Vec<&str> = flags.collect();
    let arguments = [&to[..], &RUN, &flags, &["--run", "parts", "--json"]].concat();
    let said = desk.run(&arguments).with_code(1);
    let run: Value = serde_json::from_str(&said.stdout).unwrap();
    for (result, (check, held)) in run["checks"].as_array().unwrap().iter().zip(checks) {
        assert_eq!(result["check"], check);
        assert_eq!(result["held"], held, "{result} in {run}");
        assert!(result["value"].is_number(), "{result}");
    }
    assert_eq!(desk.answer(&["report", "parts"]), run);
    let path = desk.path("checks.xml");
    desk.run(&["report", "parts", "--junit", path.to_str().unwrap()])
        .ok();
    let cases = read_by("junit.py", &[&path]);
    for (check, held) in checks {
        let cases = cases.as_array().unwrap();
        let case = cases.iter().find(|case| case["case"] == check);
        let ended = if held { "passed" } else { "failure" };
        assert_eq!(case.unwrap()["ended"], ended, "{check}");
    }
}

#[test]
fn a_stage_or_a_fault_that_the_run_does_not_have_is_refused_with_those_there_are() {
    let desk = Desk::with_recording();
    let to = ["replay", RECORDING, "--http", "http://127.0.0.1:9"];
    let refused = |check: &str, says: &str| {
        let arguments = [&to[..], &RUN, &["--check", check]].concat();
        desk.run(&arguments).refused(2, says);
    };
    refused("p99<1s @stage3", "@stage1 (1x), @stage2 (2x)");
    refused("p99<1s @fault:dealy", "@fault1 or @fault:error (100:error");
    refused("p99<1s @fault3", "@fault2 or @fault:delay");
    refused("p99<1s @phase2", "@stage2");
    let bare = [&to[..], &["--check", "p99<1s @stage1"]].concat();
    desk.run(&bare).refused(2, "the run has no stages");
    assert!(desk.answers(&["runs"]).is_empty());
}

#[test]
fn a_file_that_checks_what_its_run_does_not_have_is_refused_before_any_run_is_spoken_of() {
    let desk = Desk::with_recording();
    for (replay, says) in [
        (
            "http = 'http://127.0.0.1:9'\nstages = '1x:1s'\ncheck = ['p99<1h', 'p99<1s @stage2']",
            "there are @stage1 (1x)",
        ),
        ("http = 'http://192.0.2.1:9'", "targets allow"),
        ("http = 'http://127.0.0.1:1'", "check that it runs"),
    ] {
        let text = format!("recording = '{RECORDING}'\n[replay]\n{replay}\n");
        desk.write("reprise.toml", text.as_bytes());
        let said = desk.run(&["ci"]);
        assert_ne!(said.code, Some(0), "{said:?}");
        assert!(said.stderr.contains(says), "{said:?}");
        assert!(!said.stderr.contains("run 1 of 1"), "{said:?}");
    }
    assert!(desk.answers(&["runs"]).is_empty());
}
