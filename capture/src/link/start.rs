//! Where a packet starts: one arm per link type (<https://www.tcpdump.org/linktypes.html>).

use super::bytes::{be16, be32, le16, le32};
use super::{Decoded, Layers, ethernet, ip, tunnel, wireless};
use crate::LinkType;

/// PKTAP, as Apple's tools write it.
const APPLE_PKTAP: LinkType = LinkType(258);
/// IPsec decapsulation on BSD: 12 bytes, then IP.
const BSD_ENC: LinkType = LinkType(109);
/// IP over IEEE 1394 on Apple: 16 bytes, then an EtherType.
const APPLE_IEEE1394: LinkType = LinkType(138);
/// Ethernet after a four-byte header of a netANALYZER box.
const NETANALYZER: LinkType = LinkType(240);

/// The packet's bytes after the record header of the file.
pub(super) fn frame<'a>(
    layers: &mut Layers,
    link: LinkType,
    data: &'a [u8],
) -> Option<Decoded<'a>> {
    layers.enter()?;
    match link {
        LinkType::ETHERNET => ethernet::frame(layers, data),
        // 12 and 14 are what some BSDs call raw IP; the registry gives 101 (228, 229).
        LinkType::RAW | LinkType::IPV4 | LinkType::IPV6 | LinkType(12 | 14) => {
            ip::datagram(layers, data)
        }
        LinkType::NULL | LinkType::LOOP => {
            // The family only says whether it is IP, in an order that depends on the capturing
            // host; the IP header says it again.
            ip::datagram(layers, data.get(4..)?)
        }
        LinkType::LINUX_SLL => ethernet::payload(layers, be16(data, 14)?, data.get(16..)?),
        LinkType::LINUX_SLL2 => {
            layers.carrier.path.interface = be32(data, 4)?;
            ethernet::payload(layers, be16(data, 0)?, data.get(20..)?)
        }
        LinkType::PPP | LinkType::PPP_HDLC => tunnel::ppp(layers, data),
        LinkType::PPPOE => tunnel::pppoe(layers, data),
        LinkType::CISCO_HDLC => ethernet::payload(layers, be16(data, 2)?, data.get(4..)?),
        LinkType::TOKEN_RING => token_ring(layers, data),
        // Frame control and two addresses.
        LinkType::FDDI => ethernet::logical_link(layers, data.get(13..)?),
        // 11 is what some BSDs call it.
        LinkType::ATM | LinkType(11) => ethernet::logical_link(layers, data),
        LinkType::PRISM => {
            // In the order of the capturing host; the header of AVS may stand in its place.
            let length = usize::try_from(le32(data, 4)?).ok()?;
            wireless::frame(layers, data.get(length..)?)
        }
        LinkType::AVS => {
            let length = usize::try_from(be32(data, 4)?).ok()?;
            wireless::frame(layers, data.get(length..)?)
        }
        LinkType::WIFI => wireless::frame(layers, data),
        LinkType::RADIOTAP => wireless::frame(layers, data.get(usize::from(le16(data, 2)?)..)?),
        LinkType::PPI => {
            let inner = u16::try_from(le32(data, 4)?).ok()?;
            frame(
                layers,
                LinkType(inner),
                data.get(usize::from(le16(data, 2)?)..)?,
            )
        }
        APPLE_PKTAP => {
            let inner = u16::try_from(le32(data, 8)?).ok()?;
            let header = usize::try_from(le32(data, 0)?).ok()?;
            frame(layers, LinkType(inner), data.get(header..)?)
        }
        LinkType::PFLOG => {
            // The header's length does not count the padding to four bytes.
            let header = usize::from(*data.first()?).next_multiple_of(4);
            ip::datagram(layers, data.get(header..)?)
        }
        BSD_ENC => ip::datagram(layers, data.get(12..)?),
        APPLE_IEEE1394 => ethernet::payload(layers, be16(data, 16)?, data.get(18..)?),
        NETANALYZER => ethernet::frame(layers, data.get(4..)?),
        LinkType::NFLOG => nflog(layers, data),
        _ => Some(Decoded::UnsupportedLink),
    }
}

/// Access and frame control, two addresses, then perhaps the route through bridges (IEEE 802.5 section 3.3).
fn token_ring<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    const HEADER: usize = 14;
    let is_routed = data.get(8)? & 0x80 != 0;
    let route = if is_routed {
        usize::from(data.get(HEADER)? & 0x1f)
    } else {
        0
    };
    ethernet::logical_link(layers, data.get(HEADER + route..)?)
}

/// A netfilter log message: a list of attributes, one of which is the packet.
/// <https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html>
fn nflog<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    const PAYLOAD: u16 = 9;
    let mut rest = data.get(4..)?;
    while !rest.is_empty() {
        // Lengths and types are in the capturing host's order; every host that has
        // netfilter logs today is little-endian.
        let (len, kind) = (usize::from(le16(rest, 0)?), le16(rest, 2)? & 0x7fff);
        if kind == PAYLOAD {
            return ip::datagram(layers, rest.get(4..len.min(rest.len()))?);
        }
        // An attribute is at least its own header; anything less would not advance.
        rest = rest.get(len.max(4).next_multiple_of(4)..)?;
    }
    Some(Decoded::NotTcp)
}
