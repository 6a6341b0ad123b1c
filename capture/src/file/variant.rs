//! pcap files of patched tcpdumps, whose packets have longer headers or their two lengths the other way round:
//! told by what their first packets say, as Wireshark does, and read as if they were plain.
//!
//! Source: Wireshark's description of the variants, <https://wiki.wireshark.org/Development/LibpcapFileFormat>.

use std::collections::VecDeque;
use std::io::{self, Cursor, Read};

use super::open::Bytes;

/// Microseconds, and Alexey Kuznetsov's format with the interface in each packet's header.
const PLAIN: u32 = 0xa1b2_c3d4;
const MODIFIED: u32 = 0xa1b2_cd34;
const FILE_HEADER_BYTES: usize = 24;
const PACKET_HEADER_BYTES: usize = 16;

/// How long a packet's header may be, likeliest first: plain, Red Hat 6.1, Nokia.
const PLAIN_HEADERS: [usize; 3] = [PACKET_HEADER_BYTES, 24, 20];
/// The same for the modified format: Kuznetsov's, SuSE 6.3.
const MODIFIED_HEADERS: [usize; 2] = [24, 28];

/// How much of a file is looked at, and how many of its packets.
const LOOK_BYTES: u64 = 512 << 10;
const LOOK_PACKETS: usize = 8;
/// What is longer is no packet.
const LONGEST_PACKET: u32 = 256 << 10;
/// Microseconds in a second.
const MICROSECONDS: u32 = 1_000_000;
/// Times further apart than this, in seconds, are none.
const APART_S: u32 = 10 * 365 * 86_400;

/// What packets begin with in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Variant {
    big_endian: bool,
    /// How long a packet's header is.
    header: usize,
    /// The longer of a packet's two lengths is that on the wire, wherever it stands.
    may_be_swapped: bool,
}

/// The same capture as a plain pcap file; anything else as it is.
pub(super) fn plain(mut bytes: Bytes) -> io::Result<Bytes> {
    let mut start = Vec::new();
    // An error comes again when what is after the start is read.
    let _ = bytes.by_ref().take(LOOK_BYTES).read_to_end(&mut start);
    let variant = Variant::of(&start);
    let mut whole: Bytes = Box::new(Cursor::new(start).chain(bytes));
    let Some(variant) = variant else {
        return Ok(whole);
    };
    let mut file_header = vec![0; FILE_HEADER_BYTES];
    whole.read_exact(&mut file_header)?;
    variant.make_plain(&mut file_header);
    Ok(Box::new(Packets::new(variant, file_header, whole)))
}

/// The same of a stream whose file header has been read. Its packets are not there to be looked at yet, so that they
/// are of the likeliest variant of those that the header leaves open.
pub(super) fn plain_stream(file_header: &mut [u8], packets: Bytes) -> Bytes {
    match Variant::declared(file_header).filter(|variant| !variant.is_plain()) {
        Some(variant) => {
            variant.make_plain(file_header);
            Box::new(Packets::new(variant, Vec::new(), packets))
        }
        None => packets,
    }
}

impl Variant {
    /// What a file is that begins so; `None` when it is a plain one, or something else.
    fn of(start: &[u8]) -> Option<Self> {
        let (file_header, packets) = start.split_at_checked(FILE_HEADER_BYTES)?;
        let declared = Self::declared(file_header)?;
        let headers: &[usize] = if declared.header == PACKET_HEADER_BYTES {
            &PLAIN_HEADERS
        } else {
            &MODIFIED_HEADERS
        };
        let mut variants = headers.iter().map(|header| Self {
            header: *header,
            ..declared
        });
        let variant = variants
            .find(|variant| variant.makes_sense(packets))
            .unwrap_or(declared);
        (!variant.is_plain()).then_some(variant)
    }

    /// What a file header says, with the likeliest packet headers of those it leaves open; `None` when it is none of
    /// these.
    fn declared(header: &[u8]) -> Option<Self> {
        let magic = header.first_chunk()?;
        let is_one = |word| [PLAIN, MODIFIED].contains(&word);
        let big_endian = is_one(u32::from_be_bytes(*magic));
        if !big_endian && !is_one(u32::from_le_bytes(*magic)) {
            return None;
        }
        let mut variant = Self {
            big_endian,
            header: PACKET_HEADER_BYTES,
            may_be_swapped: false,
        };
        if variant.word(header, 0)? == MODIFIED {
            let [likeliest, _] = MODIFIED_HEADERS;
            variant.header = likeliest;
        }
        let (major, minor) = variant.version(header)?;
        // The lengths changed places in version 2.3, not in all programs at once; 543.0 is DG/UX's.
        variant.may_be_swapped = matches!((major, minor), (2, 0..=3) | (543, _));
        Some(variant)
    }

