//! TLS to a target: whose certificates are trusted, and which names a certificate shows.

use std::path::Path;
use std::sync::Arc;

use rustls_native_certs::load_native_certs;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};

use crate::ReplayError;
use crate::plan::Tls;
use crate::socket::StampedStream;

/// Opens TLS on connections to one host; made once for a run.
#[derive(Clone)]
pub(crate) struct TlsClient {
    connector: TlsConnector,
    /// What the URL calls the host: sent as the server's name (RFC 6066 section 3), and what its certificate
    /// must be for.
    name: ServerName<'static>,
}

impl TlsClient {
    /// A client for `host` that trusts as `tls` says and offers the protocols in `alpn`.
    ///
    /// # Errors
    /// The file of trusted certificates cannot be used, the system has none, or `host` is neither a name nor
    /// an address.
    pub(crate) fn new(host: &str, tls: &Tls, alpn: &[&[u8]]) -> Result<Self, ReplayError> {
        let trust = match &tls.ca {
            _ if tls.insecure => Trust::Anyone,
            ca => Trust::Named(ca.as_deref()),
        };
        Self::trusting(host, trust, alpn)
    }

    /// A client for `host` that trusts so far and offers the protocols in `alpn`.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(crate) fn trusting(
        host: &str,
        trust: Trust<'_>,
        alpn: &[&[u8]],
    ) -> Result<Self, ReplayError> {
        let name = ServerName::try_from(host.to_owned()).map_err(|_| ReplayError::BadTarget {
            url: host.to_owned(),
            why: "TLS needs a host's name or address",
        })?;
        Ok(Self {
            connector: TlsConnector::from(tls_client_config(trust, alpn)?),
            name,
        })
    }

    /// Shakes hands on a connection that has just been opened.
    ///
    /// # Errors
    /// What the peer, or its certificate, is refused for; or the connection broke.
    pub(crate) async fn open(&self, stream: StampedStream) -> std::io::Result<TlsConnection> {
        let shaken = self.connector.connect(self.name.clone(), stream).await;
        shaken.map(TlsConnection).map_err(in_words)
    }
}

/// What an error of the handshake means where its own words are those of the protocol: a server that answers in the
/// clear seems to send a corrupt message.
fn in_words(error: std::io::Error) -> std::io::Error {
    let inner = error.get_ref();
    match inner.and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidMessage(_)) => std::io::Error::new(
            std::io::ErrorKind::InvalidData,
            "what listens there does not speak TLS",
        ),
        _ => error,
    }
}

/// TLS on a connection. It says that it ends before it does (RFC 8446 section 6.1): a peer takes the end of a
/// connection that did not say so for an attack, and notes an error.
#[derive(Debug)]
pub(crate) struct TlsConnection(TlsStream<StampedStream>);

impl TlsConnection {
    /// What to read from and write to.
    pub(crate) const fn stream(&mut self) -> &mut TlsStream<StampedStream> {
        &mut self.0
    }

    /// The connection below.
    pub(crate) fn tcp(&self) -> &StampedStream {
        self.0.get_ref().0
    }
}

impl Drop for TlsConnection {
    fn drop(&mut self) {
        let (tcp, session) = self.0.get_mut();
        session.send_close_notify();
        let mut last = Vec::new();
        while session.wants_write() && session.write_tls(&mut last).is_ok() {}
        // nobody waits for a peer that takes nothing
        let _ = tcp.try_write(&last);
    }
}

impl std::fmt::Debug for TlsClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TlsClient").field(&self.name).finish()
    }
}

