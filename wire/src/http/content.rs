//! Content codings undone for reading: gzip, deflate (zlib or raw), br, zstd, in any nesting. The output
//! is capped, so a few bytes cannot become gigabytes.

use std::borrow::Cow;
use std::io::Read;

/// Content with its codings undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    /// The content, up to the cap; borrowed when there was no coding.
    pub bytes: Cow<'a, [u8]>,
    /// False when the cap or a damaged end cut it.
    pub complete: bool,
}

/// Why content could not be decoded. The text completes "failed to ...".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// The coding is none of those known here.
    #[error("decode content: the coding {0:?} is unknown (known are gzip, deflate, br and zstd)")]
    Unknown(String),
    /// The content is not in the coding it claims.
    #[error("decode content: it is not valid {0}")]
    Damaged(&'static str),
    /// More codings than anyone uses.
    #[error("decode content: more than {MOST_CODINGS} codings are nested")]
    TooNested,
}

/// Nested codings beyond this are an attack.
const MOST_CODINGS: usize = 4;

/// The largest window a zstd content coding may ask for is 8 MiB (RFC 9659).
pub(super) const ZSTD_WINDOW_LOG: u32 = 23;

/// Undoes the codings that a `Content-Encoding` value names, last first, keeping at most `cap` bytes.
/// A damaged end gives what came before it.
///
/// # Errors
/// A coding is unknown, or nothing could be read in it.
pub fn decode_content<'a>(
    encoding: &[u8],
    body: &'a [u8],
    cap: usize,
) -> Result<Decoded<'a>, ContentError> {
    let codings: Vec<&[u8]> = codings(encoding).collect();
    if codings.len() > MOST_CODINGS {
        return Err(ContentError::TooNested);
    }
    let (kept, complete) = match body.get(..cap) {
        Some(kept) if codings.is_empty() => (kept, kept.len() == body.len()),
        _ => (body, true),
    };
    let mut decoded = Decoded {
        bytes: Cow::Borrowed(kept),
        complete,
    };
    for coding in codings.iter().rev() {
        let (bytes, complete) = decode_one(coding, &decoded.bytes, cap)?;
        decoded = Decoded {
            bytes: Cow::Owned(bytes),
            complete: decoded.complete && complete,
        };
    }
    Ok(decoded)
}

/// The codings that a `Content-Encoding` value names, in the order they were applied.
pub(super) fn codings(encoding: &[u8]) -> impl Iterator<Item = &[u8]> {
    encoding
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity"))
}

/// Undoes one coding: the content, and whether all of it is there.
fn decode_one(coding: &[u8], body: &[u8], cap: usize) -> Result<(Vec<u8>, bool), ContentError> {
    if body.is_empty() {
        return Ok((Vec::new(), true));
    }
    match coding.to_ascii_lowercase().as_slice() {
        b"gzip" | b"x-gzip" => read_capped(flate2::read::MultiGzDecoder::new(body), cap, "gzip"),
        b"deflate" if has_zlib_header(body) => {
            read_capped(flate2::read::ZlibDecoder::new(body), cap, "deflate")
        }
        b"deflate" => read_capped(flate2::read::DeflateDecoder::new(body), cap, "deflate"),
        b"br" => read_capped(
            brotli_decompressor::Decompressor::new(body, 4096),
            cap,
            "br",
        ),
        b"zstd" => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(body)
                .map_err(|_| ContentError::Damaged("zstd"))?;
            decoder
                .window_log_max(ZSTD_WINDOW_LOG)
                .map_err(|_| ContentError::Damaged("zstd"))?;
            read_capped(decoder, cap, "zstd")
        }
        other => Err(ContentError::Unknown(other.escape_ascii().to_string())),
    }
}

/// Many servers send `deflate` without the zlib wrapper that RFC 9110 section 8.4.1.2 asks for.
pub(super) fn has_zlib_header(body: &[u8]) -> bool {
    let [first, second, ..] = body else {
        return false;
    };
    first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)) % 31 == 0
}

/// Reads up to `cap` bytes: them, and whether that was all.
fn read_capped(
    reader: impl Read,
    cap: usize,
    name: &'static str,
) -> Result<(Vec<u8>, bool), ContentError> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(cap).unwrap_or(u64::MAX).saturating_add(1);
    let ended = reader.take(limit).read_to_end(&mut bytes).is_ok();
    if !ended && bytes.is_empty() {
        return Err(ContentError::Damaged(name));
    }
    let complete = ended && bytes.len() <= cap;
    bytes.truncate(cap);
    Ok((bytes, complete))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn decoded(encoding: &str, body: &[u8], cap: usize) -> (Vec<u8>, bool) {
        let decoded = decode_content(encoding.as_bytes(), body, cap).unwrap();
        (decoded.bytes.into_owned(), decoded.complete)
    }

    #[test]
    fn every_coding_is_undone() {
        let text = b"the quick brown fox jumps over the lazy dog".repeat(20);
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&text).unwrap();
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(&text).unwrap();
        let zstd = zstd::encode_all(&text[..], 1).unwrap();
        for (encoding, body) in [
            ("gzip", gzip(&text)),
            ("X-GZIP", gzip(&text)),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("zstd", zstd.clone()),
            ("zstd, gzip", gzip(&zstd)),
            ("identity", text.clone()),
            ("", text.clone()),
        ] {
            assert_eq!(
                decoded(encoding, &body, 1 << 20),
                (text.clone(), true),
                "{encoding}"
            );
        }
        // "hello" in one stored brotli metablock
        let brotli = b"\x0b\x02\x80hello\x03";
        assert_eq!(decoded("br", brotli, 100), (b"hello".to_vec(), true));
    }

    #[test]
    fn a_bomb_stops_at_the_cap() {
        let bomb = gzip(&vec![0; 5 << 20]);
        assert_eq!(decoded("gzip", &bomb, 1000), (vec![0; 1000], false));
        assert_eq!(decoded("", b"abc", 2), (b"ab".to_vec(), false));
        assert_eq!(decoded("", b"abc", 3), (b"abc".to_vec(), true));
    }

    #[test]
    fn a_cut_off_end_gives_what_came_before_it() {
        let whole = gzip(b"abcdefgh");
        let (bytes, complete) = decoded("gzip", &whole[..whole.len() - 6], 100);
        assert_eq!((bytes.as_slice(), complete), (&b"abcdefgh"[..], false));
    }

    #[test]
    fn what_cannot_be_decoded_says_why() {
        let unknown = decode_content(b"lzma", b"x", 10).unwrap_err();
        assert_eq!(unknown, ContentError::Unknown("lzma".into()));
        assert_eq!(
            decode_content(b"gzip", b"nope", 10),
            Err(ContentError::Damaged("gzip"))
        );
        assert_eq!(
            decode_content(b"br,br,br,br,br", b"x", 1),
            Err(ContentError::TooNested)
        );
    }
}
