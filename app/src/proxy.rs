//! Standing proxies: a request of a face becomes allowed targets and open proxies, and a job to watch.

mod address;
mod control;
mod file;
#[cfg(any(test, feature = "invariants"))]
pub(crate) mod invariants;
mod job;
mod recording;
mod request;
mod text;
mod tls;

use std::net::SocketAddr;
use std::thread::available_parallelism;
use std::time::SystemTime;

use reprise_fault::{Fault, Proxies, ProxyConfig, ProxyProtocol};
use reprise_store::AllowedTarget;
use rustix::process::{Resource, getrlimit, setrlimit};

pub(crate) use address::control_address;
pub use address::listen as listen_address;
pub use control::ProxyOrder;
pub use file::read_proxy_file;
pub use job::{ProxyAnswer, ProxyJob};
pub use recording::PassingProgress;
pub use request::{ProxiesRequest, ProxyRequest, parse_protocol};
pub use text::{faults_as_text, write_faults};

use crate::{Error, Library};
use recording::PassingRecording;

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

/// Lets this process have as many connections open as it may: each takes two, and what a proxy refuses would be
/// taken for the server's fault.
fn open_files() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // where it may not, it goes on with what it has
    let _ = setrlimit(Resource::Nofile, limit);
}

/// Where there are several proxies, an error names its own.
fn of_one(request: &ProxiesRequest, name: &str, error: Error) -> Error {
    match request.proxies.len() {
        0 | 1 => error,
        _ => Error::OneProxy {
            name: name.to_owned(),
            source: Box::new(error),
        },
    }
}

/// A seed that differs from start to start.
fn new_seed() -> u64 {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since_1970.map_or(0, |since| u64::from(since.subsec_nanos()) + since.as_secs())
}

impl Library {
    /// Opens proxies. They listen when this returns.
    ///
    /// # Errors
    /// A target is refused, a fault cannot be read, or an address cannot be listened on; then nothing listens.
    pub fn proxy(&self, request: &ProxiesRequest) -> Result<ProxyJob, Error> {
        let mut configs: Vec<ProxyConfig> = request
            .proxies
            .iter()
            .map(|asked| {
                let config = self.proxy_config(asked);
                config.map_err(|error| of_one(request, &asked.name, error))
            })
            .collect::<Result<_, _>>()?;
        let warnings = configs.iter().flat_map(|config| config.target.warnings());
        let warnings = warnings.cloned().collect();
        open_files();
        let threads = available_parallelism().map_or(1, usize::from);
        let proxies = Proxies::start(threads.min(MOST_THREADS))?;
        let recordings = self.record_passing(request, &mut configs)?;
        match self.open_proxies(&proxies, configs, request) {
            Ok(control) => Ok(ProxyJob {
                proxies,
                control,
                warnings,
                recordings,
            }),
            Err(error) => {
                proxies.stop();
                self.let_go(recordings)?;
                Err(error)
            }
        }
    }

    /// Opens them all, and where they are controlled.
    fn open_proxies(
        &self,
        proxies: &Proxies,
        configs: Vec<ProxyConfig>,
        request: &ProxiesRequest,
    ) -> Result<Option<SocketAddr>, Error> {
        for config in configs {
            let name = config.name.clone();
            let opened = proxies.open(config);
            opened.map_err(|error| of_one(request, &name, error.into()))?;
        }
        let Some(control) = &request.control else {
            return Ok(None);
        };
        let address = address::listen("--control", control)?;
        let token = request.control_token.clone();
        Ok(Some(proxies.control(address, token, &self.store)?))
    }

    /// Begins the recordings that proxies are to have, one for each name.
    fn record_passing(
        &self,
        request: &ProxiesRequest,
        configs: &mut [ProxyConfig],
    ) -> Result<Vec<PassingRecording>, Error> {
        let mut recordings: Vec<PassingRecording> = Vec::new();
        for (asked, config) in request.proxies.iter().zip(configs) {
            let Some(name) = &asked.record else {
                continue;
            };
            let made = recordings.iter().position(|made| made.name == *name);
            let place = match made {
                Some(place) => place,
                None => {
                    let of = request.proxies.iter();
                    let of = of.filter(|other| other.record.as_ref() == Some(name));
                    let of: Vec<&str> = of.map(|other| other.to.as_str()).collect();
                    let source = format!("proxy to {}", of.join(", "));
                    let redaction = self.redaction(&request.redaction)?;
                    let begun = PassingRecording::start(&self.store, name, source, redaction)?;
                    recordings.push(begun);
                    recordings.len() - 1
                }
            };
            if let Some(recording) = recordings.get_mut(place) {
                recording.proxies.push(config.name.clone());
                config.witness = Some(recording.witness.clone());
            }
        }
        Ok(recordings)
    }

    /// Ends recordings of proxies that were not opened; nothing is left of them.
    fn let_go(&self, recordings: Vec<PassingRecording>) -> Result<(), Error> {
        for recording in recordings {
            let empty = recording.finish()?;
            self.store.delete_recording(&empty.recording.name)?;
        }
        Ok(())
    }

    fn proxy_config(&self, request: &ProxyRequest) -> Result<ProxyConfig, Error> {
        if request.name.trim().is_empty() {
            let why = "a proxy without a name cannot be controlled: write one, as in name = \"db\"";
            return Err(Error::Usage(why.to_owned()));
        }
        let protocol = request
            .protocol
            .unwrap_or_else(|| address::protocol_of(&request.to));
        let target = self.allowed_proxy_target(request, protocol)?;
        let tls = tls::of(request, &target, protocol)?;
        Ok(ProxyConfig {
            name: request.name.clone(),
            listen: address::listen("--listen", &request.listen)?,
            target,
            protocol,
            faults: faults(&request.faults)?,
            seed: request.seed.unwrap_or_else(new_seed),
            tls,
            witness: None,
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
            ProxyProtocol::Tcp
            | ProxyProtocol::Redis
            | ProxyProtocol::Memcached
            | ProxyProtocol::Smtp => {
                self.store
                    .allow_http(address::host_and_port(to)?, None, recorded_too)?
            }
        };
        Ok(target)
    }
}
