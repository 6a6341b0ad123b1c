//! What of a MySQL exchange must never be written, and that its packets stay readable.

use crate::mysql::{
    ChangeUser, ColumnDefinition, ColumnType, Command, Dialect, Execute, Parameters, Query,
    RowFormat, Status, Value, encode_query_attributes, summarise_reply, write_result_set,
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
    let (request, reply, _) = redacted(Rules::default(), exchange(request, reply, ""));
    assert!(!holds(&request, JWT) && !holds(&reply, b"4111 1111 1111 1111"));
    let Ok(Command::StmtExecute(read)) = Command::decode(&request, &Dialect::UNKNOWN) else {
        panic!("no longer an execute");
    };
    let read = read.parameters(2, &[], |_| false).unwrap();
    assert_eq!(read.values[0], Value::Int(7));
    let summary = summarise_reply(&request, &reply, &Dialect::UNKNOWN);
    assert_eq!((summary.rows, summary.error), (1, None));
}
