//! The Proxy page: what its fields ask for, and what each proxy is and has done.

use std::net::SocketAddr;

use reprise_app::{ProxyFault, ProxyRequest, ProxyState, parse_protocol};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

use super::fields::filled;
use super::{FaultReading, said_here, whole};
use crate::error::Failure;

/// A proxy to open; texts are as they were typed.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProxyForm {
    name: String,
    /// `127.0.0.1:3307`, or a port alone.
    listen: String,
    /// `mysql://127.0.0.1:3306`
    to: String,
    /// `tcp`, `http`, `mysql`, `redis`, `memcached` or `smtp`; what the scheme of `to` says when empty.
    protocol: String,
    /// A new one when empty.
    seed: String,
    allow_recorded_server: bool,
}

/// A proxy that is on.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProxyCard {
    name: String,
    listen: String,
    to: String,
    /// `tcp`, `http`, `mysql`, `redis`, `memcached` or `smtp`.
    protocol: String,
    /// In full.
    seed: String,
    /// Where replays control it; null until one is to.
    control: Option<String>,
    /// Connections so far.
    accepted: u32,
    /// Connections now.
    open: u32,
    /// Connections the target did not take.
    unreachable: u32,
    /// Connections that spoke something else.
    opaque: u32,
    /// What went wrong last without a fault.
    trouble: Option<String>,
    /// 0 while nothing had to be understood.
    exchanges: u32,
    #[specta(type = Number)]
    to_server_bytes: f64,
    #[specta(type = Number)]
    to_client_bytes: f64,
    faults: Vec<ProxyFaultLine>,
    /// What to know before trusting it.
    warnings: Vec<String>,
}

/// A fault of a proxy, with what it has done.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct ProxyFaultLine {
    id: u32,
    /// In the fault language.
    text: String,
    parts: FaultReading,
    on: bool,
    /// Exchanges struck; connections, where it acts on those.
    injected: u32,
    connections: u32,
}

impl ProxyForm {
    /// The request the fields make.
    ///
    /// # Errors
    /// A protocol or a seed that cannot be read, or no name.
    pub(crate) fn request(&self) -> Result<ProxyRequest, Failure> {
        let name = filled(&self.name)
            .ok_or_else(|| Failure::usage("what is it to be called? Write a name"))?;
        let protocol = filled(&self.protocol);
        let seed = filled(&self.seed).map(|seed| {
            seed.parse().map_err(|_| {
                Failure::usage(format!("'{seed}' is not a seed; write a whole number"))
            })
        });
        Ok(ProxyRequest {
            name,
            listen: self.listen.trim().to_owned(),
            to: self.to.trim().to_owned(),
            protocol: protocol
                .map(|text| parse_protocol(&text))
                .transpose()
                .map_err(Failure::usage)?,
            faults: Vec::new(),
            seed: seed.transpose()?,
            allow_recorded_server: self.allow_recorded_server,
            ..ProxyRequest::default()
        })
    }
}

impl ProxyCard {
    /// The card of a proxy as it stands.
    pub(crate) fn new(
        state: ProxyState,
        control: Option<SocketAddr>,
        warnings: Vec<String>,
    ) -> Self {
        let ProxyState {
            connections, bytes, ..
        } = state;
        Self {
            name: state.name,
            listen: state.listen,
            to: state.to,
            protocol: state.protocol.to_owned(),
            seed: state.seed.to_string(),
            control: control.map(|address| format!("http://{address}")),
            accepted: whole(connections.accepted),
            open: whole(connections.open),
            unreachable: whole(connections.unreachable),
            opaque: whole(connections.opaque),
            trouble: state.trouble.as_deref().map(said_here),
            exchanges: whole(state.exchanges),
            to_server_bytes: bytes.to_server as f64,
            to_client_bytes: bytes.to_client as f64,
            faults: state.faults.iter().map(ProxyFaultLine::from).collect(),
            warnings,
        }
    }
}

impl From<&ProxyFault> for ProxyFaultLine {
    fn from(state: &ProxyFault) -> Self {
        Self {
            id: state.id,
            text: state.fault.to_string(),
            parts: FaultReading::new(&state.fault),
            on: state.on,
            injected: whole(state.injected),
            connections: whole(state.connections),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(protocol: &str, seed: &str) -> ProxyForm {
        ProxyForm {
            name: " db ".to_owned(),
            listen: "3307".to_owned(),
            to: "mysql://127.0.0.1:3306".to_owned(),
            protocol: protocol.to_owned(),
            seed: seed.to_owned(),
            allow_recorded_server: false,
        }
    }

    #[test]
    fn fields_left_empty_ask_for_what_the_command_would_choose() {
        let request = form("", "").request().unwrap();
        assert_eq!(request.name, "db");
        assert!(request.protocol.is_none() && request.seed.is_none());
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        assert!(form("udp", "").request().is_err());
        assert!(form("", "one").request().is_err());
    }
}
