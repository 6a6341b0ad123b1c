//! A paced load on loopback: connections that send a request when its time has come and read the answer.
//! Requests and answers have one length each, so that lost ones can be counted in bytes.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// Bytes of every request and of every answer.
pub(crate) const REQUEST_BYTES: usize = 200;
pub(crate) const ANSWER_BYTES: usize = 300;

/// How long a connection rests before its first and its last request: around the load, everything
/// arrives, so that what is lost in between stands between things seen.
const REST: Duration = Duration::from_millis(300);

/// What is sent.
pub(crate) struct Load {
    pub(crate) connections: u32,
    /// Requests a second, over all connections.
    pub(crate) rate: u32,
    pub(crate) duration: Duration,
}

/// What was sent, and answered.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sent {
    pub(crate) requests: u64,
    pub(crate) took: Duration,
}

/// Answers every request on every connection, until the process ends.
pub(crate) struct Server {
    pub(crate) port: u16,
}

impl Server {
    pub(crate) fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away ends its connection, and that is all there is to say.
                thread::spawn(move || answer(stream));
            }
        });
        Ok(Self { port })
    }
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {:03}\r\n\r\n", 0);
    let body = ANSWER_BYTES - head.len();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {body:03}\r\n\r\n");
    let answer = [head.as_bytes(), &vec![b'a'; body]].concat();
    let mut request = [0; REQUEST_BYTES];
    loop {
        stream.read_exact(&mut request)?;
        stream.write_all(&answer)?;
    }
}

impl Load {
    /// Sends it; returns when the last answer is there and the connections are closed.
    pub(crate) fn send(&self, port: u16) -> std::io::Result<Sent> {
        let interval = Duration::from_secs(1) * self.connections / self.rate;
        let clients: Vec<_> = (0..self.connections)
            .map(|_| {
                let duration = self.duration;
                thread::spawn(move || client(port, interval, duration))
            })
            .collect();
        let mut sent = Sent::default();
        for client in clients {
            let one = client
                .join()
                .map_err(|_| std::io::Error::other("a client ended unexpectedly"))??;
            sent.requests += one.requests;
            sent.took = sent.took.max(one.took);
        }
        Ok(sent)
    }
}

fn client(port: u16, interval: Duration, duration: Duration) -> std::io::Result<Sent> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    ask(&mut stream, 0)?;
    thread::sleep(REST);
    let began = Instant::now();
    let (mut requests, mut due) = (0_u32, Duration::ZERO);
    while began.elapsed() < duration {
        if let Some(early) = due.checked_sub(began.elapsed()) {
            thread::sleep(early);
        }
        requests += 1;
        due += interval;
        ask(&mut stream, requests)?;
    }
    let took = began.elapsed();
    thread::sleep(REST);
    ask(&mut stream, requests + 1)?;
    Ok(Sent {
        requests: u64::from(requests) + 2,
        took,
    })
}

fn ask(stream: &mut TcpStream, number: u32) -> std::io::Result<()> {
    let start = format!("GET /item/{number:010} HTTP/1.1\r\nHost: localhost\r\nX-Filler: ");
    let filler = REQUEST_BYTES - start.len() - 4;
    let request = format!("{start}{}\r\n\r\n", "f".repeat(filler));
    stream.write_all(request.as_bytes())?;
    let mut answer = [0; ANSWER_BYTES];
    stream.read_exact(&mut answer)
}
