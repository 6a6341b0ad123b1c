//! What the tests of this crate write: exchanges whose every byte follows from their number, so that
//! reading back can be checked without remembering what was written.

use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_store::{
    NewConnection, NewRecording, NewRun, OperationId, RecordingId, RunOperation, Store,
};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

/// When every test recording begins.
pub(crate) const STARTED_AT: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// A new file in a folder that goes when the test ends.
pub(crate) fn store() -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("t.reprise")).unwrap();
    (folder, store)
}

pub(crate) fn new_recording(name: &str) -> NewRecording {
    NewRecording {
        name: name.into(),
        source: "test".into(),
        started_at: STARTED_AT,
    }
}

pub(crate) fn new_connection() -> NewConnection {
    NewConnection {
        client: "10.0.0.1:40000".parse().unwrap(),
        server: "10.0.0.2:80".parse().unwrap(),
        opened: STARTED_AT,
        midstream: false,
    }
}

/// The request bytes of exchange `number`.
pub(crate) fn request_bytes(number: u32) -> Vec<u8> {
    format!("GET /item/{number} HTTP/1.1\r\nHost: shop.example\r\n\r\n").into_bytes()
}

/// The answer bytes of exchange `number`: mostly small, every 50th larger than a segment.
pub(crate) fn response_bytes(number: u32) -> Vec<u8> {
    let length = if number.is_multiple_of(50) {
        70_000
    } else {
        20 + number % 900
    };
    (0..length)
        .map(|i| (i.wrapping_mul(number) >> 3) as u8)
        .collect()
}

/// Exchange `number`, a millisecond after the one before, taking 250 microseconds (histograms are exact up to 255).
pub(crate) fn exchange(number: u32) -> Exchange {
    let at = STARTED_AT.plus_nanos(i64::from(number) * 1_000_000);
    let payload = |bytes: Vec<u8>| Payload {
        wire_len: bytes.len() as u64,
        bytes,
    };
    Exchange {
        protocol: Protocol::Http,
        request: Some(payload(request_bytes(number))),
        response: Some(payload(response_bytes(number))),
        times: ExchangeTimes {
            request_first: at,
            request_last: at.plus_nanos(10_000),
            response_first: Some(at.plus_nanos(200_000)),
            response_last: Some(at.plus_nanos(250_000)),
        },
        operation: format!("GET /item/{}", number % 7),
        summary: format!("GET /item/{number}"),
        status: Some(if number.is_multiple_of(10) { 503 } else { 200 }),
        flags: Flags::empty(),
        statement_id: None,
    }
}

/// A run of the file's first recording.
pub(crate) fn new_run(name: &str) -> NewRun {
    NewRun {
        name: name.into(),
        recording: RecordingId(1),
        recording_name: "r".into(),
        seed: u64::MAX,
        plan: serde_json::json!({"version": 1, "speed": 5.0}),
        started_at: STARTED_AT,
        operations: vec![RunOperation {
            id: OperationId(3),
            protocol: Protocol::Mysql,
            text: "SELECT ?".into(),
        }],
    }
}

/// Sample `number` of a run.
pub(crate) fn sample(number: u32) -> Sample {
    let intended_us = u64::from(number) * 1_000;
    Sample {
        exchange: number,
        lane: number % 20,
        copy: number % 3,
        operation: number % 7,
        intended_us,
        ready_us: intended_us,
        sent_us: intended_us + 15,
        first_byte_us: (!number.is_multiple_of(9)).then_some(intended_us + 400),
        done_us: intended_us + 500,
        outcome: Outcome::ALL[number as usize % 8],
        status: 200,
        flags: SampleFlags::CONNECTED,
        sent_bytes: 100,
        received_bytes: 1_000,
        faults: number % 2,
    }
}
