//! Replaying MySQL end to end, against a small server that knows a few statements and numbers its prepared
//! ones differently from the recorded server.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use reprise_measure::{Outcome, SampleFlags};
use reprise_replay::{
    MysqlLogin, MysqlRoute, MysqlTls, Plan, ReplayConfig, Secrets, Speed, Targets, start,
};
use reprise_store::{ConnectionEnd, NewConnection, NewRecording, Store, Totals};
use reprise_wire::mysql::{
    Capabilities, ErrPacket, Greeting, MariadbCapabilities, OkPacket, PacketReader, PrepareOk,
    Session, Status, auth, write_packet,
};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

/// Something tests note from within a server.
type Notes = Arc<Mutex<Vec<String>>>;

pub(crate) const SCRAMBLE: [u8; 20] = *b"abcdefghijklmnopqrst";

pub(crate) const CAPABILITIES: Capabilities = Capabilities::PROTOCOL_41
    .union(Capabilities::SECURE_CONNECTION)
    .union(Capabilities::PLUGIN_AUTH)
    .union(Capabilities::PLUGIN_AUTH_LENENC_DATA)
    .union(Capabilities::CONNECT_WITH_DB)
    .union(Capabilities::LONG_PASSWORD)
    .union(Capabilities::TRANSACTIONS);

pub(crate) fn ok(affected_rows: u64) -> Vec<u8> {
    OkPacket {
        affected_rows,
        status: Status::AUTOCOMMIT,
        ..OkPacket::default()
    }
    .encode()
}

fn ok_in_transaction() -> Vec<u8> {
    OkPacket {
        status: Status::AUTOCOMMIT | Status::IN_TRANSACTION,
        ..OkPacket::default()
    }
    .encode()
}

pub(crate) fn error(code: u16) -> Vec<u8> {
    [&[0xFF][..], &code.to_le_bytes(), b"#40001scripted"].concat()
}

fn prepared(statement_id: u32) -> Vec<u8> {
    let answer = PrepareOk {
        statement_id,
        columns: 0,
        parameters: 0,
        warnings: 0,
        metadata_follows: true,
    };
    answer.encode(&reprise_wire::mysql::Dialect::from_capabilities(
        CAPABILITIES,
        MariadbCapabilities::empty(),
    ))
}

fn execute(id: u32) -> Vec<u8> {
    [&[0x17][..], &id.to_le_bytes(), &[0, 1, 0, 0, 0]].concat()
}

/// A server on a free port that lets `tester` in with `secret` and notes every command.
fn serve(notes: Notes) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let notes = Arc::clone(&notes);
            thread::spawn(move || serve_one(stream.unwrap(), &notes));
        }
    });
    address
}

fn serve_one(mut stream: TcpStream, notes: &Notes) -> Option<()> {
    let mut reader = PacketReader::new(1 << 20);
    let greeting = Greeting {
        server_version: b"8.0-scripted".to_vec(),
        thread_id: 1,
        scramble: SCRAMBLE.to_vec(),
        capabilities: CAPABILITIES,
        mariadb_capabilities: MariadbCapabilities::empty(),
        charset: 45,
        status: Status::AUTOCOMMIT,
        plugin: b"mysql_native_password".to_vec(),
    };
    send(&mut stream, 0, &greeting.encode());
    let login = next(&mut stream, &mut reader)?;
    let login = reprise_wire::mysql::Login::decode(&login).unwrap();
    let database = String::from_utf8(login.database.unwrap_or_default()).unwrap();
    notes.lock().unwrap().push(format!("login {database}"));
    let right = login.user == b"tester"
        && login.auth_response == auth::native_password(b"secret", &SCRAMBLE);
    send(&mut stream, 2, &if right { ok(0) } else { error(1045) });
    let mut last_id = 100;
    let mut has_later = false;
    loop {
        let command = next(&mut stream, &mut reader)?;
        notes
            .lock()
            .unwrap()
            .push(command.escape_ascii().to_string());
        let answer = match command.as_slice() {
            [0x01, ..] => return None,
            b"\x16BEGIN" => error(1295),
            b"\x16SELECT 1 FROM later" if !has_later => error(1146),
            b"\x03CREATE TABLE later" => {
                has_later = true;
                ok(0)
            }
            [0x16, ..] => {
                last_id += 1;
                prepared(last_id)
            }
            [0x17, id @ ..] if id.starts_with(&last_id.to_le_bytes()) => ok(1),
            [0x17, ..] => error(1243),
            [0x19, ..] => continue,
            [0x03, b'd', b'i', b'e', ..] => return None,
            [0x03, b'd', b'e', b'a', b'd', ..] => error(1213),
            _ => ok(2),
        };
        send(&mut stream, 1, &answer);
    }
}

