//! Runs written for other tools: the files agree with the answer of the run they are of.

use serde_json::Value;

use crate::support::{Desk, number, replay, shop, sum, url};

/// A desk with one run called `five`, and its answer.
fn desk_with_run() -> (Desk, Value) {
    let desk = Desk::with_recording();
    let shop = shop();
    let answer = replay(
        &desk,
        &url(&shop),
        &["--speed", "max", "--run", "five", "--check", "p99<1h"],
    );
    (desk, answer)
}

#[test]
fn every_form_is_written_and_agrees_with_the_run() {
    let (desk, answer) = desk_with_run();
    let files = [
        ("--markdown", "five.md"),
        ("--junit", "five.xml"),
        ("--hgrm", "five.hgrm"),
        ("--ticks", "ticks.csv"),
        ("--operations", "operations.csv"),
        ("--samples", "samples.csv"),
    ];
    let paths = files.map(|(flag, name)| (flag, desk.path(name)));
    let mut arguments = vec!["report", "five"];
    for (flag, path) in &paths {
        arguments.extend([flag, path.to_str().unwrap()]);
    }
    let said = desk.run(&arguments).ok();
    assert!(said.stdout.contains("response"), "{}", said.stdout);

    let rows = |name: &str| {
        let text = desk.read(name);
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(rows("samples.csv").len() as u64, number(&answer, "/sent"));
    let sent: u64 = rows("ticks.csv")
        .iter()
        .map(|row| row.split(',').nth(3).unwrap().parse::<u64>().unwrap())
        .sum();
    assert_eq!(sent, number(&answer, "/sent"));
    let operations = answer["operations"].as_array().unwrap().len();
    assert_eq!(rows("operations.csv").len(), operations);

    let percentiles = desk.read("five.hgrm");
    let count = format!(
        "Total count    = {:12}]",
        number(&answer, "/response_us/count")
    );
    assert!(percentiles.contains(&count), "{percentiles}");
    let junit = desk.read("five.xml");
    assert!(
        junit.contains("<testcase name=\"p99&lt;1h\" classname=\"reprise.five\"/>"),
        "{junit}"
    );
    let summary = desk.read("five.md");
    assert!(summary.contains("| ✅ | `p99<1h` |"), "{summary}");
    assert_eq!(sum(&answer, "/outcomes"), number(&answer, "/sent"));
}

#[test]
fn a_form_on_standard_output_has_it_alone() {
    let (desk, answer) = desk_with_run();
    let said = desk.run(&["report", "five", "--samples", "-"]).ok();
    assert_eq!(
        said.stdout.lines().count() as u64,
        number(&answer, "/sent") + 1
    );
    let said = desk
        .run(&["compare", "five", "five", "--markdown", "-"])
        .ok();
    assert!(said.stdout.starts_with("### "), "{}", said.stdout);
    desk.run(&["report", "five", "--samples", "-", "--ticks", "-"])
        .refused(2, "only one form can go to standard output");
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let (desk, _) = desk_with_run();
    let nowhere = desk.path("no/such/folder.csv");
    desk.run(&["report", "five", "--ticks", nowhere.to_str().unwrap()])
        .refused(4, "no/such/folder.csv");
}
