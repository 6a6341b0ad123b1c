//! What a server says: lines that begin with a code, the last of them with a space after it (RFC 5321 section 4.2).

use crate::passing::{Foreign, Passed, number, take_line};

/// Finds the end of a reply.
///
/// ```
/// use reprise_wire::smtp::ReplyReader;
///
/// let mut reader = ReplyReader::default();
/// let passed = reader.feed(b"250-mail.example\r\n250 SIZE 1000\r\n250 OK\r\n").unwrap();
/// assert_eq!((passed.consumed, passed.ends, reader.code()), (33, true, Some(250)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyReader {
    line: Vec<u8>,
    code: Option<u16>,
}

impl ReplyReader {
    /// Takes bytes up to the end of the reply.
    ///
    /// # Errors
    /// They are no reply.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<Passed, Foreign> {
        let mut rest = bytes;
        while !rest.is_empty() && self.code.is_none() {
            // code and separator
            if !take_line(&mut rest, &mut self.line, 4) {
                continue;
            }
            let code = self.line.get(..3).and_then(number).ok_or(Foreign)?;
            if self.line.get(3) != Some(&b'-') {
                self.code = u16::try_from(code).ok();
            }
            self.line.clear();
        }
        Ok(Passed {
            consumed: bytes.len() - rest.len(),
            ends: self.code.is_some(),
        })
    }

    /// Its code, once it has ended.
    pub const fn code(&self) -> Option<u16> {
        self.code
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::passing::consumed_in_pieces;

    #[test]
    fn a_reply_ends_with_the_line_that_has_no_dash_in_any_pieces() {
        for reply in [
            &b"250 OK\r\n"[..],
            b"250-a\r\n250-b\r\n250 c\r\n",
            b"354\r\n",
        ] {
            let all = [reply, b"221 bye\r\n"].concat();
            for size in 1..=all.len() {
                let mut reader = ReplyReader::default();
                let consumed = consumed_in_pieces(&all, size, |piece| reader.feed(piece));
                assert_eq!(consumed, reply.len(), "by {size}");
            }
        }
        let foreign = ReplyReader::default().feed(b"HELO\r\n");
        assert_eq!(foreign, Err(Foreign));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic_or_take_more_than_there_is(bytes in "[0-9 a\r\n-]{0,40}") {
            if let Ok(passed) = ReplyReader::default().feed(bytes.as_bytes()) {
                prop_assert!(passed.consumed <= bytes.len());
            }
        }
    }
}
