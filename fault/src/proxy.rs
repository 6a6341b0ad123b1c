//! The standing proxy: it listens, forwards to one target, and misbehaves when it is told to.
//!
//! ```text
//! client -> accept -> connection -> relay: no fault is on, bytes                    -> target
//!                                   requests -> speech, luck -> queue -> outflow    -> target
//!                        client <-  outflow <- queue <- speech <- answers           <- target
//! ```
//!
//! [`Proxies::start`] makes the threads, [`Proxies::open`] a [`Proxy`] in them. A connection lives on the
//! thread that accepted it.

mod accept;
mod answers;
mod bursts;
mod connection;
mod control;
mod counters;
mod error;
#[cfg(test)]
mod idle;
#[cfg(any(test, feature = "invariants"))]
pub(crate) mod invariants;
mod link;
mod luck;
mod open;
mod outflow;
mod queue;
mod relay;
mod remote;
mod requests;
mod side;
pub(crate) mod socket;
mod speech;
mod state;
mod table;
mod tls;
mod waiting;
mod witness;
mod worker;

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reprise_store::{AllowedTarget, Store};

pub use counters::Counts;
pub use error::ProxyError;
pub use remote::{ControlError, RemoteConnections, RemoteProxies, RemoteProxy, proxy_path};
pub use state::{ProxyBytes, ProxyConnections, ProxyState};
pub use table::FaultState;
pub use tls::{ProxyTls, TargetTls};
pub use witness::{Seen, Witness, Witnessed};

use crate::api::{Admission, NotProtected, Server};
use crate::{Behaviour, Fault, Injected, Selector, SpokenProtocol};
use control::Control;
use counters::Counters;
use open::OpenProxies;
use table::Table;
use tls::Upgrade;
use worker::Worker;

/// What a proxy takes the passing bytes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProxyProtocol {
    /// Bytes.
    Tcp,
    /// HTTP/1.0 and HTTP/1.1.
    Http,
    /// MySQL and MariaDB.
    Mysql,
    /// Redis, and whatever else speaks RESP.
    Redis,
    /// memcached's text protocol.
    Memcached,
    /// SMTP.
    Smtp,
}

impl ProxyProtocol {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Tcp,
        Self::Http,
        Self::Mysql,
        Self::Redis,
        Self::Memcached,
        Self::Smtp,
    ];

    /// As it is written: `tcp`, `http`, `mysql`.
    pub const fn name(self) -> &'static str {
        match self.spoken() {
            None => "tcp",
            Some(spoken) => spoken.name(),
        }
    }

    /// What exchanges are in; `None`: bytes of something else.
    pub const fn spoken(self) -> Option<SpokenProtocol> {
        match self {
            Self::Tcp => None,
            Self::Http => Some(SpokenProtocol::Http),
            Self::Mysql => Some(SpokenProtocol::Mysql),
            Self::Redis => Some(SpokenProtocol::Redis),
            Self::Memcached => Some(SpokenProtocol::Memcached),
            Self::Smtp => Some(SpokenProtocol::Smtp),
        }
    }

    /// Refuses a fault that could never strike here.
    ///
    /// # Errors
    /// It asks for another protocol, or for something that a proxy does not have.
    pub fn check(self, fault: &Fault) -> Result<(), ProxyError> {
        if fault.via.is_some() {
            return Err(ProxyError::NotInProxy {
                fault: fault.to_string(),
                why: "names a proxy, which is for a replay that has several under control: leave `via` out",
            });
        }
        let selector = fault.selector.as_ref();
        if let Some(why) = selector.and_then(Selector::not_in_proxy) {
            let fault = fault.to_string();
            return Err(ProxyError::NotInProxy { fault, why });
        }
        if matches!(&fault.behaviour, Behaviour::Delay(delay) if delay.recorded_thousandths > 0) {
            return Err(ProxyError::NotInProxy {
                fault: fault.to_string(),
                why: "scales recorded times, which a replay alone knows: write delay(ms=...)",
            });
        }
        if self == Self::Tcp
            && selector.is_some_and(|asked| !asked.can_hold_in_bytes(luck::CONNECT))
        {
            return Err(ProxyError::NotInProxy {
                fault: fault.to_string(),
                why: "selects by what is asked for, and the proxy takes what passes for bytes: say what is spoken, as with \
                      --protocol http, or select connection:N or CONNECT",
            });
        }
        let is_line = matches!(fault.behaviour, Behaviour::Injected(Injected::Line { .. }));
        if is_line && matches!(self, Self::Http | Self::Mysql) {
            return Err(ProxyError::NotInProxy {
                fault: fault.to_string(),
                why: "answers in Redis, memcached or SMTP: write error(status=...) for HTTP, error(code=...) for MySQL",
            });
        }
        let asked = selector.and_then(Selector::protocol);
        let asked: Vec<SpokenProtocol> = asked.into_iter().collect();
        let needed = match fault.behaviour.only_in() {
            // its selector agrees with it
            only if only.is_empty() || !asked.is_empty() => &asked[..],
            only => only,
        };
        if needed.is_empty() || self.spoken().is_some_and(|spoken| needed.contains(&spoken)) {
            return Ok(());
        }
        Err(ProxyError::NeverStrikes {
            fault: fault.to_string(),
            needs: SpokenProtocol::list(needed),
            has: self.name(),
        })
    }
}

