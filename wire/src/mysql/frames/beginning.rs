//! Whether a compressed frame begins at some bytes: to recognise compression, and to get in step after a hole.
//! Strict, for what passes is read as statements: header and body fit each other, the body unpacks as far as it
//! came, and what is inside begins a command, or the reply that is waited for.

use std::borrow::Cow;
use std::io::Read;

use super::{FRAME_HEADER_LEN, FrameHeader, ZSTD_MAGIC, read_header};
use crate::mysql::boundary::{is_command_boundary, is_reply_boundary};
use crate::mysql::{Compression, HEADER_LEN};

/// Bytes of a packed body that are unpacked to look at.
const LOOKED_AT: usize = 1 << 16;

/// What packing can add to a body that it does not make shorter, and how many times shorter it makes one at most.
const MOST_ADDED: usize = 64;
const MOST_DEFLATED: usize = 1032;

/// The numbers of the packets that a reply may begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mysql) struct Awaited {
    /// Of its first frame.
    pub(in crate::mysql) frame: u8,
    /// Of its first packet. Some servers set it to the frame's.
    pub(in crate::mysql) packet: u8,
}

/// How a client's bytes are packed when they begin an exchange: whole frames, or the front of one.
pub(in crate::mysql) fn recognise(bytes: &[u8]) -> Option<Compression> {
    let frame = Frame::at_front(bytes)?;
    if frame.header.sequence != 0 || !frame.begins_command() {
        return None;
    }
    let following = bytes.get(FRAME_HEADER_LEN + frame.header.packed_len..);
    let goes_on = following.is_none_or(may_follow);
    goes_on.then(|| frame.kind.unwrap_or(Compression::Zlib))
}

/// Whether a server's bytes begin the reply that is waited for.
pub(in crate::mysql) fn begins_reply(bytes: &[u8], awaited: Awaited) -> bool {
    Frame::at_front(bytes)
        .is_some_and(|frame| frame.header.sequence == awaited.frame && frame.begins_reply(awaited))
}

/// A frame of which at least the beginning of the body came.
struct Frame<'a> {
    header: FrameHeader,
    /// `None`: stored as it is.
    kind: Option<Compression>,
    /// What is inside, as far as it came and was looked at.
    inside: Cow<'a, [u8]>,
    /// Whether all of the body came.
    whole: bool,
}

impl<'a> Frame<'a> {
    fn at_front(bytes: &'a [u8]) -> Option<Self> {
        let header = read_header(bytes).ok()?;
        let after = bytes.get(FRAME_HEADER_LEN..)?;
        let body = after.get(..header.packed_len).unwrap_or(after);
        let whole = body.len() == header.packed_len;
        if body.is_empty() {
            return None;
        }
        let (kind, inside) = if header.unpacked_len == 0 {
            (None, Cow::Borrowed(body))
        } else {
            let kind = kind_of(body)?;
            (Some(kind), Cow::Owned(front(header, kind, body, whole)?))
        };
        Some(Self {
            header,
            kind,
            inside,
            whole,
        })
    }

    fn begins_command(&self) -> bool {
        // Of a zstd frame whose size was told nothing may be unpacked before all of it came.
        self.is_unread() || self.holds_its_packets() && is_command_boundary(&self.inside)
    }

    fn begins_reply(&self, awaited: Awaited) -> bool {
        let numbered = |number| is_reply_boundary(&self.inside, number);
        self.is_unread()
            || self.holds_its_packets() && (numbered(awaited.packet) || numbered(awaited.frame))
    }

    fn is_unread(&self) -> bool {
        self.kind == Some(Compression::Zstd) && !self.whole && self.inside.is_empty()
    }

    /// What is stored is short, or one packet: nothing of it goes on in another frame. A packed body has shown
    /// by unpacking that it is one.
    fn holds_its_packets(&self) -> bool {
        if self.kind.is_some() {
            return true;
        }
        let mut rest = &*self.inside;
        let mut left = self.header.packed_len;
        while let Some(&[a, b, c, _]) = rest.first_chunk::<HEADER_LEN>() {
            let len = HEADER_LEN + u32::from_le_bytes([a, b, c, 0]) as usize;
            let Some(behind) = left.checked_sub(len) else {
                return false;
            };
            left = behind;
            rest = rest.get(len..).unwrap_or_default();
        }
        !self.whole || left == 0
    }
}

/// Whether a frame may follow: what came of its header says nothing else.
fn may_follow(bytes: &[u8]) -> bool {
    let body = bytes.get(FRAME_HEADER_LEN..).unwrap_or_default();
    read_header(bytes).map_or(true, |header| {
        let packed = header.unpacked_len > 0 && !body.is_empty();
        header.packed_len > 0 && (!packed || kind_of(body).is_some())
    })
}

