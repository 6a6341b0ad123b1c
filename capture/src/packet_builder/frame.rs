//! One packet as bytes: TCP in IP in a link header of choice. Checksums are right.

use std::net::{IpAddr, SocketAddr};

use etherparse::{IpDscp, IpNumber, Ipv4Header, Ipv6Header, TcpHeader};
use reprise_wire::Timestamp;

use crate::{LinkType, Packet};

/// A built packet, owning its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// When it is seen.
    pub at: Timestamp,
    /// What it begins with.
    pub link: LinkType,
    /// The interface that sees it.
    pub interface: u32,
    /// How many bytes it has on the wire; more than `data` when it was cut.
    pub wire_len: u32,
    /// Its bytes.
    pub data: Vec<u8>,
}

impl Frame {
    /// The same, as a reader would hand it over.
    pub fn packet(&self) -> Packet<'_> {
        Packet {
            at: self.at,
            link: self.link,
            interface: self.interface,
            wire_len: self.wire_len,
            data: &self.data,
        }
    }

    /// The same Ethernet packet as a mirror sends it on in VXLAN (RFC 7348 section 5).
    #[must_use]
    pub fn in_vxlan(&self, network: u32) -> Self {
        let port = 4_789_u16.to_be_bytes();
        let length = |more: usize| u16::try_from(self.data.len() + more).unwrap_or(u16::MAX);
        let mut data = vec![2, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 3, 0x08, 0x00];
        let mut ip = Ipv4Header {
            total_len: length(36),
            time_to_live: 64,
            protocol: IpNumber::UDP,
            source: [192, 0, 2, 1],
            destination: [192, 0, 2, 2],
            ..Ipv4Header::default()
        };
        ip.header_checksum = ip.calc_header_checksum();
        data.extend_from_slice(&ip.to_bytes());
        data.extend_from_slice(&port);
        data.extend_from_slice(&port);
        data.extend_from_slice(&length(16).to_be_bytes());
        data.extend_from_slice(&[0, 0, 8, 0, 0, 0]);
        data.extend_from_slice(&(network << 8).to_be_bytes());
        data.extend_from_slice(&self.data);
        Self {
            wire_len: self.wire_len + 50,
            data,
            ..self.clone()
        }
    }

    /// Keeps only the first `bytes` bytes, as a snap length does.
    pub fn snap(&mut self, bytes: usize) {
        self.data.truncate(bytes);
    }
}

/// What goes around IP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Ethernet, with these VLAN tags, the outermost first.
    Ethernet {
        /// VLAN numbers.
        vlans: Vec<u16>,
    },
    /// Nothing.
    Raw,
    /// BSD loopback, as written by a little-endian host.
    Null,
    /// Linux cooked capture, version 1.
    LinuxCooked,
    /// Linux cooked capture, version 2, seen on this interface.
    LinuxCooked2 {
        /// The kernel's interface index.
        interface: u32,
    },
}

impl Framing {
    /// Plain Ethernet.
    pub const ETHERNET: Self = Self::Ethernet { vlans: Vec::new() };

    /// The link type of such packets.
    pub const fn link(&self) -> LinkType {
        match self {
            Self::Ethernet { .. } => LinkType::ETHERNET,
            Self::Raw => LinkType::RAW,
            Self::Null => LinkType::NULL,
            Self::LinuxCooked => LinkType::LINUX_SLL,
            Self::LinuxCooked2 { .. } => LinkType::LINUX_SLL2,
        }
    }

