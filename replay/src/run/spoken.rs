//! What a target speaks when it is not what it was given for: told by whether it greets, as MySQL does, and else by what
//! it answers to the first message of TLS. Asked only where something is wrong already, but for the greeting.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use reprise_store::AllowedTarget;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use tokio_rustls::rustls::ClientConnection;
use tokio_rustls::rustls::pki_types::ServerName;

use super::Targets;
use crate::ReplayError;
use crate::socket::{self, StampedStream};
use crate::tls::{Trust, tls_client_config};

/// How long a server may take to greet: MySQL's does as soon as it has taken the connection.
const GREETS_WITHIN: Duration = Duration::from_millis(100);

/// How long it may take to say anything to whom it does not understand.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// What a server was seen to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    /// HTTP, in the clear.
    Http,
    /// TLS from the first byte on, as behind `https://`.
    Tls,
    /// MySQL.
    Mysql,
}

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "plain HTTP",
            Self::Tls => "TLS",
            Self::Mysql => "MySQL",
        })
    }
}

impl Targets {
    /// The first of those given as `http://` that speaks something else. To be asked when none of their answers makes
    /// sense: it sends each of them what is no HTTP.
    pub fn misspoken(&self) -> Option<ReplayError> {
        let plain = self.http.iter().filter(|target| !target.is_https());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .ok()?;
        runtime.block_on(async {
            for target in plain {
                let address = *target.addresses().first()?;
                if let Some(spoken) = spoken_at(address).await.filter(|it| *it != Spoken::Http) {
                    return Some(speaks(target, spoken));
                }
            }
            None
        })
    }
}

/// That an HTTP target speaks something else.
pub(super) fn speaks(target: &AllowedTarget, spoken: Spoken) -> ReplayError {
    let at = format!("{}:{}", bracketed(target.host()), target.port());
    let fix = match spoken {
        Spoken::Http => format!("write http://{at}"),
        Spoken::Tls => format!("write https://{at}"),
        Spoken::Mysql => format!("name it with --mysql, as mysql://USER:PASSWORD@{at}/DATABASE"),
    };
    ReplayError::Misspoken {
        meant: if target.is_https() { "HTTPS" } else { "HTTP" },
        target: at,
        spoken,
        fix,
    }
}

/// That what was given as a MySQL target, at this address, speaks something else.
pub(super) fn is_no_mysql(at: &str, spoken: Spoken) -> ReplayError {
    let scheme = match spoken {
        Spoken::Tls => "https",
        _ => "http",
    };
    ReplayError::Misspoken {
        meant: "MySQL",
        target: at.to_owned(),
        spoken,
        fix: format!("name it with --http, as {scheme}://{at}"),
    }
}

fn bracketed(host: &str) -> String {
    match host.contains(':') {
        true => format!("[{host}]"),
        false => host.to_owned(),
    }
}

/// Whether MySQL greets on a connection that has just been opened.
pub(super) async fn greets(stream: &mut StampedStream) -> bool {
    let mut first = [0; 64];
    let read = timeout(GREETS_WITHIN, stream.read(&mut first)).await;
    let came = read.ok().and_then(Result::ok).unwrap_or(0);
    first.get(..came).is_some_and(is_greeting)
}

/// What is spoken at an address, as far as that can be told.
pub(super) async fn spoken_at(address: SocketAddr) -> Option<Spoken> {
    let mut stream = timeout(ANSWERS_WITHIN, socket::connect(address))
        .await
        .ok()?
        .ok()?;
    if greets(&mut stream).await {
        return Some(Spoken::Mysql);
    }
    let hello = client_hello()?;
    let answer = async {
        let mut first = [0; 64];
        stream.write_all(&hello).await.ok()?;
        let came = stream.read(&mut first).await.ok()?;
        first.get(..came).map(<[u8]>::to_vec)
    };
    let answer = timeout(ANSWERS_WITHIN, answer).await.ok()??;
    match answer.as_slice() {
        // a handshake or an alert of any version (RFC 8446 section 5.1)
        [0x15 | 0x16, 3, ..] => Some(Spoken::Tls),
        [b'H', b'T', b'T', b'P', b'/', ..] => Some(Spoken::Http),
        late if is_greeting(late) => Some(Spoken::Mysql),
        _ => None,
    }
}

/// A packet with the number 0 that is a greeting (version 10), or the error in its place.
fn is_greeting(bytes: &[u8]) -> bool {
    matches!(bytes, [_, _, 0, 0, 0x0a | 0xff, ..])
}

/// The first message of a TLS client.
fn client_hello() -> Option<Vec<u8>> {
    let config = tls_client_config(Trust::Anyone, &[]).ok()?;
    let name = ServerName::try_from("localhost").ok()?;
    let mut client = ClientConnection::new(config, name).ok()?;
    let mut hello = Vec::new();
    client.write_tls(&mut hello).ok()?;
    Some(hello)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// What is told of a server that says `first` unasked and `then` when it was said something.
    async fn told(first: &'static [u8], then: &'static [u8]) -> Option<Spoken> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let serves = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(first).await.unwrap();
            let mut heard = [0; 4096];
            if stream.read(&mut heard).await.is_ok_and(|came| came > 0) {
                assert_eq!(heard.get(..2), Some(&[0x16, 3][..]));
                stream.write_all(then).await.unwrap();
            }
        });
        let spoken = spoken_at(address).await;
        serves.await.unwrap();
        spoken
    }

    #[tokio::test]
    async fn a_server_is_known_by_its_first_bytes() {
        assert_eq!(told(b"\x4a\0\0\0\x0a11.4", b"").await, Some(Spoken::Mysql));
        let full = b"\x17\0\0\0\xff\x10\x04Too many connections";
        assert_eq!(told(full, b"").await, Some(Spoken::Mysql));
        assert_eq!(told(b"", b"\x15\x03\x01\0\x02").await, Some(Spoken::Tls));
        assert_eq!(told(b"", b"\x16\x03\x03\0\x7a").await, Some(Spoken::Tls));
        let refuses = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        assert_eq!(told(b"", refuses).await, Some(Spoken::Http));
        assert_eq!(told(b"SSH-2.0-x\r\n", b"").await, None);
        assert_eq!(told(b"", b"").await, None);
    }
}
