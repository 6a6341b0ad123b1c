//! The standing proxy: it listens, forwards to one target, and misbehaves when it is told to.
//!
//! ```text
//! client -> accept -> connection -> relay (untouched)           -> target
//! ```
//!
//! [`Proxies::start`] makes the threads, [`Proxies::open`] a [`Proxy`] in them. A connection lives on the
//! thread that accepted it.

mod accept;
mod connection;
mod counters;
mod error;
mod relay;
mod socket;
mod worker;

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reprise_store::AllowedTarget;

pub use counters::Counts;
pub use error::ProxyError;

use counters::Counters;
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
}

impl ProxyProtocol {
    /// As it is written: `tcp`, `http`, `mysql`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Http => "http",
            Self::Mysql => "mysql",
        }
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
}

/// One proxy that is open.
#[derive(Debug)]
pub struct Proxy {
    config: ProxyConfig,
    address: SocketAddr,
    counters: Counters,
    listener: Mutex<Option<TcpListener>>,
}

impl Proxy {
    fn bind(config: ProxyConfig) -> Result<Self, ProxyError> {
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
            listener: Mutex::new(Some(listener)),
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

    /// What is spoken.
    pub const fn protocol(&self) -> ProxyProtocol {
        self.config.protocol
    }

    /// What it has done so far.
    pub fn counts(&self) -> Counts {
        self.counters.now()
    }

    fn listener(&self) -> MutexGuard<'_, Option<TcpListener>> {
        self.listener.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Proxies that share threads.
#[derive(Debug)]
pub struct Proxies {
    workers: Vec<Worker>,
    open: Mutex<Vec<Arc<Proxy>>>,
}

impl Proxies {
    /// Starts so many threads, without a proxy yet.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(threads: usize) -> Result<Self, ProxyError> {
        let workers: Result<Vec<Worker>, ProxyError> =
            (0..threads.max(1)).map(Worker::start).collect();
        Ok(Self {
            workers: workers?,
            open: Mutex::new(Vec::new()),
        })
    }

    /// Opens a proxy: it listens when this returns.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub fn open(&self, config: ProxyConfig) -> Result<Arc<Proxy>, ProxyError> {
        let proxy = Arc::new(Proxy::bind(config)?);
        for worker in &self.workers {
            worker.accept_for(&proxy)?;
        }
        self.all().push(Arc::clone(&proxy));
        Ok(proxy)
    }

    /// The proxies that are open, oldest first.
    pub fn list(&self) -> Vec<Arc<Proxy>> {
        self.all().clone()
    }

    /// Closes every connection and ends the threads.
    pub fn stop(self) {
        for worker in self.workers {
            worker.stop();
        }
    }

    fn all(&self) -> MutexGuard<'_, Vec<Arc<Proxy>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
