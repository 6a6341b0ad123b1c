//! What must hold for any packet, any segment and any file whatever, asserted: called by the fuzz targets and
//! by property tests. Not part of the crate otherwise.

mod formats;
mod reassembly;

pub use formats::{access_log, gor, har, mysql_log};
pub use reassembly::reassembly;

use std::io::Cursor;
use std::ops::ControlFlow;
use std::path::Path;

use reprise_wire::Timestamp;

use crate::file::{self, CaptureFile};
use crate::link::{Decoded, Fragments, decode, decode_datagram};
use crate::{LinkType, Packet};

/// Every link type that is understood, and one that is not.
const LINKS: [u16; 20] = [
    0, 1, 9, 12, 50, 51, 101, 104, 105, 108, 109, 113, 117, 127, 138, 192, 239, 240, 258, 276,
];

/// Packets: the first byte chooses the link type; each packet is then two bytes of length (big-endian, the
/// highest bit: it was cut), and its bytes.
pub fn packets(data: &[u8]) {
    let Some((link, mut rest)) = data.split_first() else {
        return;
    };
    let link = LINKS.get(usize::from(*link)).copied().unwrap_or(9_999);
    let mut fragments = Fragments::default();
    let mut at = Timestamp::default();
    while let [high, low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*high & 0x7f, *low])).min(after.len());
        let (bytes, after) = after.split_at_checked(length).unwrap_or((after, b""));
        rest = after;
        let cut = u32::from(high >> 7) * 40;
        let packet = Packet {
            at,
            link: LinkType(link),
            interface: 1,
            wire_len: u32::try_from(bytes.len()).unwrap_or(0) + cut,
            data: bytes,
        };
        at = at.plus_nanos(1_000_000_000);
        match decode(&packet) {
            Decoded::Segment(segment) => {
                assert!(
                    segment.payload.len() < bytes.len(),
                    "a payload from nowhere"
                );
                assert!(segment.missing <= cut, "more is missing than was cut");
            }
            Decoded::Fragment(fragment) => {
                if let Some(datagram) = fragments.add(&fragment) {
                    decode_datagram(&fragment, &datagram.bytes);
                }
            }
            Decoded::NotTcp | Decoded::UnsupportedLink | Decoded::Malformed => {}
        }
    }
}

/// A capture file: whatever is in it, reading ends, and no packet is longer than the file can hold.
pub fn capture_file(data: &[u8]) {
    let (path, length) = (Path::new("x"), data.len() as u64);
    let bytes = Box::new(Cursor::new(data.to_vec()));
    let Ok(mut file) =
        file::of(path, bytes, length).and_then(|opened| CaptureFile::of(path, opened))
    else {
        return;
    };
    let mut packets = 0_u64;
    file.read(&mut |packet| {
        packets += 1;
        decode(packet);
        if packets < 10_000 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    #[test]
    fn a_hole_that_was_open_for_long_is_not_told_over_bytes_that_wait_for_their_turn() {
        super::reassembly(&[
            93, 30, 22, 191, 65, 30, 22, 30, 93, 34, 86, 191, 65, 59, 30, 93, 181, 67, 3, 68, 68,
            59, 43, 3, 68, 158, 53, 2, 255, 35, 65, 163, 126, 102, 234,
        ]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn the_invariants_hold_for_arbitrary_bytes(data in vec(any::<u8>(), 0..400)) {
            super::packets(&data);
            super::reassembly(&data);
        }

        #[test]
        fn a_file_of_anything_behind_a_valid_header_is_read_to_an_end(
            pcapng: bool,
            data in vec(any::<u8>(), 0..200),
        ) {
            let pcap = b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0";
            let section = b"\x0a\x0d\x0d\x0a\x1c\0\0\0\x4d\x3c\x2b\x1a\x01\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\x1c\0\0\0";
            let start = if pcapng { &section[..] } else { &pcap[..] };
            super::capture_file(&[start, &data].concat());
        }
    }
}
