//! Recording live from the loopback interface while the shop is asked. Needs the right to capture.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Command, Stdio};

use reprise_fixtures::captures;
use serde_json::Value;

use crate::support::{Desk, RECORDING, number, shop};

/// How many requests are made while the recording runs.
const REQUESTS: u64 = 5;

fn ask(shop: SocketAddr, item: u64) {
    let mut stream = TcpStream::connect(shop).unwrap();
    let request = format!(
        "GET /items/{item} HTTP/1.1\r\nHost: shop\r\nAuthorization: Bearer abc-secret-{item}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn requests_over_loopback_are_recorded_whole_with_the_statements_they_cause() {
    let desk = Desk::new();
    let shop = shop();
    let ports = [shop.http_addr(), shop.mysql_addr()].map(|addr| addr.port().to_string());
    let arguments = ["record", "-i", "lo", "--name", RECORDING];
    let arguments = [&arguments[..], &["--port", &ports[0], "--port", &ports[1]]].concat();
    let mut child = desk
        .command(&arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut words = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.starts_with("recording: ") {
        line.clear();
        let read = words.read_line(&mut line).unwrap();
        assert!(
            read > 0,
            "this test needs the right to capture; see `reprise devices`"
        );
        assert!(!line.contains("failed"), "{line}");
    }
    for item in 1..=REQUESTS {
        ask(shop.http_addr(), item);
    }
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    let mut rest = String::new();
    words.read_to_string(&mut rest).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{rest}");

    let answer = desk.answer(&["show", RECORDING]);
    assert_eq!(answer["recording"]["state"], "complete");
    assert_eq!(
        number(&answer, "/messages/http_requests"),
        REQUESTS,
        "{answer}"
    );
    assert_eq!(
        number(&answer, "/messages/http_responses"),
        REQUESTS,
        "{answer}"
    );
    assert_eq!(number(&answer, "/exchanges/http"), REQUESTS, "{answer}");
    assert!(number(&answer, "/exchanges/mysql") >= REQUESTS, "{answer}");
    assert_eq!(number(&answer, "/loss/gap_bytes"), 0, "{answer}");
    shows_the_requests_without_their_secrets(&desk);
}

fn shows_the_requests_without_their_secrets(desk: &Desk) {
    let exchanges = desk.answers(&["exchanges", RECORDING, "--where", "protocol:http"]);
    let requests: Vec<&str> = exchanges
        .iter()
        .filter_map(|exchange| exchange["request"].as_str())
        .collect();
    assert_eq!(requests.first(), Some(&"GET /items/1"));
    for exchange in &exchanges {
        let id = exchange["id"].to_string();
        let whole: Value = desk.answer(&["exchanges", RECORDING, "--id", &id]);
        let text = whole["request"].as_str().unwrap();
        assert!(
            text.contains("Authorization: ") && !text.contains("abc-secret"),
            "{text}"
        );
    }
}

#[test]
fn a_recording_ends_by_itself_and_answers_in_json_without_any_other_word() {
    let desk = Desk::new();
    // a port of its own: replays of other tests pass on this interface, and that is said
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let arguments = [
        "record",
        "-i",
        "lo",
        "--port",
        &port,
        "--for",
        "50ms",
        "--max-size",
        "1GB",
        "--ring",
        "8MiB",
    ];
    let arguments = [&arguments[..], &["--name", RECORDING, "--json"]].concat();
    let output = desk.command(&arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["recording"]["state"], "complete");
    let source = format!("lo tcp and (port {port})");
    assert_eq!(answer["recording"]["source"], source);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn a_rotated_recording_answers_with_each_of_its_recordings_that_is_left() {
    let desk = Desk::new();
    let rotating = |name: &str, more: &[&str]| {
        let arguments = ["record", "-i", "lo", "--rotate", "20ms", "--for", "1s"];
        let arguments = [&arguments[..], &["--name", name], more].concat();
        desk.answers(&arguments)
    };
    let names = |answers: &[Value]| -> Vec<String> {
        let name = |answer: &Value| answer["recording"]["name"].as_str().unwrap().to_owned();
        answers.iter().map(name).collect()
    };
    let all = rotating("hour", &[]);
    let numbered: Vec<String> = (1..=all.len()).map(|nth| format!("hour-{nth}")).collect();
    assert!(numbered.len() > 2, "{all:?}");
    assert_eq!(names(&all), numbered);
    for answer in &all {
        assert_eq!(answer["recording"]["state"], "complete");
    }

    let kept = names(&rotating("day", &["--keep", "1"]));
    let listed = names(&desk.answers(&["recordings"]));
    let days = listed
        .iter()
        .filter(|name| name.starts_with("day-"))
        .count();
    assert_eq!((kept.len(), days), (1, 1), "{kept:?} {listed:?}");
    assert!(!kept.contains(&"day-1".to_owned()), "{kept:?}");
}

#[test]
fn the_rates_of_interfaces_are_shown_every_second_until_it_is_stopped() {
    let desk = Desk::new();
    let mut child = desk
        .command(&["devices", "--watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let loopback = loop {
        let line = lines.next().unwrap().unwrap();
        let rate: Value = serde_json::from_str(&line).unwrap();
        if rate["name"] == "lo" {
            break rate;
        }
    };
    for rate in ["packets_per_s", "bytes_per_s", "dropped_per_s"] {
        assert!(loopback[rate].as_f64().unwrap() >= 0.0, "{loopback}");
    }
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn what_a_command_prints_is_recorded_like_an_import_of_it() {
    let desk = Desk::new();
    desk.put(captures::shop());
    desk.run(&["import", "shop.pcap.gz", "--name", "file"]).ok();
    let arguments = [
        "record",
        "--command",
        "cat shop.pcap.gz",
        "--name",
        "command",
    ];
    desk.run(&arguments).ok();
    let [mut file, mut command] = ["file", "command"].map(|name| desk.answer(&["show", name]));
    for answer in [&mut file, &mut command] {
        answer["recording"] = Value::Null;
        answer["bytes"]["stored"] = Value::Null;
    }
    assert_eq!(file, command);
    // The same, line by line, but for its name.
    let exchanges = ["file", "command"].map(|name| desk.answers(&["exchanges", name]));
    assert_eq!(exchanges[0], exchanges[1]);
}

#[test]
fn a_command_without_packets_fails_with_its_last_words() {
    let desk = Desk::new();
    let arguments = [
        "record",
        "--command",
        "echo no route >&2; exit 255",
        "--name",
        "none",
    ];
    let output = desk.command(&arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    let last = said.lines().last().unwrap_or_default();
    assert!(
        last.contains("ended with exit status 255: no route"),
        "{said}"
    );
    assert!(desk.answers(&["recordings"]).is_empty());
}

#[test]
fn a_capture_is_imported_from_standard_input_and_from_a_file_that_grows() {
    let desk = Desk::new();
    desk.put(captures::shop());
    let shipped = std::fs::File::open(desk.path("shop.pcap.gz")).unwrap();
    let mut import = desk.command(&["import", "-", "--name", "piped"]);
    assert!(import.stdin(shipped).status().unwrap().success());
    // the same packets twice are one traffic, and a file beside a pipe ends where it ends
    let shipped = std::fs::File::open(desk.path("shop.pcap.gz")).unwrap();
    let mut import = desk.command(&["import", "shop.pcap.gz", "-", "--name", "both"]);
    assert!(import.stdin(shipped).status().unwrap().success());
    let following = [
        "import",
        "--follow",
        "shop.pcap.gz",
        "--idle",
        "100ms",
        "--name",
        "grown",
    ];
    desk.run(&following).ok();
    for name in ["piped", "both", "grown"] {
        let answer = desk.answer(&["show", name]);
        let expected = captures::shop().expected.http_requests;
        assert_eq!(number(&answer, "/messages/http_requests"), expected);
        assert_eq!(answer["recording"]["state"], "complete");
    }
    let twice = ["import", "-", "-", "--name", "twice"];
    desk.run(&twice).refused(2, "can be read once");
}
