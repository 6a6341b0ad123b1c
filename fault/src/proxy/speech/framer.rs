//! MySQL packets as they pass: the beginning of each is held until it can be judged, the rest goes through.

use reprise_wire::mysql::HEADER_LEN;

/// Cuts a stream at packets.
#[derive(Debug, Default)]
pub(super) struct Framer {
    held: Vec<u8>,
    /// Bytes still to come of a packet whose beginning has been handed out.
    left: usize,
}

/// What comes next of a stream of packets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Framed {
    /// A packet begins: its header, and its payload up to the limit.
    Beginning(Vec<u8>),
    /// More of the packet that began last.
    More(Vec<u8>),
}

/// The payload's length, and the packet's number.
pub(super) fn header(packet: &[u8]) -> Option<(usize, u8)> {
    let [a, b, c, sequence] = *packet.first_chunk::<HEADER_LEN>()?;
    let length = u32::from_le_bytes([a, b, c, 0]);
    Some((length as usize, sequence))
}

impl Framer {
    /// Takes bytes off the front of `input` up to the next thing to hand out; a packet's beginning has at
    /// most `limit` bytes of payload. `None`: all has been taken, and more is needed.
    pub(super) fn next(&mut self, input: &mut &[u8], limit: usize) -> Option<Framed> {
        if self.left > 0 {
            let taken = take(input, self.left);
            self.left -= taken.len();
            return (!taken.is_empty()).then(|| Framed::More(taken.to_vec()));
        }
        let missing = HEADER_LEN.saturating_sub(self.held.len());
        self.held.extend_from_slice(take(input, missing));
        let (length, _) = header(&self.held)?;
        let wanted = HEADER_LEN + length.min(limit);
        let missing = wanted.saturating_sub(self.held.len());
        self.held.extend_from_slice(take(input, missing));
        if self.held.len() < wanted {
            return None;
        }
        self.left = HEADER_LEN + length - wanted;
        Some(Framed::Beginning(self.held()))
    }

    /// Gives up what is held.
    pub(super) fn held(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }
}

fn take<'a>(input: &mut &'a [u8], most: usize) -> &'a [u8] {
    let (taken, rest) = input.split_at(most.min(input.len()));
    *input = rest;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_in_any_pieces_are_cut_at_their_beginnings() {
        let bytes = b"\x03\0\0\x00abc\0\0\0\x01\x06\0\0\x02abcdef";
        for size in 1..bytes.len() {
            let mut framer = Framer::default();
            let (mut begun, mut all) = (Vec::new(), Vec::new());
            for mut piece in bytes.chunks(size) {
                while let Some(framed) = framer.next(&mut piece, 4) {
                    match framed {
                        Framed::Beginning(packet) => {
                            all.extend_from_slice(&packet);
                            begun.push(packet);
                        }
                        Framed::More(more) => all.extend_from_slice(&more),
                    }
                }
            }
            let expected = [&b"\x03\0\0\x00abc"[..], b"\0\0\0\x01", b"\x06\0\0\x02abcd"];
            assert_eq!(begun, expected, "in pieces of {size}");
            assert_eq!(all, bytes);
        }
    }
}
