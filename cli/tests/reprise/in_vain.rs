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
        "--shift-keys",
        "purchase.no_such_column",
        "--shift-keys",
        "no_such_table.id=text",
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
        "--shift-keys 'purchase.no_such_column': no statement that is sent has values of it; of purchase they have",
        "--shift-keys 'no_such_table.id=text': no statement that is sent has values of it; their tables are",
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
fn what_is_for_nothing_that_is_sent_or_after_the_end_is_named() {
    let desk = Desk::with_recording();
    let flags = [
        "--http",
        NOWHERE,
        "--insecure",
        "--pin-clock",
        "--copy-writes",
        "skip",
        "--check",
        "p99(get /search)<1s if any",
        "--check",
        "p99<1s @1h..2h",
        "--fault",
        "5:delay(ms=1)@1h..2h",
    ];
    let said = in_vain(&desk, &flags);
    let expected = [
        "over before these faults begin: '5:delay(ms=1)@1h..2h'",
        "nothing of 'get /search' is sent; is 'GET /search' meant?",
        "over before what --check 'p99<1s @1h..2h' is about",
        "--insecure: no target is https",
        "--pin-clock: it is for MySQL",
        "--copy-writes: it is for MySQL",
    ];
    assert_eq!(said.len(), expected.len(), "{said:?}");
    for (said, part) in said.iter().zip(expected) {
        assert!(said.contains(part), "no {part:?} in {said:?}");
    }
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
        "--shift-keys",
        "purchase.id",
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

/// One exchange of a user who does not log in.
const ANONYMOUS: &str = "1 d1a40050c0a8010700000001 1763752924000000000 0\nGET / HTTP/1.1\r\nHost: shop.example\r\n\r\n\n🐵🙈🙉\n\
                         2 d1a40050c0a8010700000001 1763752924001000000 0\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok\n🐵🙈🙉\n";

#[test]
fn accounts_that_nobody_logs_in_with_are_said() {
    let desk = Desk::with_recording();
    desk.write("accounts", b"ann:one\nbob:two\n");
    desk.write("anonymous.gor", ANONYMOUS.as_bytes());
    let [accounts, anonymous] = ["accounts", "anonymous.gor"].map(|name| desk.path(name));
    let users = ["--users", accounts.to_str().unwrap()];
    let with = |flags: &[&str]| in_vain(&desk, &[&users[..], flags].concat());
    assert_eq!(with(&["--http", NOWHERE]), [""; 0]);
    assert_eq!(
        with(&["--mysql", MYSQL]),
        [
            "--users: it is for logins over HTTP, and none is sent; --mysql-user is for those of MySQL"
        ]
    );
    desk.run(&["import", anonymous.to_str().unwrap(), "--name", "anonymous"])
        .ok();
    let flags = ["replay", "anonymous", "--http", NOWHERE, "--dry-run"];
    let outline = desk.answer(&[&flags[..], &users].concat());
    let nobody = "--users: nobody logs in with a user and a password in the recording";
    assert_eq!(outline["in_vain"], serde_json::json!([nobody]), "{outline}");
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
