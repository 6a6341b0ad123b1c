//! A TCP segment with the addresses it travelled between: what reassembly works on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use etherparse::TcpSlice;
use reprise_wire::Timestamp;

use crate::Packet;

/// One TCP segment, its payload borrowed from the packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment<'a> {
    /// When the packet was seen.
    pub at: Timestamp,
    /// Who sent it.
    pub source: Endpoint,
    /// Whom it was sent to.
    pub destination: Endpoint,
    /// The sequence number of its first byte (of its SYN, when it has one).
    pub sequence: u32,
    /// The next sequence number its sender expects from the other side, when the ACK flag is set.
    pub acknowledgement: Option<u32>,
    /// It opens its direction.
    pub syn: bool,
    /// It closes its direction.
    pub fin: bool,
    /// It aborts the connection.
    pub rst: bool,
    /// The bytes it carries.
    pub payload: &'a [u8],
    /// How many bytes it carried beyond `payload`, which the snap length cut off.
    pub missing: u32,
    /// Where the packet was seen.
    pub path: Path,
    /// A replay marked it as its own ([`reprise_wire::REPLAY_DSCP`]).
    pub replay_marked: bool,
}

/// Where a packet was seen: copies of one packet differ in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    /// The interface, as the capture numbers it.
    pub interface: u32,
    /// A digest of the VLANs and tunnels around the packet; 0 when there is none.
    pub network: u32,
}

impl Path {
    /// Enters a VLAN or a tunnel. A VLAN of 0 is none (IEEE 802.1Q: priority only).
    pub(super) const fn enter(&mut self, kind: Tag, number: u32) {
        if number != 0 {
            let tag = (kind as u32).rotate_right(4) ^ number;
            self.network = (self.network.rotate_left(5) ^ tag).wrapping_mul(0x9e37_79b9);
        }
    }
}

/// What numbers a network.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tag {
    Vlan = 1,
    Vxlan,
    Geneve,
    Gre,
    Pppoe,
}

/// One end of a connection, in a form that is quick to compare. IPv4 is kept as mapped IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Endpoint {
    address: u128,
    /// The TCP port.
    pub port: u16,
}

impl Endpoint {
    /// The end at `address` and `port`.
    pub fn new(address: IpAddr, port: u16) -> Self {
        let address = match address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        };
        Self {
            address: address.to_bits(),
            port,
        }
    }

    /// The same as the standard library's type.
    pub fn socket_addr(self) -> SocketAddr {
        SocketAddr::new(Ipv6Addr::from_bits(self.address).to_canonical(), self.port)
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.ip(), address.port())
    }
}

/// What the layers below TCP said about a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Carrier {
    pub(super) at: Timestamp,
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// Bytes that the snap length cut off the packet.
    pub(super) snapped: u32,
    /// How many of them belonged to the innermost IP packet.
    pub(super) missing: u32,
    pub(super) path: Path,
    pub(super) replay_marked: bool,
}

impl Carrier {
    pub(super) fn of(packet: &Packet<'_>) -> Self {
        let kept = u32::try_from(packet.data.len()).unwrap_or(u32::MAX);
        Self {
            at: packet.at,
            source: Ipv4Addr::UNSPECIFIED.into(),
            destination: Ipv4Addr::UNSPECIFIED.into(),
            snapped: packet.wire_len.saturating_sub(kept),
            missing: 0,
            path: Path {
                interface: packet.interface,
                network: 0,
            },
            replay_marked: false,
        }
    }
}

/// Reads the TCP header; `None` when it is cut short or contradicts itself.
pub(super) fn read<'a>(carrier: &Carrier, datagram: &'a [u8]) -> Option<Segment<'a>> {
    let tcp = TcpSlice::from_slice(datagram).ok()?;
    Some(Segment {
        at: carrier.at,
        source: Endpoint::new(carrier.source, tcp.source_port()),
        destination: Endpoint::new(carrier.destination, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledgement: tcp.ack().then(|| tcp.acknowledgment_number()),
        syn: tcp.syn(),
        fin: tcp.fin(),
        rst: tcp.rst(),
        payload: tcp.payload(),
        missing: carrier.missing,
        path: carrier.path,
        replay_marked: carrier.replay_marked,
    })
}
