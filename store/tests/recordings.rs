//! A recording comes back as it went in, whole or as far as it came, and readers never wait for it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses a part of it")]
mod support;

use std::collections::BTreeMap;
use std::time::Duration;

use reprise_store::{
    ConnectionEnd, ConnectionId, Error, ExchangeId, Kept, Ledger, Messages, OperationId,
    RecordingState, Totals,
};
use reprise_wire::{Close, Flags, Payload, Protocol};
use support::*;

#[test]
fn an_exchange_comes_back_with_its_times_and_every_byte() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    let mut odd = exchange(1);
    odd.protocol = Protocol::Mysql;
    odd.flags = Flags::REQUEST_OVER_CAP | Flags::MIDSTREAM;
    odd.statement_id = Some(u32::MAX);
    odd.status = Some(1_062);
    odd.request = Some(Payload {
        bytes: b"\x03kept".to_vec(),
        wire_len: 1 << 40,
    });
    odd.response = Some(Payload {
        bytes: Vec::new(),
        wire_len: 0,
    });
    odd.summary = "é".repeat(200);
    writer.add_exchange(connection, &mut odd).unwrap();
    let mut lone = exchange(2);
    lone.request = None;
    lone.times.request_first = STARTED_AT.plus_nanos(-5_000_000);
    writer.add_exchange(connection, &mut lone).unwrap();
    let recording = writer.finish(&Totals::default()).unwrap();
    assert_eq!(
        (recording.exchanges.http, recording.exchanges.mysql),
        (1, 1)
    );

    let rows = store.exchanges(recording.id, ExchangeId(0), 10).unwrap();
    let [odd, lone] = rows.as_slice() else {
        panic!("two rows, not {}", rows.len())
    };
    assert_eq!(
        (odd.id, odd.connection, odd.protocol),
        (ExchangeId(1), connection, Protocol::Mysql)
    );
    assert_eq!((odd.at_us, odd.request_last_us), (1_000, 10));
    assert_eq!(
        (odd.response_first_us, odd.response_last_us),
        (Some(200), Some(250))
    );
    assert_eq!(
        (odd.latency_us(), odd.first_byte_us()),
        (Some(250), Some(200))
    );
    assert_eq!(
        (odd.status, odd.statement_id),
        (Some(1_062), Some(u32::MAX))
    );
    assert_eq!(odd.flags, Flags::REQUEST_OVER_CAP | Flags::MIDSTREAM);
    assert_eq!(
        (odd.request_bytes, odd.response_bytes),
        (Some(1 << 40), Some(0))
    );
    assert_eq!(odd.summary, "é".repeat(128));
    assert_eq!(
        (lone.at_us, lone.request_bytes, lone.latency_us()),
        (-5_000, None, None)
    );

    let payloads = store.payloads(recording.id, ExchangeId(1)).unwrap();
    assert_eq!(payloads.request.unwrap().bytes, b"\x03kept");
    assert_eq!(payloads.response, Some(Payload::default()));
    let payloads = store.payloads(recording.id, ExchangeId(2)).unwrap();
    assert_eq!(payloads.request, None);
    assert_eq!(payloads.response.unwrap().bytes, response_bytes(2));
    let missing = store.payloads(recording.id, ExchangeId(3));
    assert!(matches!(missing, Err(Error::Unknown { .. })));
}

