//! What each MySQL fault is to real clients, in front of a real MariaDB.

use std::time::{Duration, Instant};

use mysql::Error;
use mysql::prelude::Queryable;

use crate::shelf::Shelf;

/// Number, SQLSTATE and text of a server's error.
#[track_caller]
fn code(error: Error) -> (u16, String, String) {
    match error {
        Error::MySqlError(error) => (error.code, error.state, error.message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn errors_arrive_with_their_number_state_and_text_and_do_what_they_say() {
    let shelf = Shelf::new("errors");
    let standing = shelf.proxied(&[
        "100:error(code=1213) for mysql UPDATE item SET stock = ? WHERE id = ?",
        "100:error(code=1205) for mysql DELETE",
        "100:error(code=1290,message=\"read-only, sorry\") for mysql INSERT",
        "100:error(code=1053) for mysql DO*",
        "100:error(code=4711,sqlstate=AB123) for table:item in:transaction SELECT",
    ]);
    let mut conn = shelf.connect(&standing).unwrap();
    // a lock wait that ran out undoes its statement; the transaction goes on
    conn.query_drop("BEGIN").unwrap();
    conn.query_drop("UPDATE item SET stock = stock + 1")
        .unwrap();
    let waited = code(conn.query_drop("DELETE FROM item").unwrap_err());
    assert_eq!((waited.0, waited.1.as_str()), (1205, "HY000"));
    let read = conn.query_first::<i64, _>("SELECT stock FROM item");
    let read = code(read.unwrap_err());
    assert_eq!((read.0, read.1.as_str()), (4711, "AB123"));
    conn.query_drop("COMMIT").unwrap();
    assert_eq!(shelf.stock(1), 11);
    // a deadlock has rolled the transaction back, on the server too
    conn.query_drop("BEGIN").unwrap();
    conn.query_drop("UPDATE item SET stock = stock + 100")
        .unwrap();
    let sql = "UPDATE item SET stock = 5 WHERE id = 1";
    let deadlock = code(conn.query_drop(sql).unwrap_err());
    assert_eq!((deadlock.0, deadlock.1.as_str()), (1213, "40001"));
    assert!(deadlock.2.starts_with("Deadlock found"));
    assert_eq!(
        conn.query_first("SELECT stock FROM item").unwrap(),
        Some(11)
    );
    conn.query_drop("COMMIT").unwrap();
    assert_eq!(shelf.stock(1), 11);
    // prepared statements are known by what they were prepared from
    let prepared = conn.exec_drop("INSERT INTO item VALUES (?, ?)", (4, 40));
    assert_eq!(code(prepared.unwrap_err()).2, "read-only, sorry");
    // a server that shuts down says so and closes
    let shutdown = code(conn.query_drop("DO 1").unwrap_err());
    assert_eq!((shutdown.0, shutdown.1.as_str()), (1053, "08S01"));
    assert!(conn.query_drop("SELECT 1").is_err());
    let injected: Vec<u64> = standing
        .proxy
        .faults()
        .iter()
        .map(|fault| fault.injected)
        .collect();
    assert_eq!(injected, [1; 5]);
}

#[test]
fn refusals_come_in_place_of_the_greeting_or_of_the_login() {
    let shelf = Shelf::new("refusals");
    let full = shelf.proxied(&["100:error(code=1040)"]);
    let said = shelf.command(&full, "SELECT 1");
    assert!(
        said.contains("1040") && said.contains("Too many connections"),
        "{said}"
    );
    let error = code(shelf.connect(&full).unwrap_err());
    assert_eq!(error.0, 1040);
    let denied = shelf.proxied(&["100:error(code=1045) for LOGIN"]);
    let error = code(shelf.connect(&denied).unwrap_err());
    assert_eq!((error.0, error.1.as_str()), (1045, "28000"));
    let said = shelf.command(&denied, "SELECT 1");
    assert!(said.contains("ERROR 1045 (28000)"), "{said}");
    let silent = shelf.proxied(&["100:timeout(ms=50) for CONNECT"]);
    let said = shelf.command(&silent, "SELECT 1");
    assert!(said.contains("2013") || said.contains("2002"), "{said}");
}

#[test]
fn clients_report_2013_during_a_statement_and_2006_between_statements() {
    let shelf = Shelf::new("gone");
    let during = shelf.proxied(&["100:blackout for mysql SELECT stock*"]);
    let said = shelf.command(&during, "SELECT stock FROM item");
    assert!(said.contains("ERROR 2013"), "{said}");
    let between = shelf.proxied(&["100:reset_peer(when=after) for mysql DO*"]);
    let said = shelf.command(&between, "DO 1;\nsystem sleep 0.3\nSELECT stock FROM item;");
    assert!(said.contains("ERROR 2006"), "{said}");
    let reset = shelf.proxied(&["100:reset_peer for mysql SELECT stock*"]);
    let said = shelf.command(&reset, "SELECT stock FROM item");
    assert!(said.contains("ERROR 2013"), "{said}");
}

#[test]
fn the_ok_of_a_commit_that_did_happen_is_lost() {
    let shelf = Shelf::new("lost");
    let standing = shelf.proxied(&["100:abort(wait=true) for mysql COMMIT"]);
    let mut conn = shelf.connect(&standing).unwrap();
    conn.query_drop("BEGIN").unwrap();
    conn.query_drop("UPDATE item SET stock = 77 WHERE id = 2")
        .unwrap();
    assert!(matches!(conn.query_drop("COMMIT"), Err(Error::IoError(_))));
    assert_eq!(shelf.stock(2), 77);
}

#[test]
fn result_sets_are_cut_held_and_damaged() {
    let shelf = Shelf::new("results");
    let all = "SELECT id FROM item ORDER BY id";
    for fault in ["100:truncate(rows=2)", "100:truncate(rows=2,inside=true)"] {
        let standing = shelf.proxied(&[&format!("{fault} for table:item")]);
        let mut conn = shelf.connect(&standing).unwrap();
        let mut rows = conn.query_iter(all).unwrap();
        let ids: Vec<bool> = rows.by_ref().map(|row| row.is_ok()).collect();
        assert_eq!(ids, [true, true, false], "{fault}");
    }
    let standing = shelf.proxied(&["100:truncate(rows=3) for table:item"]);
    let ids: Vec<u32> = shelf.connect(&standing).unwrap().query(all).unwrap();
    assert_eq!(ids, [1, 2, 3]);
    let late = shelf.proxied(&["100:late_rows(ms=40) for table:item"]);
    let begun = Instant::now();
    let ids: Vec<u32> = shelf.connect(&late).unwrap().query(all).unwrap();
    assert_eq!(ids, [1, 2, 3]);
    assert!(begun.elapsed() >= Duration::from_millis(120));
    let damaged = shelf.proxied(&["100:corrupt for table:item"]);
    let mut conn = shelf.connect(&damaged).unwrap();
    let read: Result<Vec<(String, String)>, Error> =
        conn.query("SELECT 'aaaa', 'bbbb' FROM item WHERE id = 1");
    assert!(read.is_err() || read.unwrap() != [("aaaa".to_owned(), "bbbb".to_owned())]);
}

#[test]
fn a_fault_switched_on_strikes_connections_that_are_open() {
    let shelf = Shelf::new("live");
    let standing = shelf.proxied(&[]);
    let mut conn = shelf.connect(&standing).unwrap();
    conn.query_drop("SELECT stock FROM item").unwrap();
    let fault = "100:error(code=1213) for mysql SELECT stock*"
        .parse()
        .unwrap();
    let id = standing.proxy.add_fault(fault, true).unwrap();
    assert_eq!(
        code(conn.query_drop("SELECT stock FROM item").unwrap_err()).0,
        1213
    );
    standing.proxy.switch_fault(id, false).unwrap();
    conn.query_drop("SELECT stock FROM item").unwrap();
}

#[test]
fn large_statements_files_and_results_pass_whole() {
    let shelf = Shelf::new("large");
    let standing = shelf.proxied(&["0.0001:late_rows(ms=1)", "100:dummy"]);
    let mut conn = shelf.connect(&standing).unwrap();
    conn.query_drop("CREATE TABLE big (text LONGTEXT)").unwrap();
    let long = "x".repeat(3 << 20);
    conn.exec_drop("INSERT INTO big VALUES (?)", (&long,))
        .unwrap();
    conn.query_drop(format!("INSERT INTO big VALUES ('{long}')"))
        .unwrap();
    let read: Vec<String> = conn.query("SELECT text FROM big").unwrap();
    assert!(read == [long.clone(), long]);
    let sum: Option<i64> = conn
        .query_first("SELECT SUM(a.id * b.id * c.id) FROM item a, item b, item c")
        .unwrap();
    assert_eq!(sum, Some(216));
}
