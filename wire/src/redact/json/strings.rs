//! Strings of JSON: where they end, and their escapes (RFC 8259 section 7).

use std::borrow::Cow;

use super::is_hole;

/// So many words of eight bytes are looked at before a search is called: most strings are shorter.
const SHORT_WORDS: usize = 4;
/// A one in each byte of a word, and the highest bit of each.
const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// A string in quotes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quoted<'a> {
    /// What is between the quotes.
    pub(super) inner: &'a [u8],
    /// Where its closing quote is, or should be; or a hole.
    pub(super) end: usize,
    /// Whether there may be escapes in it.
    pub(super) escaped: bool,
}

/// The string that opens before `start`.
pub(super) fn string(text: &[u8], start: usize, quote: u8) -> Quoted<'_> {
    let mut at = start;
    let mut escaped = false;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let found = first_of(quote, rest);
        let end = match found.and_then(|found| rest.get(found).map(|byte| (found, *byte))) {
            None => text.len(),
            Some((found, b'\\')) => {
                escaped = true;
                at = (at + found + 2).min(text.len());
                continue;
            }
            Some((found, byte)) if byte == quote || is_hole(text, at + found) => at + found,
            Some((found, _)) => {
                at += found + 1;
                continue;
            }
        };
        return Quoted {
            inner: text.get(start..end).unwrap_or_default(),
            end,
            escaped,
        };
    }
}

/// Where the first quote, backslash or zero is.
fn first_of(quote: u8, text: &[u8]) -> Option<usize> {
    let (words, _) = text.as_chunks::<8>();
    let quotes = ONES * u64::from(quote);
    let backslashes = ONES * u64::from(b'\\');
    let mut at = 0;
    for word in words.iter().take(SHORT_WORDS) {
        let word = u64::from_le_bytes(*word);
        let marks = zeros(word) | zeros(word ^ quotes) | zeros(word ^ backslashes);
        if marks != 0 {
            return Some(at + marks.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    let found = memchr::memchr3(quote, b'\\', 0, text.get(at..)?)?;
    Some(at + found)
}

/// The highest bit of each byte that is zero. Bytes behind the first such may have theirs set, too.
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & HIGHEST
}

/// A string's value with its escapes resolved (RFC 8259 section 7). One that is not well-formed still says what it
/// says: a backslash that means nothing is left out.
pub(super) fn unescape(inner: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', inner).is_none() {
        return Cow::Borrowed(inner);
    }
    let quoted = [b"\"", inner, b"\""].concat();
    let value = serde_json::from_slice::<String>(&quoted);
    Cow::Owned(value.map_or_else(|_| unescape_loosely(inner), String::into_bytes))
}

fn unescape_loosely(inner: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let (b'\\', Some(escaped)) = (byte, after.first()) else {
            out.push(*byte);
            continue;
        };
        rest = after.get(1..).unwrap_or_default();
        match escaped {
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'u' => match code_point(rest) {
                Some(character) => {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    rest = rest.get(4..).unwrap_or_default();
                }
                None => out.extend_from_slice(b"\\u"),
            },
            other => out.push(*other),
        }
    }
    out
}

/// Four hexadecimal digits as a character.
fn code_point(digits: &[u8]) -> Option<char> {
    let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
    char::from_u32(u32::from_str_radix(digits, 16).ok()?)
}

/// A value as the inside of a string.
pub(super) fn escape(value: &[u8]) -> Vec<u8> {
    let plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | 0..0x20);
    if value.iter().all(plain) {
        return value.to_vec();
    }
    let mut out = Vec::with_capacity(value.len() + 8);
    for byte in value {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            other => out.push(*other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_mark_is_found_wherever_it_stands_and_whatever_is_beside_it() {
        let beside = [b'a', b'"' + 1, b'"' - 1, b'\\' ^ 0x80, 1, 0x80, 0xFF];
        for len in 0..80 {
            for filler in beside {
                let plain = vec![filler; len];
                assert_eq!(first_of(b'"', &plain), None, "{len} of {filler}");
                for at in 0..len {
                    for mark in [b'"', b'\\', 0] {
                        let mut text = plain.clone();
                        text[at] = mark;
                        assert_eq!(first_of(b'"', &text), Some(at), "{text:?}");
                        text[len - 1] = b'"';
                        assert_eq!(first_of(b'"', &text), Some(at), "{text:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_string_ends_at_its_quote_and_no_other() {
        let of = |text: &'static str| {
            let found = string(text.as_bytes(), 0, b'"');
            (found.inner, found.end, found.escaped)
        };
        assert_eq!(of("ab\",c"), (&b"ab"[..], 2, false));
        assert_eq!(of("a\\\"b\"c"), (&b"a\\\"b"[..], 4, true));
        assert_eq!(
            of("a\0b\""),
            (&b"a\0b"[..], 3, false),
            "a zero alone is no hole"
        );
        assert_eq!(of("a\0\0\0\0\0\0\0\0\""), (&b"a"[..], 1, false));
        assert_eq!(of("open\\"), (&b"open\\"[..], 5, true));
    }
}
