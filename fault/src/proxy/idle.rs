//! Connections on which nothing is said for days, on a clock that runs ahead whenever nobody has anything to do: with no fault
//! on, nothing in a proxy ends them, not even in the middle of a word.

use std::future::Future;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use reprise_store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::{LocalSet, spawn_local};
use tokio::time::{Instant, sleep};

use super::relay::Scratch;
use super::{Proxy, ProxyConfig, ProxyProtocol, ProxyTls, accept};

/// Longer than MySQL waits for a statement by itself, which is eight hours.
const IDLE: Duration = Duration::from_secs(26 * 3600);

/// Who says something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    Client,
    Server,
}
use Says::{Client, Server};

/// A conversation of a protocol: who says what.
type Talk = &'static [(Says, &'static [u8])];

const HTTP: Talk = &[
    (
        Client,
        b"POST /slow HTTP/1.1\r\nHost: shop\r\nContent-Length: 4\r\n\r\nbody",
    ),
    (
        Server,
        b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nanswer",
    ),
    (Client, b"GET / HTTP/1.1\r\nHost: shop\r\n\r\n"),
    (Server, b"HTTP/1.1 204 No Content\r\n\r\n"),
];

const MYSQL: Talk = &[
    (
        Server,
        b"\x31\0\0\0\x0a5.5\0\x01\0\0\0abcdefgh\0\xff\xf7\x08\x02\0\x0f\0\x15\0\0\0\0\0\0\0\0\0\0abcdefghijkl\0",
    ),
    (
        Client,
        b"\x23\0\0\x01\x05\xa2\0\0\0\0\0\x01\x08\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0u\0\0",
    ),
    (Server, b"\x07\0\0\x02\0\0\0\x02\0\0\0"),
    (Client, b"\x06\0\0\0\x03BEGIN"),
    (Server, b"\x07\0\0\x01\0\0\0\x03\0\0\0"),
    (Client, b"\x11\0\0\0\x03UPDATE a SET b=1"),
    (Server, b"\x07\0\0\x01\0\x01\0\x03\0\0\0"),
    (Client, b"\x07\0\0\0\x03COMMIT"),
    (Server, b"\x07\0\0\x01\0\0\0\x02\0\0\0"),
];

const REDIS: Talk = &[
    (Client, b"*1\r\n$5\r\nMULTI\r\n"),
    (Server, b"+OK\r\n"),
    (Client, b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n"),
    (Server, b"+QUEUED\r\n"),
    (Client, b"*1\r\n$4\r\nEXEC\r\n"),
    (Server, b"*1\r\n$-1\r\n"),
];

const MEMCACHED: Talk = &[
    (Client, b"set a 0 0 2\r\nhi\r\n"),
    (Server, b"STORED\r\n"),
    (Client, b"get a\r\n"),
    (Server, b"VALUE a 0 2\r\nhi\r\nEND\r\n"),
];

const SMTP: Talk = &[
    (Server, b"220 mail ESMTP\r\n"),
    (Client, b"EHLO shop\r\n"),
    (Server, b"250 mail\r\n"),
    (Client, b"MAIL FROM:<a@example.org>\r\n"),
    (Server, b"250 ok\r\n"),
    (Client, b"QUIT\r\n"),
    (Server, b"221 bye\r\n"),
];

/// Runs a test on a clock that jumps to the next moment at which something is due.
fn ahead_of_time(test: impl Future<Output = ()>) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build();
    LocalSet::new().block_on(&runtime.unwrap(), test);
}

/// A proxy before a server that the test plays.
fn proxy(protocol: ProxyProtocol, server: SocketAddr) -> Arc<Proxy> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("idle.reprise")).unwrap();
    let config = ProxyConfig {
        name: "idle".to_owned(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        target: store.allow_http(&server.to_string(), None, false).unwrap(),
        protocol,
        faults: Vec::new(),
        seed: 1,
        tls: ProxyTls::default(),
        witness: None,
    };
    Arc::new(Proxy::bind(config).unwrap())
}

/// Says something in two halves, days apart, and days after what was said before.
async fn say(from: &mut TcpStream, to: &mut TcpStream, words: &[u8]) {
    sleep(IDLE).await;
    let (first, second) = words.split_at(words.len() / 2);
    from.write_all(first).await.unwrap();
    sleep(IDLE).await;
    from.write_all(second).await.unwrap();
    let mut heard = vec![0; words.len()];
    to.read_exact(&mut heard).await.unwrap();
    assert_eq!(heard, words);
}

/// Has a conversation; how many exchanges the proxy took it for.
async fn talk(protocol: ProxyProtocol, talk: Talk) -> u64 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = proxy(protocol, listener.local_addr().unwrap());
    let (goes_on, ends) = oneshot::channel();
    let scratch = Rc::new(Scratch::new());
    let accepting = spawn_local(accept::run(Arc::clone(&proxy), scratch, ends));
    let mut client = TcpStream::connect(proxy.address()).await.unwrap();
    let (mut server, _) = listener.accept().await.unwrap();
    let begun = Instant::now();
    for (who, words) in talk {
        match who {
            Client => say(&mut client, &mut server, words).await,
            Server => say(&mut server, &mut client, words).await,
        }
    }
    sleep(IDLE).await;
    assert!(begun.elapsed() >= IDLE * 9, "the clock stood still");
    assert_eq!((proxy.counts().open, proxy.counts().opaque), (1, 0));
    // who has finished speaking still hears what comes days later
    client.shutdown().await.unwrap();
    assert_eq!(server.read(&mut [0; 9]).await.unwrap(), 0);
    sleep(IDLE).await;
    server.write_all(b"late").await.unwrap();
    server.shutdown().await.unwrap();
    let mut late = Vec::new();
    client.read_to_end(&mut late).await.unwrap();
    assert_eq!(late, b"late");
    drop((client, goes_on));
    accepting.await.unwrap();
    proxy.counts().exchanges
}

#[test]
fn days_of_silence_end_no_connection_whatever_it_speaks() {
    for (protocol, words, exchanges) in [
        (ProxyProtocol::Tcp, MYSQL, 0),
        (ProxyProtocol::Http, HTTP, 2),
        (ProxyProtocol::Mysql, MYSQL, 4),
        (ProxyProtocol::Redis, REDIS, 3),
        (ProxyProtocol::Memcached, MEMCACHED, 2),
        (ProxyProtocol::Smtp, SMTP, 3),
    ] {
        ahead_of_time(async move {
            assert_eq!(talk(protocol, words).await, exchanges, "{protocol:?}");
        });
    }
}
