//! The id of a request and its answer: in newer versions, as hexadecimal digits, the client's port, the
//! server's port, the client's IPv4 address, and a number that tells the connection's requests apart.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// How many digits such an id has.
pub(super) const LENGTH: usize = 24;

/// An id taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Id {
    pub(super) client: SocketAddr,
    pub(super) server_port: u16,
    pub(super) number: u32,
}

impl Id {
    /// Takes an id apart; `None` for one of another make.
    pub(super) fn read(id: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(id).ok()?;
        let part = |range| u32::from_str_radix(text.get(range)?, 16).ok();
        if text.len() != LENGTH {
            return None;
        }
        let port = |range| u16::try_from(part(range)?).ok();
        let address = Ipv4Addr::from(part(8..16)?);
        Some(Self {
            client: SocketAddr::new(IpAddr::V4(address), port(0..4)?),
            server_port: port(4..8)?,
            number: part(16..24)?,
        })
    }

    /// The digits of this id; an IPv6 address gives its last four bytes, as GoReplay writes it.
    pub(super) fn digits(&self) -> String {
        let address = match self.client.ip() {
            IpAddr::V4(address) => u32::from(address),
            IpAddr::V6(address) => {
                let [.., high, low] = address.segments();
                u32::from(high) << 16 | u32::from(low)
            }
        };
        let (client, server) = (self.client.port(), self.server_port);
        format!("{client:04x}{server:04x}{address:08x}{:08x}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_taken_apart_and_put_together_again() {
        let digits = "d1a40050c0a8010700000f01";
        let id = Id::read(digits.as_bytes()).unwrap();
        assert_eq!(id.client.to_string(), "192.168.1.7:53668");
        assert_eq!((id.server_port, id.number), (80, 0xf01));
        assert_eq!(id.digits(), digits);
        assert_eq!(Id::read(b"932079936fa4306fc308d67588178d17d823647c"), None);
        assert_eq!(Id::read(b"zzzz0050c0a8010700000f01"), None);
    }
}
