//! The digest of content too long to be kept, its coding undone while it streams by: what two long answers
//! are compared by.

use std::fmt;
use std::io::{self, Write};

use brotli_decompressor::DecompressorWriter;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use sha2::{Digest, Sha256};

use super::content::{ZSTD_WINDOW_LOG, codings, has_zlib_header};

/// Decoded content is digested up to here, so that a few bytes cannot keep a processor busy for hours; bytes.
const MOST_DECODED: u64 = 1 << 30;

/// What content is, its coding undone: its length and the SHA-256 of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentDigest {
    /// Bytes of the decoded content.
    pub length: u64,
    /// SHA-256 of the decoded content.
    pub sha256: [u8; 32],
}

impl ContentDigest {
    /// The digest of `content`, coded as its `Content-Encoding` says; `None` when that cannot be undone.
    pub fn of(encoding: &[u8], content: &[u8]) -> Option<Self> {
        let mut digester = ContentDigester::new(encoding, content);
        digester.feed(content);
        digester.finish()
    }
}

/// Digests content that comes in pieces.
pub struct ContentDigester(Undo);

/// The coding that is undone on the way.
enum Undo {
    Nothing(Hashed),
    Gzip(Box<MultiGzDecoder<Hashed>>),
    Zlib(Box<ZlibDecoder<Hashed>>),
    Deflate(Box<DeflateDecoder<Hashed>>),
    Brotli(Box<DecompressorWriter<Hashed>>),
    Zstd(Box<zstd::stream::write::Decoder<'static, Hashed>>),
    /// The coding is unknown or nested, or the content is not in it.
    Impossible,
}

/// Where decoded content goes.
#[derive(Default)]
struct Hashed {
    hasher: Sha256,
    length: u64,
}

impl Write for Hashed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.length += bytes.len() as u64;
        if self.length > MOST_DECODED {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.hasher.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl ContentDigester {
    /// Begins with content of this `Content-Encoding`; `beginning` is its first bytes, which are still to be fed.
    pub fn new(encoding: &[u8], beginning: &[u8]) -> Self {
        let sink = Hashed::default();
        let mut codings = codings(encoding);
        let coding = match (codings.next(), codings.next()) {
            (None, _) => return Self(Undo::Nothing(sink)),
            (Some(coding), None) => coding.to_ascii_lowercase(),
            (Some(_), Some(_)) => return Self(Undo::Impossible),
        };
        Self(match coding.as_slice() {
            b"gzip" | b"x-gzip" => Undo::Gzip(Box::new(MultiGzDecoder::new(sink))),
            b"deflate" if has_zlib_header(beginning) => {
                Undo::Zlib(Box::new(ZlibDecoder::new(sink)))
            }
            b"deflate" => Undo::Deflate(Box::new(DeflateDecoder::new(sink))),
            b"br" => Undo::Brotli(Box::new(DecompressorWriter::new(sink, 4096))),
            b"zstd" => zstd_decoder(sink).map_or(Undo::Impossible, |it| Undo::Zstd(Box::new(it))),
            _ => Undo::Impossible,
        })
    }

    /// Takes the next bytes, as coded.
    pub fn feed(&mut self, content: &[u8]) {
        let fed = match &mut self.0 {
            Undo::Nothing(sink) => sink.write_all(content),
            Undo::Gzip(decoder) => decoder.write_all(content),
            Undo::Zlib(decoder) => decoder.write_all(content),
            Undo::Deflate(decoder) => decoder.write_all(content),
            Undo::Brotli(decoder) => decoder.write_all(content),
            Undo::Zstd(decoder) => decoder.write_all(content),
            Undo::Impossible => Ok(()),
        };
        if fed.is_err() {
            self.0 = Undo::Impossible;
        }
    }

    /// What it was; `None` when its coding could not be undone to the end.
    pub fn finish(self) -> Option<ContentDigest> {
        let sink = match self.0 {
            Undo::Nothing(sink) => sink,
            Undo::Gzip(decoder) => decoder.finish().ok()?,
            Undo::Zlib(decoder) => decoder.finish().ok()?,
            Undo::Deflate(decoder) => decoder.finish().ok()?,
            Undo::Brotli(mut decoder) => {
                decoder.close().ok()?;
                decoder.into_inner().ok()?
            }
            Undo::Zstd(mut decoder) => {
                decoder.flush().ok()?;
                decoder.into_inner()
            }
            Undo::Impossible => return None,
        };
        Some(ContentDigest {
            length: sink.length,
            sha256: sink.hasher.finalize().into(),
        })
    }
}

fn zstd_decoder(sink: Hashed) -> Option<zstd::stream::write::Decoder<'static, Hashed>> {
    let mut decoder = zstd::stream::write::Decoder::new(sink).ok()?;
    decoder.window_log_max(ZSTD_WINDOW_LOG).ok()?;
    Some(decoder)
}

impl fmt::Debug for ContentDigester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentDigester").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::*;

    fn text() -> Vec<u8> {
        (0..40_000_u32)
            .flat_map(|i| format!("row {}\n", i * 7).into_bytes())
            .collect()
    }

    #[test]
    fn one_content_has_one_digest_in_every_coding_and_however_it_is_cut() {
        let text = text();
        let plain = ContentDigest::of(b"", &text).unwrap();
        assert_eq!(plain.length, text.len() as u64);
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&text).unwrap();
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        zlib.write_all(&text).unwrap();
        let mut raw = DeflateEncoder::new(Vec::new(), Compression::fast());
        raw.write_all(&text).unwrap();
        for (encoding, coded) in [
            ("identity", text.clone()),
            ("GZIP", gzip.finish().unwrap()),
            ("deflate", zlib.finish().unwrap()),
            ("deflate", raw.finish().unwrap()),
            ("zstd", zstd::encode_all(&text[..], 1).unwrap()),
        ] {
            let mut digester = ContentDigester::new(encoding.as_bytes(), &coded);
            for piece in coded.chunks(777) {
                digester.feed(piece);
            }
            assert_eq!(digester.finish(), Some(plain), "{encoding}");
        }
        // "hello" in one stored brotli metablock
        assert_eq!(
            ContentDigest::of(b"br", b"\x0b\x02\x80hello\x03"),
            ContentDigest::of(b"", b"hello")
        );
        assert_ne!(ContentDigest::of(b"", &text[1..]), Some(plain));
    }

    #[test]
    fn what_cannot_be_decoded_has_no_digest() {
        assert_eq!(ContentDigest::of(b"lzma", b"x"), None);
        assert_eq!(ContentDigest::of(b"gzip, br", b"x"), None);
        assert_eq!(ContentDigest::of(b"gzip", b"not gzip at all"), None);
    }
}
