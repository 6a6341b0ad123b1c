//! Packet framing: a three-byte length, a sequence byte, the payload; payloads of 0xFFFFFF bytes go on in
//! the next packet. Units: bytes. The reader takes any chunking and keeps at most its cap.
//! Source: MySQL protocol documentation, "MySQL packets".

/// The longest payload of one packet; a payload of this length continues in the next packet.
pub const LONGEST_PACKET: usize = 0xFF_FFFF;

/// Bytes of a packet header.
pub const HEADER_LEN: usize = 4;

/// One payload, joined from as many packets as it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// The sequence number of its first packet.
    pub sequence: u8,
    /// The sequence number of its last packet.
    pub last_sequence: u8,
    /// The payload, cut off at the reader's cap; bytes lost in the capture read as zeros.
    pub payload: &'a [u8],
    /// How long the payload was.
    pub len: u64,
    /// How many bytes of it are missing from the capture.
    pub missing: u64,
}

impl Packet<'_> {
    /// Bytes it took on the wire, headers included.
    pub const fn wire_len(&self) -> u64 {
        self.len + (HEADER_LEN as u64) * (self.len / LONGEST_PACKET as u64 + 1)
    }

    /// Bytes of it that were seen, headers included.
    pub const fn seen_len(&self) -> u64 {
        self.wire_len().saturating_sub(self.missing)
    }

    /// Writes the packet as it was on the wire, up to the reader's cap.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        let mut sequence = self.sequence;
        write_packet(out, &mut sequence, self.payload);
    }
}

/// Cuts one direction of a connection into payloads.
#[derive(Clone, Debug)]
pub struct PacketReader {
    /// Header bytes seen so far of the packet being read.
    header: [u8; HEADER_LEN],
    header_len: usize,
    /// Payload bytes of the current packet that have not come yet.
    missing: usize,
    /// Whether the packet being read is full, so that another continues it.
    continues: bool,
    /// Payload joined so far.
    payload: Vec<u8>,
    len: u64,
    first_sequence: Option<u8>,
    /// Bytes of the payload that were not captured.
    lost: u64,
    /// The last packet was handed out of `payload`, which is to be cleared.
    handed_out: bool,
    cap: usize,
}

/// Whether a reader still knows where packets begin after a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterGap {
    /// The gap lay within one payload and reads as zeros.
    InStep,
    /// A packet boundary was lost: the reader has begun afresh.
    OutOfStep,
}

impl PacketReader {
    /// Bytes kept of the packet being read.
    pub(crate) const fn held_bytes(&self) -> usize {
        self.payload.len()
    }

    /// A reader that keeps at most `cap` bytes of a payload.
    pub const fn new(cap: usize) -> Self {
        Self {
            header: [0; HEADER_LEN],
            header_len: 0,
            missing: 0,
            continues: false,
            payload: Vec::new(),
            len: 0,
            first_sequence: None,
            lost: 0,
            handed_out: false,
            cap,
        }
    }

    /// Takes the next payload off the front of `input`; `None` when `input` is used up first.
    pub fn next<'a, 'b: 'a>(&'a mut self, input: &mut &'b [u8]) -> Option<Packet<'a>> {
        if self.handed_out {
            self.reset();
        }
        if self.at_boundary()
            && let Some(packet) = whole_packet(input, self.cap)
        {
            return Some(packet);
        }
        loop {
            if self.header_len < HEADER_LEN && !self.read_header(input) {
                return None;
            }
            let (taken, rest) = input.split_at(self.missing.min(input.len()));
            *input = rest;
            self.keep(taken);
            self.missing -= taken.len();
            if self.missing > 0 {
                return None;
            }
            let last_sequence = self.header[3];
            self.header_len = 0;
            if !self.continues {
                self.handed_out = true;
                return Some(Packet {
                    sequence: self.first_sequence.unwrap_or(last_sequence),
                    last_sequence,
                    payload: &self.payload,
                    len: self.len,
                    missing: self.lost,
                });
            }
        }
    }

