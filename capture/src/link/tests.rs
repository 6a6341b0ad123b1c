//! Packets with every sort of header around the same segment.

mod datagrams;

use std::net::SocketAddr;

use proptest::prelude::*;
use reprise_wire::{Direction, Timestamp};

use super::{Decoded, Fragments, decode, decode_datagram};
use crate::packet_builder::{Conversation, Frame, Framing};
use crate::{LinkType, Packet};

const PAYLOAD: &[u8] = b"GET / HTTP/1.1\r\n\r\n";

fn frame_of(framing: Framing, client: &str, server: &str) -> Frame {
    let [client, server] = [client, server].map(|text| text.parse::<SocketAddr>().unwrap());
    let mut script = Conversation::new(client, server, Timestamp::from_micros(7)).framing(framing);
    script.say(Direction::ToServer, PAYLOAD);
    script.into_frames().remove(0)
}

fn ipv4(framing: Framing) -> Frame {
    frame_of(framing, "10.0.0.1:40000", "10.0.0.2:80")
}

fn packet(link: u16, data: &[u8]) -> Packet<'_> {
    Packet {
        at: Timestamp::from_micros(7),
        link: LinkType(link),
        interface: 0,
        wire_len: u32::try_from(data.len()).unwrap(),
        data,
    }
}

/// The payload and the source of the segment in a packet.
fn segment_in(link: u16, data: &[u8]) -> (Vec<u8>, String) {
    match decode(&packet(link, data)) {
        Decoded::Segment(segment) => (
            segment.payload.to_vec(),
            segment.source.socket_addr().to_string(),
        ),
        other => panic!("no segment: {other:?}"),
    }
}

fn before(header: &[u8], rest: &[u8]) -> Vec<u8> {
    [header, rest].concat()
}

/// IEEE 802.2 with SNAP, before IPv4.
const SNAP_IP: &[u8] = &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0];

#[test]
fn every_link_type_leads_to_the_same_segment() {
    let raw = ipv4(Framing::Raw).data;
    let ethernet = ipv4(Framing::ETHERNET).data;
    let mut nflog = vec![2, 0, 0, 0, 8, 0, 1, 0, 9, 9, 9, 9];
    nflog.extend_from_slice(&u16::try_from(raw.len() + 4).unwrap().to_le_bytes());
    nflog.extend_from_slice(&before(&[9, 0], &raw));
    let cases: Vec<(&str, u16, Vec<u8>)> = vec![
        ("ethernet", 1, ethernet.clone()),
        ("raw", 101, raw.clone()),
        ("raw, as OpenBSD numbers it", 14, raw.clone()),
        ("ipv4", 228, raw.clone()),
        ("null", 0, ipv4(Framing::Null).data),
        ("loop", 108, before(&[0, 0, 0, 2], &raw)),
        ("cooked", 113, ipv4(Framing::LinuxCooked).data),
        (
            "cooked 2",
            276,
            ipv4(Framing::LinuxCooked2 { interface: 3 }).data,
        ),
        ("ppp", 9, before(&[0xff, 3, 0, 0x21], &raw)),
        ("ppp, compressed protocol", 50, before(&[0x21], &raw)),
        ("pppoe", 51, before(&[0x11, 0, 0, 1, 0, 0, 0, 0x21], &raw)),
        ("cisco hdlc", 104, before(&[0x0f, 0, 8, 0], &raw)),
        (
            "pflog",
            117,
            before(&[&[61, 2][..], &[0; 62]].concat(), &raw),
        ),
        ("nflog", 239, nflog),
        (
            "radiotap",
            127,
            before(&[0, 0, 8, 0, 0, 0, 0, 0], &wireless(&raw)),
        ),
        (
            "avs",
            163,
            before(&[0, 0, 0, 1, 0, 0, 0, 8], &wireless(&raw)),
        ),
        (
            "prism",
            119,
            before(&[0x44, 0, 0, 0, 8, 0, 0, 0], &wireless(&raw)),
        ),
        ("atm", 100, before(SNAP_IP, &raw)),
        ("fddi", 10, before(&[0; 13], &before(SNAP_IP, &raw))),
        ("token ring", 6, before(&[0x10; 14], &before(SNAP_IP, &raw))),
        (
            "token ring, routed",
            6,
            before(
                &[&[0x10; 8][..], &[0x80, 0, 0, 0, 0, 1], &[4, 0, 0, 0x11]].concat(),
                &before(SNAP_IP, &raw),
            ),
        ),
        ("ppi", 192, before(&[0, 0, 8, 0, 1, 0, 0, 0], &ethernet)),
    ];
    for (name, link, data) in cases {
        assert_eq!(segment_in(link, &data), expected(), "{name}");
    }
}

