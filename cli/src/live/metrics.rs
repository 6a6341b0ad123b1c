//! `--metrics ADDRESS`: a page for Prometheus while runs are on. One client at a time, a request of at most 8 KiB, two
//! seconds for each: what scrapes it asks once in some seconds.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use reprise_app::{Exposition, Tick};

use crate::aside;

/// How long a client has for its request, and for taking the answer.
const PATIENCE: Duration = Duration::from_secs(2);
/// The longest request that is read.
const LONGEST: usize = 8 << 10;

/// A page that is served until the process ends.
pub(super) struct Metrics {
    shown: Arc<Mutex<Exposition>>,
}

impl Metrics {
    /// Listens, and says where.
    pub(super) fn serve(address: SocketAddr) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address)
            .and_then(|listener| Ok((listener.local_addr()?, listener)))
            .with_context(|| format!("failed to listen on {address} for --metrics"));
        let (address, listener) = listener?;
        let shown = Arc::new(Mutex::new(Exposition::new("")));
        let page = Arc::clone(&shown);
        thread::Builder::new()
            .name("metrics".to_owned())
            .spawn(move || {
                for client in listener.incoming() {
                    match client {
                        // a client that is gone asks again
                        Ok(client) => drop(answer(client, &page)),
                        // out of descriptors, perhaps: not a reason to spin
                        Err(_) => thread::sleep(Duration::from_millis(100)),
                    }
                }
            })
            .context("failed to start a thread for --metrics")?;
        aside::say(format_args!("reprise: metrics at http://{address}/metrics"));
        Ok(Self { shown })
    }

    /// Shows another run from now on.
    pub(super) fn show(&self, run: Exposition) {
        *self.shown.lock().unwrap_or_else(PoisonError::into_inner) = run;
    }

    /// Adds what happened in the run that is shown.
    pub(super) fn add(&self, tick: &Tick) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.add(tick);
    }
}

fn answer(mut client: TcpStream, page: &Mutex<Exposition>) -> io::Result<()> {
    let asked = head(&mut client)?;
    let (status, text) = if is_for_metrics(&asked) {
        let shown = page.lock().unwrap_or_else(PoisonError::into_inner);
        ("200 OK", shown.text())
    } else {
        ("404 Not Found", "the numbers are at /metrics\n".to_owned())
    };
    client.set_write_timeout(Some(PATIENCE))?;
    write!(
        client,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{text}",
        text.len()
    )
}

/// The head of a request, as far as it came in time.
fn head(client: &mut TcpStream) -> io::Result<Vec<u8>> {
    let until = Instant::now() + PATIENCE;
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < LONGEST {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        client.set_read_timeout(Some(left))?;
        let count = client.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        head.extend_from_slice(buffer.get(..count).unwrap_or_default());
    }
    Ok(head)
}

fn is_for_metrics(head: &[u8]) -> bool {
    let target = head.strip_prefix(b"GET /metrics");
    target.is_some_and(|rest| rest.starts_with(b" ") || rest.starts_with(b"?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn only_the_page_of_metrics_is_there() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let page = Mutex::new(Exposition::new("five"));
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..3 {
                    answer(listener.accept().unwrap().0, &page).unwrap();
                }
            });
            let found = ask(address, "GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n");
            assert!(found.starts_with("HTTP/1.1 200 OK\r\n"), "{found}");
            assert!(
                found.contains("reprise_sent_total{run=\"five\"} 0\n"),
                "{found}"
            );
            for other in ["GET / HTTP/1.1\r\n\r\n", "GET /metricsx HTTP/1.1\r\n\r\n"] {
                let found = ask(address, other);
                assert!(found.starts_with("HTTP/1.1 404 Not Found\r\n"), "{found}");
            }
        });
    }
}
