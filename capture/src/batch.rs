//! Packets copied out of where they came from, many to a buffer, so that nothing is allocated for one.

use reprise_wire::Timestamp;

use crate::{LinkType, Packet};

/// How many bytes and packets a batch takes before it is handed over.
const FULL_BYTES: usize = 1 << 20;
const FULL_PACKETS: usize = 8_192;

/// A buffer of packets; used again and again.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    bytes: Vec<u8>,
    packets: Vec<Copied>,
    latest: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Copied {
    at: Timestamp,
    link: LinkType,
    interface: u32,
    wire_len: u32,
    kept: usize,
}

/// How far a batch has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cursor {
    packet: usize,
    byte: usize,
}

impl Batch {
    pub(crate) fn copy(&mut self, packet: &Packet<'_>) {
        self.bytes.extend_from_slice(packet.data);
        self.latest = self.latest.max(packet.at);
        self.packets.push(Copied {
            at: packet.at,
            link: packet.link,
            interface: packet.interface,
            wire_len: packet.wire_len,
            kept: packet.data.len(),
        });
    }

    pub(crate) const fn is_full(&self) -> bool {
        self.bytes.len() >= FULL_BYTES || self.packets.len() >= FULL_PACKETS
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    pub(crate) const fn bytes(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.packets.clear();
        self.latest = Timestamp::default();
    }

    /// When the packet at `cursor` was seen; `None` at the end.
    pub(crate) fn time_at(&self, cursor: Cursor) -> Option<Timestamp> {
        self.packets.get(cursor.packet).map(|packet| packet.at)
    }

    /// The latest time of a packet: mostly the last one's.
    pub(crate) const fn latest(&self) -> Timestamp {
        self.latest
    }

    /// The packet at `cursor`, which moves on.
    pub(crate) fn next(&self, cursor: &mut Cursor) -> Option<Packet<'_>> {
        let copied = self.packets.get(cursor.packet)?;
        let data = self.bytes.get(cursor.byte..)?.get(..copied.kept)?;
        cursor.packet += 1;
        cursor.byte += copied.kept;
        let Copied {
            at,
            link,
            interface,
            wire_len,
            ..
        } = *copied;
        Some(Packet {
            at,
            link,
            interface,
            wire_len,
            data,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_as_they_were_copied_in() {
        let packet = |nanos, link, data| Packet {
            at: Timestamp::from_nanos(nanos),
            link,
            interface: 7,
            wire_len: 5,
            data,
        };
        let packets: [Packet<'_>; 3] = [
            packet(1, LinkType::RAW, b"abc"),
            packet(2, LinkType::ETHERNET, b""),
            packet(3, LinkType::RAW, b"de"),
        ];
        let mut batch = Batch::default();
        for packet in &packets {
            batch.copy(packet);
        }
        let mut cursor = Cursor::default();
        for packet in packets {
            assert_eq!(batch.time_at(cursor), Some(packet.at));
            assert_eq!(batch.next(&mut cursor), Some(packet));
        }
        assert_eq!(batch.next(&mut cursor), None);
    }
}