#[test]
fn totals_and_connections_are_kept() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    for number in 1..=2_500 {
        writer
            .add_exchange(connection, &mut exchange(number))
            .unwrap();
    }
    let end = ConnectionEnd {
        closed: Some(STARTED_AT.plus_nanos(9_000_000_000)),
        close: Some(Close::Reset),
        spoken: Some("http".into()),
        mysql_session: Some(serde_json::json!({"user": "shop"})),
    };
    writer.close_connection(connection, end).unwrap();
    let totals = Totals {
        last_packet: Some(STARTED_AT.plus_nanos(9_001_000_000)),
        messages: Messages {
            http_requests: 2_500,
            http_responses: 2_500,
            ..Messages::default()
        },
        captured_bytes: 7_000_000,
        loss: Ledger {
            gap_bytes: 12,
            spoken: BTreeMap::from([("tls".into(), 3)]),
            ..Ledger::default()
        },
        redacted: BTreeMap::from([("cookie".into(), 9)]),
    };
    let recording = writer.finish(&totals).unwrap();
    assert_eq!(recording, store.recording("r").unwrap());
    assert_eq!(
        store.recordings().unwrap().as_slice(),
        std::slice::from_ref(&recording)
    );
    assert_eq!(recording.state, RecordingState::Complete);
    assert_eq!((recording.duration_ms, recording.connections), (9_001, 1));
    assert_eq!(
        (recording.messages, recording.exchanges.http),
        (totals.messages, 2_500)
    );
    assert_eq!(
        (&recording.loss, &recording.redacted),
        (&totals.loss, &totals.redacted)
    );
    assert_eq!(recording.bytes.captured, 7_000_000);
    assert!(recording.bytes.stored > 2_500 * 80);

    let connections = store.connections(recording.id).unwrap();
    assert_eq!(connections.len(), 1);
    assert_eq!(
        (connections[0].id, connections[0].close),
        (ConnectionId(1), Some(Close::Reset))
    );
    assert_eq!(connections[0].closed_us, Some(9_000_000));
    assert_eq!(connections[0].server, new_connection().server);
    assert_eq!(
        connections[0].mysql_session.as_ref().unwrap()["user"],
        "shop"
    );
}

#[test]
fn operations_and_seconds_are_counted() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    for number in 1..=2_500 {
        writer
            .add_exchange(connection, &mut exchange(number))
            .unwrap();
    }
    let id = writer.finish(&Totals::default()).unwrap().id;

    let operations = store.operations(id).unwrap();
    assert_eq!(operations.len(), 7);
    assert_eq!(operations.iter().map(|o| o.exchanges).sum::<u64>(), 2_500);
    assert_eq!(operations.iter().map(|o| o.errors).sum::<u64>(), 250);
    assert_eq!(operations[0].latency_us.max, 250);
    assert_eq!(operations[0].first_byte_us.p50, 200);
    assert!(
        operations
            .iter()
            .any(|o| o.text == "GET /item/3" && o.id != OperationId(0))
    );
    assert_eq!(store.recorded_latency(id).unwrap().latency.count(), 2_500);

    let rate = store.rate(id, 1_000).unwrap();
    let counts: Vec<_> = rate
        .iter()
        .map(|p| (p.start_ms, p.exchanges, p.errors))
        .collect();
    assert_eq!(
        counts,
        [(0, 999, 99), (1_000, 1_000, 100), (2_000, 501, 51)]
    );
    assert!(rate.iter().all(|point| point.mysql == Some(0)));
    let coarse = store.rate(id, 2_000).unwrap();
    assert_eq!(
        coarse.iter().map(|p| p.exchanges).collect::<Vec<_>>(),
        [1_999, 501]
    );
}

#[test]
fn requests_are_read_in_sequence_with_their_answers_only_if_asked_for() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    for number in 1..=2_345 {
        writer
            .add_exchange(connection, &mut exchange(number))
            .unwrap();
        if number % 500 == 0 {
            writer.commit().unwrap();
        }
    }
    let id = writer.finish(&Totals::default()).unwrap().id;
    for with_responses in [false, true] {
        let mut number = 0;
        for read in store.requests(id, with_responses) {
            let read = read.unwrap();
            number += 1;
            assert_eq!(read.row.id, ExchangeId(number));
            assert_eq!(read.request, Some(request_bytes(number)));
            assert_eq!(
                read.response,
                with_responses.then(|| response_bytes(number))
            );
        }
        assert_eq!(number, 2_345);
    }
}

