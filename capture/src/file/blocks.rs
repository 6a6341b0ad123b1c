//! One record of a capture file at a time, whatever its format, as packets.

use pcap_parser::traits::PcapNGPacketBlock;
use pcap_parser::{Block, EnhancedPacketBlock, PcapBlockOwned, PcapHeader, UnknownBlock};
use reprise_wire::Timestamp;

use super::pcapng::Interface;
use crate::{LinkType, Packet};

/// The packet block that came before the enhanced one; old files still have it.
const OBSOLETE_PACKET: u32 = 2;
/// What a pcapng block takes without anything in it: its type, and its length twice.
const FRAME_BYTES: u32 = 12;

/// What the records so far said about those to come.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    format: Format,
    big_endian: bool,
    interfaces: Vec<Interface>,
    dropped_before: (u64, u64),
    last_at: Timestamp,
    /// Packet blocks that contradict what came before them.
    unreadable: u64,
}

#[derive(Clone, Copy, Debug, Default)]
enum Format {
    #[default]
    Unknown,
    /// One link type, seconds and microseconds (or nanoseconds).
    Pcap { link: LinkType, nanos_per_unit: i64 },
}

impl Blocks {
    /// The packet in a record, if it holds one.
    pub(super) fn packet<'b>(&mut self, block: &'b PcapBlockOwned<'_>) -> Option<Packet<'b>> {
        let packet = match block {
            PcapBlockOwned::LegacyHeader(header) => {
                self.format = pcap_format(header);
                None
            }
            PcapBlockOwned::Legacy(record) => {
                let Format::Pcap {
                    link,
                    nanos_per_unit,
                } = self.format
                else {
                    return None;
                };
                let nanos = i64::from(record.ts_sec) * 1_000_000_000
                    + i64::from(record.ts_usec) * nanos_per_unit;
                Some(Packet {
                    at: Timestamp::from_nanos(nanos),
                    link,
                    interface: 0,
                    wire_len: record.origlen,
                    data: record.data,
                })
            }
            PcapBlockOwned::NG(block) => self.of_pcapng(block),
        }?;
        self.last_at = packet.at;
        Some(packet)
    }

    /// Whether the pcapng block with which `bytes` begin says that it is shorter than its own frame: the parser
    /// subtracts the one from the other without a look at blocks about processes.
    pub(super) fn is_too_short(&self, bytes: &[u8]) -> bool {
        let Some(length) = bytes.get(4..).and_then(<[u8]>::first_chunk::<4>) else {
            return false;
        };
        let length = if self.big_endian {
            u32::from_be_bytes(*length)
        } else {
            u32::from_le_bytes(*length)
        };
        length < FRAME_BYTES
    }

    /// Packets that the interfaces and the kernel of the capturing host dropped, as the file says.
    pub(super) fn dropped(&self) -> (u64, u64) {
        self.interfaces
            .iter()
            .fold(self.dropped_before, |(interface, kernel), one| {
                (
                    interface.saturating_add(one.interface_dropped),
                    kernel.saturating_add(one.kernel_dropped),
                )
            })
    }

    /// How many packet blocks could not be read.
    pub(super) const fn unreadable(&self) -> u64 {
        self.unreadable
    }

    fn of_pcapng<'b>(&mut self, block: &'b Block<'_>) -> Option<Packet<'b>> {
        match block {
            Block::SectionHeader(section) => {
                self.dropped_before = self.dropped();
                self.interfaces.clear();
                self.big_endian = section.big_endian();
                None
            }
            Block::InterfaceDescription(description) => {
                self.interfaces
                    .push(Interface::of(description, self.big_endian));
                None
            }
            Block::InterfaceStatistics(statistics) => {
                let number = usize::try_from(statistics.if_id).ok()?;
                let big_endian = self.big_endian;
                self.interfaces
                    .get_mut(number)?
                    .take_statistics(statistics, big_endian);
                None
            }
            Block::EnhancedPacket(block) => {
                let packet = self.enhanced(block);
                self.counted(packet)
            }
            Block::SimplePacket(block) => {
                let packet = self.simple(block.origlen, block.data);
                self.counted(packet)
            }
            Block::Unknown(block) if self.kind(block) == OBSOLETE_PACKET => {
                let packet = self.obsolete(block);
                self.counted(packet)
            }
            _ => None,
        }
    }

    /// Which kind of block it is: the parser reads that in little-endian order always.
    const fn kind(&self, block: &UnknownBlock<'_>) -> u32 {
        if self.big_endian {
            block.block_type.swap_bytes()
        } else {
            block.block_type
        }
    }

    const fn counted<'b>(&mut self, packet: Option<Packet<'b>>) -> Option<Packet<'b>> {
        if packet.is_none() {
            self.unreadable += 1;
        }
        packet
    }

    fn enhanced<'b>(&self, block: &'b EnhancedPacketBlock<'_>) -> Option<Packet<'b>> {
        let interface = self.interface(block.if_id)?;
        Some(Packet {
            at: interface.time(block.ts_high, block.ts_low),
            link: interface.link,
            interface: block.if_id,
            wire_len: block.origlen,
            data: block.packet_data(),
        })
    }

    fn interface(&self, number: u32) -> Option<Interface> {
        self.interfaces.get(usize::try_from(number).ok()?).copied()
    }

    /// A packet without a time, on the first interface: it gets that of the packet before.
    fn simple<'b>(&self, wire_len: u32, padded: &'b [u8]) -> Option<Packet<'b>> {
        let interface = self.interface(0)?;
        let limit = if interface.snap_length == 0 {
            u32::MAX
        } else {
            interface.snap_length
        };
        let kept = usize::try_from(wire_len.min(limit)).ok()?.min(padded.len());
        Some(Packet {
            at: self.last_at,
            link: interface.link,
            interface: 0,
            wire_len,
            data: padded.get(..kept)?,
        })
    }

    fn obsolete<'b>(&self, block: &'b UnknownBlock<'_>) -> Option<Packet<'b>> {
        let word = |at: usize| {
            let bytes = *block.data.get(at..)?.first_chunk::<4>()?;
            Some(if self.big_endian {
                u32::from_be_bytes(bytes)
            } else {
                u32::from_le_bytes(bytes)
            })
        };
        let first = word(0)?;
        let number = if self.big_endian {
            first >> 16
        } else {
            first & 0xffff
        };
        let interface = self.interface(number)?;
        let kept = usize::try_from(word(12)?).ok()?;
        Some(Packet {
            at: interface.time(word(4)?, word(8)?),
            link: interface.link,
            interface: number,
            wire_len: word(16)?,
            data: block.data.get(20..)?.get(..kept)?,
        })
    }
}

fn pcap_format(header: &PcapHeader) -> Format {
    // The upper half of the field says how long the frames' checksum is, which the IP length
    // already cuts off.
    let link = LinkType((header.network.0 & 0xffff) as u16);
    let nanos_per_unit = if header.is_nanosecond_precision() {
        1
    } else {
        1_000
    };
    Format::Pcap {
        link,
        nanos_per_unit,
    }
}