/// How one proxy is to be.
#[derive(Clone, Debug)]
pub struct ProxyConfig {
    /// What people call it.
    pub name: String,
    /// Where it listens; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Where it forwards to.
    pub target: AllowedTarget,
    /// What is spoken.
    pub protocol: ProxyProtocol,
    /// The faults that are on from the start, in order.
    pub faults: Vec<Fault>,
    /// What chance depends on: equal seeds give equal draws to equal connections.
    pub seed: u64,
    /// Where TLS ends and begins again; by itself it passes as it is.
    pub tls: ProxyTls,
    /// Who is told what passes.
    pub witness: Option<Witness>,
}

/// One proxy that is open.
#[derive(Debug)]
pub struct Proxy {
    config: ProxyConfig,
    address: SocketAddr,
    counters: Counters,
    faults: Table,
    listener: Mutex<Option<TcpListener>>,
    enabled: AtomicBool,
    /// What went wrong last without a fault.
    trouble: Mutex<Option<String>>,
}

impl Proxy {
    fn bind(mut config: ProxyConfig) -> Result<Self, ProxyError> {
        let faults = std::mem::take(&mut config.faults);
        faults
            .iter()
            .try_for_each(|fault| config.protocol.check(fault))?;
        let failed = |source| ProxyError::Listen {
            address: config.listen,
            source,
        };
        let listener = socket::listen(config.listen).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            config,
            address,
            counters: Counters::default(),
            faults: Table::new(faults),
            listener: Mutex::new(Some(listener)),
            enabled: AtomicBool::new(true),
            trouble: Mutex::default(),
        })
    }

    /// What people call it.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it forwards to.
    pub const fn target(&self) -> &AllowedTarget {
        &self.config.target
    }

    /// Where it forwards to, as it is written: `db:3306`, `[::1]:80`.
    fn forwards_to(&self) -> String {
        let (host, port) = (self.target().host(), self.target().port());
        match host.contains(':') {
            true => format!("[{host}]:{port}"),
            false => format!("{host}:{port}"),
        }
    }

    /// What is spoken.
    pub const fn protocol(&self) -> ProxyProtocol {
        self.config.protocol
    }

    /// How its connections change to TLS in their middle.
    fn upgrade(&self) -> Upgrade {
        match self.protocol() {
            ProxyProtocol::Mysql => self.config.tls.upgrade(),
            _ => Upgrade::Never,
        }
    }

    /// What it is and has done so far, as it is shown.
    pub fn state(&self) -> ProxyState {
        ProxyState::of(self)
    }

    /// Whether it listens, unless a fault has it down.
    pub fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::Acquire)
    }

    fn set_enabled(&self, enabled: bool) {
        self.enabled.store(enabled, Ordering::Release);
    }

    /// A client could not be connected to the target.
    fn unreachable(&self, why: String) {
        self.counters.unreachable();
        self.trouble(why);
    }

    fn trouble(&self, why: String) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        *trouble = Some(why);
    }

    /// What went wrong last without a fault: the target was not reached, TLS could not be begun.
    pub fn last_trouble(&self) -> Option<String> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.clone()
    }

    /// What it has done so far.
    pub fn counts(&self) -> Counts {
        self.counters.now()
    }

    /// What chance depends on.
    pub const fn seed(&self) -> u64 {
        self.config.seed
    }

    /// Its faults, with what each has done.
    pub fn faults(&self) -> Vec<FaultState> {
        self.faults.states()
    }

    /// Adds a fault after all others, switched on or off, on connections already open too; its number.
    ///
    /// # Errors
    /// It could never strike here; then nothing is changed.
    pub fn add_fault(&self, fault: Fault, on: bool) -> Result<u32, ProxyError> {
        self.protocol().check(&fault)?;
        Ok(self.faults.add(fault, on))
    }

    /// Puts another fault in the place of one, counted from zero.
    ///
    /// # Errors
    /// It could never strike here, or there is none with this number; then nothing is changed.
    pub fn change_fault(&self, id: u32, fault: Fault) -> Result<(), ProxyError> {
        self.protocol().check(&fault)?;
        found(id, self.faults.replace(id, fault))
    }

    /// Switches a fault on or off. What it holds is freed when it goes off.
    ///
    /// # Errors
    /// There is none with this number.
    pub fn switch_fault(&self, id: u32, on: bool) -> Result<(), ProxyError> {
        found(id, self.faults.switch(id, on))
    }

    /// Removes a fault so long from now, unless this is asked for again: what whoever died has left behind ends
    /// by itself.
    ///
    /// # Errors
    /// There is none with this number.
    pub fn lease_fault(&self, id: u32, length: Duration) -> Result<(), ProxyError> {
        found(id, self.faults.lease(id, length))
    }

    /// Removes a fault. What it holds is freed.
    ///
    /// # Errors
    /// There is none with this number.
    pub fn remove_fault(&self, id: u32) -> Result<(), ProxyError> {
        found(id, self.faults.remove(id))
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.faults.clear();
    }

    fn listener(&self) -> MutexGuard<'_, Option<TcpListener>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn found(id: u32, found: bool) -> Result<(), ProxyError> {
    if found {
        Ok(())
    } else {
        Err(ProxyError::NoSuchFault(id))
    }
}

