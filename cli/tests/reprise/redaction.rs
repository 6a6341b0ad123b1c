//! `reprise redaction`, and the flags that decide what a recording keeps.

use reprise_fixtures::captures;
use serde_json::json;

use crate::support::{Desk, RECORDING, has_fields, number};

/// A desk with the shop's capture stored as it is.
fn raw_desk() -> Desk {
    let desk = Desk::new();
    desk.put(captures::shop_mariadb());
    let file = captures::shop_mariadb().name;
    desk.run(&["import", file, "--name", RECORDING, "--store-raw"])
        .ok();
    desk
}

#[test]
fn a_raw_recording_says_so_wherever_it_is_shown() {
    let desk = raw_desk();
    let shown = desk.answer(&["show", RECORDING]);
    assert_eq!(shown["recording"]["raw"], json!(true));
    assert_eq!(shown["redacted"], json!({}));
    let text = desk.run(&["show", RECORDING]).ok().stdout;
    assert!(text.contains("raw: its secrets are stored"), "{text}");
    let list = desk.run(&["recordings"]).ok().stdout;
    assert!(list.contains("complete, raw"), "{list}");
    let redacted = Desk::with_recording().answer(&["show", RECORDING]);
    assert_eq!(redacted["recording"]["raw"], json!(false));
}

#[test]
fn a_check_fails_on_a_raw_recording_and_names_places_but_no_values() {
    let desk = raw_desk();
    let said = desk.run(&["redaction", "check", RECORDING]).with_code(1);
    assert!(
        said.stdout.contains("cookie in the request cookie"),
        "{said:?}"
    );
    let answer = desk
        .run(&["redaction", "check", "--all", "--json"])
        .with_code(1);
    assert!(!answer.stdout.contains(reprise_fixtures::shop::PASSWORD));
    let answer: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert!(number(&answer, "/found/cookie") > 100);
    has_fields(
        &answer["findings"][0],
        &["/recording", "/exchange", "/rule", "/place"],
    );
}

#[test]
fn a_check_passes_on_a_recording_whose_secrets_were_replaced() {
    let desk = Desk::with_recording();
    let answer = desk.answer(&["redaction", "check", RECORDING]);
    assert_eq!(answer["found"], json!({}), "{answer}");
    assert_eq!(number(&answer, "/exchanges"), 555);
    let text = desk.run(&["redaction", "check", RECORDING]).ok().stdout;
    assert!(text.contains("the rules find nothing"), "{text}");
}

#[test]
fn rules_are_made_listed_previewed_and_used() {
    let desk = raw_desk();
    let file = desk.answer(&["redaction", "init"])["file"].clone();
    assert_eq!(desk.answer(&["redaction", "rules"])["source"], file);
    desk.run(&["redaction", "init"]).with_code(2);
    desk.write(
        "mine.toml",
        b"[[rule]]\nname = \"agent\"\nheader = [\"user-agent\"]\naction = \"fixed\"\ntext = \"someone\"\n",
    );
    let rules = desk.answer(&["redaction", "rules", "--rules", "mine.toml"]);
    assert_eq!(rules["rules"][0]["matches"], json!(["header user-agent"]));
    let preview = desk.answer(&["redaction", "preview", RECORDING, "--rules", "mine.toml"]);
    assert_eq!(preview["rules"][0]["examples"][0]["after"], "someone");
    let text = desk.run(&["redaction", "preview", RECORDING]).ok().stdout;
    assert!(text.contains("cookie: "), "{text}");
    let capture = captures::shop_mariadb().name;
    desk.run(&["import", capture, "--name", "mine", "--rules", "mine.toml"])
        .ok();
    let answer = desk.answer(&["show", "mine"]);
    assert!(number(&answer, "/redacted/agent") > 100, "{answer}");
    assert_eq!(
        desk.answer(&["show", RECORDING])["recording"]["raw"],
        json!(true),
        "a preview changes nothing"
    );
}

#[test]
fn a_preview_shows_a_value_among_neighbours_that_are_replaced() {
    let desk = Desk::new();
    desk.write(
        "secrets.har",
        br#"{"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": [{
            "startedDateTime": "2026-01-02T03:04:05.000Z", "time": 1,
            "request": {"method": "GET", "url": "http://shop.example/x?token=first-secret&password=second-secret",
                "httpVersion": "HTTP/1.1", "cookies": [], "headers": [{"name": "Host", "value": "shop.example"}],
                "queryString": [], "headersSize": -1, "bodySize": 0},
            "response": {"status": 204, "statusText": "x", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
                "content": {"size": 0, "mimeType": ""}, "redirectURL": "", "headersSize": -1, "bodySize": 0},
            "cache": {}, "timings": {"send": 0, "wait": 1, "receive": 0}}]}}"#,
    );
    desk.run(&["import", "secrets.har", "--name", "raw", "--store-raw"])
        .ok();
    let text = desk.run(&["redaction", "preview", "raw"]).ok().stdout;
    for (name, secret, other) in [
        ("token", "first-secret", "second-secret"),
        ("password", "second-secret", "first-secret"),
    ] {
        let mut lines = text.lines().skip_while(|line| !line.contains(secret));
        let before = lines.next().unwrap();
        let after = lines.next().unwrap();
        assert!(before.contains(&format!("{name}={secret}")), "{text}");
        assert!(after.contains(&format!("{name}=rp_")), "{text}");
        assert!(
            !before.contains(other) && !after.contains("secret"),
            "{text}"
        );
    }
}

#[test]
fn rules_that_cannot_be_read_stop_an_import_and_say_why() {
    let desk = Desk::new();
    desk.put(captures::shop_mariadb());
    let capture = captures::shop_mariadb().name;
    desk.write("bad.toml", b"[[rule]]\nname = \"a\"\nheadr = [\"x\"]\n");
    for arguments in [
        &["import", capture, "--name", "a", "--rules", "bad.toml"][..],
        &["redaction", "rules", "--rules", "bad.toml"],
    ] {
        let said = desk.run(arguments).with_code(2);
        let says = "line 3, rule \"a\": unknown field `headr`";
        assert!(said.stderr.contains(says), "{said:?}");
    }
    desk.run(&["import", capture, "--name", "a", "--rules", "absent.toml"])
        .with_code(2);
    desk.run(&[
        "import",
        capture,
        "--name",
        "a",
        "--rules",
        "bad.toml",
        "--store-raw",
    ])
    .with_code(2);
    assert!(desk.answers(&["recordings"]).is_empty());
}
