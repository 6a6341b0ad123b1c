//! What a recorder does when connections keep too much.

use reprise_store::{ExchangeId, NewRecording, Store};
use reprise_wire::Flags;

use super::*;

const AT: Timestamp = Timestamp::from_micros(1);

fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("test.reprise")).unwrap();
    (folder, store)
}

fn recorder(store: &Store) -> Recorder {
    let new = NewRecording {
        name: "crowded".to_owned(),
        source: String::new(),
        started_at: AT,
    };
    let writer = store.create_recording(&new).unwrap();
    Recorder::start(writer, Limits::default(), None).unwrap()
}

fn open(recorder: &mut Recorder, number: u16, port: u16) -> Slot {
    let slot = Slot(number.into());
    let connection = NewConnection {
        client: ([10, 0, 0, 1], 40_000 + number).into(),
        server: ([10, 0, 0, 2], port).into(),
        opened: AT,
        midstream: port == 3_306,
    };
    recorder.opened(slot, &connection);
    slot
}

#[test]
fn when_unfinished_messages_take_too_much_the_largest_is_kept_as_it_is_and_begun_anew() {
    let (_folder, store) = store();
    let mut recorder = recorder(&store);
    let at = AT;
    recorder.held_cap = 10_000;
    for number in 0..4_u16 {
        let slot = open(&mut recorder, number, 80);
        let request = "POST / HTTP/1.1\r\nContent-Length: 9000\r\n\r\n";
        let body = vec![b'x'; 2_500 + usize::from(number)];
        for bytes in [request.as_bytes(), &body] {
            recorder.piece(slot, Direction::ToServer, Piece::Chunk { at, bytes });
        }
    }
    assert!(recorder.held_bytes <= recorder.held_cap);
    assert_eq!(recorder.exchanges(), 1);
    let recording = recorder.finish(0, None, Ledger::default(), true).unwrap();
    assert_eq!(recording.loss.evicted_connections, 1);
    let row = store
        .exchange(recording.id, ExchangeId(1))
        .unwrap()
        .unwrap();
    assert!(row.flags.contains(Flags::REQUEST_TRUNCATED));
}

#[test]
fn replies_of_mysql_that_have_not_ended_count_among_what_is_kept() {
    let (_folder, store) = store();
    let mut recorder = recorder(&store);
    let slot = open(&mut recorder, 0, 3_306);
    let query = [&[9, 0, 0, 0, 3][..], b"SELECT 1"].concat();
    let mut reply = vec![1, 0, 0, 1, 1];
    reply.extend([23, 0, 0, 2, 3]);
    reply.extend(b"def\0\0\0\x011\0\x0c\x21\0\x01\0\0\0\x03\0\0\0\0");
    let mut row = vec![0x88, 0x13, 0, 3, 0xfc, 0x85, 0x13];
    row.resize(5_004, b'x');
    reply.extend(row);
    for (direction, bytes) in [(Direction::ToServer, &query), (Direction::ToClient, &reply)] {
        recorder.piece(slot, direction, Piece::Chunk { at: AT, bytes });
    }
    assert_eq!(recorder.exchanges(), 0);
    assert!(recorder.held_bytes > 5_000, "{}", recorder.held_bytes);
    recorder.finish(0, None, Ledger::default(), true).unwrap();
}

#[test]
fn buffers_that_come_back_from_storing_hold_only_what_comes_next() {
    let (_folder, store) = store();
    let mut recorder = recorder(&store);
    let slot = open(&mut recorder, 0, 80);
    let many = 3_000;
    for number in 0..many {
        let body = "x".repeat(number * 7 % 400);
        let request = format!("GET /{number} HTTP/1.1\r\n\r\n");
        let length = body.len();
        let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{body}");
        for (direction, said) in [
            (Direction::ToServer, request),
            (Direction::ToClient, answer),
        ] {
            let bytes = said.as_bytes();
            recorder.piece(slot, direction, Piece::Chunk { at: AT, bytes });
        }
        if number % 100 == 99 {
            recorder.hand_over();
            // so that some have come back before the next
            std::thread::yield_now();
        }
    }
    let recording = recorder.finish(0, None, Ledger::default(), true).unwrap();
    for number in 0..many {
        let id = ExchangeId(number as u32 + 1);
        let row = store.exchange(recording.id, id).unwrap().unwrap();
        assert_eq!(row.summary, format!("GET /{number}"));
        let answer = store.payloads(recording.id, id).unwrap().response.unwrap();
        let body = "x".repeat(number * 7 % 400);
        assert!(answer.bytes.ends_with(format!("\r\n\r\n{body}").as_bytes()));
        assert_eq!(answer.bytes.len() as u64, answer.wire_len);
    }
}
