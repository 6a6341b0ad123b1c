//! Toxiproxy's control API, for what was written for it: its client libraries and its command create proxies,
//! switch them off and put toxics on them. Toxics are faults; those put there otherwise are not shown here.

mod toxic;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use reprise_store::Store;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::api::Answer;
use crate::proxy::open::OpenProxies;
use crate::proxy::{Proxy, ProxyConfig, ProxyError, ProxyProtocol, ProxyTls};
use toxic::{Toxic, ToxicBody};

/// The Toxiproxy whose API this is.
const VERSION: &str = "2.12.0";

/// Toxics, and what may be forwarded to.
#[derive(Debug)]
pub(super) struct Toxiproxy {
    open: Arc<OpenProxies>,
    store: Store,
    /// Every toxic, with the proxy it is on.
    toxics: Mutex<Vec<(String, Toxic)>>,
}

/// A proxy to create or to change.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ProxyBody {
    name: String,
    listen: String,
    upstream: String,
    enabled: Option<bool>,
}

/// An answer, or why there is none.
type Answered = Result<Answer, Answer>;

impl Toxiproxy {
    pub(super) const fn new(open: Arc<OpenProxies>, store: Store) -> Self {
        Self {
            open,
            store,
            toxics: Mutex::new(Vec::new()),
        }
    }

    /// What Toxiproxy would answer; `None`: it does not know the place either.
    pub(super) async fn answer(&self, method: &str, path: &[&str], body: &[u8]) -> Option<Answer> {
        let answered = match (method, path) {
            ("GET", ["version"]) => Ok(Answer::ok(&json!({ "version": VERSION }))),
            ("POST", ["reset"]) => self.reset().await,
            ("POST", ["populate"]) => self.populate(body).await,
            ("GET", ["proxies"]) => Ok(Answer::ok(&self.all())),
            ("POST", ["proxies"]) => self.create(body).await,
            (_, ["proxies", name, rest @ ..]) => self.of_proxy(method, name, rest, body).await,
            _ => return None,
        };
        Some(answered.unwrap_or_else(|refused| refused))
    }

    async fn of_proxy(&self, method: &str, name: &str, path: &[&str], body: &[u8]) -> Answered {
        let found = self.open.named(name);
        let proxy = found.ok_or_else(|| refused(404, "proxy not found"))?;
        match (method, path) {
            ("GET", []) => Ok(Answer::ok(&self.shown(&proxy))),
            ("POST" | "PATCH", []) => self.change(proxy, body).await,
            ("DELETE", []) => {
                self.open.remove(&proxy).await;
                self.toxics().retain(|(on, _)| on != name);
                Ok(Answer::done())
            }
            ("GET", ["toxics"]) => Ok(Answer::ok(&json!(self.toxics_on(&proxy)))),
            ("POST", ["toxics"]) => self.add(&proxy, body),
            (_, ["toxics", toxic]) => self.of_toxic(method, &proxy, toxic, body),
            _ => Err(refused(405, "method not allowed")),
        }
    }

    fn of_toxic(&self, method: &str, proxy: &Proxy, name: &str, body: &[u8]) -> Answered {
        let there = self.toxics_on(proxy);
        let toxic = there.into_iter().find(|toxic| toxic.name == name);
        let toxic = toxic.ok_or_else(|| refused(404, "toxic not found"))?;
        match method {
            "GET" => Ok(Answer::ok(&json!(toxic))),
            "POST" | "PATCH" => {
                let changed = toxic.changed(read(body)?).map_err(bad)?;
                let fault = changed.fault().map_err(bad)?;
                let id = changed.id;
                proxy.change_fault(id, fault).map_err(refused_by)?;
                let on = changed.is_on();
                proxy.switch_fault(id, on).map_err(refused_by)?;
                self.keep(proxy, changed.clone());
                Ok(Answer::ok(&json!(changed)))
            }
            "DELETE" => {
                proxy.remove_fault(toxic.id).map_err(refused_by)?;
                Ok(Answer::done())
            }
            _ => Err(refused(405, "method not allowed")),
        }
    }

