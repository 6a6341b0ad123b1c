//! Orders given over HTTP to a run while it is on: `--control`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::controlled::ask;
use crate::support::running::Running;
use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, url};

#[test]
fn a_run_is_held_changed_and_ended_by_orders_over_http() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (secret, url) = (password_secret(), url(&shop));
    let replay = [
        "replay",
        RECORDING,
        "--http",
        &url,
        "--secret",
        &secret,
        "--speed",
        "0.25",
        "--run",
        "held",
        "--fault",
        "20:delay(ms=1)",
        "--json",
        "--control",
        "0",
        "--control-token",
        "tea",
    ];
    let mut running = Running::start(&desk, &replay);
    let place = running.until("reprise: control at http://");
    let address = place
        .strip_prefix("reprise: control at http://")
        .and_then(|place| place.strip_suffix("/api/run"))
        .unwrap()
        .to_owned();
    let order = |request: &str, body: &str| ask(&address, request, body, Some("tea"));
    assert_eq!(ask(&address, "GET /api/run", "", None).0, 401);
    // while it is planned there is none
    while order("GET /api/run", "").0 == 409 {
        std::thread::sleep(Duration::from_millis(20));
    }
    while number(&desk.answer(&["report", "held"]), "/sent") == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    let begun = json!({
        "run": "held", "paused": false, "stopping": false, "rate": 0.25,
        "faults": [{ "id": 1, "fault": "20:delay(ms=1)", "on": true }],
    });
    assert_eq!(order("GET /api/run", ""), (200, begun));
    let (status, held) = order("PUT /api/run", r#"{"paused": true, "rate": 0.5}"#);
    assert_eq!(
        (status, &held["paused"], &held["rate"]),
        (200, &json!(true), &json!(0.5))
    );
    let (status, switched) = order("PUT /api/run/faults/1", r#"{"on": false}"#);
    assert_eq!((status, &switched["faults"][0]["on"]), (200, &json!(false)));
    for (request, body, status, why) in [
        ("PUT /api/run", "{}", 400, "\"paused\": true"),
        ("PUT /api/run", r#"{"rate": 0}"#, 400, "above 0"),
        ("PUT /api/run", r#"{"speed": 2}"#, 400, "unknown field"),
        ("PUT /api/run", "[true]", 400, "no JSON object"),
        (
            "PUT /api/run/faults/2",
            r#"{"on": true}"#,
            404,
            "the run's are 1 to 1",
        ),
        ("DELETE /api/run", "", 405, "POST /api/run/stop"),
        ("GET /", "", 404, "GET and PUT /api/run"),
    ] {
        let (answered, said) = order(request, body);
        assert_eq!(answered, status, "{request} {body}: {said}");
        assert!(said["error"].as_str().unwrap().contains(why), "{said}");
    }
    // what was refused has changed nothing
    assert_eq!(order("GET /api/run", ""), (200, switched));
    assert_eq!(
        order("PUT /api/run", r#"{"paused": false}"#).1["paused"],
        false
    );
    assert_eq!(order("POST /api/run/stop", "").1["stopping"], true);
    let (code, answer) = running.end();
    assert_eq!(code, Some(0));
    let answer: Value = serde_json::from_str(&answer).unwrap();
    conserved(&answer);
    assert_eq!(answer["run"]["state"], "stopped");
}

#[test]
fn orders_are_taken_only_from_where_nobody_else_is_and_for_one_run() {
    let desk = Desk::with_recording();
    let refused = |more: &[&str], code: i32, why: &str| {
        let replay = ["replay", RECORDING, "--http", "http://127.0.0.1:9"];
        desk.run(&[&replay, more].concat()).refused(code, why);
    };
    refused(
        &["--control", "0.0.0.0:8475"],
        3,
        "protect it with --control-token",
    );
    refused(&["--control", "nowhere"], 2, "write ADDRESS:PORT");
    refused(
        &["--control", "0", "--repeat", "3"],
        2,
        "--control is for one run",
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    refused(&["--control", &taken], 2, "choose another port");
}
