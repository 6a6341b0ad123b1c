//! Redis, memcached and SMTP through the proxy, before small servers of the test's own: delays are of a command,
//! errors are the protocol's.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

use reprise_fault::ProxyProtocol;
use reprise_wire::smtp::Kind;
use reprise_wire::{memcached, redis, smtp};

use crate::support::{LONG, Standing};

/// A server of one connection; what it was told, in order.
fn peer(
    serve: impl FnOnce(TcpStream, Sender<String>) + Send + 'static,
) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, heard) = mpsc::channel();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        serve(stream, told);
    });
    (address, heard)
}

/// Reads until the other side has finished, and gives what was read to `hear`, which says what to answer.
fn converse(mut stream: TcpStream, mut hear: impl FnMut(&[u8]) -> Vec<u8>) {
    let mut buffer = [0; 4096];
    while let Ok(count) = stream.read(&mut buffer) {
        if count == 0 || stream.write_all(&hear(&buffer[..count])).is_err() {
            return;
        }
    }
}

/// A Redis of GET, SET, MULTI and EXEC; an unknown command spoils a transaction.
fn redis_peer() -> (SocketAddr, Receiver<String>) {
    peer(|stream, told| {
        let mut reader = redis::CommandReader::default();
        let (mut queued, mut spoilt) = (None, false);
        converse(stream, |mut bytes| {
            let mut answer = Vec::new();
            while !bytes.is_empty() {
                let passed = reader.feed(bytes).unwrap();
                bytes = &bytes[passed.consumed..];
                if !passed.ends {
                    break;
                }
                let summary = reader.summary();
                let name = reader.name();
                reader.reset();
                answer.extend(match (name.as_str(), queued) {
                    ("MULTI", _) => {
                        (queued, spoilt) = (Some(0), false);
                        b"+OK\r\n".to_vec()
                    }
                    ("EXEC", _) if spoilt => {
                        queued = None;
                        b"-EXECABORT Transaction discarded because of previous errors.\r\n".to_vec()
                    }
                    ("EXEC", Some(count)) => {
                        queued = None;
                        format!("*{count}\r\n{}", "+OK\r\n".repeat(count)).into_bytes()
                    }
                    ("GET" | "SET" | "PING", Some(count)) => {
                        queued = Some(count + 1);
                        b"+QUEUED\r\n".to_vec()
                    }
                    ("GET", None) => b"$7\r\n\r\nvalue\r\n".to_vec(),
                    ("SET" | "PING" | "SUBSCRIBE", None) => b"+OK\r\n".to_vec(),
                    _ => {
                        spoilt = true;
                        b"-ERR unknown command\r\n".to_vec()
                    }
                });
                told.send(summary).unwrap();
            }
            answer
        });
    })
}

/// What comes back for these bytes, until so many have come.
fn asked(stream: &mut TcpStream, bytes: &[u8], length: usize) -> String {
    stream.write_all(bytes).unwrap();
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).unwrap();
    String::from_utf8(answer).unwrap()
}

/// These words as Redis takes them.
fn command(words: &[&str]) -> Vec<u8> {
    let words: String = std::iter::once(format!("*{}\r\n", words.len()))
        .chain(
            words
                .iter()
                .map(|word| format!("${}\r\n{word}\r\n", word.len())),
        )
        .collect();
    words.into_bytes()
}

#[test]
fn of_redis_commands_under_way_together_those_are_refused_that_are_meant() {
    let (server, told) = redis_peer();
    let fault = "100:error(reply=\"LOADING Redis is loading\") for redis GET";
    let standing = Standing::misbehaving(server, ProxyProtocol::Redis, &[fault]);
    let mut client = standing.connect();
    let all = [
        command(&["SET", "a", "\r\n"]),
        command(&["get", "user:7"]),
        command(&["PING"]),
    ];
    let expected = "+OK\r\n-LOADING Redis is loading\r\n+OK\r\n";
    assert_eq!(asked(&mut client, &all.concat(), expected.len()), expected);
    drop(client);
    standing.idle();
    assert_eq!(told.iter().collect::<Vec<_>>(), ["SET a \r\n", "PING"]);
    assert_eq!(standing.proxy.counts().exchanges, 3);
    assert_eq!(standing.proxy.faults()[0].injected, 1);
}

