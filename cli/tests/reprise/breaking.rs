//! Runs that something breaks into: the target restarts or dies, the process is killed. What was measured is
//! kept, accounted for, and compared as far as it got.

use std::collections::BTreeSet;
use std::time::Duration;

use reprise_fixtures::mysqld::Latency;
use reprise_fixtures::shop::{self, Shop, ShopConfig};
use serde_json::Value;

use crate::support::running::Running;
use crate::support::{Desk, RECORDING, conserved, number, password_secret, shop, sum, url};

/// Starts a replay of ten seconds and waits until it is sending.
fn sending(desk: &Desk, url: &str, run: &str) -> Running {
    let secret = password_secret();
    let arguments = [
        "replay", RECORDING, "--http", url, "--run", run, "--speed", "0.5", "--secret", &secret,
    ];
    let mut running = Running::start(desk, &arguments);
    running.until("replaying: ");
    running
}

/// The run once its command has ended by itself.
fn ended(desk: &Desk, running: Running, run: &str) -> Value {
    assert_eq!(running.end().0, Some(0));
    let run = desk.answer(&["report", run]);
    conserved(&run);
    assert_eq!(run["run"]["state"], "complete", "{run}");
    run
}

fn refused_or_reset(run: &Value) -> u64 {
    ["refused", "reset", "truncated"]
        .map(|outcome| number(run, &format!("/outcomes/{outcome}")))
        .iter()
        .sum()
}

/// The shop anew, where it was.
fn restarted(shop: Shop) -> Shop {
    let http_addr = shop.http_addr();
    drop(shop);
    // long enough that requests meet nobody
    std::thread::sleep(Duration::from_secs(2));
    let config = ShopConfig {
        http_addr,
        latency: Latency::NONE,
        ..ShopConfig::default()
    };
    shop::start(config).unwrap()
}

#[test]
fn a_target_that_restarts_in_the_middle_costs_what_it_missed_and_no_more() {
    let desk = Desk::with_recording();
    let shop = shop();
    let running = sending(&desk, &url(&shop), "restarted");
    let shop = restarted(shop);
    let run = ended(&desk, running, "restarted");
    assert!(refused_or_reset(&run) > 0, "{run}");
    assert_eq!(number(&run, "/sent"), 178);
    // what comes after it reaches it again: a sample of the last second says so
    assert!(number(&run, "/sent") > refused_or_reset(&run), "{run}");
    drop(shop);
}

#[test]
fn a_target_that_dies_ends_with_everything_accounted_for() {
    let desk = Desk::with_recording();
    let shop = shop();
    let running = sending(&desk, &url(&shop), "dead");
    drop(shop);
    let run = ended(&desk, running, "dead");
    assert_eq!(number(&run, "/sent"), 178);
    assert!(refused_or_reset(&run) > 0, "{run}");
}

#[test]
fn a_killed_run_is_compared_as_far_as_it_got() {
    let desk = Desk::with_recording();
    let shop = shop();
    let secret = password_secret();
    let whole = [
        "replay",
        RECORDING,
        "--http",
        &url(&shop),
        "--speed",
        "0.5",
        "--run",
        "whole",
        "--secret",
        &secret,
    ];
    desk.answer(&whole);
    shop.reset().unwrap();
    let mut running = sending(&desk, &url(&shop), "killed");
    running.until("replaying: ");
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    let killed = desk.answer(&["report", "killed"]);
    conserved(&killed);
    assert_eq!(killed["run"]["state"], "interrupted");
    assert!(sum(&killed, "/outcomes") > 0);
    let comparison = desk.compared("whole", "killed");
    let why = comparison["why"].as_array().unwrap();
    let said = |reason: &Value| {
        let reason = reason.as_str().unwrap();
        reason.starts_with("B was interrupted after ") && reason.contains("as far as it got")
    };
    assert!(why.iter().any(said), "{comparison}");
    // both sides are cut at the same moment of one schedule
    let [a, b] = ["/samples/a", "/samples/b"].map(|side| number(&comparison, side));
    assert!(a.abs_diff(b) <= 3 && b < 178, "{comparison}");
}

