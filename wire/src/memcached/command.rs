//! Commands: a line, and for those that store a value after it.

use super::LONGEST;
use crate::passing::{Foreign, Passed, in_capitals, in_one_line, number, pass_over, take_line};

/// A command's line is read up to here; bytes. A get of many keys is longer and goes on.
const LINE: usize = 2 << 10;

/// The first byte of a request of the binary protocol.
const BINARY: u8 = 0x80;

/// Finds the end of a command and keeps its line.
///
/// ```
/// use reprise_wire::memcached::CommandReader;
///
/// let mut reader = CommandReader::default();
/// let passed = reader.feed(b"set user:7 0 60 5\r\nhello\r\nget a\r\n").unwrap();
/// assert_eq!((passed.consumed, passed.ends), (26, true));
/// assert_eq!((reader.summary(), reader.is_answered()), ("SET user:7 0 60 5".to_owned(), true));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandReader {
    line: Vec<u8>,
    line_ended: bool,
    /// Bytes of a value still to come, its line end included.
    value: u64,
}

impl CommandReader {
    /// Takes bytes up to the end of the command.
    ///
    /// # Errors
    /// They are no command of the text protocol.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Passed, Foreign> {
        let mut rest = bytes;
        if !self.line_ended {
            if self.line.is_empty() && rest.first() == Some(&BINARY) {
                return Err(Foreign);
            }
            self.line_ended = take_line(&mut rest, &mut self.line, LINE);
            if self.line_ended {
                self.value = self.value_length()?;
            }
        }
        if self.line_ended {
            pass_over(&mut rest, &mut self.value);
        }
        Ok(Passed {
            consumed: bytes.len() - rest.len(),
            ends: self.line_ended && self.value == 0,
        })
    }

    fn words(&self) -> impl Iterator<Item = &[u8]> {
        let words = self.line.split(u8::is_ascii_whitespace);
        words.filter(|word| !word.is_empty())
    }

    /// How long the value after the line is, its line end included.
    fn value_length(&self) -> Result<u64, Foreign> {
        let mut words = self.words();
        let at = match words.next() {
            Some(b"set" | b"add" | b"replace" | b"append" | b"prepend" | b"cas") => 3,
            Some(b"ms") => 1,
            Some(name)
                if name
                    .iter()
                    .all(|byte| byte.is_ascii_lowercase() || *byte == b'_') =>
            {
                return Ok(0);
            }
            None => return Ok(0),
            Some(_) => return Err(Foreign),
        };
        // a command that is written wrongly is refused by the server, and has no value
        let length = words.nth(at).and_then(number);
        Ok(length
            .filter(|length| *length <= LONGEST)
            .map_or(0, |length| length + 2))
    }

    /// Its name, in capitals; empty for an empty line.
    pub fn name(&self) -> String {
        in_capitals(self.words().next())
    }

    /// Whether the server answers it.
    pub fn is_answered(&self) -> bool {
        !matches!(self.name().as_str(), "" | "QUIT") && self.words().last() != Some(b"noreply")
    }

    /// Whether it leaves exchanges of one command and one reply: replies are left out, or come by themselves.
    pub fn leaves_exchanges(&self) -> bool {
        let name = self.name();
        let is_meta = name.len() == 2 && name.starts_with('M');
        let is_quiet = |word: &[u8]| word == b"q";
        name == "WATCH" || (is_meta && self.words().skip(1).any(is_quiet))
    }

    /// Its line, the name in capitals: `GET user:7`.
    pub fn summary(&self) -> String {
        in_one_line(self.name(), self.words().skip(1))
    }

    /// Forgets the command.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::passing::consumed_in_pieces;

    #[test]
    fn a_command_ends_where_it_ends_in_any_pieces() {
        for (command, summary, is_answered) in [
            (&b"get a b\r\n"[..], "GET a b", true),
            (b"set a 0 0 4\r\n\r\n\r\n\r\n", "SET a 0 0 4", true),
            (
                b"set a 0 0 1 noreply\r\nx\r\n",
                "SET a 0 0 1 noreply",
                false,
            ),
            (b"cas a 0 0 1 77\r\nx\r\n", "CAS a 0 0 1 77", true),
            (b"ms a 2 T0\r\nhi\r\n", "MS a 2 T0", true),
            (b"mn\r\n", "MN", true),
            (b"quit\r\n", "QUIT", false),
            (b"\r\n", "", false),
        ] {
            let all = [command, b"version\r\n"].concat();
            for size in 1..=all.len() {
                let mut reader = CommandReader::default();
                let consumed = consumed_in_pieces(&all, size, |piece| reader.feed(piece));
                assert_eq!(consumed, command.len(), "{summary} by {size}");
                assert_eq!(reader.summary(), summary);
                assert_eq!(reader.is_answered(), is_answered, "{summary}");
            }
        }
    }

    #[test]
    fn quiet_commands_and_other_protocols_are_known() {
        let mut reader = CommandReader::default();
        reader.feed(b"mg a v q\r\n").unwrap();
        assert!(reader.leaves_exchanges());
        for bytes in [&b"\x80\0\0\0"[..], b"GET / HTTP/1.1\r\n", b"\x16\x03\x01\n"] {
            assert_eq!(CommandReader::default().feed(bytes), Err(Foreign));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_take_more_than_there_is(bytes in "[setgm qa0-9\r\n]{0,60}") {
            let mut reader = CommandReader::default();
            if let Ok(passed) = reader.feed(bytes.as_bytes()) {
                prop_assert!(passed.consumed <= bytes.len());
                let _ = (reader.summary(), reader.is_answered(), reader.leaves_exchanges());
            }
        }
    }
}
