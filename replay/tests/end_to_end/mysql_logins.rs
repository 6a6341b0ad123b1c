//! Logging in as MySQL 8 and 9 have it: `caching_sha2_password`, fast and in full, against servers that go
//! through its rounds by script.

use std::net::{SocketAddr, TcpListener, TcpStream};

use reprise_measure::Outcome;
use reprise_wire::mysql::{
    AuthRequest, Greeting, Login, MariadbCapabilities, PacketReader, Status, auth,
};

use crate::mysql::{CAPABILITIES, SCRAMBLE, error, next, ok, outcomes, play, send, store_with};

/// A key whose private half only the unit test of its encryption has.
const KEY: &[u8] = include_bytes!("../../../wire/src/mysql/auth/rsa/key.pem");

const OTHER_SCRAMBLE: [u8; 20] = *b"tsrqponmlkjihgfedcba";

/// A server whose authentication is `rounds`, and that says OK to every command afterwards.
fn serve(
    plugin: &'static str,
    rounds: impl Fn(&mut TcpStream, &mut PacketReader, &Login) -> bool + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = PacketReader::new(1 << 20);
            let greeting = Greeting {
                server_version: b"8.4-scripted".to_vec(),
                thread_id: 1,
                scramble: SCRAMBLE.to_vec(),
                capabilities: CAPABILITIES,
                mariadb_capabilities: MariadbCapabilities::empty(),
                charset: 45,
                status: Status::AUTOCOMMIT,
                plugin: plugin.as_bytes().to_vec(),
            };
            send(&mut stream, 0, &greeting.encode());
            let Some(login) = next(&mut stream, &mut reader) else {
                continue;
            };
            let login = Login::decode(&login).unwrap();
            let admitted = rounds(&mut stream, &mut reader, &login);
            send(&mut stream, 9, &if admitted { ok(0) } else { error(1045) });
            while let Some(command) = next(&mut stream, &mut reader) {
                match command.first() {
                    Some(1) => break,
                    _ => send(&mut stream, 1, &ok(2)),
                }
            }
        }
    });
    address
}

fn asks(address: SocketAddr) -> Vec<(Outcome, u16)> {
    let (_folder, store) = store_with(&[(b"\x03SELECT 1".to_vec(), Some(ok(2)))]);
    let ended = play(&store, address, "secret");
    assert!(ended.summary.is_accounted_for());
    outcomes(&store)
}

#[test]
fn the_fast_exchange_ends_when_the_server_knows_the_password() {
    let address = serve("caching_sha2_password", |stream, _, login| {
        send(stream, 2, &AuthRequest::More(vec![3]).encode());
        login.auth_response == auth::caching_sha2_password(b"secret", &SCRAMBLE)
    });
    assert_eq!(asks(address), [(Outcome::Ok, 0)]);
}

#[test]
fn another_plugin_is_answered_with_its_own_scramble() {
    let address = serve("mysql_native_password", |stream, reader, _| {
        let switch = AuthRequest::Switch {
            plugin: b"caching_sha2_password".to_vec(),
            data: OTHER_SCRAMBLE.to_vec(),
        };
        send(stream, 2, &switch.encode());
        let answer = next(stream, reader).unwrap();
        send(stream, 4, &AuthRequest::More(vec![3]).encode());
        answer == auth::caching_sha2_password(b"secret", &OTHER_SCRAMBLE)
    });
    assert_eq!(asks(address), [(Outcome::Ok, 0)]);
}

#[test]
fn the_full_exchange_sends_the_password_for_the_servers_key_only() {
    let address = serve("caching_sha2_password", |stream, reader, _| {
        send(stream, 2, &AuthRequest::More(vec![4]).encode());
        let asks_for_key = next(stream, reader).unwrap();
        send(stream, 4, &AuthRequest::More(KEY.to_vec()).encode());
        let encrypted = next(stream, reader).unwrap();
        asks_for_key == [2] && encrypted.len() == 256
    });
    assert_eq!(asks(address), [(Outcome::Ok, 0)]);
}

#[test]
fn a_password_is_not_sent_in_clear_and_not_for_what_is_no_key() {
    for rounds in [
        AuthRequest::Switch {
            plugin: b"mysql_clear_password".to_vec(),
            data: Vec::new(),
        },
        AuthRequest::More(b"-----BEGIN PUBLIC KEY-----\nbm8ga2V5\n".to_vec()),
    ] {
        let address = serve("caching_sha2_password", move |stream, reader, _| {
            send(stream, 2, &rounds.encode());
            next(stream, reader).is_some()
        });
        assert_eq!(asks(address), [(Outcome::Refused, 0)]);
    }
}
