//! Parameters of prepared statements, however they are sent.

use super::*;
use crate::mysql::Date;

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
fn attributes_of_an_execution_are_replaced_by_their_names() {
    let mut connection = Connection::new();
    connection.prepare(4, "SELECT 1 FROM s WHERE x = ?", 1, &[]);
    let request = |attribute: &[u8]| {
        let mut out = b"\x17\x04\0\0\0\x08\x01\0\0\0\x02\0\x01\xFE\0\0\xFE\0\x09api_token".to_vec();
        for value in [b"plain", attribute] {
            out.push(value.len().to_le_bytes()[0]);
            out.extend_from_slice(value);
        }
        out
    };
    let (redacted, _, _) = connection.take(exchange(request(b"s3cret"), vec![], ""));
    assert_eq!(redacted, request(&pseudonym_of("s3cret")));
}

#[test]
fn texts_of_a_statement_that_was_not_seen_or_is_gone_are_replaced_numbers_and_dates_stay() {
    let date = Value::Date(Date {
        year: 2026,
        ..Date::default()
    });
    let values = vec![
        text("s3cret"),
        Value::Int(-7),
        date,
        text("2026-11-21 22:00:00"),
        text("ada@shop.example"),
        Value::Null,
        text("4711"),
        Value::Double(9.5),
    ];
    let mut connection = Connection::new();
    let close = Command::StmtClose(4).encode();
    for before in [None, Some(close), Some(Command::ResetConnection.encode())] {
        if let Some(request) = before {
            connection.prepare(4, "SELECT ?", 8, &[]);
            let mut exchange = exchange(request, vec![], "");
            exchange.statement_id = Some(4);
            connection.take(exchange);
        }
        let (stored, _) = connection.execute(4, values.clone(), vec![]);
        assert_eq!(stored.values[0], Value::Bytes(pseudonym_of("s3cret")));
        for kept in [1, 2, 3, 5, 7] {
            assert_eq!(stored.values[kept], values[kept], "parameter {kept}");
        }
        let shaped = |place: usize| match &stored.values[place] {
            Value::Bytes(bytes) => String::from_utf8(bytes.clone()).unwrap(),
            other => panic!("{other:?}"),
        };
        assert!(shaped(4).ends_with("@rp.test"), "{}", shaped(4));
        let digits = shaped(6);
        assert!(
            digits != "4711" && digits.len() == 4 && digits.parse::<u16>().is_ok(),
            "{digits}"
        );
    }
}

#[test]
fn a_statement_that_was_not_seen_is_read_by_the_types_that_an_execution_before_sent() {
    let mut connection = Connection::new();
    connection.execute(4, vec![Value::Int(1), text("first")], vec![]);
    let mut again = vec![0, 0];
    again.extend_from_slice(&2_i64.to_le_bytes());
    again.extend_from_slice(b"\x06s3cret");
    let (request, _, _) = connection.take(exchange(execute(4, &again), vec![], ""));
    let pseudonym = pseudonym_of("s3cret");
    assert!(request.ends_with(&pseudonym) && holds(&request, &2_i64.to_le_bytes()));
    // Without them nobody knows where its texts are.
    let (request, _, taken) = connection.take(exchange(execute(5, &again), vec![], ""));
    assert_eq!(request[10..], [0; 17]);
    assert!(taken.flags.contains(Flags::REDACTED));
    // Nor what is left when a part of it came ahead.
    let ahead = Command::StmtSendLongData {
        statement_id: 6,
        parameter: 0,
        data: b"s3cret",
    };
    for expected in [pseudonym, vec![]] {
        let (piece, _, _) = connection.take(exchange(ahead.encode(), vec![], ""));
        assert_eq!(piece[7..], expected);
    }
    let parameters = Parameters::of(vec![Value::LongData, text("s3cret")]).encode();
    let (request, _, _) = connection.take(exchange(execute(6, &parameters), vec![], ""));
    assert!(request[10..].iter().all(|byte| *byte == 0));
}

#[test]
fn a_number_of_a_statement_that_was_not_seen_goes_where_something_takes_it() {
    const CARD: i64 = 4_111_111_111_111_111;
    let mut connection = Connection::new();
    // A detector knows it.
    let (stored, _) = connection.execute(4, vec![Value::Int(CARD), Value::Int(42)], vec![]);
    assert!(matches!(stored.values[0], Value::Int(card) if card != CARD));
    assert_eq!(stored.values[1], Value::Int(42));
    // Another statement with as many parameters has a secret there.
    connection.prepare(9, "UPDATE s SET pin = ? WHERE id = ?", 2, &[]);
    let (stored, _) = connection.execute(4, vec![Value::Int(1234), Value::Int(42)], vec![]);
    assert!(matches!(stored.values[0], Value::Int(pin) if pin != 1234));
    assert_eq!(stored.values[1], Value::Int(42));
    // A rule that somebody wrote takes numbers, and may mean this one.
    for (numbers, stays) in [("", false), ("numbers = false", true)] {
        let rules = format!("[[rule]]\nname = \"own\"\ncolumn = [\"ssn\"]\n{numbers}");
        let mut connection = Connection(Redactor::new(
            &RedactionKey::new([7; 32]),
            &Rules::parse(&rules).unwrap(),
        ));
        let (stored, _) = connection.execute(4, vec![Value::Int(42)], vec![]);
        assert_eq!(stored.values[0] == Value::Int(42), stays, "{rules}");
    }
}

#[test]
fn an_error_does_not_repeat_a_parameter_of_a_statement_that_was_not_seen() {
    let error = ErrPacket {
        code: 1062,
        sql_state: Some(*b"23000"),
        message: b"Duplicate entry 's3cret' for key 'name'".to_vec(),
    };
    let mut reply = Vec::new();
    write_packet(&mut reply, &mut 1, &error.encode());
    let (_, reply) = Connection::new().execute(4, vec![text("s3cret")], reply);
    assert!(!holds(&reply, b"s3cret") && holds(&reply, &pseudonym_of("s3cret")));
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
