//! Large messages and bursts over loopback, where a recorder that groups packets loses requests; and a
//! ring too small, where the ledger is to name what is missing. Needs the right to capture.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failing helper fails the test"
)]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Barrier};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use reprise_capture::{
    CaptureEvent, DEFAULT_RING_BYTES, Handle, Interfaces, PacketSource, Progress, RecordConfig,
    record,
};
use reprise_store::{ExchangeId, Recording, Store};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A POST whose bytes all depend on `number`.
fn post(number: usize, body: usize) -> Vec<u8> {
    let head = format!("POST /upload/{number:06} HTTP/1.1\r\nContent-Length: {body:08}\r\n\r\n");
    let body = (0..body).map(|at| (at.wrapping_mul(31) ^ number) as u8);
    head.into_bytes().into_iter().chain(body).collect()
}

/// A server that reads requests of `length` bytes and answers each, until its clients are gone.
fn serve(clients: usize, length: usize) -> (u16, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let answering: Vec<_> = (0..clients)
            .map(|_| {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = vec![0; length];
                thread::spawn(move || {
                    while stream.read_exact(&mut request).is_ok() {
                        stream.write_all(ANSWER).unwrap();
                    }
                })
            })
            .collect();
        for one in answering {
            one.join().unwrap();
        }
    });
    (port, server)
}

/// A running capture, and where it stands.
struct Watched {
    handle: Handle,
    seen: Progress,
}

impl Watched {
    /// Waits until so many exchanges have been decoded. Whether that was so within three seconds.
    fn decodes(&mut self, exchanges: u64) -> bool {
        let began = Instant::now();
        while self.look().exchanges < exchanges && began.elapsed() < Duration::from_secs(3) {}
        self.seen.exchanges >= exchanges
    }

    /// Waits until it reads nothing more, so that its ring is empty.
    fn catches_up(&mut self) {
        while self.look().packets < {
            thread::sleep(Duration::from_millis(500));
            self.look().packets
        } {}
    }

    fn look(&mut self) -> Progress {
        let events = self.handle.events();
        if let Ok(event) = events.recv_timeout(Duration::from_millis(50)) {
            for event in std::iter::once(event).chain(events.try_iter()) {
                if let CaptureEvent::Progress(progress) = event {
                    self.seen = progress;
                }
            }
        }
        self.seen
    }
}

/// What was recorded, and the folder it is in.
type Recorded = (Store, Recording, tempfile::TempDir);

/// Records `bursts` requests of each of `clients`, all sent at the same moments. `None`: the first of them, before which
/// nothing was seen, or the last, after which nothing is, were not all seen, so that nobody could tell what was lost.
fn recorded(clients: usize, bursts: usize, body: usize, ring_bytes: u32) -> Option<Recorded> {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("live.reprise")).unwrap();
    let (port, server) = serve(clients, post(0, body).len());
    let config = RecordConfig {
        source: PacketSource::Interfaces(Interfaces {
            ring_bytes,
            ..Interfaces::named(["lo"])
        }),
        ports: vec![port],
        name: "live".to_owned(),
        ..RecordConfig::default()
    };
    let handle = record(config, &store).unwrap_or_else(|error| {
        panic!("failed to {error}\nthis test captures real packets: run it as root")
    });
    let seen = Progress::default();
    let mut watched = Watched { handle, seen };
    // all clients, and who watches
    let together = Arc::new(Barrier::new(clients + 1));
    let sending: Vec<_> = (0..clients)
        .map(|client| {
            let together = Arc::clone(&together);
            thread::spawn(move || {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
                for burst in 0..bursts {
                    together.wait();
                    stream
                        .write_all(&post(client * bursts + burst, body))
                        .unwrap();
                    stream.read_exact(&mut [0; ANSWER.len()]).unwrap();
                }
                together.wait();
            })
        })
        .collect();
    together.wait();
    let first = watched.decodes(clients as u64);
    for _ in 1..bursts - 1 {
        together.wait();
    }
    watched.catches_up();
    let before = watched.seen.exchanges;
    together.wait();
    let last = watched.decodes(before + clients as u64);
    together.wait();
    for one in sending {
        one.join().unwrap();
    }
    server.join().unwrap();
    watched.handle.stop();
    let recording = watched.handle.join().unwrap();
    (first && last).then_some((store, recording, folder))
}

fn assert_whole(clients: usize, bursts: usize, body: usize) {
    let (store, recording, _folder) =
        recorded(clients, bursts, body, DEFAULT_RING_BYTES).expect("its first and last are seen");
    let loss = &recording.loss;
    let sent = clients * bursts;
    assert_eq!(recording.exchanges.http, sent as u64, "{loss:?}");
    assert_eq!((loss.gap_bytes, loss.kernel_dropped), (0, 0));
    assert_eq!((loss.unpaired_requests, loss.unpaired_responses), (0, 0));
    let mut seen = vec![0; sent];
    let rows = store.exchanges(recording.id, ExchangeId(0), 1_000).unwrap();
    for row in rows {
        let request = store.payloads(recording.id, row.id).unwrap().request;
        let bytes = request.unwrap().bytes;
        let number: usize = row.summary["POST /upload/".len()..].parse().unwrap();
        assert_eq!(bytes, post(number, body), "request {number}");
        seen[number] += 1;
    }
    assert!(seen.iter().all(|times| *times == 1), "{seen:?}");
}

#[test]
fn bodies_of_a_megabyte_are_recorded_byte_for_byte() {
    assert_whole(1, 8, 1 << 20);
}

#[test]
fn bursts_of_20_kb_requests_on_eight_connections_lose_nothing() {
    assert_whole(8, 40, 20_000);
}

#[test]
fn bursts_of_200_kb_requests_on_eight_connections_lose_nothing() {
    assert_whole(8, 12, 200_000);
}

#[test]
fn what_a_small_ring_loses_is_in_the_ledger_to_the_byte() {
    let (clients, bursts, body) = (8, 2_000, 120);
    // the ring is one block: while that is read everything is lost, the first and the last messages too
    let recorded = (0..20).find_map(|_| recorded(clients, bursts, body, 128 << 10));
    let (_store, recording, _folder) = recorded.expect("a run whose first and last are seen");
    let (loss, messages) = (&recording.loss, &recording.messages);
    let sent = (clients * bursts) as u64;
    // Every message is one packet, so a message is lost whole or not at all.
    let requests = (sent - messages.http_requests) * post(0, body).len() as u64;
    let answers = (sent - messages.http_responses) * ANSWER.len() as u64;
    assert_eq!(loss.gap_bytes, requests + answers, "{loss:?}");
    assert_eq!(loss.undecodable_bytes, 0, "{loss:?}");
    assert!(loss.gap_bytes == 0 || loss.kernel_dropped > 0, "{loss:?}");
}
