//! Compressed frames: after the login everything may travel in frames of a seven-byte header (length,
//! sequence, length before compression) and a body that is stored, deflated or zstd.
//! Source: MySQL protocol documentation, "Compression". Bounded: one frame is at most 16 MiB on each side.

mod beginning;

use std::io::{Read, Write};

use super::fields::{Fields, put_u24};
use super::{Compression, Malformed};
pub(super) use beginning::{Awaited, begins_reply, recognise};

const FRAME_HEADER_LEN: usize = 7;

/// Unpacks one direction.
#[derive(Clone, Debug)]
pub(super) struct FrameReader {
    waiting: Vec<u8>,
    /// The number of the last whole frame.
    last_sequence: u8,
}

impl FrameReader {
    pub(super) const fn new() -> Self {
        Self {
            waiting: Vec::new(),
            last_sequence: 0,
        }
    }

    /// Takes the next bytes and gives what they complete; each frame shows how it is packed. Errors: a frame
    /// does not unpack.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
        self.waiting.extend_from_slice(bytes);
        let mut out = Vec::new();
        let mut used = 0;
        while let Some((header, body)) = self.waiting.get(used..).and_then(whole_frame) {
            used += FRAME_HEADER_LEN + body.len();
            self.last_sequence = header.sequence;
            unpack(header, body, &mut out)?;
        }
        self.waiting.drain(..used);
        Ok(out)
    }

    /// Forgets a half-read frame and tells how much of it had come.
    pub(super) fn reset(&mut self) -> usize {
        std::mem::take(&mut self.waiting).len()
    }

    /// Bytes kept of a frame that is not whole yet.
    pub(super) const fn held_bytes(&self) -> usize {
        self.waiting.len()
    }

    /// The number of the last whole frame.
    pub(super) const fn last_sequence(&self) -> u8 {
        self.last_sequence
    }
}

/// A client's compressed connection after its login: packs what it sends, unpacks what comes.
#[derive(Clone, Debug)]
pub struct Frames {
    kind: Compression,
    reader: FrameReader,
    /// The number of the next frame sent.
    next: u8,
}

/// Shorter bodies are stored as they are: packing them would not make them shorter.
const SHORTEST_PACKED: usize = 50;

/// Bytes of packets put into one frame.
const MOST_UNPACKED: usize = 1 << 20;

impl Frames {
    /// Packs with `kind`; what comes may be packed either way.
    pub const fn new(kind: Compression) -> Self {
        Self {
            kind,
            reader: FrameReader::new(),
            next: 0,
        }
    }

    /// The next frame begins a command: frames are numbered from 0.
    pub const fn begin(&mut self) {
        self.next = 0;
    }

    /// Adds packets to `out`, in frames.
    pub fn pack(&mut self, packets: &[u8], out: &mut Vec<u8>) {
        for piece in packets.chunks(MOST_UNPACKED) {
            let packed = match self.kind {
                _ if piece.len() < SHORTEST_PACKED => None,
                Compression::Plain => None,
                Compression::Zlib => deflated(piece),
                Compression::Zstd => zstd::bulk::compress(piece, ZSTD_LEVEL).ok(),
            };
            let packed = packed.filter(|packed| packed.len() < piece.len());
            let unpacked_len = if packed.is_some() { piece.len() } else { 0 };
            let body = packed.as_deref().unwrap_or(piece);
            put_u24(out, u32::try_from(body.len()).unwrap_or(u32::MAX));
            out.push(self.next);
            put_u24(out, u32::try_from(unpacked_len).unwrap_or(u32::MAX));
            out.extend_from_slice(body);
            self.next = self.next.wrapping_add(1);
        }
    }

    /// Takes the next bytes that came and gives the packets that they complete.
    ///
    /// # Errors
    /// A frame does not unpack.
    pub fn unpack(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
        let unpacked = self.reader.push(bytes)?;
        // what is sent within the exchange goes on from there
        self.next = self.reader.last_sequence.wrapping_add(1);
        Ok(unpacked)
    }
}

