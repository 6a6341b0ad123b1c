//! What a reader of an exchange is shown, and what is left out.

use std::io::Write as _;

use reprise_store::{NewConnection, NewRecording, Store, Totals};
use reprise_wire::mysql::{
    ColumnDefinition, ColumnType, Command as WireCommand, Dialect, Execute, Parameters, PrepareOk,
    Query, RowFormat, Status, Value, write_packet, write_result_set,
};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Timestamp};

use super::*;

/// An exchange: request, answer, what names it, its prepared statement.
type Told<'a> = (&'a [u8], &'a [u8], &'a str, Option<u32>);

/// A library of one recording, `r`, with one connection of these exchanges.
fn library(protocol: Protocol, exchanges: &[Told<'_>]) -> (tempfile::TempDir, Library) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("t.reprise")).unwrap();
    let started_at = Timestamp::from_micros(1_700_000_000_000_000);
    let new = NewRecording {
        name: "r".to_owned(),
        source: "test".to_owned(),
        started_at,
    };
    let writer = store.create_recording(&new).unwrap();
    let opened = NewConnection {
        client: "10.0.0.1:40000".parse().unwrap(),
        server: "10.0.0.2:80".parse().unwrap(),
        opened: started_at,
        midstream: false,
    };
    let connection = writer.add_connection(&opened).unwrap();
    for (request, answer, summary, statement_id) in exchanges {
        let payload = |bytes: &[u8]| Payload {
            wire_len: bytes.len() as u64,
            bytes: bytes.to_vec(),
        };
        let mut exchange = Exchange {
            protocol,
            request: Some(payload(request)),
            response: Some(payload(answer)),
            times: ExchangeTimes {
                request_first: started_at,
                request_last: started_at,
                response_first: Some(started_at.plus_nanos(200_000)),
                response_last: Some(started_at.plus_nanos(900_000)),
            },
            operation: (*summary).to_owned(),
            summary: (*summary).to_owned(),
            status: Some(200),
            flags: Flags::empty(),
            statement_id: *statement_id,
        };
        writer.add_exchange(connection, &mut exchange).unwrap();
    }
    writer.finish(&Totals::default()).unwrap();
    (folder, Library { store })
}

fn http_of(side: Option<&ExchangeSide>) -> &HttpMessage {
    match side.map(|side| &side.kind) {
        Some(SideKind::Http(message)) => message,
        other => panic!("a message, not {other:?}"),
    }
}

#[test]
fn a_message_is_its_line_its_fields_and_its_decoded_content() {
    let mut gzip = stored_gzip(b"{\"a\":1}");
    let mut answer =
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n\
        Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\n"
            .to_vec();
    answer.append(&mut gzip);
    let request = b"GET /a?b=c HTTP/1.1\r\nHost: shop\r\n\r\n";
    let (_folder, library) = library(Protocol::Http, &[(request, &answer, "GET /a", None)]);
    let reading = library.reading("r", 1).unwrap();
    assert_eq!(
        http_of(reading.request.as_ref()).start,
        "GET /a?b=c HTTP/1.1"
    );
    let message = http_of(reading.answer.as_ref());
    let names: Vec<&str> = message.fields.iter().map(|field| &*field.name).collect();
    assert_eq!(
        names,
        [
            "Content-Type",
            "Content-Encoding",
            "Set-Cookie",
            "Set-Cookie"
        ]
    );
    assert_eq!(message.content.text.as_deref(), Some("{\"a\":1}"));
    assert_eq!((message.content.bytes, message.content.is_whole), (7, true));

    let of = |decoded| BytesOf {
        answer: true,
        decoded,
    };
    let piece = library.exchange_bytes("r", 1, of(true), 2, 3).unwrap();
    assert_eq!((piece.bytes.as_slice(), piece.total), (&b"a\":"[..], 7));
    let sent = library.exchange_bytes("r", 1, of(false), 0, 8).unwrap();
    assert_eq!(sent.bytes, b"HTTP/1.1");
    assert_eq!(sent.total, answer.len() as u64);
    let beyond = library
        .exchange_bytes("r", 1, of(false), 1 << 40, 8)
        .unwrap();
    assert_eq!(beyond.bytes, b"");
}

#[test]
fn what_is_long_is_cut_and_said_to_be() {
    let long = "x".repeat(1 << 20);
    let answer =
        format!("HTTP/1.1 200 OK\r\nX-Long: {long}\r\nContent-Type: text/plain\r\n\r\n{long}");
    let request = b"GET / HTTP/1.1\r\n\r\n";
    let (_folder, library) = library(
        Protocol::Http,
        &[(request, answer.as_bytes(), "GET /", None)],
    );
    let reading = library.reading("r", 1).unwrap();
    let message = http_of(reading.answer.as_ref());
    let field = message.fields.first().unwrap();
    assert_eq!(field.value.len() as u64 + field.cut_bytes, 1 << 20);
    assert!(field.cut_bytes > 0 && !message.content.is_whole);
    assert_eq!(message.content.bytes, 1 << 20);
}

#[test]
fn content_that_cannot_be_decoded_says_why_and_keeps_its_bytes() {
    let answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: secret\r\n\r\nabc";
    let request = b"GET / HTTP/1.1\r\n\r\n";
    let (_folder, library) = library(Protocol::Http, &[(request, answer, "GET /", None)]);
    let reading = library.reading("r", 1).unwrap();
    let content = &http_of(reading.answer.as_ref()).content;
    assert!(
        content
            .problem
            .as_ref()
            .unwrap()
            .contains("\"secret\" is unknown")
    );
    assert_eq!((content.bytes, &content.text), (3, &None));
    let of = BytesOf {
        answer: true,
        decoded: true,
    };
    let refused = library.exchange_bytes("r", 1, of, 0, 10).unwrap_err();
    assert!(refused.to_string().contains("as it was sent"), "{refused}");
}

#[test]
fn rows_of_a_query_are_texts() {
    let columns = [
        ColumnDefinition::new(b"id", ColumnType::LONG),
        ColumnDefinition::new(b"picture", ColumnType::BLOB),
    ];
    let rows = [
        vec![Value::Int(7), Value::Bytes(vec![0xff, 0])],
        vec![Value::Int(8), Value::Null],
    ];
    let (mut reply, mut sequence) = (Vec::new(), 1);
    let dialect = Dialect::UNKNOWN;
    let status = Status::AUTOCOMMIT;
    write_result_set(
        &mut reply,
        &mut sequence,
        &dialect,
        RowFormat::Text,
        &columns,
        &rows,
        status,
    );
    let command = WireCommand::Query(Query::plain(b"SELECT id, picture FROM t")).encode();
    let (_folder, library) = library(Protocol::Mysql, &[(&command, &reply, "SELECT", None)]);
    let reading = library.reading("r", 1).unwrap();
    let Some(SideKind::Reply(reply)) = reading.answer.map(|side| side.kind) else {
        panic!("a reply")
    };
    let [result] = reply.results.as_slice() else {
        panic!("one result, not {}", reply.results.len())
    };
    let kinds: Vec<_> = result
        .columns
        .iter()
        .map(|one| (&*one.name, &*one.kind))
        .collect();
    assert_eq!(kinds, [("id", "int"), ("picture", "blob")]);
    let texts: Vec<Vec<Option<&str>>> = result
        .rows
        .iter()
        .map(|row| row.iter().map(Option::as_deref).collect())
        .collect();
    assert_eq!(texts, [[Some("7"), Some("0xff00")], [Some("8"), None]]);
    assert!(reply.is_whole && reply.error.is_none());
}

#[test]
fn an_execution_has_the_statement_and_types_that_came_before_it() {
    let prepare = WireCommand::StmtPrepare(b"SELECT a FROM t WHERE b = ? AND c = ?").encode();
    let prepared = PrepareOk {
        statement_id: 5,
        columns: 0,
        parameters: 2,
        warnings: 0,
        metadata_follows: true,
    };
    let (mut prepare_ok, mut sequence) = (Vec::new(), 1);
    write_packet(
        &mut prepare_ok,
        &mut sequence,
        &prepared.encode(&Dialect::UNKNOWN),
    );
    let executed = |id: i64, name: &[u8], with_types: bool| {
        let parameters = Parameters {
            types: vec![kind(ColumnType::LONGLONG), kind(ColumnType::VAR_STRING)],
            values: vec![Value::Int(id), Value::Bytes(name.to_vec())],
        };
        let mut encoded = parameters.encode();
        if !with_types {
            // the null bitmap, then the flag that types follow, then two types of two bytes
            encoded.splice(1..6, [0]);
        }
        WireCommand::StmtExecute(Execute {
            statement_id: 5,
            flags: 0,
            iterations: 1,
            parameters: &encoded,
        })
        .encode()
    };
    let ok = b"\x07\0\0\x01\0\0\0\x02\0\0\0";
    let (first, second) = (executed(1, b"x", true), executed(2, b"it's", false));
    let (_folder, library) = library(
        Protocol::Mysql,
        &[
            (&prepare, &prepare_ok, "PREPARE SELECT a", Some(5)),
            (&first, ok, "SELECT a", Some(5)),
            (&second, ok, "SELECT a", Some(5)),
        ],
    );
    let reading = library.reading("r", 3).unwrap();
    let Some(SideKind::Command(command)) = reading.request.map(|side| side.kind) else {
        panic!("a command")
    };
    assert_eq!(command.note, None);
    assert_eq!(
        command.sql.as_deref(),
        Some("SELECT a FROM t WHERE b = ? AND c = ?")
    );
    let values: Vec<_> = command
        .parameters
        .iter()
        .map(|one| one.value.as_deref())
        .collect();
    assert_eq!(values, [Some("2"), Some("it's")]);
    let Some(SideKind::Reply(reply)) = reading.answer.map(|side| side.kind) else {
        panic!("a reply")
    };
    assert_eq!(reply.results[0].done.as_deref(), Some("0 rows changed"));
}

fn kind(column_type: ColumnType) -> reprise_wire::mysql::ParameterType {
    reprise_wire::mysql::ParameterType {
        column_type,
        unsigned: false,
    }
}

#[test]
fn bytes_that_read_as_nothing_are_still_an_exchange() {
    for protocol in [Protocol::Http, Protocol::Mysql] {
        for bytes in [&b""[..], b"\0", b"\xff\xfe", b"\x17\0\0", b"GET"] {
            let (_folder, library) = library(protocol, &[(bytes, bytes, "odd", Some(1))]);
            let reading = library.reading("r", 1).unwrap();
            assert_eq!(reading.request.unwrap().kept_bytes, bytes.len() as u64);
        }
    }
}

/// Content in gzip, stored and not compressed: RFC 1952 around RFC 1951, section 3.2.4.
fn stored_gzip(content: &[u8]) -> Vec<u8> {
    let mut gzip = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let length = u16::try_from(content.len()).unwrap();
    gzip.push(1);
    gzip.write_all(&length.to_le_bytes()).unwrap();
    gzip.write_all(&(!length).to_le_bytes()).unwrap();
    gzip.write_all(content).unwrap();
    let mut crc = u32::MAX;
    for byte in content {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg());
        }
    }
    gzip.write_all(&(!crc).to_le_bytes()).unwrap();
    gzip.write_all(&u32::from(length).to_le_bytes()).unwrap();
    gzip
}