/// How a packed body is packed.
fn kind_of(body: &[u8]) -> Option<Compression> {
    const DEFLATE_IN_32_KIB: u8 = 0x78;
    let magic = ZSTD_MAGIC.starts_with(body.get(..4).unwrap_or(body));
    match body {
        [DEFLATE_IN_32_KIB] => Some(Compression::Zlib),
        [DEFLATE_IN_32_KIB, flags, ..] => {
            let checked = u16::from_be_bytes([DEFLATE_IN_32_KIB, *flags]);
            checked.is_multiple_of(31).then_some(Compression::Zlib)
        }
        [_, ..] if magic => Some(Compression::Zstd),
        _ => None,
    }
}

/// The front of what a body unpacks to; `None`: it does not, or not to what its header says.
fn front(header: FrameHeader, kind: Compression, body: &[u8], whole: bool) -> Option<Vec<u8>> {
    let longest = match kind {
        Compression::Zlib => header.packed_len.saturating_mul(MOST_DEFLATED),
        _ => usize::MAX,
    };
    if header.packed_len > header.unpacked_len + MOST_ADDED || header.unpacked_len > longest {
        return None;
    }
    let mut out = Vec::new();
    let limit = LOOKED_AT as u64;
    let read = match kind {
        Compression::Zstd => zstd::stream::read::Decoder::new(body)
            .and_then(|decoder| decoder.take(limit).read_to_end(&mut out)),
        _ => flate2::read::ZlibDecoder::new(body)
            .take(limit)
            .read_to_end(&mut out),
    };
    let told = out.len() == header.unpacked_len || out.len() == LOOKED_AT;
    match read {
        Ok(_) if whole => told.then_some(out),
        Err(_) if whole => None,
        _ if out.len() > HEADER_LEN => Some(out),
        _ if kind == Compression::Zstd => tells_its_size(body, header).then_some(out),
        _ => None,
    }
}

/// Whether a zstd frame says of itself what the header says of it.
fn tells_its_size(body: &[u8], header: FrameHeader) -> bool {
    let said = zstd::zstd_safe::get_frame_content_size(body);
    matches!(said, Ok(Some(len)) if len == header.unpacked_len as u64)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{deflated, frame};
    use super::*;
    use crate::mysql::write_packet;

    fn long_query() -> Vec<u8> {
        let columns: Vec<String> = (0..400).map(|number| format!("c{number}")).collect();
        let sql = format!("\x03SELECT {}", columns.join(", "));
        let mut out = Vec::new();
        write_packet(&mut out, &mut 0, sql.as_bytes());
        out
    }

    #[test]
    fn a_clients_packed_frames_are_recognised_also_by_their_front() {
        let text = long_query();
        let zstd = zstd::bulk::compress(&text, 3).unwrap();
        for (kind, packed) in [
            (Compression::Zlib, deflated(&text)),
            (Compression::Zstd, zstd),
        ] {
            let first = frame(0, &packed, text.len());
            assert_eq!(recognise(&first), Some(kind));
            assert_eq!(recognise(&first[..300]), Some(kind), "the front of a frame");
            let second = frame(1, &packed, text.len());
            assert_eq!(recognise(&[&first[..], &second].concat()), Some(kind));
            assert_eq!(recognise(&second), None, "in the middle of an exchange");
            let lies = frame(0, &packed, text.len() + 1);
            assert_eq!(recognise(&lies), None);
        }
    }

    #[test]
    fn short_commands_are_stored_one_or_several_to_a_frame() {
        let ping = b"\x01\0\0\0\x0e";
        for inner in [&ping[..], &[&ping[..], ping].concat()] {
            assert_eq!(recognise(&frame(0, inner, 0)), Some(Compression::Zlib));
        }
        assert_eq!(recognise(&frame(0, &ping[..4], 0)), None);
        assert_eq!(recognise(ping), None);
        assert_eq!(recognise(b"\x09\0\0\0\x03SELECT 1"), None);
    }

    #[test]
    fn a_frame_that_holds_no_command_begins_none() {
        // COM_SLEEP, a code that there is not, a packet that is longer than its frame
        for inner in [
            &b"\x01\0\0\0\0"[..],
            b"\x02\0\0\0\x55a",
            b"\x09\0\0\0\x03SELECT",
        ] {
            assert_eq!(recognise(&frame(0, inner, 0)), None, "{inner:?}");
        }
    }

    #[test]
    fn a_reply_begins_at_its_own_numbers_only() {
        let ok = b"\x07\0\0\x01\0\0\0\x02\0\0\0";
        let awaited = Awaited {
            frame: 1,
            packet: 1,
        };
        assert!(begins_reply(&frame(1, ok, 0), awaited));
        assert!(!begins_reply(&frame(2, ok, 0), awaited));
        let later = b"\x07\0\0\x05\0\0\0\x02\0\0\0";
        assert!(!begins_reply(&frame(1, later, 0), awaited));
        assert!(!begins_reply(b"\x07\0\0\x01\0\0\0\x02\0\0\0", awaited));
    }
}
