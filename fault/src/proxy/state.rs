//! What a proxy is and has done, as the command and the control API show it. A field never changes its
//! meaning; more may follow.

use serde::Serialize;

use super::Proxy;
use super::table::FaultState;

/// One proxy.
#[derive(Clone, Debug, Serialize)]
pub struct ProxyState {
    /// What people call it.
    pub name: String,
    /// Where it listens.
    pub listen: String,
    /// Where it forwards to.
    pub to: String,
    /// `tcp`, `http` or `mysql`.
    pub protocol: &'static str,
    /// Whether it listens; it can be switched off and on again.
    pub enabled: bool,
    /// Its connections.
    pub connections: ProxyConnections,
    /// Exchanges that began; 0 while nothing had to be understood.
    pub exchanges: u64,
    /// What has passed.
    pub bytes: ProxyBytes,
    /// What went wrong last without a fault: the target was not reached, TLS could not be begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
    /// What chance depends on.
    pub seed: u64,
    /// Its faults, in order.
    pub faults: Vec<FaultState>,
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

impl ProxyState {
    pub(super) fn of(proxy: &Proxy) -> Self {
        let counts = proxy.counts();
        Self {
            name: proxy.name().to_owned(),
            listen: proxy.address().to_string(),
            to: proxy.forwards_to(),
            protocol: proxy.protocol().name(),
            enabled: proxy.is_enabled(),
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
            trouble: proxy.last_trouble(),
            seed: proxy.seed(),
            faults: proxy.faults(),
        }
    }
}