    fn add(&self, proxy: &Proxy, body: &[u8]) -> Answered {
        let mut toxic = Toxic::new(read::<ToxicBody>(body)?).map_err(bad)?;
        if self
            .toxics_on(proxy)
            .iter()
            .any(|there| there.name == toxic.name)
        {
            return Err(refused(409, "toxic already exists"));
        }
        let fault = toxic.fault().map_err(bad)?;
        toxic.id = proxy.add_fault(fault, toxic.is_on()).map_err(refused_by)?;
        self.keep(proxy, toxic.clone());
        Ok(Answer::ok(&json!(toxic)))
    }

    async fn create(&self, body: &[u8]) -> Answered {
        let body: ProxyBody = read(body)?;
        self.check(&body, "")?;
        let proxy = self.open_as(&body)?;
        if body.enabled == Some(false) {
            self.open.disable(&proxy).await;
        }
        Ok(Answer::json(201, &self.shown(&proxy)))
    }

    /// Refuses what could not be opened for what it says; `place` is where it says it.
    fn check(&self, body: &ProxyBody, place: &str) -> Result<(), Answer> {
        for (field, value) in [("name", &body.name), ("upstream", &body.upstream)] {
            if value.is_empty() {
                let why = format!("missing required field: {field}{place}");
                return Err(refused(400, &why));
            }
        }
        let allowed = self.store.allow_http(&body.upstream, None, false);
        allowed.map_err(bad)?;
        address(&body.listen).map(drop)
    }

    fn open_as(&self, body: &ProxyBody) -> Result<Arc<Proxy>, Answer> {
        let allowed = self.store.allow_http(&body.upstream, None, false);
        let target = allowed.map_err(bad)?;
        let config = ProxyConfig {
            name: body.name.clone(),
            listen: address(&body.listen)?,
            target,
            protocol: ProxyProtocol::Tcp,
            faults: Vec::new(),
            seed: 0,
            tls: ProxyTls::default(),
            witness: None,
        };
        self.open.open(config).map_err(refused_by)
    }

    /// Switches a proxy on or off, or moves it.
    async fn change(&self, proxy: Arc<Proxy>, body: &[u8]) -> Answered {
        let body: ProxyBody = read(body)?;
        let proxy = self.moved(proxy, &body).await?;
        match body.enabled {
            Some(true) => self.open.enable(&proxy).map_err(refused_by)?,
            Some(false) => self.open.disable(&proxy).await,
            None => {}
        }
        Ok(Answer::ok(&self.shown(&proxy)))
    }

    /// The proxy as it is, or another in its place that listens and forwards elsewhere, with its faults.
    async fn moved(&self, proxy: Arc<Proxy>, body: &ProxyBody) -> Result<Arc<Proxy>, Answer> {
        let listens = body.listen.is_empty() || is_at(address(&body.listen)?, proxy.address());
        let forwards = body.upstream.is_empty() || body.upstream == upstream(&proxy);
        if listens && forwards {
            return Ok(proxy);
        }
        let mut config = proxy.config.clone();
        if !listens {
            config.listen = address(&body.listen)?;
        }
        if !forwards {
            config.target = self
                .store
                .allow_http(&body.upstream, None, false)
                .map_err(bad)?;
        }
        let replaced = self.open.replace(&proxy, config).await;
        replaced.map_err(refused_by)
    }

    /// Makes proxies be there as they are listed; those that are there already stay. Where one of them makes no sense,
    /// none is made.
    async fn populate(&self, body: &[u8]) -> Answered {
        let wanted: Vec<ProxyBody> = read(body)?;
        for (body, number) in wanted.iter().zip(1..) {
            self.check(body, &format!(" at proxy {number}"))?;
        }
        let mut made = Vec::with_capacity(wanted.len());
        for body in wanted {
            let proxy = match self.open.named(&body.name) {
                Some(proxy) => self.moved(proxy, &body).await?,
                None => self.open_as(&body)?,
            };
            match body.enabled {
                Some(false) => self.open.disable(&proxy).await,
                _ => self.open.enable(&proxy).map_err(refused_by)?,
            }
            made.push(self.shown(&proxy));
        }
        Ok(Answer::json(201, &json!({ "proxies": made })))
    }

