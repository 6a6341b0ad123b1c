//! Comparing, reporting and drawing runs: verdicts and their exit code, pages and charts that need nothing
//! from anywhere else.

use reprise_measure::{Outcome, Sample, SampleFlags, Summary};
use reprise_store::{NewRun, RunOperation, RunState, Store};
use reprise_wire::{Protocol, Timestamp};
use serde_json::Value;

use crate::support::{Desk, RECORDING, has_fields, number, password_secret, shop, url};

/// Stores a run of a minute whose answers take this long, with a little spread. Written and not sent, so
/// that no machine's speed decides the verdict.
fn store_run(desk: &Desk, name: &str, answer_us: u64) {
    store_samples(desk, name, |number, operation| {
        sample(number, operation, answer_us)
    });
}

/// The same, by a generator that stands still for 40 ms every second.
fn store_late_run(desk: &Desk, name: &str, answer_us: u64) {
    store_samples(desk, name, |number, operation| {
        let mut sample = sample(number, operation, answer_us);
        let late_us = 40_000_u64.saturating_sub(sample.ready_us % 1_000_000);
        sample.sent_us += late_us;
        sample.first_byte_us = sample.first_byte_us.map(|at_us| at_us + late_us);
        sample.done_us += late_us;
        sample
    });
}

fn store_samples(desk: &Desk, name: &str, sample: impl Fn(u32, u32) -> Sample) {
    let store = Store::open_existing(desk.library()).unwrap();
    let recording = store.recording(RECORDING).unwrap();
    let operations = store.operations(recording.id).unwrap();
    let operation = operations.first().unwrap();
    let run = store.create_run(NewRun {
        name: name.to_owned(),
        recording: recording.id,
        recording_name: RECORDING.to_owned(),
        seed: 1,
        plan: serde_json::json!({ "version": 1, "recording": RECORDING }),
        started_at: Timestamp::from_micros(1_700_000_000_000_000),
        operations: vec![RunOperation {
            id: operation.id,
            protocol: Protocol::Http,
            text: operation.text.clone(),
        }],
    });
    let run = run.unwrap();
    let samples: Vec<_> = (0..6_000_u32)
        .map(|number| sample(number, operation.id.0))
        .collect();
    run.add_samples(&samples).unwrap();
    let summary = Summary {
        planned: 6_000,
        sent: 6_000,
        duration_ms: 60_000,
        ..Summary::default()
    };
    run.finish(RunState::Complete, &summary).unwrap();
}

fn sample(number: u32, operation: u32, answer_us: u64) -> Sample {
    let intended_us = u64::from(number) * 10_000;
    Sample {
        exchange: 1 + number % 100,
        lane: number % 20,
        copy: 0,
        operation,
        intended_us,
        ready_us: intended_us,
        sent_us: intended_us + 10,
        first_byte_us: Some(intended_us + answer_us),
        done_us: intended_us + answer_us + u64::from(number * 7_919 % 997),
        outcome: Outcome::Ok,
        status: 200,
        flags: SampleFlags::empty(),
        sent_bytes: 100,
        received_bytes: 1_000,
        faults: 0,
    }
}

/// Compares two runs, with the exit code that belongs to the verdict.
fn compare(desk: &Desk, a: &str, b: &str, code: i32) -> Value {
    let said = desk.run(&["compare", a, b, "--json"]).with_code(code);
    serde_json::from_str(&said.stdout).unwrap()
}

#[test]
fn a_regression_is_said_and_makes_the_exit_code_1() {
    let desk = Desk::with_recording();
    store_run(&desk, "old", 20_000);
    store_run(&desk, "new", 30_000);
    let comparison = compare(&desk, "old", "new", 1);
    assert_eq!(comparison["verdict"], "regressed", "{comparison}");
    assert_eq!(comparison["quantiles"]["p95"]["significant"], true);
    assert_eq!(compare(&desk, "new", "old", 0)["verdict"], "improved");
    let said = desk.run(&["compare", "old", "new"]).with_code(1);
    assert!(
        said.stdout.starts_with("new against old: regressed"),
        "{said:?}"
    );
}

