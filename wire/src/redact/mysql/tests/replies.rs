//! Rows, errors and files: what replies hold, and that their packets stay readable.

use super::*;

#[test]
fn columns_of_secrets_are_replaced_in_rows_of_both_protocols_with_their_packets() {
    let columns = [
        ColumnDefinition::new(b"id", ColumnType::LONG),
        ColumnDefinition {
            org_name: b"session_token".to_vec(),
            ..ColumnDefinition::new(b"t", ColumnType::VAR_STRING)
        },
        ColumnDefinition::new(b"cvv", ColumnType::SHORT),
        ColumnDefinition::new(b"note", ColumnType::VAR_STRING),
    ];
    let row = |token: Value| {
        vec![
            Value::Int(7),
            token,
            Value::Int(123),
            text("4111111111111111"),
        ]
    };
    let rows = [
        row(text("s3cret")),
        row(Value::Null),
        row(text(&"x".repeat(300))),
    ];
    for (format, command) in [
        (
            RowFormat::Text,
            Command::Query(Query::plain(b"SELECT * FROM s")).encode(),
        ),
        (RowFormat::Binary, execute(4, &[])),
    ] {
        let reply = result(format, &columns, &rows);
        let mut connection = Connection::new();
        connection.prepare(4, "SELECT * FROM s", 0, &columns);
        let mut whole = exchange(command.clone(), reply.clone(), "");
        whole.statement_id = Some(4);
        let (_, after, _) = connection.take(whole);
        let (old, new) = (packets(&reply), packets(&after));
        assert_eq!(old.len(), new.len());
        let is_row = |at: usize| (6..9).contains(&at);
        for (at, (old, new)) in old.iter().zip(&new).enumerate() {
            assert_eq!(old != new, is_row(at), "packet {at}");
        }
        let token = |payload: &[u8]| match format {
            RowFormat::Text => decode_text_row(payload, 4).unwrap()[1].map(<[u8]>::to_vec),
            RowFormat::Binary => decode_binary_row(payload, &columns).unwrap()[1].to_text(),
        };
        assert_eq!(token(&new[6]), Some(pseudonym_of("s3cret")));
        assert_eq!(token(&new[7]), None);
        for secret in [
            &b"s3cret"[..],
            b"4111111111111111",
            &[b'x'; 300],
            b"\x03123",
        ] {
            assert!(!holds(&after, secret));
        }
        // What is cut within a row keeps the rows before it.
        let cut = reply.len() - 40;
        let mut partial = exchange(command, reply[..cut].to_vec(), "");
        partial.statement_id = Some(4);
        let (_, after, exchange) = connection.take(partial);
        assert!(!holds(&after, b"s3cret") && !holds(&after, b"xxxx"));
        assert!(exchange.flags.contains(Flags::RESPONSE_TRUNCATED));
    }
}

#[test]
fn settings_are_replaced_by_what_stands_beside_them() {
    let columns = [b"option_value".as_slice(), b"option_name", b"autoload"]
        .map(|name| ColumnDefinition::new(name, ColumnType::VAR_STRING));
    let rows = [
        vec![text("s3cret"), text("mail/smtp_password"), text("yes")],
        vec![text("blue"), text("colour"), text("yes")],
        vec![Value::Null, text("api_token"), Value::Null],
        vec![
            text("no secret"),
            text("password rules of the house"),
            text("no"),
        ],
    ];
    for (format, command) in [
        (
            RowFormat::Text,
            Command::Query(Query::plain(b"SELECT * FROM options")).encode(),
        ),
        (RowFormat::Binary, execute(4, &[])),
    ] {
        let mut connection = Connection::new();
        connection.prepare(4, "SELECT * FROM options", 0, &columns);
        let reply = result(format, &columns, &rows);
        let (_, after, _) = connection.take(exchange(command, reply.clone(), ""));
        let mut expected = rows.clone();
        expected[0][0] = Value::Bytes(pseudonym_of("s3cret"));
        assert_eq!(after, result(format, &columns, &expected));
    }
}