#[test]
fn a_dropped_recording_keeps_what_it_had_and_says_that_it_was_interrupted() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    assert_eq!(
        store.recording("r").unwrap().state,
        RecordingState::Recording
    );
    let connection = writer.add_connection(&new_connection()).unwrap();
    for number in 1..=30 {
        writer
            .add_exchange(connection, &mut exchange(number))
            .unwrap();
    }
    let loss = Ledger {
        kernel_dropped: 4,
        ..Ledger::default()
    };
    writer
        .checkpoint(&Totals {
            loss: loss.clone(),
            ..Totals::default()
        })
        .unwrap();
    drop(writer);
    let recording = store.recording("r").unwrap();
    assert_eq!(recording.state, RecordingState::Interrupted);
    assert_eq!((recording.exchanges.http, recording.loss), (30, loss));
    assert_eq!(
        store.operations(recording.id).unwrap()[0].latency_us.max,
        250
    );
}

#[test]
fn what_is_committed_is_seen_while_the_recording_goes_on() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    let id = writer.id();
    let mut seen = ExchangeId(0);
    for number in 1..=400 {
        writer
            .add_exchange(connection, &mut exchange(number))
            .unwrap();
        if number % 100 == 0 {
            writer.commit().unwrap();
            let page = store.exchanges(id, seen, 1_000).unwrap();
            seen = page.last().unwrap().id;
            assert_eq!(seen, ExchangeId(number));
            // Both ends of the page: the oldest and the newest segment.
            for row in [page.first().unwrap(), page.last().unwrap()] {
                let payloads = store.payloads(id, row.id).unwrap();
                assert_eq!(payloads.response.unwrap().bytes, response_bytes(row.id.0));
            }
            let live = store.recording("r").unwrap();
            assert_eq!(
                (live.state, live.exchanges.http),
                (RecordingState::Recording, number.into())
            );
            // Counted from the rows, since the recording has no end yet.
            assert_eq!(store.operations(id).unwrap()[0].latency_us.max, 250);
        }
    }
    assert!(matches!(
        store.delete_recording("r"),
        Err(Error::InUse { .. })
    ));
}

#[test]
fn readers_and_writers_do_not_wait_for_each_other() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    let id = writer.id();
    let (done, finished) = std::sync::mpsc::channel::<()>();
    std::thread::scope(|scope| {
        for _ in 0..3 {
            let store = store.clone();
            scope.spawn(move || {
                for read in store.requests(id, true) {
                    let read = read.unwrap();
                    assert_eq!(read.response, Some(response_bytes(read.row.id.0)));
                }
            });
        }
        // A second handle on the same file, as the window has beside the command.
        let path = store.path().to_path_buf();
        scope.spawn(move || {
            let other = reprise_store::Store::open_existing(path).unwrap();
            let mut name = 0;
            while finished.recv_timeout(Duration::from_millis(1)).is_err() && name < 20 {
                name += 1;
                other.allow_target(&format!("host{name}")).unwrap();
            }
        });
        for number in 1..=20_000 {
            writer
                .add_exchange(connection, &mut exchange(number))
                .unwrap();
        }
        writer.commit().unwrap();
        let _ = done.send(());
    });
    assert_eq!(
        writer.finish(&Totals::default()).unwrap().exchanges.http,
        20_000
    );
}

#[test]
fn a_reader_half_way_through_does_not_hold_the_log() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    for number in 1..=3_000 {
        writer
            .add_exchange(connection, &mut exchange(number))
            .unwrap();
    }
    writer.commit().unwrap();
    let mut reading = store.requests(writer.id(), true);
    assert!(reading.by_ref().take(1_500).all(|read| read.is_ok()));
    writer
        .add_exchange(connection, &mut exchange(3_001))
        .unwrap();
    writer.commit().unwrap();
    // The log can only be emptied when no transaction reads from it.
    let sql = rusqlite::Connection::open(store.path()).unwrap();
    let busy: bool = sql
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .unwrap();
    assert!(!busy);
    assert_eq!(
        reading.count(),
        1_501,
        "and the reader sees what was added meanwhile"
    );
}

