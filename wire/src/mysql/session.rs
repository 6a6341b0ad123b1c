//! What a connection's handshake said about it: kept with the connection, shown, and needed to replay it.

mod siblings;
mod state;
mod statement;
mod track;

use serde::{Deserialize, Serialize};

pub use state::SessionState;

use super::{Capabilities, Dialect, Greeting, Login, MariadbCapabilities};

/// One MySQL connection as its login described it. Every field is empty when the capture began later.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Session {
    /// The server's version text.
    pub server_version: Option<String>,
    /// The connection's id on the server, as KILL names it.
    pub thread_id: Option<u32>,
    /// The user who logged in; COM_CHANGE_USER is an exchange of its own.
    pub user: Option<String>,
    /// The default database at login.
    pub database: Option<String>,
    /// The collation id the client asked for.
    pub charset: Option<u16>,
    /// What both ends agreed on.
    pub capabilities: Capabilities,
    /// What both ends agreed on beyond that, on MariaDB.
    pub mariadb_capabilities: MariadbCapabilities,
    /// The authentication plugin used last.
    pub plugin: Option<String>,
    /// What the client said about itself: `program_name` and the like.
    pub attributes: Vec<(String, String)>,
    /// Whether the login succeeded; `None` when its end was not seen.
    pub authenticated: Option<bool>,
    /// Why the login failed: error number and message.
    pub login_error: Option<(u16, String)>,
    /// Whether TLS was begun: nothing after that is readable.
    pub tls: bool,
    /// Whether the connection became a replication stream, which is not decoded into exchanges.
    pub replication: bool,
    /// What the packets showed of a connection whose login was not seen.
    #[serde(skip_serializing_if = "Dialect::is_unknown")]
    pub inferred: Dialect,
    /// How it stood before the first exchange kept with it; what is not there is as the login left it.
    #[serde(skip_serializing_if = "SessionState::is_empty")]
    pub state: SessionState,
}

impl Session {
    /// What both ends agreed on, to read this connection's stored payloads; as far as its packets showed it
    /// when the login was not seen.
    pub fn dialect(&self) -> Dialect {
        if !self.is_agreed() {
            return self.inferred;
        }
        let agreed = Dialect::from_capabilities(self.capabilities, self.mariadb_capabilities);
        self.inferred.or(agreed)
    }

    /// Whether greeting and login are known, so that `capabilities` is what both ends agreed on.
    pub const fn is_agreed(&self) -> bool {
        self.server_version.is_some() && self.user.is_some()
    }

    /// The default database before the first exchange kept with it.
    pub fn first_database(&self) -> Option<&str> {
        self.state.database.as_deref().or(self.database.as_deref())
    }

    /// Takes over what the greeting says.
    pub(crate) fn greeted(&mut self, greeting: &Greeting) {
        self.server_version = Some(text(&greeting.server_version));
        self.thread_id = Some(greeting.thread_id);
        self.capabilities = greeting.capabilities;
        self.mariadb_capabilities = greeting.mariadb_capabilities;
        self.plugin = (!greeting.plugin.is_empty()).then(|| text(&greeting.plugin));
    }

    /// Takes over what the login says.
    pub(crate) fn logged_in(&mut self, login: &Login) {
        self.user = Some(text(&login.user));
        self.database = login
            .database
            .as_deref()
            .filter(|name| !name.is_empty())
            .map(text);
        self.charset = Some(u16::from(login.charset));
        self.capabilities &= login.capabilities;
        self.mariadb_capabilities &= login.mariadb_capabilities;
        if let Some(plugin) = &login.plugin {
            self.plugin = Some(text(plugin));
        }
        self.attributes = login
            .attributes
            .iter()
            .map(|(name, value)| (text(name), text(value)))
            .collect();
    }
}

/// Bytes as text, what is not UTF-8 replaced.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
