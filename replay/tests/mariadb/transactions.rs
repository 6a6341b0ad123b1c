//! Transactions that do not come about on the target: nothing of them is done outside of one.

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
