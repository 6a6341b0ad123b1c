//! With no fault on, a proxy is not there: whatever both sides say, in whatever pieces, arrives as it was.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener, ToSocketAddrs};
use std::time::Duration;

use proptest::prelude::*;
use reprise_fault::{Proxies, ProxyConfig, ProxyError, ProxyProtocol, ProxyTls};
use tempfile::TempDir;

use crate::support::{self, Standing, converse, nobody, read_all, server};

fn pieces() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let piece = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        (any::<u8>(), 0_usize..300_000).prop_map(|(byte, length)| vec![byte; length]),
        Just(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n".to_vec()),
        Just(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc".to_vec()),
        Just(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec()),
        Just(b"\x09\0\0\0\x03SELECT 1".to_vec()),
        Just(b"\x07\0\0\x01\0\0\0\x02\0\0\0".to_vec()),
    ];
    prop::collection::vec(piece, 0..8)
}

fn protocol() -> impl Strategy<Value = ProxyProtocol> {
    prop_oneof![
        Just(ProxyProtocol::Tcp),
        Just(ProxyProtocol::Http),
        Just(ProxyProtocol::Mysql)
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_in_any_pieces_pass_in_both_directions(
        (up, down, protocol) in (pieces(), pieces(), protocol()),
        (up_ms, down_ms) in (0_u64..3, 0_u64..3),
        watched in any::<bool>(),
    ) {
        let (said, answered) = (up.concat(), down.concat());
        let (address, server) = server(move |stream| {
            converse(&stream, down, Duration::from_millis(down_ms))
        });
        let faults: &[&str] = if watched { &["100:dummy", "0.0001:hang"] } else { &[] };
        let standing = Standing::misbehaving(address, protocol, faults);
        let heard = converse(&standing.connect(), up, Duration::from_millis(up_ms));
        prop_assert!(heard == answered);
        prop_assert!(server.join().unwrap() == said);
        standing.idle();
        let counts = standing.proxy.counts();
        prop_assert_eq!(counts.bytes_to_server, said.len() as u64);
        prop_assert_eq!(counts.bytes_to_client, answered.len() as u64);
    }
}

#[test]
fn a_request_of_http_0_9_is_not_held_until_a_blank_line_that_never_comes() {
    const ASKED: &[u8; 10] = b"GET /old\r\n";
    let (address, server) = server(|mut stream| {
        let mut line = [0; ASKED.len()];
        stream.read_exact(&mut line).unwrap();
        assert_eq!(&line, ASKED);
        stream.write_all(b"an answer without a head").unwrap();
    });
    let standing = Standing::before(address, ProxyProtocol::Http);
    let mut client = standing.connect();
    for piece in ASKED.chunks(4) {
        client.write_all(piece).unwrap();
    }
    assert_eq!(read_all(&client), b"an answer without a head");
    server.join().unwrap();
}

#[test]
fn a_client_that_has_finished_still_gets_its_answer() {
    let (address, server) = server(|mut stream| {
        let asked = read_all(&stream);
        stream.write_all(&asked).unwrap();
    });
    let standing = Standing::before(address, ProxyProtocol::Tcp);
    let mut client = standing.connect();
    client.write_all(b"all of it").unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(&client), b"all of it");
    server.join().unwrap();
}

#[test]
fn a_receiver_that_does_not_read_stops_the_sender() {
    let (address, server) = server(|mut stream| {
        // fills every buffer on the way, then cannot go on
        stream
            .set_write_timeout(Some(Duration::from_millis(300)))
            .unwrap();
        let mut sent = 0_u64;
        loop {
            match stream.write(&[7; 64 << 10]) {
                Ok(count) => sent += count as u64,
                Err(error) => return (sent, error.kind()),
            }
            assert!(sent < 1 << 30, "nothing holds it back");
        }
    });
    let standing = Standing::before(address, ProxyProtocol::Tcp);
    let client = standing.connect();
    let (sent, why) = server.join().unwrap();
    assert_eq!(why, ErrorKind::WouldBlock);
    assert_eq!(read_all(&client).len() as u64, sent);
}

/// Bytes that tell their places apart.
fn numbered(length: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at ^ (at >> 8) ^ (at >> 16)) as u8)
        .collect()
}

#[test]
fn a_large_transfer_arrives_whole_though_a_fault_comes_on_in_its_middle() {
    let sent = numbered(16 << 20);
    let expected = sent.clone();
    let (address, server) = server(move |mut stream| stream.write_all(&sent).unwrap());
    let standing = Standing::before(address, ProxyProtocol::Tcp);
    let mut client = standing.connect();
    let mut heard = vec![0; 8 << 20];
    client.read_exact(&mut heard).unwrap();
    // what is in the middle of the proxy then must neither be lost nor come twice
    let dummy = "100:dummy".parse().unwrap();
    standing.proxy.add_fault(dummy, true).unwrap();
    client.read_to_end(&mut heard).unwrap();
    assert!(heard == expected);
    drop(client);
    server.join().unwrap();
    standing.idle();
    assert_eq!(
        standing.proxy.counts().bytes_to_client,
        expected.len() as u64
    );
}

