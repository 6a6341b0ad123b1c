//! Targets that refuse, hang, answer nonsense or must not be sent to. A run always ends, and everything that
//! was sent has an outcome.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use reprise_fixtures::captures;
use serde_json::Value;

use crate::support::tls::{self, Own};
use crate::support::{Desk, RECORDING, conserved, number, shop, url};

/// A server on a free port that does the same with every connection, for as long as the test's process lives.
fn server(each: fn(TcpStream)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || each(stream));
        }
    });
    address
}

/// Replays some requests to an address, quickly; its exit code tells whether anything was `answered`.
fn replay(desk: &Desk, to: SocketAddr, answered: bool, flags: &[&str]) -> Value {
    let url = format!("http://{to}");
    let arguments = ["replay", RECORDING, "--http", &url, "--speed", "20"];
    let filter = ["--where", "operation:/search", "--json"];
    let said = desk.run(&[&arguments, &filter[..], flags].concat());
    assert_eq!(said.code, Some(if answered { 0 } else { 3 }), "{said:?}");
    let silent = "the target answered nothing";
    assert_eq!(said.stderr.contains(silent), !answered, "{said:?}");
    let run: Value = serde_json::from_str(&said.stdout).unwrap();
    conserved(&run);
    // what there is was kept
    assert_eq!(number(&run, "/run/id"), 1);
    assert_eq!(run["run"]["state"], "complete");
    // 24 searches, and the six logins whose cookies they show
    assert_eq!(number(&run, "/sent"), 30);
    run
}

/// An address where nobody listens: it was bound for a moment only.
fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

#[test]
fn a_target_that_is_not_there_is_found_out_before_the_run() {
    let desk = Desk::with_recording();
    let (http, mysql) = (
        format!("http://{}", nobody()),
        format!("mysql://load:secret@{}/shop", nobody()),
    );
    for target in [["--http", &http], ["--mysql", &mysql]] {
        let arguments = [&["replay", RECORDING][..], &target].concat();
        desk.run(&arguments).refused(3, "check that it runs");
    }
    assert!(desk.answers(&["runs"]).is_empty());
}

#[test]
fn a_target_that_speaks_something_else_is_named_with_how_to_write_it() {
    let desk = Desk::with_recording();
    let shop = shop();
    let http = url(&shop).replace("http://", "");
    let mysql = shop.mysql_addr();
    let own = Own::new(&desk, "own");
    let tls = tls::server(&own, |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
    });
    for (flag, target, fix) in [
        (
            "--http",
            format!("https://{http}"),
            format!("speaks plain HTTP; write http://{http}"),
        ),
        (
            "--http",
            format!("http://{mysql}"),
            "speaks MySQL; name it with --mysql".to_owned(),
        ),
        (
            "--http",
            format!("https://{mysql}"),
            "speaks MySQL; name it with --mysql".to_owned(),
        ),
        (
            "--mysql",
            format!("mysql://load:x@{http}/shop"),
            format!("speaks plain HTTP; name it with --http, as http://{http}"),
        ),
        (
            "--mysql",
            format!("mysql://load:x@{tls}/shop"),
            format!("speaks TLS; name it with --http, as https://{tls}"),
        ),
    ] {
        let flags = [flag, &target, "--timeout", "1s"];
        let said = desk.run(&[&["replay", RECORDING][..], &flags].concat());
        said.refused(3, &fix);
    }
    assert!(desk.answers(&["runs"]).is_empty());
}

#[test]
fn a_run_in_the_clear_to_a_tls_port_ends_early_and_says_what_to_write() {
    let desk = Desk::with_recording();
    let own = Own::new(&desk, "own");
    let tls = tls::server(&own, |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
    });
    let url = format!("http://{tls}");
    let hour = ["--speed", "5", "--duration", "1h", "--run", "clear"];
    let said = desk.run(&[&["replay", RECORDING, "--http", &url][..], &hour].concat());
    let said = said.with_code(3);
    let fix = format!("what listens there speaks TLS; write https://{tls}");
    assert!(said.stderr.contains(&fix), "{said:?}");
    let kept = desk.answer(&["report", "clear"]);
    conserved(&kept);
    assert_eq!(kept["run"]["state"], "stopped");
}

#[test]
fn a_target_that_goes_away_ends_with_everything_refused_or_reset() {
    let desk = Desk::with_recording();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // It is there when the replay looks, and gone when it begins.
    thread::spawn(move || drop(listener.accept()));
    let url = format!("http://{address}");
    let arguments = ["replay", RECORDING, "--http", &url, "--speed", "20"];
    let said = desk.run(&[&arguments[..], &["--run", "gone", "--json"]].concat());
    let run: Value = serde_json::from_str(&said.stdout).unwrap();
    conserved(&run);
    let refused = number(&run, "/outcomes/refused");
    // What was in the listener's queue when it closed was let in and cut off.
    let reset = number(&run, "/outcomes/reset");
    assert_eq!(refused + reset, number(&run, "/sent"), "{run}");
    assert_eq!(said.code, Some(3), "{run}");
    assert_eq!(run["error_rate"], 1.0);
    assert_eq!(
        desk.answer(&["report", "gone"])["outcomes"],
        run["outcomes"]
    );
}

