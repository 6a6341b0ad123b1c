//! Standing proxies: a request of a face becomes allowed targets and open proxies, and a job to watch.

mod address;
mod file;
mod job;
mod request;
mod text;

use std::net::SocketAddr;
use std::thread::available_parallelism;
use std::time::SystemTime;

use reprise_fault::{Fault, Proxies, ProxyConfig, ProxyProtocol};
use reprise_store::AllowedTarget;

pub use file::read_proxy_file;
pub use job::ProxyJob;
pub use request::{ProxiesRequest, ProxyRequest, parse_protocol};
pub use text::{faults_as_text, write_faults};

use crate::{Error, Library};

/// More threads than this have never helped: forwarding is the system's work.
const MOST_THREADS: usize = 8;

/// Faults as people write them.
fn faults(given: &[String]) -> Result<Vec<Fault>, Error> {
    let faults = given.iter().map(|fault| {
        let read = fault.parse::<Fault>();
        read.map_err(|error| Error::Usage(format!("--fault '{fault}': {error}")))
    });
    faults.collect()
}

/// A seed that differs from start to start.
fn new_seed() -> u64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_1970.map_or(0, |since| u64::from(since.subsec_nanos()) + since.as_secs())
}

/// Opens them all, and where they are controlled.
fn open(
    proxies: &Proxies,
    configs: Vec<ProxyConfig>,
    request: &ProxiesRequest,
) -> Result<Option<SocketAddr>, Error> {
    for config in configs {
        proxies.open(config)?;
    }
    let Some(control) = &request.control else {
        return Ok(None);
    };
    let address = address::listen("--control", control)?;
    Ok(Some(
        proxies.control(address, request.control_token.clone())?,
    ))
}

impl Library {
    /// Opens proxies. They listen when this returns.
    ///
    /// # Errors
    /// A target is refused, a fault cannot be read, or an address cannot be listened on; then nothing listens.
    pub fn proxy(&self, request: &ProxiesRequest) -> Result<ProxyJob, Error> {
        let configs: Vec<ProxyConfig> = request
            .proxies
            .iter()
            .map(|request| self.proxy_config(request))
            .collect::<Result<_, _>>()?;
        let warnings = configs.iter().flat_map(|config| config.target.warnings());
        let warnings = warnings.cloned().collect();
        let threads = available_parallelism().map_or(1, usize::from);
        let proxies = Proxies::start(threads.min(MOST_THREADS))?;
        match open(&proxies, configs, request) {
            Ok(control) => Ok(ProxyJob::new(proxies, control, warnings)),
            Err(error) => {
                proxies.stop();
                Err(error)
            }
        }
    }

    fn proxy_config(&self, request: &ProxyRequest) -> Result<ProxyConfig, Error> {
        let protocol = request
            .protocol
            .unwrap_or_else(|| address::protocol_of(&request.to));
        let target = self.allowed_proxy_target(request, protocol)?;
        Ok(ProxyConfig {
            name: request.name.clone(),
            listen: address::listen("--listen", &request.listen)?,
            target,
            protocol,
            faults: faults(&request.faults)?,
            seed: request.seed.unwrap_or_else(new_seed),
        })
    }

    /// The target, once it is allowed: no recording may have had it as its server.
    fn allowed_proxy_target(
        &self,
        request: &ProxyRequest,
        protocol: ProxyProtocol,
    ) -> Result<AllowedTarget, Error> {
        let (to, recorded_too) = (&request.to, request.allow_recorded_server);
        let target = match protocol {
            ProxyProtocol::Mysql => self.store.allow_mysql(to, None, recorded_too)?,
            ProxyProtocol::Http => self.store.allow_http(to, None, recorded_too)?,
            // what is spoken changes nothing about who may be reached
            ProxyProtocol::Tcp => {
                self.store
                    .allow_http(address::host_and_port(to)?, None, recorded_too)?
            }
        };
        if target.is_https() {
            return Err(Error::Usage(format!(
                "--to '{to}': TLS is passed on as it is, not spoken; write --protocol tcp --to HOST:PORT"
            )));
        }
        Ok(target)
    }
}
