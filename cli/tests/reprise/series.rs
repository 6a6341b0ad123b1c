//! Several runs of one plan, of one side or of two in turn, and what they come to.

use reprise_fixtures::mysqld::Latency;
use reprise_fixtures::shop::{self, Shop, ShopConfig};
use serde_json::Value;

use crate::support::running::Running;
use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, url};

/// A shop for members: what was recorded at another fails there.
fn guarded() -> Shop {
    let config = ShopConfig {
        latency: Latency::NONE,
        guarded: true,
        ..ShopConfig::default()
    };
    shop::start(config).unwrap()
}

/// Plays a series, with whatever exit code.
fn series(desk: &Desk, flags: &[&str]) -> (Option<i32>, Value) {
    let secret = password_secret();
    let replay = [
        "replay", RECORDING, "--secret", &secret, "--speed", "20", "--json",
    ];
    let said = desk.run(&[&replay, flags].concat());
    let answer = serde_json::from_str(&said.stdout);
    (
        said.code,
        answer.unwrap_or_else(|error| panic!("{error}: {said:?}")),
    )
}

/// The names of the runs of a side.
fn names(answer: &Value, side: &str) -> Vec<String> {
    let runs = answer[side].as_array().unwrap().iter();
    runs.map(|run| run["run"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn two_sides_take_turns_and_are_compared() {
    let desk = Desk::with_recording();
    let (a, b) = (shop(), shop());
    let (a, b) = (url(&a), url(&b));
    let (_, answer) = series(
        &desk,
        &[
            "--http",
            &a,
            "--http-b",
            &b,
            "--repeat",
            "2",
            "--run",
            "ab",
            "--before",
            "echo a >> order",
            "--before-b",
            "echo b >> order",
            "--html",
            "ab.html",
        ],
    );
    assert_eq!(names(&answer, "a"), ["ab-a-1", "ab-a-2"]);
    assert_eq!(names(&answer, "b"), ["ab-b-1", "ab-b-2"]);
    for (side, target) in [("a", &a), ("b", &b)] {
        for run in answer[side].as_array().unwrap() {
            conserved(run);
            assert_eq!(run["run"]["http"], target.as_str());
        }
    }
    let order: Vec<String> = desk.read("order").lines().map(str::to_owned).collect();
    assert!(
        ["abba", "baab"].contains(&order.concat().as_str()),
        "{order:?}"
    );
    let compared = &answer["comparison"];
    assert_eq!(compared["a"], "ab-a-1, ab-a-2");
    assert_eq!(compared["b"], "ab-b-1, ab-b-2");
    assert_eq!(answer["stopped"], false);
    let page = desk.read("ab.html");
    for part in ["ab-b-1, ab-b-2 against ab-a-1, ab-a-2", "ab-a-2", "ab-b-2"] {
        assert!(page.contains(part), "{part}");
    }
}

#[test]
fn what_a_second_side_answers_otherwise_is_shown_and_its_checks_count() {
    let desk = Desk::with_recording();
    let (a, b) = (shop(), guarded());
    let (code, answer) = series(
        &desk,
        &[
            "--http",
            &url(&a),
            "--http-b",
            &url(&b),
            "--repeat",
            "2",
            "--check",
            "error_rate<1%",
        ],
    );
    // half a second is too short for a verdict, but not for a check
    assert_eq!(code, Some(1), "{}", answer["failed_checks"]);
    assert_eq!(answer["held"], false);
    let failed = answer["failed_checks"].as_array().unwrap();
    let failed: Vec<&str> = failed.iter().map(|check| check.as_str().unwrap()).collect();
    assert!(
        failed.len() == 2 && failed.iter().all(|check| check.starts_with("friday-b-")),
        "{failed:?}"
    );
    let changed = answer["comparison"]["answers"].as_array().unwrap();
    assert!(!changed.is_empty(), "{answer}");
    let refused = changed.iter().find(|change| {
        let statuses = change["statuses"].as_array().unwrap();
        let new = |status: &&Value| [401, 403, 302, 303].contains(&number(status, "/status"));
        statuses
            .iter()
            .any(|status| new(&status) && number(status, "/a") == 0)
    });
    let refused = refused.unwrap_or_else(|| panic!("{changed:?}"));
    let lines = refused["example"]["lines"].as_array().unwrap();
    assert!(
        lines.iter().any(|line| line["differs"] == true),
        "{refused}"
    );
    let text = desk.run(&["compare", "friday-a-1,friday-a-2", "friday-b-1,friday-b-2"]);
    assert!(text.stdout.contains("answers that changed"), "{text:?}");
    assert!(
        text.stdout.contains(refused["operation"].as_str().unwrap()),
        "{text:?}"
    );
}

#[test]
fn one_side_is_played_again_and_again_and_numbered_on() {
    let desk = Desk::with_recording();
    let shop = shop();
    let url = url(&shop);
    for expected in [["again-1", "again-2"], ["again-3", "again-4"]] {
        let (code, answer) = series(&desk, &["--http", &url, "--repeat", "2", "--run", "again"]);
        assert_eq!(code, Some(0), "{answer}");
        assert_eq!(names(&answer, "a"), expected);
        assert!(answer["comparison"].is_null() && names(&answer, "b").is_empty());
    }
    let trend = desk.answer(&["trend", "again", "--last", "3"]);
    let runs: Vec<&str> = trend["runs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["run"].as_str().unwrap())
        .collect();
    assert_eq!(runs, ["again-2", "again-3", "again-4"]);
    assert_eq!(
        desk.answer(&["trend", "again-1"])["runs"]
            .as_array()
            .unwrap()
            .len(),
        4
    );
    desk.run(&["trend", "nothing"]).refused(2, "reprise runs");
}

#[test]
fn what_was_played_before_a_stop_is_kept_and_compared() {
    let desk = Desk::with_recording();
    let (a, b) = (shop(), shop());
    let (a, b, secret) = (url(&a), url(&b), password_secret());
    let mut running = Running::start(
        &desk,
        &[
            "replay", RECORDING, "--secret", &secret, "--speed", "20", "--http", &a, "--http-b",
            &b, "--repeat", "50", "--run", "ab", "--json",
        ],
    );
    running.until("reprise: run 4 of 100");
    running.signal("-INT");
    let (_, stdout) = running.end();
    let answer: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(answer["stopped"], true);
    assert!(names(&answer, "a").len() + names(&answer, "b").len() < 10);
    assert!(number(&answer, "/comparison/runs/a") >= 1);
    assert!(number(&answer, "/comparison/runs/b") >= 1);
    desk.answer(&["report", "ab-a-1"]);
}

#[test]
fn flags_of_a_second_side_need_one() {
    let desk = Desk::with_recording();
    let replay = ["replay", RECORDING, "--http", "http://127.0.0.1:9"];
    for flags in [["--before-b", "true"], ["--min-effect", "5%"]] {
        desk.run(&[&replay[..], &flags].concat())
            .misused("--http-b");
    }
    for times in ["0", "101", "x"] {
        desk.run(&[&replay[..], &["--repeat", times]].concat())
            .misused("--repeat");
    }
}
