//! The search for the highest rate a target holds, on a real one.

use serde_json::Value;

use crate::support::{Desk, RECORDING, number, password_secret, shop, url};

/// Searches with short steps between 1x and 2x.
fn search(desk: &Desk, flags: &[&str]) -> (Option<i32>, Value) {
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let search = [
        "knee", RECORDING, "--http", &url, "--secret", &secret, "--to", "2x", "--within", "100%",
        "--step", "300ms", "--settle", "100ms", "--rest", "0s", "--json",
    ];
    let said = desk.run(&[&search[..], flags].concat());
    let answer = serde_json::from_str(&said.stdout);
    (
        said.code,
        answer.unwrap_or_else(|error| panic!("{error}: {said:?}")),
    )
}

#[test]
fn a_target_that_cannot_hold_the_first_rate_ends_the_search_with_code_1() {
    let desk = Desk::with_recording();
    let (code, answer) = search(&desk, &["--check", "p50<1us"]);
    assert_eq!(code, Some(1), "{answer}");
    assert!(answer["holds"].is_null(), "{answer}");
    assert_eq!(answer["fails"]["times"], 1.0);
    assert_eq!(answer["steps"].as_array().unwrap().len(), 2, "{answer}");
}

#[test]
fn every_step_is_a_run_that_can_be_reported_and_the_answer_follows_from_them() {
    let desk = Desk::with_recording();
    let (code, answer) = search(&desk, &["--check", "error_rate<=100%", "--run", "edge"]);
    let again = desk.answer(&["report", "edge", "--html", "edge.html"]);
    assert_eq!(again, answer);
    for part in ["Response time by rate", "Throughput by rate", "edge-1-1x"] {
        assert!(desk.read("edge.html").contains(part), "{part}");
    }
    desk.run(&["report", "edge", "--junit", "edge.xml"])
        .refused(2, "is a search");
    for (kind, title) in [
        ("response_time", "<title>Response time by rate</title>"),
        ("rate", "<title>Throughput by rate</title>"),
    ] {
        desk.run(&["chart", "edge", kind, "--out", "edge.svg"]).ok();
        let chart = desk.read("edge.svg");
        assert!(
            chart.starts_with("<svg") && chart.contains(title),
            "{chart}"
        );
    }
    desk.run(&["chart", "edge", "lateness", "--out", "edge.svg"])
        .refused(2, "is a search");
    // on a crowded machine the generator may be late, which is then what the answer says
    let held = !answer["holds"].is_null();
    assert_eq!(code, Some(i32::from(!held)), "{answer}");
    for step in answer["steps"].as_array().unwrap() {
        let name = step["run"].as_str().unwrap();
        assert!(name.starts_with("edge-"), "{answer}");
        let run = desk.answer(&["report", name]);
        assert!(number(&run, "/sent") > 0, "{run}");
        assert_eq!(step["p99_us"], run["response_us"]["p99"]);
        assert!(["held", "generator_limited"].contains(&step["how"].as_str().unwrap()));
    }
}

#[test]
fn without_a_check_nothing_says_what_breaking_is() {
    let desk = Desk::with_recording();
    desk.run(&["knee", RECORDING, "--http", "http://127.0.0.1:9"])
        .refused(2, "--check");
}

#[test]
fn a_search_is_deleted_with_all_its_runs_which_come_back_one_by_one() {
    let desk = Desk::with_recording();
    let (_, answer) = search(&desk, &["--check", "error_rate<=100%", "--run", "edge"]);
    let steps = answer["steps"].as_array().unwrap().len();
    assert!(steps > 0, "{answer}");
    let said = desk.run(&["delete", "--search", "edge"]).ok();
    assert!(said.stdout.contains("restore --run edge-1-1x"), "{said:?}");
    desk.run(&["report", "edge"]).refused(2, "there is none");
    desk.run(&["delete", "--search", "edge"])
        .refused(2, "no search");
    desk.run(&["bin", "restore", "--run", "edge-1-1x"]).ok();
    let again = desk.answer(&["report", "edge"]);
    assert_eq!(again["steps"].as_array().unwrap().len(), 1, "{again}");
}
