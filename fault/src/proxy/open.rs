//! The proxies that are open, and the threads that serve them: opened, switched off and on, moved and removed
//! while others go on.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::worker::Work;
use super::{Proxy, ProxyConfig, ProxyError, socket};

/// The proxies that are open, oldest first.
#[derive(Debug)]
pub(super) struct OpenProxies {
    proxies: Mutex<Vec<Arc<Proxy>>>,
    workers: Vec<UnboundedSender<Work>>,
}

impl OpenProxies {
    /// None yet, for these threads to serve.
    pub(super) const fn new(workers: Vec<UnboundedSender<Work>>) -> Self {
        Self {
            proxies: Mutex::new(Vec::new()),
            workers,
        }
    }

    /// All of them.
    pub(super) fn list(&self) -> Vec<Arc<Proxy>> {
        self.all().clone()
    }

    /// The one of this name.
    pub(super) fn named(&self, name: &str) -> Option<Arc<Proxy>> {
        let all = self.all();
        all.iter().find(|proxy| proxy.name() == name).cloned()
    }

    /// Opens a proxy: it listens when this returns.
    pub(super) fn open(&self, config: ProxyConfig) -> Result<Arc<Proxy>, ProxyError> {
        let mut all = self.all();
        if all.iter().any(|proxy| proxy.name() == config.name) {
            return Err(ProxyError::NameTaken(config.name));
        }
        let proxy = Arc::new(Proxy::bind(config)?);
        if comes_back(&proxy, &all) {
            return Err(ProxyError::ComesBack(proxy.address()));
        }
        all.push(Arc::clone(&proxy));
        drop(all);
        self.serve(&proxy)?;
        Ok(proxy)
    }

    fn serve(&self, proxy: &Arc<Proxy>) -> Result<(), ProxyError> {
        for worker in &self.workers {
            let work = Work::Accept(Arc::clone(proxy));
            worker.send(work).map_err(|_| ProxyError::ThreadGone)?;
        }
        Ok(())
    }

    /// Lets a proxy listen again, if it does not.
    pub(super) fn enable(&self, proxy: &Arc<Proxy>) -> Result<(), ProxyError> {
        if proxy.is_enabled() {
            return Ok(());
        }
        let address = proxy.address();
        let failed = |source| ProxyError::Listen { address, source };
        *proxy.listener() = Some(socket::listen(address).map_err(failed)?);
        proxy.set_enabled(true);
        self.serve(proxy)
    }

    /// Ends a proxy's connections; nobody listens there when this is done.
    pub(super) async fn disable(&self, proxy: &Arc<Proxy>) {
        if !proxy.is_enabled() {
            return;
        }
        proxy.set_enabled(false);
        let (done, mut all_done) = unbounded_channel();
        for worker in &self.workers {
            // a thread that has ended serves nobody
            let _ = worker.send(Work::Close(Arc::clone(proxy), done.clone()));
        }
        drop(done);
        // each thread says nothing and drops its end
        let _ = all_done.recv().await;
        drop(proxy.listener().take());
    }

    /// Removes a proxy for good.
    pub(super) async fn remove(&self, proxy: &Arc<Proxy>) {
        self.disable(proxy).await;
        self.all().retain(|other| !Arc::ptr_eq(other, proxy));
    }

    /// Puts another in the place of a proxy, with the faults it has. When it cannot be opened, the one before
    /// goes on.
    pub(super) async fn replace(
        &self,
        proxy: &Arc<Proxy>,
        config: ProxyConfig,
    ) -> Result<Arc<Proxy>, ProxyError> {
        let was_enabled = proxy.is_enabled();
        self.disable(proxy).await;
        let made = match self.bound_in_place_of(proxy, config) {
            Ok(made) => made,
            Err(error) => {
                if was_enabled {
                    self.enable(proxy)?;
                }
                return Err(error);
            }
        };
        made.faults.take_over(&proxy.faults);
        if let Some(place) = self
            .all()
            .iter_mut()
            .find(|other| Arc::ptr_eq(other, proxy))
        {
            *place = Arc::clone(&made);
        }
        self.serve(&made)?;
        if !was_enabled {
            self.disable(&made).await;
        }
        Ok(made)
    }

    fn bound_in_place_of(
        &self,
        proxy: &Arc<Proxy>,
        config: ProxyConfig,
    ) -> Result<Arc<Proxy>, ProxyError> {
        let made = Arc::new(Proxy::bind(config)?);
        let mut others = self.list();
        others.retain(|other| !Arc::ptr_eq(other, proxy));
        match comes_back(&made, &others) {
            true => Err(ProxyError::ComesBack(made.address())),
            false => Ok(made),
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<Proxy>>> {
        self.proxies.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether what a proxy forwards comes back to it, be it through others.
fn comes_back(proxy: &Proxy, others: &[Arc<Proxy>]) -> bool {
    let mut reached = proxy.target().addresses().to_vec();
    let mut next = 0;
    while let Some(to) = reached.get(next).copied() {
        next += 1;
        if is_taken_in_at(to, proxy.address()) {
            return true;
        }
        let on_the_way = others
            .iter()
            .filter(|other| is_taken_in_at(to, other.address()));
        for further in on_the_way.flat_map(|other| other.target().addresses()) {
            if !reached.contains(further) {
                reached.push(*further);
            }
        }
    }
    false
}

/// Whether a connection to one address is taken in by whoever listens at the other.
fn is_taken_in_at(to: SocketAddr, listens: SocketAddr) -> bool {
    let (to_ip, ip) = (to.ip(), listens.ip());
    // nowhere in particular is this machine
    let is_here = to_ip.is_loopback() || to_ip.is_unspecified();
    to.port() == listens.port()
        && (to_ip == ip
            || is_here && (ip.is_unspecified() || ip.is_loopback() && to_ip.is_unspecified()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_in_where_it_is_this_machines_own() {
        let taken_in =
            |to: &str, listens: &str| is_taken_in_at(to.parse().unwrap(), listens.parse().unwrap());
        for (to, listens) in [
            ("127.0.0.1:80", "127.0.0.1:80"),
            ("127.0.0.1:80", "0.0.0.0:80"),
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::1]:80", "[::]:80"),
        ] {
            assert!(taken_in(to, listens), "{to} {listens}");
        }
        for (to, listens) in [
            ("127.0.0.1:80", "127.0.0.1:81"),
            ("127.0.0.2:80", "127.0.0.1:80"),
            ("192.0.2.1:80", "0.0.0.0:80"),
        ] {
            assert!(!taken_in(to, listens), "{to} {listens}");
        }
    }
}
