//! What a recorder does when connections keep too much.

use reprise_store::{ExchangeId, NewRecording, Store};
use reprise_wire::Flags;

use super::*;

#[test]
fn when_unfinished_messages_take_too_much_the_largest_is_kept_as_it_is_and_begun_anew() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("test.reprise")).unwrap();
    let (name, at) = ("crowded".to_owned(), Timestamp::from_micros(1));
    let new = NewRecording {
        name,
        source: String::new(),
        started_at: at,
    };
    let writer = store.create_recording(&new).unwrap();
    let mut recorder = Recorder::start(writer, Limits::default(), None).unwrap();
    recorder.held_cap = 10_000;
    for number in 0..4_u16 {
        let client = ([10, 0, 0, 1], 40_000 + number).into();
        let server = ([10, 0, 0, 2], 80).into();
        let slot = Slot(number.into());
        let connection = NewConnection {
            client,
            server,
            opened: at,
            midstream: false,
        };
        recorder.opened(slot, &connection);
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
