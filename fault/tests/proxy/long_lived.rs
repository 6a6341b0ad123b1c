//! With no fault on, what takes long and what is large is nobody's business: transactions, half-closed connections, bodies
//! that go both ways at once.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::Duration;

use mysql::prelude::Queryable;
use reprise_fault::ProxyProtocol;

use crate::shelf::Shelf;
use crate::support::{Standing, eventually, read_all, server};

/// Bytes of a body that no buffer on the way holds.
const LARGE: usize = 24 << 20;

#[test]
fn a_transaction_is_the_same_after_all_that_happens_beside_it() {
    for (protocol, database) in [
        (ProxyProtocol::Mysql, "long_mysql"),
        (ProxyProtocol::Tcp, "long_tcp"),
    ] {
        let shelf = Shelf::new(database);
        let standing = shelf.proxied_as(protocol, &[]);
        let mut long = shelf.connect(&standing).unwrap();
        let session = |conn: &mut mysql::Conn| -> u64 {
            conn.query_first("SELECT CONNECTION_ID()").unwrap().unwrap()
        };
        let own = session(&mut long);
        long.query_drop("BEGIN").unwrap();
        long.query_drop("UPDATE item SET stock = 11 WHERE id = 1")
            .unwrap();
        // others come and go, and some leave without a word
        for number in 0..40 {
            let mut other = shelf.connect(&standing).unwrap();
            let stock: Option<i64> = other
                .query_first("SELECT stock FROM item WHERE id = 1")
                .unwrap();
            assert_eq!(stock, Some(10));
            if number % 2 == 0 {
                other.reset().unwrap();
            }
        }
        drop(TcpStream::connect(standing.proxy.address()).unwrap());
        // so do faults that are not meant for it
        for fault in [
            "100:hang for CONNECT",
            "100:dummy",
            "100:down for connection:99999",
        ] {
            let id = standing
                .proxy
                .add_fault(fault.parse().unwrap(), true)
                .unwrap();
            thread::sleep(Duration::from_millis(30));
            standing.proxy.remove_fault(id).unwrap();
        }
        eventually(|| standing.proxy.counts().open == 1);
        long.query_drop("UPDATE item SET stock = stock + 1 WHERE id = 1")
            .unwrap();
        assert_eq!(session(&mut long), own);
        assert_eq!(shelf.stock(1), 10);
        long.query_drop("COMMIT").unwrap();
        assert_eq!(shelf.stock(1), 12);
        assert_eq!(standing.proxy.counts().opaque, 0);
    }
}

/// Bytes that tell their places apart.
fn numbered(length: usize, by: usize) -> Vec<u8> {
    (0..length)
        .map(|at| (at ^ (at >> 8) ^ (at >> 16) ^ by) as u8)
        .collect()
}

/// Says one thing in a thread of its own and hears the other meanwhile; whether that was it.
fn both_ways(stream: &TcpStream, says: Vec<u8>, hears: &[u8]) -> bool {
    let mut writing = stream.try_clone().unwrap();
    let writer = thread::spawn(move || {
        writing.write_all(&says).unwrap();
        writing.shutdown(Shutdown::Write).unwrap();
    });
    let heard = read_all(stream);
    writer.join().unwrap();
    heard == hears
}

#[test]
fn large_bodies_pass_both_ways_at_once_whatever_is_spoken() {
    let request = format!("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: {LARGE}\r\n\r\n");
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\n\r\n");
    let up = [request.as_bytes(), &numbered(LARGE, 1)].concat();
    let down = [head.as_bytes(), &numbered(LARGE, 2)].concat();
    for protocol in [ProxyProtocol::Tcp, ProxyProtocol::Http] {
        let (says, hears) = (down.clone(), up.clone());
        // it begins to answer before it has been asked in full, as a proxy before it would
        let (address, server) = server(move |stream| both_ways(&stream, says, &hears));
        let standing = Standing::before(address, protocol);
        assert!(
            both_ways(&standing.connect(), up.clone(), &down),
            "{protocol:?}"
        );
        assert!(server.join().unwrap(), "{protocol:?}");
        standing.idle();
        assert_eq!(standing.proxy.counts().bytes_to_server, up.len() as u64);
        assert_eq!(standing.proxy.counts().bytes_to_client, down.len() as u64);
    }
}

#[test]
fn either_side_may_finish_first_and_hear_the_other_out() {
    for protocol in ProxyProtocol::ALL {
        // the client has finished, and is answered
        let (address, asked) = server(|mut stream| {
            let asked = read_all(&stream);
            stream.write_all(b"an answer to all of it").unwrap();
            asked
        });
        let standing = Standing::before(address, protocol);
        let mut client = standing.connect();
        client.write_all(b"GET /").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(read_all(&client), b"an answer to all of it", "{protocol:?}");
        assert_eq!(asked.join().unwrap(), b"GET /", "{protocol:?}");
        standing.idle();

        // the server has, and hears what the client says then
        let (address, heard) = server(|mut stream| {
            stream.write_all(b"no more from me").unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            read_all(&stream)
        });
        let standing = Standing::before(address, protocol);
        let mut client = standing.connect();
        let mut said = Vec::new();
        client.read_to_end(&mut said).unwrap();
        assert_eq!(said, b"no more from me", "{protocol:?}");
        client.write_all(&[7; 300_000]).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(heard.join().unwrap(), [7; 300_000], "{protocol:?}");
        standing.idle();
    }
}
