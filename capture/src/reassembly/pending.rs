//! Bytes that came before the bytes preceding them, by their offset. What came first is kept.

use std::collections::BTreeMap;

use reprise_wire::Timestamp;

/// Segments waiting behind a hole; they never overlap.
#[derive(Debug, Default)]
pub(super) struct Pending {
    segments: BTreeMap<u64, Early>,
    bytes: usize,
}

/// One of them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Early {
    pub(super) at: Timestamp,
    pub(super) bytes: Box<[u8]>,
}

impl Early {
    fn len(&self) -> u64 {
        self.bytes.len() as u64
    }
}

impl Pending {
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn segments(&self) -> usize {
        self.segments.len()
    }

    /// The offset of the first byte waiting.
    pub(super) fn first(&self) -> Option<u64> {
        self.segments.first_key_value().map(|(offset, _)| *offset)
    }

    /// Takes the first segment if it starts at `offset`.
    pub(super) fn take_at(&mut self, offset: u64) -> Option<Early> {
        let entry = self
            .segments
            .first_entry()
            .filter(|entry| *entry.key() == offset)?;
        let early = entry.remove();
        self.bytes = self.bytes.saturating_sub(early.bytes.len());
        Some(early)
    }

    /// Keeps those of `bytes` that are not there yet. Returns how many of the others disagree with
    /// what is there.
    pub(super) fn insert(&mut self, at: Timestamp, mut offset: u64, mut bytes: &[u8]) -> u64 {
        let mut disagreeing = 0;
        if let Some((start, early)) = self.segments.range(..=offset).next_back() {
            let inside = usize::try_from(offset - start).unwrap_or(usize::MAX);
            if let Some(tail) = early.bytes.get(inside..) {
                let (known, new) = bytes.split_at(bytes.len().min(tail.len()));
                disagreeing += differences(tail, known);
                offset += known.len() as u64;
                bytes = new;
            }
        }
        while !bytes.is_empty() {
            let Some((start, early)) = self.segments.range(offset..).next() else {
                break;
            };
            let before = usize::try_from(start - offset).unwrap_or(usize::MAX);
            let Some((new, rest)) = bytes.split_at_checked(before) else {
                break;
            };
            let (known, beyond) = rest.split_at(rest.len().min(early.bytes.len()));
            disagreeing += differences(&early.bytes, known);
            let next = start + early.len();
            self.keep(at, offset, new);
            (offset, bytes) = (next, beyond);
        }
        self.keep(at, offset, bytes);
        disagreeing
    }

    fn keep(&mut self, at: Timestamp, offset: u64, bytes: &[u8]) {
        if !bytes.is_empty() {
            self.bytes += bytes.len();
            self.segments.insert(
                offset,
                Early {
                    at,
                    bytes: bytes.into(),
                },
            );
        }
    }
}

fn differences(a: &[u8], b: &[u8]) -> u64 {
    a.iter().zip(b).filter(|(a, b)| a != b).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_nanos(0);

    fn drained(mut pending: Pending, mut offset: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while let Some(early) = pending.take_at(offset) {
            offset += early.len();
            bytes.extend_from_slice(&early.bytes);
        }
        bytes
    }

    #[test]
    fn of_overlapping_copies_the_first_is_kept_and_the_difference_counted() {
        let mut pending = Pending::default();
        assert_eq!(pending.insert(AT, 12, b"cd"), 0);
        assert_eq!(pending.insert(AT, 16, b"gh"), 0);
        assert_eq!(pending.insert(AT, 10, b"abXdefgZij"), 2);
        assert_eq!(pending.bytes(), 10);
        assert_eq!(drained(pending, 10), b"abcdefghij");
    }

    #[test]
    fn a_segment_inside_another_adds_nothing() {
        let mut pending = Pending::default();
        pending.insert(AT, 10, b"abcdef");
        assert_eq!(pending.insert(AT, 12, b"cd"), 0);
        assert_eq!(pending.segments(), 1);
        assert_eq!(pending.bytes(), 6);
    }
}