#[test]
fn a_fault_set_live_ends_a_transfer_that_never_pauses() {
    let (address, server) = server(|mut stream| {
        let piece = vec![7; 1 << 20];
        while stream.write_all(&piece).is_ok() {}
    });
    let standing = Standing::before(address, ProxyProtocol::Tcp);
    let mut client = standing.connect();
    client.read_exact(&mut vec![0; 8 << 20]).unwrap();
    let limit = "100:limit_data(bytes=0)".parse().unwrap();
    standing.proxy.add_fault(limit, true).unwrap();
    // it never ends by itself
    let mut rest = [0; 64 << 10];
    while client.read(&mut rest).is_ok_and(|count| count > 0) {}
    server.join().unwrap();
    standing.idle();
}

#[test]
fn small_answers_after_large_ones_arrive_at_once() {
    let (address, server) = server(|mut stream| {
        let mut asked = [0];
        while stream.read_exact(&mut asked).is_ok() {
            let length = if asked[0] == b'L' { 3 << 20 } else { 10 };
            stream.write_all(&numbered(length)).unwrap();
        }
    });
    let standing = Standing::before(address, ProxyProtocol::Tcp);
    let mut client = standing.connect();
    for (asked, length) in [(b"S", 10), (b"L", 3 << 20), (b"S", 10), (b"L", 3 << 20)] {
        client.write_all(asked).unwrap();
        let mut heard = vec![0; length];
        client.read_exact(&mut heard).unwrap();
        assert!(heard == numbered(length));
    }
    drop(client);
    server.join().unwrap();
}

#[test]
fn a_reset_by_the_server_reaches_the_client_as_one() {
    let (address, server) = server(|mut stream| {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        // closing with bytes unread is a reset
    });
    let standing = Standing::before(address, ProxyProtocol::Tcp);
    let mut client = standing.connect();
    client.write_all(b"two").unwrap();
    let error = client.read(&mut [0; 9]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    server.join().unwrap();
    standing.idle();
}

#[test]
fn a_reset_by_the_client_reaches_the_server_as_one() {
    let (address, server) = server(|mut stream| {
        stream.write_all(b"two").unwrap();
        let mut all = Vec::new();
        stream.read_to_end(&mut all).unwrap_err().kind()
    });
    let standing = Standing::before(address, ProxyProtocol::Tcp);
    let mut client = standing.connect();
    client.read_exact(&mut [0]).unwrap();
    drop(client);
    assert_eq!(server.join().unwrap(), ErrorKind::ConnectionReset);
    standing.idle();
}

#[test]
fn a_server_that_never_stops_is_left_when_its_client_leaves() {
    for (protocol, faults) in [
        (ProxyProtocol::Http, &[][..]),
        (ProxyProtocol::Tcp, &["100:dummy"]),
        (ProxyProtocol::Tcp, &[]),
    ] {
        let (address, server) = server(|mut stream| {
            let head = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n";
            let asked = stream.read(&mut [0; 100]).unwrap();
            stream.write_all(head).unwrap();
            while stream.write_all(&[1; 64 << 10]).is_ok() {}
            asked
        });
        let standing = Standing::misbehaving(address, protocol, faults);
        let mut client = standing.connect();
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .unwrap();
        client.read_exact(&mut [0; 1000]).unwrap();
        drop(client);
        assert!(server.join().unwrap() > 0, "{protocol:?}");
        standing.idle();
    }
}

#[test]
fn a_target_by_its_name_is_reached_at_whichever_address_it_listens() {
    for address in "localhost:0".to_socket_addrs().unwrap() {
        // a name that has an address of a protocol the machine does not speak is reached at the others
        let Ok(listener) = TcpListener::bind(address) else {
            continue;
        };
        let port = listener.local_addr().unwrap().port();
        let standing = Standing::before(format!("localhost:{port}"), ProxyProtocol::Tcp);
        let mut client = standing.connect();
        client.write_all(b"hello").unwrap();
        let (mut server, _) = listener.accept().unwrap();
        let mut heard = [0; 5];
        server.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
        drop((client, server));
        standing.idle();
    }
}

#[test]
fn a_client_of_a_target_that_is_not_there_is_reset_and_counted() {
    let standing = Standing::before(nobody(), ProxyProtocol::Tcp);
    let error = standing.connect().read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_eq!(standing.proxy.counts().unreachable, 1);
}

#[test]
fn an_address_in_use_is_refused_with_the_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let folder = TempDir::new().unwrap();
    let proxies = Proxies::start(1).unwrap();
    let config = ProxyConfig {
        name: "late".to_owned(),
        listen: taken.local_addr().unwrap(),
        target: support::allowed(&folder, nobody()),
        protocol: ProxyProtocol::Tcp,
        faults: Vec::new(),
        seed: 1,
        tls: ProxyTls::default(),
        witness: None,
    };
    let error = proxies.open(config).unwrap_err();
    assert!(matches!(error, ProxyError::Listen { .. }));
    assert!(error.to_string().contains("choose another port"), "{error}");
    assert!(proxies.list().is_empty());
    proxies.stop();
}

#[test]
fn stopping_ends_idle_connections_and_frees_the_address() {
    let (address, server) = server(|stream| read_all(&stream));
    let standing = Standing::before(address, ProxyProtocol::Tcp);
    let (client, listened) = (standing.connect(), standing.proxy.address());
    support::eventually(|| standing.proxy.counts().open == 1);
    drop(standing);
    assert_eq!(read_all(&client), b"");
    assert_eq!(server.join().unwrap(), b"");
    TcpListener::bind(listened).unwrap();
}
