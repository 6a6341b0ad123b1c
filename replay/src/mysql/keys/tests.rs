//! Copies that make rows of their own, and name them later.

use super::*;

fn keys() -> ShiftKeys {
    let mut keys = ShiftKeys::default();
    for key in ["item.id=100", "line.item_id=item.id"] {
        keys.add(key).unwrap();
    }
    keys
}

fn query(keys: &Keys, copy: u32, sql: &str) -> String {
    answered(keys, copy, sql, 1)
}

/// As it is sent when the recorded one changed so many rows.
fn answered(keys: &Keys, copy: u32, sql: &str, affected: u64) -> String {
    let shift = Shift {
        keys: &self::keys(),
        copy,
    };
    let payload = [b"\x03", sql.as_bytes()].concat();
    let (dialect, rows) = (Dialect::UNKNOWN, || affected);
    let (payload, _) = keys.in_text(payload, &dialect, shift, &rows, &mut |_, _| {});
    String::from_utf8(payload[1..].to_vec()).unwrap()
}

#[test]
fn a_copy_inserts_its_own_rows_and_names_them_later_and_no_others() {
    let keys = Keys::default();
    let said = |sql: &str| query(&keys, 3, sql);
    assert_eq!(
        said("INSERT INTO item (id, n) VALUES (7, 7), ('8', 1)"),
        "INSERT INTO item (id, n) VALUES (307, 7), ('308', 1)"
    );
    assert_eq!(
        said("UPDATE item SET n = 7 WHERE id IN (7, 9)"),
        "UPDATE item SET n = 7 WHERE id IN (307, 9)"
    );
    assert_eq!(
        said("INSERT INTO line (item_id) VALUES (8), (9)"),
        "INSERT INTO line (item_id) VALUES (308), (9)"
    );
    assert_eq!(
        said("SELECT n FROM item WHERE id = 5"),
        "SELECT n FROM item WHERE id = 5"
    );
    let other = "UPDATE item SET n = 7 WHERE id = 7";
    assert_eq!(query(&keys, 2, other), other, "another copy's row");
    assert_eq!(
        query(&keys, 0, "INSERT INTO item (id) VALUES (7)"),
        "INSERT INTO item (id) VALUES (7)"
    );
}

#[test]
fn a_row_that_was_there_before_and_is_deleted_is_inserted_again_under_its_own_key() {
    let keys = Keys::default();
    let stays = |sql: &str, affected: u64| {
        assert_eq!(answered(&keys, 3, sql, affected), sql);
    };
    stays("DELETE FROM item WHERE id = 7", 1);
    stays("INSERT INTO item (id) VALUES (7)", 1);
    stays("UPDATE item SET n = 1 WHERE id = 7", 1);
    // nothing was deleted: the row was not there
    stays("DELETE FROM item WHERE id = 8", 0);
    assert_eq!(
        query(&keys, 3, "INSERT INTO item (id) VALUES (8)"),
        "INSERT INTO item (id) VALUES (308)"
    );
    assert_eq!(
        query(&keys, 3, "DELETE FROM item WHERE id = 8"),
        "DELETE FROM item WHERE id = 308"
    );
}

#[test]
fn what_replaces_rows_that_were_there_before_keeps_their_keys() {
    let keys = Keys::default();
    let sql = "INSERT INTO item (id, n) VALUES (7, 1) ON DUPLICATE KEY UPDATE n = 2";
    assert_eq!(answered(&keys, 3, sql, 2), sql, "recorded as an update");
    let sql = "REPLACE INTO item (id) VALUES (8), (9)";
    assert_eq!(
        answered(&keys, 3, sql, 2),
        "REPLACE INTO item (id) VALUES (308), (309)",
        "both were new"
    );
}

