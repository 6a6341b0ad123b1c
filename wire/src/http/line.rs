//! Lines of an HTTP head: CRLF or a bare LF ends one (RFC 9112 section 2.2).

use memchr::memchr;

/// The first line without its end, and what follows; `None` when no line end is there.
pub(crate) fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr(b'\n', bytes)?;
    let (line, rest) = bytes.split_at_checked(end + 1)?;
    Some((trim_line_end(line), rest))
}

/// `line` without its LF and the CR before it.
pub(crate) fn trim_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// `bytes` without blanks (space, tab, CR, LF) at both ends.
pub(crate) fn trim_blanks(bytes: &[u8]) -> &[u8] {
    bytes.trim_ascii()
}

/// Whether `byte` may stand in a token: a method, the name of a field or of a cookie (RFC 9110 section 5.6.2).
pub const fn is_token_byte(byte: u8) -> bool {
    matches!(
        byte,
        b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`'
            | b'|' | b'~' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z'
    )
}

/// Whether `text` is a token, which has a byte at least.
pub fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().copied().all(is_token_byte)
}

/// Finds where a head ends, however its bytes are cut: after the first empty line.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeadEnd {
    line: LineSoFar,
}

/// What the unfinished line holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum LineSoFar {
    #[default]
    Empty,
    OnlyCr,
    Text,
}

impl LineSoFar {
    /// The state after `part`, which holds no LF.
    fn with(self, part: &[u8]) -> Self {
        match (self, part) {
            (state, []) => state,
            (Self::Empty, [b'\r']) => Self::OnlyCr,
            _ => Self::Text,
        }
    }
}

impl HeadEnd {
    /// A search that begins behind the start line.
    pub(crate) fn find(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut from = 0;
        let mut rest = bytes;
        while let Some(at) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at_checked(at)?;
            let ended = self.line.with(line) != LineSoFar::Text;
            self.line = LineSoFar::Empty;
            from += at + 1;
            if ended {
                return Some(from);
            }
            rest = after.get(1..)?;
        }
        self.line = self.line.with(rest);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_ends_after_the_first_empty_line_wherever_it_is_cut() {
        for text in [
            "a: b\r\nc: d\r\n\r\nbody",
            "a: b\nc: d\n\nbody",
            "a: b\r\nc: d\n\r\nbody",
        ] {
            let end = text.find("body").unwrap();
            for cut in 0..=text.len() {
                let (left, right) = text.as_bytes().split_at(cut);
                let mut search = HeadEnd::default();
                let found = search
                    .find(left)
                    .or_else(|| search.find(right).map(|found| cut + found));
                assert_eq!(found, Some(end), "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn a_carriage_return_inside_a_line_does_not_end_the_head() {
        assert_eq!(HeadEnd::default().find(b"a\r\r\n\rb\r\n"), None);
    }
}
