//! https targets on the command line: trust by file or by flag, and a certificate that gives production away.

use std::io::{Read, Write};
use std::net::TcpStream;

use rcgen::IsCa;
use rustls::{ServerConnection, StreamOwned};

use crate::support::tls::{self, Own};
use crate::support::{Desk, RECORDING, conserved};

/// Answers every request that fits one read, until the client leaves.
fn answer(mut stream: StreamOwned<ServerConnection, TcpStream>) {
    let mut buffer = [0; 16_384];
    while matches!(stream.read(&mut buffer), Ok(read) if read > 0) {
        let ok = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
        if stream.write_all(ok).and_then(|()| stream.flush()).is_err() {
            return;
        }
    }
}

const FLAGS: [&str; 4] = ["--speed", "50", "--where", "operation:/search"];

#[test]
fn a_target_is_trusted_by_its_authority_or_on_ones_own_word() {
    let desk = Desk::with_recording();
    let own = Own::made(&desk, "own", &["localhost"], IsCa::NoCa);
    let url = format!("https://localhost:{}", tls::server(&own, answer).port());
    let replay = [&["replay", RECORDING, "--http", &url][..], &FLAGS].concat();
    desk.run(&replay)
        .refused(3, "who signs its certificates (--ca FILE");
    let run = desk.answer(&[&replay[..], &["--ca", &own.certificate, "--run", "trusted"]].concat());
    conserved(&run);
    assert_eq!(run["run"]["insecure"], false);
    assert_eq!(run["outcomes"]["refused"], 0);
    let said = desk.run(&[&replay[..], &["--insecure", "--run", "any"]].concat());
    let said = said.ok();
    assert!(
        said.stdout.contains("certificates were not verified"),
        "{said:?}"
    );
    let kept = desk.run(&["report", "any"]).ok();
    assert!(
        kept.stdout.contains("certificates were not verified"),
        "{kept:?}"
    );
    let trusted = desk.run(&["report", "trusted"]).ok();
    assert!(!trusted.stdout.contains("not verified"), "{trusted:?}");
}

#[test]
fn a_port_of_this_machine_that_leads_to_the_recorded_host_is_refused() {
    let desk = Desk::new();
    let har = r#"{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [{
        "startedDateTime": "2026-01-01T00:00:00.000Z", "time": 5,
        "request": {"method": "GET", "url": "http://shop.example.org/", "httpVersion": "HTTP/1.1",
            "headers": [{"name": "Host", "value": "shop.example.org"}], "queryString": [], "cookies": [],
            "headersSize": -1, "bodySize": 0},
        "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [],
            "cookies": [], "content": {"size": 2, "mimeType": "text/plain", "text": "ok"},
            "redirectURL": "", "headersSize": -1, "bodySize": 2},
        "cache": {}, "timings": {"send": 1, "wait": 3, "receive": 1}}]}}"#;
    desk.write("a.har", har.as_bytes());
    desk.run(&["import", "a.har", "--name", "web"]).ok();
    let own = Own::made(&desk, "own", &["shop.example.org"], IsCa::NoCa);
    let url = format!("https://{}", tls::server(&own, answer));
    let replay = ["replay", "web", "--http", &url, "--insecure"];
    desk.run(&replay).refused(3, "--allow-recorded-server");
    assert!(desk.answers(&["runs"]).is_empty());
    let said = desk
        .run(&[&replay[..], &["--allow-recorded-server"]].concat())
        .ok();
    assert!(
        said.stderr.contains("certificate for shop.example.org"),
        "{said:?}"
    );
}
