//! Packets inside packets: GRE, VXLAN, Geneve, GTP, PPP and PPPoE.

use super::bytes::{be16, be32};
use super::segment::Tag;
use super::{Decoded, Layers, ethernet, ip, wireless};

/// UDP, which is of interest only where it carries packets. Told by port, as everyone does.
pub(super) fn udp<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    let (source, destination) = (be16(data, 0)?, be16(data, 2)?);
    let payload = data.get(8..)?;
    let either = |port| source == port || destination == port;
    let inner = if either(4789) || either(8472) {
        vxlan(layers, payload)
    } else if either(6081) {
        geneve(layers, payload)
    } else if either(4754) {
        gre(layers, payload)
    } else if either(2152) {
        gtp(layers, payload)
    } else {
        None
    };
    // Another use of the port is no damaged packet, only one that carries no TCP.
    Some(inner.unwrap_or(Decoded::NotTcp))
}

/// VXLAN (RFC 7348 section 5).
fn vxlan<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    const HAS_NETWORK_ID: u8 = 0x08;
    if data.first()? & HAS_NETWORK_ID == 0 {
        return None;
    }
    layers.carrier.path.enter(Tag::Vxlan, be32(data, 4)? >> 8);
    ethernet::frame(layers, data.get(8..)?)
}

/// Geneve (RFC 8926 section 3.4).
fn geneve<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    let options = usize::from(data.first()? & 0x3f) * 4;
    layers.carrier.path.enter(Tag::Geneve, be32(data, 4)? >> 8);
    ethernet::payload(layers, be16(data, 2)?, data.get(8 + options..)?)
}

/// User data of GTP version 1 (3GPP TS 29.281 section 5.1).
fn gtp<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    const USER_DATA: u8 = 255;
    const HAS_OPTIONAL: u8 = 0x07;
    const HAS_EXTENSION: u8 = 0x04;
    let flags = *data.first()?;
    if flags >> 5 != 1 || *data.get(1)? != USER_DATA {
        return None;
    }
    if flags & HAS_OPTIONAL == 0 {
        return ip::datagram(layers, data.get(8..)?);
    }
    let mut next = if flags & HAS_EXTENSION == 0 {
        0
    } else {
        *data.get(11)?
    };
    let mut rest = data.get(12..)?;
    while next != 0 {
        layers.enter()?;
        let len = usize::from(*rest.first()?).max(1) * 4;
        next = *rest.get(len - 1)?;
        rest = rest.get(len..)?;
    }
    ip::datagram(layers, rest)
}

/// GRE (RFC 2784, RFC 2890) and the variant PPTP uses (RFC 2637 section 4.1).
pub(super) fn gre<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    const CHECKSUM: u16 = 0x8000;
    const ROUTING: u16 = 0x4000;
    const KEY: u16 = 0x2000;
    const SEQUENCE: u16 = 0x1000;
    const ACKNOWLEDGEMENT: u16 = 0x0080;
    let (flags, protocol) = (be16(data, 0)?, be16(data, 2)?);
    let has = |flag: u16| flags & flag != 0;
    let mut header = 4;
    header += if has(CHECKSUM | ROUTING) { 4 } else { 0 };
    // PPTP uses the key for a length and the number of a call, which differs each way.
    if has(KEY) && flags & 0x7 == 0 {
        layers.carrier.path.enter(Tag::Gre, be32(data, header)?);
    }
    header += if has(KEY) { 4 } else { 0 };
    header += if has(SEQUENCE) { 4 } else { 0 };
    if flags & 0x7 == 1 {
        header += if has(ACKNOWLEDGEMENT) { 4 } else { 0 };
    }
    let mut rest = data.get(header..)?;
    if has(ROUTING) {
        rest = after_source_routes(layers, rest)?;
    }
    match protocol {
        0x880b => ppp(layers, rest),
        // ERSPAN: type II has a sequence number and a header, type I neither.
        0x88be if has(SEQUENCE) => ethernet::frame(layers, rest.get(8..)?),
        0x88be => ethernet::frame(layers, rest),
        0x22eb => {
            let optional = if be16(rest, 10)? & 1 == 0 { 0 } else { 8 };
            ethernet::frame(layers, rest.get(12 + optional..)?)
        }
        // Aruba access points put whole 802.11 frames in.
        0x8200..=0x8210 | 0x9000 => wireless::frame(layers, rest),
        other => ethernet::payload(layers, other, rest),
    }
}

/// Skips the source routes of RFC 1701: entries that end with one of length zero.
fn after_source_routes<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<&'a [u8]> {
    let mut rest = data;
    loop {
        layers.enter()?;
        let len = usize::from(*rest.get(3)?);
        rest = rest.get(4 + len..)?;
        if len == 0 {
            return Some(rest);
        }
    }
}

/// PPPoE session data (RFC 2516 section 4).
pub(super) fn pppoe<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    const SESSION_DATA: u8 = 0;
    if *data.get(1)? != SESSION_DATA {
        return Some(Decoded::NotTcp);
    }
    layers
        .carrier
        .path
        .enter(Tag::Pppoe, u32::from(be16(data, 2)?));
    ppp(layers, data.get(6..)?)
}

/// PPP with or without its HDLC address and with a protocol of one or two bytes (RFC 1661
/// section 6.5, RFC 1662 section 3.1).
pub(super) fn ppp<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    let data = data.strip_prefix(&[0xff, 0x03]).unwrap_or(data);
    let first = *data.first()?;
    let (protocol, rest) = if first & 1 == 1 {
        (u16::from(first), data.get(1..)?)
    } else {
        (be16(data, 0)?, data.get(2..)?)
    };
    match protocol {
        0x0021 | 0x0057 => ip::datagram(layers, rest),
        0x0281 | 0x0283 => ethernet::payload(layers, 0x8847, rest),
        _ => Some(Decoded::NotTcp),
    }
}