#[test]
fn a_name_is_taken_once_and_free_again_in_the_bin() {
    let (_folder, store) = store();
    store
        .create_recording(&new_recording("r"))
        .unwrap()
        .finish(&Totals::default())
        .unwrap();
    let taken = store.create_recording(&new_recording("r")).unwrap_err();
    assert!(taken.to_string().contains("reprise delete r"), "{taken}");
    assert!(matches!(
        store.create_recording(&new_recording("-r")),
        Err(Error::BadName(_))
    ));

    store.delete_recording("r").unwrap();
    assert!(matches!(store.recording("r"), Err(Error::Unknown { .. })));
    assert!(store.recordings().unwrap().is_empty());
    assert_eq!(store.binned().unwrap()[0].name, "r");
    store
        .create_recording(&new_recording("r"))
        .unwrap()
        .finish(&Totals::default())
        .unwrap();
    let blocked = store.undo_delete(Kept::Recording, "r");
    let blocked = blocked.unwrap_err().to_string();
    assert!(
        blocked.contains("`reprise rename r OTHER` first"),
        "{blocked}"
    );
}

#[test]
fn a_deleted_recording_comes_back_whole_until_the_bin_is_emptied() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    for number in 1..=12_000 {
        writer
            .add_exchange(connection, &mut exchange(number))
            .unwrap();
    }
    let kept = store.create_recording(&new_recording("kept")).unwrap();
    let other = kept.add_connection(&new_connection()).unwrap();
    kept.add_exchange(other, &mut exchange(7)).unwrap();
    let before = writer.finish(&Totals::default()).unwrap();
    let kept = kept.finish(&Totals::default()).unwrap();

    store.delete_recording("r").unwrap();
    store.undo_delete(Kept::Recording, "r").unwrap();
    assert_eq!(store.recording("r").unwrap(), before);
    store.delete_recording("r").unwrap();
    store.empty_bin(Duration::from_secs(3_600)).unwrap();
    let binned = store.binned().unwrap();
    assert_eq!(binned.len(), 1, "it is not an hour old");
    assert_eq!(binned[0].stored_bytes, before.bytes.stored);
    store.empty_bin(Duration::ZERO).unwrap();

    let gone = store.undo_delete(Kept::Recording, "r");
    assert!(matches!(gone, Err(Error::NotBinned { .. })));
    assert!(
        store
            .exchanges(before.id, ExchangeId(0), 1)
            .unwrap()
            .is_empty()
    );
    assert!(store.operations(before.id).unwrap().is_empty());
    let payloads = store.payloads(kept.id, ExchangeId(1)).unwrap();
    assert_eq!(payloads.response.unwrap().bytes, response_bytes(7));
    let sql = rusqlite::Connection::open(store.path()).unwrap();
    let pages = |pragma| {
        sql.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert!(pages("freelist_count") < 10, "the space was given back");
    assert!(pages("page_count") < 100);
}

#[test]
fn a_recording_takes_another_name_while_it_is_written_and_its_runs_follow() {
    let (_folder, store) = store();
    let writer = store.create_recording(&new_recording("r")).unwrap();
    let connection = writer.add_connection(&new_connection()).unwrap();
    writer.add_exchange(connection, &mut exchange(1)).unwrap();
    store.rename_recording("r", "friday").unwrap();
    writer.add_exchange(connection, &mut exchange(2)).unwrap();
    let recording = writer.finish(&Totals::default()).unwrap();
    assert_eq!(recording.name, "friday");
    assert_eq!(recording.exchanges.http, 2);

    drop(store.create_run(new_run("run")).unwrap());
    store.rename_recording("friday", "peak").unwrap();
    assert_eq!(store.run("run").unwrap().recording_name, "peak");
    store.rename_recording("peak", "peak").unwrap();
}

#[test]
fn a_recording_cannot_take_a_name_that_is_taken_or_unusable() {
    let (_folder, store) = store();
    for name in ["a", "b"] {
        let writer = store.create_recording(&new_recording(name)).unwrap();
        writer.finish(&Totals::default()).unwrap();
    }
    assert!(matches!(
        store.rename_recording("a", "b"),
        Err(Error::NameTaken { .. })
    ));
    assert!(matches!(
        store.rename_recording("a", "-b"),
        Err(Error::BadName(_))
    ));
    assert!(matches!(
        store.rename_recording("c", "d"),
        Err(Error::Unknown { .. })
    ));
    assert_eq!(store.recordings().unwrap().len(), 2);
}
