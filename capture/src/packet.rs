//! A packet as a file or an interface hands it over, before anything in it is looked at.

use reprise_wire::Timestamp;

/// One captured packet, borrowed from the buffer it was read into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// When it was seen.
    pub at: Timestamp,
    /// How its first bytes are to be read.
    pub link: LinkType,
    /// Which interface saw it: its number in the file, or the kernel's index. 0 when unknown.
    pub interface: u32,
    /// How many bytes it had on the wire; more than `data` when the snap length cut it.
    pub wire_len: u32,
    /// The bytes kept.
    pub data: &'a [u8],
}

impl Packet<'_> {
    /// Whether the capture kept only the beginning of it.
    pub fn is_truncated(&self) -> bool {
        usize::try_from(self.wire_len).is_ok_and(|wire_len| wire_len > self.data.len())
    }
}

/// What a packet begins with: a number of the registry that pcap and pcapng files share
/// (<https://www.tcpdump.org/linktypes.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LinkType(pub u16);

impl LinkType {
    /// BSD loopback: four bytes of address family in the capturing host's byte order.
    pub const NULL: Self = Self(0);
    /// Ethernet.
    pub const ETHERNET: Self = Self(1);
    /// IEEE 802.5, token ring.
    pub const TOKEN_RING: Self = Self(6);
    /// PPP.
    pub const PPP: Self = Self(9);
    /// FDDI.
    pub const FDDI: Self = Self(10);
    /// PPP in HDLC-like framing.
    pub const PPP_HDLC: Self = Self(50);
    /// PPPoE session packets.
    pub const PPPOE: Self = Self(51);
    /// IEEE 802.2 over ATM (RFC 2684).
    pub const ATM: Self = Self(100);
    /// Raw IPv4 or IPv6.
    pub const RAW: Self = Self(101);
    /// Cisco HDLC.
    pub const CISCO_HDLC: Self = Self(104);
    /// IEEE 802.11.
    pub const WIFI: Self = Self(105);
    /// OpenBSD loopback: four bytes of address family, big-endian.
    pub const LOOP: Self = Self(108);
    /// Linux "cooked" capture.
    pub const LINUX_SLL: Self = Self(113);
    /// OpenBSD firewall log.
    pub const PFLOG: Self = Self(117);
    /// IEEE 802.11 after a header of Prism cards.
    pub const PRISM: Self = Self(119);
    /// IEEE 802.11 after a radiotap header.
    pub const RADIOTAP: Self = Self(127);
    /// IEEE 802.11 after a header of AbsoluteValue Systems.
    pub const AVS: Self = Self(163);
    /// Per-packet information, which names another link type.
    pub const PPI: Self = Self(192);
    /// Raw IPv4.
    pub const IPV4: Self = Self(228);
    /// Raw IPv6.
    pub const IPV6: Self = Self(229);
    /// Linux netfilter log.
    pub const NFLOG: Self = Self(239);
    /// Linux "cooked" capture, version 2, which names the interface.
    pub const LINUX_SLL2: Self = Self(276);
}
