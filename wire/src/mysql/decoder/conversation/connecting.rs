//! The connection phase as seen passing by: greeting, login, authentication. Fills the session; nothing
//! here becomes an exchange.

use super::{Conversation, Phase};
use crate::mysql::session::text;
use crate::mysql::{AuthRequest, Dialect, ErrPacket, Greeting, Login, Packet, is_tls_request};

impl Conversation {
    pub(super) fn login(&mut self, packet: &Packet<'_>) -> bool {
        if is_tls_request(packet.payload) {
            self.session.tls = true;
            self.phase = Phase::Opaque;
            return true;
        }
        let Ok(login) = Login::decode(packet.payload) else {
            self.loss.undecodable_bytes += packet.seen_len();
            return false;
        };
        match &self.greeting {
            Some(greeting) => self.dialect = Dialect::agreed(greeting, &login),
            None => {
                self.session.capabilities = login.capabilities;
                self.session.mariadb_capabilities = login.mariadb_capabilities;
                let mariadb = login.mariadb_capabilities;
                self.dialect = Dialect::possible(login.capabilities, mariadb);
            }
        }
        self.session.logged_in(&login);
        self.standing.database.clone_from(&self.session.database);
        self.midstream = false;
        self.phase = Phase::Authenticating;
        true
    }

    pub(super) fn greeting(&mut self, packet: &Packet<'_>) -> bool {
        if packet.payload.first() == Some(&0xFF) {
            return self.refused(packet);
        }
        let Ok(greeting) = Greeting::decode(packet.payload) else {
            self.loss.undecodable_bytes += packet.seen_len();
            return false;
        };
        self.session.greeted(&greeting);
        self.dialect = Dialect::possible(greeting.capabilities, greeting.mariadb_capabilities);
        self.greeting = Some(greeting);
        self.midstream = false;
        self.client_in_step = true;
        self.phase = Phase::AwaitLogin;
        true
    }

    /// The server refuses the login, or did not even ask for one.
    fn refused(&mut self, packet: &Packet<'_>) -> bool {
        let Ok(error) = ErrPacket::decode(packet.payload) else {
            self.loss.undecodable_bytes += packet.seen_len();
            return false;
        };
        self.session.authenticated = Some(false);
        self.session.login_error = Some((error.code, text(&error.message)));
        self.phase = Phase::Opaque;
        true
    }

    pub(super) fn authentication(&mut self, packet: &Packet<'_>) -> bool {
        match packet.payload.first() {
            Some(0xFF) => return self.refused(packet),
            Some(0x00) => {
                self.session.authenticated = Some(true);
                self.phase = Phase::Commands;
                if self.dialect.compression.is_none() {
                    // the greeting was lost: the first command shows whether packets travel in frames
                    self.client_in_step = false;
                    self.server_in_step = false;
                }
            }
            Some(0xFE) => {
                if let Ok(AuthRequest::Switch { plugin, .. }) = AuthRequest::decode(packet.payload)
                    && !plugin.is_empty()
                {
                    self.session.plugin = Some(text(&plugin));
                }
            }
            Some(0x01) => {}
            _ => {
                self.loss.undecodable_bytes += packet.seen_len();
                return false;
            }
        }
        true
    }
}