#[test]
fn a_row_under_a_text_has_one_of_the_copys_own_wherever_it_is_named() {
    let mut shifted = ShiftKeys::default();
    shifted.add("session.id=text").unwrap();
    let shift = |copy| Shift {
        keys: &shifted,
        copy,
    };
    let keys = Keys::default();
    let said = |copy: u32, sql: &str| {
        let payload = [b"\x03", sql.as_bytes()].concat();
        let dialect = Dialect::UNKNOWN;
        let (payload, _) = keys.in_text(payload, &dialect, shift(copy), &|| 1, &mut |_, _| {});
        String::from_utf8(payload[1..].to_vec()).unwrap()
    };
    const ID: &str = "9f86d081884c7d659a2feaa0c55ad015";
    const PSEUDONYM: &str = "rp_abcdefghijklmnopqrstuv23";
    let cart = format!("INSERT INTO cart (session_id, n) VALUES ('{ID}', 1)");
    assert_eq!(said(1, &cart), cart, "not inserted yet");
    let insert = format!("INSERT INTO session (id, name) VALUES ('{ID}', 'x')");
    assert_eq!(said(0, &insert), insert);
    let own = said(1, &insert);
    assert_ne!(own, insert);
    let own_id = own.split('\'').nth(1).unwrap().to_owned();
    assert_eq!(said(1, &cart), cart.replace(ID, &own_id));
    let read = format!("SELECT n FROM session WHERE id = '{ID}' AND name = 'x'");
    assert_eq!(said(1, &read), read.replace(ID, &own_id));
    assert_eq!(said(2, &read), read, "another copy");
    // redaction replaced it, perhaps in one of its columns only: no row of the target is called so
    let replaced = format!("SELECT n FROM cart WHERE session_id = '{PSEUDONYM}'");
    assert_ne!(said(1, &replaced), replaced);
    assert_eq!(said(0, &replaced), replaced);
    let values = [Some(ID.as_bytes()), Some(own_id.as_bytes())];
    assert!(keys.same_text(shift(1), values) && !keys.same_text(shift(2), values));
}

#[test]
fn rows_that_the_server_numbered_are_named_by_its_numbers() {
    let keys = Keys::default();
    let shifted = self::keys();
    let shift = Shift {
        keys: &shifted,
        copy: 0,
    };
    keys.generated(shift, 0, (10, 55), 2);
    assert_eq!(
        query(&keys, 0, "DELETE FROM item WHERE id IN (10, 11, 12)"),
        "DELETE FROM item WHERE id IN (55, 56, 12)"
    );
}

#[test]
fn parameters_are_replaced_whatever_their_type_and_when_types_are_left_out() {
    let shifted = keys();
    let shift = Shift {
        keys: &shifted,
        copy: 2,
    };
    let mut statement = StatementKeys::of(b"INSERT INTO item (n, id) VALUES (?, ?)", 2, shift);
    let keys = Keys::default();
    let mut sent = |parameters: &[u8]| {
        let execute = Execute {
            statement_id: 1,
            flags: 0,
            iterations: 1,
            parameters,
        };
        let payload = Command::StmtExecute(execute).encode();
        let out = keys.in_execution(payload, &mut statement, shift, &|| 1, &mut |_, _| {});
        let execute = Execute::decode(&out[1..]).unwrap();
        execute.parameters(2, &[], |_| false).unwrap().values
    };
    // SHORT and LONG, then the same without types
    let typed = [0, 1, 2, 0, 3, 0, 9, 0, 5, 0, 0, 0];
    assert_eq!(sent(&typed), [Value::Int(9), Value::Unsigned(205)]);
    let untyped = [0, 0, 9, 0, 6, 0, 0, 0];
    assert_eq!(sent(&untyped), [Value::Int(9), Value::Unsigned(206)]);
    let texts = Parameters::of(vec![Value::Null, Value::Bytes(b"7".to_vec())]).encode();
    assert_eq!(sent(&texts), [Value::Null, Value::Bytes(b"207".to_vec())]);
    // as JavaScript has its numbers
    let doubles = Parameters::of(vec![Value::Double(7.0), Value::Double(8.0)]).encode();
    assert_eq!(sent(&doubles), [Value::Double(7.0), Value::Unsigned(208)]);
    for other in [8.5, -8.0, 1e300] {
        let doubles = Parameters::of(vec![Value::Null, Value::Double(other)]).encode();
        assert_eq!(sent(&doubles), [Value::Null, Value::Double(other)]);
    }
}