/// An 802.11 data frame with quality of service.
fn wireless(ip: &[u8]) -> Vec<u8> {
    let mut frame = vec![0x88, 0x01];
    frame.resize(26, 0);
    frame.extend_from_slice(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0]);
    frame.extend_from_slice(ip);
    frame
}

/// An Ethernet frame around `rest`.
fn frame(ether_type: [u8; 2], rest: &[u8]) -> Vec<u8> {
    before(&[&[0; 12][..], &ether_type].concat(), rest)
}

/// The segment everybody should find, and who sent it.
fn expected() -> (Vec<u8>, String) {
    (PAYLOAD.to_vec(), "10.0.0.1:40000".to_owned())
}

#[test]
fn tags_and_labels_are_passed_through() {
    let raw = ipv4(Framing::Raw).data;
    let ethernet = ipv4(Framing::ETHERNET).data;
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("one tag", ipv4(Framing::Ethernet { vlans: vec![5] }).data),
        (
            "four tags",
            ipv4(Framing::Ethernet {
                vlans: vec![5, 6, 7, 8],
            })
            .data,
        ),
        (
            "snap",
            frame([0, 200], &before(&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &raw)),
        ),
        (
            "mpls",
            frame([0x88, 0x47], &before(&[0, 1, 0, 64, 0, 2, 1, 64], &raw)),
        ),
        (
            "pseudowire",
            frame([0x88, 0x47], &before(&[0, 2, 1, 64, 0, 0, 0, 0], &ethernet)),
        ),
        (
            "pppoe",
            frame([0x88, 0x64], &before(&[0x11, 0, 0, 1, 0, 0, 0, 0x21], &raw)),
        ),
    ];
    for (name, data) in cases {
        assert_eq!(segment_in(1, &data), expected(), "{name}");
    }
}

#[test]
fn tunnels_are_passed_through() {
    let raw = ipv4(Framing::Raw).data;
    let ethernet = ipv4(Framing::ETHERNET).data;
    let gre = |header: &[u8], rest: &[u8]| outer(47, &before(header, rest));
    let udp = |port: u16, header: &[u8], rest: &[u8]| {
        let length = u16::try_from(header.len() + rest.len() + 8).unwrap();
        let ports = [
            [0x12, 0x34],
            port.to_be_bytes(),
            length.to_be_bytes(),
            [0, 0],
        ]
        .concat();
        outer(17, &[&ports, header, rest].concat())
    };
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("ip in ip", outer(4, &raw)),
        ("gre", gre(&[0, 0, 8, 0], &raw)),
        (
            "gre with key and sequence",
            gre(&[0x30, 0, 8, 0, 0, 0, 0, 1, 0, 0, 0, 2], &raw),
        ),
        ("gre bridging", gre(&[0, 0, 0x65, 0x58], &ethernet)),
        (
            "erspan",
            gre(&[&[0x10, 0, 0x88, 0xbe][..], &[0; 12]].concat(), &ethernet),
        ),
        ("vxlan", udp(4789, &[8, 0, 0, 0, 0, 0, 9, 0], &ethernet)),
        (
            "geneve",
            udp(6081, &[1, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 4], &ethernet),
        ),
        ("gtp", udp(2152, &[0x30, 255, 0, 0, 0, 0, 0, 1], &raw)),
    ];
    for (name, data) in cases {
        assert_eq!(segment_in(1, &frame([8, 0], &data)), expected(), "{name}");
    }
}

/// An IPv4 header before `payload`.
fn outer(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 20).unwrap().to_be_bytes();
    let mut header = vec![
        0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, protocol, 0, 0,
    ];
    header.extend_from_slice(&[192, 168, 0, 1, 192, 168, 0, 2]);
    before(&header, payload)
}

#[test]
fn ipv6_is_followed_through_its_extension_headers() {
    let frame = frame_of(Framing::Raw, "[2001:db8::1]:40000", "[2001:db8::2]:80");
    let expected = (PAYLOAD.to_vec(), "[2001:db8::1]:40000".to_owned());
    assert_eq!(segment_in(101, &frame.data), expected);
    let (header, tcp) = frame.data.split_at(40);
    let mut extended = header.to_vec();
    extended[6] = 0;
    extended[5] += 8;
    let data = before(&extended, &before(&[6, 0, 1, 4, 0, 0, 0, 0], tcp));
    assert_eq!(segment_in(229, &data), expected);
}

#[test]
fn a_trailer_after_the_ip_packet_is_not_payload() {
    let mut data = ipv4(Framing::ETHERNET).data;
    data.extend_from_slice(b"\x00\x00\x00trailer");
    assert_eq!(segment_in(1, &data).0, PAYLOAD);
}

