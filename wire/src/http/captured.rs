//! One HTTP message as a capture shows it: its bytes up to the caps, its times, what is missing of it.

use super::framing::BodyFraming;
use crate::{Payload, Timestamp};

/// A message being collected, or complete.
#[derive(Debug, Default)]
pub(crate) struct CapturedMessage {
    /// The bytes kept.
    pub(crate) bytes: Vec<u8>,
    /// How many it has on the wire, seen or not.
    pub(crate) wire_len: u64,
    /// When its first byte was seen.
    pub(crate) first: Timestamp,
    /// When its last byte was seen.
    pub(crate) last: Timestamp,
    /// How its head frames it; `None` when the head is not complete.
    pub(crate) framing: Option<BodyFraming>,
    /// It has no head: an HTTP/0.9 answer.
    pub(crate) headless: bool,
    /// Response: its status.
    pub(crate) status: Option<u16>,
    /// Bytes within are missing.
    pub(crate) gap: bool,
    /// Its end is missing.
    pub(crate) truncated: bool,
    /// Not all of it was seen to pass. What a snap length cut off was.
    pub(crate) missed: bool,
    /// Its end is not kept.
    pub(crate) over_cap: bool,
    /// Decoding began again with it.
    pub(crate) resynced: bool,
}

impl CapturedMessage {
    /// Keeps `bytes` as far as `cap` bytes of the message allow.
    pub(crate) fn keep(&mut self, bytes: &[u8], cap: usize, at: Timestamp) {
        if self.wire_len == 0 {
            self.first = at;
        }
        self.last = at;
        self.wire_len += bytes.len() as u64;
        if self.over_cap {
            return;
        }
        let room = cap.saturating_sub(self.bytes.len()).min(bytes.len());
        self.bytes
            .extend_from_slice(bytes.get(..room).unwrap_or_default());
        self.over_cap = room < bytes.len();
    }

    /// Puts zeros in place of `missing` bytes, unless they are more than `fill_cap`.
    pub(crate) fn fill(&mut self, missing: u64, fill_cap: usize, cap: usize) {
        self.gap = true;
        self.wire_len = self.wire_len.saturating_add(missing);
        if self.over_cap {
            return;
        }
        let room = cap.saturating_sub(self.bytes.len()).min(fill_cap);
        match usize::try_from(missing) {
            Ok(missing) if missing <= room => self.bytes.resize(self.bytes.len() + missing, 0),
            _ => self.over_cap = true,
        }
    }

    /// Whether every byte of it passed, as far as can be told, to its announced end.
    pub(crate) const fn is_whole(&self) -> bool {
        !self.missed
    }

    /// Whether this is an interim answer, which the final one follows.
    pub(crate) fn is_interim(&self) -> bool {
        self.status
            .is_some_and(|status| (100..=199).contains(&status) && status != 101)
    }

    /// The bytes as an exchange carries them.
    pub(crate) fn into_payload(self) -> Payload {
        Payload {
            bytes: self.bytes,
            wire_len: self.wire_len,
        }
    }
}
