//! TLS that ends at a proxy: its own certificate from files, and whom it trusts behind.

use std::path::Path;
use std::sync::Arc;

use reprise_fault::{ProxyProtocol, ProxyTls, TargetTls};
use reprise_replay::{Trust, tls_client_config};
use reprise_store::AllowedTarget;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};

use super::request::ProxyRequest;
use crate::Error;

/// What is offered inside of TLS where the proxy reads HTTP: nothing that it could not read.
const HTTP_1_1: &[u8] = b"http/1.1";

/// Where a proxy speaks TLS.
pub(super) fn of(
    request: &ProxyRequest,
    target: &AllowedTarget,
    protocol: ProxyProtocol,
) -> Result<ProxyTls, Error> {
    let clients = match (&request.tls_cert, &request.tls_key) {
        (Some(certificate), Some(key)) => Some(own(certificate, key, protocol)?),
        (None, None) => None,
        _ => {
            let why =
                "give both --tls-cert and --tls-key: a certificate is of no use without its key";
            return Err(Error::Usage(why.to_owned()));
        }
    };
    let trusts = request.ca.is_some() || request.insecure;
    // behind, MySQL is encrypted where the client asked for it, and always where only that is asked for
    let encrypted = match protocol {
        ProxyProtocol::Mysql => clients.is_some() || trusts,
        _ => target.is_https(),
    };
    if !encrypted && trusts {
        return Err(Error::Usage(
            "--ca and --insecure are about TLS behind the proxy: it is spoken with https://HOST and with mysql://HOST"
                .to_owned(),
        ));
    }
    let target = match encrypted {
        true => Some(behind(request, target, protocol)?),
        false => None,
    };
    Ok(ProxyTls { clients, target })
}

fn behind(
    request: &ProxyRequest,
    target: &AllowedTarget,
    protocol: ProxyProtocol,
) -> Result<TargetTls, Error> {
    let ca = request.ca.as_deref();
    let trust = match protocol {
        _ if request.insecure => Trust::Anyone,
        // as MySQL's own clients do it: a certificate is for no name, and without an authority nobody looks
        ProxyProtocol::Mysql if ca.is_some() => Trust::Signed(ca),
        ProxyProtocol::Mysql => Trust::Anyone,
        _ => Trust::Named(ca),
    };
    let host = target.host();
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| Error::Usage(format!("--to '{host}': TLS needs a host's name or address")))?;
    let config = tls_client_config(trust, alpn(protocol))?;
    Ok(TargetTls { config, name })
}

fn alpn(protocol: ProxyProtocol) -> &'static [&'static [u8]] {
    match protocol {
        ProxyProtocol::Http => &[HTTP_1_1],
        _ => &[],
    }
}

/// What clients are shown.
fn own(certificate: &str, key: &str, protocol: ProxyProtocol) -> Result<Arc<ServerConfig>, Error> {
    let wrong = |flag: &str, file: &str, why: String| {
        Error::Usage(format!(
            "{flag} '{file}': {why}; write the path of a PEM file"
        ))
    };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(Path::new(certificate))
        .and_then(Iterator::collect)
        .map_err(|error| wrong("--tls-cert", certificate, error.to_string()))?;
    let private = PrivateKeyDer::from_pem_file(Path::new(key))
        .map_err(|error| wrong("--tls-key", key, error.to_string()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder
                .with_no_client_auth()
                .with_single_cert(chain, private)
        })
        .map_err(|error| wrong("--tls-cert", certificate, error.to_string()))?;
    config.alpn_protocols = alpn(protocol).iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}
