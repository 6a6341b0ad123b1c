//! Who is the client, when the packets that opened the connection were not seen.

use reprise_wire::Direction;
use reprise_wire::mysql::{Likeness, likeness};

/// What the first bytes a side sent say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Client,
    Server,
}

/// Judges by content; `None` when the bytes could come from either.
pub(super) fn of_sender(bytes: &[u8]) -> Option<Role> {
    http(bytes).or_else(|| tls(bytes)).or_else(|| mysql(bytes))
}

/// Whether the bytes begin with an HTTP request line.
pub(super) fn asks_in_http(bytes: &[u8]) -> bool {
    http(bytes) == Some(Role::Client)
}

/// A status line, or a request line (RFC 9112 sections 3 and 4).
fn http(bytes: &[u8]) -> Option<Role> {
    if bytes.starts_with(b"HTTP/") {
        return Some(Role::Server);
    }
    let line = bytes.split(|byte| *byte == b'\n').next()?;
    let mut words = line.trim_ascii_end().rsplitn(2, |byte| *byte == b' ');
    let (version, before) = (words.next()?, words.next()?);
    let method = before.split(|byte| *byte == b' ').next()?;
    let is_method = !method.is_empty() && method.iter().all(|byte| byte.is_ascii_graphic());
    (is_method && version.starts_with(b"HTTP/")).then_some(Role::Client)
}

/// A handshake record with a ClientHello or a ServerHello (RFC 8446 sections 4 and 5.1).
fn tls(bytes: &[u8]) -> Option<Role> {
    match *bytes.first_chunk::<6>()? {
        [0x16, 3, 0..=4, _, _, 1] => Some(Role::Client),
        [0x16, 3, 0..=4, _, _, 2] => Some(Role::Server),
        _ => None,
    }
}

/// A greeting, a login, a command or the first packet of a reply, told by sequence number and length.
fn mysql(bytes: &[u8]) -> Option<Role> {
    const GREETING: u8 = 10;
    let [a, b, c, sequence, kind] = *bytes.first_chunk::<5>()?;
    let length = usize::try_from(u32::from_le_bytes([a, b, c, 0])).ok()?;
    let rest = bytes.len() - 4;
    match sequence {
        0 if kind == GREETING && length == rest => Some(Role::Server),
        0 if kind <= 0x20 && length == rest => Some(Role::Client),
        1 if likeness(Direction::ToServer, bytes, false) == Likeness::Yes => Some(Role::Client),
        1 if length <= rest => Some(Role::Server),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_judged_by_what_it_says() {
        let login = [
            &b"\x26\x00\x00\x01\x85\xa2\x0e\x00\x00\x00\x00\x01\x2d"[..],
            &[0; 23],
            b"shop\x00\x00",
        ]
        .concat();
        let cases: [(&[u8], Option<Role>); 10] = [
            (b"GET / HTTP/1.1\r\nHost: a\r\n", Some(Role::Client)),
            (b"PURGE /a b HTTP/1.0\r\n", Some(Role::Client)),
            (b"HTTP/1.1 200 OK\r\n", Some(Role::Server)),
            (b"\x16\x03\x01\x00\x05\x01...", Some(Role::Client)),
            (b"\x16\x03\x03\x00\x05\x02...", Some(Role::Server)),
            (b"\x09\x00\x00\x00\x03SELECT 1", Some(Role::Client)),
            (b"\x06\x00\x00\x00\x0a8.0.3", Some(Role::Server)),
            (b"\x01\x00\x00\x01\x01\x17\x00\x00\x02", Some(Role::Server)),
            (&login, Some(Role::Client)),
            (b"anything else", None),
        ];
        for (bytes, expected) in cases {
            assert_eq!(of_sender(bytes), expected, "{bytes:?}");
        }
    }
}
