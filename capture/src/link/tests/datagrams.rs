//! Lengths that lie, headers between IP and TCP, and datagrams in pieces.

use super::{PAYLOAD, before, fragmented, frame_of, ipv4, packet, segment_in};
use crate::Packet;
use crate::link::{Decoded, FragmentLimits, Fragments, decode, decode_datagram};
use crate::packet_builder::Framing;
use reprise_wire::Timestamp;

/// An IPv6 packet, its header and what follows it.
fn ipv6() -> (Vec<u8>, Vec<u8>) {
    let frame = frame_of(Framing::Raw, "[2001:db8::1]:40000", "[2001:db8::2]:80");
    let (header, tcp) = frame.data.split_at(40);
    (header.to_vec(), tcp.to_vec())
}

fn expected6() -> (Vec<u8>, String) {
    (PAYLOAD.to_vec(), "[2001:db8::1]:40000".to_owned())
}

#[test]
fn an_offloaded_segment_may_be_longer_than_any_length_field_can_say() {
    let payload = vec![b'x'; 100_000];
    let mut v4 = ipv4(Framing::Raw).data;
    v4.truncate(40);
    v4[2..4].copy_from_slice(&[0, 0]);
    v4.extend_from_slice(&payload);
    assert_eq!(segment_in(101, &v4).0, payload);
    let (mut v6, tcp) = ipv6();
    v6[4..6].copy_from_slice(&[0, 0]);
    v6.extend_from_slice(&tcp[..20]);
    v6.extend_from_slice(&payload);
    assert_eq!(segment_in(101, &v6).0, payload);
}

#[test]
fn a_jumbogram_says_its_length_in_an_option() {
    // RFC 2675 section 2: payload length 0, a hop-by-hop header with option 194.
    let (mut header, tcp) = ipv6();
    header[4..6].copy_from_slice(&[0, 0]);
    header[6] = 0;
    let length = u32::try_from(tcp.len() + 8).unwrap().to_be_bytes();
    let option = [&[6, 0, 0xc2, 4][..], &length].concat();
    assert_eq!(
        segment_in(229, &before(&header, &before(&option, &tcp))),
        expected6()
    );
}

#[test]
fn a_trailer_after_an_ipv6_packet_is_not_payload() {
    let (header, tcp) = ipv6();
    let data = [&header[..], &tcp, b"trailer"].concat();
    assert_eq!(segment_in(229, &data), expected6());
}

/// `data` as IPv6 fragments of `size` bytes (a multiple of eight); `next` is the header they carry.
fn fragments6(next: u8, data: &[u8], size: usize) -> Vec<Vec<u8>> {
    let (header, _) = ipv6();
    let last = data.len().div_ceil(size) - 1;
    data.chunks(size)
        .enumerate()
        .map(|(index, piece)| {
            let mut header = header.clone();
            header[4..6].copy_from_slice(&u16::try_from(piece.len() + 8).unwrap().to_be_bytes());
            header[6] = 44;
            let place = u16::try_from(index * size).unwrap() | u16::from(index < last);
            let place = place.to_be_bytes();
            let fragment = [next, 0, place[0], place[1], 0, 0, 0, 9];
            [&header[..], &fragment, piece].concat()
        })
        .collect()
}

/// The segment that the last of some packets completes.
fn joined(fragments: &mut Fragments, packets: &[Vec<u8>]) -> Option<(Vec<u8>, String)> {
    let mut found = None;
    for data in packets {
        let Decoded::Fragment(fragment) = decode(&packet(101, data)) else {
            panic!("no fragment")
        };
        if let Some(datagram) = fragments.add(&fragment) {
            match decode_datagram(&fragment, &datagram.bytes) {
                Decoded::Segment(segment) => {
                    let source = segment.source.socket_addr().to_string();
                    found = Some((segment.payload.to_vec(), source));
                }
                other => panic!("no segment: {other:?}"),
            }
        }
    }
    found
}