    /// Whether `len` missing bytes would all belong to the payload being read.
    pub const fn spans(&self, len: u64) -> bool {
        !self.handed_out && self.header_len == HEADER_LEN && len <= self.missing as u64
    }

    /// Passes over `len` bytes that were not captured. A payload whose end they were is handed out by the
    /// next call of `next`, which may be one with no input.
    pub fn gap(&mut self, len: u64) -> AfterGap {
        if self.handed_out {
            self.reset();
        }
        if self.spans(len) {
            let filled = usize::try_from(len).unwrap_or(self.missing);
            let kept = filled.min(self.cap.saturating_sub(self.payload.len()));
            self.payload.resize(self.payload.len() + kept, 0);
            self.len += len;
            self.missing -= filled;
            self.lost += len;
            return AfterGap::InStep;
        }
        self.reset();
        AfterGap::OutOfStep
    }

    /// Gives up the packet being read and hands out what came of it, if any of its payload did.
    pub(super) fn take_partial(&mut self) -> Option<Packet<'_>> {
        if self.handed_out {
            self.reset();
        }
        let sequence = self.first_sequence.filter(|_| !self.payload.is_empty())?;
        self.handed_out = true;
        Some(Packet {
            sequence,
            last_sequence: sequence,
            payload: &self.payload,
            len: self.len,
            missing: self.lost,
        })
    }

    /// Whether the next byte begins a packet that continues no other.
    pub const fn at_boundary(&self) -> bool {
        self.handed_out || (self.header_len == 0 && self.first_sequence.is_none())
    }

    /// Forgets a half-read packet: the next byte begins one.
    pub fn reset(&mut self) {
        self.header_len = 0;
        self.missing = 0;
        self.continues = false;
        self.len = 0;
        self.first_sequence = None;
        self.lost = 0;
        self.handed_out = false;
        // A single large payload must not pin its buffer for the life of the connection.
        if self.payload.capacity() > 1 << 20 {
            self.payload = Vec::new();
        } else {
            self.payload.clear();
        }
    }

    fn read_header(&mut self, input: &mut &[u8]) -> bool {
        while let Some(slot) = self.header.get_mut(self.header_len) {
            let Some((&byte, rest)) = input.split_first() else {
                return false;
            };
            *slot = byte;
            *input = rest;
            self.header_len += 1;
        }
        let [a, b, c, sequence] = self.header;
        self.missing = u32::from_le_bytes([a, b, c, 0]) as usize;
        self.continues = self.missing == LONGEST_PACKET;
        self.first_sequence.get_or_insert(sequence);
        true
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = self.cap.saturating_sub(self.payload.len());
        self.payload
            .extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.len += bytes.len() as u64;
    }
}

/// The packet at the front of `input`, if all of it is there and nothing continues it.
fn whole_packet<'a>(input: &mut &'a [u8], cap: usize) -> Option<Packet<'a>> {
    let (&[a, b, c, sequence], rest) = input.split_first_chunk::<HEADER_LEN>()?;
    let len = u32::from_le_bytes([a, b, c, 0]) as usize;
    if len == LONGEST_PACKET {
        return None;
    }
    let (payload, rest) = rest.split_at_checked(len)?;
    *input = rest;
    Some(Packet {
        sequence,
        last_sequence: sequence,
        payload: payload.get(..cap).unwrap_or(payload),
        len: len as u64,
        missing: 0,
    })
}

