//! pcapng as other programs write it: sections of either byte order, options, blocks nobody knows.
//! Format: draft-ietf-opsawg-pcapng, section 4.

use super::super::FileEnd;
use super::read;
use crate::LinkType;

const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const NAMES: u32 = 4;
const STATISTICS: u32 = 5;
const ENHANCED_PACKET: u32 = 6;
const SECRETS: u32 = 0x0a;
const CUSTOM: u32 = 0x0bad;
const UNKNOWN: u32 = 0x7777;
const PROCESS: u32 = 0x8000_0001;

/// Blocks of one byte order.
#[derive(Clone, Copy)]
struct Order {
    big_endian: bool,
}

impl Order {
    fn half(self, half: u16) -> [u8; 2] {
        if self.big_endian {
            half.to_be_bytes()
        } else {
            half.to_le_bytes()
        }
    }

    fn word(self, word: u32) -> [u8; 4] {
        if self.big_endian {
            word.to_be_bytes()
        } else {
            word.to_le_bytes()
        }
    }

    fn words(self, words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| self.word(*word)).collect()
    }

    /// A block: its body is filled up to words.
    fn block(self, kind: u32, body: &[&[u8]]) -> Vec<u8> {
        let mut body = body.concat();
        body.resize(body.len().next_multiple_of(4), 0);
        let length = self.word(u32::try_from(body.len() + 12).unwrap());
        [&self.word(kind)[..], &length, &body, &length].concat()
    }

    fn option(self, code: u16, value: &[u8]) -> Vec<u8> {
        let length = self.half(u16::try_from(value.len()).unwrap());
        let mut option = [&self.half(code)[..], &length, value].concat();
        option.resize(option.len().next_multiple_of(4), 0);
        option
    }

    /// A section's header, of unknown length, with a comment.
    fn section(self) -> Vec<u8> {
        let version = [self.half(1), self.half(0)].concat();
        let options = [self.option(1, b"by hand"), self.option(0, b"")].concat();
        let magic = self.word(0x1a2b_3c4d);
        self.block(SECTION, &[&magic, &version, &[0xff; 8], &options])
    }

    /// An interface whose clock ticks in nanoseconds.
    fn interface(self, link: LinkType, snap_length: u32) -> Vec<u8> {
        let head = [self.half(link.0), self.half(0)].concat();
        let options = [
            self.option(2, b"eth0"),
            self.option(9, &[9]),
            self.option(12, b"Plan 9"),
            self.option(40_000, b"of the future"),
            self.option(0, b""),
        ];
        let snap_length = self.word(snap_length);
        self.block(INTERFACE, &[&head, &snap_length, &options.concat()])
    }

    /// A packet with a comment, flags and a hash.
    fn enhanced(self, interface: u32, nanos: u64, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap();
        let (high, low) = (u32::try_from(nanos >> 32).unwrap(), nanos as u32);
        let head = self.words(&[interface, high, low, length, length]);
        let mut data = data.to_vec();
        data.resize(data.len().next_multiple_of(4), 0);
        let options = [
            self.option(1, b"look here"),
            self.option(2, &self.word(1)),
            self.option(3, &[2, 1, 2, 3, 4]),
            self.option(0, b""),
        ];
        self.block(ENHANCED_PACKET, &[&head, &data, &options.concat()])
    }

    fn simple(self, wire_len: u32, data: &[u8]) -> Vec<u8> {
        self.block(SIMPLE_PACKET, &[&self.word(wire_len), data])
    }

    fn obsolete(self, interface: u16, nanos: u64, data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap();
        let (high, low) = (u32::try_from(nanos >> 32).unwrap(), nanos as u32);
        let dropped = self.half(0xffff);
        let head = [self.half(interface), dropped].concat();
        let rest = self.words(&[high, low, length, length]);
        self.block(OBSOLETE_PACKET, &[&head, &rest, data])
    }

    /// What says nothing about packets.
    fn others(self) -> Vec<u8> {
        let name = [
            &self.half(1)[..],
            &self.half(9),
            b"\x0a\0\0\x01shop\0\0\0\0",
        ]
        .concat();
        let names = [name, self.words(&[0])].concat();
        let secrets = [&self.words(&[0x544c_534b, 5])[..], b"CLIENT\0\0"].concat();
        [
            self.block(NAMES, &[&names]),
            self.block(SECRETS, &[&secrets]),
            self.block(CUSTOM, &[&self.word(32_473), b"anything"]),
            self.block(UNKNOWN, &[]),
            self.block(UNKNOWN, &[&[0xee; 5_000]]),
        ]
        .concat()
    }

    /// What interface 0 dropped.
    fn statistics(self) -> Vec<u8> {
        let mut dropped = [self.word(0), self.word(7)];
        if !self.big_endian {
            dropped.reverse();
        }
        let options = [self.option(5, &dropped.concat()), self.option(0, b"")];
        self.block(STATISTICS, &[&self.words(&[0, 0, 0]), &options.concat()])
    }

    /// A section with a packet of each kind, on two interfaces.
    fn all(self) -> Vec<u8> {
        [
            self.section(),
            self.others(),
            self.interface(LinkType::ETHERNET, 6),
            self.interface(LinkType::RAW, 0),
            self.enhanced(1, 1_700_000_000_123_456_789, b"raw"),
            self.others(),
            self.simple(9, b"simple and more"),
            self.obsolete(1, 1_700_000_000_000_000_001, b"old"),
            self.enhanced(9, 5, b"of no interface"),
            self.statistics(),
        ]
        .concat()
    }
}