    const fn is_plain(self) -> bool {
        self.header == PACKET_HEADER_BYTES && !self.may_be_swapped
    }

    /// Writes into a file header that its packets are plain.
    fn make_plain(self, file_header: &mut [u8]) {
        if let Some(magic) = file_header.first_chunk_mut() {
            *magic = self.bytes(PLAIN);
        }
    }

    /// Whether the first packets could be of this variant.
    fn makes_sense(self, mut packets: &[u8]) -> bool {
        let mut first = None;
        for _ in 0..LOOK_PACKETS {
            let Some((header, rest)) = packets.split_at_checked(self.header) else {
                break;
            };
            let fields = [0, 4, 8, 12].map(|at| self.word(header, at).unwrap_or_default());
            let [seconds, micros, mut kept, mut on_wire] = fields;
            if self.may_be_swapped && kept > on_wire {
                (kept, on_wire) = (on_wire, kept);
            }
            let first = *first.get_or_insert(seconds);
            let is_packet = micros < MICROSECONDS
                && seconds.abs_diff(first) < APART_S
                && (1..=LONGEST_PACKET).contains(&kept)
                && kept <= on_wire
                && on_wire <= LONGEST_PACKET;
            if !is_packet {
                return false;
            }
            let kept = usize::try_from(kept).unwrap_or(usize::MAX);
            packets = rest.get(kept..).unwrap_or_default();
        }
        true
    }

    /// The file format's version.
    fn version(self, file_header: &[u8]) -> Option<(u16, u16)> {
        let halves = file_header.get(4..8)?;
        let (major, minor) = halves.split_first_chunk()?;
        let minor = minor.first_chunk()?;
        Some(if self.big_endian {
            (u16::from_be_bytes(*major), u16::from_be_bytes(*minor))
        } else {
            (u16::from_le_bytes(*major), u16::from_le_bytes(*minor))
        })
    }

    fn word(self, header: &[u8], at: usize) -> Option<u32> {
        let bytes = header.get(at..)?.first_chunk()?;
        Some(if self.big_endian {
            u32::from_be_bytes(*bytes)
        } else {
            u32::from_le_bytes(*bytes)
        })
    }

    fn bytes(self, word: u32) -> [u8; 4] {
        if self.big_endian {
            word.to_be_bytes()
        } else {
            word.to_le_bytes()
        }
    }
}

/// A file's packets with plain headers.
struct Packets {
    variant: Variant,
    /// What has not been read of a header.
    header: VecDeque<u8>,
    /// How many bytes of the packet follow it.
    data: u64,
    bytes: Bytes,
}

impl Packets {
    /// Those that `bytes` hold, after what is to be read before them.
    fn new(variant: Variant, before: Vec<u8>, bytes: Bytes) -> Self {
        Self {
            variant,
            header: VecDeque::from(before),
            data: 0,
            bytes,
        }
    }

    /// Reads the header of the next packet; nothing at the end, less of it where the file was cut.
    fn next(&mut self) -> io::Result<()> {
        let mut header = Vec::new();
        let length = self.variant.header;
        let mut rest = self.bytes.by_ref().take(length as u64);
        rest.read_to_end(&mut header)?;
        let is_cut = header.len() < length;
        let (Some(kept), Some(on_wire)) = (
            self.variant.word(&header, 8),
            self.variant.word(&header, 12),
        ) else {
            self.header.extend(header);
            return Ok(());
        };
        let swapped = self.variant.may_be_swapped && kept > on_wire;
        let (kept, on_wire) = if swapped {
            (on_wire, kept)
        } else {
            (kept, on_wire)
        };
        self.header.extend(header.iter().take(8));
        self.header.extend(self.variant.bytes(kept));
        self.header.extend(self.variant.bytes(on_wire));
        if is_cut {
            self.header.pop_back();
        } else {
            self.data = kept.into();
        }
        Ok(())
    }
}

