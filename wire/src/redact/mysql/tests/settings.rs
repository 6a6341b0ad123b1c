//! Statements that write tables of settings: the name beside a value says whether it is a secret.

use super::*;

fn query(connection: &mut Connection, sql: &str) -> (Vec<u8>, Exchange) {
    let request = Command::Query(Query::plain(sql.as_bytes())).encode();
    let line: String = sql.chars().take(256).collect();
    let mut exchange = exchange(request, vec![], &line);
    exchange.operation = digest(sql.as_bytes());
    let (request, _, exchange) = connection.take(exchange);
    (request, exchange)
}

#[test]
fn a_value_is_known_by_its_name_in_each_statement_of_one_digest() {
    let mut connection = Connection::new();
    for (name, taken) in [
        ("site_url", false),
        ("smtp_password", true),
        ("lang", false),
    ] {
        let sql = format!("UPDATE settings SET value = 's3cret' WHERE name = '{name}'");
        let (request, exchange) = query(&mut connection, &sql);
        assert_eq!(holds(&request, b"s3cret"), !taken, "{name}");
        assert_eq!(exchange.summary.contains("s3cret"), !taken, "{name}");
        assert_eq!(exchange.flags.contains(Flags::REDACTED), taken, "{name}");
        assert_eq!(holds(&request, &pseudonym_of("s3cret")), taken, "{name}");
        assert!(holds(&request, name.as_bytes()));
    }
}

#[test]
fn a_line_that_ends_before_the_name_does_not_tell_the_value() {
    let note = "x".repeat(300);
    for sql in [
        format!("UPDATE s SET value = 's3cret', note = '{note}' WHERE name = 'token'"),
        format!("INSERT INTO s (value, note, name) VALUES ('s3cret', '{note}', 'token')"),
        format!(
            "INSERT INTO s (value, x, name) VALUES ('s3cret', {}, 'token')",
            "1 +".repeat(90)
        ),
    ] {
        let (request, exchange) = query(&mut Connection::new(), &sql);
        assert!(!holds(&request, b"s3cret"), "{sql}");
        assert!(!exchange.summary.contains("s3cret"), "{}", exchange.summary);
    }
}

#[test]
fn a_value_whose_name_was_not_captured_is_taken() {
    let sql = "UPDATE s SET value = 's3cret' WHERE id = 9";
    for (flags, taken) in [
        (Flags::empty(), false),
        (Flags::GAP_IN_REQUEST, true),
        (Flags::REQUEST_OVER_CAP, true),
    ] {
        let request = Command::Query(Query::plain(sql.as_bytes())).encode();
        let mut exchange = exchange(request, vec![], sql);
        exchange.flags = flags;
        let (request, _, exchange) = Connection::new().take(exchange);
        assert_eq!(holds(&request, b"s3cret"), !taken, "{flags:?}");
        assert_eq!(exchange.summary.contains("s3cret"), !taken, "{flags:?}");
    }
}

#[test]
fn parameters_are_known_by_the_names_they_are_sent_with() {
    let mut connection = Connection::new();
    connection.prepare(
        4,
        "INSERT INTO s (name, id, value) VALUES (?, ?, ?), (?, ?, ?)",
        6,
        &[],
    );
    let values = vec![
        text("smtp_password"),
        Value::Int(1),
        text("s3cret"),
        text("city"),
        Value::Int(2),
        text("Gent"),
    ];
    let (stored, _) = connection.execute(4, values.clone(), vec![]);
    let mut expected = values;
    expected[2] = Value::Bytes(pseudonym_of("s3cret"));
    assert_eq!(stored.values, expected);
    // A name in the statement's text, and an execution whose line is longer than what is kept of it.
    let sql = format!(
        "UPDATE s SET value = 's3cret', x = ?, note = '{}' WHERE name = 'token'",
        "x".repeat(300)
    );
    connection.prepare(5, &sql, 1, &[]);
    let mut execution = exchange(
        execute(5, &Parameters::of(vec![text("a")]).encode()),
        vec![],
        "",
    );
    execution.statement_id = Some(5);
    execution.summary = sql[..256].to_owned();
    let (_, _, execution) = connection.take(execution);
    assert!(
        !execution.summary.contains("s3cret"),
        "{}",
        execution.summary
    );
}

#[test]
fn rows_of_a_bulk_execution_are_known_by_their_names() {
    let mut connection = Connection::new();
    connection.prepare(4, "INSERT INTO s (value, name) VALUES (?, ?)", 2, &[]);
    let mut request = vec![0xFA];
    request.extend_from_slice(&4_u32.to_le_bytes());
    request.extend_from_slice(&128_u16.to_le_bytes());
    request.extend_from_slice(&[ColumnType::VAR_STRING.0, 0].repeat(2));
    for said in ["s3cret", "api_key", "Gent", "city"] {
        request.extend_from_slice(&[0, u8::try_from(said.len()).unwrap()]);
        request.extend_from_slice(said.as_bytes());
    }
    let (request, _, _) = connection.take(exchange(request, vec![], ""));
    let stored: Vec<&[u8]> = find_pseudonyms(&request).collect();
    assert_eq!(stored, [pseudonym_of("s3cret")]);
    assert!(request.ends_with(b"\0\x04Gent\0\x04city"));
}