#[test]
fn each_redis_command_is_delayed_once_however_many_pieces_it_comes_in() {
    let (server, _told) = redis_peer();
    let standing = Standing::misbehaving(server, ProxyProtocol::Redis, &["100:delay(ms=80)"]);
    let mut client = standing.connect();
    let started = Instant::now();
    for piece in command(&["SET", "a", "1"]).chunks(3) {
        client.write_all(piece).unwrap();
        thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(asked(&mut client, b"", 5), "+OK\r\n");
    let expected = "$7\r\n\r\nvalue\r\n";
    let twice = [command(&["GET", "a"]), command(&["GET", "b"])].concat();
    let answer = asked(&mut client, &twice, 2 * expected.len());
    assert_eq!(answer, expected.repeat(2));
    assert!(started.elapsed() >= Duration::from_millis(240));
    assert_eq!(standing.proxy.faults()[0].injected, 3);
}

#[test]
fn a_redis_command_refused_in_a_transaction_spoils_it_as_a_server_would() {
    let (server, _told) = redis_peer();
    let fault = "100:error for redis SET";
    let standing = Standing::misbehaving(server, ProxyProtocol::Redis, &[fault]);
    let mut client = standing.connect();
    assert_eq!(asked(&mut client, &command(&["MULTI"]), 5), "+OK\r\n");
    let refused = "-ERR injected fault\r\n";
    let set = command(&["SET", "a", "1"]);
    assert_eq!(asked(&mut client, &set, refused.len()), refused);
    let exec = asked(&mut client, &command(&["EXEC"]), 10);
    assert_eq!(exec, "-EXECABORT");
}

#[test]
fn a_redis_subscription_goes_on_as_bytes() {
    let (server, told) = redis_peer();
    let standing = Standing::before(server, ProxyProtocol::Redis);
    let mut client = standing.connect();
    let answer = asked(&mut client, &command(&["SUBSCRIBE", "news"]), 5);
    assert_eq!(answer, "+OK\r\n");
    assert_eq!(asked(&mut client, &command(&["PING"]), 5), "+OK\r\n");
    drop(client);
    standing.idle();
    assert_eq!(told.iter().count(), 2);
    assert_eq!(standing.proxy.counts().opaque, 1);
}

/// A memcached that has one value and stores nothing.
fn memcached_peer() -> (SocketAddr, Receiver<String>) {
    peer(|stream, told| {
        let mut reader = memcached::CommandReader::default();
        converse(stream, |mut bytes| {
            let mut answer = Vec::new();
            while !bytes.is_empty() {
                let passed = reader.feed(bytes).unwrap();
                bytes = &bytes[passed.consumed..];
                if !passed.ends {
                    break;
                }
                if reader.is_answered() {
                    answer.extend_from_slice(match reader.name().as_str() {
                        "GET" => b"VALUE a 0 5\r\nEND\r\n\r\nEND\r\n",
                        _ => b"STORED\r\n",
                    });
                }
                told.send(reader.summary()).unwrap();
                reader.reset();
            }
            answer
        });
    })
}

#[test]
fn memcached_is_out_of_memory_for_what_is_stored_and_answers_the_rest() {
    let (server, told) = memcached_peer();
    let fault = "100:error for memcached SET";
    let standing = Standing::misbehaving(server, ProxyProtocol::Memcached, &[fault]);
    let mut client = standing.connect();
    let all = b"get a\r\nset a 0 0 4\r\n\r\n\r\n\r\nadd b 0 0 1\r\nx\r\n";
    let expected =
        "VALUE a 0 5\r\nEND\r\n\r\nEND\r\nSERVER_ERROR out of memory storing object\r\nSTORED\r\n";
    assert_eq!(asked(&mut client, all, expected.len()), expected);
    // nobody is told of what nobody waits for
    client.write_all(b"set a 0 0 1 noreply\r\nx\r\n").unwrap();
    assert_eq!(asked(&mut client, b"get a\r\n", 5), "VALUE");
    drop(client);
    standing.idle();
    let told: Vec<_> = told.iter().collect();
    assert_eq!(
        told,
        ["GET a", "ADD b 0 0 1", "SET a 0 0 1 noreply", "GET a"]
    );
}

/// An SMTP server that takes every message.
fn smtp_peer() -> (SocketAddr, Receiver<String>) {
    peer(|mut stream, told| {
        stream.write_all(b"220 test ready\r\n").unwrap();
        let mut reader = smtp::CommandReader::new(Kind::Command);
        converse(stream, |mut bytes| {
            let mut answer = Vec::new();
            while !bytes.is_empty() {
                let passed = reader.feed(bytes).unwrap();
                bytes = &bytes[passed.consumed..];
                if !passed.ends {
                    break;
                }
                let name = reader.name();
                told.send(reader.summary()).unwrap();
                let next = if name == "DATA" {
                    Kind::Message
                } else {
                    Kind::Command
                };
                reader = smtp::CommandReader::new(next);
                answer.extend_from_slice(match name.as_str() {
                    "EHLO" => b"250-test\r\n250 PIPELINING\r\n",
                    "DATA" => b"354 go ahead\r\n",
                    _ => b"250 OK\r\n",
                });
            }
            answer
        });
    })
}

const EHLO: &str = "250-test\r\n250 PIPELINING\r\n";

fn greeted(standing: &Standing) -> TcpStream {
    let mut client = standing.connect();
    assert_eq!(asked(&mut client, b"", 16), "220 test ready\r\n");
    assert_eq!(asked(&mut client, b"EHLO me\r\n", EHLO.len()), EHLO);
    client
}

fn rest(mut stream: TcpStream) -> String {
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    rest
}

#[test]
fn smtp_goes_on_after_451_and_ends_after_421() {
    let (server, told) = smtp_peer();
    let faults = [
        "100:error(reply=\"451 4.3.0 try later\") for smtp MAIL FROM:<bad*",
        "100:error for smtp RCPT",
    ];
    let standing = Standing::misbehaving(server, ProxyProtocol::Smtp, &faults);
    let mut client = greeted(&standing);
    let later = "451 4.3.0 try later\r\n";
    let bad = b"MAIL FROM:<bad@example.org>\r\n";
    assert_eq!(asked(&mut client, bad, later.len()), later);
    let good = b"MAIL FROM:<good@example.org>\r\n";
    assert_eq!(asked(&mut client, good, 8), "250 OK\r\n");
    client.write_all(b"RCPT TO:<b@example.org>\r\n").unwrap();
    assert!(rest(client).starts_with("421 4.3.2 Service not available"));
    standing.idle();
    assert_eq!(
        told.iter().collect::<Vec<_>>(),
        ["EHLO me", "MAIL FROM:<good@example.org>"]
    );
}

#[test]
fn a_message_is_an_exchange_of_its_own_and_its_lines_are_no_commands() {
    let (server, told) = smtp_peer();
    let faults = [
        "100:delay(ms=30) for smtp MESSAGE",
        "100:error for smtp QUIT",
    ];
    let standing = Standing::misbehaving(server, ProxyProtocol::Smtp, &faults);
    let mut client = greeted(&standing);
    let envelope = b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n";
    let expected = "250 OK\r\n250 OK\r\n354 go ahead\r\n";
    assert_eq!(asked(&mut client, envelope, expected.len()), expected);
    let message = b"Subject: hi\r\n\r\nQUIT\r\n..\r\n.\r\n";
    assert_eq!(asked(&mut client, message, 8), "250 OK\r\n");
    client.write_all(b"QUIT\r\n").unwrap();
    assert!(rest(client).starts_with("421 "));
    let told: Vec<_> = told.iter().collect();
    assert_eq!(
        told,
        [
            "EHLO me",
            "MAIL FROM:<a@b>",
            "RCPT TO:<c@d>",
            "DATA",
            "MESSAGE"
        ]
    );
    let struck: Vec<u64> = standing
        .proxy
        .faults()
        .iter()
        .map(|one| one.injected)
        .collect();
    assert_eq!(struck, [1, 1]);
}

#[test]
fn an_smtp_server_may_be_out_of_service_from_the_start() {
    let (server, _told) = smtp_peer();
    let fault = "100:error for smtp CONNECT";
    let standing = Standing::misbehaving(server, ProxyProtocol::Smtp, &[fault]);
    assert!(rest(standing.connect()).starts_with("421 "));
}
