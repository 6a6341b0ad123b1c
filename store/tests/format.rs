//! The Python in `FORMAT.md` reads what this crate writes.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::process::Command;

use reprise_measure::{Sample, Summary};
use reprise_store::{ExchangeRow, RecordingId, RunState, Totals};
use reprise_wire::{Flags, Protocol};
use support::*;

/// What the script prints, from the documented functions alone.
const ASK: &str = "
import sys, json
db = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)
print(json.dumps({
    'request': payload(db, 1, 77).hex(),
    'response': payload(db, 1, 100, 'response').hex(),
    'exchanges': list(exchanges(db, 1)),
    'samples': list(samples(db, 1)),
}))
";

#[test]
fn the_documented_python_reads_exchanges_payloads_and_samples() {
    let (_folder, store) = store();
    let recording = store.create_recording(&new_recording("r")).unwrap();
    let connection = recording.add_connection(&new_connection()).unwrap();
    for number in 1..=120 {
        let mut exchange = exchange(number);
        if number == 31 {
            // What may be missing is missing, and what it has instead is there.
            exchange.protocol = Protocol::Mysql;
            exchange.response = None;
            exchange.times.response_first = None;
            exchange.times.response_last = None;
            exchange.status = None;
            exchange.statement_id = Some(9);
            exchange.flags = Flags::MIDSTREAM;
            exchange.summary = "Größe".to_owned();
        }
        recording.add_exchange(connection, &mut exchange).unwrap();
        if number == 70 {
            // The next row is in another block.
            recording.commit().unwrap();
        }
    }
    let run = store.create_run(new_run("a")).unwrap();
    // Not in the order of time, as several workers deliver them.
    let all: Vec<Sample> = (0..300).map(|i| sample(i * 7 % 300)).collect();
    run.add_samples(&all).unwrap();
    run.finish(RunState::Complete, &Summary::default()).unwrap();
    recording.finish(&Totals::default()).unwrap();

    let documented = include_str!("../FORMAT.md")
        .split("```python\n")
        .nth(1)
        .unwrap();
    let script = documented.split("```").next().unwrap().to_owned() + ASK;
    let output = Command::new("python3")
        .args(["-c", &script])
        .arg(store.path())
        .output();
    let output = output.expect("python3 runs; it and the zstd command are needed by this test");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let read: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();

    let hex = |bytes: Vec<u8>| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    assert_eq!(read["request"], hex(request_bytes(77)));
    assert_eq!(read["response"], hex(response_bytes(100)));
    let rows: Vec<_> = store.all_exchanges(RecordingId(1)).flatten().collect();
    let exchanges = read["exchanges"].as_array().unwrap();
    assert_eq!((rows.len(), exchanges.len()), (120, 120));
    for (row, read) in rows.iter().zip(exchanges) {
        for (name, value) in as_documented(row).as_object().unwrap() {
            assert_eq!(read[name], *value, "{name} of {}", row.id.0);
        }
    }
    let read = read["samples"].as_array().unwrap();
    assert_eq!(read.len(), all.len());
    for (read, sample) in read.iter().zip(&all) {
        let expected = serde_json::json!({
            "exchange": sample.exchange, "lane": sample.lane, "copy": sample.copy,
            "operation": sample.operation, "intended_us": sample.intended_us,
            "ready_us": sample.ready_us, "sent_us": sample.sent_us,
            "first_byte_us": sample.first_byte_us, "done_us": sample.done_us,
            "outcome": sample.outcome as u8, "status": sample.status, "flags": sample.flags.bits(),
            "sent_bytes": sample.sent_bytes, "received_bytes": sample.received_bytes,
            "faults": sample.faults,
        });
        assert_eq!(*read, expected);
    }
}

/// A row as the documented Python gives it, but for where its bytes lie.
fn as_documented(row: &ExchangeRow) -> serde_json::Value {
    let protocol = match row.protocol {
        Protocol::Http => 1,
        Protocol::Mysql => 2,
    };
    serde_json::json!({
        "id": row.id.0, "connection": row.connection.0, "protocol": protocol,
        "operation": row.operation.0, "at_us": row.at_us, "request_last_us": row.request_last_us,
        "response_first_us": row.response_first_us, "response_last_us": row.response_last_us,
        "status": row.status, "flags": row.flags.bits(), "statement": row.statement_id,
        "request_bytes": row.request_bytes, "response_bytes": row.response_bytes,
        "summary": row.summary,
    })
}
