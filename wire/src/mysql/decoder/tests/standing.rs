//! How a session stands, as the decoder follows it.

use super::script::{BASE, Script};
use crate::mysql::{
    Capabilities, ColumnDefinition, ColumnType, Command, Dialect, MariadbCapabilities, OkPacket,
    RowFormat, SessionState, Status, Value, write_result_set,
};
use crate::{Direction, Limits, Piece, Timestamp};

use super::script::Event;
use crate::mysql::Decoder;

/// How the session stands after these statements, each answered by OK.
fn after(statements: &[&str]) -> SessionState {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    for sql in statements {
        script.query(sql).ok();
    }
    stands(&script)
}

fn stands(script: &Script) -> SessionState {
    let mut decoder = Decoder::new(&Limits::default(), false);
    let (at, mut out) = (Timestamp::from_micros(1), Vec::new());
    for event in &script.events {
        if let Event::Bytes(direction, bytes) = event {
            decoder.push(*direction, Piece::Chunk { at, bytes }, &mut out);
        }
    }
    decoder.begin_recording();
    decoder.session().state.clone()
}

#[test]
fn statements_that_change_the_session_are_followed() {
    let state = after(&[
        "USE `other shop`",
        "set names utf8mb4 collate utf8mb4_bin, time_zone := '+02:00', @@session.sql_mode='ANSI'",
        "SET @a = 'it''s; here', @b = -5, @c = (SELECT 1), GLOBAL max_connections = 7, x = 2",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "CREATE TEMPORARY TABLE IF NOT EXISTS t (id INT)",
        "CREATE TEMPORARY TABLE other.u (id INT)",
        "DROP TABLE t",
    ]);
    assert_eq!(
        state.restoring(),
        [
            "SET SESSION character_set_client = 'utf8mb4'",
            "SET SESSION character_set_results = 'utf8mb4'",
            "SET SESSION collation_connection = 'utf8mb4_bin'",
            "SET SESSION sql_mode = 'ANSI'",
            "SET SESSION time_zone = '+02:00'",
            "SET @`a` = 'it''s; here'",
            "SET @`b` = -5",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        ]
    );
    assert_eq!(state.database.as_deref(), Some("other shop"));
    assert!(state.temporary_tables.iter().eq(["other.u"]));
}

#[test]
fn what_is_set_back_or_cannot_be_told_is_not_kept() {
    let state = after(&[
        "SET sql_mode = 'ANSI', time_zone = '+01:00', @a = 1, @b = 2",
        "SET sql_mode = DEFAULT, time_zone = @old, @a = @b + 1",
        "SET sort_buffer_size = CONCAT(@@sort_buffer_size, '0')",
        "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "SET PASSWORD = 'x'",
        "SET insert_id = 5",
    ]);
    assert_eq!(
        state.restoring(),
        [
            "SET SESSION sort_buffer_size = CONCAT(@@sort_buffer_size, '0')",
            "SET @`b` = 2",
        ]
    );
}

#[test]
fn a_reset_connection_forgets_all_but_its_database_and_a_failed_statement_changes_nothing() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.query("SET @a = 1").ok();
    script.command(&Command::InitDb(b"next")).ok();
    script.command(&Command::ResetConnection).ok();
    script
        .query("SET @b = 1")
        .server(&[b"\xff\x28\x04#42000no".to_vec()]);
    let state = stands(&script);
    assert_eq!(state.database.as_deref(), Some("next"));
    assert!(state.user_variables.is_empty());
}

#[test]
fn prepared_statements_and_an_open_transaction_are_carried_over() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script
        .command(&Command::StmtPrepare(b"SELECT ?"))
        .prepared(4, 1);
    script
        .command(&Command::StmtPrepare(b"SELECT 2"))
        .prepared(5, 0);
    script.command(&Command::StmtClose(5));
    script.query("BEGIN").server(&[OkPacket {
        status: Status::AUTOCOMMIT | Status::IN_TRANSACTION,
        ..OkPacket::default()
    }
    .encode()]);
    let state = stands(&script);
    assert!(state.prepared.iter().eq([(&4, &"SELECT ?".to_owned())]));
    assert!(state.in_transaction);
    assert_eq!(state.restoring(), ["START TRANSACTION"]);
}

#[test]
fn what_the_server_reports_of_the_session_counts() {
    let tracking = BASE | Capabilities::SESSION_TRACK;
    let mut script = Script::begun(tracking, MariadbCapabilities::empty());
    script
        .query("CALL changes_everything()")
        .server(&[OkPacket {
            status: Status::SESSION_STATE_CHANGED,
            info: b"\0\x25\x01\x06\x05mysql\0\x1b\x09time_zone\x10+03:00 or 'more'".to_vec(),
            ..OkPacket::default()
        }
        .encode()]);
    let state = stands(&script);
    assert_eq!(state.database.as_deref(), Some("mysql"));
    assert_eq!(
        state.restoring(),
        [
            "SET SESSION time_zone = '+03:00 or ''more'''",
            "SET SESSION autocommit = 0",
        ]
    );
}

/// A row of `item`, which is in the database `shop`.
fn item_row(script: &mut Script, status: Status) {
    let mut column = ColumnDefinition::new(b"name", ColumnType::VAR_STRING);
    column.schema = b"shop".to_vec();
    column.org_table = b"item".to_vec();
    let (mut bytes, mut sequence) = (Vec::new(), 1);
    let rows = [vec![Value::Null]];
    write_result_set(
        &mut bytes,
        &mut sequence,
        &script.dialect,
        RowFormat::Text,
        &[column],
        &rows,
        status,
    );
    script.events.push(Event::Bytes(Direction::ToClient, bytes));
}

#[test]
fn of_a_connection_from_before_the_capture_the_first_replies_tell() {
    let plain = Dialect::from_capabilities(BASE, MariadbCapabilities::empty());
    let mut script = Script::amid(plain);
    script
        .query("UPDATE item SET name = 'x'")
        .server(&[OkPacket {
            status: Status::AUTOCOMMIT | Status::IN_TRANSACTION,
            ..OkPacket::default()
        }
        .encode()]);
    script.query("SELECT name FROM `item`");
    item_row(&mut script, Status::AUTOCOMMIT);
    script.query("USE elsewhere").ok();
    let (_, decoder) = script.decode_amid();
    let state = &decoder.session().state;
    assert_eq!(state.database.as_deref(), Some("shop"));
    assert_eq!((state.autocommit, state.in_transaction), (Some(true), true));
    assert_eq!(state.restoring(), ["START TRANSACTION"]);
}

#[test]
fn a_database_that_a_statement_names_is_not_taken_for_the_default_one() {
    let plain = Dialect::from_capabilities(BASE, MariadbCapabilities::empty());
    let mut script = Script::amid(plain);
    script.query("SELECT name FROM shop.item");
    item_row(&mut script, Status::AUTOCOMMIT);
    script.query("SHOW TABLES");
    item_row(&mut script, Status::AUTOCOMMIT);
    let (_, decoder) = script.decode_amid();
    assert_eq!(decoder.session().state.database, None);
}
