//! A write that fails says why, and what was committed before stays.

use reprise_wire::Timestamp;

use crate::{Error, NewConnection, NewRecording, RecordingState, Store, Totals};

fn new_recording() -> NewRecording {
    NewRecording {
        name: "r".into(),
        source: "test".into(),
        started_at: Timestamp::from_nanos(0),
    }
}

fn new_connection() -> NewConnection {
    NewConnection {
        client: "10.0.0.1:1".parse().unwrap(),
        server: "10.0.0.2:80".parse().unwrap(),
        opened: Timestamp::from_nanos(0),
        midstream: false,
    }
}

/// Lets the file grow by a few pages only; SQLite then reports what it reports for a full disk.
fn fill_disk(store: &Store) {
    store
        .writer()
        .run(|sql| {
            let pages: i64 = sql.pragma_query_value(None, "page_count", |row| row.get(0))?;
            Ok(sql.pragma_update(None, "max_page_count", pages + 2)?)
        })
        .unwrap();
}

#[test]
fn a_full_disk_is_named_and_what_was_committed_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.reprise");
    let store = Store::open(&path).unwrap();
    let writer = store.create_recording(&new_recording()).unwrap();
    writer.add_connection(&new_connection()).unwrap();
    writer.commit().unwrap();
    fill_disk(&store);
    for _ in 0..1_000 {
        writer.add_connection(&new_connection()).unwrap();
    }
    let error = writer.commit().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the disk is full; free some space"),
        "{error}"
    );
    // From now on every call says so, and the first commit is all there is.
    assert!(matches!(
        writer.add_connection(&new_connection()),
        Err(Error::Earlier(_))
    ));
    let error = writer.finish(&Totals::default()).unwrap_err();
    assert!(error.to_string().contains("the disk is full"), "{error}");
    let recording = store.recording("r").unwrap();
    assert_eq!(
        (recording.state, recording.connections),
        (RecordingState::Interrupted, 1)
    );
    assert_eq!(store.connections(recording.id).unwrap().len(), 1);
}

#[test]
fn an_error_in_a_job_undoes_what_the_job_had_done() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("t.reprise")).unwrap();
    let failed: Result<(), Error> = store.transact(|transaction| {
        transaction.execute("INSERT INTO allowed_target VALUES ('a', 1)", [])?;
        Err(Error::Closed)
    });
    assert!(failed.is_err());
    assert!(store.targets().unwrap().is_empty());
}
