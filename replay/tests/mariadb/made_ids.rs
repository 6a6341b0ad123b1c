//! UUIDs that the server makes: statements that carry them go on with the target's.

use mysql::prelude::Queryable;

use crate::bench::Bench;
use crate::relay::Beginning;

/// Tickets that the server numbers by UUID in each way a client learns of it, then changed and read,
/// as text and prepared.
fn recorded(database: &str) -> Bench {
    let bench = Bench::new(database);
    let mut conn = bench.connect();
    conn
        .query_drop(
            "CREATE TABLE ticket (id CHAR(36) PRIMARY KEY DEFAULT UUID(), state VARCHAR(20), note TEXT)",
        )
        .unwrap();
    let from = bench.relay.now();
    let asked: String = conn.query_first("SELECT UUID()").unwrap().unwrap();
    conn.query_drop(format!("INSERT INTO ticket VALUES ('{asked}', 'new', '')"))
        .unwrap();
    let returned: String = conn
        .exec_first(
            "INSERT INTO ticket (state) VALUES (?) RETURNING id",
            ("new",),
        )
        .unwrap()
        .unwrap();
    let made = "SELECT JSON_OBJECT('ticket', UUID(), 'n', 1)";
    let json: String = conn.query_first(made).unwrap().unwrap();
    let within = json.split('"').nth(3).unwrap().to_owned();
    conn.exec_drop("INSERT INTO ticket VALUES (?, 'new', ?)", (&within, &json))
        .unwrap();
    for id in [&asked, &returned, &within] {
        conn.query_drop(format!(
            "UPDATE ticket SET state = 'used' WHERE id = '{id}'"
        ))
        .unwrap();
        conn.exec_drop("SELECT id, state, note FROM ticket WHERE id = ?", (id,))
            .unwrap();
    }
    let mut direct = bench.direct();
    direct
        .query_drop(format!("TRUNCATE {database}.ticket"))
        .unwrap();
    bench.relay.record(&bench.store, from, Beginning::Continued);
    bench
}

#[test]
fn what_was_done_with_a_uuid_of_the_server_is_done_with_the_targets_own() {
    let bench = recorded("made_ids");
    bench.play_with(|_| {}).assert_all_ok();
    let used = "SELECT COUNT(*) FROM ticket WHERE state = 'used'";
    assert_eq!(bench.value(used), "3");
    let within = "SELECT COUNT(*) FROM ticket WHERE JSON_VALUE(note, '$.ticket') = id";
    assert_eq!(bench.value(within), "1");
}

#[test]
fn each_copy_has_the_uuids_that_it_was_given() {
    let bench = recorded("made_ids_of_copies");
    bench
        .play_with(|plan| plan.rate.copies = 4.0)
        .assert_all_ok();
    let used = "SELECT COUNT(*) FROM ticket WHERE state = 'used'";
    assert_eq!(bench.value(used), "12");
}
