//! The PROXY protocol's header, which load balancers put before a client's first bytes to say where it
//! really came from (haproxy.org, "The PROXY protocol", versions 1 and 2). It belongs to no message.

/// How version 2 begins.
const VERSION_2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// The longest header of version 1, bytes.
const LONGEST_VERSION_1: usize = 107;

/// How many of a client's first bytes are such a header; 0 when there is none. It always comes in one
/// segment, so a part of one is none.
pub(super) fn preamble_len(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"PROXY ") {
        let line = bytes
            .iter()
            .take(LONGEST_VERSION_1)
            .position(|byte| *byte == b'\n');
        return line.map_or(0, |end| end + 1);
    }
    let [version, _, high, low] = match bytes.strip_prefix(VERSION_2).map(<[u8]>::first_chunk) {
        Some(Some(fields)) => *fields,
        _ => return 0,
    };
    let len = VERSION_2.len() + 4 + usize::from(u16::from_be_bytes([high, low]));
    if version >> 4 == 2 && len <= bytes.len() {
        len
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_measured_and_nothing_else_is() {
        let first = b"PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n";
        assert_eq!(
            preamble_len(&[first, &b"GET / HTTP/1.1\r\n"[..]].concat()),
            first.len()
        );
        let second = [VERSION_2, b"\x21\x11\x00\x0c", &[7; 12]].concat();
        assert_eq!(
            preamble_len(&[&second[..], b"GET /"].concat()),
            second.len()
        );
        assert_eq!(preamble_len(&second[..20]), 0);
        assert_eq!(preamble_len(b"PROXY without an end"), 0);
        assert_eq!(preamble_len(b"GET / HTTP/1.1\r\n"), 0);
    }
}
