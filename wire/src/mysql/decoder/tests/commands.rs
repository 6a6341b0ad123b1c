//! Every command and what a reply of its kind looks like on the wire.

use super::script::{BASE, Event, Script};
use crate::mysql::{
    AuthRequest, Capabilities, ChangeUser, ColumnDefinition, ColumnType, Command, Dialect,
    EofPacket, Execute, LONGEST_PACKET, MariadbCapabilities, OkPacket, PARAMETER_COUNT_AVAILABLE,
    Parameters, Progress, RowFormat, Status, Value, encode_binary_row, write_definitions,
    write_packet,
};
use crate::{Direction, Exchange, Flags, Limits};

const NO_MARIADB: MariadbCapabilities = MariadbCapabilities::empty();

/// A command by its bytes.
fn send(script: &mut Script, payload: &[u8]) {
    script.command(&Command::decode(payload, &Dialect::UNKNOWN).unwrap());
}

fn eof(status: Status) -> Vec<u8> {
    let warnings = 0;
    EofPacket { warnings, status }.encode()
}

fn operations(exchanges: &[Exchange]) -> Vec<&str> {
    exchanges.iter().map(|one| one.operation.as_str()).collect()
}

#[test]
fn commands_answered_by_ok_or_eof_are_told_by_their_names() {
    let mut script = Script::begun(BASE, NO_MARIADB);
    for payload in [
        &b"\x05shop"[..],
        b"\x06shop",
        b"\x07\x01",
        b"\x0c\x07\0\0\0",
        b"\x15\x01\0\0\0\0\0\0\xea\x0c\0\0\0\0\0\0\0\0",
        b"\x1a\x01\0\0\0",
    ] {
        send(&mut script, payload);
        script.ok();
    }
    for payload in [&b"\x08\0"[..], b"\x0d", b"\x1b\0\0"] {
        send(&mut script, payload);
        script.server(&[eof(Status::AUTOCOMMIT)]);
    }
    let (exchanges, decoder) = script.decode();
    assert_eq!(
        operations(&exchanges),
        [
            "COM_CREATE_DB",
            "COM_DROP_DB",
            "COM_REFRESH",
            "COM_PROCESS_KILL",
            "COM_REGISTER_SLAVE",
            "COM_STMT_RESET",
            "COM_SHUTDOWN",
            "COM_DEBUG",
            "COM_SET_OPTION",
        ]
    );
    assert!(exchanges.iter().all(|one| one.status == Some(0)));
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn columns_of_a_table_and_the_list_of_processes_are_read_to_their_end() {
    for capabilities in [BASE, BASE | Capabilities::DEPRECATE_EOF] {
        let mut script = Script::begun(capabilities, NO_MARIADB);
        let pattern = b"";
        script.command(&Command::FieldList {
            table: b"item",
            pattern,
        });
        let mut column = ColumnDefinition::new(b"id", ColumnType::LONG);
        column.default_value = Some(b"\xfb".to_vec());
        script.server(&[column.encode(), eof(Status::AUTOCOMMIT)]);
        send(&mut script, b"\x0a");
        script.rows(RowFormat::Text, 2);
        let (exchanges, decoder) = script.decode();
        assert_eq!(
            operations(&exchanges),
            ["COM_FIELD_LIST", "COM_PROCESS_INFO"]
        );
        assert_eq!(decoder.loss(), Default::default());
    }
}

#[test]
fn a_cursor_s_rows_are_fetched_by_commands_of_their_own() {
    for capabilities in [BASE, BASE | Capabilities::DEPRECATE_EOF] {
        let mut script = Script::begun(capabilities, NO_MARIADB);
        script
            .command(&Command::StmtPrepare(b"SELECT id FROM item"))
            .prepared(1, 0);
        script.command(&Command::StmtExecute(Execute {
            statement_id: 1,
            flags: crate::mysql::CURSOR_READ_ONLY,
            iterations: 1,
            parameters: &[],
        }));
        let columns = [ColumnDefinition::new(b"id", ColumnType::LONGLONG)];
        let (mut reply, mut sequence) = (Vec::new(), 1);
        write_packet(&mut reply, &mut sequence, &[1]);
        let cursor = Status::CURSOR_EXISTS;
        write_definitions(&mut reply, &mut sequence, &script.dialect, &columns, cursor);
        let deprecated = capabilities.contains(Capabilities::DEPRECATE_EOF);
        let end = |status| match deprecated {
            false => eof(status),
            true => OkPacket {
                status,
                ..OkPacket::default()
            }
            .encode_as_terminator(),
        };
        if deprecated {
            write_packet(&mut reply, &mut sequence, &end(cursor));
        }
        script.events.push(Event::Bytes(Direction::ToClient, reply));
        script.command(&Command::StmtFetch {
            statement_id: 1,
            rows: 2,
        });
        let row = encode_binary_row(&[Value::Int(-2)], &columns);
        script.server(&[row.clone(), row, end(cursor | Status::LAST_ROW_SENT)]);
        let (exchanges, decoder) = script.decode();
        assert_eq!(exchanges.len(), 3);
        assert_eq!(exchanges[2].summary, "COM_STMT_FETCH SELECT id FROM item");
        assert_eq!(decoder.loss(), Default::default());
    }
}

#[test]
fn long_data_has_no_answer_and_a_bulk_execution_has_results_by_row() {
    let mut script = Script::begun(BASE, MariadbCapabilities::BULK_UNIT_RESULTS);
    script
        .command(&Command::StmtPrepare(b"INSERT INTO item VALUES (?)"))
        .prepared(2, 1);
    for data in [&b"front"[..], b"rest"] {
        script.command(&Command::StmtSendLongData {
            statement_id: 2,
            parameter: 0,
            data,
        });
    }
    send(&mut script, b"\xfa\x02\0\0\0\xc0\0\xfd\0\0\x03one\0\x03two");
    script.rows(RowFormat::Binary, 2);
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    let pieces = &exchanges[1..3];
    assert!(
        pieces
            .iter()
            .all(|one| one.flags.contains(Flags::NO_ANSWER_EXPECTED))
    );
    assert_eq!(exchanges[3].statement_id, Some(2));
    assert!(exchanges[3].summary.contains("INSERT INTO item"));
    assert_eq!(exchanges[4].operation, "COM_PING");
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn a_call_s_results_and_out_parameters_are_one_reply() {
    let mut script = Script::begun(BASE | Capabilities::PS_MULTI_RESULTS, NO_MARIADB);
    script
        .command(&Command::StmtPrepare(b"CALL both(@b)"))
        .prepared(1, 0);
    send(&mut script, b"\x17\x01\0\0\0\0\x01\0\0\0");
    let columns = [ColumnDefinition::new(b"b", ColumnType::LONGLONG).encode()];
    let row = encode_binary_row(
        &[Value::Int(7)],
        &[ColumnDefinition::new(b"b", ColumnType::LONGLONG)],
    );
    let more = Status::MORE_RESULTS;
    let out = more | Status::OUT_PARAMETERS;
    let mut packets = Vec::new();
    for status in [more, out] {
        packets.extend([
            vec![1],
            columns[0].clone(),
            eof(status),
            row.clone(),
            eof(status),
        ]);
    }
    packets.push(OkPacket::default().encode());
    script.server(&packets);
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    assert_eq!(exchanges.len(), 3);
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn progress_reports_come_before_the_reply_and_do_not_begin_it() {
    let mut script = Script::begun(BASE, MariadbCapabilities::PROGRESS);
    script.query("ALTER TABLE item FORCE");
    let report = Progress {
        stage: 1,
        stages: 2,
        progress: 50_000,
        text: b"copy to tmp table".to_vec(),
    };
    script.server(&[report.encode(), report.encode()]).ok();
    let (exchanges, _) = script.decode();
    assert_eq!(exchanges[0].status, Some(0));
    assert_eq!(exchanges[0].latency_us(), Some(200));
    assert_eq!(
        exchanges[0].times.response_first,
        exchanges[0].times.response_last
    );
}

#[test]
fn keys_and_passwords_of_a_login_are_not_commands() {
    let mut script = Script::begun(BASE, NO_MARIADB);
    let ok = script.events.pop().unwrap();
    let more = |data: &[u8]| AuthRequest::More(data.to_vec()).encode();
    let switch = AuthRequest::Switch {
        plugin: b"caching_sha2_password".to_vec(),
        data: vec![7; 20],
    };
    // Full authentication: the client asks for the key, then sends the password encrypted with it.
    script.sequence_from(2);
    script.server(&[switch.encode()]).client(&[9; 32]);
    script.server(&[more(&[4])]).client(&[2]);
    script.server(&[more(b"-----BEGIN PUBLIC KEY-----")]);
    script.client(&[3; 256]);
    script.events.push(ok);
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    assert_eq!(operations(&exchanges), ["COM_PING"]);
    let session = decoder.session();
    assert_eq!(session.plugin.as_deref(), Some("caching_sha2_password"));
    assert_eq!(session.authenticated, Some(true));
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn keys_and_passwords_of_a_change_of_user_are_part_of_it() {
    let mut script = Script::begun(BASE, NO_MARIADB);
    let change = ChangeUser {
        user: b"shop".to_vec(),
        auth_response: vec![1; 32],
        database: b"shop".to_vec(),
        charset: Some(45),
        plugin: Some(b"caching_sha2_password".to_vec()),
        tail: Vec::new(),
    };
    script.command(&Command::ChangeUser(&change.encode()));
    script.server(&[vec![1, 4]]).client(&[2]);
    script
        .server(&[b"\x01-----BEGIN".to_vec()])
        .client(&[3; 256]);
    script.ok();
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    assert_eq!(operations(&exchanges), ["COM_CHANGE_USER", "COM_PING"]);
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn attributes_of_an_execution_come_after_its_parameters() {
    let both = BASE | Capabilities::QUERY_ATTRIBUTES;
    let mut script = Script::begun(both, NO_MARIADB);
    script
        .command(&Command::StmtPrepare(
            b"SELECT id, name FROM item WHERE id = ?",
        ))
        .prepared(1, 1);
    // Two values for one parameter: the second is the attribute `trace`.
    let parameters = b"\x02\0\x01\x08\0\0\xfe\0\x05trace\x07\0\0\0\0\0\0\0\x03abc";
    script.command(&Command::StmtExecute(Execute {
        statement_id: 1,
        flags: PARAMETER_COUNT_AVAILABLE,
        iterations: 1,
        parameters,
    }));
    script.rows(RowFormat::Binary, 1);
    let (exchanges, decoder) = script.decode();
    let payload = exchanges[1].request.clone().unwrap().bytes;
    let Ok(Command::StmtExecute(execute)) = Command::decode(&payload, decoder.dialect()) else {
        panic!("not an execute");
    };
    let read = execute.parameters(1, &[], |_| false).unwrap();
    assert_eq!(read.values, [Value::Int(7), Value::Bytes(b"abc".to_vec())]);
    assert_eq!(read.types.len(), 2);
    assert_eq!(Parameters::default().values.len(), 0);
}

#[test]
fn payloads_of_16_mib_and_more_are_joined_and_their_numbers_go_on() {
    for length in [LONGEST_PACKET, LONGEST_PACKET + 5] {
        let mut script = Script::begun(BASE, NO_MARIADB);
        let sql = [b"INSERT INTO t VALUES ('", &vec![b'x'; length - 24][..]].concat();
        let request = Command::Query(crate::mysql::Query::plain(&sql)).encode();
        assert_eq!(request.len(), length);
        send(&mut script, &request);
        script.ok();
        script.query("SELECT name FROM t");
        let mut row = Vec::new();
        crate::mysql::fields::put_string(&mut row, &vec![b'y'; length - 9]);
        assert_eq!(row.len(), length - 5);
        row.extend_from_slice(&[b'z'; 5]);
        let column = ColumnDefinition::new(b"name", ColumnType::BLOB).encode();
        let (before, after) = (eof(Status::AUTOCOMMIT), eof(Status::AUTOCOMMIT));
        script.server(&[vec![1], column, before, row, after]);
        script.command(&Command::Ping).ok();
        let limits = Limits {
            body_cap: 1 << 16,
            ..Limits::default()
        };
        let (exchanges, decoder) = script.decode_with(&limits, 1 << 20, false);
        assert_eq!(exchanges.len(), 3);
        assert_eq!(
            exchanges[0].request.as_ref().unwrap().wire_len,
            length as u64
        );
        assert!(exchanges[1].response.as_ref().unwrap().wire_len > length as u64);
        assert!(exchanges.iter().all(|one| one.status == Some(0)));
        let loss = decoder.loss();
        assert_eq!((loss.over_cap, loss.undecodable_bytes), (2, 0));
    }
}

#[test]
fn a_result_without_its_definitions_is_read_like_one_with_them() {
    let mysql = (
        Capabilities::OPTIONAL_RESULTSET_METADATA,
        NO_MARIADB,
        [0, 1],
    );
    let mariadb = (
        Capabilities::empty(),
        MariadbCapabilities::CACHE_METADATA,
        [1, 0],
    );
    for (flag, mariadb, count) in [mysql, mariadb] {
        // A MariaDB server leaves this flag out to say what it is.
        let kind = match mariadb.is_empty() {
            true => Capabilities::empty(),
            false => Capabilities::LONG_PASSWORD,
        };
        let both = (BASE | Capabilities::DEPRECATE_EOF | flag) - kind;
        let mut script = Script::begun(both, mariadb);
        send(&mut script, b"\x17\x01\0\0\0\0\x01\0\0\0");
        let columns = [ColumnDefinition::new(b"id", ColumnType::LONGLONG)];
        let row = encode_binary_row(&[Value::Int(1)], &columns);
        let end = OkPacket::default().encode_as_terminator();
        script.server(&[count.to_vec(), row.clone(), row, end]);
        script.command(&Command::Ping).ok();
        let (exchanges, decoder) = script.decode();
        assert_eq!(exchanges.len(), 2);
        assert_eq!(exchanges[0].status, Some(0));
        assert_eq!(decoder.loss(), Default::default());
    }
}

#[test]
fn compressed_connections_are_read_from_their_middle_on() {
    let mut script = Script::amid(Dialect::UNKNOWN);
    let long = format!(
        "SELECT id, name FROM item WHERE name = '{}'",
        "x".repeat(300)
    );
    script.query("SELECT 1").rows(RowFormat::Text, 3);
    script.query(&long).rows(RowFormat::Text, 90);
    script.command(&Command::Ping).ok();
    let error = crate::mysql::ErrPacket {
        code: 4031,
        sql_state: None,
        message: b"The client was disconnected".to_vec(),
    };
    script.sequence_from(0);
    script.server(&[error.encode()]);
    for zstd in [false, true] {
        let mut packed = script.clone();
        for event in &mut packed.events {
            if let Event::Bytes(direction, bytes) = event {
                let first = u8::from(*direction == Direction::ToClient);
                *bytes = frames_of(bytes, first, zstd);
            }
        }
        let (exchanges, decoder) = packed.decode_amid();
        let statuses: Vec<_> = exchanges.iter().map(|one| one.status).collect();
        assert_eq!(statuses, [Some(0), Some(0), Some(0), Some(4031)]);
        assert_eq!(decoder.loss().undecodable_bytes, 0);
    }
}

/// Bytes in frames of at most 400 bytes, packets crossing them; short ones are stored as they are.
fn frames_of(bytes: &[u8], first: u8, zstd: bool) -> Vec<u8> {
    let mut out = Vec::new();
    for (sequence, part) in (first..).zip(bytes.chunks(400)) {
        let packed = match (part.len() < 50, zstd) {
            (true, _) => part.to_vec(),
            (false, true) => zstd::encode_all(part, 3).unwrap(),
            (false, false) => {
                let level = flate2::Compression::default();
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
                std::io::Write::write_all(&mut encoder, part).unwrap();
                encoder.finish().unwrap()
            }
        };
        let unpacked = if part.len() < 50 { 0 } else { part.len() };
        for (length, number) in [(packed.len(), Some(sequence)), (unpacked, None)] {
            out.extend(u32::try_from(length).unwrap().to_le_bytes().iter().take(3));
            out.extend(number);
        }
        out.extend(packed);
    }
    out
}
