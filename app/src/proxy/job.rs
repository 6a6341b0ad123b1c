//! Proxies while they are open: what both faces show of them.

use std::sync::Arc;

use reprise_fault::{Proxies, Proxy};

use crate::answer::ProxyAnswer;

/// Proxies that are open, until this is finished or dropped.
#[derive(Debug)]
pub struct ProxyJob {
    proxies: Proxies,
    warnings: Vec<String>,
}

impl ProxyJob {
    pub(super) const fn new(proxies: Proxies, warnings: Vec<String>) -> Self {
        Self { proxies, warnings }
    }

    /// What the user should see before anything is forwarded.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// What each proxy is and has done so far.
    pub fn answers(&self) -> Vec<ProxyAnswer> {
        answers(&self.proxies.list())
    }

    /// Closes all connections; what each proxy has done.
    pub fn finish(self) -> Vec<ProxyAnswer> {
        let all = self.proxies.list();
        self.proxies.stop();
        answers(&all)
    }
}

fn answers(proxies: &[Arc<Proxy>]) -> Vec<ProxyAnswer> {
    proxies.iter().map(|proxy| ProxyAnswer::of(proxy)).collect()
}
