//! Replies: a line, or values and lines up to one that ends them.

use super::LONGEST;
use crate::passing::{Foreign, Passed, number, pass_over, take_line};

/// As much of a line matters: a value's names a key of at most 250 bytes.
const LINE: usize = 512;

/// Finds the end of a reply.
///
/// ```
/// use reprise_wire::memcached::ReplyReader;
///
/// let mut reader = ReplyReader::default();
/// let passed = reader.feed(b"VALUE a 0 3\r\nfoo\r\nEND\r\nSTORED\r\n").unwrap();
/// assert_eq!((passed.consumed, passed.ends), (23, true));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyReader {
    line: Vec<u8>,
    /// Bytes of a value still to come, its line end included.
    value: u64,
    /// The value is the last there is.
    last: bool,
    ended: bool,
}

impl ReplyReader {
    /// Takes bytes up to the end of the reply.
    ///
    /// # Errors
    /// They are no reply of the text protocol.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Passed, Foreign> {
        let mut rest = bytes;
        while !rest.is_empty() && !self.ended {
            if self.value > 0 {
                pass_over(&mut rest, &mut self.value);
                self.ended = self.last && self.value == 0;
            } else if take_line(&mut rest, &mut self.line, LINE) {
                self.next()?;
                self.line.clear();
            }
        }
        Ok(Passed {
            consumed: bytes.len() - rest.len(),
            ends: self.ended,
        })
    }

    fn next(&mut self) -> Result<(), Foreign> {
        let mut words = self.line.trim_ascii_end().split(|byte| *byte == b' ');
        let name = words.next().unwrap_or_default();
        let plain = |byte: &u8| byte.is_ascii_graphic();
        if name.is_empty() || !name.iter().all(plain) {
            return Err(Foreign);
        }
        let at = match name {
            b"VALUE" => 2,
            b"VA" => 0,
            b"STAT" | b"ITEM" => return Ok(()),
            _ if name.starts_with(b"key=") => return Ok(()),
            _ => {
                self.ended = true;
                return Ok(());
            }
        };
        let length = words.nth(at).and_then(number);
        let length = length.filter(|length| *length <= LONGEST);
        self.value = length.ok_or(Foreign)? + 2;
        self.last = name == b"VA";
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::passing::consumed_in_pieces;

    #[test]
    fn a_reply_ends_where_it_ends_in_any_pieces() {
        for reply in [
            &b"STORED\r\n"[..],
            b"END\r\n",
            b"VALUE a 0 4\r\nEND\r\r\nVALUE b 1 0 12\r\n\r\nEND\r\n",
            b"VA 5 f0\r\nhello\r\n",
            b"HD\r\n",
            b"STAT pid 1\r\nSTAT uptime 2\r\nEND\r\n",
            b"17\r\n",
            b"SERVER_ERROR out of memory storing object\r\n",
        ] {
            let all = [reply, b"OK\r\n"].concat();
            for size in 1..=all.len() {
                let mut reader = ReplyReader::default();
                let consumed = consumed_in_pieces(&all, size, |piece| reader.feed(piece));
                assert_eq!(consumed, reply.len(), "{} by {size}", reply.escape_ascii());
            }
        }
    }

    #[test]
    fn what_is_no_reply_is_foreign() {
        for bytes in [&b"\r\n"[..], b"VALUE a 0 x\r\n", b"\x81\0\0\n"] {
            assert_eq!(ReplyReader::default().feed(bytes), Err(Foreign));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_take_more_than_there_is(bytes in "[VALUESTDN a0-9\r\n]{0,60}") {
            if let Ok(passed) = ReplyReader::default().feed(bytes.as_bytes()) {
                prop_assert!(passed.consumed <= bytes.len());
            }
        }
    }
}
