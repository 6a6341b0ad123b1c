//! Transactions that do not come about on the target: nothing of them is done outside of one.

use std::time::Duration;

use mysql::prelude::Queryable;
use reprise_measure::Outcome;

use crate::bench::{Bench, Played};
use crate::relay::Beginning;

/// Plays two changes in a transaction and one after it, while this goes wrong.
fn played_with(database: &str, fault: &str) -> (Bench, Played) {
    let bench = Bench::new(database);
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT PRIMARY KEY)")
        .unwrap();
    let from = bench.relay.now();
    for sql in [
        "BEGIN",
        "INSERT INTO item VALUES (1)",
        "UPDATE item SET id = 2",
        "INSERT INTO item VALUES (3)",
        "SET @later = 4",
        "COMMIT",
        "INSERT INTO item VALUES (@later)",
    ] {
        conn.query_drop(sql).unwrap();
    }
    let empty = format!("TRUNCATE {database}.item");
    bench.direct().query_drop(empty).unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    let played = bench.play_with(|plan| plan.faults = vec![fault.parse().unwrap()]);
    (bench, played)
}

fn outcomes(played: &Played) -> Vec<(&str, Outcome)> {
    let samples = played.samples.iter();
    let shown = samples.map(|(text, outcome, _)| (text.as_str(), *outcome));
    shown.collect()
}

#[test]
fn what_follows_a_begin_that_failed_is_left_out_until_its_commit() {
    let (bench, played) = played_with("tx_refused", "100:error(code=1290) for mysql BEGIN");
    assert_eq!(
        played.skipped,
        [("transaction_lost".to_owned(), 4)],
        "{played:?}"
    );
    let expected = [
        ("BEGIN", Outcome::ErrorReply),
        ("SET @later = 4", Outcome::Ok),
        ("INSERT INTO item VALUES (@later)", Outcome::Ok),
    ];
    assert_eq!(outcomes(&played), expected);
    assert_eq!(bench.value("SELECT GROUP_CONCAT(id) FROM item"), "4");
}

#[test]
fn what_follows_a_lost_connection_in_a_transaction_is_left_out_until_its_commit() {
    let (bench, played) = played_with("tx_lost", "100:reset_peer for mysql UPDATE");
    assert_eq!(played.skipped, [("transaction_lost".to_owned(), 2)]);
    let expected = [
        ("BEGIN", Outcome::Ok),
        ("INSERT INTO item VALUES (1)", Outcome::Ok),
        ("UPDATE item SET id = 2", Outcome::Reset),
        ("SET @later = 4", Outcome::Ok),
        ("INSERT INTO item VALUES (@later)", Outcome::Ok),
    ];
    assert_eq!(outcomes(&played), expected);
    assert_eq!(bench.value("SELECT GROUP_CONCAT(id) FROM item"), "4");
}

#[test]
fn a_transaction_that_the_end_of_the_run_leaves_open_holds_nobody_up() {
    let bench = Bench::new("tx_left");
    let (mut first, mut second) = (bench.connect(), bench.connect());
    // whose rows nobody locks, so that both change one while they are recorded
    let table = "CREATE TABLE item (id INT PRIMARY KEY, n INT) ENGINE=MyISAM";
    first.query_drop(table).unwrap();
    first.query_drop("INSERT INTO item VALUES (1, 0)").unwrap();
    let from = bench.relay.now();
    first.query_drop("BEGIN").unwrap();
    first.query_drop("UPDATE item SET n = 1").unwrap();
    second.query_drop("UPDATE item SET n = 2").unwrap();
    std::thread::sleep(Duration::from_millis(1_500));
    first.query_drop("COMMIT").unwrap();
    for sql in [
        "ALTER TABLE tx_left.item ENGINE=InnoDB",
        "UPDATE tx_left.item SET n = 0",
    ] {
        bench.direct().query_drop(sql).unwrap();
    }
    bench.relay.record(&bench.store, from, Beginning::Continued);
    let played = bench.play_with(|plan| {
        plan.duration_ms = Some(1_000);
        plan.timeout_ms = 5_000;
    });
    let expected = [
        ("BEGIN", Outcome::Ok),
        ("UPDATE item SET n = 1", Outcome::Ok),
        ("UPDATE item SET n = 2", Outcome::Ok),
    ];
    assert_eq!(outcomes(&played), expected, "{played:?}");
    assert_eq!(bench.value("SELECT n FROM item"), "2");
}