impl Read for Packets {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.header.is_empty() && self.data == 0 {
            self.next()?;
        }
        if !self.header.is_empty() {
            return self.header.read(buffer);
        }
        let read = self.bytes.by_ref().take(self.data).read(buffer)?;
        self.data -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of three packets, of which each holds its number as often as it is long.
    fn file(magic: u32, version: (u16, u16), header: usize, big_endian: bool) -> Vec<u8> {
        let variant = Variant {
            big_endian,
            header,
            may_be_swapped: false,
        };
        let half = |half: u16| {
            if big_endian {
                half.to_be_bytes()
            } else {
                half.to_le_bytes()
            }
        };
        let mut bytes = Vec::new();
        bytes.extend(variant.bytes(magic));
        bytes.extend(half(version.0));
        bytes.extend(half(version.1));
        for word in [0, 0, 65_535, 1] {
            bytes.extend(variant.bytes(word));
        }
        for (number, kept) in [(1_u8, 60_u32), (2, 1_514), (3, 70)] {
            let swaps = version != (2, 4);
            let lengths = if swaps {
                [kept + 4, kept]
            } else {
                [kept, kept + 4]
            };
            for word in [
                1_000_000_000 + u32::from(number),
                999_999,
                lengths[0],
                lengths[1],
            ] {
                bytes.extend(variant.bytes(word));
            }
            // The interface, the protocol, what kind of packet: nothing of it looks like a length.
            bytes.resize(bytes.len() + header - PACKET_HEADER_BYTES, 0xaa);
            bytes.resize(bytes.len() + kept as usize, number);
        }
        bytes
    }

    fn read(bytes: Vec<u8>) -> Vec<u8> {
        let mut read = Vec::new();
        plain(Box::new(Cursor::new(bytes)))
            .unwrap()
            .read_to_end(&mut read)
            .unwrap();
        read
    }

    #[test]
    fn files_of_patched_programs_read_as_plain_ones_in_either_byte_order() {
        for big_endian in [false, true] {
            let expected = file(PLAIN, (2, 4), 16, big_endian);
            assert!(read(expected.clone()) == expected);
            for (magic, header) in [(PLAIN, 20), (PLAIN, 24), (MODIFIED, 24), (MODIFIED, 28)] {
                let patched = file(magic, (2, 4), header, big_endian);
                assert!(read(patched) == expected, "{magic:x} {header} {big_endian}");
            }
        }
    }

    #[test]
    fn streams_of_patched_programs_read_as_plain_ones_in_either_byte_order() {
        for big_endian in [false, true] {
            let expected = file(PLAIN, (2, 4), 16, big_endian);
            for patched in [
                file(MODIFIED, (2, 4), 24, big_endian),
                file(PLAIN, (2, 4), 16, big_endian),
            ] {
                let (header, packets) = patched.split_at(FILE_HEADER_BYTES);
                let mut read = header.to_vec();
                let packets = Box::new(Cursor::new(packets.to_vec()));
                plain_stream(&mut read, packets)
                    .read_to_end(&mut read)
                    .unwrap();
                assert!(read == expected, "{big_endian}");
            }
        }
    }

    #[test]
    fn lengths_in_the_other_order_are_put_right() {
        for version in [(2, 2), (2, 3), (543, 0)] {
            let swapped = read(file(PLAIN, version, 16, true));
            let right = file(PLAIN, (2, 4), 16, true);
            assert!(swapped.get(24..) == right.get(24..), "{version:?}");
        }
    }

    #[test]
    fn a_patched_file_cut_anywhere_gives_a_plain_one_that_is_cut() {
        let expected = file(PLAIN, (2, 4), 16, false);
        let patched = file(MODIFIED, (2, 4), 24, false);
        for length in 24..patched.len() {
            let read = read(patched.get(..length).unwrap().to_vec());
            assert!(expected.starts_with(&read), "cut after {length} bytes");
        }
    }

    #[test]
    fn what_is_no_pcap_or_makes_no_sense_stays_as_it_is() {
        for bytes in [&b""[..], b"{\"log\"", &[0x0a, 0x0d, 0x0d, 0x0a, 9, 9, 9]] {
            assert_eq!(read(bytes.to_vec()), bytes);
        }
        let mut nonsense = file(PLAIN, (2, 4), 16, false);
        nonsense.get_mut(24..).unwrap().fill(0xff);
        assert!(read(nonsense.clone()) == nonsense);
    }
}