/// The level clients ask for by default.
const ZSTD_LEVEL: i32 = 3;

fn deflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}

/// A frame's header.
#[derive(Clone, Copy, Debug)]
struct FrameHeader {
    packed_len: usize,
    sequence: u8,
    /// 0: the body is stored as it is.
    unpacked_len: usize,
}

fn read_header(bytes: &[u8]) -> Result<FrameHeader, Malformed> {
    let mut fields = Fields::new(bytes, "compressed frame");
    Ok(FrameHeader {
        packed_len: fields.u24()? as usize,
        sequence: fields.u8()?,
        unpacked_len: fields.u24()? as usize,
    })
}

fn whole_frame(bytes: &[u8]) -> Option<(FrameHeader, &[u8])> {
    let header = read_header(bytes).ok()?;
    let body = bytes.get(FRAME_HEADER_LEN..)?.get(..header.packed_len)?;
    Some((header, body))
}

fn unpack(header: FrameHeader, body: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let malformed = Malformed {
        what: "compressed frame",
    };
    if header.unpacked_len == 0 {
        out.extend_from_slice(body);
        return Ok(());
    }
    let limit = header.unpacked_len as u64;
    let read = if body.starts_with(&ZSTD_MAGIC) {
        zstd::stream::read::Decoder::new(body)
            .and_then(|decoder| decoder.take(limit).read_to_end(out))
    } else {
        flate2::read::ZlibDecoder::new(body)
            .take(limit)
            .read_to_end(out)
    };
    match read {
        Ok(len) if len == header.unpacked_len => Ok(()),
        _ => Err(malformed),
    }
}

const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    pub(super) fn frame(sequence: u8, packed: &[u8], unpacked_len: usize) -> Vec<u8> {
        let mut out = Vec::new();
        put_u24(&mut out, u32::try_from(packed.len()).unwrap());
        out.push(sequence);
        put_u24(&mut out, u32::try_from(unpacked_len).unwrap());
        out.extend_from_slice(packed);
        out
    }

    pub(super) fn deflated(bytes: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::default();
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_is_packed_is_unpacked_and_numbered_on_within_an_exchange() {
        let packets = b"abcdefgh".repeat(300_000);
        for kind in [Compression::Zlib, Compression::Zstd] {
            let (mut client, mut server) = (Frames::new(kind), Frames::new(kind));
            let (mut out, mut received) = (Vec::new(), Vec::new());
            client.begin();
            client.pack(&packets, &mut out);
            assert!(out.len() < packets.len() / 50);
            for piece in out.chunks(1_000) {
                received.extend(server.unpack(piece).unwrap());
            }
            assert_eq!(received, packets);
            // three frames came: the answer has the number after theirs, and is too short to be packed
            let mut answer = Vec::new();
            server.pack(b"short", &mut answer);
            assert_eq!(answer, b"\x05\0\0\x03\0\0\0short");
        }
    }

    #[test]
    fn stored_deflated_and_zstd_frames_unpack_in_any_chunking() {
        let text = b"SELECT 1 FROM t ".repeat(20);
        let zstd = zstd::encode_all(&text[..], 3).unwrap();
        for packed in [deflated(&text), zstd] {
            let mut wire = frame(0, &text, 0);
            wire.extend(frame(1, &packed, text.len()));
            for size in [1, 7, 1000] {
                let mut reader = FrameReader::new();
                let mut out = Vec::new();
                for chunk in wire.chunks(size) {
                    out.extend(reader.push(chunk).unwrap());
                }
                assert_eq!(out, [&text[..], &text[..]].concat());
            }
        }
    }

    #[test]
    fn a_frame_that_lies_about_its_length_is_malformed() {
        let wire = frame(0, &deflated(b"abc"), 4);
        assert!(FrameReader::new().push(&wire).is_err());
    }
}