#[test]
fn a_length_of_zero_means_to_the_end_of_the_packet() {
    let mut data = ipv4(Framing::ETHERNET).data;
    data[16..18].copy_from_slice(&[0, 0]);
    assert_eq!(segment_in(1, &data).0, PAYLOAD);
}

#[test]
fn a_checksum_that_the_network_card_was_to_make_is_not_looked_at() {
    let mut data = ipv4(Framing::ETHERNET).data;
    for at in [24, 25, 50, 51] {
        data[at] = !data[at];
    }
    assert_eq!(segment_in(1, &data).0, PAYLOAD);
}

#[test]
fn a_cut_packet_says_how_much_is_missing() {
    let mut frame = ipv4(Framing::ETHERNET);
    frame.snap(54 + 5);
    let Decoded::Segment(segment) = decode(&frame.packet()) else {
        panic!("no segment")
    };
    assert_eq!(segment.payload, b"GET /");
    assert_eq!(usize::try_from(segment.missing).unwrap(), PAYLOAD.len() - 5);
}

#[test]
fn a_replay_s_mark_is_seen_in_both_versions_of_ip() {
    for (client, server) in [("10.0.0.1:1", "10.0.0.2:2"), ("[::1]:1", "[::2]:2")] {
        let mut script = Conversation::new(
            client.parse().unwrap(),
            server.parse().unwrap(),
            Timestamp::default(),
        )
        .dscp(reprise_wire::REPLAY_DSCP);
        script.syn().syn_ack();
        let marked: Vec<_> = script
            .frames()
            .iter()
            .map(|frame| match decode(&frame.packet()) {
                Decoded::Segment(segment) => segment.replay_marked,
                other => panic!("no segment: {other:?}"),
            })
            .collect();
        assert_eq!(marked, [true, false]);
    }
}

/// The IPv4 packet `whole` in two fragments.
fn fragmented(whole: &[u8]) -> [Vec<u8>; 2] {
    let (header, payload) = whole.split_at(20);
    let (first, second) = payload.split_at(24);
    let piece = |flags: [u8; 2], payload: &[u8]| {
        let mut header = header.to_vec();
        header[2..4].copy_from_slice(&u16::try_from(payload.len() + 20).unwrap().to_be_bytes());
        header[4..8].copy_from_slice(&[0, 77, flags[0], flags[1]]);
        before(&header, payload)
    };
    [piece([0x20, 0], first), piece([0, 3], second)]
}

#[test]
fn fragments_in_any_order_become_the_segment() {
    let whole = ipv4(Framing::Raw).data;
    let pieces = fragmented(&whole);
    for order in [[0, 1], [1, 0]] {
        let mut fragments = Fragments::default();
        let mut joined = None;
        for index in order {
            assert_eq!(joined, None);
            let Decoded::Fragment(fragment) = decode(&packet(101, &pieces[index])) else {
                panic!("no fragment")
            };
            joined = fragments.add(&fragment).map(|datagram| {
                match decode_datagram(&fragment, &datagram.bytes) {
                    Decoded::Segment(segment) => (segment.payload.to_vec(), datagram.packets),
                    other => panic!("no segment: {other:?}"),
                }
            });
        }
        assert_eq!(joined, Some((PAYLOAD.to_vec(), 2)));
    }
}

#[test]
fn what_is_not_tcp_and_what_is_unknown_are_told_apart() {
    assert_eq!(decode(&packet(1, &[0; 60])), Decoded::NotTcp);
    assert_eq!(decode(&packet(9_999, &[0; 60])), Decoded::UnsupportedLink);
    assert_eq!(decode(&packet(1, &[0; 5])), Decoded::Malformed);
    assert_eq!(decode(&packet(101, &outer(17, &[0; 8]))), Decoded::NotTcp);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_packet_breaks_it(
        link in prop_oneof![
            prop::sample::select(vec![
                0_u16, 1, 9, 50, 51, 101, 104, 105, 108, 113, 117, 127, 192, 239, 258, 276,
            ]),
            any::<u16>(),
        ],
        data in prop::collection::vec(any::<u8>(), 0..120),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        wire_len in 0_u32..200,
    ) {
        let mut fragments = Fragments::default();
        let mut damaged = ipv4(Framing::Ethernet { vlans: vec![1, 2] }).data;
        for (index, byte) in damage {
            let index = index.index(damaged.len());
            damaged[index] = byte;
        }
        for data in [&data, &damaged] {
            let packet = Packet { wire_len, ..packet(link, data) };
            if let Decoded::Fragment(fragment) = decode(&packet)
                && let Some(datagram) = fragments.add(&fragment)
            {
                decode_datagram(&fragment, &datagram.bytes);
            }
        }
    }
}
