//! Prepared statements whose PREPARE the recording does not have.

use mysql::prelude::Queryable;
use mysql::{Conn, Statement};
use reprise_replay::GivenStatement;
use reprise_wire::Exchange;
use reprise_wire::redact::{RedactionKey, Redactor, Rules};

use crate::bench::Bench;
use crate::relay::Beginning;

const READS: &str = "SELECT id, name FROM item WHERE id = ?";
const COUNTS: &str = "SELECT COUNT(*) AS many FROM item WHERE name LIKE ?";
const WRITES: &str = "INSERT INTO item (id, name) VALUES (?, ?)";

fn prepared(bench: &Bench) -> (Conn, [Statement; 3]) {
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE IF NOT EXISTS item (id INT PRIMARY KEY, name VARCHAR(20))")
        .unwrap();
    let statements = [READS, COUNTS, WRITES].map(|sql| conn.prep(sql).unwrap());
    (conn, statements)
}

fn execute(conn: &mut Conn, [reads, counts, writes]: &[Statement; 3], id: u32) {
    conn.exec_drop(writes, (id, "one")).unwrap();
    conn.exec_drop(reads, (id,)).unwrap();
    // none, whatever another lane has inserted by then
    conn.exec_drop(counts, ("x%",)).unwrap();
}

/// How many exchanges were left out because their statement is not known.
fn unknown(played: &crate::bench::Played) -> u64 {
    let of = |(reason, count): &(String, u64)| (reason == "statement_unknown").then_some(*count);
    played.skipped.iter().find_map(of).unwrap_or(0)
}

#[test]
fn statements_of_the_recording_before_are_prepared_again() {
    let bench = Bench::new("continued");
    let (mut conn, statements) = prepared(&bench);
    let from = bench.relay.now();
    execute(&mut conn, &statements, 1);
    bench
        .direct()
        .query_drop("DELETE FROM continued.item")
        .unwrap();
    let played = bench.play(from, Beginning::Continued);
    played.assert_all_ok();
    assert_eq!((played.samples.len(), unknown(&played)), (3, 0));
    assert_eq!(bench.value("SELECT COUNT(*) FROM item"), "1");
}

#[test]
fn a_sibling_tells_what_was_prepared_by_its_columns_and_what_has_none_by_its_id_too() {
    let bench = Bench::new("siblings");
    let (mut conn, statements) = prepared(&bench);
    let from = bench.relay.now();
    execute(&mut conn, &statements, 1);
    // the sibling prepares in the same order, so that its ids are the same
    let (mut sibling, same) = prepared(&bench);
    execute(&mut sibling, &same, 2);
    bench
        .direct()
        .query_drop("DELETE FROM siblings.item")
        .unwrap();
    let played = bench.play(from, Beginning::Unknown);
    played.assert_all_ok();
    assert_eq!(unknown(&played), 0, "{played:?}");
    assert_eq!(bench.value("SELECT COUNT(*) FROM item"), "2");
}

#[test]
fn a_statement_of_a_redacted_recording_is_played_with_its_numbers() {
    let bench = Bench::new("redacted");
    let (mut conn, [reads, counts, _]) = prepared(&bench);
    conn.query_drop("INSERT INTO item VALUES (1, 'one')")
        .unwrap();
    let from = bench.relay.now();
    conn.exec_drop(&reads, (1,)).unwrap();
    conn.exec_drop(&counts, ("x%",)).unwrap();
    let (mut sibling, [reads, counts, _]) = prepared(&bench);
    sibling.exec_drop(&reads, (1,)).unwrap();
    sibling.exec_drop(&counts, ("x%",)).unwrap();
    let mut redactor = Redactor::new(&RedactionKey::new([7; 32]), &Rules::default());
    let redact = |connection, exchange: &mut Exchange| redactor.redact(connection, exchange);
    bench
        .relay
        .record_with(&bench.store, from, Beginning::Unknown, redact);
    assert_eq!(redactor.hits()["secret_column"], 1);
    let played = bench.play_with(|_| {});
    // The row of number 1 is found again.
    played.assert_all_ok();
    assert_eq!(unknown(&played), 0, "{played:?}");
}

#[test]
fn the_same_id_does_not_make_it_the_same_statement() {
    let bench = Bench::new("same_id");
    let (mut conn, statements) = prepared(&bench);
    let from = bench.relay.now();
    execute(&mut conn, &statements, 1);
    let mut sibling = bench.connect();
    for sql in [
        "SELECT name FROM item WHERE id = ?",
        COUNTS,
        "DELETE FROM item WHERE id = ?",
    ] {
        let statement = sibling.prep(sql).unwrap();
        if sql == COUNTS {
            sibling.exec_drop(statement, ("x%",)).unwrap();
        }
    }
    bench
        .direct()
        .query_drop("DELETE FROM same_id.item")
        .unwrap();
    let played = bench.play(from, Beginning::Unknown);
    // of the three, only COUNT(*) is recognised
    assert_eq!(unknown(&played), 2, "{played:?}");
    assert!(
        played
            .samples
            .iter()
            .any(|(text, ..)| text.contains("PREPARE was not seen")),
        "{played:?}"
    );
}

#[test]
fn statements_that_the_server_told_are_taken_from_the_plan() {
    let bench = Bench::new("told");
    let (mut conn, statements) = prepared(&bench);
    let from = bench.relay.now();
    execute(&mut conn, &statements, 1);
    conn.query_drop("SELECT name FROM item").unwrap();
    bench.direct().query_drop("DELETE FROM told.item").unwrap();
    bench.relay.record(&bench.store, from, Beginning::Unknown);
    let recording = bench.store.recording("recorded").unwrap().id;
    let client = bench.store.connections(recording).unwrap()[0]
        .client
        .to_string();
    let given = statements
        .iter()
        .zip([READS, COUNTS, WRITES])
        .map(|(statement, sql)| GivenStatement {
            client: client.clone(),
            statement: statement.id(),
            sql: sql.to_owned(),
        });
    let played = bench.play_with(|plan| plan.statements = given.collect());
    played.assert_all_ok();
    assert_eq!((played.samples.len(), unknown(&played)), (4, 0));
}
