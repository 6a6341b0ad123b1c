//! Connections without loss.

use super::script::{BASE, Script, dialects, lines};
use crate::mysql::{
    AuthRequest, Capabilities, ChangeUser, Command, Dialect, ErrPacket, Execute,
    MariadbCapabilities, OkPacket, Parameters, Query, RowFormat, Session, Status, Value,
};
use crate::{Exchange, Flags, Limits};
use proptest::prelude::*;

fn execute(id: u32, value: i64) -> Vec<u8> {
    let parameters = Parameters::of(vec![Value::Int(value)]).encode();
    let execute = Execute {
        statement_id: id,
        flags: 0,
        iterations: 1,
        parameters: &parameters,
    };
    Command::StmtExecute(execute).encode()
}

/// A session with a bit of everything.
fn varied(capabilities: Capabilities, mariadb: MariadbCapabilities) -> Script {
    let mut script = Script::begun(capabilities, mariadb);
    script
        .query("SELECT id, name FROM item WHERE id = 7")
        .rows(RowFormat::Text, 2);
    script
        .query("SELECT name FROM nothing")
        .server(&[ErrPacket {
            code: 1146,
            sql_state: Some(*b"42S02"),
            message: b"Table 'shop.nothing' doesn't exist".to_vec(),
        }
        .encode()]);
    script
        .command(&Command::StmtPrepare(b"UPDATE item SET stock=? "))
        .prepared(3, 1);
    let bytes = execute(3, 5);
    script.command(&Command::decode(&bytes, &Dialect::UNKNOWN).unwrap());
    script.server(&[OkPacket {
        affected_rows: 1,
        status: Status::IN_TRANSACTION,
        ..OkPacket::default()
    }
    .encode()]);
    script.command(&Command::StmtClose(3));
    script.command(&Command::Ping).ok();
    script.command(&Command::InitDb(b"other")).ok();
    script
        .command(&Command::Statistics)
        .server(&[b"Uptime: 5".to_vec()]);
    script
        .query("SELECT id FROM item")
        .rows(RowFormat::Text, 300);
    script.command(&Command::Quit);
    script
}

#[test]
fn a_varied_session_reads_the_same_in_every_agreement() {
    let (expected, decoder) = varied(dialects()[0].0, dialects()[0].1).decode();
    insta::assert_debug_snapshot!("varied_session", lines(&expected));
    insta::assert_json_snapshot!("varied_session_login", decoder.session());
    for (capabilities, mariadb) in dialects() {
        let (exchanges, decoder) = varied(capabilities, mariadb).decode();
        let told = |exchanges: &[Exchange]| -> Vec<_> {
            exchanges
                .iter()
                .map(|one| {
                    (
                        one.operation.clone(),
                        one.status,
                        one.statement_id,
                        one.flags,
                    )
                })
                .collect()
        };
        assert_eq!(told(&exchanges), told(&expected));
        assert_eq!(decoder.loss(), Default::default());
        let counts = decoder.counts();
        assert_eq!((counts.mysql_commands, counts.mysql_replies), (10, 8));
    }
}