/// How far a server is trusted, by the certificates of a file or the system's.
#[derive(Clone, Copy, Debug)]
pub enum Trust<'a> {
    /// Its certificate is signed by a trusted authority, for the host's name.
    Named(Option<&'a str>),
    /// Its certificate is signed by a trusted authority, for whatever name.
    Signed(Option<&'a str>),
    /// Whatever certificate it shows.
    Anyone,
}

/// How a program speaks TLS to servers it trusts so far, offering the protocols in `alpn`.
///
/// # Errors
/// The file of trusted certificates cannot be used, or the system has none.
pub fn tls_client_config(
    trust: Trust<'_>,
    alpn: &[&[u8]],
) -> Result<Arc<ClientConfig>, ReplayError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| ReplayError::Tls(error.to_string()))?;
    let lenient = |signed_by, listed, any_name| Lenient {
        signed_by,
        listed,
        any_name,
        provider: Arc::clone(&provider),
    };
    let mut config = match trust {
        Trust::Anyone => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(lenient(None, Vec::new(), true))),
        Trust::Named(None) => builder.with_root_certificates(roots(None)?),
        Trust::Signed(ca) | Trust::Named(ca) => {
            let (roots, listed) = (Arc::new(roots(ca)?), listed(ca)?);
            let any_name = matches!(trust, Trust::Signed(_));
            let verifier =
                WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider))
                    .build()
                    .map_err(|error| ReplayError::Tls(error.to_string()))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(lenient(
                    Some(verifier),
                    listed,
                    any_name,
                )))
        }
    }
    .with_no_client_auth();
    config.alpn_protocols = alpn.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// The names the certificate of an open connection is for; empty when it has none that can be read.
pub(crate) fn certificate_names(stream: &TlsConnection) -> Vec<String> {
    let shown = stream.0.get_ref().1.peer_certificates().unwrap_or_default();
    let own = shown.first();
    let read = own.and_then(|own| webpki::EndEntityCert::try_from(own).ok());
    read.map_or_else(Vec::new, |read| {
        read.valid_dns_names()
            .map(str::to_ascii_lowercase)
            .collect()
    })
}

/// The certificates that a file names; none without one.
fn listed(file: Option<&str>) -> Result<Vec<CertificateDer<'static>>, ReplayError> {
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    CertificateDer::pem_file_iter(Path::new(file))
        .and_then(Iterator::collect)
        .map_err(|error| ReplayError::Ca {
            file: file.to_owned(),
            why: error.to_string(),
        })
}

/// Whether a certificate was refused for one reason only: it is an authority's, not a server's.
fn is_an_authority(error: &Error) -> bool {
    let Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        return false;
    };
    let why = other.0.downcast_ref::<webpki::Error>();
    matches!(why, Some(webpki::Error::CaUsedAsEndEntity))
}

/// The certificates of a file, or the system's.
fn roots(file: Option<&str>) -> Result<RootCertStore, ReplayError> {
    let mut roots = RootCertStore::empty();
    match file {
        Some(file) => {
            let unusable = |why: String| ReplayError::Ca {
                file: file.to_owned(),
                why,
            };
            let certificates = CertificateDer::pem_file_iter(Path::new(file))
                .map_err(|error| unusable(error.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
                roots
                    .add(certificate)
                    .map_err(|error| unusable(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unusable("it holds no certificate in PEM form".to_owned()));
            }
        }
        None => {
            let found = load_native_certs();
            roots.add_parsable_certificates(found.certs);
            if roots.is_empty() {
                return Err(ReplayError::NoRoots);
            }
        }
    }
    Ok(roots)
}

/// Accepts what the usual check refuses; signatures are checked all the same, so that the peer has the key to
/// the certificate it shows.
#[derive(Debug)]
struct Lenient {
    /// Who must have signed the certificate. `None`: anybody.
    signed_by: Option<Arc<WebPkiServerVerifier>>,
    /// Certificates that may be shown themselves, though they are authorities': whoever makes one with `openssl req
    /// -x509` makes such a one.
    listed: Vec<CertificateDer<'static>>,
    /// The certificate may be for another name: MySQL servers make themselves certificates without one.
    any_name: bool,
    provider: Arc<CryptoProvider>,
}

impl Lenient {
    fn lists(&self, certificate: &CertificateDer<'_>) -> bool {
        let shown = certificate.as_ref();
        self.listed.iter().any(|listed| listed.as_ref() == shown)
    }
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(signed_by) = &self.signed_by else {
            return Ok(ServerCertVerified::assertion());
        };
        // the name is looked at last
        match signed_by.verify_server_cert(certificate, intermediates, name, ocsp, now) {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.any_name => Ok(ServerCertVerified::assertion()),
            Err(error) if is_an_authority(&error) && self.lists(certificate) => {
                if !self.any_name {
                    verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                }
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            certificate,
            signed,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
