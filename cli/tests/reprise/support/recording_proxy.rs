//! A `reprise proxy --record` under test: started, asked through, interrupted, and what it recorded.

use std::io::{Read, Write};

use reprise_fixtures::mariadb::Mariadb;
use serde_json::Value;

use super::running::Running;
use super::standing_proxy::listens;
use super::{Desk, number};

/// Starts a proxy that records as `passed`; where it listens.
pub(crate) fn start(desk: &Desk, flags: &[&str]) -> (Running, String) {
    let first = ["proxy", "--listen", "0", "--record", "passed", "--json"];
    let mut running = Running::start(desk, &[&first[..], flags].concat());
    let address = listens(&mut running, "proxy");
    (running, address)
}

/// Interrupts the proxy; its answer.
pub(crate) fn interrupt(running: Running) -> Value {
    running.signal("-INT");
    let (code, stdout) = running.end();
    assert_eq!(code, Some(0), "{stdout}");
    serde_json::from_str(&stdout).unwrap()
}

/// What is answered to a request, to the end.
pub(crate) fn asked(mut stream: impl Read + Write, request: &str) -> String {
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // a server that ends TLS without a word has said all, all the same
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// A request that closes its connection.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n")
}

/// Operation and status of each exchange, in order.
pub(crate) fn exchanges(desk: &Desk) -> Vec<(String, Value)> {
    let all = desk.answers(&["exchanges", "passed"]);
    let both = |one: &Value| {
        let operation = one["operation"].as_str().unwrap().to_owned();
        (operation, one["status"].clone())
    };
    all.iter().map(both).collect()
}

/// The recording says that it lacks nothing.
pub(crate) fn nothing_lost(answer: &Value) {
    for loss in [
        "gap_bytes",
        "undecodable_bytes",
        "unpaired_requests",
        "incomplete_responses",
    ] {
        let lost = number(answer, &format!("/recording/loss/{loss}"));
        assert_eq!(lost, 0, "{answer}");
    }
}

/// The URL of a MariaDB, without who logs in.
pub(crate) fn mysql_to(server: &Mariadb) -> String {
    format!("mysql://{}", server.addr())
}
