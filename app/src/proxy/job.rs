//! Proxies while they are open: what both faces show of them.

use std::net::SocketAddr;
use std::sync::Arc;

use reprise_fault::{Proxies, Proxy, ProxyState};

/// Proxies that are open, until this is finished or dropped.
#[derive(Debug)]
pub struct ProxyJob {
    proxies: Proxies,
    control: Option<SocketAddr>,
    warnings: Vec<String>,
}

impl ProxyJob {
    pub(super) const fn new(
        proxies: Proxies,
        control: Option<SocketAddr>,
        warnings: Vec<String>,
    ) -> Self {
        Self {
            proxies,
            control,
            warnings,
        }
    }

    /// Where they are controlled, if they are.
    pub const fn control(&self) -> Option<SocketAddr> {
        self.control
    }

    /// What the user should see before anything is forwarded.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The proxies that are open: their faults are added, switched and removed there.
    pub fn proxies(&self) -> Vec<Arc<Proxy>> {
        self.proxies.list()
    }

    /// What each proxy is and has done so far.
    pub fn states(&self) -> Vec<ProxyState> {
        self.proxies
            .list()
            .iter()
            .map(|proxy| proxy.state())
            .collect()
    }

    /// Closes all connections; what each proxy has done.
    pub fn finish(self) -> Vec<ProxyState> {
        let all = self.proxies.list();
        self.proxies.stop();
        all.iter().map(|proxy| proxy.state()).collect()
    }
}
