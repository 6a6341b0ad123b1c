//! The JSON of standing proxies.

use reprise_fault::Proxy;
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
    /// What has passed.
    pub bytes: ProxyBytes,
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
            },
            bytes: ProxyBytes {
                to_server: counts.bytes_to_server,
                to_client: counts.bytes_to_client,
            },
        }
    }
}