#[test]
fn ipv6_fragments_in_any_order_become_the_segment() {
    let (_, tcp) = ipv6();
    let mut pieces = fragments6(6, &tcp, 16);
    assert_eq!(
        joined(&mut Fragments::default(), &pieces),
        Some(expected6())
    );
    pieces.reverse();
    pieces.insert(1, pieces[2].clone());
    assert_eq!(
        joined(&mut Fragments::default(), &pieces),
        Some(expected6())
    );
}

#[test]
fn headers_behind_an_ipv6_fragment_header_are_passed_when_the_datagram_is_whole() {
    let (_, tcp) = ipv6();
    // Destination options, then TCP.
    let data = before(&[6, 0, 1, 4, 0, 0, 0, 0], &tcp);
    let pieces = fragments6(60, &data, 24);
    assert_eq!(
        joined(&mut Fragments::default(), &pieces),
        Some(expected6())
    );
}

#[test]
fn a_fragment_that_is_the_whole_datagram_is_read_at_once() {
    // RFC 6946: atomic fragments.
    let (_, tcp) = ipv6();
    let data = fragments6(6, &tcp, 4_096).remove(0);
    assert_eq!(segment_in(101, &data), expected6());
}

/// The first fragment of datagram `number`, seen after `seconds`.
fn first_of(fragments: &mut Fragments, number: u16, seconds: i64) {
    let [mut first, _] = fragmented(&ipv4(Framing::Raw).data);
    first[4..6].copy_from_slice(&number.to_be_bytes());
    let packet = Packet {
        at: Timestamp::from_micros(seconds * 1_000_000),
        ..packet(101, &first)
    };
    match decode(&packet) {
        Decoded::Fragment(fragment) => assert!(fragments.add(&fragment).is_none()),
        other => panic!("no fragment: {other:?}"),
    }
}

#[test]
fn fragments_without_the_rest_are_bounded_and_counted() {
    let limits = FragmentLimits {
        datagrams: 10,
        bytes: 1_000,
        ..FragmentLimits::default()
    };
    let mut fragments = Fragments::new(limits);
    for number in 0..500 {
        first_of(&mut fragments, number, 0);
        assert!(fragments.held_bytes() <= 240, "ten datagrams of 24 bytes");
    }
    assert_eq!(fragments.given_up(), 490);
    let mut narrow = Fragments::new(FragmentLimits {
        bytes: 100,
        ..limits
    });
    for number in 0..500 {
        first_of(&mut narrow, number, 0);
        assert!(narrow.held_bytes() <= 100);
    }
}

#[test]
fn fragments_that_wait_too_long_are_given_up() {
    let mut fragments = Fragments::default();
    first_of(&mut fragments, 1, 0);
    first_of(&mut fragments, 2, 29);
    assert_eq!(fragments.given_up(), 0);
    first_of(&mut fragments, 3, 31);
    assert_eq!(fragments.given_up(), 1);
}

#[test]
fn datagrams_seen_on_two_interfaces_do_not_mix() {
    let [first, second] = fragmented(&ipv4(Framing::Raw).data);
    let mut fragments = Fragments::default();
    let mut segments = 0;
    for (interface, data) in [(1, &first), (2, &first), (1, &second), (2, &second)] {
        let packet = Packet {
            interface,
            ..packet(101, data)
        };
        let Decoded::Fragment(fragment) = decode(&packet) else {
            panic!("no fragment")
        };
        if let Some(datagram) = fragments.add(&fragment) {
            let Decoded::Segment(segment) = decode_datagram(&fragment, &datagram.bytes) else {
                panic!("no segment")
            };
            assert_eq!(
                (segment.payload, segment.path.interface),
                (PAYLOAD, interface)
            );
            segments += 1;
        }
    }
    assert_eq!((segments, fragments.held_bytes()), (2, 0));
}
