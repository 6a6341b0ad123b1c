//! What flags name and the recording does not have: said by the dry run, and as the run begins.

use serde_json::Value;

use crate::support::{Desk, RECORDING, shop, url};

/// Nobody listens there; a dry run connects to nothing.
const NOWHERE: &str = "http://127.0.0.1:9";

const MYSQL: &str = "mysql://load:secret@127.0.0.1:9/shop";

/// Sends both protocols, and one part of HTTP elsewhere.
fn both_tiers(to_part: &str) -> [&str; 7] {
    [
        "--http",
        NOWHERE,
        "--http",
        to_part,
        "--mysql",
        MYSQL,
        "--both-tiers",
    ]
}

/// What a dry run with these flags says was named in vain.
fn in_vain(desk: &Desk, flags: &[&str]) -> Vec<String> {
    let arguments = [&["replay", RECORDING, "--dry-run"][..], flags].concat();
    let outline = desk.answer(&arguments);
    let Value::Array(all) = &outline["in_vain"] else {
        panic!("{outline}");
    };
    let text = |one: &Value| one.as_str().unwrap().to_owned();
    all.iter().map(text).collect()
}

#[test]
fn a_dry_run_names_what_matches_nothing_of_the_recording() {
    let desk = Desk::with_recording();
    let to_part = format!("/nowhere={NOWHERE}");
    let named = [
        "--mysql-user",
        "nobody=load:secret",
        "--fault",
        "5:error(status=503) for http /nowhere/*",
        "--fault",
        "5:error(code=1213) for mysql table:nowhere copy:3",
        "--read-only-deny",
        "audit_nothing",
        "--correlate",
        "GET /nowhere json:id -> GET / query:id",
        "--no-correlate",
        "no_such_name",
    ];
    let flags = [&both_tiers(&to_part)[..], &named].concat();
    let said = in_vain(&desk, &flags);
    let expected = [
        "--http '/nowhere=http://127.0.0.1:9'",
        "--mysql-user 'nobody=...'",
        "for http /nowhere/*' is for nothing",
        "table:nowhere copy:3' is for nothing",
        "--read-only-deny 'audit_nothing'",
        "--correlate 'GET /nowhere json:id",
        "--no-correlate 'no_such_name'",
    ];
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for (said, part) in said.iter().zip(expected) {
        assert!(said.contains(part), "no {part:?} in {said:?}");
    }
    let text = [&["replay", RECORDING, "--dry-run"][..], &flags].concat();
    let shown = desk.run(&text).ok().stdout;
    let asked = shown.matches(": is it meant so?").count();
    assert_eq!(asked, expected.len(), "{shown}");
}

#[test]
fn what_matches_something_is_not_named() {
    let desk = Desk::with_recording();
    let to_part = format!("/search={NOWHERE}");
    let named = [
        "--mysql-user",
        "shop=load:secret",
        "--fault",
        "5:error(status=503) for http /search*",
        "--fault",
        "5:error(code=1213) for mysql copy:3",
        "--fault",
        "5:delay(ms=10)",
    ];
    let flags = [&both_tiers(&to_part)[..], &named].concat();
    assert_eq!(in_vain(&desk, &flags), [""; 0]);
    // a recording has no users for others to log in as without MySQL
    let http = [
        "--http",
        NOWHERE,
        "--fault",
        "5:error(code=1213)",
        "--where",
        "protocol:http",
    ];
    let said = in_vain(&desk, &http);
    assert!(
        said.len() == 1 && said[0].contains("'5:error(code=1213)'"),
        "{said:?}"
    );
}

#[test]
fn a_run_begins_with_what_it_names_in_vain() {
    let desk = Desk::with_recording();
    let shop = shop();
    let said = desk.run(&[
        "replay",
        RECORDING,
        "--http",
        &url(&shop),
        "--speed",
        "20",
        "--fault",
        "5:error(status=503) for http /nowhere/*",
    ]);
    let warning = "reprise: warning: the fault '5:error(status=503) for http /nowhere/*' is for nothing that is sent";
    let said = said.ok();
    assert!(said.stderr.lines().any(|line| line == warning), "{said:?}");
}
