//! What content is, by its media type and by how it begins.

/// So many bytes tell whether content is text.
const TOLD_BY: usize = 256;

/// Whether a media type begins so, in any case.
pub(super) fn is(kind: &[u8], start: &[u8]) -> bool {
    kind.get(..start.len())
        .is_some_and(|kind| kind.eq_ignore_ascii_case(start))
}

/// Whether a word is part of a media type, in any case.
pub(super) fn contains(kind: &[u8], word: &[u8]) -> bool {
    kind.windows(word.len()).any(|part| is(part, word))
}

/// Whether what is no document of JSON from its first byte on may be one, or many.
pub(super) fn may_be_json(kind: &[u8]) -> bool {
    contains(kind, b"json") || is(kind, b"text/event-stream") || contains(kind, b"graphql")
}

/// Pictures, sound and fonts hold no text.
pub(super) fn is_media(kind: &[u8]) -> bool {
    [&b"image/"[..], b"audio/", b"video/", b"font/"]
        .iter()
        .any(|start| is(kind, start))
        && !is(kind, b"image/svg")
}

/// Whether content is pairs of names and values and nothing else.
pub(super) fn looks_like_form(content: &[u8]) -> bool {
    memchr::memchr(b'=', content).is_some()
        && content
            .iter()
            .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'<' | b'{'))
}

/// Whether content begins as text does. Zeros are holes in what was captured.
pub(super) fn is_text(content: &[u8]) -> bool {
    let start = content.get(..TOLD_BY.min(content.len()));
    start
        .unwrap_or_default()
        .iter()
        .all(|byte| !byte.is_ascii_control() || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0))
}
