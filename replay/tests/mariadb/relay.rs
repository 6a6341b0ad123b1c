//! A relay between a client and a server that keeps what was said, and makes recordings of it: from the
//! start, or as if the recording had begun later.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use reprise_store::{ConnectionEnd, NewConnection, NewRecording, Store, Totals};
use reprise_wire::{Close, ConnectionDecoder, Direction, Exchange, Limits, Piece, Timestamp};

/// One thing that was said; connections are numbered in the order they opened.
#[derive(Clone, Debug)]
struct Said {
    connection: usize,
    direction: Direction,
    at: Timestamp,
    bytes: Vec<u8>,
}

#[derive(Debug, Default)]
struct Heard {
    clients: Vec<SocketAddr>,
    said: Vec<Said>,
}

/// A relay on a free port.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) addr: SocketAddr,
    server: SocketAddr,
    heard: Arc<Mutex<Heard>>,
}

/// How a recording begins where connections are open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// Nothing from before is known.
    Unknown,
    /// The recording goes on from one before it.
    Continued,
}

impl Relay {
    pub(crate) fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let addr = listener.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let shared = Arc::clone(&heard);
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let client = client.unwrap();
                let server = TcpStream::connect(server).unwrap();
                let mut heard = shared.lock().unwrap();
                let connection = heard.clients.len();
                heard.clients.push(client.peer_addr().unwrap());
                drop(heard);
                for (direction, from, to) in [
                    (Direction::ToServer, &client, &server),
                    (Direction::ToClient, &server, &client),
                ] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let shared = Arc::clone(&shared);
                    std::thread::spawn(move || pass(from, to, connection, direction, &shared));
                }
            }
        });
        Self {
            addr,
            server,
            heard,
        }
    }

    /// How much has been said: a point to begin a recording at.
    pub(crate) fn now(&self) -> usize {
        self.heard.lock().unwrap().said.len()
    }

    /// Stores what was said since `from` as the recording `recorded`.
    pub(crate) fn record(&self, store: &Store, from: usize, beginning: Beginning) {
        self.record_with(store, from, beginning, |_, _| {});
    }

    /// The same, with each exchange changed before it is stored; it is told the connection's number.
    pub(crate) fn record_with(
        &self,
        store: &Store,
        from: usize,
        beginning: Beginning,
        mut change: impl FnMut(u64, &mut Exchange),
    ) {
        let heard = self.heard.lock().unwrap();
        let (before, since) = heard.said.split_at(from);
        let begin = since.first().unwrap().at;
        let writer = store
            .create_recording(&NewRecording {
                name: "recorded".to_owned(),
                source: "relay".to_owned(),
                started_at: begin,
            })
            .unwrap();
        let limits = Limits::default();
        let mut open = Vec::new();
        for (connection, client) in heard.clients.iter().enumerate() {
            let midstream = before.iter().any(|said| said.connection == connection);
            let continued = midstream && beginning == Beginning::Continued;
            let mut decoder = ConnectionDecoder::new(&limits, midstream && !continued);
            let new = NewConnection {
                client: *client,
                server: self.server,
                opened: begin,
                midstream,
            };
            if continued {
                let mut forgotten = Vec::new();
                for said in before.iter().filter(|said| said.connection == connection) {
                    let (at, bytes) = (said.at, &said.bytes[..]);
                    decoder.push(said.direction, Piece::Chunk { at, bytes }, &mut forgotten);
                }
                decoder.begin_recording();
            }
            open.push((decoder, writer.add_connection(&new).unwrap()));
        }
        let mut exchanges = Vec::new();
        for said in since {
            let (decoder, id) = &mut open[said.connection];
            let (at, bytes) = (said.at, &said.bytes[..]);
            decoder.push(said.direction, Piece::Chunk { at, bytes }, &mut exchanges);
            for mut exchange in exchanges.drain(..) {
                change(u64::from(id.0), &mut exchange);
                writer.add_exchange(*id, &mut exchange).unwrap();
            }
        }
        let at = since.last().unwrap().at;
        for (mut decoder, id) in open {
            let close = Close::Fin;
            for direction in [Direction::ToServer, Direction::ToClient] {
                decoder.push(direction, Piece::End { at, close }, &mut exchanges);
            }
            for mut exchange in exchanges.drain(..) {
                change(u64::from(id.0), &mut exchange);
                writer.add_exchange(id, &mut exchange).unwrap();
            }
            let session = decoder.mysql_session().unwrap();
            let end = ConnectionEnd {
                spoken: Some("mysql".to_owned()),
                mysql_session: Some(serde_json::to_value(session).unwrap()),
                ..ConnectionEnd::default()
            };
            writer.close_connection(id, end).unwrap();
        }
        let last_packet = Some(at);
        writer
            .finish(&Totals {
                last_packet,
                ..Totals::default()
            })
            .unwrap();
    }
}

/// Passes bytes on, kept before anybody can answer them.
fn pass(
    mut from: TcpStream,
    mut to: TcpStream,
    connection: usize,
    direction: Direction,
    heard: &Mutex<Heard>,
) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(read @ 1..) = from.read(&mut buffer) {
        let bytes = &buffer[..read];
        heard.lock().unwrap().said.push(Said {
            connection,
            direction,
            at: now(),
            bytes: bytes.to_vec(),
        });
        if to.write_all(bytes).is_err() {
            break;
        }
    }
    // the other side is told, as it would be by its own peer
    let _ = to.shutdown(std::net::Shutdown::Both);
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap())
}
