//! How a text or bytes stand in a statement: in quotes or as hexadecimal digits; and how others are written there.

use std::borrow::Cow;

/// How a literal is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written<'a> {
    /// In these quotes, after an introducer (`_binary`) or nothing.
    Quoted { before: &'a [u8], quote: u8 },
    /// `x'2f3a'`, with the letter as it was written.
    HexQuoted(u8),
    /// `0x2f3a`.
    Hex,
}

impl<'a> Written<'a> {
    /// Reads a literal: how it is written, and what it says. `None` for a number and what is not closed.
    pub(super) fn read(literal: &'a [u8]) -> Option<(Self, Cow<'a, [u8]>)> {
        if let Some(digits) = literal.strip_prefix(b"0x") {
            return Some((Self::Hex, bytes_of(digits)?.into()));
        }
        let (first, rest) = literal.split_first()?;
        if matches!(first, b'x' | b'X') {
            let digits = rest.strip_prefix(b"'")?.strip_suffix(b"'")?;
            return Some((Self::HexQuoted(*first), bytes_of(digits)?.into()));
        }
        let opens = literal
            .iter()
            .position(|byte| matches!(byte, b'\'' | b'"'))?;
        let (before, quoted) = literal.split_at(opens);
        let (&quote, rest) = quoted.split_first()?;
        let inner = rest.strip_suffix(&[quote])?;
        Some((Self::Quoted { before, quote }, unescaped(inner, quote)))
    }

    /// The literal that says `value`, written like this; bytes in quotes as digits, which need no escapes.
    pub(super) fn write(self, value: &[u8]) -> Vec<u8> {
        let digits = || hex_of(value).into_bytes();
        match self {
            Self::Hex => [&b"0x"[..], &digits()].concat(),
            Self::HexQuoted(letter) => [&[letter, b'\''][..], &digits(), b"'"].concat(),
            Self::Quoted { before, quote } => {
                let plain =
                    |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'"' | b'\\');
                if value.iter().all(plain) {
                    [before, &[quote], value, &[quote]].concat()
                } else {
                    [&b"x'"[..], &digits(), b"'"].concat()
                }
            }
        }
    }
}

/// What hexadecimal digits stand for; `None` when they are none.
pub(super) fn bytes_of(digits: &[u8]) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    pairs.map(byte).collect()
}

/// Bytes as hexadecimal digits.
pub(super) fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What stands in quotes, escapes undone as MySQL does without `NO_BACKSLASH_ESCAPES`.
/// <https://dev.mysql.com/doc/refman/8.4/en/string-literals.html>
fn unescaped(inner: &[u8], quote: u8) -> Cow<'_, [u8]> {
    if !inner
        .iter()
        .any(|byte| matches!(*byte, b'\\') || *byte == quote)
    {
        return inner.into();
    }
    let mut said = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied();
    while let Some(byte) = bytes.next() {
        said.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'0') => 0,
                Some(b'b') => 8,
                Some(b'n') => b'\n',
                Some(b'r') => b'\r',
                Some(b't') => b'\t',
                Some(b'Z') => 26,
                Some(other) => other,
                None => b'\\',
            },
            _ if byte == quote => {
                // two stand for one
                bytes.next();
                quote
            }
            _ => byte,
        });
    }
    said.into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_way_to_write_bytes_is_read_and_written() {
        for (literal, said, anew) in [
            (&b"'abc'"[..], &b"abc"[..], &b"'z1'"[..]),
            (b"\"a''b\"", b"a''b", b"\"z1\""),
            (b"'a''b\\'c\\\\'", b"a'b'c\\", b"'z1'"),
            (b"_binary'\\0\\Z\xff'", b"\0\x1a\xff", b"_binary'z1'"),
            (b"x'2F3a'", b"/:", b"x'7a31'"),
            (b"X''", b"", b"X'7a31'"),
            (b"0x2f", b"/", b"0x7a31"),
        ] {
            let (written, value) = Written::read(literal).unwrap();
            assert_eq!(&*value, said, "{}", literal.escape_ascii());
            assert_eq!(written.write(b"z1"), anew);
        }
        let (written, _) = Written::read(b"_binary'\\0'").unwrap();
        assert_eq!(written.write(b"\0'"), b"x'0027'");
        for none in [&b"17"[..], b"'open", b"x'2'", b"0xg1", b"", b"'"] {
            assert_eq!(Written::read(none), None, "{}", none.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value: Vec<u8>) {
            for literal in [&b"'a'"[..], b"_binary\"a\"", b"x'61'", b"0x61"] {
                let (written, _) = Written::read(literal).unwrap();
                let anew = written.write(&value);
                let (_, read) = Written::read(&anew).unwrap();
                prop_assert_eq!(&*read, &value[..]);
            }
        }

        #[test]
        fn nothing_makes_it_fall(literal: Vec<u8>) {
            let _ = Written::read(&literal);
        }
    }
}
