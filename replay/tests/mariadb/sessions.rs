//! Sessions: those that began before the recording stand as they stood, and those that change users, are
//! reset or killed go on as they did.

use mysql::prelude::Queryable;
use mysql::{Conn, LocalInfileHandler, OptsBuilder};
use reprise_measure::Outcome;

use crate::bench::Bench;
use crate::relay::Beginning;

/// Sets up a session in which later statements need what came before.
fn varied(bench: &Bench) -> Conn {
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE kept (id INT PRIMARY KEY, what VARCHAR(60))")
        .unwrap();
    conn.query_drop("SET NAMES latin1").unwrap();
    conn.query_drop("SET @who = 'it''s me', time_zone = '+05:00', sql_mode = 'ANSI_QUOTES'")
        .unwrap();
    conn.query_drop("SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED")
        .unwrap();
    conn
}

/// Writes what the session is into the table.
const TELL: &str = "REPLACE INTO kept VALUES (1, CONCAT_WS(';', @who, @@time_zone, @@tx_isolation, \
                    @@character_set_client, @@character_set_results, DATABASE(), \"what\"))";

#[test]
fn a_session_goes_on_where_the_recording_before_left_it() {
    let bench = Bench::new("goes_on");
    let mut conn = varied(&bench);
    conn.query_drop("INSERT INTO kept VALUES (1, 'x')").unwrap();
    let from = bench.relay.now();
    // ANSI_QUOTES: "what" is a column, which is only known where the row is there
    conn.query_drop(TELL.replace("\"what\"", "@who = \"sql_mode\" IS NULL"))
        .unwrap_err();
    conn.query_drop(TELL.replace(", \"what\"", "")).unwrap();
    let told = bench.value("SELECT what FROM kept WHERE id = 1");
    assert_eq!(
        told,
        "it's me;+05:00;READ-UNCOMMITTED;latin1;latin1;goes_on"
    );
    bench
        .direct()
        .query_drop("UPDATE goes_on.kept SET what = 'x'")
        .unwrap();
    let played = bench.play(from, Beginning::Continued);
    played.assert_all_ok();
    assert_eq!(bench.value("SELECT what FROM kept WHERE id = 1"), told);
    assert!(played.warnings.is_empty(), "{played:?}");
}

#[test]
fn a_session_from_before_the_recording_finds_its_database_and_its_transaction() {
    let bench = Bench::new("from_before");
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT PRIMARY KEY) ENGINE=InnoDB")
        .unwrap();
    conn.query_drop("BEGIN").unwrap();
    let from = bench.relay.now();
    conn.query_drop("INSERT INTO item VALUES (1)").unwrap();
    let _: Vec<u32> = conn.query("SELECT id FROM item").unwrap();
    conn.query_drop("ROLLBACK").unwrap();
    let played = bench.play(from, Beginning::Unknown);
    played.assert_all_ok();
    assert_eq!(bench.value("SELECT COUNT(*) FROM item"), "0");
}

#[test]
fn a_login_that_was_not_seen_is_that_of_a_sibling() {
    let bench = Bench::new("sibling");
    let mut conn = bench.connect();
    conn.query_drop("CREATE TABLE item (id INT PRIMARY KEY)")
        .unwrap();
    let from = bench.relay.now();
    // neither names the database, and only the second connection's login does
    conn.query_drop("INSERT INTO item VALUES (1)").unwrap();
    let mut sibling = bench.connect();
    sibling.query_drop("INSERT INTO item VALUES (2)").unwrap();
    bench
        .direct()
        .query_drop("DELETE FROM sibling.item")
        .unwrap();
    let played = bench.play(from, Beginning::Unknown);
    played.assert_all_ok();
    assert_eq!(bench.value("SELECT COUNT(*) FROM item"), "2");
}

#[test]
fn changing_the_user_and_resetting_go_through_and_forget_what_they_must() {
    let bench = Bench::new("changes");
    let mut conn = bench.connect();
    let from = 0;
    conn.query_drop("SET @a = 1").unwrap();
    let statement = conn.prep("SELECT @a + ?").unwrap();
    let _: Option<u32> = conn.exec_first(&statement, (1,)).unwrap();
    conn.change_user(mysql::ChangeUserOpts::default()).unwrap();
    let gone: Option<Option<u32>> = conn.query_first("SELECT @a").unwrap();
    assert_eq!(gone, Some(None));
    let statement = conn.prep("SELECT @a + 1 + ?").unwrap();
    let _: Option<Option<u32>> = conn.exec_first(&statement, (1,)).unwrap();
    conn.reset().unwrap();
    let statement = conn.prep("SELECT DATABASE() = ?").unwrap();
    let _: Option<u32> = conn.exec_first(&statement, ("changes",)).unwrap();
    drop(conn);
    let played = bench.play(from, Beginning::Unknown);
    played.assert_all_ok();
    let sent = |what: &str| played.samples.iter().any(|(text, ..)| text == what);
    assert!(sent("COM_CHANGE_USER") && sent("COM_RESET_CONNECTION"));
}

#[test]
fn a_kill_ends_the_connection_that_stands_for_the_recorded_one() {
    let bench = Bench::new("kills");
    let mut killer = bench.connect();
    let mut victim = bench.connect();
    victim.query_drop("SET @alive = 1").unwrap();
    let id = victim.connection_id();
    killer.query_drop(format!("KILL {id}")).unwrap();
    victim.query_drop("SELECT @alive").unwrap_err();
    // one names nobody known, the other nobody there any more
    let _ = killer.query_drop("KILL 4000000000");
    let _ = killer.query_drop(format!("KILL QUERY {id}"));
    let played = bench.play(0, Beginning::Unknown);
    let killed: Vec<_> = played
        .samples
        .iter()
        .filter(|(text, ..)| text.starts_with("KILL"))
        .collect();
    // it came when the victim had logged in, however long that took
    assert_eq!((killed[0].1, killed[0].2), (Outcome::Ok, 0), "{played:?}");
    let left_out = played
        .skipped
        .iter()
        .find(|(reason, _)| reason == "kill_target");
    // by the time of the last one the server may have told that the connection is gone
    let left_out = left_out.map_or(0, |(_, count)| usize::try_from(*count).unwrap());
    assert!((1..=2).contains(&left_out), "{played:?}");
    assert_eq!(killed.len() + left_out, 3, "{played:?}");
}

#[test]
fn a_file_is_sent_again_as_it_was_recorded() {
    let bench = Bench::new("files");
    let rows: String = (0..300_000).map(|id| format!("{id}\trow {id}\n")).collect();
    let len = rows.len();
    assert!(len > 2 << 20, "several packets: {len}");
    let options: OptsBuilder =
        bench
            .recorded()
            .local_infile_handler(Some(LocalInfileHandler::new(move |_, writer| {
                std::io::Write::write_all(writer, rows.as_bytes())
            })));
    let mut conn = Conn::new(options).unwrap();
    conn.query_drop("CREATE TABLE loaded (id INT PRIMARY KEY, name TEXT)")
        .unwrap();
    let from = bench.relay.now();
    conn.query_drop("LOAD DATA LOCAL INFILE 'rows' INTO TABLE loaded")
        .unwrap();
    bench
        .direct()
        .query_drop("DELETE FROM files.loaded")
        .unwrap();
    let played = bench.play(from, Beginning::Continued);
    played.assert_all_ok();
    let counted = "SELECT CONCAT(COUNT(*), ' ', MAX(id), ' ', MAX(LENGTH(name))) FROM loaded";
    assert_eq!(bench.value(counted), "300000 299999 10");
}
