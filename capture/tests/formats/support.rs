//! A store to import into, recordings made of any traffic, and their exchanges as values to compare.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::path::PathBuf;

use proptest::collection::vec;
use proptest::prelude::*;
use reprise_capture::reassembly::Slot;
use reprise_capture::{
    CaptureEvent, ExportFormat, Exports, ImportConfig, Recorder, Warning, export, import,
};
use reprise_store::{Ledger, NewConnection, NewRecording, Recording, Store};
use reprise_wire::filter::Filter;
use reprise_wire::{Close, Direction, Flags, Limits, Payload, Piece, Timestamp};
use tempfile::TempDir;

/// When every recording made here begins.
pub(crate) const BEGAN: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// A store in a folder of its own.
pub(crate) struct Bench {
    folder: TempDir,
    pub(crate) store: Store,
}

/// An exchange as it is kept, for comparing; times are microseconds since the epoch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Kept {
    pub(crate) at_us: i64,
    pub(crate) request_last_us: i64,
    pub(crate) response_first_us: Option<i64>,
    pub(crate) response_last_us: Option<i64>,
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) operation: String,
    pub(crate) summary: String,
    pub(crate) status: Option<u16>,
    pub(crate) flags: Flags,
    pub(crate) request: Option<Payload>,
    pub(crate) response: Option<Payload>,
}

/// HTTP exchanges to record: times in microseconds since the one before.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    /// Which connection; those with one number are one.
    pub(crate) connection: u16,
    pub(crate) request: Vec<u8>,
    pub(crate) response: Option<Vec<u8>>,
    pub(crate) waits_us: [u32; 4],
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("test.reprise")).unwrap();
        Self { folder, store }
    }

    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Imports a file with these bytes.
    pub(crate) fn import(&self, name: &str, bytes: &[u8]) -> (Recording, Vec<Warning>) {
        let file = self.file(name, bytes);
        self.import_files(vec![file], name)
    }

    pub(crate) fn import_files(
        &self,
        files: Vec<PathBuf>,
        name: &str,
    ) -> (Recording, Vec<Warning>) {
        let config = ImportConfig {
            files,
            name: name.to_owned(),
            ..ImportConfig::default()
        };
        let handle = import(config, &self.store).unwrap();
        let warnings = handle.events().iter().filter_map(|event| match event {
            CaptureEvent::Warning(warning) => Some(warning),
            _ => None,
        });
        let warnings = warnings.collect();
        (handle.join().unwrap(), warnings)
    }

    pub(crate) fn export(&self, recording: &Recording, format: ExportFormat) -> (Vec<u8>, Exports) {
        self.export_where(recording, format, "")
    }

    pub(crate) fn export_where(
        &self,
        recording: &Recording,
        format: ExportFormat,
        filter: &str,
    ) -> (Vec<u8>, Exports) {
        let filter = (!filter.is_empty()).then(|| Filter::parse(filter).unwrap());
        let (mut out, store) = (Vec::new(), &self.store);
        let mut look = |_| ControlFlow::Continue(());
        let exports = export(
            store,
            recording,
            format,
            filter.as_ref(),
            &mut out,
            &mut look,
        );
        (out, exports.unwrap())
    }

    /// The exchanges of a recording in the order in which they began.
    pub(crate) fn kept(&self, recording: &Recording) -> Vec<Kept> {
        let operations = self.store.operations(recording.id).unwrap();
        let connections = self.store.connections(recording.id).unwrap();
        let mut kept: Vec<Kept> = self
            .store
            .all_exchanges(recording.id)
            .map(|row| {
                let row = row.unwrap();
                let payloads = self.store.payloads(recording.id, row.id).unwrap();
                let connection = connections.iter().find(|one| one.id == row.connection);
                let operation = operations.iter().find(|one| one.id == row.operation);
                let at_us = recording.started_at.micros() + row.at_us;
                Kept {
                    at_us,
                    request_last_us: at_us + row.request_last_us,
                    response_first_us: row.response_first_us.map(|us| at_us + us),
                    response_last_us: row.response_last_us.map(|us| at_us + us),
                    client: connection.unwrap().client,
                    server: connection.unwrap().server,
                    operation: operation.unwrap().text.clone(),
                    summary: row.summary,
                    status: row.status,
                    flags: row.flags,
                    request: payloads.request,
                    response: payloads.response,
                }
            })
            .collect();
        kept.sort_by_key(|kept| (kept.at_us, kept.client.port()));
        kept
    }

    /// Records exchanges as if a proxy had seen them, one connection for each number.
    pub(crate) fn record(&self, name: &str, talks: &[Talk]) -> Recording {
        let new = NewRecording {
            name: name.to_owned(),
            source: String::new(),
            started_at: BEGAN,
        };
        let writer = self.store.create_recording(&new).unwrap();
        let mut recorder = Recorder::start(writer, Limits::default(), None).unwrap();
        let mut now = BEGAN;
        let mut open: Vec<u16> = Vec::new();
        for talk in talks {
            let slot = Slot(talk.connection.into());
            if !open.contains(&talk.connection) {
                open.push(talk.connection);
                let connection = NewConnection {
                    client: ([10, 0, 0, 1], 40_000 + talk.connection).into(),
                    server: ([10, 0, 0, 2], 80).into(),
                    opened: now,
                    midstream: false,
                };
                recorder.opened(slot, &connection);
            }
            let mut wait = talk.waits_us.iter();
            let mut tell = |direction, bytes: &[u8]| {
                let half = bytes.len() / 2;
                for bytes in [&bytes[..half], &bytes[half..]] {
                    now = now.plus_nanos(i64::from(*wait.next().unwrap()) * 1_000);
                    recorder.piece(slot, direction, Piece::Chunk { at: now, bytes });
                }
            };
            tell(Direction::ToServer, &talk.request);
            match &talk.response {
                Some(response) => tell(Direction::ToClient, response),
                // Nothing may follow on a connection whose answer is missing.
                None => {
                    open.retain(|one| *one != talk.connection);
                    end(&mut recorder, slot, now);
                }
            }
        }
        for connection in open {
            end(&mut recorder, Slot(connection.into()), now);
        }
        recorder
            .finish(0, Some(now), Ledger::default(), true)
            .unwrap()
    }
}

