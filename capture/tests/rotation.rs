//! One capture into several recordings: nothing is lost between them, and old ones go. Needs the right
//! to capture.
#![expect(clippy::unwrap_used, reason = "a failing helper fails the test")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use reprise_capture::{
    CaptureEvent, Handle, Interfaces, PacketSource, RecordConfig, Rotate, RotateEvery, record,
};
use reprise_store::{Ledger, RecordingState, Store};
use tempfile::TempDir;

const REQUEST: &[u8] = b"GET /cart HTTP/1.1\r\nHost: shop\r\n\r\n";
const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server that answers on one connection, and that connection.
fn connected() -> TcpStream {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    client.set_nodelay(true).unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = vec![0; REQUEST.len()];
        while stream.read_exact(&mut request).is_ok() {
            stream.write_all(ANSWER).unwrap();
        }
    });
    client
}

fn ask(client: &mut TcpStream) {
    client.write_all(REQUEST).unwrap();
    answered(client);
}

fn answered(client: &mut TcpStream) {
    let mut answer = vec![0; ANSWER.len()];
    client.read_exact(&mut answer).unwrap();
    assert_eq!(answer, ANSWER);
}

fn start(client: &TcpStream, keep: Option<usize>) -> (Store, TempDir, Handle) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("rotated.reprise")).unwrap();
    let config = RecordConfig {
        source: PacketSource::Interfaces(Interfaces::named(["lo"])),
        ports: vec![client.peer_addr().unwrap().port()],
        rotate: Some(Rotate {
            every: RotateEvery::Bytes(1_000),
            keep,
        }),
        name: "hour".to_owned(),
        ..RecordConfig::default()
    };
    let handle = record(config, &store).unwrap();
    (store, folder, handle)
}

/// Waits for the next recording.
fn rotated(handle: &Handle) -> String {
    let name = handle.events().iter().find_map(|event| match event {
        CaptureEvent::Rotated { name, .. } => Some(name),
        _ => None,
    });
    name.unwrap()
}

#[test]
fn a_connection_goes_on_in_the_next_recording_and_no_exchange_is_lost() {
    let mut client = connected();
    let (store, _folder, handle) = start(&client, None);
    // Each begins while a request is half said.
    let mut asked = 0;
    for next in ["hour-2", "hour-3"] {
        let (half, rest) = REQUEST.split_at(9);
        for _ in 0..20 {
            ask(&mut client);
        }
        client.write_all(half).unwrap();
        assert_eq!(rotated(&handle), next);
        client.write_all(rest).unwrap();
        answered(&mut client);
        asked += 21;
    }
    handle.stop();
    assert_eq!(handle.events().iter().last(), Some(CaptureEvent::Finished));
    let last = handle.join().unwrap();
    assert_eq!(last.name, "hour-3");
    let mut recordings = store.recordings().unwrap();
    recordings.sort_by_key(|recording| recording.id.0);
    let names: Vec<_> = recordings.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["hour-1", "hour-2", "hour-3"]);
    let mut whole = Ledger::default();
    let (mut exchanges, mut requests) = (0, 0);
    for recording in &recordings {
        assert_eq!(recording.state, RecordingState::Complete, "{recording:?}");
        assert_eq!(recording.connections, 1);
        assert!(recording.exchanges.http > 0);
        let connections = store.connections(recording.id).unwrap();
        assert!(connections[0].midstream, "it was open before each of them");
        exchanges += recording.exchanges.http;
        requests += recording.messages.http_requests;
        whole += &recording.loss;
    }
    assert_eq!((exchanges, requests), (asked, asked));
    assert_eq!(whole.packets, whole.decoded_packets);
    assert_eq!(
        (
            whole.gap_bytes,
            whole.unpaired_requests,
            whole.undecodable_bytes
        ),
        (0, 0, 0)
    );
}

#[test]
fn the_oldest_recordings_go_to_the_bin() {
    let mut client = connected();
    let (store, _folder, handle) = start(&client, Some(1));
    for _ in 0..4 {
        for _ in 0..20 {
            ask(&mut client);
        }
        rotated(&handle);
    }
    handle.stop();
    assert_eq!(handle.events().iter().last(), Some(CaptureEvent::Finished));
    assert_eq!(handle.join().unwrap().name, "hour-5");
    let names = |store: &Store| {
        let recordings = store.recordings().unwrap().into_iter();
        let mut names: Vec<String> = recordings.map(|recording| recording.name).collect();
        names.sort();
        names
    };
    assert_eq!(names(&store), ["hour-5"]);
    assert_eq!(store.binned().unwrap().len(), 4);
}