#[test]
fn a_killed_run_is_gone_on_with_where_it_got() {
    let desk = Desk::with_recording();
    let shop = shop();
    let mut running = sending(&desk, &url(&shop), "killed");
    running.until("replaying: ");
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    let secret = password_secret();
    let rest = [
        "replay", "--resume", "killed", "--run", "rest", "--secret", &secret,
    ];
    let rest = desk.answer(&rest);
    conserved(&rest);
    assert_eq!(rest["run"]["state"], "complete");
    assert_eq!(rest["run"]["resumes"], "killed");
    // users who were logged in are again
    assert_eq!(number(&rest, "/outcomes/error_reply"), 0, "{rest}");
    let left = number(&rest, "/sent") - sum(&rest, "/unmeasured");
    let sent = number(&desk.answer(&["report", "killed"]), "/sent");
    assert!(sent > 0 && left > 0 && left < 178, "{rest}");
    // all of it together, but for what was under way when the process died
    assert!((160..=190).contains(&(sent + left)), "{sent} and {left}");
    desk.run(&["replay", "--resume", "rest"])
        .refused(2, "`--again rest` runs it again");
}

#[test]
fn a_killed_loop_goes_on_in_its_next_repetition_for_the_time_that_was_left() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    // the recording takes half a second, and is played for eight
    let flags = ["--speed", "10", "--duration", "12s", "--run", "killed"];
    let replay = ["replay", RECORDING, "--http", &url, "--secret", &secret];
    let mut running = Running::start(&desk, &[&replay[..], &flags].concat());
    running.until("replaying: ");
    running.until("replaying: ");
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    let killed = desk.answer(&["report", "killed"]);
    conserved(&killed);
    let before = copies(&desk, "killed");
    assert!(before.len() > 3, "{before:?}");
    let resume = [
        "replay", "--resume", "killed", "--run", "rest", "--secret", &secret,
    ];
    let said = desk.run(&[&resume[..], &["--json"]].concat()).ok();
    assert!(
        said.stderr.contains("begin again from their beginnings"),
        "{said:?}"
    );
    let rest: Value = serde_json::from_str(&said.stdout).unwrap();
    conserved(&rest);
    assert_eq!(
        (&rest["run"]["state"], &rest["run"]["resumes"]),
        (&"complete".into(), &"killed".into())
    );
    let [got_ms, left_ms] = [&killed, &rest].map(|run| number(run, "/duration_ms"));
    assert!(
        (11_000..=14_500).contains(&(got_ms + left_ms)),
        "{got_ms} and {left_ms}"
    );
    // no copy comes twice: what carries its number does not collide with what the killed run left behind
    let after = copies(&desk, "rest");
    assert!(after.first() > before.last(), "{before:?} {after:?}");
    desk.run(&["replay", "--resume", "rest"])
        .refused(2, "`--again rest` runs it again");
}

/// The numbers of the copies that a run sent.
fn copies(desk: &Desk, run: &str) -> Vec<u64> {
    let all: BTreeSet<u64> = sent(desk, run).iter().map(|(_, copy, _)| *copy).collect();
    all.into_iter().collect()
}

/// What a run sent: lane, copy and exchange of each.
fn sent(desk: &Desk, run: &str) -> BTreeSet<(u64, u64, u64)> {
    let path = desk.path("samples.csv");
    desk.run(&["report", run, "--samples", path.to_str().unwrap()])
        .ok();
    let text = desk.read("samples.csv");
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let [lane, copy, exchange] = ["lane", "copy", "exchange"]
        .map(|wanted| names.iter().position(|name| *name == wanted).unwrap());
    let sample = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |at: usize| fields[at].parse().unwrap();
        (number(lane), number(copy), number(exchange))
    };
    lines.map(sample).collect()
}

#[test]
fn a_killed_run_of_several_copies_goes_on_with_those_of_each_lane_that_had_not_ended() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let replay = ["replay", RECORDING, "--http", &url, "--secret", &secret];
    let flags = ["--copies", "10", "--speed", "0.5", "--run", "killed"];
    let mut running = Running::start(&desk, &[&replay[..], &flags].concat());
    running.until("replaying: ");
    while number(&desk.answer(&["report", "killed"]), "/sent") < 600 {
        std::thread::sleep(Duration::from_millis(20));
    }
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    let resume = ["replay", "--resume", "killed", "--secret", &secret];
    let dry = desk.answer(&[&resume[..], &["--dry-run"]].concat());
    let rest = desk.answer(&[&resume[..], &["--run", "rest"]].concat());
    conserved(&rest);
    assert_eq!(dry["sends"], rest["sent"], "{dry} {rest}");
    let (before, after) = (sent(&desk, "killed"), sent(&desk, "rest"));
    // together they are all of it
    let all: BTreeSet<_> = before.union(&after).copied().collect();
    assert_eq!(all.len(), 10 * 178);
    // a lane copy that is played again is played whole, and one that had ended is not
    let of = |sent: &BTreeSet<(u64, u64, u64)>, lane: u64, copy: u64| {
        let mine = sent.iter();
        mine.filter(|sample| (sample.0, sample.1) == (lane, copy))
            .count()
    };
    let played: BTreeSet<_> = after.iter().map(|sample| (sample.0, sample.1)).collect();
    assert!(!played.is_empty() && !before.is_empty());
    for (lane, copy) in played {
        let whole = of(&all, lane, copy);
        assert_eq!(of(&after, lane, copy), whole, "lane {lane}, copy {copy}");
        assert!(of(&before, lane, copy) < whole, "lane {lane}, copy {copy}");
    }
}

