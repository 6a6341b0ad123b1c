//! The same segments in other clothes: link headers, tags, fragments, file formats.

use std::io::Write as _;

use reprise_capture::LinkType;
use reprise_capture::packet_builder::{
    Frame, Framing, PcapOptions, build, write_pcap, write_pcapng,
};

use super::choices::Choices;
use super::packets::Segment;

/// How a packet is wrapped.
pub(crate) type Wrap = fn(&Segment, &mut Choices) -> Vec<Frame>;
/// How packets become a file.
pub(crate) type Write = fn(&[Frame]) -> Vec<u8>;

pub(crate) const WRAPS: [(&str, Wrap); 12] = [
    ("Ethernet", |segment, _| {
        vec![framed(segment, &Framing::ETHERNET)]
    }),
    ("a VLAN", |segment, _| {
        vec![framed(segment, &Framing::Ethernet { vlans: vec![7] })]
    }),
    ("a VLAN in a VLAN", in_two_vlans),
    ("MPLS", in_mpls),
    ("VXLAN", in_vxlan),
    ("raw IP", |segment, _| vec![framed(segment, &Framing::Raw)]),
    ("BSD loopback", |segment, _| {
        vec![framed(segment, &Framing::Null)]
    }),
    ("cooked", |segment, _| {
        vec![framed(segment, &Framing::LinuxCooked)]
    }),
    ("cooked, version 2", |segment, _| {
        vec![cooked_on(segment, 3)]
    }),
    ("two interfaces", |segment, _| {
        vec![cooked_on(segment, 3), cooked_on(segment, 4)]
    }),
    ("an Ethernet trailer", with_trailer),
    ("IP fragments", in_fragments),
];

pub(crate) const FILES: [(&str, Write); 6] = [
    ("pcap", |frames| pcap(frames, false, false)),
    ("pcap in nanoseconds", |frames| pcap(frames, false, true)),
    ("pcap of the other byte order", |frames| {
        pcap(frames, true, false)
    }),
    ("pcapng", pcapng),
    ("pcapng.gz", |frames| gzip(&pcapng(frames))),
    ("pcapng.zst", |frames| {
        zstd::encode_all(&*pcapng(frames), 1).unwrap()
    }),
];

/// A file of all segments.
pub(crate) fn dressed(
    segments: &[Segment],
    wrap: Wrap,
    file: Write,
    choices: &mut Choices,
) -> Vec<u8> {
    let frames: Vec<Frame> = segments
        .iter()
        .flat_map(|segment| wrap(segment, choices))
        .collect();
    file(&frames)
}

fn framed(segment: &Segment, framing: &Framing) -> Frame {
    build(framing, &segment.header, &segment.payload)
}

fn cooked_on(segment: &Segment, interface: u32) -> Frame {
    framed(segment, &Framing::LinuxCooked2 { interface })
}

/// A frame with other bytes.
fn with(frame: &Frame, data: Vec<u8>) -> Frame {
    let wire_len = u32::try_from(data.len()).unwrap();
    Frame {
        wire_len,
        data,
        ..frame.clone()
    }
}

/// 802.1ad: the outer tag's number is another than the inner's.
fn in_two_vlans(segment: &Segment, _: &mut Choices) -> Vec<Frame> {
    let vlans = vec![70, 7];
    let mut frame = framed(segment, &Framing::Ethernet { vlans });
    frame.data[12..14].copy_from_slice(&[0x88, 0xa8]);
    vec![frame]
}

/// Two labels, the second at the bottom of the stack.
fn in_mpls(segment: &Segment, _: &mut Choices) -> Vec<Frame> {
    let frame = framed(segment, &Framing::ETHERNET);
    let (addresses, ip) = (&frame.data[..12], &frame.data[14..]);
    let labels = [0x88, 0x47, 0, 1, 0, 64, 0, 2, 1, 64];
    vec![with(&frame, [addresses, &labels, ip].concat())]
}

/// In parts that fit into the tunnel's datagrams.
fn in_vxlan(segment: &Segment, _: &mut Choices) -> Vec<Frame> {
    let mut rest = segment.clone();
    let mut frames = Vec::new();
    while rest.payload.len() > 1_400 {
        let part = rest.cut_off(1_400);
        frames.push(framed(&part, &Framing::ETHERNET).in_vxlan(9));
    }
    frames.push(framed(&rest, &Framing::ETHERNET).in_vxlan(9));
    frames
}

/// Padded to the least length of Ethernet, then a checksum.
fn with_trailer(segment: &Segment, _: &mut Choices) -> Vec<Frame> {
    let frame = framed(segment, &Framing::ETHERNET);
    let mut data = frame.data.clone();
    data.resize(data.len().max(60), b'p');
    data.extend_from_slice(b"HTTP");
    vec![with(&frame, data)]
}

/// Datagrams of IPv4 that carry something, cut at random places; the pieces come in any order.
fn in_fragments(segment: &Segment, choices: &mut Choices) -> Vec<Frame> {
    const HEADER: usize = 20;
    let frame = framed(segment, &Framing::Raw);
    let units = (frame.data.len() - HEADER).div_ceil(8);
    if !segment.header.source.is_ipv4() || segment.payload.is_empty() {
        return vec![frame];
    }
    let (header, rest) = frame.data.split_at(HEADER);
    let identification = u16::try_from(choices.below(1 << 16)).unwrap().to_be_bytes();
    let mut fragments = Vec::new();
    let mut from = 0;
    while from < units {
        let until = units.min(from + 1 + choices.place(units));
        let bytes = &rest[from * 8..rest.len().min(until * 8)];
        let place = u16::try_from(from).unwrap() | if until < units { 0x2000 } else { 0 };
        let total = u16::try_from(HEADER + bytes.len()).unwrap().to_be_bytes();
        let mut data = [header, bytes].concat();
        data[2..4].copy_from_slice(&total);
        data[4..6].copy_from_slice(&identification);
        data[6..8].copy_from_slice(&place.to_be_bytes());
        let before = choices.place(fragments.len() + 1);
        fragments.insert(before, with(&frame, data));
        from = until;
    }
    fragments
}

fn pcap(frames: &[Frame], big_endian: bool, nanoseconds: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let link = frames
        .first()
        .map_or(LinkType::ETHERNET, |frame| frame.link);
    let options = PcapOptions {
        big_endian,
        nanoseconds,
    };
    write_pcap(&mut bytes, link, options, frames).unwrap();
    bytes
}

fn pcapng(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_pcapng(&mut bytes, frames).unwrap();
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}
