//! The server: a thread of its own that listens until it is dropped.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::rc::Rc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use reprise_wire::http::{ReadCaps, RequestReader};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tokio::task::{LocalSet, spawn_local};

use super::{Answer, Api, Asked};
use crate::proxy::socket;

/// How long a client may say nothing, or not take what it is told.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest head and body a request may have; bytes.
const CAPS: ReadCaps = ReadCaps {
    head: 16 << 10,
    body: 64 << 10,
};

/// Said once to who waits for it before it sends a body (RFC 9110 section 10.1.1).
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    /// Dropped, the thread ends.
    goes_on: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens at `address`, in a thread of this name; port 0 lets the system choose.
    ///
    /// # Errors
    /// The address cannot be listened on, or the system gives no thread.
    pub fn start(name: &str, address: SocketAddr, api: impl Api) -> io::Result<Self> {
        let listener = socket::listen(address)?;
        let address = listener.local_addr()?;
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let (goes_on, ends) = oneshot::channel();
        let thread = thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                // what is being answered ends with the set
                LocalSet::new().block_on(&runtime, async move {
                    tokio::select! {
                        () = accept(listener, Rc::new(api)) => {}
                        _ = ends => {}
                    }
                });
            })?;
        Ok(Self {
            address,
            goes_on: Some(goes_on),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.goes_on.take());
        if let Some(thread) = self.thread.take() {
            // a thread that panicked has nothing left to close
            let _ = thread.join();
        }
    }
}

async fn accept(listener: StdListener, api: Rc<impl Api>) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                spawn_local(serve(client, Rc::clone(&api)));
            }
            // out of descriptors, perhaps: no reason to spin
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Answers one client's requests. An error of its connection ends it quietly.
async fn serve(mut client: TcpStream, api: Rc<impl Api>) {
    let mut reader = RequestReader::new(CAPS);
    let mut bytes = Vec::new();
    let mut goes_on = false;
    loop {
        let Ok(progress) = reader.feed(&bytes) else {
            let answer = Answer::error(400, "this is no HTTP request");
            let _ = say(&mut client, &answer.written(true, false)).await;
            return;
        };
        bytes.drain(..progress.consumed);
        if progress.done {
            let closes = !reader.keep_alive();
            let is_for_head = reader.head().is_some_and(|head| head.method == b"HEAD");
            let said = answer(&*api, &reader).await.written(closes, is_for_head);
            reader.reset();
            goes_on = false;
            if say(&mut client, &said).await.is_err() || closes {
                return;
            }
            continue;
        }
        if reader.expects_continue() && !goes_on {
            goes_on = true;
            if say(&mut client, CONTINUE).await.is_err() {
                return;
            }
        }
        let heard = tokio::time::timeout(PATIENCE, client.read_buf(&mut bytes)).await;
        if !matches!(heard, Ok(Ok(1..))) {
            return;
        }
    }
}

async fn say(client: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    tokio::time::timeout(PATIENCE, client.write_all(bytes)).await?
}

async fn answer(api: &impl Api, reader: &RequestReader) -> Answer {
    let Some(head) = reader.head() else {
        return Answer::error(400, "this is no HTTP request");
    };
    if reader.body_len() > reader.body().len() as u64 {
        return Answer::error(413, "the body is longer than 64 KiB");
    }
    let method = String::from_utf8_lossy(head.method);
    let target = String::from_utf8_lossy(head.target);
    let asked = Asked {
        method: &method,
        path: target.split('?').next().unwrap_or_default(),
        headers: &head.headers,
        body: reader.body(),
    };
    api.answer(asked).await
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    /// Says what was asked.
    struct Echo;

    impl Api for Echo {
        async fn answer(&self, asked: Asked<'_>) -> Answer {
            let body = String::from_utf8_lossy(asked.body);
            let said = format!("{} {} {body}", asked.method, asked.path);
            Answer::text("text/plain", said)
        }
    }

    fn ask(server: &Server, requests: &str) -> String {
        let mut client = std::net::TcpStream::connect(server.address()).unwrap();
        client.write_all(requests.as_bytes()).unwrap();
        let mut answers = String::new();
        client.read_to_string(&mut answers).unwrap();
        answers
    }

    #[test]
    fn requests_of_a_connection_are_answered_one_after_the_other() {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let server = Server::start("echo", address, Echo).unwrap();
        let said = ask(
            &server,
            "PUT /a?b HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi\
             HEAD /c HTTP/1.1\r\n\r\n\
             GET /d HTTP/1.1\r\nConnection: close\r\n\r\n",
        );
        let head = |length: usize| {
            format!("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n")
        };
        let [first, second, third] = [head(9), head(8), head(7)];
        assert_eq!(
            said,
            format!("{first}\r\nPUT /a hi{second}\r\n{third}Connection: close\r\n\r\nGET /d ")
        );
        let foreign = ask(&server, "\x16\x03\x01\0\0\0\0 no HTTP\r\n\r\n");
        assert!(foreign.starts_with("HTTP/1.1 400 "), "{foreign}");
        let address = server.address();
        drop(server);
        assert!(std::net::TcpStream::connect(address).is_err());
    }
}
