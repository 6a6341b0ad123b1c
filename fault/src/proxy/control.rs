//! The control API: HTTP with JSON. Small on purpose: one request after the other on a connection, bounded
//! bodies, no page of any website can reach it through a browser.

mod admission;
#[cfg(any(test, feature = "invariants"))]
pub(super) mod invariants;
pub(super) mod path_part;
mod routes;
mod toxiproxy;
mod vaurien;

use std::net::TcpListener as StdListener;
use std::sync::Arc;
use std::time::Duration;

use reprise_store::Store;
use reprise_wire::http::{ReadCaps, RequestReader};
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::spawn_local;

use super::open::OpenProxies;
use super::side::Side;
use toxiproxy::Toxiproxy;

/// How long a client may say nothing.
const PATIENCE: Duration = Duration::from_secs(30);

/// The status of an answer without a body (RFC 9110 section 15.3.5).
const NO_CONTENT: u16 = 204;

/// The longest head and body a request may have; bytes.
const CAPS: ReadCaps = ReadCaps {
    head: 16 << 10,
    body: 64 << 10,
};

/// Said once to who waits for it before it sends a body (RFC 9110 section 10.1.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Who may control what.
#[derive(Debug)]
pub(super) struct Control {
    open: Arc<OpenProxies>,
    token: Option<String>,
    toxiproxy: Toxiproxy,
}

impl Control {
    pub(super) fn new(open: Arc<OpenProxies>, token: Option<String>, store: Store) -> Self {
        Self {
            toxiproxy: Toxiproxy::new(Arc::clone(&open), store),
            open,
            token,
        }
    }
}

/// What is answered.
#[derive(Debug, PartialEq, Eq)]
struct Answer {
    status: u16,
    body: Value,
}

impl Answer {
    fn error(status: u16, why: impl ToString) -> Self {
        Self {
            status,
            body: serde_json::json!({ "error": why.to_string() }),
        }
    }
}

/// Accepts until the thread ends.
pub(super) async fn run(listener: StdListener, control: Arc<Control>) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                spawn_local(serve(client, Arc::clone(&control)));
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Answers one client's requests. An error of its connection ends it quietly.
async fn serve(client: TcpStream, control: Arc<Control>) {
    let client = Side::new(client);
    let mut reader = RequestReader::new(CAPS);
    let mut bytes = Vec::new();
    let mut goes_on = false;
    loop {
        let mut input = bytes.as_slice();
        let fed = reader.feed(input);
        let Ok(progress) = fed else {
            let answer = Answer::error(400, "this is no HTTP request");
            let _ = client.write_all(&written(&answer, true)).await;
            return;
        };
        input = input.get(progress.consumed..).unwrap_or_default();
        bytes = input.to_vec();
        if progress.done {
            let closes = !reader.keep_alive();
            let mut said = written(&answer(&control, &reader).await, closes);
            if reader.head().is_some_and(|head| head.method == b"HEAD") {
                without_body(&mut said);
            }
            reader.reset();
            goes_on = false;
            if client.write_all(&said).await.is_err() || closes {
                return;
            }
            continue;
        }
        if reader.expects_continue() && !goes_on {
            goes_on = true;
            if client.write_all(CONTINUE).await.is_err() {
                return;
            }
        }
        match tokio::time::timeout(PATIENCE, client.readable()).await {
            Ok(Ok(())) => {}
            _ => return,
        }
        let mut buffer = [0; 8 << 10];
        match client.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => bytes.extend_from_slice(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}

async fn answer(control: &Control, reader: &RequestReader) -> Answer {
    let Some(head) = reader.head() else {
        return Answer::error(400, "this is no HTTP request");
    };
    if reader.body_len() > reader.body().len() as u64 {
        return Answer::error(413, "the body is longer than 64 KiB");
    }
    if let Err(refused) = admission::check(&head.headers, control.token.as_deref()) {
        return refused;
    }
    let method = String::from_utf8_lossy(head.method);
    let target = String::from_utf8_lossy(head.target);
    let path = target.split('?').next().unwrap_or_default();
    routes::answer(control, &method, path, reader.body()).await
}

/// Leaves the body out, which no answer to HEAD has (RFC 9110 section 9.3.2).
fn without_body(answer: &mut Vec<u8>) {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    answer.truncate(end.map_or(answer.len(), |end| end + 4));
}

fn written(answer: &Answer, closes: bool) -> Vec<u8> {
    let mut body = match answer.status {
        NO_CONTENT => String::new(),
        _ => answer.body.to_string() + "\n",
    };
    let reason = match answer.status {
        200 => "OK",
        201 => "Created",
        NO_CONTENT => "No Content",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        409 => "Conflict",
        413 => "Content Too Large",
        500 => "Internal Server Error",
        _ => "Bad Request",
    };
    let close = if closes { "Connection: close\r\n" } else { "" };
    let framed = match answer.status {
        NO_CONTENT => String::new(),
        _ => format!(
            "Content-Type: application/json\r\nContent-Length: {}\r\n",
            body.len()
        ),
    };
    let status = answer.status;
    let head = format!("HTTP/1.1 {status} {reason}\r\n{framed}{close}\r\n");
    body.insert_str(0, &head);
    body.into_bytes()
}