pub(crate) fn send(stream: &mut TcpStream, sequence: u8, payload: &[u8]) {
    let mut out = Vec::new();
    let mut sequence = sequence;
    write_packet(&mut out, &mut sequence, payload);
    stream.write_all(&out).unwrap_or_default();
}

pub(crate) fn next(stream: &mut TcpStream, reader: &mut PacketReader) -> Option<Vec<u8>> {
    let mut byte = [0];
    loop {
        if stream.read(&mut byte).ok()? == 0 {
            return None;
        }
        let mut input = &byte[..];
        if let Some(packet) = reader.next(&mut input) {
            return Some(packet.payload.to_vec());
        }
    }
}

/// A recording of one connection: commands a millisecond apart, with their recorded replies.
pub(crate) fn store_with(commands: &[(Vec<u8>, Option<Vec<u8>>)]) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("library.reprise")).unwrap();
    let begin = Timestamp::from_micros(1_700_000_000_000_000);
    let writer = store
        .create_recording(&NewRecording {
            name: "recorded".to_owned(),
            source: "by hand".to_owned(),
            started_at: begin,
        })
        .unwrap();
    let id = writer
        .add_connection(&NewConnection {
            client: "10.0.0.1:40000".parse().unwrap(),
            server: "10.0.0.9:3306".parse().unwrap(),
            opened: begin,
            midstream: false,
        })
        .unwrap();
    let mut at = begin;
    for (command, reply) in commands {
        at = at.plus_nanos(1_000_000);
        writer
            .add_exchange(id, &mut exchange(command, reply.as_deref(), at))
            .unwrap();
    }
    let session = Session {
        database: Some("shop".to_owned()),
        capabilities: CAPABILITIES,
        ..Session::default()
    };
    let end = ConnectionEnd {
        spoken: Some("mysql".to_owned()),
        mysql_session: Some(serde_json::to_value(session).unwrap()),
        ..ConnectionEnd::default()
    };
    writer.close_connection(id, end).unwrap();
    writer
        .finish(&Totals {
            last_packet: Some(at),
            ..Totals::default()
        })
        .unwrap();
    (folder, store)
}

fn exchange(command: &[u8], reply: Option<&[u8]>, at: Timestamp) -> Exchange {
    let mut packets = Vec::new();
    let mut sequence = 1;
    if let Some(reply) = reply {
        write_packet(&mut packets, &mut sequence, reply);
    }
    let status = reply.map(|reply| ErrPacket::decode(reply).map_or(0, |error| error.code));
    let named = reprise_wire::mysql::statement_id(command);
    let made = reply
        .filter(|_| command.first() == Some(&0x16))
        .and_then(|reply| PrepareOk::decode(reply).ok())
        .map(|prepared| prepared.statement_id);
    let answered = reply.map(|_| at.plus_nanos(300_000));
    Exchange {
        protocol: Protocol::Mysql,
        request: Some(Payload {
            bytes: command.to_vec(),
            wire_len: command.len() as u64,
        }),
        response: reply.map(|_| Payload {
            bytes: packets.clone(),
            wire_len: packets.len() as u64,
        }),
        times: ExchangeTimes {
            request_first: at,
            request_last: at,
            response_first: answered,
            response_last: answered,
        },
        operation: "SELECT ?".to_owned(),
        summary: "SELECT 1".to_owned(),
        status,
        flags: match reply {
            None => Flags::NO_ANSWER_EXPECTED,
            Some(reply) if reply == ok_in_transaction() => Flags::IN_TRANSACTION,
            Some(_) => Flags::empty(),
        },
        statement_id: made.or(named),
    }
}

pub(crate) fn play(store: &Store, address: SocketAddr, password: &str) -> reprise_replay::Ended {
    play_plan(Plan::of("recorded"), store, address, password)
}

