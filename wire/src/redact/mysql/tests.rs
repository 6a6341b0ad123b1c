//! What of a MySQL exchange must never be written, and that its packets stay readable.

mod embedded;
mod parameters;
mod replies;
mod settings;

use crate::mysql::{
    ChangeUser, ColumnDefinition, ColumnType, Command, Dialect, ErrPacket, Execute, LONGEST_PACKET,
    OkPacket, PacketReader, Parameters, PrepareOk, Query, RowFormat, Status, Value,
    decode_binary_row, decode_text_row, digest, encode_binary_row, encode_query_attributes,
    sent_files, summarise_reply, write_definitions, write_packet, write_result_set,
};
use crate::redact::{RedactionKey, Redactor, Rules, find_pseudonyms};
use crate::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

const JWT: &[u8] = b"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlLWJ5dGVz";

fn exchange(request: Vec<u8>, response: Vec<u8>, summary: &str) -> Exchange {
    let at = Timestamp::default();
    let payload = |bytes: Vec<u8>| Payload {
        wire_len: bytes.len() as u64,
        bytes,
    };
    Exchange {
        protocol: Protocol::Mysql,
        request: Some(payload(request)),
        response: Some(payload(response)),
        times: ExchangeTimes {
            request_first: at,
            request_last: at,
            response_first: Some(at),
            response_last: Some(at),
        },
        operation: String::new(),
        summary: summary.to_owned(),
        status: Some(0),
        flags: Flags::empty(),
        statement_id: None,
    }
}

fn redacted(rules: Rules, mut exchange: Exchange) -> (Vec<u8>, Vec<u8>, Exchange) {
    Redactor::new(&RedactionKey::new([7; 32]), &rules).redact(0, &mut exchange);
    let bytes = |payload: &Option<Payload>| payload.clone().unwrap().bytes;
    (
        bytes(&exchange.request),
        bytes(&exchange.response),
        exchange,
    )
}

fn holds(bytes: &[u8], secret: &[u8]) -> bool {
    memchr::memmem::find(bytes, secret).is_some()
}

#[test]
fn passwords_in_sql_are_replaced_and_other_strings_are_not() {
    for sql in [
        "CREATE USER ada IDENTIFIED BY 'hunter22'",
        "ALTER USER ada IDENTIFIED WITH mysql_native_password BY 'hunter22'",
        "SET PASSWORD FOR 'ada'@'%' = PASSWORD('hunter22')",
        "CHANGE MASTER TO MASTER_HOST='db', MASTER_PASSWORD='hunter22'",
    ] {
        let request = Command::Query(Query::plain(sql.as_bytes())).encode();
        let (request, _, exchange) = redacted(Rules::default(), exchange(request, vec![], sql));
        assert!(
            !holds(&request, b"hunter22") && !exchange.summary.contains("hunter22"),
            "{sql}"
        );
        assert!(exchange.flags.contains(Flags::REDACTED));
    }
    let sql = "SELECT id FROM user WHERE name = 'hunter22'";
    let request = Command::Query(Query::plain(sql.as_bytes())).encode();
    let (after, _, exchange) = redacted(Rules::default(), exchange(request.clone(), vec![], sql));
    assert_eq!((after, exchange.summary.as_str()), (request, sql));
}

#[test]
fn every_sql_literal_goes_when_that_is_chosen() {
    let sql = "SELECT id FROM user WHERE name = 'hunter22'";
    let rules = Rules::parse("[[rule]]\nname = \"sql_literal\"\ndigest = [\"*\"]").unwrap();
    let request = Command::Query(Query::plain(sql.as_bytes())).encode();
    let (request, _, exchange) = redacted(rules, exchange(request, vec![], sql));
    assert!(!holds(&request, b"hunter22"));
    let in_summary = find_pseudonyms(exchange.summary.as_bytes()).count();
    assert_eq!((find_pseudonyms(&request).count(), in_summary), (1, 1));
}

