//! Finds where HTTP begins again after a hole or bytes that are no HTTP: at the beginning of a segment, or
//! after an empty line. Stricter than reading a message in its place, since a body may hold anything.

use memchr::memchr;

use super::head::{Version, parse_request_line, parse_status_line};
use super::line::split_line;
use super::stream::Side;

/// The longest method believed after a hole.
const LONGEST_METHOD: usize = 20;

/// Where in `bytes` a message begins. `segment_start`: they begin where a packet's bytes begin.
pub(crate) fn find_start(side: Side, bytes: &[u8], segment_start: bool) -> Option<usize> {
    if segment_start && is_message_start(side, bytes) {
        return Some(0);
    }
    let mut rest = bytes;
    while let Some(at) = memchr(b'\n', rest) {
        rest = rest.get(at + 1..).unwrap_or_default();
        let after_blank = rest
            .strip_prefix(b"\r\n")
            .or_else(|| rest.strip_prefix(b"\n"));
        if let Some(after) = after_blank
            && !after.is_empty()
            && is_message_start(side, after)
        {
            return Some(bytes.len() - after.len());
        }
    }
    None
}

/// Whether `bytes` surely look like a message, as far as they go.
pub(crate) fn is_message_start(side: Side, bytes: &[u8]) -> bool {
    match side {
        Side::Requests => is_request_start(bytes),
        Side::Responses => is_response_start(bytes),
    }
}

fn is_request_start(bytes: &[u8]) -> bool {
    let method = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'))
        .count();
    if !(3..=LONGEST_METHOD).contains(&method) {
        return false;
    }
    let target = bytes.get(method..).unwrap_or_default();
    if !matches!(target, [b' ', b'/' | b'*' | b'a'..=b'z' | b'A'..=b'Z', ..]) {
        return false;
    }
    match split_line(bytes) {
        Some((line, _)) => {
            parse_request_line(line).is_some_and(|(_, _, version)| version >= Version::HTTP_1_0)
        }
        // Lines of other protocols begin with a word in capitals, too.
        None => matches!(target, [b' ', b'/' | b'*', ..]) || target.starts_with(b" http"),
    }
}

fn is_response_start(bytes: &[u8]) -> bool {
    match bytes {
        [
            b'H',
            b'T',
            b'T',
            b'P',
            b'/',
            b'1',
            b'.',
            b'0' | b'1',
            b' ',
            b'1'..=b'9',
            ..,
        ] => split_line(bytes).is_none_or(|(line, _)| parse_status_line(line).is_some()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_begins_at_a_segment_or_after_an_empty_line() {
        let requests = |bytes: &[u8], at_start| find_start(Side::Requests, bytes, at_start);
        assert_eq!(requests(b"GET / HTTP/1.1\r\n", true), Some(0));
        assert_eq!(requests(b"GET / HTTP/1.1\r\n", false), None);
        assert_eq!(requests(b"GET /unfinished", true), Some(0));
        assert_eq!(requests(b"GET http://proxied", true), Some(0));
        assert_eq!(requests(b"MAIL FROM:<unfinished", true), None);
        assert_eq!(requests(b"a: b\r\n\r\nPUT /x HTTP/1.1\r\n", false), Some(8));
        assert_eq!(
            requests(b"the end\nGET / HTTP/1.1\n\nGET is a verb\n", true),
            None
        );
        let responses = |bytes: &[u8]| find_start(Side::Responses, bytes, true);
        assert_eq!(responses(b"HTTP/1.1 200 OK\r\n"), Some(0));
        assert_eq!(responses(b"HTTP/1.1 is a protocol\r\n"), None);
        assert_eq!(responses(b"x\n\nHTTP/1.0 404"), Some(3));
    }
}