#[test]
fn rows_that_leave_out_their_columns_are_read_by_those_told_before() {
    let columns = [ColumnDefinition::new(b"token", ColumnType::VAR_STRING)];
    let mut connection = Connection::new();
    connection.prepare(4, "SELECT token FROM s", 0, &columns);
    let mut reply = Vec::new();
    let mut sequence = 1;
    // The count, the byte that says no definitions follow, and an end of them.
    write_packet(&mut reply, &mut sequence, &[1, 0]);
    write_packet(&mut reply, &mut sequence, &[0xFE, 0, 0, 2, 0]);
    write_packet(
        &mut reply,
        &mut sequence,
        &encode_binary_row(&[text("s3cret")], &columns),
    );
    write_packet(&mut reply, &mut sequence, &[0xFE, 0, 0, 2, 0]);
    let mut exchange = exchange(execute(4, &[]), reply, "");
    exchange.statement_id = Some(4);
    let (_, reply, _) = connection.take(exchange);
    assert!(!holds(&reply, b"s3cret") && holds(&reply, &pseudonym_of("s3cret")));
    assert_eq!(packets(&reply).len(), 4);
}

#[test]
fn a_value_that_comes_to_cross_the_longest_packet_moves_the_numbers_after_it() {
    let columns = [
        ColumnDefinition::new(b"token", ColumnType::VAR_STRING),
        ColumnDefinition::new(b"filler", ColumnType::BLOB),
    ];
    // With the pseudonym the row is longer than one packet can be.
    let filler = Value::Bytes(vec![b'.'; LONGEST_PACKET - 10]);
    let reply = result(
        RowFormat::Text,
        &columns,
        &[vec![text("a"), filler], vec![text("b"), text("c")]],
    );
    let request = Command::Query(Query::plain(b"SELECT * FROM s")).encode();
    let (_, after, _) = redacted(Rules::default(), exchange(request, reply.clone(), ""));
    let (old, new) = (packets(&reply), packets(&after));
    assert_eq!(old.len(), new.len());
    assert!(new[4].len() > LONGEST_PACKET && old[4].len() < LONGEST_PACKET);
}

#[test]
fn a_file_that_is_loaded_into_a_secret_column_is_left_out_and_any_other_looked_at() {
    let card = "4111111111111111";
    let file = format!("7,s3cret,{card}\n");
    for (columns, kept) in [("id, token, note", false), ("id, name, note", true)] {
        let sql =
            format!("LOAD DATA LOCAL INFILE 'f' INTO TABLE s FIELDS TERMINATED BY ',' ({columns})");
        let mut reply = Vec::new();
        let mut sequence = 1;
        write_packet(&mut reply, &mut sequence, b"\xfbf");
        for piece in [&file.as_bytes()[..12], &file.as_bytes()[12..], b""] {
            write_packet(&mut reply, &mut sequence, piece);
        }
        write_packet(&mut reply, &mut sequence, &OkPacket::default().encode());
        let request = Command::Query(Query::plain(sql.as_bytes())).encode();
        let mut connection = Connection::new();
        for _ in 0..2 {
            let mut exchange = exchange(request.clone(), reply.clone(), &sql);
            exchange.operation = digest(sql.as_bytes());
            let (request, reply, exchange) = connection.take(exchange);
            assert_eq!(holds(&reply, b"s3cret"), kept);
            assert!(!holds(&reply, card.as_bytes()) && exchange.flags.contains(Flags::REDACTED));
            packets(&reply);
            let files = sent_files(&request, &reply, &Dialect::UNKNOWN);
            assert_eq!(files[0].len(), if kept { file.len() } else { 0 });
            assert_eq!(
                summarise_reply(&request, &reply, &Dialect::UNKNOWN).results,
                1
            );
        }
        let cut = exchange(request, reply[..reply.len() - 20].to_vec(), &sql);
        let (_, reply, _) = connection.take(cut);
        assert!(!holds(&reply, card.as_bytes()) && holds(&reply, b"s3cret") == kept);
    }
}