#[test]
fn attributes_before_the_sql_do_not_hide_a_password() {
    // A value of 39 bytes: its length byte is a quote.
    let attributes = encode_query_attributes(&[(b"trace", &[b'x'; 39])]);
    let sql = b"SET PASSWORD = 'hunter22'";
    let request = Command::Query(Query {
        attributes: &attributes,
        sql,
    })
    .encode();
    let (request, _, _) = redacted(Rules::default(), exchange(request, vec![], ""));
    assert!(!holds(&request, b"hunter22") && holds(&request, &[b'x'; 39]));
}

#[test]
fn attributes_of_a_query_are_replaced_by_their_names() {
    let value = b"hunter22 is my password";
    let attributes = encode_query_attributes(&[(b"trace", b"7"), (b"api_token", value)]);
    let sql = b"SELECT '\\'', 1";
    let request = Command::Query(Query {
        attributes: &attributes,
        sql,
    })
    .encode();
    let (request, _, _) = redacted(Rules::default(), exchange(request, vec![], ""));
    assert!(!holds(&request, b"hunter22"), "{}", request.escape_ascii());
    let pseudonym = find_pseudonyms(&request).next().unwrap();
    let attributes = encode_query_attributes(&[(b"trace", b"7"), (b"api_token", pseudonym)]);
    let expected = Query {
        attributes: &attributes,
        sql,
    };
    assert_eq!(request, Command::Query(expected).encode());
}

#[test]
fn authentication_data_of_a_change_of_user_becomes_zeros() {
    let change = ChangeUser {
        user: b"ada".to_vec(),
        auth_response: vec![9; 20],
        database: b"shop".to_vec(),
        charset: None,
        plugin: None,
        tail: Vec::new(),
    };
    let request = Command::ChangeUser(&change.encode()).encode();
    let (request, _, _) = redacted(Rules::default(), exchange(request, vec![], ""));
    let after = ChangeUser::decode(&request[1..]).unwrap();
    assert_eq!(
        after,
        ChangeUser {
            auth_response: vec![0; 20],
            ..change
        }
    );
}

#[test]
fn attributes_of_a_change_of_user_are_replaced_by_their_names() {
    let tail =
        |token: &[u8]| [b"\x20\x04_pid\x017\x09api_token\x0a", token, b"\x01a\x01b"].concat();
    let change = |token: &[u8]| ChangeUser {
        user: b"ada".to_vec(),
        auth_response: Vec::new(),
        database: b"shop".to_vec(),
        charset: Some(45),
        plugin: Some(b"mysql_native_password".to_vec()),
        tail: tail(token),
    };
    let request = Command::ChangeUser(&change(b"s3cret-key").encode()).encode();
    let (after, _, exchange) = redacted(Rules::default(), exchange(request.clone(), vec![], ""));
    assert!(!holds(&after, b"s3cret") && after.len() == request.len());
    assert!(exchange.flags.contains(Flags::REDACTED));
    let read = ChangeUser::decode(&after[1..]).unwrap();
    assert_eq!(read, change(&read.tail[19..29]));
    for length in 0..request.len() {
        let cut = request[..length].to_vec();
        let (after, _, _) = redacted(Rules::default(), self::exchange(cut, vec![], ""));
        assert_eq!(after.len(), length);
    }
}

#[test]
fn the_password_of_a_replica_becomes_zeros() {
    let request = b"\x15\x07\0\0\0\x04host\x04user\x06s3cret\xea\x0c\0\0\0\0\0\0\0\0".to_vec();
    for length in 0..=request.len() {
        let cut = request[..length].to_vec();
        let (after, _, _) = redacted(Rules::default(), exchange(cut, vec![], ""));
        assert!(!holds(&after, b"s3") && after.len() == length, "{length}");
    }
    let (after, _, exchange) = redacted(Rules::default(), exchange(request, vec![], ""));
    assert!(holds(&after, b"\x04user\x06\0\0\0\0\0\0\xea\x0c"));
    assert!(exchange.flags.contains(Flags::REDACTED));
}

