//! Standing proxies seen from whoever controls them: the control API's client. One short connection for each
//! request, so that a proxy that was restarted in between is found again.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use reprise_store::AllowedTarget;
use reprise_wire::http::{ReadCaps, ResponseReader};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use thiserror::Error;

use super::FaultState;
use crate::Fault;
use crate::api;

/// How long the control API may take for anything.
const PATIENCE: Duration = Duration::from_secs(5);

/// The longest answer taken: the states of some thousand proxies; bytes.
const LONGEST: usize = 4 << 20;

/// Proxies behind one control API.
#[derive(Clone, Debug)]
pub struct RemoteProxies {
    target: AllowedTarget,
    token: Option<String>,
}

/// What a proxy under control is and has done; the fields of the control API that a controller needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RemoteProxy {
    /// What people call it.
    pub name: String,
    /// `tcp`, `http` or `mysql`, or another that a newer one knows.
    pub protocol: String,
    /// Exchanges that began.
    pub exchanges: u64,
    /// Its connections.
    pub connections: RemoteConnections,
    /// Its faults, in order.
    pub faults: Vec<FaultState>,
}

/// Connections of a proxy under control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct RemoteConnections {
    /// Accepted so far.
    pub accepted: u64,
    /// Open now.
    pub open: u64,
}

/// Why proxies could not be controlled. Each message fits after "failed to ".
#[derive(Debug, Error)]
pub enum ControlError {
    /// Nobody answers, or not in time.
    #[error(
        "reach the control of proxies at {at}: {source}; is `reprise proxy --control {at}` running?"
    )]
    Unreachable {
        /// Where it was looked for.
        at: String,
        /// What the system said.
        source: io::Error,
    },
    /// Something else answers.
    #[error("control proxies at {at}: {why}; is that the address `reprise proxy --control` shows?")]
    Foreign {
        /// Where it was asked.
        at: String,
        /// What it answered.
        why: String,
    },
    /// It does not do it, and says why.
    #[error("control the proxies at {at}: {why}")]
    Refused {
        /// Where it was asked.
        at: String,
        /// What it said.
        why: String,
    },
}

impl RemoteProxies {
    /// Those controlled at `target`, by whoever knows the token.
    pub const fn new(target: AllowedTarget, token: Option<String>) -> Self {
        Self { target, token }
    }

    /// Where they are controlled: `127.0.0.1:8474`.
    pub fn at(&self) -> String {
        self.target.authority()
    }

    /// All of them.
    ///
    /// # Errors
    /// They cannot be reached, or refuse.
    pub fn list(&self) -> Result<Vec<RemoteProxy>, ControlError> {
        self.ask("GET", "/api/proxies", None)
    }

    /// Adds a fault to a proxy, switched off. It ends by itself when `lease` has passed without a
    /// [`renew`](Self::renew).
    ///
    /// # Errors
    /// They cannot be reached, or refuse.
    pub fn add(
        &self,
        proxy: &str,
        fault: &Fault,
        lease: Duration,
    ) -> Result<FaultState, ControlError> {
        let lease_ms = millis(lease);
        let body = json!({ "fault": fault.to_string(), "on": false, "lease_ms": lease_ms });
        self.ask("POST", &format!("{}/faults", proxy_path(proxy)), Some(body))
    }

    /// Switches a fault on or off, and lets it end after `lease`; what it has done so far.
    ///
    /// # Errors
    /// They cannot be reached, or the fault is gone.
    pub fn switch(
        &self,
        (proxy, id): (&str, u32),
        on: bool,
        lease: Duration,
    ) -> Result<FaultState, ControlError> {
        let body = json!({ "on": on, "lease_ms": millis(lease) });
        self.ask("PUT", &fault_path(proxy, id), Some(body))
    }

    /// Says that a fault is still wanted; what it has done so far.
    ///
    /// # Errors
    /// They cannot be reached, or the fault is gone.
    pub fn renew(
        &self,
        (proxy, id): (&str, u32),
        lease: Duration,
    ) -> Result<FaultState, ControlError> {
        let body = json!({ "lease_ms": millis(lease) });
        self.ask("PUT", &fault_path(proxy, id), Some(body))
    }

    /// Removes a fault.
    ///
    /// # Errors
    /// They cannot be reached, or the fault is gone.
    pub fn remove(&self, (proxy, id): (&str, u32)) -> Result<(), ControlError> {
        let _: Value = self.ask("DELETE", &fault_path(proxy, id), None)?;
        Ok(())
    }

    /// What the control API answers to this (docs/faults.md has all there is).
    ///
    /// # Errors
    /// They cannot be reached, or refuse.
    pub fn ask<T: DeserializeOwned>(
        &self,
        method: &str,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, ControlError> {
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        let request = self.request(method, path, &body);
        let mut reader = ResponseReader::new(
            method.as_bytes(),
            ReadCaps {
                body: LONGEST,
                ..ReadCaps::default()
            },
        );
        self.exchange(request.as_bytes(), &mut reader)
            .map_err(|source| ControlError::Unreachable {
                at: self.at(),
                source: told(source),
            })?;
        self.read(&reader)
    }

    fn request(&self, method: &str, path: &str, body: &str) -> String {
        let token = self.token.as_ref();
        let token = token.map_or_else(String::new, |token| {
            format!("Authorization: Bearer {token}\r\n")
        });
        format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\n{token}Content-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.at(),
            body.len(),
        )
    }

    fn exchange(&self, request: &[u8], reader: &mut ResponseReader) -> io::Result<()> {
        let mut stream = connect(self.target.addresses())?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.write_all(request)?;
        let mut buffer = [0; 16 << 10];
        while !reader.is_done() {
            let count = stream.read(&mut buffer)?;
            let read = buffer.get(..count).unwrap_or_default();
            let fed = if read.is_empty() {
                reader.close()
            } else {
                reader.feed(read).map(|_| ())
            };
            fed.map_err(io::Error::other)?;
        }
        Ok(())
    }

    fn read<T: DeserializeOwned>(&self, reader: &ResponseReader) -> Result<T, ControlError> {
        let foreign = |why: String| ControlError::Foreign { at: self.at(), why };
        if reader.body_len() > reader.body().len() as u64 {
            return Err(foreign("its answer is too long".to_owned()));
        }
        let status = reader.status().unwrap_or_default();
        if (200..300).contains(&status) {
            return serde_json::from_slice(reader.body())
                .map_err(|error| foreign(format!("its answer is not understood ({error})")));
        }
        let said: Option<Value> = serde_json::from_slice(reader.body()).ok();
        let why = said.as_ref().and_then(|said| said["error"].as_str());
        match why {
            Some(why) => Err(ControlError::Refused {
                at: self.at(),
                why: why.to_owned(),
            }),
            None => Err(foreign(format!("it answers {status}"))),
        }
    }
}

/// A time limit of a socket as what it means: the system says that it would have to wait.
fn told(error: io::Error) -> io::Error {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => io::Error::new(
            io::ErrorKind::TimedOut,
            format!("no answer within {} s", PATIENCE.as_secs()),
        ),
        _ => error,
    }
}

fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match TcpStream::connect_timeout(address, PATIENCE) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn fault_path(proxy: &str, id: u32) -> String {
    format!("{}/faults/{id}", proxy_path(proxy))
}

/// Where a proxy of this name is controlled.
pub fn proxy_path(name: &str) -> String {
    format!("/api/proxies/{}", api::written(name))
}

fn millis(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}