/// Proxies that share threads.
#[derive(Debug)]
pub struct Proxies {
    workers: Vec<Worker>,
    /// Take orders, however much the threads have to do.
    controls: Mutex<Vec<Server>>,
    open: Arc<OpenProxies>,
}

impl Proxies {
    /// Starts so many threads, without a proxy yet.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(threads: usize) -> Result<Self, ProxyError> {
        let named = (0..threads.max(1)).map(|number| format!("proxy-{number}"));
        let workers: Vec<Worker> = named.map(Worker::start).collect::<Result<_, _>>()?;
        let work = workers.iter().map(|worker| worker.work().clone());
        Ok(Self {
            open: Arc::new(OpenProxies::new(work.collect())),
            controls: Mutex::default(),
            workers,
        })
    }

    /// Opens a proxy: it listens when this returns.
    ///
    /// # Errors
    /// The address cannot be listened on, another proxy has the name, or a fault could never strike there.
    pub fn open(&self, config: ProxyConfig) -> Result<Arc<Proxy>, ProxyError> {
        self.open.open(config)
    }

    /// Lets whoever knows the token control the proxies over HTTP; without a token, whoever is on this machine.
    /// Where that is; port 0 lets the system choose. What `store` allows can be forwarded to.
    ///
    /// # Errors
    /// The address cannot be listened on, or others could reach it and there is no token.
    pub fn control(
        &self,
        address: SocketAddr,
        token: Option<String>,
        store: &Store,
    ) -> Result<SocketAddr, ProxyError> {
        let admission = Admission::new(address, token, "faults")
            .map_err(|NotProtected| ProxyError::Unprotected(address))?;
        let control = Control::new(Arc::clone(&self.open), admission, store.clone());
        let server = Server::start("proxy-control", address, control)
            .map_err(|source| ProxyError::Listen { address, source })?;
        let address = server.address();
        let mut controls = self.controls.lock().unwrap_or_else(PoisonError::into_inner);
        controls.push(server);
        Ok(address)
    }

    /// The proxies that are open, oldest first.
    pub fn list(&self) -> Vec<Arc<Proxy>> {
        self.open.list()
    }

    /// Closes every connection and ends the threads.
    pub fn stop(self) {
        drop(self.controls);
        for worker in self.workers {
            worker.stop();
        }
    }
}
