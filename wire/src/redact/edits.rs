//! A text rewritten in places: what lies between is copied as it is.

use std::ops::Range;

/// How much room is left for what comes after the first value that is put in.
const SOON: usize = 32;

/// A text being rewritten from front to back.
#[derive(Debug)]
pub(crate) struct Edits<'a> {
    text: &'a [u8],
    out: Vec<u8>,
    /// Up to where `text` has been taken over.
    done: usize,
    changed: bool,
}

impl<'a> Edits<'a> {
    pub(crate) const fn of(text: &'a [u8]) -> Self {
        Self {
            text,
            out: Vec::new(),
            done: 0,
            changed: false,
        }
    }

    /// Puts `new` in the place of a range that lies after the last one.
    pub(crate) fn put(&mut self, range: Range<usize>, new: &[u8]) {
        if !self.changed {
            // Most texts grow by a value or two.
            self.out.reserve(self.text.len() + new.len() + SOON);
        }
        let before = self.text.get(self.done..range.start).unwrap_or_default();
        self.out.extend_from_slice(before);
        self.out.extend_from_slice(new);
        self.done = range.end.max(self.done);
        self.changed = true;
    }

    /// The new text; `None` when nothing was put in.
    pub(crate) fn finish(mut self) -> Option<Vec<u8>> {
        if !self.changed {
            return None;
        }
        let rest = self.text.get(self.done..).unwrap_or_default();
        self.out.extend_from_slice(rest);
        Some(self.out)
    }
}
