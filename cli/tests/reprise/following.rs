//! A run followed while it is on: its seconds as lines of JSON, its numbers as Prometheus reads them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::support::running::Running;
use crate::support::{Desk, RECORDING, conserved, number, password_secret, said, shop, url};

#[test]
fn a_run_tells_its_seconds_in_lines_and_its_numbers_to_prometheus() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (secret, url) = (password_secret(), url(&shop));
    let mut running = Running::start(
        &desk,
        &[
            "replay",
            RECORDING,
            "--http",
            &url,
            "--secret",
            &secret,
            "--run",
            "live",
            "--duration",
            "4s",
            "--ticks",
            "--metrics",
            "127.0.0.1:0",
        ],
    );
    let page = running.until("reprise: metrics at http://");
    let address = page
        .strip_prefix("reprise: metrics at http://")
        .and_then(|page| page.strip_suffix("/metrics"))
        .unwrap();
    running.until_it_writes();
    let page = scraped(address);
    for line in [
        "# TYPE reprise_response_seconds histogram",
        "reprise_exchanges_total{run=\"live\",outcome=\"ok\"} ",
    ] {
        assert!(page.contains(line), "no {line} in {page}");
    }
    assert!(
        !page.contains("reprise_sent_total{run=\"live\"} 0\n"),
        "{page}"
    );
    let (code, rest) = running.end();
    assert_eq!(code, Some(0));
    // its first byte is read already
    let lines = format!("{{{rest}");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let (run, seconds) = lines.split_last().unwrap();
    conserved(run);
    assert!(seconds.len() >= 3, "{seconds:?}");
    for (second, line) in seconds.iter().take(3).zip(0_u64..) {
        assert_eq!(second["run"], "live");
        assert_eq!(number(second, "/start_us"), line * 1_000_000, "{second}");
        assert_eq!(number(second, "/duration_us"), 1_000_000, "{second}");
        assert!(second["response_us"]["p99"].is_u64(), "{second}");
    }
    let told: u64 = seconds.iter().map(|second| number(second, "/sent")).sum();
    let sent = number(run, "/sent");
    assert!(0 < told && told <= sent, "{told} of {sent}");
}

/// What the page has to say.
fn scraped(address: &str) -> String {
    let mut client = TcpStream::connect(address).unwrap();
    client
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n")
        .unwrap();
    let mut page = String::new();
    client.read_to_string(&mut page).unwrap();
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    page
}

#[test]
fn an_address_that_cannot_be_listened_on_ends_it_before_anything_is_sent() {
    let desk = Desk::with_recording();
    let shop = shop();
    let taken = shop.http_addr().to_string();
    let url = url(&shop);
    let replay = [
        "replay",
        RECORDING,
        "--http",
        &url,
        "--run",
        "deaf",
        "--metrics",
        &taken,
    ];
    desk.run(&replay)
        .refused(4, "failed to listen on 127.0.0.1");
    assert!(desk.answers(&["runs"]).is_empty());
}

#[test]
fn the_database_of_b_in_the_environment_asks_for_no_second_side() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (secret, url) = (password_secret(), url(&shop));
    let replay = [
        "replay", RECORDING, "--http", &url, "--secret", &secret, "--speed", "20", "--json",
    ];
    let mut command = desk.command(&replay);
    command.env("REPRISE_MYSQL_B", "mysql://nobody@127.0.0.1:1");
    let run: Value = serde_json::from_str(&said(&mut command).ok().stdout).unwrap();
    conserved(&run);
}