#[test]
fn commands_sent_together_are_answered_in_order() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    let bytes = execute(u32::MAX, 1);
    script.command(&Command::StmtPrepare(
        b"SELECT id, name FROM item WHERE id = ?",
    ));
    script
        .command(&Command::decode(&bytes, &Dialect::UNKNOWN).unwrap())
        .together();
    script.prepared(9, 1);
    // Each reply counts from 1.
    script.command(&Command::Ping);
    script.events.pop();
    script.rows(RowFormat::Binary, 1);
    let (exchanges, decoder) = script.decode();
    assert_eq!(
        exchanges[1].operation,
        "SELECT * FROM item".replace('*', "id, name") + " WHERE id = ?"
    );
    assert_eq!(
        (exchanges[0].statement_id, exchanges[1].statement_id),
        (Some(9), Some(u32::MAX))
    );
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn a_file_sent_to_the_server_is_part_of_its_command() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.query("LOAD DATA LOCAL INFILE '/tmp/x' INTO TABLE item");
    script.server(&[b"\xfb/tmp/x".to_vec()]);
    script
        .client(b"1\tone\n")
        .client(b"\x01\tnot a command\n")
        .client(b"");
    script.ok();
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    let operations: Vec<&str> = exchanges.iter().map(|one| one.operation.as_str()).collect();
    assert_eq!(
        operations,
        ["LOAD DATA LOCAL INFILE ? INTO TABLE item", "COM_PING"]
    );
    let bytes = |payload: &Option<crate::Payload>| payload.clone().unwrap().bytes;
    let (request, reply) = (bytes(&exchanges[0].request), bytes(&exchanges[0].response));
    let files = crate::mysql::sent_files(&request, &reply, decoder.dialect());
    assert_eq!(files, [&b"1\tone\n\x01\tnot a command\n"[..]]);
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn changing_the_user_is_a_command_with_an_authentication_exchange_and_closes_statements() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script
        .command(&Command::StmtPrepare(b"SELECT 1"))
        .prepared(1, 0);
    let change = ChangeUser {
        user: b"other".to_vec(),
        auth_response: vec![1; 20],
        database: b"db".to_vec(),
        charset: Some(45),
        plugin: Some(b"mysql_native_password".to_vec()),
        tail: Vec::new(),
    };
    let body = change.encode();
    script.command(&Command::ChangeUser(&body));
    let switch = AuthRequest::Switch {
        plugin: b"mysql_native_password".to_vec(),
        data: vec![5; 20],
    };
    script.server(&[switch.encode()]).client(&[9; 20]).ok();
    let bytes = execute(1, 1);
    script
        .command(&Command::decode(&bytes, &Dialect::UNKNOWN).unwrap())
        .ok();
    let (exchanges, decoder) = script.decode();
    assert_eq!(exchanges.len(), 3);
    assert!(exchanges[2].flags.contains(Flags::STATEMENT_UNKNOWN));
    assert_eq!(
        exchanges[2].summary,
        "COM_STMT_EXECUTE 1 (its PREPARE was not seen)"
    );
    // The session says how the connection began.
    assert_eq!(decoder.session().user.as_deref(), Some("shop"));
    assert_eq!(decoder.session().database.as_deref(), Some("shop"));
}

#[test]
fn tls_ends_what_can_be_read_and_is_said() {
    let mut script = Script::begun(BASE | Capabilities::SSL, MariadbCapabilities::empty());
    script.events.truncate(1);
    let request = crate::mysql::Login {
        capabilities: BASE | Capabilities::SSL,
        ..Default::default()
    };
    script.client(&request.encode_tls_request());
    script.client(b"\x16\x03\x01 not packets at all");
    let (exchanges, decoder) = script.decode();
    assert!(exchanges.is_empty() && decoder.session().tls);
    assert_eq!(decoder.spoken(), crate::Spoken::MysqlOverTls);
    assert_eq!(decoder.loss(), Default::default());
}

#[test]
fn a_binlog_dump_is_named_and_left_and_a_refused_one_is_an_error() {
    let dump = b"\x12\x04\0\0\0\0\0\x01\0\0\0binlog.000001";
    let clone = b"\x20";
    for command in [&dump[..], clone] {
        let mut script = Script::begun(BASE, MariadbCapabilities::empty());
        script.query("SET @master_binlog_checksum='NONE'").ok();
        script.command(&Command::decode(command, &Dialect::UNKNOWN).unwrap());
        script.server(&[vec![0, 1, 2, 3], vec![0; 40]]);
        script.events.push(super::script::Event::Bytes(
            crate::Direction::ToServer,
            b"\x0d\0\0\0\xef an acknowledgement".to_vec(),
        ));
        let (exchanges, decoder) = script.decode();
        assert_eq!(exchanges.len(), 2);
        assert!(exchanges[1].flags.contains(Flags::UPGRADED));
        assert_eq!(decoder.spoken(), crate::Spoken::MysqlReplication);
        assert_eq!(decoder.loss(), Default::default());
    }
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.command(&Command::decode(dump, &Dialect::UNKNOWN).unwrap());
    let refused = ErrPacket {
        code: 1236,
        sql_state: None,
        message: b"no such log".to_vec(),
    };
    script.server(&[refused.encode()]);
    script.command(&Command::Ping).ok();
    let (exchanges, decoder) = script.decode();
    let told: Vec<_> = exchanges.iter().map(|one| one.status).collect();
    assert_eq!(told, [Some(1236), Some(0)]);
    assert_eq!(decoder.spoken(), crate::Spoken::Mysql);
}

#[test]
fn a_refused_login_is_told_by_the_session() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.events.pop();
    let error = ErrPacket {
        code: 1045,
        sql_state: Some(*b"28000"),
        message: b"Access denied".to_vec(),
    };
    script.server(&[error.encode()]);
    let (exchanges, decoder) = script.decode();
    assert!(exchanges.is_empty());
    assert_eq!(decoder.session().authenticated, Some(false));
    assert_eq!(
        decoder.session().login_error,
        Some((1045, "Access denied".to_owned()))
    );
    assert_eq!(decoder.counts(), Default::default());
}

