//! A file of an earlier format opens with everything it held.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use reprise_store::{ExchangeId, ExchangeRow, RecordingId, Store};
use reprise_wire::{Flags, Protocol};
use rusqlite::{Connection, params};

const EXCHANGES: u32 = 1_300;

/// A file of format 2 with two recordings, of which the second has lost its first rows to the bin.
fn format_2(path: &Path) {
    let mut sql = Connection::open(path).unwrap();
    sql.pragma_update(None, "auto_vacuum", "INCREMENTAL")
        .unwrap();
    sql.pragma_update(None, "application_id", 0x5250_5253)
        .unwrap();
    sql.pragma_update(None, "user_version", 2).unwrap();
    let transaction = sql.transaction().unwrap();
    for schema in [
        include_str!("../src/schema/0001.sql"),
        include_str!("../src/schema/0002.sql"),
        "INSERT INTO meta VALUES ('file_id', 'f'), ('needs', '0.1.0')",
    ] {
        transaction.execute_batch(schema).unwrap();
    }
    for (recording, first) in [(1, 1), (2, 501)] {
        transaction
            .execute(
                "INSERT INTO recording (id, name, source, written_at_ms, started_at_ns) \
                 VALUES (?1, 'r' || ?1, '', 0, 0)",
                [recording],
            )
            .unwrap();
        let mut insert = transaction
            .prepare(
                "INSERT INTO exchange VALUES (?1, ?2, 3, 1 + ?2 % 2, ?2 % 7, ?2 * 1000 - 5000, 10, \
                 iif(?2 % 10, 900, NULL), iif(?2 % 10, 950, NULL), iif(?2 % 10, 200, NULL), 8192, \
                 iif(?2 % 2, 7, NULL), 100, 90, 1 + ?2 / 100, ?2 % 100 * 90, \
                 iif(?2 % 10, 50, NULL), iif(?2 % 10, 50, NULL), iif(?2 % 10, 1, NULL), \
                 iif(?2 % 10, ?2 * 50, NULL), 'GET /' || ?2)",
            )
            .unwrap();
        for id in first..=EXCHANGES {
            insert.execute(params![recording, id]).unwrap();
        }
    }
    let seconds = "INSERT INTO rate VALUES (1, 0, 5, 1), (1, 1, 7, 0)";
    transaction.execute_batch(seconds).unwrap();
    let mut blob = vec![1];
    blob.extend(zstd::encode_all(&segment()[..], 1).unwrap());
    let insert = "INSERT INTO request_segment VALUES ((1 << 32) + 1, ?1, ?2)";
    let length = i64::try_from(segment().len()).unwrap();
    transaction.execute(insert, params![length, blob]).unwrap();
    transaction.commit().unwrap();
}

/// The requests of the first exchanges, 90 bytes each.
fn segment() -> Vec<u8> {
    (0..9_000_u32).map(|byte| (byte % 251) as u8).collect()
}

fn check(rows: &[ExchangeRow], ids: std::ops::RangeInclusive<u32>) {
    assert_eq!(rows.len(), ids.clone().count());
    for (row, id) in rows.iter().zip(ids) {
        let answered = id % 10 != 0;
        let protocol = [Protocol::Http, Protocol::Mysql][(id % 2) as usize];
        assert_eq!(
            (row.id.0, row.connection.0, row.protocol),
            (id, 3, protocol)
        );
        assert_eq!(row.operation.0, id % 7);
        let times = (row.at_us, row.request_last_us);
        assert_eq!(times, (i64::from(id) * 1_000 - 5_000, 10));
        let answer = (row.response_first_us, row.response_last_us, row.status);
        let expected = (Some(900), Some(950), Some(200));
        assert_eq!(
            answer,
            if answered {
                expected
            } else {
                (None, None, None)
            }
        );
        assert_eq!(row.flags, Flags::REDACTED);
        assert_eq!(row.statement_id, (id % 2 == 1).then_some(7));
        assert_eq!(row.request_bytes, Some(100));
        assert_eq!(row.response_bytes, answered.then_some(50));
        assert_eq!(row.summary, format!("GET /{id}"));
    }
}

#[test]
fn the_exchanges_of_format_2_are_there_after_the_file_was_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("old.reprise");
    format_2(&path);
    for _ in 0..2 {
        let store = Store::open(&path).unwrap();
        let rows_of_first: Vec<_> = store.all_exchanges(RecordingId(1)).flatten().collect();
        check(&rows_of_first, 1..=EXCHANGES);
        let rows: Vec<_> = store.all_exchanges(RecordingId(2)).flatten().collect();
        check(&rows, 501..=EXCHANGES);
        let page = store
            .exchanges(RecordingId(1), ExchangeId(700), 10)
            .unwrap();
        check(&page, 701..=710);
        let mut payloads = store.payload_reader(RecordingId(1));
        let request = payloads.read_request(&rows_of_first[4]).unwrap();
        assert_eq!(request.unwrap(), segment()[450..540]);
        let rate = store.rate(RecordingId(1), 1_000).unwrap();
        let seconds: Vec<_> = rate.iter().map(|p| (p.exchanges, p.mysql)).collect();
        assert_eq!(seconds, [(5, None), (7, None)]);
        let none = store.exchange(RecordingId(2), ExchangeId(500)).unwrap();
        assert_eq!(none, None);
    }
    let sql = Connection::open(&path).unwrap();
    let tables: u32 = sql
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'exchange'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(tables, 0);
}
