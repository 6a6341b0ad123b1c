//! What is answered now, held against what was answered then: values, types, order, and what varies.

use mysql::prelude::Queryable;
use reprise_measure::{Outcome, SampleFlags};
use reprise_replay::Mismatch;

use crate::bench::Bench;
use crate::relay::Beginning;

/// Everything that is not as it was: place, recorded and answered text.
fn mismatches(bench: &Bench) -> Vec<Mismatch> {
    let run = bench.store.run("run").unwrap().id;
    Mismatch::all(&bench.store, run).unwrap()
}

fn places(bench: &Bench) -> Vec<String> {
    let found = mismatches(bench).into_iter();
    found.map(|one| one.place).collect()
}

#[test]
fn a_changed_value_is_told_with_its_column_and_both_answers() {
    let bench = Bench::new("verify_values");
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(8,2))")
        .unwrap();
    conn.query_drop("INSERT INTO item VALUES (1, 'lamp', 9.5), (2, 'desk', 80)")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop("SELECT id, name, price FROM item ORDER BY id")
        .unwrap();
    conn.exec_drop("SELECT price FROM item WHERE id = ?", (2,))
        .unwrap();
    conn.query_drop("SELECT name FROM item ORDER BY name")
        .unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench.play_with(|_| {}).assert_all_ok();

    let mut direct = bench.direct();
    direct
        .query_drop("UPDATE verify_values.item SET price = 85 WHERE id = 2")
        .unwrap();
    let played = bench.play_with(|plan| plan.workers = Some(1));
    let found = mismatches(&bench);
    let told: Vec<[&str; 3]> = found
        .iter()
        .map(|one| [&*one.place, &*one.recorded, &*one.answered])
        .collect();
    assert_eq!(told, [["column:price", "80.00", "85.00"]; 2], "{played:?}");
    assert_eq!(
        found[0].recorded_answer,
        "id\tname\tprice\n1\tlamp\t9.50\n2\tdesk\t80.00\n"
    );
    assert_eq!(found[1].answer, "price\n85.00\n");

    // the same rows, read by an index of another order
    direct
        .query_drop("ALTER TABLE verify_values.item MODIFY name VARCHAR(20) COLLATE utf8mb4_bin")
        .unwrap();
    direct
        .query_drop("UPDATE verify_values.item SET price = 80, name = UPPER(name) WHERE id = 2")
        .unwrap();
    bench.play_with(|_| {});
    assert_eq!(places(&bench), ["column:name", "column:name"]);

    direct
        .query_drop("ALTER TABLE verify_values.item MODIFY price DOUBLE")
        .unwrap();
    direct
        .query_drop("UPDATE verify_values.item SET name = LOWER(name)")
        .unwrap();
    bench.play_with(|_| {});
    // the second is the PREPARE's
    assert_eq!(places(&bench)[..2], ["type:price", "type:price"]);
}

#[test]
fn rows_in_another_order_are_no_difference_unless_an_order_was_asked_for() {
    let bench = Bench::new("verify_order");
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT, name VARCHAR(20)) ENGINE=MyISAM")
        .unwrap();
    conn.query_drop("INSERT INTO item VALUES (1, 'a'), (1, 'b')")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop("SELECT name FROM item").unwrap();
    conn.query_drop("SELECT id, name FROM item ORDER BY id")
        .unwrap();
    let mut direct = bench.direct();
    direct.query_drop("TRUNCATE verify_order.item").unwrap();
    direct
        .query_drop("INSERT INTO verify_order.item VALUES (1, 'b'), (1, 'a')")
        .unwrap();
    let played = bench.play(from, Beginning::Continued);
    let outcomes: Vec<Outcome> = played.samples.iter().map(|one| one.1).collect();
    assert_eq!(outcomes, [Outcome::Ok, Outcome::Mismatch], "{played:?}");
    assert_eq!(places(&bench), ["order"]);
}

#[test]
fn time_chance_and_the_connection_are_no_difference_and_a_run_tells_the_rest() {
    let bench = Bench::new("verify_noise");
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, seen DATETIME(6))")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop("SELECT NOW(6), UUID() AS u, RAND(), CONNECTION_ID(), 1 AS one")
        .unwrap();
    conn.exec_drop("SELECT UTC_TIMESTAMP(6) AS t", ()).unwrap();
    conn.query_drop("INSERT INTO item (seen) VALUES (NOW(6))")
        .unwrap();
    conn.query_drop("SELECT id, LAST_INSERT_ID() FROM item")
        .unwrap();
    conn.query_drop("SELECT seen FROM item").unwrap();
    // ids go on from where they were, and the row's own id is the target's
    let clear = "DELETE FROM verify_noise.item";
    bench.direct().query_drop(clear).unwrap();
    let played = bench.play(from, Beginning::Continued);
    assert_eq!(places(&bench), ["column:seen"], "{played:?}");

    bench.direct().query_drop(clear).unwrap();
    bench
        .play_named("again", |plan| plan.baseline = Some("run".to_owned()))
        .assert_all_ok();
}

#[test]
fn what_others_may_have_written_before_is_a_conflict_of_order() {
    let bench = Bench::new("verify_conflict");
    let (mut one, mut other) = (bench.connect(), bench.connect());
    one.query_drop("CREATE TABLE item (id INT PRIMARY KEY, held INT)")
        .unwrap();
    one.query_drop("CREATE TABLE own (id INT PRIMARY KEY, held INT)")
        .unwrap();
    one.query_drop("INSERT INTO item VALUES (1, 0)").unwrap();
    one.query_drop("INSERT INTO own VALUES (1, 0)").unwrap();
    let from = bench.relay.now();
    one.query_drop("SELECT held FROM item").unwrap();
    one.query_drop("SELECT held FROM own").unwrap();
    other.query_drop("UPDATE item SET held = held + 1").unwrap();
    let mut direct = bench.direct();
    for table in ["item", "own"] {
        direct
            .query_drop(format!("UPDATE verify_conflict.{table} SET held = 5"))
            .unwrap();
    }
    bench.play(from, Beginning::Continued);
    let run = bench.store.run("run").unwrap();
    let samples = bench.store.samples(run.id).map(Result::unwrap);
    let mut told: Vec<(u32, bool)> = samples
        .filter(|sample| sample.outcome == Outcome::Mismatch)
        .map(|sample| {
            let conflict = sample.flags.contains(SampleFlags::ORDER_CONFLICT);
            (sample.exchange, conflict)
        })
        .collect();
    told.sort_unstable();
    let conflicts: Vec<bool> = told.iter().map(|one| one.1).collect();
    assert_eq!(conflicts, [true, false]);
}

#[test]
fn several_results_of_one_statement_are_all_compared() {
    let bench = Bench::new("verify_many");
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20))")
        .unwrap();
    conn.query_drop("INSERT INTO item VALUES (1, 'a'), (2, 'b')")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop(
        "SELECT name FROM item WHERE id = 1; UPDATE item SET name = 'b' WHERE id = 2; \
         SELECT id AS second, name FROM item WHERE id = 2",
    )
    .unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench.play_with(|_| {}).assert_all_ok();
    bench
        .direct()
        .query_drop("UPDATE verify_many.item SET id = 3, name = 'x' WHERE id = 2")
        .unwrap();
    bench.play_with(|_| {});
    assert_eq!(places(&bench), ["rows"]);
}
