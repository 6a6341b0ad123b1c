//! Finds packet boundaries in bytes that may begin anywhere: to recognise the protocol, and to get in step
//! after a gap or a mid-connection start. Strict: what passes here is then read as packets.

use super::frames;
use super::{CommandCode, Greeting, HEADER_LEN, LONGEST_PACKET, Login, is_tls_request};
use crate::Direction;

/// Whether some bytes look like this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Likeness {
    /// They do.
    Yes,
    /// They may: more are needed.
    Maybe,
    /// They do not.
    No,
}

/// Judges the first bytes of a direction. A server speaks first: its greeting, or an error in its place,
/// is sure. `midstream`: the bytes may come from anywhere in a connection; then only a client's whole
/// commands are believed, compressed or not, and a server's replies may be replies.
pub fn likeness(direction: Direction, bytes: &[u8], midstream: bool) -> Likeness {
    match direction {
        Direction::ToClient => match opening_of_server(bytes) {
            Likeness::No if midstream && is_chain(bytes) => Likeness::Maybe,
            judged => judged,
        },
        Direction::ToServer if midstream && is_any_command(bytes) => Likeness::Yes,
        Direction::ToServer => opening_of_client(bytes),
    }
}

/// A header and the bytes after it.
fn header(bytes: &[u8]) -> Option<(usize, u8, &[u8])> {
    let ([a, b, c, sequence], rest) = bytes.split_first_chunk::<HEADER_LEN>()?;
    Some((
        u32::from_le_bytes([*a, *b, *c, 0]) as usize,
        *sequence,
        rest,
    ))
}

fn opening_of_server(bytes: &[u8]) -> Likeness {
    const SHORTEST_GREETING: usize = 20;
    const LONGEST_OPENING: usize = 1024;
    let Some((len, sequence, body)) = header(bytes) else {
        // The third byte of such a length is 0; an empty or short start may become one.
        return if bytes.get(2).is_none_or(|high| *high == 0) {
            Likeness::Maybe
        } else {
            Likeness::No
        };
    };
    if sequence != 0 || len > LONGEST_OPENING {
        return Likeness::No;
    }
    match body.first() {
        None => Likeness::Maybe,
        Some(10) if len >= SHORTEST_GREETING => match body.get(..len) {
            None => Likeness::Maybe,
            Some(payload) => match Greeting::decode(payload) {
                Ok(greeting) if is_version(&greeting.server_version) => Likeness::Yes,
                _ => Likeness::No,
            },
        },
        // ERR 1000 to 9999, then text.
        Some(0xFF) if len > 3 => match (body.get(..len), body.get(1..3)) {
            (Some(payload), Some([low, high])) => {
                let code = u16::from_le_bytes([*low, *high]);
                let text = payload.get(3..).unwrap_or_default();
                let is_error = (1000..10_000).contains(&code) && is_text(text);
                if is_error && body.len() == len {
                    Likeness::Yes
                } else {
                    Likeness::No
                }
            }
            _ => Likeness::Maybe,
        },
        Some(_) => Likeness::No,
    }
}

fn is_any_command(bytes: &[u8]) -> bool {
    is_command_boundary(bytes) || frames::recognise(bytes).is_some()
}

/// A client's first packet, when the greeting was lost: its login, or that it wants TLS first.
fn opening_of_client(bytes: &[u8]) -> Likeness {
    let Some((len, sequence, body)) = header(bytes) else {
        return Likeness::No;
    };
    let zeros = body
        .get(9..28)
        .is_some_and(|filler| filler.iter().all(|byte| *byte == 0));
    let whole = body.get(..len).filter(|_| body.len() == len);
    match whole {
        Some(payload) if sequence == 1 && zeros => {
            if is_tls_request(payload) || Login::decode(payload).is_ok() {
                Likeness::Yes
            } else {
                Likeness::No
            }
        }
        _ => Likeness::No,
    }
}

fn is_version(version: &[u8]) -> bool {
    !version.is_empty() && version.iter().all(|byte| (b' '..0x7F).contains(byte))
}

fn is_text(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|byte| *byte >= b' ' || matches!(byte, b'\n' | b'\r' | b'\t'))
}

/// Whether `bytes` begin with two packets or more whose numbers follow each other.
fn is_chain(bytes: &[u8]) -> bool {
    let Some((len, sequence, rest)) = header(bytes) else {
        return false;
    };
    let next = rest.get(len..).and_then(header);
    next.is_some_and(|(_, following, _)| len > 0 && following == sequence.wrapping_add(1))
}

