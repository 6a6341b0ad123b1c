//! Replies, by their framing alone: bounded memory whatever is nested in them.

use crate::passing::{Foreign, Passed, number, pass_over};

/// Headers are a type and a number; of longer lines only this much matters.
const HEADER: usize = 32;

/// The longest string Redis takes is 512 MB, and settings may raise that to 4 GB.
const LONGEST: u64 = 4 << 30;

/// More elements than this are no reply.
const MOST: u64 = 1 << 32;

/// Finds the end of a reply.
///
/// ```
/// use reprise_wire::redis::ReplyReader;
///
/// let mut reader = ReplyReader::default();
/// let passed = reader.feed(b"*2\r\n$3\r\nfoo\r\n:7\r\n+next\r\n").unwrap();
/// assert_eq!((passed.consumed, passed.ends), (17, true));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyReader {
    /// Values still to come.
    values: u64,
    /// Bytes still to come of a string, its line end included.
    string: u64,
    line: Vec<u8>,
}

impl Default for ReplyReader {
    fn default() -> Self {
        Self {
            values: 1,
            string: 0,
            line: Vec::new(),
        }
    }
}

impl ReplyReader {
    /// Takes bytes up to the end of the reply.
    ///
    /// # Errors
    /// They are no reply.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Passed, Foreign> {
        let mut rest = bytes;
        while !self.ends() {
            if self.string > 0 {
                pass_over(&mut rest, &mut self.string);
                if self.string > 0 {
                    break;
                }
                continue;
            }
            let Some((byte, after)) = rest.split_first() else {
                break;
            };
            rest = after;
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.header(line.strip_suffix(b"\r").unwrap_or(&line))?;
            } else if self.line.len() < HEADER {
                self.line.push(*byte);
            } else if self.line.first().is_some_and(|kind| COUNTED.contains(kind)) {
                return Err(Foreign);
            }
        }
        Ok(Passed {
            consumed: bytes.len() - rest.len(),
            ends: self.ends(),
        })
    }

    const fn ends(&self) -> bool {
        self.values == 0 && self.string == 0
    }

    fn header(&mut self, line: &[u8]) -> Result<(), Foreign> {
        let (kind, rest) = line.split_first().ok_or(Foreign)?;
        let more = match kind {
            b'+' | b'-' | b':' | b'_' | b'#' | b',' | b'(' => 0,
            b'$' | b'!' | b'=' => {
                if rest != b"-1" {
                    let length = number(rest).filter(|length| *length <= LONGEST);
                    self.string = length.ok_or(Foreign)? + 2;
                }
                0
            }
            b'*' | b'~' if rest == b"-1" => 0,
            b'*' | b'~' => number(rest).ok_or(Foreign)?,
            b'%' => number(rest).ok_or(Foreign)?.saturating_mul(2),
            // attributes come before the value they describe, and pushed messages before the reply
            b'|' => number(rest).ok_or(Foreign)?.saturating_mul(2) + 1,
            b'>' => number(rest).ok_or(Foreign)? + 1,
            _ => return Err(Foreign),
        };
        self.values = (self.values - 1).saturating_add(more);
        if self.values > MOST {
            return Err(Foreign);
        }
        Ok(())
    }
}

/// The types whose header is a number.
const COUNTED: &[u8] = b"$!=*~%|>";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::passing::consumed_in_pieces;

    #[test]
    fn every_type_ends_where_it_ends_in_any_pieces() {
        for reply in [
            &b"+OK\r\n"[..],
            b"-ERR a long text that goes on for more than thirty-two bytes\r\n",
            b":-12\r\n",
            b"$-1\r\n",
            b"$0\r\n\r\n",
            b"$12\r\nwith\r\n lines\r\n",
            b"*-1\r\n",
            b"*0\r\n",
            b"*2\r\n*1\r\n:1\r\n$1\r\na\r\n",
            b"%1\r\n+k\r\n*2\r\n_\r\n#t\r\n",
            b"|1\r\n+ttl\r\n:3600\r\n$1\r\nx\r\n",
            b">2\r\n+message\r\n+hi\r\n+OK\r\n",
            b"~2\r\n,1.5\r\n(3492890328409238509324850943850943825024385\r\n",
            b"=7\r\ntxt:abc\r\n",
            b"!5\r\nERR x\r\n",
        ] {
            for size in 1..=reply.len() {
                let mut reader = ReplyReader::default();
                let all = [reply, b"+next\r\n"].concat();
                let consumed = consumed_in_pieces(&all, size, |piece| reader.feed(piece));
                assert_eq!(consumed, reply.len(), "{} by {size}", reply.escape_ascii());
            }
        }
    }

    #[test]
    fn what_is_no_reply_is_foreign() {
        for bytes in [
            &b"HTTP/1.1 200 OK\r\n"[..],
            b"*x\r\n",
            b"$-2\r\n",
            b"*99999999999\r\n",
            b"$00000000000000000000000000000000000001\r\n",
            b"\r\n",
        ] {
            let read = ReplyReader::default().feed(bytes);
            assert_eq!(read, Err(Foreign), "{}", bytes.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_take_more_than_there_is(bytes in "[-+:$*%|>_\r\n0-9a]{0,60}") {
            let mut reader = ReplyReader::default();
            if let Ok(passed) = reader.feed(bytes.as_bytes()) {
                prop_assert!(passed.consumed <= bytes.len());
            }
        }
    }
}
