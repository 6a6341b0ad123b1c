//! What breaks into a run over MySQL, with a real MariaDB: the process is killed, the server restarts in the middle,
//! the server dies. However it ends, everything is accounted for and compared as far as it got.

use std::time::Duration;

use reprise_fixtures::mariadb::Mariadb;
use reprise_fixtures::shop::mysql_url;
use serde_json::Value;

use crate::support::running::Running;
use crate::support::{Desk, RECORDING, conserved, number, shop_on_mariadb, sum};

/// Commands of the recording to MySQL; beside them are 178 HTTP exchanges that have no target.
const COMMANDS: u64 = 377;

/// Starts a replay of ten seconds and waits until it is sending.
fn sending(desk: &Desk, server: &Mariadb, run: &str) -> Running {
    let url = mysql_url(server.addr());
    let flags = ["--speed", "0.5", "--timeout", "2s", "--run", run];
    let replay = ["replay", RECORDING, "--mysql", &url];
    let mut running = Running::start(desk, &[&replay[..], &flags].concat());
    running.until("replaying: ");
    running
}

/// The run once its command has ended by itself, with all of it accounted for.
fn ended(desk: &Desk, running: Running, run: &str) -> Value {
    assert_eq!(running.end().0, Some(0));
    let run = desk.answer(&["report", run]);
    conserved(&run);
    assert_eq!(run["run"]["state"], "complete", "{run}");
    let planned = number(&run, "/planned") - number(&run, "/skipped/no_target");
    assert_eq!(planned, COMMANDS, "{run}");
    run
}

fn outcome(run: &Value, name: &str) -> u64 {
    number(run, &format!("/outcomes/{name}"))
}

#[test]
fn a_killed_run_over_mysql_adds_up_and_is_compared_as_far_as_it_got() {
    let desk = Desk::with_recording();
    let (server, shop) = shop_on_mariadb();
    let whole = sending(&desk, &server, "whole");
    let whole = ended(&desk, whole, "whole");
    assert!(outcome(&whole, "ok") > COMMANDS * 9 / 10, "{whole}");

    shop.reset().unwrap();
    let mut running = sending(&desk, &server, "killed");
    running.until("replaying: ");
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    let killed = desk.answer(&["report", "killed"]);
    conserved(&killed);
    assert_eq!(killed["run"]["state"], "interrupted");
    assert!(
        sum(&killed, "/outcomes") > 0 && number(&killed, "/sent") < COMMANDS,
        "{killed}"
    );
    let comparison = desk.compared("whole", "killed");
    let why = comparison["why"].as_array().unwrap();
    let said = |reason: &Value| reason.as_str().unwrap().contains("as far as it got");
    assert!(why.iter().any(said), "{comparison}");
    let [a, b] = ["/samples/a", "/samples/b"].map(|side| number(&comparison, side));
    assert!(a > 0 && b > 0 && a < COMMANDS, "{comparison}");
}

#[test]
fn a_server_that_restarts_in_the_middle_is_logged_in_to_again() {
    let desk = Desk::with_recording();
    let (mut server, shop) = shop_on_mariadb();
    drop(shop);
    let running = sending(&desk, &server, "restarted");
    server.kill();
    // long enough that commands meet nobody
    std::thread::sleep(Duration::from_secs(1));
    server.start_again().unwrap();
    let run = ended(&desk, running, "restarted");
    let lost = ["refused", "reset", "truncated"].map(|name| outcome(&run, name));
    assert!(lost.iter().sum::<u64>() > 0, "{run}");
    let answered = ["ok", "mismatch", "error_reply"].map(|name| outcome(&run, name));
    assert!(answered.iter().sum::<u64>() > 0, "{run}");
    // what comes after the restart is answered: each session was logged in to again and its statements prepared anew
    let path = desk.path("samples.csv");
    desk.run(&["report", "restarted", "--samples", path.to_str().unwrap()])
        .ok();
    let text = desk.read("samples.csv");
    let last = text.lines().last().unwrap();
    assert!(last.contains(",ok,"), "{last}");
}

#[test]
fn a_server_that_dies_ends_with_everything_accounted_for() {
    let desk = Desk::with_recording();
    let (mut server, shop) = shop_on_mariadb();
    drop(shop);
    let running = sending(&desk, &server, "dead");
    server.kill();
    let run = ended(&desk, running, "dead");
    let lost = ["refused", "reset", "truncated", "timeout"].map(|name| outcome(&run, name));
    assert!(lost.iter().sum::<u64>() > 0, "{run}");
    assert!(outcome(&run, "refused") > 0, "{run}");
}