    /// The link header, for a packet that goes on with IP of the version of `address`.
    fn header(&self, address: IpAddr) -> Vec<u8> {
        let ether_type: u16 = if address.is_ipv4() { 0x0800 } else { 0x86dd };
        let mut header = Vec::new();
        match self {
            Self::Ethernet { vlans } => {
                header.extend_from_slice(&[2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1]);
                for vlan in vlans {
                    header.extend_from_slice(&[0x81, 0]);
                    header.extend_from_slice(&vlan.to_be_bytes());
                }
                header.extend_from_slice(&ether_type.to_be_bytes());
            }
            Self::Raw => {}
            // The family is the capturing host's: 2 everywhere for IPv4, 30 on macOS for IPv6.
            Self::Null => {
                let family: u32 = if address.is_ipv4() { 2 } else { 30 };
                header.extend_from_slice(&family.to_le_bytes());
            }
            Self::LinuxCooked => {
                header.extend_from_slice(&[0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
                header.extend_from_slice(&ether_type.to_be_bytes());
            }
            Self::LinuxCooked2 { interface } => {
                header.extend_from_slice(&ether_type.to_be_bytes());
                header.extend_from_slice(&[0, 0]);
                header.extend_from_slice(&interface.to_be_bytes());
                header.extend_from_slice(&[0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0]);
            }
        }
        header
    }
}

/// What a segment's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// When the packet is seen.
    pub at: Timestamp,
    /// Who sends it.
    pub source: SocketAddr,
    /// Whom it is sent to.
    pub destination: SocketAddr,
    /// The sequence number of its first byte, or of its SYN.
    pub sequence: u32,
    /// The next sequence number its sender expects; `None` clears the ACK flag.
    pub acknowledgement: Option<u32>,
    /// It opens its direction.
    pub syn: bool,
    /// It closes its direction.
    pub fin: bool,
    /// It aborts the connection.
    pub rst: bool,
    /// The DSCP code point of its IP header.
    pub dscp: u8,
}

/// How many payload bytes fit into one packet beside its headers.
pub(super) const MOST_PAYLOAD: usize = 65_535 - 60;

/// Builds one packet; `payload` has at most 65,475 bytes.
pub fn build(framing: &Framing, header: &Header, payload: &[u8]) -> Frame {
    let mut data = framing.header(header.source.ip());
    let mut tcp = TcpHeader::new(
        header.source.port(),
        header.destination.port(),
        header.sequence,
        u16::MAX,
    );
    tcp.acknowledgment_number = header.acknowledgement.unwrap_or(0);
    tcp.ack = header.acknowledgement.is_some();
    tcp.psh = !payload.is_empty();
    (tcp.syn, tcp.fin, tcp.rst) = (header.syn, header.fin, header.rst);
    let length = u16::try_from(tcp.header_len() + payload.len()).unwrap_or(u16::MAX);
    match (header.source.ip(), header.destination.ip()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => {
            let mut ip = Ipv4Header {
                dscp: IpDscp::try_new(header.dscp).unwrap_or_default(),
                total_len: length.saturating_add(20),
                time_to_live: 64,
                protocol: IpNumber::TCP,
                source: source.octets(),
                destination: destination.octets(),
                ..Ipv4Header::default()
            };
            ip.header_checksum = ip.calc_header_checksum();
            tcp.checksum = tcp.calc_checksum_ipv4(&ip, payload).unwrap_or(0);
            data.extend_from_slice(&ip.to_bytes());
        }
        (source, destination) => {
            let ip = Ipv6Header {
                traffic_class: header.dscp << 2,
                payload_length: length,
                next_header: IpNumber::TCP,
                hop_limit: 64,
                source: octets(source),
                destination: octets(destination),
                ..Ipv6Header::default()
            };
            tcp.checksum = tcp.calc_checksum_ipv6(&ip, payload).unwrap_or(0);
            data.extend_from_slice(&ip.to_bytes());
        }
    }
    data.extend_from_slice(&tcp.to_bytes());
    data.extend_from_slice(payload);
    let interface = match framing {
        Framing::LinuxCooked2 { interface } => *interface,
        _ => 0,
    };
    let wire_len = u32::try_from(data.len()).unwrap_or(u32::MAX);
    Frame {
        at: header.at,
        link: framing.link(),
        interface,
        wire_len,
        data,
    }
}

const fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
        IpAddr::V6(v6) => v6.octets(),
    }
}
