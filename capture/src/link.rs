//! Packets to TCP segments: link headers, tags and tunnels, IPv4 and IPv6, fragments.
//!
//! Lengths are taken from the IP header, so that Ethernet trailers and padding never reach TCP; a
//! length of zero (segmentation offload) means "to the end of the packet". Checksums are not looked
//! at: offload makes those of outgoing packets wrong.

mod bytes;
mod ethernet;
mod fragments;
mod ip;
mod segment;
mod start;
#[cfg(test)]
mod tests;
mod tunnel;
mod wireless;

pub use fragments::{Fragment, FragmentLimits, Fragments};
pub use segment::{Endpoint, Path, Segment};

use crate::Packet;
use segment::Carrier;

/// How many headers may be nested before a packet counts as malformed.
const DEEPEST: u8 = 12;

/// What a packet turned out to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decoded<'a> {
    /// A TCP segment.
    Segment(Segment<'a>),
    /// A piece of an IP datagram, for [`Fragments::add`].
    Fragment(Fragment<'a>),
    /// Something that is not TCP over IP.
    NotTcp,
    /// A link type that is not understood.
    UnsupportedLink,
    /// Headers that are cut short or contradict themselves.
    Malformed,
}

/// Reads the headers of one packet.
pub fn decode<'a>(packet: &Packet<'a>) -> Decoded<'a> {
    let mut layers = Layers::of(packet);
    start::frame(&mut layers, packet.link, packet.data).unwrap_or(Decoded::Malformed)
}

/// Reads a datagram that was put together from fragments.
pub fn decode_datagram<'a>(last: &Fragment<'_>, datagram: &'a [u8]) -> Decoded<'a> {
    let mut layers = last.layers;
    ip::transport(&mut layers, last.protocol, datagram).unwrap_or(Decoded::Malformed)
}

/// What the headers passed so far said, and how many there were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layers {
    carrier: Carrier,
    depth: u8,
}

impl Layers {
    fn of(packet: &Packet<'_>) -> Self {
        Self {
            carrier: Carrier::of(packet),
            depth: 0,
        }
    }

    /// Enters one header more; `None` when there are too many.
    fn enter(&mut self) -> Option<()> {
        self.depth += 1;
        (self.depth <= DEEPEST).then_some(())
    }
}
