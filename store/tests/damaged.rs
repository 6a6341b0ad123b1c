//! A file that contradicts itself gives errors, never a panic and never wrong bytes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use reprise_measure::Summary;
use reprise_store::{Error, ExchangeId, RecordingId, RunId, RunState, Store, Totals};
use support::*;

/// A file with a recording of 60 exchanges and a run of 60 samples, then changed by `damage`.
fn damaged(damage: &str) -> (tempfile::TempDir, Store) {
    let (folder, store) = store();
    let recording = store.create_recording(&new_recording("r")).unwrap();
    let connection = recording.add_connection(&new_connection()).unwrap();
    for number in 1..=60 {
        recording
            .add_exchange(connection, &mut exchange(number))
            .unwrap();
    }
    recording.finish(&Totals::default()).unwrap();
    let run = store.create_run(new_run("a")).unwrap();
    run.add_samples(&(1..=60).map(sample).collect::<Vec<_>>())
        .unwrap();
    run.finish(RunState::Complete, &Summary::default()).unwrap();
    let sql = rusqlite::Connection::open(store.path()).unwrap();
    sql.execute_batch(damage).unwrap();
    (folder, store)
}

#[test]
fn a_payload_that_is_not_where_its_row_says_is_damage() {
    for damage in [
        "DELETE FROM response_segment",
        "UPDATE response_segment SET data = x'01'",
        "UPDATE response_segment SET data = x'7f00'",
        "UPDATE response_segment SET length = length - 1",
        "UPDATE response_segment SET length = 9223372036854775807",
        "UPDATE response_segment SET length = -1",
    ] {
        let (_folder, store) = damaged(damage);
        let read = store.payloads(RecordingId(1), ExchangeId(1));
        assert!(matches!(read, Err(Error::Damaged(_))), "{damage}: {read:?}");
        let mut sequence = store.requests(RecordingId(1), true);
        assert!(
            matches!(sequence.next(), Some(Err(Error::Damaged(_)))),
            "{damage}"
        );
        assert!(
            sequence.next().is_none(),
            "{damage}: an error ends the sequence"
        );
        // Requests lie elsewhere and are not hurt.
        assert_eq!(
            store.requests(RecordingId(1), false).flatten().count(),
            60,
            "{damage}"
        );
    }
}

#[test]
fn rows_that_do_not_unpack_are_damage() {
    for damage in [
        "UPDATE exchange_block SET data = x''",
        "UPDATE exchange_block SET data = x'01ffff'",
        "UPDATE exchange_block SET data = substr(data, 1, length(data) - 3)",
        "UPDATE exchange_block SET data = (SELECT data FROM sample_block)",
    ] {
        let (_folder, store) = damaged(damage);
        let read = store.exchanges(RecordingId(1), ExchangeId(0), 10);
        assert!(matches!(read, Err(Error::Damaged(_))), "{damage}: {read:?}");
        assert_eq!(
            store.all_exchanges(RecordingId(1)).count(),
            1,
            "{damage}: one error"
        );
    }
    let (_folder, store) = damaged("UPDATE connection SET client = 'nowhere'");
    assert!(matches!(
        store.connections(RecordingId(1)),
        Err(Error::Damaged(_))
    ));
}

#[test]
fn samples_that_do_not_unpack_are_damage() {
    for damage in [
        "UPDATE sample_block SET data = x''",
        "UPDATE sample_block SET data = x'01ffff'",
        "UPDATE sample_block SET data = substr(data, 1, length(data) - 3)",
    ] {
        let (_folder, store) = damaged(damage);
        let read: Vec<_> = store.samples(RunId(1)).collect();
        assert!(
            matches!(read.as_slice(), [Err(Error::Damaged(_))]),
            "{damage}: {read:?}"
        );
    }
}

#[test]
fn histograms_that_do_not_unpack_are_counted_again() {
    let (_folder, store) = damaged("UPDATE recording SET latency = x'ff'");
    let latency = store.recorded_latency(RecordingId(1)).unwrap();
    assert_eq!(latency.latency.count(), 60);
}
