//! The client's part of the connection phase: the TLS request, the login, and the packets of the
//! authentication exchange in both directions.
//! Source: MySQL "Connection Phase"; MariaDB "Connection: handshake response packet".

use super::fields::{Fields, put_lenenc, put_string, put_zero_terminated};
use super::{Capabilities, Malformed, MariadbCapabilities};

/// Bytes of a TLS request: the login's fixed part alone.
const TLS_REQUEST_LEN: usize = 32;

/// The client's login, "HandshakeResponse41".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Login {
    /// What the client asks for.
    pub capabilities: Capabilities,
    /// What a MariaDB client asks for besides.
    pub mariadb_capabilities: MariadbCapabilities,
    /// The longest packet the client takes, in bytes.
    pub max_packet: u32,
    /// The collation id the client asks for.
    pub charset: u8,
    /// The user's name.
    pub user: Vec<u8>,
    /// The first authentication response, scrambled.
    pub auth_response: Vec<u8>,
    /// The database to start in, when `CONNECT_WITH_DB`.
    pub database: Option<Vec<u8>>,
    /// The authentication plugin, when `PLUGIN_AUTH`.
    pub plugin: Option<Vec<u8>>,
    /// Names and values such as `program_name`, when `CONNECT_ATTRS`.
    pub attributes: Vec<(Vec<u8>, Vec<u8>)>,
    /// The zstd level, when `ZSTD_COMPRESSION`.
    pub zstd_level: Option<u8>,
}

impl Login {
    /// Reads a login's payload. Logins older than MySQL 4.1 give what they have: user, response, database.
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "login");
        let low = fields.u16()?;
        if !Capabilities::from_bits_retain(u32::from(low)).contains(Capabilities::PROTOCOL_41) {
            return Self::decode_before_41(low, fields);
        }
        let bits = u32::from(low) | u32::from(fields.u16()?) << 16;
        let mut login = Self {
            capabilities: Capabilities::from_bits_retain(bits),
            max_packet: fields.u32()?,
            charset: fields.u8()?,
            ..Self::default()
        };
        fields.take(19)?;
        let extended = fields.u32()?;
        if !login.capabilities.contains(Capabilities::LONG_PASSWORD) {
            login.mariadb_capabilities = MariadbCapabilities::from_bits_retain(extended);
        }
        login.user = fields.zero_terminated()?.to_vec();
        let has = |flag| login.capabilities.contains(flag);
        login.auth_response = if has(Capabilities::PLUGIN_AUTH_LENENC_DATA) {
            fields.string()?.to_vec()
        } else if has(Capabilities::SECURE_CONNECTION) {
            let len = fields.u8()?;
            fields.take(usize::from(len))?.to_vec()
        } else {
            fields.zero_terminated_or_rest().to_vec()
        };
        // From here on clients disagree with their own flags often enough to read leniently: a field
        // that is announced but not there is absent.
        if has(Capabilities::CONNECT_WITH_DB) && !fields.rest().is_empty() {
            login.database = Some(fields.zero_terminated_or_rest().to_vec());
        }
        if has(Capabilities::PLUGIN_AUTH) && !fields.rest().is_empty() {
            login.plugin = Some(fields.zero_terminated_or_rest().to_vec());
        }
        if has(Capabilities::CONNECT_ATTRS) && !fields.rest().is_empty() {
            login.attributes = fields.string().map(attributes).unwrap_or_default();
        }
        if has(Capabilities::ZSTD_COMPRESSION) {
            login.zstd_level = fields.u8().ok();
        }
        Ok(login)
    }

    fn decode_before_41(low: u16, mut fields: Fields<'_>) -> Result<Self, Malformed> {
        let mut login = Self {
            capabilities: Capabilities::from_bits_retain(u32::from(low)),
            max_packet: fields.u24()?,
            user: fields.zero_terminated()?.to_vec(),
            ..Self::default()
        };
        if login.capabilities.contains(Capabilities::CONNECT_WITH_DB) {
            login.auth_response = fields.zero_terminated_or_rest().to_vec();
            login.database = Some(fields.zero_terminated_or_rest().to_vec());
        } else {
            login.auth_response = fields.zero_terminated_or_rest().to_vec();
        }
        Ok(login)
    }

    /// The payload of this login. Fields whose capability is not set are left out.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = self.encode_fixed();
        let has = |flag| self.capabilities.contains(flag);
        put_zero_terminated(&mut out, &self.user);
        if has(Capabilities::PLUGIN_AUTH_LENENC_DATA) {
            put_string(&mut out, &self.auth_response);
        } else if has(Capabilities::SECURE_CONNECTION) {
            let len = self.auth_response.len().min(255);
            out.push(u8::try_from(len).unwrap_or(u8::MAX));
            out.extend(self.auth_response.iter().take(len));
        } else {
            put_zero_terminated(&mut out, &self.auth_response);
        }
        if has(Capabilities::CONNECT_WITH_DB) {
            put_zero_terminated(&mut out, self.database.as_deref().unwrap_or_default());
        }
        if has(Capabilities::PLUGIN_AUTH) {
            put_zero_terminated(&mut out, self.plugin.as_deref().unwrap_or_default());
        }
        if has(Capabilities::CONNECT_ATTRS) {
            let mut block = Vec::new();
            for (name, value) in &self.attributes {
                put_string(&mut block, name);
                put_string(&mut block, value);
            }
            put_lenenc(&mut out, block.len() as u64);
            out.extend_from_slice(&block);
        }
        if has(Capabilities::ZSTD_COMPRESSION) {
            out.push(self.zstd_level.unwrap_or(3));
        }
        out
    }

    /// The payload of the TLS request that goes before this login.
    pub fn encode_tls_request(&self) -> Vec<u8> {
        let mut request = self.clone();
        request.capabilities |= Capabilities::SSL;
        request.encode_fixed()
    }

    fn encode_fixed(&self) -> Vec<u8> {
        let mut out = self.capabilities.bits().to_le_bytes().to_vec();
        out.extend_from_slice(&self.max_packet.to_le_bytes());
        out.push(self.charset);
        out.extend_from_slice(&[0; 19]);
        out.extend_from_slice(&self.mariadb_capabilities.bits().to_le_bytes());
        out
    }
}

