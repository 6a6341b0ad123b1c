//! Orders to proxies that run elsewhere, through their control API.

use std::net::{Ipv4Addr, SocketAddr};

use reprise_fault::{RemoteProxies, RemoteProxy, proxy_path};
use serde_json::{Value, json};

use super::ProxyJob;
use super::address::control_address;
use crate::{Error, Library};

/// Something to have done.
#[derive(Clone, Debug)]
pub enum ProxyOrder {
    /// Nothing: only tell of all proxies.
    List,
    /// Add a fault after those of a proxy.
    Add {
        /// The proxy's name.
        proxy: String,
        /// The fault as it is written.
        fault: String,
        /// Whether it is switched on.
        on: bool,
    },
    /// Change a fault.
    Set {
        /// The proxy's name.
        proxy: String,
        /// The fault's number there.
        id: u32,
        /// The fault to put in its place.
        fault: Option<String>,
        /// Switch it on or off.
        on: Option<bool>,
    },
    /// Remove a fault, or all.
    Remove {
        /// The proxy's name.
        proxy: String,
        /// The fault's number there; `None`: all of them.
        id: Option<u32>,
    },
    /// Let a proxy listen, or end its connections and refuse others.
    Enable {
        /// The proxy's name.
        proxy: String,
        /// Whether it listens.
        enabled: bool,
    },
    /// Remove all faults of all proxies.
    Reset,
}

impl ProxyOrder {
    /// The proxy it is for; `None`: all of them.
    fn proxy(&self) -> Option<&str> {
        match self {
            Self::List | Self::Reset => None,
            Self::Add { proxy, .. }
            | Self::Set { proxy, .. }
            | Self::Remove { proxy, .. }
            | Self::Enable { proxy, .. } => Some(proxy),
        }
    }

    /// What is asked of the control API, if anything has to be done.
    fn request(&self) -> Option<(&'static str, String, Option<Value>)> {
        Some(match self {
            Self::List => return None,
            Self::Add { proxy, fault, on } => (
                "POST",
                format!("{}/faults", proxy_path(proxy)),
                Some(json!({ "fault": fault, "on": on })),
            ),
            Self::Set {
                proxy,
                id,
                fault,
                on,
            } => (
                "PUT",
                format!("{}/faults/{id}", proxy_path(proxy)),
                Some(json!({ "fault": fault, "on": on })),
            ),
            Self::Remove { proxy, id: None } => {
                ("DELETE", format!("{}/faults", proxy_path(proxy)), None)
            }
            Self::Remove {
                proxy,
                id: Some(id),
            } => ("DELETE", format!("{}/faults/{id}", proxy_path(proxy)), None),
            Self::Enable { proxy, enabled } => (
                "PUT",
                proxy_path(proxy),
                Some(json!({ "enabled": enabled })),
            ),
            Self::Reset => ("POST", "/api/reset".to_owned(), None),
        })
    }
}

impl Library {
    /// Has something done by the proxies controlled at `at`; how those it was for are then, with the fields of
    /// `reprise proxy --json`.
    ///
    /// # Errors
    /// Nobody is controlled there, or the order is refused; then nothing has changed.
    pub fn order_proxies(
        &self,
        at: &str,
        token: Option<String>,
        order: &ProxyOrder,
    ) -> Result<Vec<Value>, Error> {
        let proxies = self.remote_proxies(at, token)?;
        if let Some((method, path, body)) = order.request() {
            let _: Value = proxies.ask(method, &path, body)?;
        }
        Ok(match order.proxy() {
            None => proxies.ask("GET", "/api/proxies", None)?,
            Some(name) => vec![proxies.ask("GET", &proxy_path(name), None)?],
        })
    }

    /// The proxies controlled at `at`, which a replay could have under its control.
    ///
    /// # Errors
    /// Nobody is controlled there, or does not answer to this token.
    pub fn controlled_proxies(
        &self,
        at: &str,
        token: Option<String>,
    ) -> Result<Vec<RemoteProxy>, Error> {
        Ok(self.remote_proxies(at, token)?.list()?)
    }

    fn remote_proxies(&self, at: &str, token: Option<String>) -> Result<RemoteProxies, Error> {
        let target = self.store.allow_http(&control_address(at), None, true)?;
        Ok(RemoteProxies::new(target, token))
    }

    /// Lets open proxies be controlled over HTTP from this machine, at a port that the system chooses, unless they are
    /// already; where that is.
    ///
    /// # Errors
    /// When nothing can be listened on.
    pub fn control_proxies(&self, job: &mut ProxyJob) -> Result<SocketAddr, Error> {
        if let Some(address) = job.control {
            return Ok(address);
        }
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let address = job.proxies.control(any, None, &self.store)?;
        job.control = Some(address);
        Ok(address)
    }
}
