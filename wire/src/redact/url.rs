//! Percent-encoding, and secrets in the query of a request target or a URL (RFC 3986 section 3.4).

use super::Pass;
use super::form;

/// A target or URL with the secrets of its query replaced; `None` when there are none.
pub(super) fn redact(target: &[u8], pass: &mut Pass<'_>) -> Option<Vec<u8>> {
    let question = memchr::memchr(b'?', target)?;
    let (path, query) = target.split_at_checked(question + 1)?;
    let fragment = memchr::memchr(b'#', query).unwrap_or(query.len());
    let (query, fragment) = query.split_at_checked(fragment)?;
    let query = form::redact(query, pass)?;
    Some([path, &query, fragment].concat())
}

/// Percent-decoding with `+` for a blank, as forms have it; what is not an escape stays as it is.
pub(super) fn decode(text: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    decoded.push(high << 4 | low);
                    rest = after;
                }
                _ => decoded.push(b'%'),
            },
            (b'+', _) => decoded.push(b' '),
            _ => decoded.push(*byte),
        }
    }
    decoded
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}
