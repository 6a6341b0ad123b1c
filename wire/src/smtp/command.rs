//! What a client says: command lines, messages after DATA, chunks after BDAT (RFC 3030), answers to AUTH's
//! questions (RFC 4954).

use crate::passing::{Foreign, Passed, in_capitals, in_one_line, number, pass_over, take_line};

/// A line is kept up to here; bytes. RFC 5321 section 4.5.3.1 lets commands have 512, extensions more.
const LINE: usize = 2 << 10;

/// What comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// A command line.
    #[default]
    Command,
    /// A message up to a line with a dot.
    Message,
    /// An answer to a question of AUTH.
    Secret,
}

/// Finds the end of what a client says.
///
/// ```
/// use reprise_wire::smtp::{CommandReader, Kind};
///
/// let mut reader = CommandReader::new(Kind::Command);
/// assert!(reader.feed(b"MAIL FROM:<a@example.org>\r\n").unwrap().ends);
/// assert_eq!(reader.summary(), "MAIL FROM:<a@example.org>");
/// let mut reader = CommandReader::new(Kind::Message);
/// assert!(reader.feed(b"Subject: hi\r\n\r\n..\r\n.\r\n").unwrap().ends);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandReader {
    kind: Kind,
    line: Vec<u8>,
    /// Bytes of a chunk still to come.
    chunk: u64,
    line_ended: bool,
}

impl CommandReader {
    /// Waits for what comes next.
    pub fn new(kind: Kind) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }

    /// Takes bytes up to its end.
    ///
    /// # Errors
    /// They are of something else, such as TLS.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Passed, Foreign> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.line_ended {
            let ended = take_line(&mut rest, &mut self.line, LINE);
            if self.kind == Kind::Command && self.line.first().is_some_and(|byte| *byte < b' ') {
                let is_blank = self.line.trim_ascii().is_empty();
                if !is_blank {
                    return Err(Foreign);
                }
            }
            if !ended {
                break;
            }
            let is_end = self.kind != Kind::Message || matches!(&self.line[..], b".\r\n" | b".\n");
            if is_end {
                self.line_ended = true;
                self.chunk = self.chunk_length();
            } else {
                self.line.clear();
            }
        }
        if self.line_ended {
            pass_over(&mut rest, &mut self.chunk);
        }
        Ok(Passed {
            consumed: bytes.len() - rest.len(),
            ends: self.line_ended && self.chunk == 0,
        })
    }

    /// How long the chunk after the line is.
    fn chunk_length(&self) -> u64 {
        if self.kind != Kind::Command || self.name() != "BDAT" {
            return 0;
        }
        let length = self.words().nth(1);
        length.and_then(number).unwrap_or(0)
    }

    fn words(&self) -> impl Iterator<Item = &[u8]> {
        let words = self.line.split(u8::is_ascii_whitespace);
        words.filter(|word| !word.is_empty())
    }

    /// What it is: a command's verb in capitals, `MESSAGE`, or `AUTH` for an answer to its questions.
    pub fn name(&self) -> String {
        match self.kind {
            Kind::Command => in_capitals(self.words().next()),
            Kind::Message => "MESSAGE".to_owned(),
            Kind::Secret => "AUTH".to_owned(),
        }
    }

    /// Its line, the verb in capitals: `RCPT TO:<b@example.org>`. Of AUTH the mechanism at most.
    pub fn summary(&self) -> String {
        let name = self.name();
        let shown = match (self.kind, name.as_str()) {
            (Kind::Command, "AUTH") => 1,
            (Kind::Command, _) => usize::MAX,
            _ => 0,
        };
        in_one_line(name, self.words().skip(1).take(shown))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::passing::consumed_in_pieces;

    fn consumed(kind: Kind, all: &[u8], size: usize) -> (usize, CommandReader) {
        let mut reader = CommandReader::new(kind);
        let consumed = consumed_in_pieces(all, size, |piece| reader.feed(piece));
        (consumed, reader)
    }

    #[test]
    fn lines_messages_and_chunks_end_where_they_end_in_any_pieces() {
        let long = format!("Subject: {}\r\n.\r\n", "x".repeat(5_000));
        for (kind, said, summary) in [
            (Kind::Command, "ehlo me\r\n", "EHLO me"),
            (Kind::Command, "AUTH PLAIN AGEAYg==\r\n", "AUTH PLAIN"),
            (Kind::Command, "BDAT 6 LAST\r\n\r\n.\r\n!", "BDAT 6 LAST"),
            (Kind::Secret, "c2VjcmV0\r\n", "AUTH"),
            (Kind::Message, "a\r\n..\r\n.b\r\n\r\n.\r\n", "MESSAGE"),
            (Kind::Message, ".\r\n", "MESSAGE"),
            (Kind::Message, &long, "MESSAGE"),
        ] {
            let all = [said.as_bytes(), b"QUIT\r\n"].concat();
            for size in [1, 2, 3, 5, 4_000, 10_000] {
                let (consumed, reader) = consumed(kind, &all, size);
                assert_eq!(consumed, said.len(), "{summary} by {size}");
                assert_eq!(reader.summary(), summary);
            }
        }
    }

    #[test]
    fn tls_is_foreign() {
        let mut reader = CommandReader::new(Kind::Command);
        assert_eq!(reader.feed(b"\x16\x03\x01\x02\0\x01"), Err(Foreign));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_take_more_than_there_is(bytes in "[BDAT 0-9.\r\n]{0,60}", kind in 0..3) {
            let kind = [Kind::Command, Kind::Message, Kind::Secret][kind as usize];
            let mut reader = CommandReader::new(kind);
            if let Ok(passed) = reader.feed(bytes.as_bytes()) {
                prop_assert!(passed.consumed <= bytes.len());
                let _ = reader.summary();
            }
        }
    }
}
