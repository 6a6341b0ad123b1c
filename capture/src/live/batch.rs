//! Packets copied out of the kernel's ring, many to a buffer, so that nothing is allocated for one.

use reprise_wire::Timestamp;

use crate::{LinkType, Packet};

/// How many bytes and packets a batch takes before it is handed over.
const FULL_BYTES: usize = 1 << 20;
const FULL_PACKETS: usize = 8_192;

/// A buffer of packets; used again and again.
#[derive(Debug, Default)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    packets: Vec<Copied>,
}

#[derive(Clone, Copy, Debug)]
struct Copied {
    at: Timestamp,
    wire_len: u32,
    kept: usize,
}

impl Batch {
    pub(super) fn copy(&mut self, at: Timestamp, wire_len: u32, data: &[u8]) {
        self.bytes.extend_from_slice(data);
        self.packets.push(Copied {
            at,
            wire_len,
            kept: data.len(),
        });
    }

    pub(super) fn is_full(&self) -> bool {
        self.bytes.len() >= FULL_BYTES || self.packets.len() >= FULL_PACKETS
    }

    pub(super) fn is_empty(&self) -> bool {
        self.packets.is_empty()
    }

    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.packets.clear();
    }

    /// The packets, in order.
    pub(super) fn packets(&self, link: LinkType) -> impl Iterator<Item = Packet<'_>> {
        let mut rest = self.bytes.as_slice();
        self.packets.iter().map_while(move |copied| {
            let (data, after) = rest.split_at_checked(copied.kept)?;
            rest = after;
            let Copied { at, wire_len, .. } = *copied;
            Some(Packet {
                at,
                link,
                interface: 0,
                wire_len,
                data,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_come_out_as_they_were_copied_in() {
        let mut batch = Batch::default();
        batch.copy(Timestamp::from_nanos(1), 5, b"abc");
        batch.copy(Timestamp::from_nanos(2), 0, b"");
        batch.copy(Timestamp::from_nanos(3), 2, b"de");
        let copied: Vec<_> = batch
            .packets(LinkType::RAW)
            .map(|packet| (packet.at.nanos(), packet.wire_len, packet.data.to_vec()))
            .collect();
        let expected = [
            (1, 5, b"abc".to_vec()),
            (2, 0, Vec::new()),
            (3, 2, b"de".to_vec()),
        ];
        assert_eq!(copied, expected);
    }
}
