//! What a face asks of a proxy.

use reprise_fault::ProxyProtocol;

/// One proxy to open.
#[derive(Clone, Debug)]
pub struct ProxyRequest {
    /// What people call it.
    pub name: String,
    /// Where it listens: `ADDRESS:PORT`, or a port alone.
    pub listen: String,
    /// Where it forwards to: `HOST:PORT`, `http://HOST[:PORT]` or `mysql://HOST[:PORT]`.
    pub to: String,
    /// What is spoken; `None`: what the scheme of `to` says, else bytes.
    pub protocol: Option<ProxyProtocol>,
    /// Faults that are on from the start, in the fault language.
    pub faults: Vec<String>,
    /// What chance depends on; `None`: something new.
    pub seed: Option<u64>,
    /// Forward to what was a server in a recording, too.
    pub allow_recorded_server: bool,
}

/// Proxies to open together.
#[derive(Clone, Debug, Default)]
pub struct ProxiesRequest {
    /// The proxies; each needs a name of its own.
    pub proxies: Vec<ProxyRequest>,
    /// Where they are controlled over HTTP: `ADDRESS:PORT`, or a port alone.
    pub control: Option<String>,
    /// What whoever controls them has to know.
    pub control_token: Option<String>,
}

/// Reads `tcp`, `http` or `mysql`.
///
/// # Errors
/// It is another word; the message names these.
pub fn parse_protocol(text: &str) -> Result<ProxyProtocol, String> {
    [
        ProxyProtocol::Tcp,
        ProxyProtocol::Http,
        ProxyProtocol::Mysql,
    ]
    .into_iter()
    .find(|protocol| protocol.name() == text)
    .ok_or_else(|| format!("there is no protocol '{text}' here: use tcp, http or mysql"))
}
