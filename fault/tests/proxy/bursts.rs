//! Protocols in which nobody asks: what one side says is delayed, left out, cut or repeated without an answer being
//! awaited, in its direction alone.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use reprise_fault::ProxyProtocol;

use crate::support::{Standing, eventually, read_all, server};

/// Far longer than the quiet that ends a burst.
const QUIET: Duration = Duration::from_millis(200);

/// A proxy of bytes with these faults, and both ends of one connection through it.
fn both(faults: &[&str]) -> (Standing, TcpStream, TcpStream) {
    let (address, accepted) = server(|stream| stream);
    let standing = Standing::misbehaving(address, ProxyProtocol::Tcp, faults);
    let client = standing.connect();
    (standing, client, accepted.join().unwrap())
}

/// Says something, and waits until a fault has struck so often.
fn say(to: &mut TcpStream, words: &str, standing: &Standing, struck: u64) {
    to.write_all(words.as_bytes()).unwrap();
    eventually(|| standing.proxy.faults()[0].injected == struck);
}

/// The next words of this length.
fn hear(from: &mut TcpStream, length: usize) -> String {
    let mut words = vec![0; length];
    from.read_exact(&mut words).unwrap();
    String::from_utf8(words).unwrap()
}

#[test]
fn a_message_that_nobody_asked_for_never_arrives_and_the_next_one_does() {
    let (standing, mut client, mut server) = both(&["100:drop first 1"]);
    say(&mut server, "one", &standing, 1);
    thread::sleep(QUIET);
    server.write_all(b"two").unwrap();
    assert_eq!(hear(&mut client, 3), "two");
    // the other way nothing is lost
    client.write_all(b"three").unwrap();
    assert_eq!(hear(&mut server, 5), "three");
    assert_eq!(standing.proxy.faults()[0].injected, 1);
}

#[test]
fn a_burst_is_struck_once_however_many_pieces_it_comes_in_and_ends_when_the_other_side_speaks() {
    let (standing, mut client, mut server) = both(&["100:cut(bytes=4,quiet_ms=60000)"]);
    say(&mut server, "ab", &standing, 1);
    assert_eq!(hear(&mut client, 2), "ab");
    client.write_all(b"next").unwrap();
    assert_eq!(hear(&mut server, 4), "next");
    say(&mut server, "cd", &standing, 2);
    assert_eq!(hear(&mut client, 2), "cd");
    server.write_all(b"efgh").unwrap();
    assert_eq!(hear(&mut client, 2), "ef");
    server.write_all(b"ijkl").unwrap();
    server.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(&client), b"");
    assert_eq!(standing.proxy.faults()[0].injected, 2);
}

#[test]
fn a_burst_is_repeated_once_it_has_ended_without_an_answer() {
    let (standing, mut client, mut server) = both(&["100:repeat(times=2,stream=upstream)"]);
    say(&mut client, "ping;", &standing, 1);
    assert_eq!(hear(&mut server, 15), "ping;ping;ping;");
    server.write_all(b"pong").unwrap();
    assert_eq!(hear(&mut client, 4), "pong");
    // what ends with the connection is repeated before its end
    say(&mut client, "bye;", &standing, 2);
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(read_all(&server), b"bye;bye;bye;");
}

#[test]
fn a_long_burst_is_repeated_from_its_beginning() {
    let (standing, mut client, mut server) = both(&["100:repeat(stream=upstream)"]);
    let long: Vec<u8> = (0..1_000_000_u32).map(|number| number as u8).collect();
    let sent = long.clone();
    let sender = thread::spawn(move || {
        client.write_all(&sent).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        client
    });
    let mut heard = Vec::new();
    server.read_to_end(&mut heard).unwrap();
    assert!(heard.len() > long.len());
    // a sender that was held up may have been quiet: however many bursts it became, nothing is lost
    let struck = standing.proxy.faults()[0].injected as usize;
    assert!(heard.len() <= long.len() + struck * (256 << 10));
    drop(sender.join().unwrap());
}

#[test]
fn a_held_burst_keeps_its_direction_waiting_and_is_freed_when_the_fault_goes() {
    let (standing, mut client, mut server) = both(&["100:delay(ms=600000,stream=downstream)"]);
    say(&mut server, "tick", &standing, 1);
    client.write_all(b"still there?").unwrap();
    assert_eq!(hear(&mut server, 12), "still there?");
    standing.proxy.clear_faults();
    assert_eq!(hear(&mut client, 4), "tick");
}

#[test]
fn each_burst_is_delayed_by_itself() {
    let (standing, mut client, mut server) = both(&["100:delay(ms=100,stream=downstream)"]);
    let began = Instant::now();
    for number in 1..=3 {
        say(&mut server, "tick", &standing, number);
        assert_eq!(hear(&mut client, 4), "tick");
        client.write_all(b".").unwrap();
        assert_eq!(hear(&mut server, 1), ".");
    }
    assert!(began.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_fault_set_live_acts_on_the_next_burst_of_a_connection_that_is_open() {
    let (standing, mut client, mut server) = both(&[]);
    server.write_all(b"before").unwrap();
    assert_eq!(hear(&mut client, 6), "before");
    let drop = "100:drop(stream=both)".parse().unwrap();
    standing.proxy.add_fault(drop, true).unwrap();
    say(&mut server, "lost", &standing, 1);
    say(&mut client, "lost", &standing, 2);
    standing.proxy.clear_faults();
    server.write_all(b"after").unwrap();
    assert_eq!(hear(&mut client, 5), "after");
    client.write_all(b"after").unwrap();
    assert_eq!(hear(&mut server, 5), "after");
}

#[test]
fn a_websocket_begins_as_http_and_its_messages_are_bursts() {
    let (address, accepted) = server(|stream| stream);
    let standing = Standing::misbehaving(
        address,
        ProxyProtocol::Http,
        &["100:drop(stream=both) first 2"],
    );
    let mut client = standing.connect();
    let mut server = accepted.join().unwrap();
    let asked = "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    let answered =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    client.write_all(asked.as_bytes()).unwrap();
    assert_eq!(hear(&mut server, asked.len()), asked);
    server.write_all(answered.as_bytes()).unwrap();
    assert_eq!(hear(&mut client, answered.len()), answered);
    say(&mut server, "\u{1}\u{3}one", &standing, 1);
    say(&mut client, "\u{1}\u{3}two", &standing, 2);
    thread::sleep(QUIET);
    server.write_all(b"\x01\x05three").unwrap();
    assert_eq!(hear(&mut client, 7), "\u{1}\u{5}three");
    client.write_all(b"\x01\x04four").unwrap();
    assert_eq!(hear(&mut server, 6), "\u{1}\u{4}four");
}