fn end(recorder: &mut Recorder, slot: Slot, at: Timestamp) {
    let close = Close::Fin;
    for direction in [Direction::ToServer, Direction::ToClient] {
        recorder.piece(slot, direction, Piece::End { at, close });
    }
    recorder.closed(slot, at, close);
}

/// Any HTTP exchanges: every kind of body, framing and outcome.
pub(crate) fn talks() -> impl Strategy<Value = Vec<Talk>> {
    vec(talk(), 1..12)
}

fn talk() -> impl Strategy<Value = Talk> {
    let waits = prop::array::uniform4(1_u32..2_000_000);
    (
        0_u16..4,
        request(),
        prop::option::weighted(0.9, response()),
        waits,
    )
        .prop_map(|(connection, request, response, waits_us)| Talk {
            connection,
            request,
            response,
            waits_us,
        })
}

fn request() -> impl Strategy<Value = Vec<u8>> {
    let method = prop::sample::select(vec!["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);
    let target = "/[a-z0-9/.%~'_-]{0,20}([?][a-z0-9=&+%'\"-]{0,20})?";
    (method, target, fields(), body()).prop_map(|(method, target, fields, body)| {
        let head = format!("{method} {target} HTTP/1.1\r\nHost: shop\r\n{fields}");
        [head.as_bytes(), &body].concat()
    })
}

fn response() -> impl Strategy<Value = Vec<u8>> {
    let status = prop::sample::select(vec!["200 OK", "404 Not Found", "503 Busy", "201 "]);
    (status, fields(), body()).prop_map(|(status, fields, body)| {
        let head = format!("HTTP/1.1 {status}\r\n{fields}");
        [head.as_bytes(), &body].concat()
    })
}

fn fields() -> impl Strategy<Value = String> {
    vec(
        "(X-[A-Za-z]{1,8}|Cookie|Accept|Set-Cookie): ?[ -~é]{0,30}\r\n",
        0..4,
    )
    .prop_map(|fields| fields.concat())
}

/// The rest of a message after its other fields: what frames the body, and the body.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let plain = prop_oneof![
        vec(any::<u8>(), 0..200),
        "[ -~\n\t🐵é]{0,100}".prop_map(String::into_bytes),
        Just("a\n🐵🙈🙉\n1 b 3\n".as_bytes().to_vec()),
    ];
    (plain, 0_u8..4).prop_map(|(body, framing)| {
        let (head, body) = match framing {
            0 if body.is_empty() => ("Content-Length: 0\r\n".to_owned(), body),
            1 => ("Transfer-Encoding: chunked\r\n".to_owned(), chunked(&body)),
            2 => {
                let body = gzip(&body);
                let length = body.len();
                (
                    format!("Content-Encoding: gzip\r\nContent-Length: {length}\r\n"),
                    body,
                )
            }
            _ => (format!("content-length: {}\r\n", body.len()), body),
        };
        [head.as_bytes(), b"\r\n", &body].concat()
    })
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(50) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

pub(crate) fn gzip(body: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}