#[test]
fn an_idle_timeout_nobody_asked_for_answers_nothing() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script.command(&Command::Ping).ok();
    let error = ErrPacket {
        code: 4031,
        sql_state: Some(*b"HY000"),
        message: b"disconnected".to_vec(),
    };
    // It crosses with a request: its number is 0, a reply's would be 1.
    script.query("SELECT 1");
    let asked = script.events.pop().unwrap();
    script.command(&Command::Ping);
    script.events.pop();
    let mut bytes = Vec::new();
    crate::mysql::write_packet(&mut bytes, &mut 0, &error.encode());
    script.events.push(asked);
    script.events.push(super::script::Event::Bytes(
        crate::Direction::ToClient,
        bytes,
    ));
    let (exchanges, decoder) = script.decode();
    let told: Vec<_> = exchanges
        .iter()
        .map(|one| (one.request.is_some(), one.status))
        .collect();
    assert_eq!(told, [(true, Some(0)), (false, Some(4031)), (true, None)]);
    assert_eq!(
        (
            decoder.loss().unpaired_requests,
            decoder.loss().unpaired_responses
        ),
        (1, 1)
    );
}

#[test]
fn a_reply_over_the_cap_is_cut_and_said() {
    let mut script = Script::begun(BASE, MariadbCapabilities::empty());
    script
        .query("SELECT id FROM item")
        .rows(RowFormat::Text, 500);
    script.command(&Command::Ping).ok();
    let limits = Limits {
        body_cap: 200,
        ..Limits::default()
    };
    let (exchanges, decoder) = script.decode_with(&limits, 64, false);
    let reply = exchanges[0].response.as_ref().unwrap();
    assert_eq!(reply.bytes.len(), 200);
    assert!(reply.wire_len > 500 && exchanges[0].flags.contains(Flags::RESPONSE_OVER_CAP));
    assert_eq!(
        (exchanges[0].status, exchanges[1].status),
        (Some(0), Some(0))
    );
    assert_eq!(decoder.loss().over_cap, 1);
}

#[test]
fn query_attributes_are_not_sql() {
    let both = BASE | Capabilities::QUERY_ATTRIBUTES;
    let mut script = Script::begun(both, MariadbCapabilities::empty());
    let attributes = crate::mysql::encode_query_attributes(&[(b"trace", b"abc"), (b"n", b"1")]);
    script.command(&Command::Query(Query {
        attributes: &attributes,
        sql: b"SELECT 1",
    }));
    script.rows(RowFormat::Text, 1);
    let (exchanges, _) = script.decode();
    assert_eq!(exchanges[0].summary, "SELECT 1");
    assert_eq!(exchanges[0].operation, "SELECT ?");
}

#[test]
fn a_compressed_session_reads_like_a_plain_one() {
    let both = BASE | Capabilities::COMPRESS;
    let mut script = Script::begun(both, MariadbCapabilities::empty());
    script.query("SELECT id FROM item").rows(RowFormat::Text, 3);
    script.command(&Command::Ping).ok();
    script.framed();
    let (exchanges, decoder) = script.decode_in(5, false);
    assert_eq!(decoder.loss(), Default::default());
    let operations: Vec<&str> = exchanges.iter().map(|one| one.operation.as_str()).collect();
    assert_eq!(operations, ["SELECT id FROM item", "COM_PING"]);
    assert_eq!(exchanges[0].status, Some(0));
}

#[test]
fn the_session_survives_its_own_json() {
    let (_, decoder) = varied(BASE, MariadbCapabilities::empty()).decode();
    let json = serde_json::to_string(decoder.session()).unwrap();
    let back: Session = serde_json::from_str(&json).unwrap();
    assert_eq!(&back, decoder.session());
    assert_eq!(&back.dialect(), decoder.dialect());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_chunking_gives_the_same_exchanges(size in 1_usize..40, dialect in 0_usize..5) {
        let (capabilities, mariadb) = dialects()[dialect];
        let script = varied(capabilities, mariadb);
        let (whole, _) = script.decode();
        let (chunked, decoder) = script.decode_in(size, false);
        prop_assert_eq!(whole, chunked);
        prop_assert_eq!(decoder.loss(), Default::default());
    }
}
