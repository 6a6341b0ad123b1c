//! What each fault of connections and bytes does to a client, in front of a server that echoes.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use reprise_fault::ProxyProtocol;

use crate::support::{LONG, Standing, converse, eventually, read_all};

/// A server that sends back what it gets, to any number of clients, until the test's process ends.
fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            thread::spawn(move || {
                let mut stream = stream.unwrap();
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = stream.read(&mut buffer) {
                    if stream.write_all(&buffer[..count]).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn standing(faults: &[&str]) -> Standing {
    Standing::misbehaving(echo(), ProxyProtocol::Tcp, faults)
}

/// Says something and reads as much back.
fn say(client: &mut TcpStream, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    client.write_all(bytes)?;
    let mut back = vec![0; bytes.len()];
    client.read_exact(&mut back)?;
    Ok(back)
}

fn took(act: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    act();
    begun.elapsed()
}

#[test]
fn a_delay_is_once_an_exchange_however_many_pieces_it_has() {
    let standing = standing(&["100:delay(ms=100)"]);
    let mut client = standing.connect();
    for _ in 0..2 {
        let length = took(|| {
            // more than one reading of the proxy in either direction
            assert_eq!(say(&mut client, &[7; 300_000]).unwrap(), [7; 300_000]);
        });
        assert!(length >= Duration::from_millis(100), "{length:?}");
    }
    assert_eq!(standing.proxy.faults()[0].injected, 2);
    assert_eq!(standing.proxy.faults()[0].connections, 1);
    assert_eq!(standing.proxy.counts().exchanges, 2);
}

#[test]
fn latency_delays_bytes_and_keeps_their_order() {
    let standing = standing(&["100:latency(ms=60,jitter=50,stream=both)"]);
    let pieces: Vec<Vec<u8>> = (0..40_u8).map(|byte| vec![byte; 100]).collect();
    let length = took(|| {
        let heard = converse(
            &standing.connect(),
            pieces.clone(),
            Duration::from_millis(2),
        );
        assert_eq!(heard, pieces.concat());
    });
    assert!(length >= Duration::from_millis(100), "{length:?}");
}

#[test]
fn latency_that_is_lifted_frees_what_is_on_its_way() {
    let standing = standing(&["100:latency(ms=600000)"]);
    let mut client = standing.connect();
    client.write_all(b"hello").unwrap();
    eventually(|| standing.proxy.counts().bytes_to_server == 5);
    standing.proxy.clear_faults();
    let mut answer = [0; 5];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"hello");
    assert_eq!(say(&mut client, b"again").unwrap(), b"again");
}

#[test]
fn bandwidth_is_what_was_asked_for() {
    let standing = standing(&["100:bandwidth(rate=100)"]);
    let mut client = standing.connect();
    let length = took(|| drop(say(&mut client, &[1; 50 << 10]).unwrap()));
    // 50 KiB at 100 KiB a second
    assert!(length >= Duration::from_millis(450), "{length:?}");
}

#[test]
fn a_connection_that_is_open_becomes_narrow_and_wide_again() {
    let standing = standing(&["100:dummy"]);
    let mut client = standing.connect();
    assert_eq!(say(&mut client, b"fine").unwrap(), b"fine");
    let narrow = "100:bandwidth(rate=100)".parse().unwrap();
    let narrow = standing.proxy.add_fault(narrow, true).unwrap();
    let length = took(|| drop(say(&mut client, &[1; 50 << 10]).unwrap()));
    assert!(length >= Duration::from_millis(450), "{length:?}");
    // at 1 KiB a second it would take far longer than anyone waits
    let crawling = "100:bandwidth(rate=1)".parse().unwrap();
    standing.proxy.change_fault(narrow, crawling).unwrap();
    let reading = thread::spawn(move || say(&mut client, &[2; 200 << 10]).unwrap().len());
    thread::sleep(Duration::from_millis(100));
    standing.proxy.remove_fault(narrow).unwrap();
    assert_eq!(reading.join().unwrap(), 200 << 10);
}

#[test]
fn sliced_bytes_arrive_whole_and_in_small_pieces() {
    let standing = standing(&["100:slicer(bytes=10,variation=5,delay_us=20000)"]);
    let mut client = standing.connect();
    client.write_all(&[3; 100]).unwrap();
    let (mut back, mut pieces) = (Vec::new(), Vec::new());
    while back.len() < 100 {
        let mut buffer = [0; 4096];
        let count = client.read(&mut buffer).unwrap();
        pieces.push(count);
        back.extend_from_slice(&buffer[..count]);
    }
    assert_eq!(back, [3; 100]);
    assert!(pieces.len() > 3, "{pieces:?}");
}

#[test]
fn lost_packets_come_late_and_in_their_order() {
    let standing = standing(&["100:packet_loss(percent=40,ms=20)"]);
    let mut client = standing.connect();
    let sent: Vec<u8> = (0..100_000_u32).map(|at| (at / 7) as u8).collect();
    let mut back = Vec::new();
    let length = took(|| back = say(&mut client, &sent).unwrap());
    assert!(back == sent);
    // of 70 packets some 28 are lost at least once: which, depends on how the bytes come
    assert!(length >= Duration::from_millis(60), "{length:?}");
    assert_eq!(standing.proxy.faults()[0].injected, 1);
}

#[test]
fn a_connection_ends_after_its_limit_of_bytes() {
    let standing = standing(&["100:limit_data(bytes=10)"]);
    let mut client = standing.connect();
    client.write_all(b"0123456789abcdef").unwrap();
    assert_eq!(read_all(&client), b"0123456789");
    standing.idle();
}

#[test]
fn a_slow_close_arrives_late() {
    let standing = standing(&["100:slow_close(ms=150)"]);
    let length = took(|| {
        let heard = converse(&standing.connect(), vec![b"x".to_vec()], Duration::ZERO);
        assert_eq!(heard, b"x");
    });
    assert!(length >= Duration::from_millis(150), "{length:?}");
}

#[test]
fn a_reset_is_a_real_one_also_on_a_connection_that_was_open() {
    let standing = standing(&[]);
    let mut client = standing.connect();
    assert_eq!(say(&mut client, b"fine").unwrap(), b"fine");
    standing
        .proxy
        .add_fault("100:reset_peer".parse().unwrap(), true)
        .unwrap();
    let error = say(&mut client, b"gone").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_blackout_closes_before_or_after_an_exchange() {
    let before = standing(&["100:blackout"]);
    let mut client = before.connect();
    client.write_all(b"hello").unwrap();
    assert_eq!(read_all(&client), b"");
    let after = standing(&["100:blackout(when=after)"]);
    let mut client = after.connect();
    assert_eq!(say(&mut client, b"once").unwrap(), b"once");
    client.write_all(b"again").unwrap();
    assert_eq!(read_all(&client), b"");
}

#[test]
fn an_answer_is_lost_damaged_or_cut() {
    let lost = standing(&["100:abort"]);
    let mut client = lost.connect();
    client.write_all(b"hello").unwrap();
    assert_eq!(read_all(&client), b"");
    assert_eq!(lost.proxy.counts().bytes_to_server, 5);
    let damaged = standing(&["100:corrupt(bytes=2)"]);
    let back = say(&mut damaged.connect(), &[0; 64]).unwrap();
    assert_eq!(back.iter().filter(|byte| byte.count_ones() == 1).count(), 2);
    assert_eq!(back.iter().filter(|byte| **byte == 0).count(), 62);
    let cut = standing(&["100:truncate(bytes=3)"]);
    let mut client = cut.connect();
    client.write_all(b"hello").unwrap();
    assert_eq!(read_all(&client), b"hel");
}

#[test]
fn a_timeout_says_nothing_and_then_closes() {
    let standing = standing(&["100:timeout(ms=100)"]);
    let mut client = standing.connect();
    let length = took(|| {
        client.write_all(b"hello").unwrap();
        assert_eq!(read_all(&client), b"");
    });
    assert!(length >= Duration::from_millis(100), "{length:?}");
}

#[test]
fn hung_clients_are_freed_when_they_leave_and_when_the_fault_ends() {
    let standing = standing(&["100:hang"]);
    let clients: Vec<TcpStream> = (0..300)
        .map(|_| {
            let mut client = standing.connect();
            client.write_all(b"hello").unwrap();
            client
        })
        .collect();
    eventually(|| standing.proxy.faults()[0].injected == 300);
    let mut staying = clients.into_iter();
    staying.by_ref().take(150).for_each(drop);
    eventually(|| standing.proxy.counts().open == 150);
    standing.proxy.remove_fault(1).unwrap();
    for client in staying {
        assert_eq!(read_all(&client), b"");
    }
    standing.idle();
}

#[test]
fn nothing_is_left_of_hung_clients_however_often_they_come() {
    let standing = standing(&["100:hang"]);
    // every task of a connection holds the proxy, and so do a few of the proxy's own
    let few = 50;
    for round in 1..=3 {
        let clients: Vec<TcpStream> = (0..400)
            .map(|_| {
                let mut client = standing.connect();
                client.write_all(b"hello").unwrap();
                client
            })
            .collect();
        eventually(|| standing.proxy.faults()[0].injected == round * 400);
        assert!(Arc::strong_count(&standing.proxy) >= 400);
        drop(clients);
        standing.idle();
        eventually(|| Arc::strong_count(&standing.proxy) < few);
    }
}

#[test]
fn a_hang_ends_with_its_span_of_time() {
    let standing = standing(&["100:hang@..150ms"]);
    let mut client = standing.connect();
    client.write_all(b"hello").unwrap();
    assert_eq!(read_all(&client), b"");
    assert_eq!(say(&mut standing.connect(), b"again").unwrap(), b"again");
}

#[test]
fn nobody_listens_while_it_is_down_and_then_somebody_does() {
    let standing = standing(&[]);
    let mut open = standing.connect();
    assert_eq!(say(&mut open, b"fine").unwrap(), b"fine");
    let down = standing
        .proxy
        .add_fault("100:down".parse().unwrap(), true)
        .unwrap();
    assert_eq!(read_all(&open), b"");
    let address = standing.proxy.address();
    let refused = || {
        TcpStream::connect(address).is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    };
    eventually(refused);
    standing.proxy.switch_fault(down, false).unwrap();
    eventually(|| {
        TcpStream::connect(address).is_ok_and(|mut client| say(&mut client, b"up").is_ok())
    });
}

#[test]
fn a_share_of_connections_is_drawn_and_the_same_for_the_same_seed() {
    let hit = || {
        let standing = standing(&["40:down"]);
        let hit: Vec<bool> = (0..50)
            .map(|_| say(&mut standing.connect(), b"there?").is_err())
            .collect();
        let struck = hit.iter().filter(|hit| **hit).count() as u64;
        let fault = &standing.proxy.faults()[0];
        assert_eq!((fault.connections, fault.passed), (struck, 50 - struck));
        hit
    };
    let first = hit();
    let share = first.iter().filter(|hit| **hit).count();
    assert!((8..35).contains(&share), "{share} of 50");
    assert_eq!(first, hit());
}

#[test]
fn the_first_so_many_of_a_connection_or_of_all_are_struck() {
    let each = standing(&["100:delay(ms=40) after 1 first 2"]);
    let all = standing(&["100:delay(ms=40) first 3 of all"]);
    for _ in 0..2 {
        let (mut one, mut other) = (each.connect(), all.connect());
        for _ in 0..5 {
            say(&mut one, b"x").unwrap();
            say(&mut other, b"x").unwrap();
        }
    }
    let counted = |standing: &Standing| {
        let fault = &standing.proxy.faults()[0];
        (fault.injected, fault.passed)
    };
    assert_eq!(counted(&each), (4, 6));
    assert_eq!(counted(&all), (3, 7));
}

#[test]
fn faults_come_and_go_on_an_open_connection_without_losing_a_byte() {
    let standing = standing(&[]);
    let client = standing.connect();
    let pieces: Vec<Vec<u8>> = (0..200_u32).map(|i| vec![i as u8; 5_000]).collect();
    let all = pieces.concat();
    let conversation = thread::spawn(move || converse(&client, pieces, Duration::from_millis(1)));
    let begun = Instant::now();
    while !conversation.is_finished() {
        assert!(begun.elapsed() < LONG);
        let id = standing
            .proxy
            .add_fault(
                "100:latency(ms=3,jitter=2,stream=both)".parse().unwrap(),
                true,
            )
            .unwrap();
        thread::sleep(Duration::from_millis(20));
        standing.proxy.remove_fault(id).unwrap();
    }
    assert!(conversation.join().unwrap() == all);
}

#[test]
fn a_fault_of_another_protocol_is_refused_and_changes_nothing() {
    let standing = standing(&["100:dummy"]);
    for fault in [
        "1:error(status=503)",
        "1:late_rows(ms=3)",
        "1:hang for http",
        "1:hang for table:item",
    ] {
        let fault = fault.parse().unwrap();
        let error = standing.proxy.add_fault(fault, true).unwrap_err();
        assert!(error.to_string().contains("use --protocol"), "{error}");
    }
    // of bytes nobody knows what they ask for
    for selector in ["GET", "/api/*", "where method:POST"] {
        let fault = format!("1:hang for {selector}").parse().unwrap();
        let error = standing.proxy.add_fault(fault, true).unwrap_err();
        assert!(error.to_string().contains("say what is spoken"), "{error}");
    }
    let of_a_copy = "1:hang for copy:2".parse().unwrap();
    let error = standing.proxy.add_fault(of_a_copy, true).unwrap_err();
    assert!(error.to_string().contains("connection:N"), "{error}");
    assert!(
        standing
            .proxy
            .change_fault(9, "1:hang".parse().unwrap())
            .is_err()
    );
    assert_eq!(standing.proxy.faults().len(), 1);
}
