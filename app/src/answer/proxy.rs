//! The JSON of standing proxies.

use reprise_fault::{FaultState, Proxy};
use serde::Serialize;

/// `proxy` answers one of these for each proxy.
#[derive(Clone, Debug, Serialize)]
pub struct ProxyAnswer {
    /// What people call it.
    pub name: String,
    /// Where it listens.
    pub listen: String,
    /// Where it forwards to.
    pub to: String,
    /// `tcp`, `http` or `mysql`.
    pub protocol: &'static str,
    /// Its connections.
    pub connections: ProxyConnections,
    /// Exchanges that began; 0 while nothing had to be understood.
    pub exchanges: u64,
    /// What has passed.
    pub bytes: ProxyBytes,
    /// What chance depends on.
    pub seed: u64,
    /// Its faults, in order.
    pub faults: Vec<ProxyFault>,
}

/// A fault of a proxy.
#[derive(Clone, Debug, Serialize)]
pub struct ProxyFault {
    /// Its number in this proxy, from 1; never used again.
    pub id: u32,
    /// As it is written.
    pub fault: String,
    /// Whether it is switched on.
    pub on: bool,
    /// How many exchanges it struck; connections, where it acts on those.
    pub injected: u64,
    /// How many connections it struck.
    pub connections: u64,
}

/// Connections of a proxy.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ProxyConnections {
    /// Accepted so far.
    pub accepted: u64,
    /// Open now.
    pub open: u64,
    /// Reset because the target did not let them in.
    pub unreachable: u64,
    /// Those that said something else than the protocol, such as TLS: faults find no exchanges there.
    pub opaque: u64,
}

/// Bytes a proxy has passed on.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ProxyBytes {
    /// From clients to the target.
    pub to_server: u64,
    /// From the target to clients.
    pub to_client: u64,
}

impl ProxyAnswer {
    pub(crate) fn of(proxy: &Proxy) -> Self {
        let counts = proxy.counts();
        let target = proxy.target();
        Self {
            name: proxy.name().to_owned(),
            listen: proxy.address().to_string(),
            to: format!("{}:{}", target.host(), target.port()),
            protocol: proxy.protocol().name(),
            connections: ProxyConnections {
                accepted: counts.connections,
                open: counts.open,
                unreachable: counts.unreachable,
                opaque: counts.opaque,
            },
            exchanges: counts.exchanges,
            bytes: ProxyBytes {
                to_server: counts.bytes_to_server,
                to_client: counts.bytes_to_client,
            },
            seed: proxy.seed(),
            faults: proxy.faults().into_iter().map(ProxyFault::of).collect(),
        }
    }
}

impl ProxyFault {
    fn of(state: FaultState) -> Self {
        Self {
            id: state.id,
            fault: state.fault.to_string(),
            on: state.on,
            injected: state.injected,
            connections: state.connections,
        }
    }
}