    /// Every proxy on, every fault gone.
    async fn reset(&self) -> Answered {
        for proxy in self.open.list() {
            proxy.clear_faults();
            self.open.enable(&proxy).map_err(refused_by)?;
        }
        self.toxics().clear();
        Ok(Answer::done())
    }

    fn all(&self) -> Value {
        let all = self.open.list();
        let named = all
            .iter()
            .map(|proxy| (proxy.name().to_owned(), self.shown(proxy)));
        Value::Object(named.collect::<Map<_, _>>())
    }

    fn shown(&self, proxy: &Proxy) -> Value {
        json!({
            "name": proxy.name(),
            "listen": proxy.address().to_string(),
            "upstream": upstream(proxy),
            "enabled": proxy.is_enabled(),
            "toxics": self.toxics_on(proxy),
        })
    }

    /// The toxics of a proxy that are still there.
    fn toxics_on(&self, proxy: &Proxy) -> Vec<Toxic> {
        let faults = proxy.faults();
        let is_there = |id: u32| faults.iter().any(|fault| fault.id == id);
        let mut toxics = self.toxics();
        toxics.retain(|(on, toxic)| on != proxy.name() || is_there(toxic.id));
        let on = toxics.iter().filter(|(on, _)| on == proxy.name());
        on.map(|(_, toxic)| toxic.clone()).collect()
    }

    /// Keeps a toxic, in the place of the one that was the same fault.
    fn keep(&self, proxy: &Proxy, toxic: Toxic) {
        let mut toxics = self.toxics();
        let same = toxics
            .iter_mut()
            .find(|(on, there)| on == proxy.name() && there.id == toxic.id);
        match same {
            Some((_, there)) => *there = toxic,
            None => toxics.push((proxy.name().to_owned(), toxic)),
        }
    }

    fn toxics(&self) -> MutexGuard<'_, Vec<(String, Toxic)>> {
        self.toxics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A toxic that is not refused is a fault, or says why it is none, and stays what it was when nothing is changed.
#[cfg(any(test, feature = "invariants"))]
pub(super) fn invariant_body(body: &[u8]) {
    if let Ok(toxic) = read::<ToxicBody>(body).and_then(|body| Toxic::new(body).map_err(bad)) {
        if let Ok(fault) = toxic.fault() {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        assert_eq!(toxic.clone().changed(ToxicBody::default()), Ok(toxic));
    }
    if let Ok(body) = read::<ProxyBody>(body) {
        // nothing is opened here
        let _ = address(&body.listen);
    }
}

fn upstream(proxy: &Proxy) -> String {
    proxy.forwards_to()
}

/// Where to listen, as Toxiproxy writes it: a port alone is one of this machine, chosen by the system if none.
fn address(text: &str) -> Result<SocketAddr, Answer> {
    let text = text.replace("localhost", "127.0.0.1");
    let full = match text.strip_prefix(':') {
        Some(port) => format!("127.0.0.1:{port}"),
        None if text.is_empty() => "127.0.0.1:0".to_owned(),
        None => text,
    };
    full.parse()
        .map_err(|_| refused(400, "write listen as ADDRESS:PORT, as in 127.0.0.1:26379"))
}

/// Whether a proxy that listens here is where it was asked to; port 0 is any.
fn is_at(asked: SocketAddr, here: SocketAddr) -> bool {
    asked.ip() == here.ip() && (asked.port() == 0 || asked.port() == here.port())
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, Answer> {
    serde_json::from_slice(body).map_err(|error| {
        let why = format!("bad request body: {error}");
        refused(400, &why)
    })
}

fn refused(status: u16, why: &str) -> Answer {
    Answer::json(status, &json!({ "error": why, "status": status }))
}

fn bad(why: impl ToString) -> Answer {
    refused(400, &why.to_string())
}

fn refused_by(error: ProxyError) -> Answer {
    match error {
        ProxyError::NameTaken(_) => refused(409, "proxy already exists"),
        ProxyError::NoSuchFault(_) => refused(404, "toxic not found"),
        ProxyError::Listen { .. } => refused(500, &error.to_string()),
        error => bad(error),
    }
}
