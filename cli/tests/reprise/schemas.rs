//! The published schemas: those of the program, and what it really answers fits them.

use std::path::Path;

use serde_json::Value;

use crate::support::{Desk, RECORDING, password_secret, replay, shop, url};

/// Every answer that has one, by its name.
const ANSWERS: [&str; 7] = [
    "run",
    "series",
    "second",
    "comparison",
    "search",
    "trend",
    "ci",
];

fn schema(name: &str) -> Value {
    let said = Desk::new().run(&["schema", name]).ok();
    serde_json::from_str(&said.stdout).unwrap()
}

/// Insists that an answer is as its schema says, with no field that the schema does not know.
#[track_caller]
fn fits(name: &str, answer: &Value) {
    let mut schema = schema(name);
    closed(&mut schema);
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let wrong: Vec<String> = validator
        .iter_errors(answer)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:#?}");
}

/// Later versions may answer more; this one has to say all it answers.
fn closed(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if object.contains_key("properties") {
                object.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
            }
            object.values_mut().for_each(closed);
        }
        Value::Array(values) => values.iter_mut().for_each(closed),
        _ => {}
    }
}

#[test]
fn the_schemas_in_the_documents_are_those_of_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema");
    for name in ANSWERS {
        let file = folder.join(format!("{name}.json"));
        let published = std::fs::read_to_string(&file).unwrap_or_default();
        let said = Desk::new().run(&["schema", name]).ok().stdout;
        assert!(
            published == said,
            "write it anew: reprise schema {name} > docs/schema/{name}.json"
        );
    }
    let files = std::fs::read_dir(folder).unwrap();
    assert_eq!(files.count(), ANSWERS.len());
}

#[test]
fn runs_their_seconds_and_comparisons_fit_their_schemas() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let ticks = [
        "replay",
        RECORDING,
        "--http",
        &url,
        "--secret",
        &secret,
        "--run",
        "plan-1",
        "--check",
        "p99<1h",
        "--watch",
        "host",
        "--probe",
        "health=http://127.0.0.1/health",
        "--fault",
        "10:error(status=503)@1s..2s",
        "--at",
        "1s run true",
        "--ticks",
    ];
    let said = desk.run(&ticks);
    let lines: Vec<Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (run, seconds) = lines.split_last().unwrap_or_else(|| panic!("{said:?}"));
    fits("run", run);
    assert!(!seconds.is_empty());
    seconds.iter().for_each(|second| fits("second", second));
    fits("run", &desk.answer(&["report", "plan-1"]));
    replay(&desk, &url, &["--run", "plan-2", "--speed", "10"]);
    let compared = desk.run(&["compare", "plan-1", "plan-2", "--json"]);
    fits(
        "comparison",
        &serde_json::from_str(&compared.stdout).unwrap(),
    );
    fits(
        "comparison",
        &desk.answer(&["compare", "recording", "plan-2"]),
    );
    fits("trend", &desk.answer(&["trend", "plan"]));
}

#[test]
fn series_searches_and_continuous_runs_fit_their_schemas() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let sides = [
        "replay", RECORDING, "--http", &url, "--http-b", &url, "--secret", &secret, "--repeat",
        "1", "--speed", "10", "--json",
    ];
    fits(
        "series",
        &serde_json::from_str(&desk.run(&sides).stdout).unwrap(),
    );
    let search = [
        "knee", RECORDING, "--http", &url, "--secret", &secret, "--to", "1.5x", "--within", "50%",
        "--step", "300ms", "--settle", "100ms", "--rest", "0s", "--check", "p50<1us", "--json",
    ];
    fits(
        "search",
        &serde_json::from_str(&desk.run(&search).stdout).unwrap(),
    );
    let config = format!(
        "recording = '{RECORDING}'\nbaseline = 'ci'\n[replay]\nhttp = '{url}'\nspeed = 10\nsecret = '{secret}'\n"
    );
    desk.write("reprise.toml", config.as_bytes());
    for _ in 0..2 {
        let said = desk.run(&["ci", "--json"]);
        fits("ci", &serde_json::from_str(&said.stdout).unwrap());
    }
}