fn play_plan(
    mut plan: Plan,
    store: &Store,
    address: SocketAddr,
    password: &str,
) -> reprise_replay::Ended {
    plan.workers = Some(1);
    plan.mysql = Some(MysqlRoute {
        address: address.to_string(),
        user: "tester".to_owned(),
        database: None,
        tls: MysqlTls::Disabled,
        ca: None,
        users: Vec::new(),
    });
    let login = MysqlLogin {
        target: store
            .allow_mysql(&address.to_string(), None, false)
            .unwrap(),
        user: "tester".to_owned(),
        password: password.to_owned(),
        database: None,
        passwords: std::collections::BTreeMap::new(),
    };
    let targets = Targets {
        http: Vec::new(),
        mysql: Some(login),
        ..Targets::default()
    };
    let config = ReplayConfig {
        prepared: reprise_replay::Prepared::new(plan, store).unwrap(),
        run: "run".to_owned(),
        targets,
        secrets: Secrets::default(),
        users: reprise_replay::Users::default(),
        mysql_room: None,
        redaction: None,
    };
    start(config, store).unwrap().join().unwrap()
}

pub(crate) fn outcomes(store: &Store) -> Vec<(Outcome, u16)> {
    let run = store.run("run").unwrap();
    let mut samples: Vec<_> = store.samples(run.id).map(Result::unwrap).collect();
    samples.sort_by_key(|sample| sample.exchange);
    samples
        .iter()
        .map(|sample| (sample.outcome, sample.status))
        .collect()
}

#[test]
fn statements_keep_their_order_and_get_the_targets_ids() {
    let notes = Notes::default();
    let address = serve(Notes::clone(&notes));
    let close = [&[0x19][..], &7_u32.to_le_bytes()].concat();
    let (_folder, store) = store_with(&[
        (b"\x03SELECT 1".to_vec(), Some(ok(2))),
        (b"\x16SELECT ?".to_vec(), Some(prepared(7))),
        (execute(7), Some(ok(1))),
        (close, None),
        (b"\x01".to_vec(), None),
    ]);
    let ended = play(&store, address, "secret");
    assert!(ended.summary.is_accounted_for(), "{:?}", ended.summary);
    assert_eq!(outcomes(&store), [(Outcome::Ok, 0); 5]);
    // CLOSE and QUIT have no answer: the run may end before the server has read them
    let patience = (0..500).take_while(|_| notes.lock().unwrap().len() < 6);
    patience.for_each(|_| thread::sleep(Duration::from_millis(10)));
    let seen = notes.lock().unwrap().clone();
    let id = "e\\x00\\x00\\x00";
    assert_eq!(
        seen,
        [
            "login shop".to_owned(),
            "\\x03SELECT 1".to_owned(),
            "\\x16SELECT ?".to_owned(),
            format!("\\x17{id}\\x00\\x01\\x00\\x00\\x00"),
            format!("\\x19{id}"),
            "\\x01".to_owned(),
        ]
    );
}

#[test]
fn a_lost_connection_is_opened_again_and_its_statements_prepared_anew() {
    let notes = Notes::default();
    let address = serve(Notes::clone(&notes));
    let (_folder, store) = store_with(&[
        (b"\x16SELECT ?".to_vec(), Some(prepared(7))),
        (b"\x03die".to_vec(), Some(ok(2))),
        (execute(7), Some(ok(1))),
    ]);
    play(&store, address, "secret");
    assert_eq!(
        outcomes(&store),
        [(Outcome::Ok, 0), (Outcome::Reset, 0), (Outcome::Ok, 0)]
    );
    let seen = notes.lock().unwrap().clone();
    assert_eq!(
        seen.iter()
            .filter(|command| *command == "\\x16SELECT ?")
            .count(),
        2
    );
    assert_eq!(
        seen.iter()
            .filter(|command| *command == "login shop")
            .count(),
        2
    );
}

#[test]
fn a_statement_that_the_target_does_not_prepare_is_not_executed_and_its_lane_goes_on() {
    let notes = Notes::default();
    let address = serve(Notes::clone(&notes));
    let close = [&[0x19][..], &7_u32.to_le_bytes()].concat();
    let (_folder, store) = store_with(&[
        (b"\x16BEGIN".to_vec(), Some(prepared(7))),
        (execute(7), Some(ok(0))),
        (execute(7), Some(ok(0))),
        (close, None),
        (b"\x03SELECT 1".to_vec(), Some(ok(2))),
    ]);
    let ended = play(&store, address, "secret");
    assert!(ended.summary.is_accounted_for(), "{:?}", ended.summary);
    assert_eq!(ended.summary.skipped["statement_refused"], 3);
    assert_eq!(ended.summary.errors["MySQL 1295"], 1);
    assert_eq!(
        outcomes(&store),
        [(Outcome::ErrorReply, 1295), (Outcome::Ok, 0)]
    );
    let seen = notes.lock().unwrap().clone();
    let executed = |command: &&String| command.starts_with("\\x17");
    assert_eq!(seen.iter().filter(executed).count(), 0, "{seen:?}");
}