#[test]
fn secrets_in_parameters_and_rows_go_and_their_packets_stay_readable() {
    let values = vec![Value::Int(7), Value::Bytes(JWT.to_vec())];
    let parameters = Parameters::of(values).encode();
    let execute = Execute {
        statement_id: 1,
        flags: 0,
        iterations: 1,
        parameters: &parameters,
    };
    let columns = [ColumnDefinition::new(b"card", ColumnType::VAR_STRING)];
    let rows = [vec![Value::Bytes(b"4111 1111 1111 1111".to_vec())]];
    let mut reply = Vec::new();
    write_result_set(
        &mut reply,
        &mut 1,
        &Dialect::UNKNOWN,
        RowFormat::Binary,
        &columns,
        &rows,
        Status::empty(),
    );
    let request = Command::StmtExecute(execute).encode();
    let mut connection = Connection::new();
    connection.prepare(1, "SELECT f(?, ?)", 2, &[]);
    let (request, reply, _) = connection.take(exchange(request, reply, ""));
    assert!(!holds(&request, JWT) && !holds(&reply, b"4111 1111 1111 1111"));
    let Ok(Command::StmtExecute(read)) = Command::decode(&request, &Dialect::UNKNOWN) else {
        panic!("no longer an execute");
    };
    let read = read.parameters(2, &[], |_| false).unwrap();
    assert_eq!(read.values[0], Value::Int(7));
    let summary = summarise_reply(&request, &reply, &Dialect::UNKNOWN);
    assert_eq!((summary.rows, summary.error), (1, None));
}

/// Goes through exchanges of one connection in order.
struct Connection(Redactor);

impl Connection {
    fn new() -> Self {
        Self(Redactor::new(
            &RedactionKey::new([7; 32]),
            &Rules::default(),
        ))
    }

    /// One exchange's request and answer afterwards.
    fn take(&mut self, exchange: Exchange) -> (Vec<u8>, Vec<u8>, Exchange) {
        let mut exchange = exchange;
        self.0.redact(1, &mut exchange);
        let bytes = |payload: &Option<Payload>| payload.clone().unwrap().bytes;
        (
            bytes(&exchange.request),
            bytes(&exchange.response),
            exchange,
        )
    }

    /// Prepares a statement under an id.
    fn prepare(&mut self, id: u32, sql: &str, parameters: u16, columns: &[ColumnDefinition]) {
        let mut reply = Vec::new();
        let mut sequence = 1;
        let answer = PrepareOk {
            statement_id: id,
            columns: u16::try_from(columns.len()).unwrap(),
            parameters,
            warnings: 0,
            metadata_follows: true,
        };
        write_packet(&mut reply, &mut sequence, &answer.encode(&Dialect::UNKNOWN));
        let parameter = ColumnDefinition::new(b"?", ColumnType::VAR_STRING);
        for definitions in [&vec![parameter; usize::from(parameters)][..], columns] {
            if !definitions.is_empty() {
                write_definitions(
                    &mut reply,
                    &mut sequence,
                    &Dialect::UNKNOWN,
                    definitions,
                    Status::empty(),
                );
            }
        }
        let request = Command::StmtPrepare(sql.as_bytes()).encode();
        let mut exchange = exchange(request, reply, sql);
        exchange.operation = format!("PREPARE {}", digest(sql.as_bytes()));
        exchange.statement_id = Some(id);
        self.take(exchange);
    }

    /// Executes a statement; the parameters that are stored.
    fn execute(&mut self, id: u32, values: Vec<Value>, reply: Vec<u8>) -> (Parameters, Vec<u8>) {
        let count = u16::try_from(values.len()).unwrap();
        let parameters = Parameters::of(values).encode();
        let request = execute(id, &parameters);
        let mut exchange = exchange(request, reply, "");
        exchange.statement_id = Some(id);
        let (request, reply, _) = self.take(exchange);
        let Ok(Command::StmtExecute(read)) = Command::decode(&request, &Dialect::UNKNOWN) else {
            panic!("no longer an execute");
        };
        (read.parameters(count, &[], |_| false).unwrap(), reply)
    }
}

fn execute(statement_id: u32, parameters: &[u8]) -> Vec<u8> {
    let execute = Execute {
        statement_id,
        flags: 0,
        iterations: 1,
        parameters,
    };
    Command::StmtExecute(execute).encode()
}