#[test]
fn a_killed_run_with_stages_goes_on_at_the_rate_it_had_come_to() {
    let desk = Desk::with_recording();
    let shop = shop();
    let (url, secret) = (url(&shop), password_secret());
    let flags = ["--stages", "1x:2s,3x:20s", "--run", "killed"];
    let replay = ["replay", RECORDING, "--http", &url, "--secret", &secret];
    let mut running = Running::start(&desk, &[&replay[..], &flags].concat());
    running.until("replaying: ");
    running.until("replaying: ");
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    let resume = [
        "replay",
        "--resume",
        "killed",
        "--dry-run",
        "--save-plan",
        "rest",
        "--secret",
        &secret,
    ];
    desk.answer(&resume);
    let rest = desk.answer(&["plans", "show", "rest"]);
    let stages = rest["says"]["stages"].as_array().unwrap();
    assert_eq!(stages.len(), 1, "{rest}");
    assert_eq!(stages[0]["from"], 3.0, "{rest}");
    let left_us = number(&rest, "/says/stages/0/lasts_us");
    assert!((10_000_000..20_000_000).contains(&left_us), "{rest}");
    assert!(number(&rest, "/says/begins/repetition") > 0, "{rest}");
}

/// Kills a run without a clock when it has sent so many.
fn killed_without_clock(desk: &Desk, url: &str, sent: u64, flags: &[&str]) -> Value {
    let secret = password_secret();
    let replay = ["replay", RECORDING, "--http", url, "--secret", &secret];
    let more = ["--speed", "max", "--run", "killed"];
    let mut running = Running::start(desk, &[&replay[..], &more, flags].concat());
    running.until("replaying: ");
    while number(&desk.answer(&["report", "killed"]), "/sent") < sent {
        std::thread::sleep(Duration::from_millis(20));
    }
    running.signal("-KILL");
    assert_eq!(running.end().0, None);
    desk.answer(&["report", "killed"])
}

#[test]
fn a_killed_run_without_a_clock_goes_on_with_the_lanes_that_had_not_ended() {
    let desk = Desk::with_recording();
    // slow enough to be caught in the middle
    let latency = Latency {
        read_us: 120_000,
        write_us: 120_000,
    };
    let config = ShopConfig {
        latency,
        ..ShopConfig::default()
    };
    let shop = shop::start(config).unwrap();
    let all = 10 * 178;
    let killed = killed_without_clock(&desk, &url(&shop), all * 2 / 3, &["--copies", "10"]);
    let sent = number(&killed, "/sent");
    assert!(sent < all, "{killed}");
    let secret = password_secret();
    let resume = ["replay", "--resume", "killed", "--secret", &secret];
    let dry = desk.answer(&[&resume[..], &["--dry-run"]].concat());
    let rest = desk.answer(&[&resume[..], &["--run", "rest"]].concat());
    conserved(&rest);
    assert_eq!(rest["run"]["resumes"], "killed");
    assert_eq!(dry["sends"], rest["sent"], "{dry} {rest}");
    // what had ended is not played again
    let left = number(&rest, "/sent");
    assert!(left < all && sent + left >= all, "{sent} and {left}");
    desk.run(&["replay", "--resume", "rest"])
        .refused(2, "`--again rest` runs it again");
}

#[test]
fn a_killed_loop_without_a_clock_goes_on_for_the_time_that_was_left() {
    let desk = Desk::with_recording();
    let shop = shop();
    let flags = ["--duration", "8s"];
    let killed = killed_without_clock(&desk, &url(&shop), 200, &flags);
    let before = copies(&desk, "killed");
    let secret = password_secret();
    let resume = [
        "replay", "--resume", "killed", "--run", "rest", "--secret", &secret,
    ];
    let rest = desk.answer(&resume);
    conserved(&rest);
    let [got_ms, left_ms] = [&killed, &rest].map(|run| number(run, "/duration_ms"));
    assert!(
        (7_000..=10_500).contains(&(got_ms + left_ms)),
        "{got_ms} and {left_ms}"
    );
    assert!(copies(&desk, "rest").first() > before.last());
}
