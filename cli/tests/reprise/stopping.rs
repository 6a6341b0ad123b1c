//! Commands that are interrupted: asked to stop, they end cleanly and keep what they have; killed, the file
//! still answers with sums that hold.

use std::time::Duration;

use reprise_fixtures::captures;

use crate::support::running::Running;
use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, url};

/// Starts a replay that would take most of a minute, and waits until it is sending.
fn sending(desk: &Desk, url: &str) -> Running {
    let secret = password_secret();
    let arguments = [
        "replay", RECORDING, "--http", url, "--run", "r", "--speed", "0.1",
    ];
    let mut running = Running::start(desk, &[&arguments[..], &["--secret", &secret]].concat());
    running.until("replaying: ");
    running
}

#[test]
fn an_interrupted_replay_ends_cleanly_and_is_stored_as_stopped() {
    let desk = Desk::with_recording();
    let shop = shop();
    let running = sending(&desk, &url(&shop));
    running.signal("-INT");
    let (code, stdout) = running.end();
    assert_eq!(code, Some(0));
    assert!(stdout.contains("stopped"), "{stdout}");
    let run = desk.answer(&["report", "r"]);
    conserved(&run);
    assert_eq!(run["run"]["state"], "stopped");
    // What was not due yet was not planned either.
    assert!((1..178).contains(&number(&run, "/sent")), "{run}");
}

#[test]
fn a_terminated_replay_is_stored_as_stopped_too() {
    let desk = Desk::with_recording();
    let shop = shop();
    let running = sending(&desk, &url(&shop));
    running.signal("-TERM");
    assert_eq!(running.end().0, Some(0));
    let run = desk.answer(&["report", "r"]);
    conserved(&run);
    assert_eq!(run["run"]["state"], "stopped");
}

#[test]
fn a_killed_replay_is_reported_as_interrupted_with_sums_that_hold() {
    let desk = Desk::with_recording();
    let shop = shop();
    let mut running = sending(&desk, &url(&shop));
    // The second line comes five seconds later, after commits.
    running.until("replaying: ");
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    let run = desk.answer(&["report", "r"]);
    conserved(&run);
    assert_eq!(run["run"]["state"], "interrupted");
    assert!(number(&run, "/sent") > 0, "{run}");
    assert_eq!(desk.answers(&["runs"]), [run]);
    // The file is as good as before.
    desk.run(&["report", "r", "--html", "r.html"]).ok();
    desk.run(&["delete", "--run", "r"]).ok();
}

#[test]
fn a_replay_that_stood_still_goes_on_where_it_was_instead_of_sending_all_at_once() {
    let desk = Desk::with_recording();
    let shop = shop();
    let url = url(&shop);
    let secret = password_secret();
    let flags = ["replay", RECORDING, "--http", &url, "--secret", &secret];
    let takes_ms = number(
        &desk.answer(&[&flags[..], &["--dry-run"]].concat()),
        "/takes_ms",
    );
    let mut running = Running::start(&desk, &[&flags[..], &["--run", "r"]].concat());
    running.until("replaying: ");
    running.signal("-STOP");
    std::thread::sleep(Duration::from_secs(6));
    running.signal("-CONT");
    running.until("reprise: warning: this program stood still for ");
    assert_eq!(running.end().0, Some(0));
    let run = desk.answer(&["report", "r"]);
    conserved(&run);
    let stood_still_ms = number(&run, "/stood_still_ms");
    assert!(stood_still_ms >= 5_000, "{run}");
    // the last request is due at the end of the recording, and all that time was added
    let lasted_ms = number(&run, "/duration_ms");
    assert!(lasted_ms + 500 >= takes_ms + stood_still_ms, "{run}");
    assert_eq!(number(&run, "/reanchored"), 0, "{run}");
}

#[test]
fn an_import_killed_at_any_moment_leaves_a_file_that_opens() {
    let desk = Desk::with_recording();
    let before = desk.answer(&["show", RECORDING]);
    desk.put(captures::shop());
    let mut running = Running::start(&desk, &["import", "shop.pcap.gz", "--name", "long"]);
    running.until("importing: ");
    running.signal("-KILL");
    running.end();
    assert_eq!(desk.answer(&["show", RECORDING]), before);
    let long = desk.answer(&["show", "long"]);
    assert!(number(&long, "/exchanges/http") <= captures::shop().expected.http_requests);
    for exchange in desk.answers(&["exchanges", "long", "--limit", "5"]) {
        let id = exchange["id"].to_string();
        desk.run(&["exchanges", "long", "--id", &id]).ok();
    }
}

#[test]
fn an_interrupted_export_ends_where_it_is_and_fails() {
    let desk = Desk::with_recording();
    let whole = desk.run(&["export", RECORDING, "--to", "har"]).ok().stdout;
    let mut running = Running::start(&desk, &["export", RECORDING, "--to", "har"]);
    // it waits for whoever reads: an archive is longer than what a pipe holds
    running.until_it_writes();
    running.signal("-INT");
    let rest = running.rest_of_output();
    let (code, _) = running.end();
    assert_eq!(code, Some(2));
    assert!(rest.len() + 1 < whole.len(), "{} bytes", rest.len());
}
