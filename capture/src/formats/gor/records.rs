//! The records of a file: cut at separators that a valid first line follows, for bodies may hold the separator
//! too. Bounded: of a record without an end the beginning is kept.

use std::io::{BufRead, ErrorKind};

use reprise_wire::Timestamp;

use super::{SEPARATOR, Span};
use crate::file::FileEnd;

/// The longest message that is kept whole.
const LONGEST: usize = 64 << 20;
/// The longest first line of a record.
const LONGEST_HEADER: usize = 256;

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Request,
    Response,
    /// What a target answered to a replayed request.
    Replayed,
}

/// One record.
#[derive(Debug)]
pub(super) struct Record<'a> {
    pub(super) kind: Kind,
    pub(super) id: &'a [u8],
    pub(super) span: Span,
    /// The message, as far as it is kept.
    pub(super) bytes: &'a [u8],
    /// How many more bytes it had.
    pub(super) missing: u64,
    /// The line on which it begins.
    pub(super) line: u64,
}

/// Cuts a file into records.
pub(super) struct Records<'a> {
    inner: &'a mut dyn BufRead,
    /// What was read; before `begin` it has been taken.
    window: Vec<u8>,
    begin: usize,
    /// What the record being read has so far, its first line included.
    record: Vec<u8>,
    missing: u64,
    line: u64,
    next_line: u64,
    exhausted: bool,
    end: FileEnd,
}

impl<'a> Records<'a> {
    pub(super) fn new(inner: &'a mut dyn BufRead) -> Self {
        Self {
            inner,
            window: Vec::new(),
            begin: 0,
            record: Vec::new(),
            missing: 0,
            line: 1,
            next_line: 1,
            exhausted: false,
            end: FileEnd::Whole,
        }
    }

    /// How the file ended, once there is no further record.
    pub(super) const fn end(&self) -> FileEnd {
        self.end
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    /// What follows is no record.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>, FileEnd> {
        self.record.clear();
        self.record.shrink_to(1 << 20);
        self.missing = 0;
        self.line = self.next_line;
        let whole = self.collect();
        if self.record.trim_ascii().is_empty() {
            return Ok(None);
        }
        if !whole && self.end == FileEnd::Whole {
            self.end = FileEnd::Cut;
        }
        let (line, missing) = (self.line, self.missing);
        let (kind, id, span, bytes) = header(&self.record).ok_or(FileEnd::Damaged)?;
        Ok(Some(Record {
            kind,
            id,
            span,
            bytes,
            missing,
            line,
        }))
    }

    /// Moves bytes into the record up to a separator, which is dropped; false when the file ended before.
    fn collect(&mut self) -> bool {
        let mut searched = 0;
        loop {
            let ahead = self.ahead();
            let rest = ahead.get(searched..).unwrap_or_default();
            let found = memchr::memmem::find(rest, SEPARATOR).map(|at| searched + at);
            let Some(at) = found else {
                // The separator may have begun at the end of what is there.
                let length = ahead.len();
                let kept = length.saturating_sub(SEPARATOR.len() - 1);
                if self.exhausted {
                    self.take(length);
                    return false;
                }
                self.take(kept.max(searched.min(length)));
                searched = 0;
                self.fill();
                continue;
            };
            let after = at + SEPARATOR.len();
            let follows = ahead.get(after..).unwrap_or_default();
            if !self.exhausted && follows.len() < LONGEST_HEADER {
                self.fill();
                searched = at;
                continue;
            }
            if follows.is_empty() || header(follows).is_some() {
                self.take(at);
                self.skip(SEPARATOR.len());
                return true;
            }
            searched = at + 1;
        }
    }

    /// What was read and not yet taken.
    fn ahead(&self) -> &[u8] {
        self.window.get(self.begin..).unwrap_or_default()
    }

    /// Moves the next `count` bytes into the record.
    fn take(&mut self, count: usize) {
        let end = self.begin + count;
        let part = self.window.get(self.begin..end).unwrap_or_default();
        let room = LONGEST.saturating_sub(self.record.len()).min(part.len());
        self.record
            .extend_from_slice(part.get(..room).unwrap_or_default());
        self.missing += (part.len() - room) as u64;
        self.skip(count);
    }

    fn skip(&mut self, count: usize) {
        let end = (self.begin + count).min(self.window.len());
        let part = self.window.get(self.begin..end).unwrap_or_default();
        self.next_line += memchr::memchr_iter(b'\n', part).count() as u64;
        self.begin = end;
    }

