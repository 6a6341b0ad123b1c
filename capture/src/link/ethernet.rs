//! Ethernet and what an EtherType announces: tags of any depth, MPLS, IP, LLC.

use super::bytes::{be16, be32};
use super::segment::Tag;
use super::{Decoded, Layers, ip, tunnel};

/// A frame from its destination address on.
pub(super) fn frame<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    payload(layers, be16(data, 12)?, data.get(14..)?)
}

/// What follows an EtherType (IEEE 802 numbers) or, below 1536, an IEEE 802.3 length.
pub(super) fn payload<'a>(
    layers: &mut Layers,
    ether_type: u16,
    data: &'a [u8],
) -> Option<Decoded<'a>> {
    layers.enter()?;
    match ether_type {
        0x0800 | 0x86dd => ip::datagram(layers, data),
        // 802.1Q, 802.1ad and the numbers used before it was standardised.
        0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x9300 => {
            let vlan = u32::from(be16(data, 0)? & 0x0fff);
            layers.carrier.path.enter(Tag::Vlan, vlan);
            payload(layers, be16(data, 2)?, data.get(4..)?)
        }
        0x8847 | 0x8848 => mpls(layers, data),
        0x8864 => tunnel::pppoe(layers, data),
        // Transparent Ethernet bridging (RFC 1701 section 8).
        0x6558 => frame(layers, data),
        // 802.1ah: a four-byte service tag, then the customer's whole frame.
        0x88e7 => frame(layers, data.get(4..)?),
        // VN-Tag (802.1Qbh draft): four bytes, then the EtherType.
        0x8926 => payload(layers, be16(data, 4)?, data.get(6..)?),
        // The cooked captures' number for 802.2, and 802.3 lengths.
        0x0004 => logical_link(layers, data),
        46..1536 => logical_link(layers, data.get(..usize::from(ether_type)).unwrap_or(data)),
        _ => Some(Decoded::NotTcp),
    }
}

/// IEEE 802.2, of which SNAP with an EtherType is what can carry IP.
pub(super) fn logical_link<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    match data.first_chunk::<6>()? {
        [0xaa, 0xaa, 0x03, ..] => payload(layers, be16(data, 6)?, data.get(8..)?),
        // IP without SNAP: SAP 6.
        [0x06, 0x06, 0x03, ..] => ip::datagram(layers, data.get(3..)?),
        _ => Some(Decoded::NotTcp),
    }
}

/// A stack of MPLS labels (RFC 3032); nothing says what it carries, so the first bits decide
/// (RFC 4928 section 3).
fn mpls<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    const BOTTOM: u32 = 0x100;
    let mut rest = data;
    loop {
        layers.enter()?;
        let label = be32(rest, 0)?;
        rest = rest.get(4..)?;
        if label & BOTTOM != 0 {
            break;
        }
    }
    match rest.first()? >> 4 {
        4 | 6 => ip::datagram(layers, rest),
        // A pseudowire's control word (RFC 4385), then a frame.
        0 => frame(layers, rest.get(4..)?),
        _ => frame(layers, rest),
    }
}
