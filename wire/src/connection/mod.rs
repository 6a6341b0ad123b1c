//! One TCP connection: recognises its protocol by content and decodes it to exchanges. Sans-I/O; fed by
//! reassembly with bytes in order and holes by name; bounded by [`Limits`].

mod tally;

pub use tally::{DecodeLoss, MessageCounts, Spoken};

use crate::{Direction, Exchange, Limits, Piece};

/// Decodes one TCP connection.
#[derive(Debug)]
pub struct ConnectionDecoder {
    spoken: Spoken,
    loss: DecodeLoss,
}

impl ConnectionDecoder {
    /// A decoder for a new connection; `midstream` when its beginning was not captured.
    pub fn new(_limits: &Limits, _midstream: bool) -> Self {
        Self {
            spoken: Spoken::Unknown,
            loss: DecodeLoss::default(),
        }
    }

    /// Takes the next piece of one direction; exchanges that are complete are added to `out`.
    pub fn push(&mut self, _direction: Direction, piece: Piece<'_>, _out: &mut Vec<Exchange>) {
        if let Piece::Chunk { bytes, .. } = piece {
            self.spoken = Spoken::Other;
            self.loss.undecodable_bytes += bytes.len() as u64;
        }
    }

    /// What the connection speaks, as far as it is known.
    pub const fn spoken(&self) -> Spoken {
        self.spoken
    }

    /// How many messages were seen so far.
    pub fn counts(&self) -> MessageCounts {
        MessageCounts::default()
    }

    /// What could not be used so far. Complete once both directions ended.
    pub const fn loss(&self) -> DecodeLoss {
        self.loss
    }
}
