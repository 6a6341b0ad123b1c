//! What the doctor says of a machine that is well, and of files that are not.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::Desk;

/// What it found of one subject, if it looked at it, and the exit code.
fn found(desk: &Desk, subject: &str) -> (Option<Value>, Option<i32>) {
    let said = desk.run(&["doctor", "--json"]);
    let findings = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut of = findings.filter(|finding| finding["subject"] == subject);
    (of.next(), said.code)
}

#[test]
fn every_subject_is_looked_at_and_all_that_is_not_good_has_a_fix() {
    let desk = Desk::with_recording();
    let said = desk.run(&["doctor", "--json"]);
    let findings: Vec<Value> = said
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for subject in [
        "capture", "file", "space", "files", "ports", "cores", "timer", "clock",
    ] {
        assert!(
            findings.iter().any(|finding| finding["subject"] == subject),
            "{subject}"
        );
    }
    for finding in &findings {
        assert_eq!(
            finding["health"] == "good",
            finding["fix"].is_null(),
            "{finding}"
        );
    }
    let bad = findings.iter().any(|finding| finding["health"] == "bad");
    assert_eq!(said.code, Some(i32::from(bad)));
}

#[test]
fn a_file_that_is_none_of_ours_is_bad_and_one_that_is_not_there_is_not() {
    let desk = Desk::new();
    assert_eq!(found(&desk, "file").0.unwrap()["health"], "good");
    std::fs::create_dir_all(desk.library().parent().unwrap()).unwrap();
    std::fs::write(desk.library(), b"no database at all").unwrap();
    let (file, code) = found(&desk, "file");
    assert_eq!(file.unwrap()["health"], "bad");
    assert_eq!(code, Some(1));
}

#[test]
fn a_key_that_others_can_read_is_named_with_the_command_that_mends_it() {
    let desk = Desk::with_recording();
    let (key, _) = found(&desk, "key");
    let key = key.expect("recording with redaction makes a key");
    assert_eq!(key["health"], "good", "{key}");
    let path = key["found"]
        .as_str()
        .unwrap()
        .split(" (mode")
        .next()
        .unwrap()
        .to_owned();
    std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    let (key, code) = found(&desk, "key");
    assert_eq!(
        key.unwrap()["fix"],
        format!("others can read it: chmod 600 '{path}'")
    );
    assert_eq!(code, Some(1));
}
