//! Probes beside the load: what a single user feels, on their own connections and counted apart.

use reprise_fixtures::shop::mysql_url;
use serde_json::Value;

use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, sum, url};

fn probe<'a>(run: &'a Value, name: &str) -> &'a Value {
    let probes = run["probes"].as_array().unwrap();
    let found = probes.iter().find(|probe| probe["name"] == name);
    found.unwrap_or_else(|| panic!("no probe {name} in {run}"))
}

#[test]
fn each_probe_is_measured_apart_drawn_and_checked() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let mysql = mysql_url(shop.mysql_addr());
    let replay = [
        "replay", RECORDING, "--http", &url, "--mysql", &mysql, "--secret", &secret, "--run",
        "probed",
    ];
    let health = format!("health={url}/static/shop.css");
    let gone = format!("gone={url}/there/is/no/such/page");
    let dry = [&replay[..8], &["--dry-run"]].concat();
    let outline = desk.answer(&dry);
    let journey = format!("journey=lane:{}", number(&outline, "/lanes/0/lane"));
    let probes = [
        "--probe",
        &health,
        "--probe",
        &gone,
        "--probe",
        "sql:SELECT 1",
        "--probe",
        &journey,
        "--probe",
        "search=operation:/search",
        "--check",
        "p99(probe:health)<1h",
        "--check",
        "error_rate(probe:gone)>=100% over 2s",
        "--fault",
        "100:error(status=503)",
    ];
    let run = desk.answer(&[&replay[..], &probes].concat());
    conserved(&run);
    // the load and its faults are as without probes
    assert_eq!(number(&run, "/sent"), 178);
    assert_eq!(number(&run, "/outcomes/error_reply"), 178, "{run}");
    for name in ["health", "sql:SELECT 1", "journey", "search"] {
        let probe = probe(&run, name);
        assert!(number(probe, "/sent") >= 3, "{probe}");
        assert_eq!(number(probe, "/sent"), sum(probe, "/outcomes"), "{probe}");
        assert_eq!(number(probe, "/outcomes/error_reply"), 0, "{probe}");
        assert!(number(probe, "/response_us/p50") > 0, "{probe}");
    }
    assert_eq!(probe(&run, "gone")["error_rate"], 1.0);
    for check in run["checks"].as_array().unwrap() {
        assert_eq!(check["held"], true, "{check}");
    }
    desk.run(&["chart", "probed", "probes", "--out", "p.svg"])
        .ok();
    let chart = desk.read("p.svg");
    assert!(
        ["health", "journey", "search"]
            .iter()
            .all(|name| chart.contains(name))
    );
    let said = desk.run(&["report", "probed"]).ok();
    assert!(said.stdout.contains("probe health"), "{said:?}");
    assert!(said.stdout.contains("probe gone: 100 %"), "{said:?}");
}

#[test]
fn a_lane_that_the_part_does_not_have_is_played_whole_beside_it() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let part = |between| ["replay", RECORDING, "--http", &url, "--between", between];
    let lanes = |between| -> Vec<(u64, u64)> {
        let outline = desk.answer(&[&part(between)[..], &["--dry-run"]].concat());
        let all = outline["lanes"].as_array().unwrap().iter();
        all.map(|one| (number(one, "/lane"), number(one, "/sends")))
            .collect()
    };
    let (early, late) = (lanes("0s..2s"), lanes("4s.."));
    let is_over = |lane: u64| late.iter().all(|one| one.0 != lane);
    let over = early.iter().find(|one| is_over(one.0) && one.1 > 1);
    let (lane, sends) = *over.unwrap();
    let probing = format!("journey=lane:{lane}");
    let flags = ["--secret", &secret, "--probe", &probing];
    let run = desk.answer(&[&part("4s..")[..], &flags].concat());
    conserved(&run);
    let journey = probe(&run, "journey");
    assert!(number(journey, "/sent") > 1, "{lane} of {sends}: {journey}");
}

#[test]
fn a_probe_that_cannot_be_is_refused_before_the_run() {
    let desk = Desk::with_recording();
    let shop = shop();
    let url = url(&shop);
    let replay = ["replay", RECORDING, "--http", &url];
    let with = |flags: &[&str]| desk.run(&[&replay[..], flags].concat());
    with(&["--probe", "ping"]).refused(2, "lane:ID");
    with(&["--probe", "sql:SELECT 1"]).refused(2, "--mysql");
    with(&["--probe", "lane:4711"]).refused(2, "the dry run lists");
    with(&["--probe", "http://192.0.2.1/health"]).refused(3, "`reprise targets allow 192.0.2.1`");
    with(&["--probe", "a=lane:0", "--probe", "a=lane:1"]).refused(2, "has its name");
    with(&["--check", "p99(probe:health)<1s"]).refused(2, "--probe 'health=");
    assert!(desk.answers(&["runs"]).is_empty());
}
