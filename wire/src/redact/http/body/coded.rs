//! Content that has a coding which no field tells: files that are sent packed, what loggers send.

use crate::http::{decode_content, encode};
use crate::redact::Pass;

use super::kind::{contains, is};
use super::{DECODED_CAP, redact_content};

/// What the codings begin with.
const BEGINNINGS: [(&[u8], &[u8]); 6] = [
    (b"\x1F\x8B\x08", b"gzip"),
    (b"\x28\xB5\x2F\xFD", b"zstd"),
    (b"\x78\x01", b"deflate"),
    (b"\x78\x5E", b"deflate"),
    (b"\x78\x9C", b"deflate"),
    (b"\x78\xDA", b"deflate"),
];
/// So much of it has to decode.
const TRIED: usize = 64;

/// The coding that content is seen to have.
pub(in crate::redact::http) fn undeclared_coding(content: &[u8]) -> Option<&'static [u8]> {
    // nearly all content begins with a letter or a brace
    if !matches!(content.first(), Some(0x1F | 0x28 | 0x78)) {
        return None;
    }
    let (_, coding) = BEGINNINGS
        .iter()
        .find(|(start, _)| content.starts_with(start))?;
    let decoded = decode_content(coding, content, TRIED).ok()?;
    (!decoded.bytes.is_empty()).then_some(*coding)
}

/// The content with its secrets replaced, under the same coding; `None` when there are none.
pub(super) fn redact(
    content: &[u8],
    coding: &[u8],
    kind: &[u8],
    pass: &mut Pass,
) -> Option<Vec<u8>> {
    let decoded = decode_content(coding, content, DECODED_CAP).ok()?;
    let over_cap = !decoded.complete && decoded.bytes.len() >= DECODED_CAP;
    pass.over_cap |= over_cap;
    let is_packed = contains(kind, b"zip") || contains(kind, b"zstd") || contains(kind, b"octet");
    let kind = if is_packed || is(kind, b"binary") {
        b""
    } else {
        kind
    };
    let redacted = redact_content(&decoded.bytes, kind, true, pass);
    let cut = || over_cap.then(|| decoded.bytes.to_vec());
    encode(&redacted.or_else(cut)?, coding)?.ok()
}
