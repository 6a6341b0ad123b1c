//! What the fields of the Replay page ask for.

use super::*;

/// The form of a page on which nothing was changed.
fn form(http: &[(&str, &str)]) -> ReplayForm {
    let mut empty = serde_json::json!({
        "recording": "friday", "rateBy": "recorded", "factor": 5.0, "ordered": true, "pool": null,
        "http": [], "faults": [], "checks": [], "probes": [], "watch": [], "rewrites": [], "secrets": [],
        "correlate": [], "noCorrelate": [], "mysqlUsers": [], "copies": null, "controls": [], "commands": [],
    });
    for text in [
        "run",
        "mysql",
        "host",
        "ca",
        "timeout",
        "duration",
        "stages",
        "warmUp",
        "abortAfter",
        "between",
        "filter",
        "lanes",
        "baseline",
        "rewritesFile",
        "users",
        "statements",
        "shiftKeys",
        "before",
        "seed",
        "controlToken",
        "readOnlyDeny",
    ] {
        empty[text] = "".into();
    }
    for tick in [
        "insecure",
        "repeat",
        "skipMissing",
        "abortOnFail",
        "readOnly",
        "copiesRead",
        "pinClock",
        "bothTiers",
        "allowRecordedServer",
    ] {
        empty[tick] = false.into();
    }
    let mut form: ReplayForm = serde_json::from_value(empty).unwrap();
    form.http = http
        .iter()
        .map(|(recorded, url)| HttpTarget {
            recorded: (*recorded).to_owned(),
            url: (*url).to_owned(),
        })
        .collect();
    form
}

#[test]
fn an_untouched_form_asks_for_nothing_but_its_recording() {
    let request = serde_json::to_value(form(&[]).request().unwrap()).unwrap();
    let nothing = serde_json::to_value(ReplayRequest::new("friday".to_owned())).unwrap();
    assert_eq!(request, nothing);
}

#[test]
fn targets_are_rows_of_what_was_recorded_and_where_it_goes() {
    let rows = [("", " http://a:1 "), ("/api", "http://b:2"), ("", "")];
    let request = form(&rows).request().unwrap();
    assert_eq!(request.http, ["http://a:1", "/api=http://b:2"]);
    assert!(form(&[("/api", "")]).request().is_err());
}

#[test]
fn users_keys_and_copies_are_those_of_the_command() {
    let form = ReplayForm {
        shift_keys: "items.id, auto".to_owned(),
        copies: Some(3.0),
        rate_by: RateBy::Speed,
        mysql_users: vec![MysqlUser {
            recorded: "app".to_owned(),
            user: "stage".to_owned(),
            password: "a:b".to_owned(),
        }],
        ..form(&[])
    };
    assert!(!format!("{form:?}").contains("a:b"));
    let request = form.request().unwrap();
    assert_eq!(request.shift_keys, ["items.id", "auto"]);
    assert_eq!(request.mysql_users, ["app=stage:a:b"]);
    assert_eq!(request.copies, Some(3.0));
}

#[test]
fn a_secret_is_not_printed() {
    let secret = Secret {
        name: "login.password".to_owned(),
        value: "hunter2".to_owned(),
    };
    assert!(!format!("{secret:?}").contains("hunter2"));
}
