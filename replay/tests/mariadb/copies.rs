//! More users than were recorded, whose writes would be the same rows again.

use mysql::prelude::Queryable;
use reprise_measure::Outcome;
use reprise_replay::CopyWrites;

use crate::bench::Bench;
use crate::relay::Beginning;

fn recorded(database: &str) -> Bench {
    let bench = Bench::new(database);
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT PRIMARY KEY) ENGINE=InnoDB")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop("INSERT INTO item VALUES (1)").unwrap();
    conn.query_drop("SELECT 1").unwrap();
    conn.exec_drop("INSERT INTO item VALUES (?)", (2,)).unwrap();
    let clear = format!("DELETE FROM {database}.item");
    bench.direct().query_drop(clear).unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench
}

#[test]
fn only_the_first_copy_writes_when_the_plan_says_so() {
    let bench = recorded("copies_skip");
    let played = bench.play_with(|plan| {
        plan.rate.copies = 4.0;
        plan.copy_writes = CopyWrites::Skip;
    });
    played.assert_all_ok();
    // one of four copies sends INSERT, PREPARE and EXECUTE; all send the SELECT and what closes the statement
    let skipped = played.skipped.iter().find(|(name, _)| name == "copy_write");
    assert_eq!(skipped.map(|one| one.1), Some(9), "{played:?}");
    assert_eq!(bench.value("SELECT COUNT(*) FROM item"), "2");
}

#[test]
fn otherwise_the_same_rows_again_are_errors_of_their_own_number() {
    let bench = recorded("copies_send");
    let played = bench.play_with(|plan| plan.rate.copies = 4.0);
    let twice = played
        .samples
        .iter()
        .filter(|one| one.1 == Outcome::ErrorReply && one.2 == 1062);
    assert_eq!(twice.count(), 6, "{played:?}");
    assert!(played.skipped.is_empty(), "{played:?}");
}
