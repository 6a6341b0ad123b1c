//! A read-only plan changes nothing, and the server itself holds it to that.

use mysql::prelude::Queryable;
use reprise_measure::Outcome;

use crate::bench::Bench;
use crate::relay::Beginning;

#[test]
fn writes_are_left_out_and_what_hides_one_is_refused_by_the_server() {
    let bench = Bench::new("read_only");
    let mut setup = bench.direct();
    for sql in [
        "USE read_only",
        "CREATE TABLE item (id INT PRIMARY KEY) ENGINE=InnoDB",
        "CREATE FUNCTION hidden() RETURNS INT MODIFIES SQL DATA BEGIN REPLACE INTO item VALUES (7); RETURN 7; END",
        "CREATE FUNCTION named() RETURNS INT MODIFIES SQL DATA BEGIN INSERT INTO item VALUES (8); RETURN 8; END",
    ] {
        setup.query_drop(sql).unwrap();
    }
    let mut conn = bench.connect();
    let from = bench.relay.now();
    conn.query_drop("INSERT INTO item VALUES (1)").unwrap();
    conn.query_drop("SELECT hidden()").unwrap();
    conn.query_drop("SELECT named()").unwrap();
    conn.query_drop("SELECT COUNT(*) FROM item").unwrap();
    conn.query_drop("SELECT id FROM item FOR UPDATE").unwrap();
    conn.reset().unwrap();
    conn.query_drop("SELECT hidden() + 1").unwrap();
    conn.exec_drop("DELETE FROM item WHERE id = ?", (7,))
        .unwrap();
    conn.query_drop("SELECT hidden() + 2").unwrap();
    setup.query_drop("DELETE FROM item").unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    let played = bench.play_with(|plan| {
        plan.read_only = true;
        plan.read_only_deny = vec!["named".to_owned()];
    });
    let left_out = |reason: &str| {
        played
            .skipped
            .iter()
            .find(|(name, _)| name == reason)
            .map(|one| one.1)
    };
    // INSERT, named(), FOR UPDATE, PREPARE and EXECUTE of the DELETE
    assert_eq!(left_out("read_only"), Some(5), "{played:?}");
    let refused: Vec<_> = played
        .samples
        .iter()
        .filter(|(text, ..)| text.starts_with("SELECT hidden()"))
        .map(|(_, outcome, status)| (*outcome, *status))
        .collect();
    // 1792: cannot execute statement in a READ ONLY transaction
    assert_eq!(
        refused,
        [
            (Outcome::ErrorReply, 1792),
            (Outcome::ErrorReply, 1792),
            (Outcome::ErrorReply, 1792)
        ]
    );
    assert_eq!(bench.value("SELECT COUNT(*) FROM item"), "0");
}
