//! Parameters of prepared statements, however they are sent.

use super::*;

#[test]
fn parameters_of_secret_columns_are_replaced_as_they_are_in_text() {
    let mut connection = Connection::new();
    connection.prepare(
        4,
        "UPDATE s SET x = ?, token = ?, pin = ? WHERE id = ?",
        4,
        &[],
    );
    let values = vec![
        text("plain"),
        text("s3cret"),
        Value::Int(1234),
        Value::Int(9),
    ];
    let (stored, _) = connection.execute(4, values, vec![]);
    assert_eq!(stored.values[0], text("plain"));
    assert_eq!(stored.values[1], Value::Bytes(pseudonym_of("s3cret")));
    let Value::Int(pin) = stored.values[2] else {
        panic!()
    };
    assert!(pin != 1234 && (1_000..10_000).contains(&pin), "{pin}");
    assert_eq!(stored.values[3], Value::Int(9));
    // The same with its types left out, and after a long value sent ahead.
    let ahead = |data| Command::StmtSendLongData {
        statement_id: 4,
        parameter: 1,
        data,
    };
    let (first, _, _) = connection.take(exchange(ahead(b"s3cret").encode(), vec![], ""));
    assert_eq!(first[7..], pseudonym_of("s3cret"));
    let (second, _, _) = connection.take(exchange(ahead(b" and more").encode(), vec![], ""));
    assert!(second[7..].is_empty());
    let mut again = vec![0, 0];
    again.extend_from_slice(b"\x01y");
    again.extend_from_slice(&5_i64.to_le_bytes());
    again.extend_from_slice(&6_i64.to_le_bytes());
    let (request, _, _) = connection.take(exchange(execute(4, &again), vec![], ""));
    assert!(!holds(&request, &5_i64.to_le_bytes()) && holds(&request, &6_i64.to_le_bytes()));
}

#[test]
fn parameters_of_a_statement_that_was_not_seen_or_is_gone_are_blanked() {
    let mut connection = Connection::new();
    let parameters = Parameters::of(vec![text("s3cret")]).encode();
    let close = Command::StmtClose(4).encode();
    for before in [None, Some(close), Some(Command::ResetConnection.encode())] {
        if let Some(request) = before {
            connection.prepare(4, "SELECT ?", 1, &[]);
            let mut exchange = exchange(request, vec![], "");
            exchange.statement_id = Some(4);
            connection.take(exchange);
        }
        let (request, _, exchange) = connection.take(exchange(execute(4, &parameters), vec![], ""));
        assert!(!holds(&request, b"s3cret") && request.len() == 10 + parameters.len());
        assert!(exchange.flags.contains(Flags::REDACTED));
    }
}

#[test]
fn a_bulk_execution_is_replaced_row_by_row() {
    let mut connection = Connection::new();
    connection.prepare(4, "INSERT INTO s (id, token) VALUES (?, ?)", 2, &[]);
    let mut request = vec![0xFA];
    request.extend_from_slice(&4_u32.to_le_bytes());
    request.extend_from_slice(&128_u16.to_le_bytes());
    request.extend_from_slice(&[ColumnType::LONG.0, 0, ColumnType::VAR_STRING.0, 0]);
    for (id, token) in [(7_u32, "s3cret"), (8, "an0ther")] {
        request.push(0);
        request.extend_from_slice(&id.to_le_bytes());
        request.extend_from_slice(&[0, u8::try_from(token.len()).unwrap()]);
        request.extend_from_slice(token.as_bytes());
    }
    // The last row's token is NULL.
    request.extend_from_slice(&[0, 9, 0, 0, 0, 1]);
    let (request, _, _) = connection.take(exchange(request, vec![], ""));
    let stored: Vec<&[u8]> = find_pseudonyms(&request).collect();
    assert_eq!(stored, [pseudonym_of("s3cret"), pseudonym_of("an0ther")]);
    assert!(request.ends_with(&[0, 9, 0, 0, 0, 1]));
}
