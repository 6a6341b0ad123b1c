//! What is written for other programs, read as those read it: the numbers they find are those of the run.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Desk, number, replay, shop, url};

/// What a script beside this file makes of some files of a desk.
pub(crate) fn read_by(script: &str, files: &[&Path]) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reprise/consumers");
    let output = Command::new("/usr/bin/python3")
        .arg(folder.join(script))
        .args(files)
        .output()
        .expect("python3 runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A run with a warm-up of none, some failures and its answer.
fn desk_with_run() -> (Desk, Value) {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = [
        "--speed",
        "max",
        "--run",
        "five",
        "--fault",
        "20:error(status=503)",
        "--check",
        "p99<1h",
        "--check",
        "error_rate<0.01%",
    ];
    let secret = crate::support::password_secret();
    let url = url(&shop);
    let replay = [
        "replay",
        crate::support::RECORDING,
        "--http",
        &url,
        "--secret",
        &secret,
        "--json",
    ];
    let said = desk.run(&[&replay, &flags[..]].concat()).with_code(1);
    (desk, serde_json::from_str(&said.stdout).unwrap())
}

#[test]
fn build_servers_find_every_check_with_how_it_ended() {
    let desk = Desk::with_recording();
    let shop = shop();
    let config = format!(
        "recording = 'friday'\nbaseline = 'main'\n[replay]\nhttp = '{}'\nspeed = 'max'\n\
         check = ['p99<1h', 'max<1us', 'error_rate<100% if any']\n[write]\njunit = 'ci.xml'\n",
        url(&shop)
    );
    desk.write("reprise.toml", config.as_bytes());
    let cases = |arguments: &[&str]| {
        let said = desk
            .run(&[&["ci", "--json"], arguments].concat())
            .with_code(1);
        let cases = read_by("junit.py", &[&desk.path("ci.xml")]);
        let answer: Value = serde_json::from_str(&said.stdout).unwrap();
        (answer, cases.as_array().unwrap().clone())
    };
    let (_, first) = cases(&["--as", "main", "--accept"]);
    let ended = |name: &str| first.iter().find(|case| case["case"] == name).unwrap();
    assert_eq!(ended("p99<1h")["ended"], "passed");
    assert_eq!(ended("max<1us")["ended"], "failure");
    assert_eq!(ended("error_rate<100% if any")["ended"], "passed");
    assert_eq!(first.len(), 5, "{first:?}");
    let (answer, second) = cases(&[]);
    let compared = second.last().unwrap();
    assert_eq!(compared["suite"], "ci-1 against main-1");
    let expected = match answer["verdict"].as_str().unwrap() {
        "regressed" => "failure",
        "inconclusive" => "skipped",
        _ => "passed",
    };
    assert_eq!(compared["ended"], expected, "{compared}");
}

#[test]
fn the_plotter_of_hdr_histograms_reads_the_curve_of_the_run() {
    let (desk, run) = desk_with_run();
    let path = desk.path("five.hgrm");
    desk.run(&["report", "five", "--hgrm", path.to_str().unwrap()])
        .ok();
    let read = read_by("hgrm.py", &[&path]);
    let points = read["points"].as_array().unwrap();
    let column = |number: usize| {
        points
            .iter()
            .map(move |point| point[number].as_f64().unwrap())
    };
    for number in 0..3 {
        let rises = column(number).zip(column(number).skip(1));
        assert!(rises.into_iter().all(|(a, b)| a <= b), "{read}");
    }
    let count = number(&run, "/response_us/count") as f64;
    assert_eq!(read["foot"]["Total count"], json!(count));
    assert_eq!(read["whole"][1], json!(1.0));
    assert_eq!(read["whole"][2], json!(count));
    // milliseconds, within the three digits that both keep
    let near = |value: f64, us: &str| {
        let expected = number(&run, us) as f64 / 1e3;
        assert!(
            (value - expected).abs() <= expected * 0.01 + 0.002,
            "{us}: {value} {expected}"
        );
    };
    near(read["foot"]["Max"].as_f64().unwrap(), "/response_us/max");
    let median = points.iter().find(|point| point[1].as_f64() == Some(0.5));
    near(median.unwrap()[0].as_f64().unwrap(), "/response_us/p50");
}

#[test]
fn the_tables_come_to_the_numbers_of_the_run_in_another_csv_reader() {
    let (desk, run) = desk_with_run();
    let files = ["ticks", "operations", "samples"].map(|name| (name, desk.path(name)));
    for (name, path) in &files {
        let flag = format!("--{name}");
        desk.run(&["report", "five", &flag, path.to_str().unwrap()])
            .ok();
    }
    let paths = files.each_ref().map(|(_, path)| path.as_path());
    let read = read_by("csv_sums.py", &paths);
    assert_eq!(read["samples"], run["sent"]);
    for name in ["planned", "sent"] {
        // what the plan leaves out is planned and in no second
        let skipped: u64 = match name {
            "planned" => number(&run, "/planned") - number(&run, "/sent"),
            _ => 0,
        };
        let in_ticks = number(&read, &format!("/ticks/{name}"));
        let in_run = number(&run, &format!("/{name}"));
        assert!(in_ticks <= in_run && in_ticks + skipped >= in_run, "{name}");
    }
    for (outcome, count) in run["outcomes"].as_object().unwrap() {
        assert_eq!(&read["ticks"][outcome], count, "{outcome}");
        assert_eq!(&read["sample_outcomes"][outcome], count, "{outcome}");
        let measured = count.as_u64().unwrap() - number(&run, &format!("/unmeasured/{outcome}"));
        assert_eq!(read["operation_outcomes"][outcome], measured, "{outcome}");
    }
    for row in run["operations"].as_array().unwrap() {
        let name = row["operation"].as_str().unwrap();
        assert_eq!(read["operations"][name], row["sent"], "{name}");
        assert_eq!(read["sample_operations"][name], row["sent"], "{name}");
    }
    let bytes = json!([run["sent_bytes"], run["received_bytes"]]);
    assert_eq!(read["bytes"], bytes);
    assert_eq!(read["response_count"], run["response_us"]["count"]);
    // a histogram of three digits holds them
    for (name, quantile) in [("response_max_us", "max"), ("response_p50_us", "p50")] {
        let (exact, kept) = (
            number(&read, &format!("/{name}")) as f64,
            number(&run, &format!("/response_us/{quantile}")) as f64,
        );
        assert!(
            (exact - kept).abs() <= exact * 0.001 + 1.0,
            "{quantile}: {exact} {kept}"
        );
    }
}

#[test]
fn a_run_without_failures_agrees_as_well() {
    let desk = Desk::with_recording();
    let shop = shop();
    let run = replay(&desk, &url(&shop), &["--speed", "max", "--run", "calm"]);
    let path = desk.path("calm.xml");
    desk.run(&["report", "calm", "--junit", path.to_str().unwrap()])
        .ok();
    let cases = read_by("junit.py", &[&path]);
    let late = run["generator_late"] == json!(true);
    let kept_up = cases.as_array().unwrap().iter();
    let kept_up = kept_up.filter(|case| case["case"] == "the generator kept up");
    let ended: Vec<&Value> = kept_up.map(|case| &case["ended"]).collect();
    assert_eq!(ended, [if late { "failure" } else { "passed" }]);
}
