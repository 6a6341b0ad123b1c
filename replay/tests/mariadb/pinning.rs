//! The recorded time in sessions that are played later.

use std::time::Duration;

use mysql::prelude::Queryable;
use reprise_measure::Outcome;

use crate::bench::Bench;
use crate::relay::Beginning;

/// A recording of rows that are filled with the time, in both protocols, and of one that has its own.
fn recorded(database: &str) -> (Bench, Vec<String>) {
    let bench = Bench::new(database);
    let mut conn = bench.connect();
    conn.query_drop(
        "CREATE TABLE item (id INT PRIMARY KEY, made TIMESTAMP(3) DEFAULT CURRENT_TIMESTAMP(3))",
    )
    .unwrap();
    let from = bench.relay.now();
    conn.query_drop("INSERT INTO item (id) VALUES (1)").unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    conn.exec_drop("INSERT INTO item (id, made) VALUES (?, NOW(3))", (2,))
        .unwrap();
    conn.query_drop("SET timestamp = 86400.5").unwrap();
    conn.query_drop("INSERT INTO item (id) VALUES (3)").unwrap();
    conn.query_drop("SET timestamp = DEFAULT").unwrap();
    conn.query_drop("INSERT INTO item (id) VALUES (4)").unwrap();
    let made = made(&bench);
    bench
        .direct()
        .query_drop(format!("DELETE FROM {database}.item"))
        .unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    (bench, made)
}

/// When each row was made: seconds.
fn made(bench: &Bench) -> Vec<String> {
    let rows = (1..=4).map(|id| {
        bench.value(&format!(
            "SELECT UNIX_TIMESTAMP(made) FROM item WHERE id = {id}"
        ))
    });
    rows.collect()
}

#[test]
fn rows_are_filled_with_the_recorded_time_and_a_session_keeps_one_it_set_itself() {
    let (bench, then) = recorded("pinned");
    // long enough for the time itself to differ by more than what is allowed below
    std::thread::sleep(Duration::from_secs(3));
    let played = bench.play_with(|plan| plan.pin_clock = true);
    let failed = played.samples.iter().find(|one| one.1 != Outcome::Ok);
    assert_eq!(failed, None, "{played:?}");
    assert!(played.warnings.is_empty(), "{played:?}");
    let now = made(&bench);
    for (then, now) in then.iter().zip(&now) {
        let [then, now]: [f64; 2] = [then, now].map(|text| text.parse().unwrap());
        // the recorder saw the statement when it was sent, the server a moment later
        assert!((0.0..3.0).contains(&(then - now)), "{then} {now}");
    }
    assert_eq!(now[2], "86400.500");
    // what sets the time is not among them
    assert_eq!(played.samples.len(), 7, "{played:?}");
}