/// Writes `payload` as one packet, or as several when it is too long for one. `sequence` is the number of
/// the first; afterwards it is the number of the next packet to write, by either side.
pub fn write_packet(out: &mut Vec<u8>, sequence: &mut u8, payload: &[u8]) {
    let mut rest = payload;
    loop {
        let (part, after) = rest.split_at(rest.len().min(LONGEST_PACKET));
        super::fields::put_u24(out, u32::try_from(part.len()).unwrap_or(0));
        out.push(*sequence);
        out.extend_from_slice(part);
        *sequence = sequence.wrapping_add(1);
        rest = after;
        if part.len() < LONGEST_PACKET {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_all(reader: &mut PacketReader, chunks: &[&[u8]]) -> Vec<(u8, u8, Vec<u8>)> {
        let mut seen = Vec::new();
        for chunk in chunks {
            let mut input = *chunk;
            while let Some(packet) = reader.next(&mut input) {
                seen.push((
                    packet.sequence,
                    packet.last_sequence,
                    packet.payload.to_vec(),
                ));
            }
        }
        seen
    }

    #[test]
    fn a_payload_of_the_longest_length_ends_with_an_empty_packet() {
        let payload = vec![7; LONGEST_PACKET];
        let mut wire = Vec::new();
        let mut sequence = 3;
        write_packet(&mut wire, &mut sequence, &payload);
        assert_eq!(sequence, 5);
        assert!(wire.ends_with(&[0, 0, 0, 4]));
        let mut reader = PacketReader::new(usize::MAX);
        let mut input = &wire[..];
        let packet = reader.next(&mut input).unwrap();
        assert_eq!((packet.sequence, packet.last_sequence), (3, 4));
        assert_eq!(packet.payload.len(), LONGEST_PACKET);
        assert_eq!(packet.wire_len(), wire.len() as u64);
    }

    #[test]
    fn a_payload_over_the_cap_is_cut_but_its_length_is_known() {
        let mut wire = Vec::new();
        write_packet(&mut wire, &mut 0, &[1; 100]);
        write_packet(&mut wire, &mut 0, &[2; 3]);
        for split in [wire.len(), 50] {
            let mut reader = PacketReader::new(10);
            let (front, back) = wire.split_at(split);
            let mut seen = Vec::new();
            for chunk in [front, back] {
                let mut input = chunk;
                while let Some(packet) = reader.next(&mut input) {
                    seen.push((packet.payload.to_vec(), packet.len));
                }
            }
            assert_eq!(seen, [(vec![1; 10], 100), (vec![2; 3], 3)]);
        }
    }

    #[test]
    fn a_gap_within_a_payload_reads_as_zeros_and_one_over_its_end_loses_step() {
        let mut reader = PacketReader::new(1 << 20);
        let mut input: &[u8] = &[6, 0, 0, 0, b'a', b'b'];
        assert!(reader.next(&mut input).is_none());
        assert_eq!(reader.gap(3), AfterGap::InStep);
        let mut input: &[u8] = b"f";
        let packet = reader.next(&mut input).unwrap();
        assert_eq!((packet.payload, packet.missing), (&b"ab\0\0\0f"[..], 3));
        assert_eq!(reader.gap(1), AfterGap::OutOfStep);
    }

    #[test]
    fn a_gap_up_to_the_end_of_a_payload_completes_it_without_further_bytes() {
        let mut reader = PacketReader::new(1 << 20);
        assert!(reader.next(&mut &[3, 0, 0, 1, b'a'][..]).is_none());
        assert_eq!(reader.gap(2), AfterGap::InStep);
        assert_eq!(reader.next(&mut &[][..]).unwrap().payload, b"a\0\0");
        assert!(reader.next(&mut &[][..]).is_none());
    }

    proptest! {
        #[test]
        fn any_chunking_gives_the_same_payloads(
            payloads in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 1..8),
            cuts in prop::collection::vec(1_usize..9, 1..60),
        ) {
            let mut wire = Vec::new();
            let mut sequence = 250;
            for payload in &payloads {
                write_packet(&mut wire, &mut sequence, payload);
            }
            let whole = read_all(&mut PacketReader::new(1 << 20), &[&wire]);
            prop_assert_eq!(whole.len(), payloads.len());
            let mut chunks = Vec::new();
            let mut rest = &wire[..];
            for cut in cuts.into_iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (front, back) = rest.split_at(cut.min(rest.len()));
                chunks.push(front);
                rest = back;
            }
            prop_assert_eq!(read_all(&mut PacketReader::new(1 << 20), &chunks), whole);
        }
    }
}