#[test]
fn a_statement_that_the_target_cannot_prepare_yet_is_tried_again_and_says_why_it_was_not_executed()
{
    let address = serve(Notes::default());
    let (_folder, store) = store_with(&[
        (b"\x16SELECT 1 FROM later".to_vec(), Some(prepared(7))),
        (execute(7), Some(ok(1))),
        (b"\x03CREATE TABLE later".to_vec(), Some(ok(0))),
        (execute(7), Some(ok(1))),
        // MariaDB: the one prepared last
        (b"\x16BEGIN".to_vec(), Some(prepared(8))),
        (execute(u32::MAX), Some(ok(0))),
    ]);
    let ended = play(&store, address, "secret");
    assert!(ended.summary.is_accounted_for(), "{:?}", ended.summary);
    let expected = [
        (Outcome::ErrorReply, 1146),
        (Outcome::ErrorReply, 1146),
        (Outcome::Ok, 0),
        (Outcome::Ok, 0),
        (Outcome::ErrorReply, 1295),
        (Outcome::ErrorReply, 1295),
    ];
    assert_eq!(outcomes(&store), expected);
}

#[test]
fn new_errors_fail_recorded_ones_do_not_and_row_counts_are_compared() {
    let address = serve(Notes::default());
    let (_folder, store) = store_with(&[
        (b"\x03deadlock".to_vec(), Some(ok(0))),
        (b"\x03deadlock".to_vec(), Some(error(1213))),
        (b"\x03UPDATE".to_vec(), Some(ok(3))),
        (execute(9), Some(ok(1))),
    ]);
    let ended = play(&store, address, "secret");
    let expected = [
        (Outcome::ErrorReply, 1213),
        (Outcome::Ok, 1213),
        (Outcome::Mismatch, 0),
        (Outcome::ErrorReply, 1243),
    ];
    assert_eq!(outcomes(&store), expected);
    let run = store.run("run").unwrap();
    let conflicts = store
        .samples(run.id)
        .map(Result::unwrap)
        .filter(|sample| sample.flags.contains(SampleFlags::ORDER_CONFLICT));
    assert_eq!(conflicts.count(), 2);
    assert_eq!(ended.summary.errors["MySQL 1213"], 1);
}

#[test]
fn a_lane_goes_on_after_more_that_was_left_out_than_is_read_ahead() {
    let address = serve(Notes::default());
    let begun = [&b"\x03BEGIN"[..], b"\x03deadlock"];
    let undone = std::iter::repeat_n(&b"\x03UPDATE"[..], 200);
    let of_transaction = begun.into_iter().chain(undone);
    let mut commands: Vec<(Vec<u8>, Option<Vec<u8>>)> = of_transaction
        .map(|command| (command.to_vec(), Some(ok_in_transaction())))
        .collect();
    commands.push((b"\x03COMMIT".to_vec(), Some(ok(0))));
    commands.push((b"\x03UPDATE".to_vec(), Some(ok(2))));
    let (_folder, store) = store_with(&commands);
    let mut plan = Plan::of("recorded");
    plan.rate.speed = Speed::Max;
    let ended = play_plan(plan, &store, address, "secret");
    assert_eq!(ended.summary.skipped["transaction_lost"], 201);
    let outcomes = outcomes(&store);
    assert_eq!(outcomes.len(), 3);
    assert_eq!(outcomes.last(), Some(&(Outcome::Ok, 0)));
}

#[test]
fn a_login_the_target_denies_is_refused_with_its_number_and_said() {
    let address = serve(Notes::default());
    let (_folder, store) = store_with(&[(b"\x03SELECT 1".to_vec(), Some(ok(2)))]);
    let ended = play(&store, address, "wrong");
    assert!(ended.summary.is_accounted_for());
    assert_eq!(outcomes(&store), [(Outcome::Refused, 1045)]);
}
