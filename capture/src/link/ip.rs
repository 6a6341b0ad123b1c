//! IPv4 and IPv6 down to TCP, through the tunnels that IP can carry.

use etherparse::{IpNumber, Ipv6ExtensionSlice, LaxIpSlice, LaxIpv4Slice, LaxIpv6Slice};
use reprise_wire::REPLAY_DSCP;

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
        return fragment(layers, &slice).map(Decoded::Fragment);
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
        // What follows a fragment header comes together only with the datagram (RFC 8200 section 4.5).
        IpNumber::IPV6_HEADER_HOP_BY_HOP
        | IpNumber::IPV6_ROUTE_HEADER
        | IpNumber::IPV6_DESTINATION_OPTIONS
        | IpNumber::MOBILITY_HEADER => {
            let length = (usize::from(*data.get(1)?) + 1) * 8;
            transport(layers, IpNumber(*data.first()?), data.get(length..)?)
        }
        IpNumber::AUTHENTICATION_HEADER => {
            let length = (usize::from(*data.get(1)?) + 2) * 4;
            transport(layers, IpNumber(*data.first()?), data.get(length..)?)
        }
        _ => Some(Decoded::NotTcp),
    }
}

/// The place of a fragment in its datagram.
fn fragment<'a>(layers: &Layers, slice: &LaxIpSlice<'a>) -> Option<Fragment<'a>> {
    let (identification, offset, more) = match slice {
        LaxIpSlice::Ipv4(v4) => v4_place(v4),
        LaxIpSlice::Ipv6(v6) => v6_place(v6)?,
    };
    let payload = slice.payload();
    Some(Fragment {
        key: DatagramKey {
            source: layers.carrier.source,
            destination: layers.carrier.destination,
            identification,
            path: layers.carrier.path,
        },
        offset,
        more,
        data: payload.payload,
        protocol: payload.ip_number,
        layers: *layers,
    })
}

fn v4_place(v4: &LaxIpv4Slice<'_>) -> (u32, usize, bool) {
    let header = v4.header();
    let offset = usize::from(header.fragments_offset().value()) * 8;
    (
        u32::from(header.identification()),
        offset,
        header.more_fragments(),
    )
}

fn v6_place(v6: &LaxIpv6Slice<'_>) -> Option<(u32, usize, bool)> {
    v6.extensions()
        .clone()
        .into_iter()
        .find_map(|extension| match extension {
            Ipv6ExtensionSlice::Fragment(header) => {
                let offset = usize::from(header.fragment_offset().value()) * 8;
                Some((header.identification(), offset, header.more_fragments()))
            }
            _ => None,
        })
}