#[test]
fn a_target_that_never_answers_ends_with_everything_timed_out() {
    let desk = Desk::with_recording();
    let silent = server(|mut stream| {
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let run = replay(&desk, silent, false, &["--timeout", "300ms"]);
    assert_eq!(number(&run, "/outcomes/timeout"), 30, "{run}");
}

#[test]
fn a_target_that_answers_nonsense_ends_with_nothing_ok() {
    let desk = Desk::with_recording();
    let nonsense = server(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"\x00\x01 220 mail.example ESMTP\r\n\r\n");
    });
    let run = replay(&desk, nonsense, true, &[]);
    assert_eq!(number(&run, "/outcomes/ok"), 0, "{run}");
    assert_eq!(run["error_rate"], 1.0, "{run}");
}

#[test]
fn a_target_that_hangs_up_within_an_answer_ends_with_everything_truncated() {
    let desk = Desk::with_recording();
    let short = server(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
    });
    let run = replay(&desk, short, true, &[]);
    assert_eq!(number(&run, "/outcomes/truncated"), 30, "{run}");
}

#[test]
fn a_target_that_hangs_up_at_once_ends_with_everything_reset() {
    let desk = Desk::with_recording();
    let run = replay(&desk, server(drop), false, &[]);
    assert_eq!(number(&run, "/outcomes/reset"), 30, "{run}");
}

#[test]
fn a_host_that_was_not_allowed_is_refused_until_it_is() {
    let desk = Desk::with_recording();
    // An address for documentation (RFC 5737): nobody has it.
    let replay = [
        "replay",
        RECORDING,
        "--http",
        "http://192.0.2.1:8080",
        "--run",
        "far",
    ];
    for flags in [&[][..], &["--dry-run"]] {
        desk.run(&[&replay[..], flags].concat())
            .refused(3, "`reprise targets allow 192.0.2.1`");
    }
    let mysql = ["replay", RECORDING, "--mysql", "mysql://a:b@192.0.2.1/x"];
    desk.run(&mysql)
        .refused(3, "`reprise targets allow 192.0.2.1`");
    desk.run(&["targets", "allow", "192.0.2.1"]).ok();
    desk.run(&["targets", "forget", "192.0.2.1"]).ok();
    desk.run(&replay)
        .refused(3, "`reprise targets allow 192.0.2.1`");
    assert!(desk.answers(&["runs"]).is_empty());
}

#[test]
fn a_target_that_cannot_be_read_is_wrong_usage() {
    let desk = Desk::with_recording();
    for (url, fix) in [
        ("ftp://127.0.0.1", "http://"),
        ("http://", "http://"),
        ("http://127.0.0.1:99999", "[:PORT]"),
        ("http://127.0.0.1:9/api", "paths come from the recording"),
    ] {
        for flags in [&[][..], &["--dry-run"]] {
            let replay = ["replay", RECORDING, "--http", url];
            desk.run(&[&replay[..], flags].concat()).refused(2, fix);
        }
        let second = ["replay", RECORDING, "--http", "http://127.0.0.1:9"];
        desk.run(&[&second[..], &["--http-b", url, "--dry-run"]].concat())
            .refused(2, fix);
    }
    let mysql = ["replay", RECORDING, "--mysql", "db:3306"];
    desk.run(&mysql)
        .refused(2, "mysql://USER:PASSWORD@HOST:PORT/DATABASE");
}

#[test]
fn a_server_of_the_recording_is_not_sent_to_unless_it_is_loopback_or_asked_for() {
    let desk = Desk::with_recording();
    // The capture as if it had been taken between 192.0.2.7 and itself.
    let moved = moved_to([192, 0, 2, 7], captures::shop_mariadb().bytes);
    desk.write("moved.pcap", &moved);
    let imported = desk.answer(&["import", "moved.pcap", "--name", "production"]);
    assert_eq!(number(&imported, "/exchanges/http"), 178, "{imported}");
    desk.run(&["targets", "allow", "192.0.2.7"]).ok();
    let replay = ["replay", "production", "--http", "http://192.0.2.7:80"];
    for flags in [&[][..], &["--dry-run"]] {
        desk.run(&[&replay[..], flags].concat())
            .refused(3, "--allow-recorded-server");
    }
}

/// A capture of loopback traffic with another address in place of 127.0.0.1.
fn moved_to(address: [u8; 4], gzipped: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(gzipped)
        .read_to_end(&mut bytes)
        .unwrap();
    // Source and destination stand side by side in the IPv4 header (RFC 791 section 3.1); import does
    // not insist on checksums, which offloading leaves unset in real captures too.
    for at in 0..bytes.len() - 8 {
        if bytes[at..at + 8] == [127, 0, 0, 1, 127, 0, 0, 1] {
            bytes[at..at + 4].copy_from_slice(&address);
            bytes[at + 4..at + 8].copy_from_slice(&address);
        }
    }
    bytes
}
