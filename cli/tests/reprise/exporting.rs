//! Writing a recording for other tools, and reading it back: the same exchanges, and no file by halves.

use serde_json::Value;

use crate::support::{Desk, RECORDING};

/// What an exchange is, without the numbers that another recording gives it.
fn exchanges(desk: &Desk, name: &str, filter: &str) -> Vec<Value> {
    let arguments = ["exchanges", name, "--limit", "0", "--where", filter];
    let mut all = desk.answers(&arguments);
    all.sort_by_key(|one| (one["at_us"].as_i64(), one["request"].to_string()));
    let first = all[0]["at_us"].as_i64().unwrap();
    let comparable = all.into_iter().map(|mut one| {
        one["at_us"] = (one["at_us"].as_i64().unwrap() - first).into();
        let fields = one.as_object_mut().unwrap();
        // Redaction changed lengths, and only an archive says what they were.
        for changed in [
            "id",
            "connection",
            "flags",
            "request_bytes",
            "response_bytes",
        ] {
            fields.remove(changed);
        }
        one
    });
    comparable.collect()
}

#[test]
fn what_is_exported_and_imported_has_the_same_exchanges() {
    let desk = Desk::with_recording();
    for (format, filter) in [
        ("har", "protocol:http"),
        ("gor", "protocol:http"),
        ("pcap", "took:>=0us"),
    ] {
        let file = format!("again.{format}");
        let answer = desk.answer(&["export", RECORDING, "--to", format, "--out", &file]);
        assert_eq!(
            (&answer["format"], &answer["raw"]),
            (&format.into(), &false.into())
        );
        desk.answer(&["import", &file, "--name", format]);
        let expected = exchanges(&desk, RECORDING, filter);
        assert_eq!(exchanges(&desk, format, filter), expected, "{format}");
        assert!(expected.len() > 100);
    }
}

#[test]
fn text_goes_to_the_standard_output_and_what_does_not_fit_is_said() {
    let desk = Desk::with_recording();
    let said = desk
        .run(&[
            "export",
            RECORDING,
            "--to",
            "vegeta",
            "--where",
            "method:GET",
        ])
        .ok();
    let mut targets = said.stdout.lines();
    assert!(targets.all(|line| serde_json::from_str::<Value>(line).unwrap()["method"] == "GET"));
    assert!(said.stderr.is_empty(), "{said:?}");
    let said = desk.run(&["export", RECORDING, "--to", "curl"]).ok();
    assert!(said.stdout.starts_with("#!/bin/sh\n"));
    assert!(
        said.stderr
            .contains("MySQL exchanges (curl knows HTTP only) were left out")
    );
}

#[test]
fn a_file_that_is_there_is_kept_unless_it_may_be_replaced() {
    let desk = Desk::with_recording();
    desk.write("a.har", b"precious");
    let export = ["export", RECORDING, "--to", "har", "--out", "a.har"];
    desk.run(&export).refused(2, "--force");
    assert_eq!(desk.read("a.har"), "precious");
    desk.run(&[&export[..], &["--force"]].concat()).ok();
    assert!(desk.read("a.har").starts_with("{\"log\""));
}

#[test]
fn what_cannot_be_exported_is_refused_and_leaves_no_file() {
    let desk = Desk::with_recording();
    let refused = |arguments: &[&str], fix: &str| {
        let all = [&["export"], arguments].concat();
        desk.run(&all).refused(2, fix);
    };
    refused(&["nobody", "--to", "har", "--out", "x.har"], "nobody");
    refused(
        &[
            RECORDING, "--to", "har", "--out", "x.har", "--where", "status:",
        ],
        "status",
    );
    refused(&[RECORDING, "--to", "har", "--json"], "--out");
    let said = desk
        .run(&["export", RECORDING, "--to", "word"])
        .with_code(2);
    assert!(
        said.stderr.contains("har, pcap, gor, vegeta, curl"),
        "{said:?}"
    );
    let left: Vec<_> = std::fs::read_dir(desk.path("."))
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("har") || name.contains("export"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}
