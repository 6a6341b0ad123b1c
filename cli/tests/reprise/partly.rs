//! Replaying a part of a recording: by time, by filter, by lanes, and with a warm-up that is not measured.

use crate::support::{Desk, RECORDING, number, replay, shop, sum, url};

#[test]
fn a_part_by_time_logs_in_first_where_its_requests_need_it() {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = ["--between", "3s..5s", "--speed", "2"];
    let dry = [&flags[..], &["--dry-run"]].concat();
    let url = url(&shop);
    let outline = desk.answer(&[&["replay", RECORDING, "--http", &url], &dry[..]].concat());
    let run = replay(&desk, &url, &flags);
    let (sent, setup) = (number(&run, "/sent"), sum(&run, "/unmeasured"));
    assert!(setup > 0 && sent > setup && sent < 178, "{run}");
    assert_eq!(number(&outline, "/sends"), sent);
    assert_eq!(number(&outline, "/setup"), setup);
    assert_eq!(sent + number(&run, "/skipped/outside"), 178, "{run}");
    // behind the login everything would fail without its cookie
    assert_eq!(number(&run, "/outcomes/error_reply"), 0, "{run}");
    assert_eq!(number(&run, "/response_us/count"), sent - setup);
    assert!(number(&run, "/duration_ms") < 3_000, "{run}");
}

#[test]
fn a_filter_keeps_what_its_requests_need() {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = ["--where", "operation:/account", "--speed", "5"];
    let run = replay(&desk, &url(&shop), &flags);
    let setup = sum(&run, "/unmeasured");
    assert!(setup > 0 && number(&run, "/sent") > setup, "{run}");
    // a cart that was not filled looks different; a page that asks for the login would be an error
    assert_eq!(number(&run, "/outcomes/error_reply"), 0, "{run}");
    assert_eq!(
        number(&run, "/sent") + number(&run, "/skipped/filtered"),
        178
    );
}

#[test]
fn a_part_in_which_nothing_was_recorded_is_refused_with_the_recordings_span() {
    let desk = Desk::with_recording();
    let with = |between: &str| {
        let flags = ["replay", RECORDING, "--http", "http://127.0.0.1:1"];
        desk.run(&[&flags[..], &["--between", between]].concat())
    };
    with("5m..15m").refused(2, "the recording runs from 20");
    with("now..then").refused(2, "10:00..10:20");
    with("3s").refused(2, "5m..15m");
}

#[test]
fn a_warm_up_is_counted_and_not_measured() {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = ["--warm-up", "2s", "--check", "p99<1h", "--run", "warm"];
    let run = replay(&desk, &url(&shop), &flags);
    let warm = sum(&run, "/unmeasured");
    assert!(warm > 0 && warm < 178, "{run}");
    assert_eq!(number(&run, "/sent"), 178);
    assert_eq!(number(&run, "/warm_up_ms"), 2_000);
    assert_eq!(number(&run, "/response_us/count"), 178 - warm);
    let operations = run["operations"].as_array().unwrap();
    let counted: u64 = operations.iter().map(|row| number(row, "/sent")).sum();
    assert_eq!(counted, 178 - warm);
    desk.run(&["chart", "warm", "response_time", "--out", "w.svg"])
        .ok();
    assert!(desk.read("w.svg").contains("warm-up"));
}

#[test]
fn a_fraction_of_a_copy_samples_whole_lanes() {
    let desk = Desk::with_recording();
    let outline = |flags: &[&str]| {
        let arguments = [
            "replay",
            RECORDING,
            "--http",
            "http://127.0.0.1:1",
            "--dry-run",
        ];
        desk.answer(&[&arguments, flags].concat())
    };
    let some = number(&outline(&["--copies", "0.3"]), "/sends");
    assert!((1..178).contains(&some), "{some}");
    assert_eq!(number(&outline(&["--copies", "0.3"]), "/sends"), some);
    let connections = number(&outline(&["--lane", "connection"]), "/http_lanes");
    assert_eq!(connections, 13);
    desk.run(&[
        "replay",
        RECORDING,
        "--http",
        "http://127.0.0.1:1",
        "--lane",
        "user",
    ])
    .refused(2, "header:NAME");
}
