//! Recognises a protocol by the first bytes of a direction.

mod other;

use super::Spoken;
use crate::Direction;
use crate::http::{Side, Start, is_lead, is_message_start, request_start, response_start};
use crate::mysql::{Likeness, likeness};

/// What some first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// They speak this.
    Is(Spoken),
    /// More bytes are needed.
    Maybe,
    /// They speak nothing known.
    No,
}

/// The client's first bytes in HTTP/2 with prior knowledge (RFC 9113 section 3.4).
const HTTP2_PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Judges the first `bytes` of a direction; `midstream`: they may come from anywhere in it, so only what
/// leaves no doubt counts.
pub(super) fn recognise(direction: Direction, bytes: &[u8], midstream: bool) -> Verdict {
    if bytes.len() < HTTP2_PREFACE.len() && HTTP2_PREFACE.starts_with(bytes) {
        return Verdict::Maybe;
    }
    if bytes.starts_with(HTTP2_PREFACE) {
        return Verdict::Is(Spoken::Http2);
    }
    match tls_record(bytes, midstream) {
        Start::Yes => return Verdict::Is(Spoken::Tls),
        Start::Maybe => return Verdict::Maybe,
        Start::No => {}
    }
    let start = match (direction, midstream) {
        // Empty lines before a request are no part of it (RFC 9112 section 2.2).
        (Direction::ToServer, false) => request_start(bytes.trim_ascii_start()),
        (Direction::ToClient, false) => response_start(bytes),
        (Direction::ToServer, true) => strict_start(Side::Requests, bytes),
        (Direction::ToClient, true) => strict_start(Side::Responses, bytes),
    };
    if start == Start::Yes {
        return Verdict::Is(Spoken::Http);
    }
    // In the middle of a connection the first bytes seen are not those it began with.
    let other = if midstream {
        Verdict::No
    } else {
        other::recognise(direction, bytes)
    };
    match (other, likeness(direction, bytes, midstream), start) {
        (Verdict::Is(spoken), ..) => Verdict::Is(spoken),
        (_, Likeness::Yes, _) => Verdict::Is(Spoken::Mysql),
        (Verdict::No, Likeness::No, Start::No | Start::Yes) => Verdict::No,
        _ => Verdict::Maybe,
    }
}

/// Where a message looks begun it is believed, so that its rest is not lost while waiting.
fn strict_start(side: Side, bytes: &[u8]) -> Start {
    if is_message_start(side, bytes) {
        Start::Yes
    } else if is_lead(side, bytes) {
        Start::Maybe
    } else {
        Start::No
    }
}

/// Whether what is held of a direction in the middle of a connection is at most the front of an HTTP message: it may also
/// be the end of anything, and then what follows is judged without it.
pub(super) fn is_held_lead(direction: Direction, held: &[u8]) -> bool {
    match direction {
        Direction::ToServer => is_lead(Side::Requests, held),
        Direction::ToClient => is_lead(Side::Responses, held),
    }
}

/// A TLS record header (RFC 8446 section 5.1; SSL 3.0 is gone): a handshake at the beginning, any record later.
fn tls_record(bytes: &[u8], midstream: bool) -> Start {
    match bytes {
        [0x16] | [0x16, 0x03] => Start::Maybe,
        [0x16, 0x03, 1..=3, ..] => Start::Yes,
        [0x14 | 0x15 | 0x17, 0x03, 1..=3, high, _, ..] if midstream && *high <= 0x48 => Start::Yes,
        _ => Start::No,
    }
}

/// Whether a TLS connection begins with these bytes.
pub(crate) fn is_tls_handshake(bytes: &[u8]) -> bool {
    tls_record(bytes, false) == Start::Yes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(bytes: &[u8]) -> Verdict {
        recognise(Direction::ToServer, bytes, false)
    }

    fn server(bytes: &[u8]) -> Verdict {
        recognise(Direction::ToClient, bytes, false)
    }

    #[test]
    fn protocols_are_told_by_their_first_bytes() {
        assert_eq!(client(b"GET / HTTP/1.1\r\n"), Verdict::Is(Spoken::Http));
        assert_eq!(client(b"GET /long"), Verdict::Maybe);
        assert_eq!(client(b"PRI * HTTP/2.0\r\n\r\nS"), Verdict::Maybe);
        assert_eq!(client(HTTP2_PREFACE), Verdict::Is(Spoken::Http2));
        assert_eq!(
            client(b"\x16\x03\x01\x02\x00\x01"),
            Verdict::Is(Spoken::Tls)
        );
        assert_eq!(client(b"SSH-2.0-x"), Verdict::Is(Spoken::Ssh));
        assert_eq!(client(b"NOOP example.org\r\n"), Verdict::No);
        assert_eq!(server(b"HTTP/1.1 200 OK\r\n"), Verdict::Is(Spoken::Http));
        assert_eq!(server(b"421 busy\r\n"), Verdict::No);
        assert_eq!(server(b"SSH-2.0-x"), Verdict::Is(Spoken::Ssh));
    }

    #[test]
    fn in_the_middle_of_a_connection_only_what_leaves_no_doubt_counts() {
        let middle = |bytes| recognise(Direction::ToServer, bytes, true);
        assert_eq!(middle(b"word after word"), Verdict::No);
        assert_eq!(middle(b"PO"), Verdict::Maybe);
        assert_eq!(middle(b"po"), Verdict::No);
        assert_eq!(middle(b"POST /unfinished"), Verdict::Is(Spoken::Http));
        assert_eq!(middle(b"\x17\x03\x03\x00\x20xyz"), Verdict::Is(Spoken::Tls));
    }

    #[test]
    fn a_mysql_server_is_told_by_its_greeting_however_it_is_cut() {
        let mut greeting =
            b"\x0a8.0.36\0\x05\0\0\0abcdefgh\0\xff\xff\xff\x02\0\xff\xdf\x15".to_vec();
        greeting.extend_from_slice(&[0; 10]);
        greeting.extend_from_slice(b"ijklmnopqrst\0mysql_native_password\0");
        let length = u8::try_from(greeting.len()).unwrap();
        let packet = [&[length, 0, 0, 0][..], &greeting].concat();
        assert_eq!(server(&packet), Verdict::Is(Spoken::Mysql));
        for cut in 0..packet.len() {
            assert_eq!(server(&packet[..cut]), Verdict::Maybe, "cut at {cut}");
        }
    }

    #[test]
    fn a_mysql_command_is_believed_in_the_middle_of_a_connection() {
        let query = b"\x09\0\0\0\x03SELECT 1";
        assert_eq!(
            recognise(Direction::ToServer, query, true),
            Verdict::Is(Spoken::Mysql)
        );
        assert_eq!(client(query), Verdict::No);
    }
}