/// Whether a client's `bytes` begin at a command: whole commands up to their end, or the beginning of one
/// that is longer.
pub(super) fn is_command_boundary(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some((len, 0, body)) = header(rest) else {
            return false;
        };
        let whole = body.len() >= len;
        let (payload, after) = body.split_at(len.min(body.len()));
        let Some((&code, arguments)) = payload.split_first() else {
            return false;
        };
        if !is_plausible(code, len - 1, arguments, whole) {
            return false;
        }
        rest = after;
    }
    !bytes.is_empty()
}

/// Whether a command's body may be what its code says; `len` is its whole length.
fn is_plausible(code: u8, len: usize, body: &[u8], whole: bool) -> bool {
    use CommandCode as Code;
    let Some(code) = CommandCode::from_byte(code) else {
        return false;
    };
    match code {
        Code::Quit | Code::Ping | Code::Statistics | Code::ResetConnection | Code::ProcessInfo => {
            len == 0
        }
        Code::StmtClose | Code::StmtReset => len == 4,
        Code::StmtFetch => len == 8,
        Code::SetOption => len == 2,
        Code::StmtExecute => len >= 9,
        Code::StmtSendLongData => len >= 6,
        Code::StmtBulkExecute => {
            len >= 6 && matches!(body, [_, _, _, _, 0 | 64 | 128 | 192, 0, ..])
        }
        Code::InitDb => whole && len >= 1 && is_text(body),
        Code::FieldList => whole && body.contains(&0),
        Code::ChangeUser => whole && len >= 3,
        Code::StmtPrepare => begins_sql(body),
        // Attributes come before the SQL on some connections.
        Code::Query => begins_sql(body) || matches!(body, [0..=8, 1, ..]),
        _ => false,
    }
}

fn begins_sql(body: &[u8]) -> bool {
    let start = body.get(..body.len().min(16)).unwrap_or_default();
    !start.is_empty() && is_text(start)
}

/// Whether a server's `bytes` begin with the packet of this number, and go on with the next one.
pub(super) fn is_reply_boundary(bytes: &[u8], sequence: u8) -> bool {
    let Some((len, found, rest)) = header(bytes) else {
        return false;
    };
    if found != sequence || len == 0 {
        return false;
    }
    match rest.get(len..).and_then(header) {
        Some((_, following, _)) => following == sequence.wrapping_add(1),
        None => len <= LONGEST_PACKET,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_greeting_and_an_error_in_its_place_are_sure() {
        let greeting = b"\x4a\0\0\0\x0a5.7.1\0\x01\0\0\0abcdefgh\0";
        let judge = |bytes: &[u8]| likeness(Direction::ToClient, bytes, false);
        assert_eq!(judge(greeting), Likeness::Maybe);
        assert_eq!(
            judge(b"\x17\0\0\0\xff\x10\x04Too many connections"),
            Likeness::Yes
        );
        assert_eq!(judge(b"\x17\0\0\0\xff\x10\x04Too many"), Likeness::Maybe);
        assert_eq!(judge(b"HTTP/1.1 200 OK\r\n\r\n"), Likeness::No);
        assert_eq!(judge(b"220 mail ESMTP\r\n"), Likeness::No);
        assert_eq!(judge(b"\x16\x03\x01\x02\x00\x01"), Likeness::No);
    }

    #[test]
    fn amid_a_connection_whole_commands_are_believed() {
        let judge = |bytes: &[u8]| likeness(Direction::ToServer, bytes, true);
        assert_eq!(judge(b"\x09\0\0\0\x03SELECT 1"), Likeness::Yes);
        assert_eq!(judge(b"\x01\0\0\0\x0e"), Likeness::Yes);
        // A close and a prepare in one segment.
        assert_eq!(
            judge(b"\x05\0\0\0\x19\x01\0\0\0\x09\0\0\0\x16SELECT 2"),
            Likeness::Yes
        );
        // The front of a long INSERT.
        assert_eq!(
            judge(b"\xff\xff\0\0\x03INSERT INTO t VALUES (1"),
            Likeness::Yes
        );
        assert_eq!(judge(b"ECT 1"), Likeness::No);
        assert_eq!(judge(b"GET / HTTP/1.1\r\n\r\n"), Likeness::No);
        assert_eq!(judge(b"\x09\0\0\x01\x03SELECT 1"), Likeness::No);
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(bytes in prop::collection::vec(any::<u8>(), 0..80), midstream in any::<bool>()) {
            likeness(Direction::ToServer, &bytes, midstream);
            likeness(Direction::ToClient, &bytes, midstream);
            is_reply_boundary(&bytes, 1);
        }
    }
}
