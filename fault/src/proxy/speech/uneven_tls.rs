//! MySQL where one side speaks TLS and the other does not: a request for TLS is a packet more on one of them, so
//! that packets of the login are numbered differently. Protocol::SSLRequest and Protocol::HandshakeResponse41 of
//! the MySQL documentation.

use reprise_wire::mysql::{Capabilities, HEADER_LEN};

use crate::proxy::tls::Upgrade;

/// Bytes of a request for TLS: those that a login begins with.
const REQUEST: usize = 32;

/// Bytes of a greeting between the end of the server's version and its capabilities: the connection's number, eight
/// random bytes, a zero.
const BEFORE_CAPABILITIES: usize = 4 + 8 + 1;

/// Bytes between the two halves of a greeting's capabilities: the collation, the status.
const BETWEEN_CAPABILITIES: usize = 1 + 2;

/// Which side has a packet more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum UnevenTls {
    /// None of them.
    #[default]
    No,
    /// The client asked for TLS; the server knows nothing of it.
    WithClient,
    /// The server was asked for TLS; the client knows nothing of it.
    WithServer,
}

impl UnevenTls {
    /// Numbers a client's packet as the server expects it.
    pub(super) fn number_for_server(self, packet: &mut [u8]) {
        match self {
            Self::No => {}
            Self::WithClient => number(packet, u8::MAX),
            Self::WithServer => number(packet, 1),
        }
    }

    /// Numbers a server's packet as the client expects it.
    pub(super) fn number_for_client(self, packet: &mut [u8]) {
        match self {
            Self::No => {}
            Self::WithClient => number(packet, 1),
            Self::WithServer => number(packet, u8::MAX),
        }
    }

    /// Says in a login what the server knows of TLS.
    pub(super) fn log_in(self, login: &mut [u8]) {
        let Some(low) = login.get_mut(HEADER_LEN..HEADER_LEN + 2) else {
            return;
        };
        match self {
            Self::No => {}
            Self::WithClient => set(low, Capabilities::SSL, false),
            Self::WithServer => set(low, Capabilities::SSL, true),
        }
    }
}

/// A request for TLS as the client that logs in like this would have sent it.
pub(super) fn request(login: &[u8]) -> Vec<u8> {
    let mut request = vec![REQUEST as u8, 0, 0, 1];
    let payload = login.get(HEADER_LEN..).unwrap_or_default();
    request.extend(payload.iter().take(REQUEST));
    request.resize(HEADER_LEN + REQUEST, 0);
    if let Some(low) = request.get_mut(HEADER_LEN..HEADER_LEN + 2) {
        set(low, Capabilities::SSL, true);
    }
    request
}

/// Makes a greeting offer what the proxy offers. Where TLS will be of one side only, compression is not offered:
/// numbers inside it would have to be changed as well.
pub(super) fn offer(greeting: &mut [u8], upgrade: Upgrade) {
    let version = greeting.iter().skip(HEADER_LEN + 1);
    let Some(version) = version
        .take_while(|byte| **byte != 0)
        .count()
        .checked_add(1)
    else {
        return;
    };
    let at = HEADER_LEN + 1 + version + BEFORE_CAPABILITIES;
    let Some(low) = greeting.get_mut(at..at + 2) else {
        return;
    };
    if upgrade == Upgrade::WhereAsked && has(low, Capabilities::SSL) {
        return;
    }
    set(low, Capabilities::SSL, upgrade == Upgrade::WhereAsked);
    set(low, Capabilities::COMPRESS, false);
    let at = at + 2 + BETWEEN_CAPABILITIES;
    if let Some(high) = greeting.get_mut(at..at + 2) {
        let zstd = (Capabilities::ZSTD_COMPRESSION.bits() >> 16) as u16;
        let rest = u16::from_le_bytes([high[0], high[1]]) & !zstd;
        high.copy_from_slice(&rest.to_le_bytes());
    }
}

fn number(packet: &mut [u8], by: u8) {
    if let Some(number) = packet.get_mut(HEADER_LEN - 1) {
        *number = number.wrapping_add(by);
    }
}

/// Whether the lower half of capabilities has this one.
fn has(low: &[u8], capability: Capabilities) -> bool {
    let bits = low.first_chunk::<2>().map(|low| u16::from_le_bytes(*low));
    u32::from(bits.unwrap_or(0)) & capability.bits() != 0
}

fn set(low: &mut [u8], capability: Capabilities, on: bool) {
    let Some(low) = low.first_chunk_mut::<2>() else {
        return;
    };
    let bits = u16::from_le_bytes(*low);
    let bit = capability.bits() as u16;
    let bits = if on { bits | bit } else { bits & !bit };
    *low = bits.to_le_bytes();
}

#[cfg(test)]
mod tests {
    use reprise_wire::mysql::{Greeting, is_tls_request};

    use super::*;

    const GREETING: &[u8] = b"\x4a\0\0\0\x0a5.5\0\x01\0\0\0abcdefgh\0\xff\xff\x08\x02\0\x0f\x84\x15\0\0\0\0\0\0\0\0\0\0abcdefghijkl\0";

    fn offered(upgrade: Upgrade, lacking: Capabilities) -> Capabilities {
        let mut greeting = GREETING.to_vec();
        set(&mut greeting[22..24], lacking, false);
        offer(&mut greeting, upgrade);
        Greeting::decode(&greeting[HEADER_LEN..])
            .unwrap()
            .capabilities
    }

    #[test]
    fn a_greeting_offers_what_the_proxy_does() {
        let all = Capabilities::SSL | Capabilities::COMPRESS | Capabilities::ZSTD_COMPRESSION;
        // a server with TLS is as it says itself
        assert!(offered(Upgrade::WhereAsked, Capabilities::empty()).contains(all));
        let given = offered(Upgrade::WhereAsked, Capabilities::SSL);
        assert_eq!(given & all, Capabilities::SSL);
        assert!((offered(Upgrade::Behind, Capabilities::empty()) & all).is_empty());
    }

    #[test]
    fn a_server_is_asked_for_tls_with_the_beginning_of_a_login() {
        let mut login = vec![40, 0, 0, 1, 0x05, 0xa2];
        login.resize(HEADER_LEN + 40, 7);
        let request = request(&login);
        assert!(is_tls_request(&request[HEADER_LEN..]));
        assert_eq!(request[..4], [32, 0, 0, 1]);
        UnevenTls::WithServer.log_in(&mut login);
        UnevenTls::WithServer.number_for_server(&mut login);
        assert_eq!(login[..6], [40, 0, 0, 2, 0x05, 0xaa]);
        UnevenTls::WithServer.number_for_client(&mut login);
        UnevenTls::WithClient.log_in(&mut login);
        assert_eq!(login[..6], [40, 0, 0, 1, 0x05, 0xa2]);
    }
}
