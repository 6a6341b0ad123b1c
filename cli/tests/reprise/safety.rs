//! Never production: what a replay says and checks before it sends, and that a capture leaves its traffic out.

use reprise_fixtures::mariadb;
use reprise_fixtures::shop::mysql_url;
use serde_json::Value;

use crate::support::running::Running;
use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, url};

#[test]
fn what_may_change_data_is_said_before_anything_is_sent() {
    let desk = Desk::with_recording();
    let shop = shop();
    let url = url(&shop);
    let outline = desk.answer(&["replay", RECORDING, "--http", &url, "--dry-run"]);
    let writes = number(&outline, "/writes");
    assert!(writes > 0, "{outline}");
    let replay = ["replay", RECORDING, "--http", &url, "--speed", "20"];
    let said = desk.run(&replay).ok();
    let told = format!("reprise: sending 178 exchanges, {writes} of which may change data");
    assert!(said.stderr.lines().any(|line| line == told), "{said:?}");
    let reading = desk.run(&[&replay[..], &["--read-only"]].concat()).ok();
    let told = "0 of which may change data";
    assert!(reading.stderr.contains(told), "{reading:?}");
}

#[test]
fn a_mysql_target_says_its_name_and_has_to_let_every_lane_in() {
    let desk = Desk::with_recording();
    let server = mariadb::start_with(&["--max-connections=10"])
        .expect("this test needs MariaDB: apt-get install mariadb-server");
    let mysql = mysql_url(server.addr());
    let replay = ["replay", RECORDING, "--mysql", &mysql, "--speed", "20"];
    desk.run(&[&replay[..], &["--copies", "20"]].concat())
        .refused(3, "`SET GLOBAL max_connections = ");
    assert!(desk.answers(&["runs"]).is_empty());
    let said = desk.run(&replay).ok();
    assert!(said.stderr.contains(" calls itself "), "{said:?}");
}

#[test]
fn a_check_that_fails_ends_the_run_with_what_there_is_and_exit_code_1() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let replay = [
        "replay", RECORDING, "--http", &url, "--secret", &secret, "--run", "aborted", "--json",
    ];
    let breaking = [
        "--copies",
        "10",
        "--duration",
        "60s",
        "--fault",
        "100:error(status=503)",
        "--check",
        "error_rate<1%",
        "--abort-on-fail",
    ];
    let said = desk.run(&[&replay[..], &breaking].concat()).with_code(1);
    let run: Value = serde_json::from_str(&said.stdout).unwrap();
    conserved(&run);
    assert_eq!(run["run"]["state"], "aborted");
    assert_eq!(run["checks"][0]["held"], false);
    assert!(number(&run, "/duration_ms") < 60_000, "{run}");
    assert_eq!(desk.answer(&["report", "aborted"]), run);

    let replay = replay.map(|word| if word == "aborted" { "settled" } else { word });
    let later = [&replay[..], &breaking, &["--abort-after", "5s"]].concat();
    let said = desk.run(&later).with_code(1);
    let run: Value = serde_json::from_str(&said.stdout).unwrap();
    assert_eq!(run["run"]["state"], "aborted");
    let took_ms = number(&run, "/duration_ms");
    assert!((5_000..60_000).contains(&took_ms), "{run}");
}

#[test]
fn a_capture_leaves_replayed_traffic_out_and_counts_it() {
    let desk = Desk::with_recording();
    let shop = shop();
    let port = shop.http_addr().port().to_string();
    let record = ["record", "-i", "lo", "--port", &port, "--name", "own"];
    let mut recording = Running::start(&desk, &record);
    recording.until("recording: ");
    let replay = ["replay", RECORDING, "--http", &url(&shop), "--speed", "20"];
    let run = desk.answer(&replay);
    assert_eq!(number(&run, "/sent"), 178);
    recording.signal("-INT");
    assert_eq!(recording.end().0, Some(0));
    let own = desk.answer(&["show", "own"]);
    assert_eq!(number(&own, "/exchanges/http"), 0, "{own}");
    assert!(number(&own, "/loss/replay_marked") > 0, "{own}");
}
