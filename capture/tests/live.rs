//! Real packets over the loopback interface. Needs the right to capture.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing helper fails the test"
)]

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use reprise_capture::{
    CaptureError, CaptureEvent, Interfaces, PacketSource, RecordConfig, StopAfter, devices, record,
};
use reprise_store::{ExchangeId, Recording, Store};

const REQUEST: &[u8] = b"POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Length: 5\r\n\r\nhello";
const ANSWER: &[u8] = b"HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok";

fn on(interfaces: &[&str]) -> PacketSource {
    PacketSource::Interfaces(Interfaces::named(interfaces.iter().copied()))
}

fn config(port: u16) -> RecordConfig {
    RecordConfig {
        source: on(&["lo"]),
        ports: vec![port],
        name: "live".to_owned(),
        ..RecordConfig::default()
    }
}

/// A server on a free port that answers `connections` connections of one exchange each.
fn serve(connections: usize) -> (u16, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        for _ in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; REQUEST.len()];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(ANSWER).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
            stream.read_to_end(&mut request).unwrap();
        }
    });
    (port, server)
}

fn exchange(port: u16) {
    ask(TcpStream::connect(("127.0.0.1", port)).unwrap());
}

/// As a replay connects: every packet of the client's is marked, the SYN among them.
fn marked_exchange(port: u16) {
    use rustix::net::{AddressFamily, SocketType, connect, socket, sockopt};
    let socket = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    sockopt::set_ip_tos(&socket, reprise_wire::REPLAY_DSCP << 2).unwrap();
    connect(&socket, &SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
    ask(TcpStream::from(socket));
}

fn ask(mut stream: TcpStream) {
    stream.write_all(REQUEST).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert_eq!(answer, ANSWER);
}

fn recorded(
    interfaces: &[&str],
    connections: usize,
    exchange: fn(u16),
) -> (Store, Recording, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("live.reprise")).unwrap();
    let (port, server) = serve(connections);
    let config = RecordConfig {
        source: on(interfaces),
        ..config(port)
    };
    let handle = record(config, &store).unwrap_or_else(|error| {
        panic!("failed to {error}\nthis test captures real packets: run it as root")
    });
    for _ in 0..connections {
        exchange(port);
    }
    server.join().unwrap();
    handle.stop();
    let last = handle.events().iter().last();
    assert_eq!(last, Some(CaptureEvent::Finished));
    let recording = handle.join().unwrap();
    (store, recording, folder)
}

#[test]
fn exchanges_over_loopback_are_recorded_whole() {
    let (store, recording, _folder) = recorded(&["lo"], 25, exchange);
    assert_eq!(recording.exchanges.http, 25, "{:?}", recording.loss);
    assert_eq!(recording.connections, 25);
    let loss = &recording.loss;
    assert_eq!(
        (loss.gap_bytes, loss.truncated_packets, loss.kernel_dropped),
        (0, 0, 0)
    );
    assert_eq!(
        loss.packets,
        loss.decoded_packets + loss.duplicate_packets + loss.malformed_packets
    );
    let rows = store.exchanges(recording.id, ExchangeId(0), 100).unwrap();
    for row in rows {
        let payloads = store.payloads(recording.id, row.id).unwrap();
        assert_eq!(payloads.request.unwrap().bytes, REQUEST);
        assert_eq!(payloads.response.unwrap().bytes, ANSWER);
        assert!(row.latency_us().is_some());
    }
}

#[test]
fn capturing_on_all_interfaces_sees_each_exchange_once() {
    let (_store, recording, _folder) = recorded(&["any"], 3, exchange);
    assert_eq!(
        (recording.exchanges.http, recording.connections),
        (3, 3),
        "{:?}",
        recording.loss
    );
}

