//! The time before a connection's protocol is known: holds the few bytes that may still be a beginning,
//! counts and drops those that cannot.

use super::recognise::{Verdict, is_held_lead, recognise};
use super::server_name::server_name;
use super::{DecodeLoss, Spoken};
use crate::{Close, Direction, Piece, Timestamp};

/// A piece that waits for the protocol to be known.
#[derive(Debug)]
enum HeldPiece {
    Chunk { at: Timestamp, bytes: Vec<u8> },
    End { at: Timestamp, close: Close },
}

/// A connection whose protocol is not known yet.
#[derive(Debug)]
pub(super) struct Opening {
    midstream: bool,
    held: Vec<(Direction, HeldPiece)>,
    held_bytes: usize,
    cap: usize,
    dropped: u64,
    something_missing: bool,
}

impl Opening {
    pub(super) const fn new(midstream: bool, cap: usize) -> Self {
        Self {
            midstream,
            held: Vec::new(),
            held_bytes: 0,
            cap,
            dropped: 0,
            something_missing: false,
        }
    }

    /// Bytes that wait for the protocol to be known.
    pub(super) const fn held_bytes(&self) -> usize {
        self.held_bytes
    }

    /// Whether a decoder that starts now cannot rely on being at the beginning.
    pub(super) const fn is_amid(&self) -> bool {
        self.midstream || self.something_missing
    }

    /// Looks at the next piece: the protocol, once it is known. The piece itself is held only when it
    /// is not.
    pub(super) fn look(&mut self, direction: Direction, piece: Piece<'_>) -> Option<Spoken> {
        match piece {
            Piece::Chunk { at, bytes } => self.look_at_bytes(direction, at, bytes),
            Piece::Cut { .. } => {
                // Nothing more of what is held will come: only what leaves no doubt counts.
                if let Verdict::Is(spoken) = recognise(direction, &self.held_of(direction), true) {
                    return Some(spoken);
                }
                self.drop_held(direction);
                self.something_missing = true;
                None
            }
            Piece::Gap { .. } => {
                self.drop_held(direction);
                self.something_missing = true;
                None
            }
            Piece::End { at, close } => {
                self.held.push((direction, HeldPiece::End { at, close }));
                None
            }
        }
    }

    fn look_at_bytes(
        &mut self,
        direction: Direction,
        at: Timestamp,
        bytes: &[u8],
    ) -> Option<Spoken> {
        let earlier = self.held_of(direction);
        let verdict = if earlier.is_empty() {
            recognise(direction, bytes, self.is_amid())
        } else if is_text(&earlier) && !bytes.contains(&b'\n') {
            // A first line that is good so far is judged again when it is whole.
            Verdict::Maybe
        } else {
            recognise(direction, &[&earlier, bytes].concat(), self.is_amid())
        };
        let verdict = match verdict {
            Verdict::No if self.is_amid() && is_held_lead(direction, &earlier) => {
                self.drop_held(direction);
                self.something_missing = true;
                recognise(direction, bytes, true)
            }
            verdict => verdict,
        };
        match verdict {
            Verdict::Is(spoken) => return Some(spoken),
            Verdict::Maybe if self.held_bytes + bytes.len() <= self.cap => {
                self.held_bytes += bytes.len();
                let bytes = bytes.to_vec();
                self.held.push((direction, HeldPiece::Chunk { at, bytes }));
            }
            Verdict::Maybe | Verdict::No => {
                self.drop_held(direction);
                self.dropped += bytes.len() as u64;
                self.something_missing = true;
            }
        }
        None
    }

    /// The name in the ClientHello that `piece` ends, or is.
    pub(super) fn server_name(&self, piece: Piece<'_>) -> Option<String> {
        let Piece::Chunk { bytes, .. } = piece else {
            return None;
        };
        server_name(&[&self.held_of(Direction::ToServer), bytes].concat())
    }

    fn held_of(&self, direction: Direction) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (held_direction, piece) in &self.held {
            if let HeldPiece::Chunk { bytes: held, .. } = piece
                && *held_direction == direction
            {
                bytes.extend_from_slice(held);
            }
        }
        bytes
    }

    fn drop_held(&mut self, direction: Direction) {
        let dropped = self.held_of(direction).len();
        self.dropped += dropped as u64;
        self.held_bytes -= dropped;
        self.held.retain(|(held_direction, piece)| {
            *held_direction != direction || matches!(piece, HeldPiece::End { .. })
        });
    }

    /// Hands every held piece to `push`, in the order it came.
    pub(super) fn replay(&self, mut push: impl FnMut(Direction, Piece<'_>)) {
        for (direction, held) in &self.held {
            let piece = match held {
                HeldPiece::Chunk { at, bytes } => Piece::Chunk { at: *at, bytes },
                HeldPiece::End { at, close } => Piece::End {
                    at: *at,
                    close: *close,
                },
            };
            push(*direction, piece);
        }
    }

    pub(super) const fn spoken(&self) -> Spoken {
        if self.dropped > 0 {
            Spoken::Other
        } else {
            Spoken::Unknown
        }
    }

    /// Bytes dropped so far.
    pub(super) fn dropped(&self) -> DecodeLoss {
        DecodeLoss {
            undecodable_bytes: self.dropped,
            ..DecodeLoss::default()
        }
    }

    /// Bytes dropped and held: what is lost if nothing more comes.
    pub(super) fn loss(&self) -> DecodeLoss {
        let undecodable_bytes = self.dropped + self.held_bytes as u64;
        DecodeLoss {
            undecodable_bytes,
            ..DecodeLoss::default()
        }
    }
}

/// After this many good bytes of text only the end of a first line can tell more.
const DECISIVE: usize = 128;

fn is_text(bytes: &[u8]) -> bool {
    bytes.len() >= DECISIVE && bytes.iter().take(4).all(|byte| (b' '..0x7f).contains(byte))
}
