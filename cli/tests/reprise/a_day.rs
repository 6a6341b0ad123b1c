//! A day in a minute: a recording of twenty-four hours, compressed. The schedule, the ticks, the charts and the report
//! are those of a short run, and nothing of the day is lost.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use reprise_fixtures::day;
use serde_json::Value;

use crate::support::{Desk, conserved, number};

/// Requests of the day, about.
const REQUESTS: u64 = 6_000;

/// Answers every request with what the day's server answered.
fn serve_one(mut stream: TcpStream) {
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        day::BODY.len(),
        day::BODY
    );
    let (mut seen, mut buffer) = (Vec::new(), [0; 4096]);
    while let Ok(read @ 1..) = stream.read(&mut buffer) {
        seen.extend_from_slice(&buffer[..read]);
        while let Some(end) = seen.windows(4).position(|part| part == b"\r\n\r\n") {
            seen.drain(..end + 4);
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    }
}

fn server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve_one(stream));
        }
    });
    address
}

/// A desk whose library holds a day.
fn with_a_day() -> Desk {
    let desk = Desk::new();
    let mut capture = Vec::new();
    day::write(&mut capture, REQUESTS, 1).unwrap();
    desk.write("day.pcap", &capture);
    let day: Value = desk.answer(&["import", "day.pcap", "--name", "day"]);
    assert_eq!(
        number(&day, "/messages/http_requests"),
        number(&day, "/exchanges/http")
    );
    let hours = number(&day, "/recording/duration_ms") / 3_600_000;
    assert!((23..=24).contains(&hours), "{day}");
    desk
}

#[test]
fn a_day_is_replayed_in_ten_seconds_with_nothing_lost_and_its_shape_kept() {
    let desk = with_a_day();
    let url = format!("http://{}", server());
    let flags = ["--speed", "8640", "--run", "compressed"];
    let run = desk.answer(&[&["replay", "day", "--http", &url][..], &flags].concat());
    conserved(&run);
    let sent = number(&run, "/sent");
    assert!((5_000..7_000).contains(&sent), "{run}");
    assert_eq!(number(&run, "/outcomes/ok"), sent, "{run}");
    // as long as it was to take, plus what the last answer took
    assert!(
        (9_500..15_000).contains(&number(&run, "/duration_ms")),
        "{run}"
    );
    desk.run(&["report", "compressed", "--html", "day.html"])
        .ok();
    let page = desk.read("day.html");
    assert!(
        page.contains("0:05") && !page.contains("NaN"),
        "the run's own time"
    );
}