#[test]
fn an_interface_named_twice_is_captured_once() {
    let (_store, recording, _folder) = recorded(&["lo", "lo"], 2, exchange);
    assert_eq!(recording.exchanges.http, 2, "{:?}", recording.loss);
    assert_eq!(recording.loss.duplicate_packets, 0);
}

#[test]
fn a_replay_s_own_packets_are_left_out_and_counted() {
    let (_store, recording, _folder) = recorded(&["lo"], 2, marked_exchange);
    assert_eq!((recording.exchanges.http, recording.connections), (0, 0));
    assert!(recording.loss.replay_marked >= 12, "{:?}", recording.loss);
}

#[test]
fn a_capture_ends_by_itself_after_its_duration() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("short.reprise")).unwrap();
    let (port, _server) = serve(0);
    let config = RecordConfig {
        stop_after: StopAfter {
            duration: Some(Duration::from_millis(50)),
            ..StopAfter::default()
        },
        ..config(port)
    };
    let handle = record(config, &store).expect("capturing on lo needs root");
    assert_eq!(handle.events().iter().last(), Some(CaptureEvent::Finished));
    assert_eq!(handle.join().unwrap().exchanges.http, 0);
}

/// Records on loopback while exchanges are made one by one, until the limit ends it.
fn ended_by(stop_after: StopAfter) -> Recording {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("limited.reprise")).unwrap();
    let (port, server) = serve(usize::MAX);
    let config = RecordConfig {
        stop_after,
        ..config(port)
    };
    let handle = record(config, &store).unwrap();
    while !handle
        .events()
        .try_iter()
        .any(|event| event == CaptureEvent::Finished)
    {
        assert!(!server.is_finished());
        exchange(port);
    }
    handle.join().unwrap()
}

#[test]
fn a_capture_ends_by_itself_after_so_many_packets() {
    let recording = ended_by(StopAfter {
        packets: Some(25),
        ..StopAfter::default()
    });
    assert_eq!(recording.loss.packets, 25);
}

#[test]
fn a_capture_ends_by_itself_before_there_are_more_bytes_than_allowed() {
    let recording = ended_by(StopAfter {
        bytes: Some(5_000),
        ..StopAfter::default()
    });
    let bytes = recording.bytes.captured;
    assert!((4_000..=5_000).contains(&bytes), "{bytes}");
}

#[test]
fn a_capture_ends_by_itself_after_so_many_exchanges() {
    let recording = ended_by(StopAfter {
        exchanges: Some(3),
        ..StopAfter::default()
    });
    assert!(recording.exchanges.http >= 3, "{recording:?}");
}

#[test]
fn what_cannot_be_captured_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("refused.reprise")).unwrap();
    let unknown = RecordConfig {
        source: on(&["nosuch0"]),
        ..config(80)
    };
    match record(unknown, &store).unwrap_err() {
        CaptureError::NoSuchInterface { there_are, .. } => assert!(there_are.contains("lo")),
        other => panic!("{other}"),
    }
    let all_and_one = RecordConfig {
        source: on(&["any", "lo"]),
        ..config(80)
    };
    let error = record(all_and_one, &store).unwrap_err().to_string();
    assert!(error.contains("name it alone"), "{error}");
    let error = record(RecordConfig::default(), &store)
        .unwrap_err()
        .to_string();
    assert!(error.contains("reprise devices"), "{error}");
    let bad = RecordConfig {
        filter: Some("port eighty eighty".to_owned()),
        ..config(80)
    };
    match record(bad, &store).unwrap_err() {
        CaptureError::Filter { filter, .. } => assert_eq!(filter, "port eighty eighty"),
        other => panic!("{other}"),
    }
    assert!(store.recordings().unwrap().is_empty());
}

#[test]
fn loopback_is_among_the_devices_and_can_be_captured_by_root() {
    let devices = devices().unwrap();
    let loopback = devices
        .iter()
        .find(|device| device.loopback)
        .expect("there is a loopback");
    assert_eq!(loopback.capturable, Ok(()), "run as root");
}
