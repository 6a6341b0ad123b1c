//! The server's first packet, protocol version 10, of MySQL and MariaDB.
//! Source: MySQL "Protocol::HandshakeV10"; MariaDB "Connection: initial handshake packet".

use super::fields::{Fields, put_zero_terminated};
use super::{Capabilities, Malformed, MariadbCapabilities, Status};

/// The server's greeting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeting {
    /// The version text; MariaDB's often begins with `5.5.5-`.
    pub server_version: Vec<u8>,
    /// The connection's id on the server, as KILL names it.
    pub thread_id: u32,
    /// The random bytes the authentication starts from (20 of them, without the closing zero).
    pub scramble: Vec<u8>,
    /// What the server can do.
    pub capabilities: Capabilities,
    /// What a MariaDB server can do besides; empty for MySQL.
    pub mariadb_capabilities: MariadbCapabilities,
    /// The server's default collation id.
    pub charset: u8,
    /// The server's status.
    pub status: Status,
    /// The authentication plugin the server proposes.
    pub plugin: Vec<u8>,
}

impl Greeting {
    /// Reads a greeting's payload.
    pub fn decode(payload: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Fields::new(payload, "greeting");
        if fields.u8()? != 10 {
            return Err(fields.malformed());
        }
        let server_version = fields.zero_terminated()?.to_vec();
        let thread_id = fields.u32()?;
        let mut scramble = fields.take(8)?.to_vec();
        fields.take(1)?;
        let low = fields.u16()?;
        let mut greeting = Self {
            server_version,
            thread_id,
            scramble: Vec::new(),
            capabilities: Capabilities::from_bits_retain(u32::from(low)),
            mariadb_capabilities: MariadbCapabilities::empty(),
            charset: 0,
            status: Status::empty(),
            plugin: Vec::new(),
        };
        if !fields.rest().is_empty() {
            greeting.charset = fields.u8()?;
            greeting.status = Status::from_bits_retain(fields.u16()?);
            let high = fields.u16()?;
            let bits = u32::from(low) | u32::from(high) << 16;
            greeting.capabilities = Capabilities::from_bits_retain(bits);
            let scramble_len = usize::from(fields.u8()?);
            fields.take(6)?;
            let extended = fields.u32()?;
            if !greeting.capabilities.contains(Capabilities::LONG_PASSWORD) {
                greeting.mariadb_capabilities = MariadbCapabilities::from_bits_retain(extended);
            }
            if greeting
                .capabilities
                .contains(Capabilities::SECURE_CONNECTION)
            {
                let rest = fields.take(scramble_len.saturating_sub(8).max(13))?;
                scramble.extend_from_slice(rest.strip_suffix(&[0]).unwrap_or(rest));
            }
            if greeting.capabilities.contains(Capabilities::PLUGIN_AUTH) {
                greeting.plugin = fields.zero_terminated_or_rest().to_vec();
            }
        }
        greeting.scramble = scramble;
        Ok(greeting)
    }

    /// The payload of this greeting. The scramble is written as 20 bytes, padded or cut.
    pub fn encode(&self) -> Vec<u8> {
        let mut scramble = self.scramble.clone();
        scramble.resize(20, b'x');
        let (front, back) = scramble.split_at(8);
        let [low_a, low_b, high_a, high_b] = self.capabilities.bits().to_le_bytes();
        let mut out = vec![10];
        put_zero_terminated(&mut out, &self.server_version);
        out.extend_from_slice(&self.thread_id.to_le_bytes());
        out.extend_from_slice(front);
        out.extend_from_slice(&[0, low_a, low_b, self.charset]);
        out.extend_from_slice(&self.status.bits().to_le_bytes());
        out.extend_from_slice(&[high_a, high_b, 21]);
        out.extend_from_slice(&[0; 6]);
        out.extend_from_slice(&self.mariadb_capabilities.bits().to_le_bytes());
        put_zero_terminated(&mut out, back);
        put_zero_terminated(&mut out, &self.plugin);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a MariaDB 10.11 server sends.
    fn mariadb() -> Greeting {
        Greeting {
            server_version: b"5.5.5-10.11.19-MariaDB".to_vec(),
            thread_id: 31,
            scramble: b"abcdefghijklmnopqrst".to_vec(),
            capabilities: Capabilities::from_bits_retain(0x81FF_F7FE),
            mariadb_capabilities: MariadbCapabilities::from_bits_retain(0x1D),
            charset: 45,
            status: Status::AUTOCOMMIT,
            plugin: b"mysql_native_password".to_vec(),
        }
    }

    #[test]
    fn a_mariadb_greeting_carries_extended_capabilities_in_its_reserved_bytes() {
        let greeting = mariadb();
        assert_eq!(Greeting::decode(&greeting.encode()).unwrap(), greeting);
    }

    #[test]
    fn a_mysql_greeting_has_no_extended_capabilities_whatever_its_reserved_bytes_say() {
        let mut greeting = mariadb();
        greeting.capabilities |= Capabilities::LONG_PASSWORD;
        let decoded = Greeting::decode(&greeting.encode()).unwrap();
        assert_eq!(decoded.mariadb_capabilities, MariadbCapabilities::empty());
    }

    #[test]
    fn a_cut_greeting_is_malformed_at_every_length_but_that_of_the_short_form() {
        let payload = mariadb().encode();
        for len in 0..68 {
            let decoded = Greeting::decode(&payload[..len]);
            assert_eq!(decoded.is_ok(), len == 39, "{len}");
        }
    }
}