    fn fill(&mut self) {
        self.window.drain(..self.begin);
        self.begin = 0;
        match self.inner.fill_buf() {
            Ok([]) => self.exhausted = true,
            Ok(bytes) => {
                let count = bytes.len();
                self.window.extend_from_slice(bytes);
                self.inner.consume(count);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                self.exhausted = true;
                self.end = match error.kind() {
                    ErrorKind::UnexpectedEof => FileEnd::Cut,
                    _ => FileEnd::Damaged,
                };
            }
        }
    }
}

/// A record's first line, and what follows it: `1 ID TIMESTAMP`, perhaps with a duration, in nanoseconds.
pub(super) fn header(record: &[u8]) -> Option<(Kind, &[u8], Span, &[u8])> {
    let searched = record.get(..LONGEST_HEADER).unwrap_or(record);
    let end = memchr::memchr(b'\n', searched)?;
    let (line, rest) = record.split_at_checked(end)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let mut words = line.split(|byte| *byte == b' ');
    let kind = match words.next()? {
        b"1" => Kind::Request,
        b"2" => Kind::Response,
        b"3" => Kind::Replayed,
        _ => return None,
    };
    let id = words.next()?;
    let is_id = id.len() >= 8
        && id
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let at = number(words.next()?)?;
    let took = words.next().and_then(number).filter(|took| *took >= 0);
    let first = Timestamp::from_nanos(at);
    // Only newer versions say how long the message took; in older ones it is the time since the request.
    let took = took.filter(|_| id.len() == super::id::LENGTH).unwrap_or(0);
    let span = Span {
        first,
        last: first.plus_nanos(took),
    };
    is_id.then(|| (kind, id, span, rest.get(1..).unwrap_or_default()))
}

fn number(word: &[u8]) -> Option<i64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// The ids and bodies of a file's records, and how it ended; read a few bytes at a time.
    fn cut(file: &str) -> (Vec<(String, String)>, FileEnd) {
        let mut reader = BufReader::with_capacity(7, file.as_bytes());
        let mut records = Records::new(&mut reader);
        let mut found = Vec::new();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        loop {
            match records.next() {
                Ok(Some(record)) => found.push((text(record.id), text(record.bytes))),
                Ok(None) => return (found, records.end()),
                Err(end) => return (found, end),
            }
        }
    }

    fn pair(id: &str, bytes: &str) -> (String, String) {
        (id.to_owned(), bytes.to_owned())
    }

    #[test]
    fn a_separator_in_a_body_ends_nothing_unless_a_first_line_follows() {
        let body = "a\n🐵🙈🙉\n1 b\n🐵🙈🙉\n1 2 3\n🐵🙈🙉";
        let file = format!("1 aaaaaaaa 5\n{body}\n🐵🙈🙉\n2 aaaaaaaa 6 7\nx\n🐵🙈🙉\n");
        let expected = vec![pair("aaaaaaaa", body), pair("aaaaaaaa", "x")];
        assert_eq!(cut(&file), (expected, FileEnd::Whole));
    }

    #[test]
    fn a_file_without_its_last_separator_was_cut() {
        let file = "1 aaaaaaaa 5\nx\n🐵🙈🙉\n1 bbbbbbbb 6\nyy\n🐵";
        let expected = vec![pair("aaaaaaaa", "x"), pair("bbbbbbbb", "yy\n🐵")];
        assert_eq!(cut(file), (expected, FileEnd::Cut));
        assert_eq!(cut("1 aaaaaaaa 5").1, FileEnd::Damaged);
        assert_eq!(cut("\n\n"), (vec![], FileEnd::Whole));
    }

    #[test]
    fn times_are_nanoseconds_and_durations_are_believed_with_ids_that_have_them() {
        let span = |line: &str| {
            header(format!("{line}\n").as_bytes())
                .map(|(_, _, span, _)| (span.first.nanos(), span.last.nanos()))
        };
        assert_eq!(
            span("1 0123456789abcdef01234567 1000 20"),
            Some((1000, 1020))
        );
        assert_eq!(span("1 0123456789abcdef01234567 1000"), Some((1000, 1000)));
        let old = "2 8e091765ae902fef8a2b7d9dd960e9d52222bd8c 1439818823587996305 2782013";
        assert_eq!(
            span(old),
            Some((1_439_818_823_587_996_305, 1_439_818_823_587_996_305))
        );
        assert_eq!(span("4 0123456789abcdef 1000"), None);
        assert_eq!(span("1 0123456789abcdef x"), None);
        assert_eq!(span("1 short 1000"), None);
    }
}
