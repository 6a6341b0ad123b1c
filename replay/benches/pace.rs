//! What the generator costs and how punctual it is: a recording of evenly spaced requests, played against
//! a server that answers at once. Prints CPU per request of the replay's own threads, and lateness.
//!
//! `cargo bench -p reprise-replay --bench pace -- [HOST:PORT] [REQUESTS_PER_SECOND | max]...`
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints and ends at the first error"
)]

use std::collections::BTreeMap;
use std::net::SocketAddr;

use reprise_replay::{HttpRoute, Plan, ReplayConfig, Secrets, Speed, Targets, start};
use reprise_store::{NewConnection, NewRecording, Store, Totals};
use reprise_wire::{Exchange, ExchangeTimes, Flags, Payload, Protocol, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const SECONDS: u64 = 10;
const CONNECTIONS: u64 = 50;
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let rates: Vec<u64> = words
        .iter()
        .filter_map(|word| {
            if word == "max" {
                Some(0)
            } else {
                word.parse().ok()
            }
        })
        .collect();
    let rates = if rates.is_empty() {
        vec![1_000, 5_000, 10_000]
    } else {
        rates
    };
    let given = words.iter().find_map(|word| word.parse().ok());
    let address = given.unwrap_or_else(serve);
    println!("rate/s  asked  sent    CPU us/request: sending  all    lateness us: p50  p99  max");
    for rate in rates {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path().join("pace.reprise")).unwrap();
        record(&store, if rate == 0 { 40_000 } else { rate });
        let mut plan = Plan::of("recorded");
        if rate == 0 {
            plan.rate.speed = Speed::Max;
        }
        plan.http = vec![HttpRoute {
            recorded: None,
            url: format!("http://{address}"),
        }];
        plan.workers = Some(1);
        let target = store.allow_http(&plan.http[0].url, None, false).unwrap();
        let targets = Targets {
            http: vec![target],
            mysql: None,
            ..Targets::default()
        };
        let config = ReplayConfig {
            prepared: reprise_replay::Prepared::new(plan, &store).unwrap(),
            run: "run".to_owned(),
            targets,
            secrets: Secrets::default(),
            users: reprise_replay::Users::default(),
            mysql_room: None,
            redaction: None,
        };
        let handle = start(config, &store).unwrap();
        let mut cpu = BTreeMap::new();
        while let Ok(event) = handle.events().recv() {
            // threads that have ended are no longer listed: keep what was seen last
            cpu.extend(cpu_of_threads());
            if matches!(event, reprise_replay::Event::Finished { .. }) {
                break;
            }
        }
        let summary = handle.join().unwrap().summary;
        let sending = cpu
            .iter()
            .filter(|(name, _)| *name == "replay-0")
            .map(|(_, us)| us)
            .sum::<u64>();
        let all: u64 = cpu.values().sum();
        let each = |us: u64| us as f64 / summary.sent as f64;
        println!(
            "{rate:6}  {:6.0} {:6.0} {:25.1} {:5.1} {:18} {:4} {:5}   ok {} of {} {:?}",
            summary.rate.asked_per_s,
            summary.rate.sent_per_s,
            each(sending),
            each(all),
            summary.lateness_us.p50,
            summary.lateness_us.p99,
            summary.lateness_us.max,
            summary.outcomes.ok,
            summary.planned,
            cpu.iter()
                .map(|(name, us)| (name, (each(*us) * 10.0).round() / 10.0))
                .collect::<Vec<_>>(),
        );
    }
}

/// CPU time so far of this process's threads that belong to the replay or the store, by name.
fn cpu_of_threads() -> BTreeMap<String, u64> {
    let mut found = BTreeMap::new();
    for thread in std::fs::read_dir("/proc/self/task").unwrap() {
        let of = thread.unwrap().path();
        let read = |file| std::fs::read_to_string(of.join(file)).unwrap_or_default();
        // the first number of schedstat: nanoseconds on a core
        let nanos = read("schedstat")
            .split(' ')
            .next()
            .and_then(|first| first.parse::<u64>().ok());
        let name = read("comm").trim().to_owned();
        if name != "bench-server" && name != "pace" {
            *found.entry(name).or_default() += nanos.unwrap_or(0) / 1_000;
        }
    }
    found
}

fn serve() -> SocketAddr {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::Builder::new()
        .name("bench-server".to_owned())
        .spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                tell.send(listener.local_addr().unwrap()).unwrap();
                loop {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    stream.set_nodelay(true).unwrap();
                    tokio::spawn(async move {
                        let mut buffer = [0; 4_096];
                        while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {
                            stream.write_all(ANSWER).await.unwrap();
                        }
                    });
                }
            });
        })
        .unwrap();
    told.recv().unwrap()
}

fn record(store: &Store, rate: u64) {
    let start = Timestamp::from_micros(1_700_000_000_000_000);
    let new = NewRecording {
        name: "recorded".to_owned(),
        source: "made".to_owned(),
        started_at: start,
    };
    let writer = store.create_recording(&new).unwrap();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|i| {
            let client = SocketAddr::from(([10, 0, 0, 1], 10_000 + i as u16));
            let server = SocketAddr::from(([10, 0, 0, 9], 80));
            let new = NewConnection {
                client,
                server,
                opened: start,
                midstream: false,
            };
            writer.add_connection(&new).unwrap()
        })
        .collect();
    for i in 0..rate * SECONDS {
        let at = start.plus_nanos((i * 1_000_000_000 / rate) as i64);
        let request =
            format!("GET /item/{i} HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n\r\n");
        let answered = Some(at.plus_nanos(200_000));
        let mut exchange = Exchange {
            protocol: Protocol::Http,
            request: Some(Payload {
                wire_len: request.len() as u64,
                bytes: request.into(),
            }),
            response: Some(Payload {
                wire_len: ANSWER.len() as u64,
                bytes: ANSWER.into(),
            }),
            times: ExchangeTimes {
                request_first: at,
                request_last: at,
                response_first: answered,
                response_last: answered,
            },
            operation: "GET /item/{id}".to_owned(),
            summary: format!("GET /item/{i}"),
            status: Some(200),
            flags: Flags::empty(),
            statement_id: None,
        };
        writer
            .add_exchange(connections[(i % CONNECTIONS) as usize], &mut exchange)
            .unwrap();
    }
    let end = start.plus_nanos((SECONDS * 1_000_000_000) as i64);
    writer
        .finish(&Totals {
            last_packet: Some(end),
            ..Totals::default()
        })
        .unwrap();
}