fn text(text: &str) -> Value {
    Value::Bytes(text.as_bytes().to_vec())
}

fn result(format: RowFormat, columns: &[ColumnDefinition], rows: &[Vec<Value>]) -> Vec<u8> {
    let mut reply = Vec::new();
    let mut sequence = 1;
    write_result_set(
        &mut reply,
        &mut sequence,
        &Dialect::UNKNOWN,
        format,
        columns,
        rows,
        Status::empty(),
    );
    reply
}

/// What every packet of a reply holds; its numbers follow each other.
fn packets(reply: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = PacketReader::new(usize::MAX);
    let mut input = reply;
    let mut seen = Vec::new();
    let mut expected = 1_u8;
    while let Some(packet) = reader.next(&mut input) {
        assert_eq!(packet.sequence, expected);
        expected = packet.last_sequence.wrapping_add(1);
        seen.push(packet.payload.to_vec());
    }
    assert!(input.is_empty());
    seen
}

fn pseudonym_of(text: &str) -> Vec<u8> {
    let request = Command::Query(Query::plain(
        format!("SELECT 1 WHERE token = '{text}'").as_bytes(),
    ))
    .encode();
    let (request, _, _) = redacted(Rules::default(), exchange(request, vec![], ""));
    find_pseudonyms(&request).next().unwrap().to_vec()
}

#[test]
fn an_error_does_not_repeat_what_was_replaced() {
    let error = |code: u16, message: &str| {
        let error = ErrPacket {
            code,
            sql_state: Some(*b"23000"),
            message: message.as_bytes().to_vec(),
        };
        let mut reply = Vec::new();
        write_packet(&mut reply, &mut 1, &error.encode());
        reply
    };
    let sql = b"INSERT INTO s (token) VALUES ('s3cret')";
    let request = Command::Query(Query::plain(sql)).encode();
    for reply in [
        error(1062, "Duplicate entry 's3cret' for key 'token'"),
        error(
            1064,
            "You have an error in your SQL syntax near ''s3c' at line 1",
        ),
    ] {
        let (_, reply, _) = redacted(Rules::default(), exchange(request.clone(), reply, ""));
        assert!(
            !holds(&reply, b"s3c"),
            "{}",
            String::from_utf8_lossy(&reply)
        );
        assert_eq!(packets(&reply).len(), 1);
    }
}

#[test]
fn a_secret_beyond_the_summary_does_not_make_the_statement_a_clean_one() {
    let sql = format!(
        "INSERT INTO s (id, x, token) VALUES (1, '{}', 's3cret')",
        "y".repeat(400)
    );
    let mut connection = Connection::new();
    for _ in 0..2 {
        let request = Command::Query(Query::plain(sql.as_bytes())).encode();
        let mut exchange = exchange(request, vec![], &sql[..256]);
        exchange.operation = digest(sql.as_bytes());
        let (request, _, _) = connection.take(exchange);
        assert!(!holds(&request, b"s3cret"));
    }
}

#[test]
fn no_bytes_in_any_order_make_it_panic() {
    use proptest::prelude::*;
    let commands = prop::sample::select(vec![
        0x03_u8, 0x11, 0x16, 0x17, 0x18, 0x19, 0x1C, 0x1F, 0xFA, 0x04,
    ]);
    let payload = (commands, prop::collection::vec(any::<u8>(), 0..60))
        .prop_map(|(code, rest)| [&[code][..], &[1, 0, 0, 0], &rest].concat());
    let reply = prop::collection::vec(any::<u8>(), 0..120);
    let exchanges = prop::collection::vec((payload, reply), 1..6);
    proptest!(ProptestConfig::with_cases(300), |(exchanges in exchanges)| {
        let mut connection = Connection::new();
        connection.prepare(1, "SELECT * FROM s WHERE token = ? AND x = ?", 2, &[]);
        for (request, reply) in exchanges {
            let mut exchange = exchange(request, reply, "SELECT 1");
            exchange.statement_id = Some(1);
            connection.take(exchange);
        }
    });
}
