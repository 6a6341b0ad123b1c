//! Copies that insert rows of their own.

use mysql::prelude::Queryable;
use reprise_replay::ShiftKeys;

use crate::bench::Bench;
use crate::relay::Beginning;

/// A lane that inserts rows under its own keys and under the server's, as text and as parameters, changes
/// and deletes some of them, and reads one that was there before.
fn recorded(database: &str) -> Bench {
    let bench = Bench::new(database);
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE orders (id INT PRIMARY KEY AUTO_INCREMENT, state VARCHAR(20))")
        .unwrap();
    conn.query_drop(
        "CREATE TABLE line (n INT, order_id INT, PRIMARY KEY (order_id, n), \
         FOREIGN KEY (order_id) REFERENCES orders (id))",
    )
    .unwrap();
    conn.query_drop("INSERT INTO orders VALUES (1, 'there before')")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop("INSERT INTO orders (state, id) VALUES ('new', 10), ('new', 11)")
        .unwrap();
    conn.query_drop("INSERT INTO line VALUES (1, 10), (2, 10)")
        .unwrap();
    conn.exec_drop("INSERT INTO orders (id, state) VALUES (?, ?)", (12, "new"))
        .unwrap();
    conn.exec_drop("UPDATE orders SET state = 'paid' WHERE id = ?", (12,))
        .unwrap();
    conn.query_drop("DELETE FROM orders WHERE id = 11").unwrap();
    conn.query_drop("INSERT INTO orders (state) VALUES ('numbered')")
        .unwrap();
    let id = conn.last_insert_id();
    conn.exec_drop("INSERT INTO line (order_id, n) VALUES (?, ?)", (id, 1))
        .unwrap();
    conn.query_drop(format!(
        "SELECT o.state, l.n FROM orders o JOIN line l ON l.order_id = o.id WHERE o.id = {id}"
    ))
    .unwrap();
    conn.query_drop("SELECT id, state FROM orders WHERE id IN (1, 10)")
        .unwrap();
    let mut direct = bench.direct();
    for sql in ["DELETE FROM line", "DELETE FROM orders WHERE id > 1"] {
        direct.query_drop(format!("USE {database}")).unwrap();
        direct.query_drop(sql).unwrap();
    }
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench
}

fn keys(listed: &[&str]) -> ShiftKeys {
    let mut keys = ShiftKeys::default();
    for key in listed {
        keys.add(key).unwrap();
    }
    keys
}

#[test]
fn ten_copies_insert_change_and_delete_rows_of_their_own() {
    let bench = recorded("shift_keys");
    let played = bench.play_with(|plan| {
        plan.rate.copies = 10.0;
        plan.shift_keys = keys(&["orders.id=1000", "line.order_id=orders.id"]);
        for key in &mut plan.shift_keys.columns {
            key.position = Some(if key.table == "line" { 2 } else { 1 });
        }
    });
    played.assert_all_ok();
    // of each copy 10, 12 and the one the server numbered; 11 is deleted; 1 is everybody's
    assert_eq!(bench.value("SELECT COUNT(*) FROM orders"), "31");
    let of = |what: &str| bench.value(&format!("SELECT COUNT(*) FROM orders WHERE {what}"));
    assert_eq!(of("state = 'paid' AND id % 1000 = 12"), "10");
    assert_eq!(of("state = 'new' AND id % 1000 = 10"), "10");
    assert_eq!(of("state = 'numbered'"), "10");
    let lines = "SELECT COUNT(*) FROM line JOIN orders o ON o.id = order_id WHERE o.state";
    assert_eq!(bench.value(&format!("{lines} = 'new'")), "20");
    assert_eq!(bench.value(&format!("{lines} = 'numbered'")), "10");
}

#[test]
fn the_target_tells_its_keys() {
    let bench = recorded("shift_auto");
    let played = bench.play_with(|plan| {
        plan.rate.copies = 3.0;
        plan.mysql.as_mut().unwrap().database = Some("shift_auto".to_owned());
        plan.shift_keys = keys(&["auto"]);
        let told = bench.reached(plan).remove(0).keys;
        plan.shift_keys.resolve(&told);
        let listed: Vec<String> = plan
            .shift_keys
            .columns
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(listed, ["orders.id=1000000", "line.order_id=orders.id"]);
    });
    played.assert_all_ok();
    assert_eq!(bench.value("SELECT COUNT(*) FROM orders"), "10");
    assert_eq!(bench.value("SELECT COUNT(*) FROM line"), "9");
}

#[test]
fn rows_that_two_lanes_insert_are_named_by_the_numbers_they_got_this_time() {
    let bench = Bench::new("shift_lanes");
    let (mut one, mut other) = (bench.connect(), bench.connect());
    one.query_drop("CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(20))")
        .unwrap();
    let from = bench.relay.now();
    for (conn, name) in [(&mut one, "one"), (&mut other, "other")] {
        let id: u64 = conn
            .query_first(format!(
                "INSERT INTO item (name) VALUES ('{name}') RETURNING id, name"
            ))
            .unwrap()
            .map(|(id, _): (u64, String)| id)
            .unwrap();
        conn.query_drop(format!(
            "UPDATE item SET name = 'last {name}' WHERE id = {id}"
        ))
        .unwrap();
        conn.query_drop(format!("SELECT id, name FROM item WHERE id = {id}"))
            .unwrap();
    }
    // the target numbers otherwise
    let mut direct = bench.direct();
    direct.query_drop("TRUNCATE shift_lanes.item").unwrap();
    direct
        .query_drop("ALTER TABLE shift_lanes.item AUTO_INCREMENT = 50")
        .unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench
        .play_with(|plan| plan.shift_keys = keys(&["item.id"]))
        .assert_all_ok();
    let names = "SELECT GROUP_CONCAT(name ORDER BY name) FROM item";
    assert_eq!(bench.value(names), "last one,last other");
}
