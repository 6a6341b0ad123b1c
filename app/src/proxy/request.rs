//! What a face asks of a proxy.

use reprise_fault::ProxyProtocol;

use crate::RedactionChoice;

/// One proxy to open.
#[derive(Clone, Debug, Default)]
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
    /// The recording that what passes goes into; proxies may share one.
    pub record: Option<String>,
    /// Files of the certificate that clients are shown, and of its key; none: TLS passes as it is.
    pub tls_cert: Option<String>,
    /// See `tls_cert`.
    pub tls_key: Option<String>,
    /// A file of certificates to trust behind the proxy, in place of the system's.
    pub ca: Option<String>,
    /// Trust any certificate behind the proxy.
    pub insecure: bool,
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
    /// Which secrets are replaced in what they record.
    pub redaction: RedactionChoice,
}

/// Reads a protocol's name: `tcp`, `http`, `mysql`, `redis`, `memcached` or `smtp`.
///
/// # Errors
/// It is another word; the message names these.
pub fn parse_protocol(text: &str) -> Result<ProxyProtocol, String> {
    let mut all = ProxyProtocol::ALL.into_iter();
    all.find(|protocol| protocol.name() == text).ok_or_else(|| {
        let names = ProxyProtocol::ALL.map(ProxyProtocol::name).join(", ");
        format!("there is no protocol '{text}' here: use one of {names}")
    })
}