#[test]
fn documents_and_columns_with_names_in_a_file_that_is_loaded_hold_no_secrets() {
    for (file, stays) in [
        (
            "7\t{\"a\":1,\"password\":\"s3cret\"}\n8\t{\"b\":2}\n",
            "8\t{\"b\":2}\n",
        ),
        ("id,password,note\n7,s3cret,ok\n8,s3cret,ok\n", ",ok\n"),
    ] {
        let sql = "LOAD DATA LOCAL INFILE 'f' INTO TABLE s";
        let mut reply = Vec::new();
        let mut sequence = 1;
        for packet in [
            b"\xfbf",
            file.as_bytes(),
            b"",
            &OkPacket::default().encode(),
        ] {
            write_packet(&mut reply, &mut sequence, packet);
        }
        let request = Command::Query(Query::plain(sql.as_bytes())).encode();
        let (request, reply, _) = redacted(Rules::default(), exchange(request, reply, sql));
        let files = sent_files(&request, &reply, &Dialect::UNKNOWN);
        let file = String::from_utf8(files[0].clone()).unwrap();
        assert!(!file.contains("s3cret") && file.contains("rp_"), "{file}");
        assert!(file.ends_with(stays), "{file}");
        packets(&reply);
    }
}

/// A reply of rows with a secret column, its bytes at a hole read as zeros.
fn with_hole(hole: std::ops::Range<usize>, unread: bool) -> (Vec<u8>, Exchange) {
    let columns = [
        ColumnDefinition::new(b"password", ColumnType::VAR_STRING),
        ColumnDefinition::new(b"id", ColumnType::VAR_STRING),
    ];
    let rows: Vec<Vec<Value>> = (0..20)
        .map(|row| vec![text(&format!("s3cret-{row}")), text("7")])
        .collect();
    let mut reply = result(RowFormat::Text, &columns, &rows);
    let end = hole.end.min(reply.len());
    if unread {
        reply.drain(hole.start.min(end)..end);
    } else {
        reply[hole.start.min(end)..end].fill(0);
    }
    let request = Command::Query(Query::plain(b"SELECT password, id FROM users")).encode();
    let mut exchange = exchange(request, reply, "");
    exchange.flags = Flags::GAP_IN_RESPONSE;
    let (_, reply, exchange) = redacted(Rules::default(), exchange);
    (reply, exchange)
}

#[test]
fn rows_around_a_hole_hold_no_secrets_wherever_the_hole_is() {
    for start in (0..500).step_by(3) {
        for length in [4, 17, 100] {
            for unread in [false, true] {
                let (reply, _) = with_hole(start..start + length, unread);
                assert!(!holds(&reply, b"s3cret"), "{start} {length} {unread}");
            }
        }
    }
    let (_, exchange) = with_hole(0..30, false);
    assert!(exchange.flags.contains(Flags::RESPONSE_TRUNCATED));
}

#[test]
fn rows_of_a_statement_that_was_not_seen_keep_their_number_only() {
    let columns = [ColumnDefinition::new(b"password", ColumnType::VAR_STRING)];
    let rows = [vec![text("s3cret")], vec![text("s3cret-2")]];
    let whole = result(RowFormat::Binary, &columns, &rows);
    // MariaDB leaves out the definitions that its client has
    let mut reply = Vec::new();
    let mut sequence = 1;
    for packet in std::iter::once(vec![1, 0]).chain(packets(&whole).into_iter().skip(3)) {
        write_packet(&mut reply, &mut sequence, &packet);
    }
    let mut exchange = exchange(execute(9, &[]), reply, "");
    exchange.statement_id = Some(9);
    let request = exchange.request.clone().unwrap().bytes;
    let (_, reply, _) = redacted(Rules::default(), exchange);
    assert!(!holds(&reply, b"s3cret"));
    assert_eq!(summarise_reply(&request, &reply, &Dialect::UNKNOWN).rows, 2);
}
