//! Commands: arrays of strings, or words on a line.

use crate::passing::{Foreign, Passed, in_capitals, in_one_line, number};

/// How many words of a command are kept, and how much of each; bytes.
const WORDS: u64 = 8;
const WORD: usize = 64;

/// The longest line without a framing that Redis takes; bytes.
const LINE: usize = 64 << 10;

/// The most words and the longest one that Redis takes.
const MOST_WORDS: u64 = 1 << 31;
const LONGEST: u64 = 4 << 30;

/// Finds the end of a command and keeps its first words.
///
/// ```
/// use reprise_wire::redis::CommandReader;
///
/// let mut reader = CommandReader::default();
/// assert!(reader.feed(b"*2\r\n$3\r\nGET\r\n$6\r\nuser:7\r\n").unwrap().ends);
/// assert_eq!(reader.summary(), "GET user:7");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandReader {
    state: State,
    line: Vec<u8>,
    /// Words that have begun.
    begun: u64,
    words: Vec<Vec<u8>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The first line.
    #[default]
    First,
    /// The length of the next of so many words.
    Length(u64),
    /// So many bytes of a word, its line end included, and so many words after it.
    Word(u64, u64),
    Ended,
}

impl CommandReader {
    /// Takes bytes up to the end of the command.
    ///
    /// # Errors
    /// They are no command.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Passed, Foreign> {
        let mut rest = bytes;
        while !rest.is_empty() && self.state != State::Ended {
            if let State::Word(left, words) = self.state {
                let taken = rest.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                let (word, after) = rest.split_at(taken);
                self.keep(word, left);
                rest = after;
                self.state = match left - taken as u64 {
                    0 if words == 0 => State::Ended,
                    0 => State::Length(words),
                    left => State::Word(left, words),
                };
                continue;
            }
            let end = rest.iter().position(|byte| *byte == b'\n');
            let taken = end.map_or(rest.len(), |end| end + 1);
            let (part, after) = rest.split_at(taken);
            self.line.extend_from_slice(part);
            rest = after;
            if self.line.len() > LINE {
                return Err(Foreign);
            }
            if end.is_some() {
                self.state = self.next()?;
                self.line.clear();
            }
        }
        Ok(Passed {
            consumed: bytes.len() - rest.len(),
            ends: self.state == State::Ended,
        })
    }

    /// What a complete line says.
    fn next(&mut self) -> Result<State, Foreign> {
        let line = self.line.trim_ascii_end();
        match (self.state, line.split_first()) {
            (State::First, Some((b'*', b"-1"))) => Ok(State::Ended),
            (State::First, Some((b'*', count))) => {
                match number(count).filter(|count| *count <= MOST_WORDS) {
                    Some(0) => Ok(State::Ended),
                    Some(count) => Ok(State::Length(count)),
                    None => Err(Foreign),
                }
            }
            (State::First, _) => {
                // bytes of something else, such as TLS
                if line
                    .iter()
                    .any(|byte| byte.is_ascii_control() && *byte != b'\t')
                {
                    return Err(Foreign);
                }
                let words = line.split(u8::is_ascii_whitespace);
                let words = words.filter(|word| !word.is_empty());
                let kept = |word: &[u8]| word.get(..WORD).unwrap_or(word).to_vec();
                self.words = words.take(WORDS as usize).map(kept).collect();
                Ok(State::Ended)
            }
            (State::Length(words), Some((b'$', length))) => {
                let length = number(length).filter(|length| *length <= LONGEST);
                self.begun += 1;
                if self.begun <= WORDS {
                    self.words.push(Vec::new());
                }
                Ok(State::Word(length.ok_or(Foreign)? + 2, words - 1))
            }
            _ => Err(Foreign),
        }
    }

    /// Keeps the beginning of a word of which `left` bytes are to come, these among them.
    fn keep(&mut self, bytes: &[u8], left: u64) {
        if self.begun > WORDS {
            return;
        }
        // the line end is none of it
        let of_word = usize::try_from(left.saturating_sub(2)).unwrap_or(usize::MAX);
        if let Some(word) = self.words.last_mut() {
            let room = WORD.saturating_sub(word.len()).min(of_word);
            word.extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
        }
    }

    /// Its name, in capitals; empty for a command that is none.
    pub fn name(&self) -> String {
        in_capitals(self.words.first().map(Vec::as_slice))
    }

    /// Its second word, in capitals: what a command such as CLIENT is about.
    pub fn second(&self) -> String {
        in_capitals(self.words.get(1).map(Vec::as_slice))
    }

    /// Its first words, each cut after 64 bytes: `SET user:7 {"name":...`. Passwords are left out.
    pub fn summary(&self) -> String {
        let name = self.name();
        if matches!(name.as_str(), "AUTH" | "HELLO") {
            return name;
        }
        in_one_line(name, self.words.iter().skip(1).map(Vec::as_slice))
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

    fn read(bytes: &[u8], size: usize) -> (CommandReader, usize) {
        let mut reader = CommandReader::default();
        let consumed = consumed_in_pieces(bytes, size, |piece| reader.feed(piece));
        (reader, consumed)
    }

    #[test]
    fn a_command_ends_where_it_ends_in_any_pieces() {
        for (command, summary) in [
            (&b"*2\r\n$3\r\nget\r\n$6\r\nuser:7\r\n"[..], "GET user:7"),
            (
                b"*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\n\r\n\r\n\r\n",
                "SET a \r\n\r\n",
            ),
            (b"PING\r\n", "PING"),
            (b"set a 1\n", "SET a 1"),
            (b"\r\n", ""),
            (b"*0\r\n", ""),
            (b"*00\r\n", ""),
            (b"*2\r\n$4\r\nAUTH\r\n$6\r\nsecret\r\n", "AUTH"),
        ] {
            let all = [command, b"PING\r\n"].concat();
            for size in 1..=all.len() {
                let (reader, consumed) = read(&all, size);
                assert_eq!(consumed, command.len(), "{summary} by {size}");
                assert_eq!(reader.summary(), summary);
            }
        }
    }

    #[test]
    fn of_many_and_long_words_the_beginnings_are_kept() {
        let word = |text: &str| format!("${}\r\n{text}\r\n", text.len());
        let long = "x".repeat(1_000);
        let words: String = (0..20).map(|_| word(&long)).collect();
        let command = format!("*21\r\n{}{words}", word("MSET"));
        let (reader, consumed) = read(command.as_bytes(), 7);
        assert_eq!(consumed, command.len());
        assert_eq!(reader.summary().len(), 4 + 7 * 65);
    }

    #[test]
    fn what_is_no_command_is_foreign() {
        let long = [b'a'; LINE + 1];
        for bytes in [
            &b"\x16\x03\x01\x02\0\n"[..],
            b"*2\r\nGET\r\n",
            b"*-2\r\n",
            b"*1\r\n$-1\r\n",
            &long,
        ] {
            assert_eq!(CommandReader::default().feed(bytes), Err(Foreign));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_take_more_than_there_is(bytes in "[$*\r\n0-9a -]{0,60}") {
            let mut reader = CommandReader::default();
            if let Ok(passed) = reader.feed(bytes.as_bytes()) {
                prop_assert!(passed.consumed <= bytes.len());
                let _ = reader.summary();
            }
        }
    }
}
