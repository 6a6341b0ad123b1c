//! MySQL connections as a capture gives them, from whatever their first bytes are to their exchanges.

use reprise_wire::mysql::{
    Capabilities, Compression, Frames, Greeting, Login, MariadbCapabilities, OkPacket, Status,
    write_packet,
};
use reprise_wire::{ConnectionDecoder, Direction, Exchange, Limits, Piece, Spoken, Timestamp};

const CAPABILITIES: Capabilities = Capabilities::LONG_PASSWORD
    .union(Capabilities::PROTOCOL_41)
    .union(Capabilities::SECURE_CONNECTION)
    .union(Capabilities::DEPRECATE_EOF);

fn packet(sequence: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_packet(&mut bytes, &mut { sequence }, payload);
    bytes
}

fn greeting() -> Vec<u8> {
    let greeting = Greeting {
        server_version: b"8.0.44".to_vec(),
        thread_id: 17,
        scramble: vec![b's'; 20],
        capabilities: CAPABILITIES,
        mariadb_capabilities: MariadbCapabilities::empty(),
        charset: 45,
        status: Status::AUTOCOMMIT,
        plugin: Vec::new(),
    };
    packet(0, &greeting.encode())
}

fn login() -> Login {
    Login {
        capabilities: CAPABILITIES,
        max_packet: 1 << 24,
        charset: 45,
        user: b"shop".to_vec(),
        auth_response: vec![7; 20],
        ..Login::default()
    }
}

fn query(sql: &[u8]) -> Vec<u8> {
    packet(0, &[&[3], sql].concat())
}

fn ok(sequence: u8) -> Vec<u8> {
    packet(sequence, &OkPacket::default().encode())
}

/// The decoder after the bytes of each side, and what it told.
fn decoded(
    midstream: bool,
    script: &[(Direction, Vec<u8>)],
) -> (ConnectionDecoder, Vec<(String, Option<u16>)>) {
    let mut decoder = ConnectionDecoder::new(&Limits::default(), midstream);
    let mut exchanges: Vec<Exchange> = Vec::new();
    for (at, (direction, bytes)) in (1_i64..).zip(script) {
        let at = Timestamp::from_micros(at);
        decoder.push(*direction, Piece::Chunk { at, bytes }, &mut exchanges);
    }
    let told = exchanges.into_iter().map(|one| (one.summary, one.status));
    (decoder, told.collect())
}

use Direction::{ToClient, ToServer};

#[test]
fn a_load_balancers_header_is_left_out_also_when_the_greeting_overtook_it() {
    let header = b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 3306\r\n";
    let login = packet(1, &login().encode());
    let together = vec![
        (ToClient, greeting()),
        (ToServer, [header, &login[..]].concat()),
    ];
    let apart = vec![
        (ToServer, header.to_vec()),
        (ToClient, greeting()),
        (ToServer, login),
    ];
    for mut script in [together, apart] {
        script.extend([
            (ToClient, ok(2)),
            (ToServer, query(b"SELECT 1")),
            (ToClient, ok(1)),
        ]);
        let (decoder, told) = decoded(false, &script);
        assert_eq!(told, [("SELECT 1".to_owned(), Some(0))]);
        assert_eq!(
            decoder.mysql_session().unwrap().user.as_deref(),
            Some("shop")
        );
        assert_eq!(decoder.loss().undecodable_bytes, header.len() as u64);
    }
}

#[test]
fn compressed_commands_are_recognised_in_the_middle_of_a_connection() {
    let long = [&b"SELECT "[..], &b"column, ".repeat(100), b"1"].concat();
    for kind in [Compression::Zlib, Compression::Zstd] {
        for first in [&b"SELECT 1"[..], &long] {
            let mut script = Vec::new();
            for sql in [first, b"SELECT 2"] {
                let (mut client, mut server) = (Frames::new(kind), Frames::new(kind));
                let (mut asked, mut answered) = (Vec::new(), Vec::new());
                client.pack(&query(sql), &mut asked);
                server.unpack(&asked).unwrap();
                server.pack(&ok(1), &mut answered);
                script.extend([(ToServer, asked), (ToClient, answered)]);
            }
            let (decoder, told) = decoded(true, &script);
            let statuses: Vec<_> = told.iter().map(|(_, status)| *status).collect();
            assert_eq!(statuses, [Some(0), Some(0)], "{kind:?} {told:?}");
            assert_eq!(told[1].0, "SELECT 2");
            assert_eq!(decoder.loss().undecodable_bytes, 0);
        }
    }
}

#[test]
fn a_wish_for_tls_is_recognised_when_the_greeting_was_not_seen() {
    let wish = packet(1, &login().encode_tls_request());
    let (decoder, told) = decoded(
        true,
        &[(ToServer, wish), (ToServer, vec![0x16, 3, 1, 0, 5])],
    );
    assert!(told.is_empty());
    assert_eq!(decoder.spoken(), Spoken::MysqlOverTls);
}
