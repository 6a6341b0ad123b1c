//! Compressed frames: after the login everything may travel in frames of a seven-byte header (length,
//! sequence, length before compression) and a body that is stored, deflated or zstd.
//! Source: MySQL protocol documentation, "Compression". Bounded: one frame is at most 16 MiB on each side.

use std::io::Read;

use super::fields::Fields;
use super::{Compression, Malformed};

const FRAME_HEADER_LEN: usize = 7;

/// Unpacks one direction.
#[derive(Clone, Debug)]
pub(super) struct FrameReader {
    waiting: Vec<u8>,
}

impl FrameReader {
    pub(super) const fn new() -> Self {
        Self {
            waiting: Vec::new(),
        }
    }

    /// Takes the next bytes and gives what they complete. Errors: a frame does not unpack.
    pub(super) fn push(&mut self, bytes: &[u8], kind: Compression) -> Result<Vec<u8>, Malformed> {
        self.waiting.extend_from_slice(bytes);
        let mut out = Vec::new();
        let mut used = 0;
        while let Some((header, body)) = self.waiting.get(used..).and_then(whole_frame) {
            used += FRAME_HEADER_LEN + body.len();
            unpack(header, body, kind, &mut out)?;
        }
        self.waiting.drain(..used);
        Ok(out)
    }

    /// Forgets a half-read frame.
    pub(super) fn reset(&mut self) {
        self.waiting = Vec::new();
    }
}

/// A frame's header.
#[derive(Clone, Copy, Debug)]
struct FrameHeader {
    packed_len: usize,
    /// 0: the body is stored as it is.
    unpacked_len: usize,
}

fn read_header(bytes: &[u8]) -> Result<FrameHeader, Malformed> {
    let mut fields = Fields::new(bytes, "compressed frame");
    let packed_len = fields.u24()? as usize;
    fields.u8()?;
    Ok(FrameHeader {
        packed_len,
        unpacked_len: fields.u24()? as usize,
    })
}

fn whole_frame(bytes: &[u8]) -> Option<(FrameHeader, &[u8])> {
    let header = read_header(bytes).ok()?;
    let body = bytes.get(FRAME_HEADER_LEN..)?.get(..header.packed_len)?;
    Some((header, body))
}

fn unpack(
    header: FrameHeader,
    body: &[u8],
    kind: Compression,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let malformed = Malformed {
        what: "compressed frame",
    };
    if header.unpacked_len == 0 {
        out.extend_from_slice(body);
        return Ok(());
    }
    let limit = header.unpacked_len as u64;
    let read = match kind {
        Compression::Zstd => zstd::stream::read::Decoder::new(body)
            .and_then(|decoder| decoder.take(limit).read_to_end(out)),
        Compression::Plain | Compression::Zlib => flate2::read::ZlibDecoder::new(body)
            .take(limit)
            .read_to_end(out),
    };
    match read {
        Ok(len) if len == header.unpacked_len => Ok(()),
        _ => Err(malformed),
    }
}

/// How a client's bytes are packed when they are exactly one frame: the way to find out mid-connection.
pub(super) fn recognise(bytes: &[u8]) -> Option<Compression> {
    let (header, body) = whole_frame(bytes)?;
    let begins_exchange = bytes.get(3) == Some(&0);
    if !begins_exchange || bytes.len() != FRAME_HEADER_LEN + header.packed_len {
        return None;
    }
    if header.unpacked_len == 0 {
        let inner = body.first_chunk::<4>()?;
        let [a, b, c, _] = *inner;
        let fits = u32::from_le_bytes([a, b, c, 0]) as usize + 4 == body.len();
        return fits.then_some(Compression::Zlib);
    }
    match body {
        [0x78, ..] => Some(Compression::Zlib),
        [0x28, 0xB5, 0x2F, 0xFD, ..] => Some(Compression::Zstd),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn frame(sequence: u8, packed: &[u8], unpacked_len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        super::super::fields::put_u24(&mut out, u32::try_from(packed.len()).unwrap());
        out.push(sequence);
        super::super::fields::put_u24(&mut out, u32::try_from(unpacked_len).unwrap());
        out.extend_from_slice(packed);
        out
    }

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn stored_deflated_and_zstd_frames_unpack_in_any_chunking() {
        let text = b"SELECT 1 FROM t ".repeat(20);
        let zstd = zstd::encode_all(&text[..], 3).unwrap();
        for (kind, packed) in [
            (Compression::Zlib, deflated(&text)),
            (Compression::Zstd, zstd),
        ] {
            let mut wire = frame(0, &text, 0);
            wire.extend(frame(1, &packed, text.len()));
            for size in [1, 7, 1000] {
                let mut reader = FrameReader::new();
                let mut out = Vec::new();
                for chunk in wire.chunks(size) {
                    out.extend(reader.push(chunk, kind).unwrap());
                }
                assert_eq!(out, [&text[..], &text[..]].concat());
            }
            assert_eq!(recognise(&frame(0, &packed, text.len())), Some(kind));
        }
    }

    #[test]
    fn a_frame_that_lies_about_its_length_is_malformed() {
        let wire = frame(0, &deflated(b"abc"), 4);
        assert!(FrameReader::new().push(&wire, Compression::Zlib).is_err());
    }
}