#[test]
fn sections_of_both_byte_orders_with_packets_of_every_kind_follow_each_other() {
    let orders = [false, true, true, false].map(|big_endian| Order { big_endian });
    let bytes: Vec<u8> = orders.iter().flat_map(|order| order.all()).collect();
    let (packets, end) = read(&bytes);
    assert_eq!(end, FileEnd::Whole);
    let seen = packets.iter().map(|packet| {
        let data = String::from_utf8_lossy(&packet.data).into_owned();
        (
            packet.at.nanos(),
            packet.link,
            packet.interface,
            packet.wire_len,
            data,
        )
    });
    let seen: Vec<_> = seen.collect();
    let one = [
        (1_700_000_000_123_456_789, LinkType::RAW, 1, 3, "raw"),
        // It has no time of its own, and the interface cuts it.
        (
            1_700_000_000_123_456_789,
            LinkType::ETHERNET,
            0,
            9,
            "simple",
        ),
        (1_700_000_000_000_000_001, LinkType::RAW, 1, 3, "old"),
    ];
    let expected = std::iter::repeat_n(one, orders.len()).flatten();
    let expected = expected
        .map(|(at, link, interface, length, data)| (at, link, interface, length, data.to_owned()));
    assert_eq!(seen, expected.collect::<Vec<_>>());
}

#[test]
fn a_block_shorter_than_its_own_frame_ends_the_file_as_damaged() {
    for big_endian in [false, true] {
        let order = Order { big_endian };
        for (kind, length) in [(PROCESS, 4), (PROCESS, 11), (UNKNOWN, 0), (CUSTOM, 8)] {
            let short = order.words(&[kind, length, 0, length]);
            let (packets, end) = read(&[order.all(), short, order.all()].concat());
            assert_eq!(
                (packets.len(), end),
                (3, FileEnd::Damaged),
                "{kind:x} {length}"
            );
        }
    }
}

#[test]
fn what_a_section_says_it_dropped_adds_up_and_packets_of_no_interface_are_counted() {
    let orders = [false, true].map(|big_endian| Order { big_endian });
    let bytes: Vec<u8> = orders.iter().flat_map(|order| order.all()).collect();
    let saved = super::saved(&bytes);
    let mut file = super::CaptureFile::open(&saved.path).unwrap();
    file.read(&mut |_| std::ops::ControlFlow::Continue(()));
    let loss = file.loss();
    assert_eq!((loss.interface_dropped, loss.unreadable_records), (14, 2));
}
