//! Proxies that a replay may have under its control, as their control API tells of them.

use reprise_app::RemoteProxy;
use serde::Serialize;
use specta::Type;

/// One proxy that is controlled at an address.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ControlledProxy {
    name: String,
    /// `tcp`, `http`, `mysql`, `redis`, `memcached` or `smtp`.
    protocol: String,
    /// Connections now.
    open: u32,
    /// The faults it has of its own that are on, as they are written.
    faults: Vec<String>,
}

impl From<RemoteProxy> for ControlledProxy {
    fn from(proxy: RemoteProxy) -> Self {
        let on = proxy.faults.into_iter().filter(|fault| fault.on);
        Self {
            faults: on.map(|fault| fault.fault.to_string()).collect(),
            name: proxy.name,
            protocol: proxy.protocol,
            open: super::whole(proxy.connections.open),
        }
    }
}
