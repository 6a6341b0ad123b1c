//! What the replay's tests share: recordings made by hand and a tiny HTTP server that does as it is told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use reprise_replay::{Ended, HttpRoute, Plan, ReplayConfig, Secrets, Targets, start};
use reprise_store::{NewConnection, NewRecording, Store, Totals};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};

/// One exchange to record: on which connection, when it began and ended (milliseconds), what was said.
pub(crate) struct Said {
    pub(crate) connection: u16,
    pub(crate) at_ms: i64,
    pub(crate) took_ms: i64,
    pub(crate) request: String,
    pub(crate) response: String,
}

/// An HTTP exchange of 2 ms.
pub(crate) fn said(connection: u16, at_ms: i64, request: &str, response: &str) -> Said {
    Said {
        connection,
        at_ms,
        took_ms: 2,
        request: request.to_owned(),
        response: response.to_owned(),
    }
}

/// A GET without more.
pub(crate) fn get(connection: u16, at_ms: i64, path: &str) -> Said {
    said(
        connection,
        at_ms,
        &format!("GET {path} HTTP/1.1\r\nHost: shop.example\r\n\r\n"),
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    )
}

/// A store in a folder of its own, with one recording named `recorded`.
pub(crate) fn store_with(all: &[Said]) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path().join("library.reprise")).unwrap();
    let start = Timestamp::from_micros(1_700_000_000_000_000);
    let at = |ms: i64| start.plus_nanos(ms * 1_000_000);
    let writer = store
        .create_recording(&NewRecording {
            name: "recorded".to_owned(),
            source: "by hand".to_owned(),
            started_at: start,
        })
        .unwrap();
    let mut connections = std::collections::BTreeMap::new();
    let mut sorted: Vec<&Said> = all.iter().collect();
    sorted.sort_by_key(|said| said.at_ms + said.took_ms);
    for said in sorted {
        let id = *connections.entry(said.connection).or_insert_with(|| {
            let client = SocketAddr::from(([10, 0, 0, 1], 40_000 + said.connection));
            let server = SocketAddr::from(([10, 0, 0, 9], 80));
            let opened = at(said.at_ms);
            writer
                .add_connection(&NewConnection {
                    client,
                    server,
                    opened,
                    midstream: false,
                })
                .unwrap()
        });
        writer.add_exchange(id, &mut exchange(said, &at)).unwrap();
    }
    let end = all
        .iter()
        .map(|said| said.at_ms + said.took_ms)
        .max()
        .unwrap_or(0);
    writer
        .finish(&Totals {
            last_packet: Some(at(end)),
            ..Totals::default()
        })
        .unwrap();
    (folder, store)
}

fn exchange(said: &Said, at: &impl Fn(i64) -> Timestamp) -> Exchange {
    let payload = |text: &str| Payload {
        bytes: text.into(),
        wire_len: text.len() as u64,
    };
    let line = said
        .request
        .split(" HTTP/")
        .next()
        .unwrap_or_default()
        .to_owned();
    let status = said
        .response
        .get(9..12)
        .and_then(|digits| digits.parse().ok());
    let answered = status.is_some();
    let in_chunks = said.response.contains("Transfer-Encoding: chunked");
    let is_cut = in_chunks && !said.response.ends_with("0\r\n\r\n");
    let mut flags = Flags::empty();
    flags.set(Flags::RESPONSE_TRUNCATED, is_cut);
    // bytes that were never seen read as zeros
    flags.set(Flags::GAP_IN_RESPONSE, said.response.contains('\0'));
    Exchange {
        protocol: Protocol::Http,
        request: Some(payload(&said.request)),
        response: answered.then(|| payload(&said.response)),
        times: ExchangeTimes {
            request_first: at(said.at_ms),
            request_last: at(said.at_ms),
            response_first: answered.then(|| at(said.at_ms + said.took_ms)),
            response_last: answered.then(|| at(said.at_ms + said.took_ms)),
        },
        operation: line.split('?').next().unwrap_or_default().to_owned(),
        summary: line,
        status,
        flags,
        statement_id: None,
    }
}

/// What the server does with a request.
pub(crate) enum Do {
    /// Sends these bytes and keeps the connection.
    Answer(String),
    /// Sends these bytes and closes.
    AnswerAndClose(String),
    /// Says nothing until the client leaves.
    Hang,
}

/// A server on a free port; `then` decides on each request. It serves until the test's process ends.
pub(crate) fn serve(then: impl Fn(&str) -> Do + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let then = Arc::new(then);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let then = Arc::clone(&then);
            std::thread::spawn(move || serve_one(stream.unwrap(), &*then));
        }
    });
    address
}

fn serve_one(mut stream: TcpStream, then: &dyn Fn(&str) -> Do) {
    let mut seen = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        while let Some(length) = whole_request(&seen) {
            let request = String::from_utf8_lossy(&seen[..length]).into_owned();
            seen.drain(..length);
            match then(&request) {
                Do::Answer(bytes) => stream.write_all(bytes.as_bytes()).unwrap_or_default(),
                Do::AnswerAndClose(bytes) => {
                    stream.write_all(bytes.as_bytes()).unwrap_or_default();
                    return;
                }
                Do::Hang => {}
            }
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => seen.extend_from_slice(&buffer[..read]),
        }
    }
}

fn whole_request(seen: &[u8]) -> Option<usize> {
    let head = seen.windows(4).position(|part| part == b"\r\n\r\n")? + 4;
    let text = String::from_utf8_lossy(&seen[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .map_or(0, |value| value.trim().parse().unwrap());
    (seen.len() >= head + length).then_some(head + length)
}

/// A plan for the recording that goes to `address`.
pub(crate) fn plan_to(address: SocketAddr) -> Plan {
    let mut plan = Plan::of("recorded");
    plan.http = vec![HttpRoute {
        recorded: None,
        url: format!("http://{address}"),
    }];
    plan.workers = Some(2);
    plan
}

/// Where the plan goes, as the store allows it.
pub(crate) fn targets(plan: &Plan, store: &Store) -> Targets {
    let http = plan
        .http
        .iter()
        .map(|route| store.allow_http(&route.url, None, false).unwrap())
        .collect();
    Targets {
        http,
        ..Targets::default()
    }
}

/// Starts a run.
pub(crate) fn begin(plan: &Plan, run: &str, store: &Store) -> reprise_replay::Handle {
    start(config(plan, run, store), store).unwrap()
}

/// What a run is started with.
pub(crate) fn config(plan: &Plan, run: &str, store: &Store) -> ReplayConfig {
    ReplayConfig {
        prepared: reprise_replay::Prepared::new(plan.clone(), store).unwrap(),
        run: run.to_owned(),
        targets: targets(plan, store),
        secrets: Secrets::default(),
        users: reprise_replay::Users::default(),
        mysql_room: None,
        redaction: None,
    }
}

/// Plays a plan to its end.
pub(crate) fn play(plan: &Plan, run: &str, store: &Store) -> Ended {
    begin(plan, run, store).join().unwrap()
}

/// Something tests note from within a server.
pub(crate) type Notes = Arc<Mutex<Vec<String>>>;
