//! IPv4 and IPv6 down to TCP, through the tunnels that IP can carry.

use etherparse::{IpNumber, LaxIpSlice, LaxIpv4Slice};
use reprise_wire::REPLAY_DSCP;

use super::bytes::{be16, be32};
use super::fragments::{DatagramKey, Fragment};
use super::{Decoded, Layers, segment, tunnel};

/// A datagram from its IP header on. Its own length cuts off whatever follows it.
pub(super) fn datagram<'a>(layers: &mut Layers, data: &'a [u8]) -> Option<Decoded<'a>> {
    layers.enter()?;
    let (slice, _) = LaxIpSlice::from_slice(data).ok()?;
    let carrier = &mut layers.carrier;
    carrier.source = slice.source_addr();
    carrier.destination = slice.destination_addr();
    let (declared, dscp) = match &slice {
        LaxIpSlice::Ipv4(v4) => {
            let declared = usize::from(v4.header().total_len());
            (
                (declared >= v4.header().slice().len()).then_some(declared),
                v4.header().dcp().value(),
            )
        }
        LaxIpSlice::Ipv6(v6) => {
            let payload = usize::from(v6.header().payload_length());
            (
                (payload > 0).then_some(payload + v6.header().slice().len()),
                v6.header().dscp().value(),
            )
        }
    };
    carrier.replay_marked |= dscp == REPLAY_DSCP;
    carrier.missing = match declared {
        Some(declared) => {
            let cut = u32::try_from(declared.saturating_sub(data.len())).unwrap_or(u32::MAX);
            cut.min(carrier.snapped)
        }
        None => carrier.snapped,
    };
    if slice.payload().fragmented {
        let end = declared.map_or(data.len(), |declared| declared.min(data.len()));
        let whole = data.get(..end)?;
        return fragment(layers, &slice, whole).map(Decoded::Fragment);
    }
    transport(layers, slice.payload().ip_number, slice.payload().payload)
}

/// What the innermost IP header says it carries.
pub(super) fn transport<'a>(
    layers: &mut Layers,
    protocol: IpNumber,
    data: &'a [u8],
) -> Option<Decoded<'a>> {
    layers.enter()?;
    match protocol {
        IpNumber::TCP => segment::read(&layers.carrier, data).map(Decoded::Segment),
        IpNumber::UDP => tunnel::udp(layers, data),
        IpNumber::GRE => tunnel::gre(layers, data),
        IpNumber::IPV4 | IpNumber::IPV6 => datagram(layers, data),
        other => match extension_length(other, data) {
            // Of a datagram that was in fragments, the headers come last.
            Some(length) => transport(layers, IpNumber(*data.first()?), data.get(length..)?),
            None => Some(Decoded::NotTcp),
        },
    }
}

/// The place of a fragment in its datagram.
fn fragment<'a>(
    layers: &Layers,
    slice: &LaxIpSlice<'a>,
    datagram: &'a [u8],
) -> Option<Fragment<'a>> {
    let piece = match slice {
        LaxIpSlice::Ipv4(v4) => v4_piece(v4),
        LaxIpSlice::Ipv6(_) => v6_piece(datagram)?,
    };
    Some(Fragment {
        key: DatagramKey {
            source: layers.carrier.source,
            destination: layers.carrier.destination,
            identification: piece.identification,
            path: layers.carrier.path,
        },
        offset: piece.offset,
        more: piece.more,
        data: piece.data,
        protocol: piece.protocol,
        layers: *layers,
    })
}

/// What a fragment's headers say of it.
struct Piece<'a> {
    identification: u32,
    offset: usize,
    more: bool,
    protocol: IpNumber,
    data: &'a [u8],
}

fn v4_piece<'a>(v4: &LaxIpv4Slice<'a>) -> Piece<'a> {
    let header = v4.header();
    Piece {
        identification: u32::from(header.identification()),
        offset: usize::from(header.fragments_offset().value()) * 8,
        more: header.more_fragments(),
        protocol: v4.payload().ip_number,
        data: v4.payload().payload,
    }
}

/// Reads `datagram` up to its fragment header; what stands behind that was cut in pieces, headers of IPv6
/// among it (RFC 8200 section 4.5).
fn v6_piece(datagram: &[u8]) -> Option<Piece<'_>> {
    const HEADER: usize = 40;
    let mut next = IpNumber(*datagram.get(6)?);
    let mut rest = datagram.get(HEADER..)?;
    while next != IpNumber::IPV6_FRAGMENTATION_HEADER {
        let length = extension_length(next, rest)?;
        next = IpNumber(*rest.first()?);
        rest = rest.get(length..)?;
    }
    let place = be16(rest, 2)?;
    Some(Piece {
        identification: be32(rest, 4)?,
        offset: usize::from(place & !7),
        more: place & 1 == 1,
        protocol: IpNumber(*rest.first()?),
        data: rest.get(8..)?,
    })
}

/// How long the IPv6 extension header `header`, of the kind `kind`, is.
fn extension_length(kind: IpNumber, header: &[u8]) -> Option<usize> {
    let length = usize::from(*header.get(1)?);
    match kind {
        IpNumber::IPV6_HEADER_HOP_BY_HOP
        | IpNumber::IPV6_ROUTE_HEADER
        | IpNumber::IPV6_DESTINATION_OPTIONS
        | IpNumber::MOBILITY_HEADER => Some((length + 1) * 8),
        IpNumber::AUTHENTICATION_HEADER => Some((length + 2) * 4),
        _ => None,
    }
}