/// Whether a client's first payload asks for TLS: everything after it is then encrypted.
pub fn is_tls_request(payload: &[u8]) -> bool {
    let low = payload
        .first_chunk::<2>()
        .map(|low| u16::from_le_bytes(*low));
    let flags = Capabilities::from_bits_retain(u32::from(low.unwrap_or(0)));
    payload.len() <= TLS_REQUEST_LEN
        && flags.contains(Capabilities::SSL)
        // Five bytes before MySQL 4.1, 32 since; a short login without a user name is not possible.
        && (payload.len() == TLS_REQUEST_LEN || payload.len() == 5)
}

/// Reads the inside of a connect-attributes block; stops at the first malformed pair.
pub(crate) fn attributes(block: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut fields = Fields::new(block, "connect attributes");
    let mut pairs = Vec::new();
    while let (Ok(name), Ok(value)) = (fields.string(), fields.string()) {
        pairs.push((name.to_vec(), value.to_vec()));
    }
    pairs
}

/// What the server says during the authentication exchange, apart from OK and ERR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuthRequest {
    /// Use this plugin with this data. An empty plugin is the pre-4.1 "old password" request.
    Switch {
        /// The plugin to use.
        plugin: Vec<u8>,
        /// Its scramble, without the closing zero.
        data: Vec<u8>,
    },
    /// More data for the plugin in use, e.g. `03` (fast path done) of caching_sha2_password.
    More(Vec<u8>),
}

impl AuthRequest {
    /// Reads the payload of an AuthSwitchRequest (`fe`) or AuthMoreData (`01`).
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "authentication request");
        match fields.u8()? {
            0xFE => {
                let plugin = fields.zero_terminated_or_rest().to_vec();
                let data = fields.remainder();
                let data = data.strip_suffix(&[0]).unwrap_or(data).to_vec();
                Ok(Self::Switch { plugin, data })
            }
            0x01 => Ok(Self::More(fields.remainder().to_vec())),
            _ => Err(fields.malformed()),
        }
    }

    /// The payload of this request.
    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Switch { plugin, data } => {
                let mut out = vec![0xFE];
                put_zero_terminated(&mut out, plugin);
                put_zero_terminated(&mut out, data);
                out
            }
            Self::More(data) => {
                let mut out = vec![0x01];
                out.extend_from_slice(data);
                out
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn login(capabilities: Capabilities) -> Login {
        Login {
            capabilities: capabilities | Capabilities::PROTOCOL_41,
            max_packet: 1 << 24,
            charset: 45,
            user: b"shop".to_vec(),
            auth_response: vec![9; 20],
            database: Some(b"shop".to_vec()),
            plugin: Some(b"mysql_native_password".to_vec()),
            attributes: vec![(b"program_name".to_vec(), b"test".to_vec())],
            zstd_level: Some(3),
            ..Login::default()
        }
    }

    #[test]
    fn a_login_with_every_field_reads_back() {
        let login = login(
            Capabilities::SECURE_CONNECTION
                | Capabilities::CONNECT_WITH_DB
                | Capabilities::PLUGIN_AUTH
                | Capabilities::CONNECT_ATTRS
                | Capabilities::ZSTD_COMPRESSION,
        );
        assert_eq!(Login::decode(&login.encode()).unwrap(), login);
    }

    #[test]
    fn the_plugin_is_not_glued_to_the_database_name() {
        let login = login(
            Capabilities::SECURE_CONNECTION
                | Capabilities::CONNECT_WITH_DB
                | Capabilities::PLUGIN_AUTH,
        );
        let decoded = Login::decode(&login.encode()).unwrap();
        assert_eq!(decoded.database.as_deref(), Some(&b"shop"[..]));
        assert_eq!(decoded.plugin, login.plugin);
    }

    #[test]
    fn a_tls_request_is_told_from_a_login() {
        let login = login(Capabilities::SSL | Capabilities::SECURE_CONNECTION);
        assert!(is_tls_request(&login.encode_tls_request()));
        assert!(!is_tls_request(&login.encode()));
    }

    #[test]
    fn an_authentication_switch_reads_back_without_its_closing_zero() {
        for request in [
            AuthRequest::Switch {
                plugin: b"caching_sha2_password".to_vec(),
                data: vec![5; 20],
            },
            AuthRequest::More(vec![3]),
        ] {
            assert_eq!(AuthRequest::decode(&request.encode()).unwrap(), request);
        }
        let old = AuthRequest::decode(&[0xFE]).unwrap();
        assert_eq!(
            old,
            AuthRequest::Switch {
                plugin: Vec::new(),
                data: Vec::new()
            }
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = Login::decode(&bytes);
            let _ = AuthRequest::decode(&bytes);
            let _ = is_tls_request(&bytes);
        }
    }
}
