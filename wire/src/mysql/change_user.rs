//! COM_CHANGE_USER: another user, database and character set on the same connection.
//! Source: MySQL "COM_CHANGE_USER".

use super::Malformed;
use super::fields::{Fields, put_zero_terminated};

/// COM_CHANGE_USER's body, as far as it is of use after the fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeUser {
    /// The new user.
    pub user: Vec<u8>,
    /// The scrambled authentication response.
    pub auth_response: Vec<u8>,
    /// The new default database.
    pub database: Vec<u8>,
    /// The new collation id.
    pub charset: Option<u16>,
    /// The authentication plugin.
    pub plugin: Option<Vec<u8>>,
    /// Whatever follows: the connect attributes.
    pub tail: Vec<u8>,
}

impl ChangeUser {
    /// Reads what follows the command byte.
    pub fn decode(body: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(body, "change user");
        let user = fields.zero_terminated()?.to_vec();
        let auth_len = usize::from(fields.u8()?);
        let auth_response = fields.take(auth_len)?.to_vec();
        let database = fields.zero_terminated_or_rest().to_vec();
        let charset = fields.u16().ok();
        let plugin = (!fields.rest().is_empty()).then(|| fields.zero_terminated_or_rest().to_vec());
        Ok(Self {
            user,
            auth_response,
            database,
            charset,
            plugin,
            tail: fields.remainder().to_vec(),
        })
    }

    /// What follows the command byte.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        put_zero_terminated(&mut out, &self.user);
        let len = self.auth_response.len().min(255);
        out.push(u8::try_from(len).unwrap_or(u8::MAX));
        out.extend(self.auth_response.iter().take(len));
        put_zero_terminated(&mut out, &self.database);
        if let Some(charset) = self.charset {
            out.extend_from_slice(&charset.to_le_bytes());
            if let Some(plugin) = &self.plugin {
                put_zero_terminated(&mut out, plugin);
                out.extend_from_slice(&self.tail);
            }
        }
        out
    }
}