#[test]
fn a_late_generator_is_blamed_for_no_more_than_it_can_do() {
    let desk = Desk::with_recording();
    store_run(&desk, "old", 20_000);
    store_late_run(&desk, "late", 20_000);
    store_late_run(&desk, "slow", 200_000);
    let explained = compare(&desk, "old", "late", 0);
    assert_eq!(explained["verdict"], "inconclusive", "{explained}");
    let why = explained["why"][0].as_str().unwrap();
    assert!(
        why.starts_with("the generator was late in B (p99 "),
        "{why}"
    );
    assert!(why.ends_with("on a machine with more free cores"), "{why}");

    assert_eq!(compare(&desk, "old", "slow", 1)["verdict"], "regressed");
    let larger = "but the change is larger than lateness can explain: without all that it can, p";
    let said = desk.run(&["compare", "old", "slow", "--html", "slow.html"]);
    assert!(said.with_code(1).stdout.contains(larger));
    assert!(desk.read("slow.html").contains(larger));
}

#[test]
fn a_run_is_the_same_as_itself_and_every_documented_field_is_there() {
    let desk = Desk::with_recording();
    store_run(&desk, "old", 20_000);
    store_run(&desk, "again", 20_000);
    let comparison = compare(&desk, "old", "again", 0);
    assert_eq!(comparison["verdict"], "same", "{comparison}");
    for quantile in ["p50", "p90", "p95", "p99"] {
        let fields = ["a", "b", "change", "low", "high", "significant"];
        let fields = fields.map(|field| format!("/quantiles/{quantile}/{field}"));
        has_fields(&comparison, &fields.each_ref().map(String::as_str));
    }
    let fields = [
        "/a",
        "/b",
        "/verdict",
        "/why/0",
        "/error_rate/a",
        "/error_rate/b",
        "/error_rate/low",
        "/error_rate/high",
        "/error_rate/significant",
        "/operations/0",
    ];
    has_fields(&comparison, &fields);
}

#[test]
fn several_runs_a_side_are_judged_by_how_much_runs_differ() {
    let desk = Desk::with_recording();
    for (name, answer_us) in [
        ("old-1", 20_000),
        ("old-2", 25_000),
        ("old-3", 30_000),
        ("new-1", 22_000),
        ("new-2", 27_000),
        ("new-3", 32_000),
        ("slow-1", 60_000),
        ("slow-2", 65_000),
        ("slow-3", 70_000),
    ] {
        store_run(&desk, name, answer_us);
    }
    let why = |comparison: &Value| comparison["why"].to_string();
    let alone = compare(&desk, "old-1", "new-1", 1);
    assert_eq!(alone["verdict"], "regressed", "{alone}");
    assert!(
        why(&alone).contains("one run a side cannot show"),
        "{alone}"
    );
    let all = compare(&desk, "old-1,old-2,old-3", "new-1,new-2,new-3", 0);
    assert_eq!(all["verdict"], "inconclusive", "{all}");
    assert_eq!(all["a"], "old-1, old-2, old-3");
    assert_eq!(
        (&all["runs"]["a"], &all["runs"]["b"]),
        (&3.into(), &3.into())
    );
    assert!(
        why(&all).contains("the differences between 3 and 3 runs count"),
        "{all}"
    );
    let slow = compare(&desk, "old-1,old-2,old-3", "slow-1,slow-2,slow-3", 1);
    assert_eq!(slow["verdict"], "regressed", "{slow}");
    desk.run(&["compare", "old-1,old-1", "new-1,new-2"])
        .refused(2, "named twice");
    desk.run(&["compare", "old-1,recording", "new-1"])
        .refused(2, "a side of its own");
    desk.run(&["compare", "old-1", ","])
        .refused(2, "has no run");
}

#[test]
fn the_least_effect_that_counts_can_be_asked_for() {
    let desk = Desk::with_recording();
    store_run(&desk, "old", 20_000);
    store_run(&desk, "new", 21_800);
    assert_eq!(compare(&desk, "old", "new", 1)["noise"], 0.05);
    let said = desk
        .run(&["compare", "old", "new", "--json", "--min-effect", "20%"])
        .ok();
    let comparison: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(comparison["verdict"], "same", "{comparison}");
    for wrong in ["20", "0%", "100%", "-3%"] {
        let effect = format!("--min-effect={wrong}");
        desk.run(&["compare", "old", "new", &effect])
            .refused(2, "write percent");
    }
}

