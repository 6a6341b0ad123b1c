//! A log line by line: numbered, bounded.

use std::io::{BufRead, ErrorKind};

use crate::file::FileEnd;

/// The longest line that is kept.
const LONGEST: usize = 32 << 20;

/// Reads lines.
pub(crate) struct Lines<'a> {
    inner: &'a mut dyn BufRead,
    line: Vec<u8>,
    number: u64,
}

/// One line, without its end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) bytes: &'a [u8],
    /// From 1.
    pub(crate) number: u64,
    /// Whether it is all there: longer than is kept, or without its end, it is not.
    pub(crate) whole: bool,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(inner: &'a mut dyn BufRead) -> Self {
        Self {
            inner,
            line: Vec::new(),
            number: 0,
        }
    }

    /// The next line, or how the file ended.
    pub(crate) fn next(&mut self) -> Result<Line<'_>, FileEnd> {
        self.line.clear();
        self.line.shrink_to(1 << 20);
        self.number += 1;
        let (mut any, mut over) = (false, false);
        let ended = loop {
            let buffer = match self.inner.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Err(FileEnd::Cut),
                Err(_) => return Err(FileEnd::Damaged),
            };
            if buffer.is_empty() {
                break false;
            }
            any = true;
            let end = memchr::memchr(b'\n', buffer);
            let part = buffer
                .get(..end.unwrap_or(buffer.len()))
                .unwrap_or_default();
            let room = LONGEST.saturating_sub(self.line.len()).min(part.len());
            over |= room < part.len();
            self.line
                .extend_from_slice(part.get(..room).unwrap_or_default());
            let used = part.len() + usize::from(end.is_some());
            self.inner.consume(used);
            if end.is_some() {
                break true;
            }
        };
        if !any {
            return Err(FileEnd::Whole);
        }
        let line = self.line.strip_suffix(b"\r").unwrap_or(&self.line);
        Ok(Line {
            bytes: line,
            number: self.number,
            whole: ended && !over,
        })
    }
}
