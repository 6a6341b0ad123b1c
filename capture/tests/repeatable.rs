//! An import depends on nothing but its file: not on the pace of the threads it passes through, nor on
//! when they commit.
#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use reprise_capture::packet_builder::{Conversation, Frame, PcapOptions, write_pcap};
use reprise_capture::{ImportConfig, LinkType, Redaction, import};
use reprise_store::{ExchangeId, Recording, Store};
use reprise_wire::Timestamp;
use reprise_wire::redact::{RedactionKey, Rules};

const CONNECTIONS: u16 = 50;
const EXCHANGES_EACH: usize = 20;

/// Many connections at once, with bodies of many lengths, some larger than what is stored together.
fn capture(path: &Path) {
    let server = SocketAddr::from(([10, 0, 0, 1], 80));
    let mut frames: Vec<Frame> = (0..CONNECTIONS)
        .flat_map(|number| {
            let client = SocketAddr::from(([10, 0, 0, 2], 10_000 + number));
            let start = Timestamp::from_micros(1_700_000_000_000_000 + i64::from(number) * 17);
            let mut talk = Conversation::new(client, server, start);
            talk.handshake();
            for exchange in 0..EXCHANGES_EACH {
                let length = (usize::from(number) * 31 + exchange * 977) % 5_000
                    + if exchange == 7 { 90_000 } else { 0 };
                let cookie = number % 10;
                let request =
                    format!("GET /{number}/{exchange} HTTP/1.1\r\nCookie: sid={cookie}\r\n\r\n");
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{}",
                    "x".repeat(length)
                );
                talk.client(request)
                    .wait_us(300)
                    .server(answer)
                    .wait_us(900);
            }
            talk.close();
            talk.into_frames()
        })
        .collect();
    frames.sort_by_key(|frame| frame.at);
    let mut bytes = Vec::new();
    let options = PcapOptions::default();
    write_pcap(&mut bytes, LinkType::ETHERNET, options, &frames).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn imported(store: &Store, file: &Path, name: &str) -> Recording {
    let config = ImportConfig {
        files: vec![file.to_path_buf()],
        name: name.to_owned(),
        redaction: Some(Redaction {
            key: RedactionKey::new([3; 32]),
            rules: Rules::default(),
        }),
        ..ImportConfig::default()
    };
    import(config, store).unwrap().join().unwrap()
}

/// Everything that is kept of the exchanges, in order, but where in the file it lies.
fn told(store: &Store, recording: &Recording) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let rows = store
        .exchanges(recording.id, ExchangeId(0), 100_000)
        .unwrap();
    rows.iter()
        .map(|row| {
            let mut line = format!("{} {} {}", row.id.0, row.connection.0, row.summary);
            let times = (row.at_us, row.request_last_us);
            let answer = (row.response_first_us, row.response_last_us);
            let sizes = (row.request_bytes, row.response_bytes);
            write!(line, " {} {times:?} {answer:?} {sizes:?}", row.operation.0).unwrap();
            write!(
                line,
                " {:?} {:?} {:?}",
                row.status, row.flags, row.statement_id
            )
            .unwrap();
            let payloads = store.payloads(recording.id, row.id).unwrap();
            let bytes = |half: Option<reprise_wire::Payload>| half.unwrap().bytes;
            (line, bytes(payloads.request), bytes(payloads.response))
        })
        .collect()
}

#[test]
fn the_same_file_imported_twice_gives_the_same_exchanges_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("test.reprise")).unwrap();
    let file = folder.path().join("capture.pcap");
    capture(&file);
    let first = imported(&store, &file, "first");
    let second = imported(&store, &file, "second");
    let exchanges = usize::from(CONNECTIONS) * EXCHANGES_EACH;
    assert_eq!(first.exchanges.http, exchanges as u64);
    let (one, other) = (told(&store, &first), told(&store, &second));
    assert_eq!(one.len(), exchanges);
    for (one, other) in one.iter().zip(&other) {
        assert_eq!(one, other);
    }
    assert_eq!(one.len(), other.len());
    assert_eq!(first.loss, second.loss);
    assert_eq!(first.redacted, second.redacted);
}
