//! A certificate of a test's own, and a server that shows it.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

use rcgen::{CertificateParams, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::Desk;

/// A certificate in files, with its key.
pub(crate) struct Own {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Own {
    /// One for this machine.
    pub(crate) fn new(desk: &Desk, name: &str) -> Self {
        Self::made(desk, name, &["localhost", "127.0.0.1"], IsCa::NoCa)
    }

    pub(crate) fn made(desk: &Desk, name: &str, hosts: &[&str], is_ca: IsCa) -> Self {
        let key = KeyPair::generate().unwrap();
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
        let mut own = CertificateParams::new(hosts).unwrap();
        own.is_ca = is_ca;
        let own = own.self_signed(&key).unwrap();
        let file = |what: &str, text: &str| {
            let file = format!("{name}.{what}");
            desk.write(&file, text.as_bytes());
            desk.path(&file).display().to_string()
        };
        Self {
            certificate: file("pem", &own.pem()),
            key: file("key", &key.serialize_pem()),
        }
    }

    pub(crate) fn certificate(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_file(&self.certificate).unwrap()
    }
}

/// A server that does this on each connection, in TLS.
pub(crate) fn server(
    own: &Own,
    answer: fn(StreamOwned<ServerConnection, TcpStream>),
) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![own.certificate()],
            PrivateKeyDer::from_pem_file(&own.key).unwrap(),
        )
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for tcp in listener.incoming().flatten() {
            let session = ServerConnection::new(Arc::clone(&config)).unwrap();
            thread::spawn(move || answer(StreamOwned::new(session, tcp)));
        }
    });
    address
}