#[test]
fn a_delay_on_every_request_shows_in_the_comparison() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let replay = [
        "replay", RECORDING, "--http", &url, "--secret", &secret, "--run",
    ];
    desk.run(&[&replay[..], &["base", "--speed", "2"]].concat())
        .ok();
    shop.reset().unwrap();
    let slow = ["slow", "--speed", "2", "--fault", "100:delay(ms=400)"];
    let run = desk.answer(&[&replay[..], &slow].concat());
    assert!(number(&run, "/response_us/p50") >= 400_000, "{run}");

    let said = desk.run(&["compare", "base", "slow", "--json"]);
    let comparison: Value = serde_json::from_str(&said.stdout).unwrap();
    // A machine too busy to keep the schedule makes it inconclusive, and nothing else.
    let regressed = comparison["verdict"] == "regressed";
    assert!(
        regressed || comparison["verdict"] == "inconclusive",
        "{comparison}"
    );
    assert_eq!(said.code, Some(i32::from(regressed)));
    assert!(
        number(&comparison, "/quantiles/p50/b") >= 400_000,
        "{comparison}"
    );
}

#[test]
fn a_run_beside_its_recording_is_never_judged() {
    let desk = Desk::with_recording();
    store_run(&desk, "slow", 900_000);
    let comparison = compare(&desk, "recording", "slow", 0);
    assert_eq!(comparison["a"], "recording");
    assert_ne!(comparison["verdict"], "regressed", "{comparison}");
    desk.run(&["compare", "recording", "recording"])
        .refused(2, "name a run");
}

/// Insists that a page loads nothing and runs no script but the one at its end.
fn self_contained(page: &str) {
    assert!(page.starts_with("<!DOCTYPE html>") || page.starts_with("<!doctype html>"));
    let (page, script) = page.rsplit_once("<script>").unwrap();
    assert!(script.trim_end().ends_with("</script></body></html>"));
    assert!(page.contains("script-src 'sha256-"));
    let lower = page.to_ascii_lowercase();
    for forbidden in [
        "<script",
        "<link",
        "<iframe",
        "src=\"http",
        "href=\"http",
        "url(http",
        "@import",
        "javascript:",
    ] {
        assert!(!lower.contains(forbidden), "{forbidden} in the page");
    }
    assert!(page.contains("<svg"));
}

#[test]
fn reports_are_pages_that_need_nothing_else() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let replay = [
        "replay", RECORDING, "--http", &url, "--secret", &secret, "--speed", "5",
    ];
    let html = ["--run", "base", "--html", "replayed.html"];
    desk.run(&[&replay[..], &html].concat()).ok();
    store_run(&desk, "other", 20_000);
    desk.run(&["report", "base", "--html", "report.html"]).ok();
    desk.run(&["compare", "base", "other", "--html", "compare.html"]);
    for page in ["replayed.html", "report.html", "compare.html"] {
        self_contained(&desk.read(page));
    }
    assert!(desk.read("report.html").contains("GET /items/{id}"));
    assert!(
        !desk
            .read("report.html")
            .contains(reprise_fixtures::shop::PASSWORD)
    );
}

#[test]
fn every_chart_is_written_as_an_svg_file() {
    let desk = Desk::with_recording();
    let shop = shop();
    let url = url(&shop);
    desk.run(&[
        "replay", RECORDING, "--http", &url, "--speed", "5", "--run", "base",
    ])
    .ok();
    for kind in [
        "response_time",
        "heat_map",
        "service",
        "error_rate",
        "statuses",
        "rows",
        "rate",
        "in_flight",
        "lateness",
        "quantiles",
        "distribution",
        "over_rate",
    ] {
        for theme in ["light", "dark"] {
            let file = format!("{kind}-{theme}.svg");
            desk.run(&["chart", "base", kind, "--out", &file, "--theme", theme])
                .ok();
            let svg = desk.read(&file);
            assert!(
                svg.starts_with("<svg ") && svg.trim_end().ends_with("</svg>"),
                "{file}"
            );
            assert!(!svg.contains("<script"), "{file}");
            let measured = !svg.contains("nothing measured yet");
            assert_eq!(
                measured,
                kind != "rows",
                "{file}: the shop was asked over HTTP alone"
            );
        }
    }
    desk.run(&["chart", "base", "rate", "--out", "absent/x.svg"])
        .refused(4, "absent/x.svg");
}
