//! TLS that ends at a proxy, and TLS that begins there, so that what passes between is understood.

use std::io;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ServerConfig, ServerConnection};

use super::connection::Ends;
use super::side::Side;

/// Where a proxy speaks TLS: from a connection's first byte, but with MySQL, where it begins once the client asks for it.
#[derive(Clone, Debug, Default)]
pub struct ProxyTls {
    /// What clients are shown, the proxy's own certificate; `None`: TLS is not spoken with them.
    pub clients: Option<Arc<ServerConfig>>,
    /// How the target is spoken to; `None`: without TLS.
    pub target: Option<TargetTls>,
}

/// TLS with a target.
#[derive(Clone, Debug)]
pub struct TargetTls {
    /// Whose certificates are trusted.
    pub config: Arc<ClientConfig>,
    /// What the target is called: sent as the server's name (RFC 6066 section 3).
    pub name: ServerName<'static>,
}

/// How a MySQL connection, which begins in plain, changes to TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Upgrade {
    /// Not here: what asks for it passes, and then nothing is understood any more.
    #[default]
    Never,
    /// A client that asks gets it from the proxy, and behind it where the server offers it.
    WhereAsked,
    /// Behind the proxy whatever the client does, which is offered none.
    Behind,
}

impl ProxyTls {
    /// How a MySQL connection changes to TLS.
    pub(super) const fn upgrade(&self) -> Upgrade {
        match (&self.clients, &self.target) {
            (Some(_), Some(_)) => Upgrade::WhereAsked,
            (None, Some(_)) => Upgrade::Behind,
            _ => Upgrade::Never,
        }
    }

    /// Begins TLS with both ends as it is to be.
    pub(super) fn both(&self, ends: &Ends) -> io::Result<()> {
        self.to_client(&ends.client, Vec::new())?;
        self.to_target(&ends.server)
    }

    /// Begins TLS with the client, who has said `ahead` of it already.
    pub(super) fn to_client(&self, client: &Side, ahead: Vec<u8>) -> io::Result<()> {
        let Some(config) = &self.clients else {
            return Ok(());
        };
        let session = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        client.speak_tls(session.into(), ahead)
    }

    /// Begins TLS with the target.
    pub(super) fn to_target(&self, server: &Side) -> io::Result<()> {
        let Some(TargetTls { config, name }) = &self.target else {
            return Ok(());
        };
        let session = ClientConnection::new(Arc::clone(config), name.clone());
        server.speak_tls(session.map_err(io::Error::other)?.into(), Vec::new())
    }
}
