//! Bytes of an answer on their way to the client, changed as faults want it.

use crate::draw::Dice;
use crate::turn::{AnswerChanges, Cut};

/// What an answer has become so far.
#[derive(Debug)]
pub(in crate::proxy) struct Altered {
    /// Bytes, and whether a row's pause comes before them.
    pub(in crate::proxy) pieces: Vec<(bool, Vec<u8>)>,
    seed: u64,
    number: u64,
}

/// Where an answer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::proxy) enum Verdict {
    /// More of it is to come.
    More,
    /// That was all.
    Done,
    /// That was all, and the connection left the protocol with it.
    DoneAndOpaque,
    /// This is no answer: the rest is bytes.
    Foreign,
    /// A fault ends it here, and the connection.
    Cut,
}

impl Altered {
    /// `number` tells this piece of the connection from others, for chance.
    pub(in crate::proxy) const fn new(seed: u64, number: u64) -> Self {
        Self {
            pieces: Vec::new(),
            seed,
            number,
        }
    }

    pub(super) fn put(&mut self, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.pieces.push((false, bytes));
        }
    }

    /// Puts a row, after its pause.
    pub(super) fn put_row(&mut self, bytes: Vec<u8>) {
        self.pieces.push((true, bytes));
    }

    /// Turns one bit over in so many of these bytes, each time another one.
    pub(super) fn corrupt(&self, bytes: &mut [u8], count: u32) {
        let length = bytes.len();
        let count = count.min(u32::try_from(length).unwrap_or(u32::MAX));
        for number in 0..count {
            let place = [self.number, u64::from(number)];
            let dice = Dice::new(self.seed, &place);
            // spread over as many parts as there are bytes to damage: no bit is turned back
            let part = (length as f64) / f64::from(count);
            let at = ((f64::from(number) + dice.unit(0)) * part) as usize;
            if let Some(byte) = bytes.get_mut(at.min(length - 1)) {
                *byte ^= 1 << ((dice.unit(1) * 8.0) as u32).min(7);
            }
        }
    }
}

/// The changes that need nothing but bytes: where they end, and damage at their beginning.
#[derive(Debug, Default)]
pub(super) struct Body {
    seen: u64,
    damaged: bool,
}

impl Body {
    pub(super) const fn new() -> Self {
        Self {
            seen: 0,
            damaged: false,
        }
    }

    /// Passes bytes of a body on. `Cut` when it ends here.
    pub(super) fn pass(
        &mut self,
        mut bytes: Vec<u8>,
        changes: &AnswerChanges,
        out: &mut Altered,
    ) -> Verdict {
        if changes.corrupt_bytes > 0 && !self.damaged && !bytes.is_empty() {
            self.damaged = true;
            out.corrupt(&mut bytes, changes.corrupt_bytes);
        }
        let before = self.seen;
        self.seen += bytes.len() as u64;
        match changes.cut {
            Some(Cut::Bytes(limit)) if self.seen > u64::from(limit) => {
                bytes.truncate(u64::from(limit).saturating_sub(before) as usize);
                out.put(bytes);
                Verdict::Cut
            }
            _ => {
                out.put(bytes);
                Verdict::More
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_bytes_are_damaged_as_asked_and_no_more_than_there_are() {
        for (count, expected) in [(1, 1), (3, 3), (11, 11), (99, 11)] {
            let mut bytes = *b"hello world";
            Altered::new(1, 1).corrupt(&mut bytes, count);
            let damaged = bytes.iter().zip(b"hello world").filter(|(a, b)| a != b);
            assert_eq!(damaged.count(), expected, "{count} of 11");
        }
    }
}
