//! Literals of SQL: their values, and how a value is written as one.
//! Source: MySQL manual, "String Literals" and "Hexadecimal Literals".

use crate::redact::url::hex;

/// What a literal says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(Vec<u8>),
    /// As it is written.
    Number(Vec<u8>),
}

/// The value of a string, with or without its closing quote, its introducer left off.
pub(super) fn of_string(token: &[u8]) -> Literal {
    Literal::Text(unescape(inside(token)))
}

/// The value of a number, or the bytes of a hexadecimal literal.
pub(super) fn of_number(token: &[u8]) -> Literal {
    let digits = match token {
        [b'0', b'x' | b'X', digits @ ..] => digits,
        [b'x' | b'X', b'\'', ..] => inside(token),
        _ => return Literal::Number(token.to_vec()),
    };
    let odd = digits.len() % 2;
    let first = digits.get(..odd).unwrap_or_default();
    let pairs = digits.get(odd..).unwrap_or_default().chunks(2);
    let bytes = std::iter::once(first)
        .filter(|first| !first.is_empty())
        .chain(pairs)
        .map(|pair| {
            pair.iter()
                .fold(0, |value, digit| value << 4 | hex(*digit).unwrap_or(0))
        });
    Literal::Text(bytes.collect())
}

/// A text as a literal in single quotes.
pub(super) fn quote(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 2);
    out.push(b'\'');
    for byte in value {
        match byte {
            b'\'' => out.extend_from_slice(b"''"),
            b'\\' => out.extend_from_slice(b"\\\\"),
            0 => out.extend_from_slice(b"\\0"),
            other => out.push(*other),
        }
    }
    out.push(b'\'');
    out
}

/// What stands between the quotes.
fn inside(token: &[u8]) -> &[u8] {
    let Some(open) = token.iter().position(|byte| matches!(byte, b'\'' | b'"')) else {
        return token;
    };
    let quote = token.get(open).copied().unwrap_or(b'\'');
    let inner = token.get(open + 1..).unwrap_or_default();
    inner.strip_suffix(&[quote]).unwrap_or(inner)
}

fn unescape(inner: &[u8]) -> Vec<u8> {
    if memchr::memchr3(b'\\', b'\'', b'"', inner).is_none() {
        return inner.to_vec();
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after.first()) {
            (b'\\', Some(escaped)) => {
                rest = after.get(1..).unwrap_or_default();
                match escaped {
                    b'0' => out.push(0),
                    b'b' => out.push(8),
                    b'n' => out.push(b'\n'),
                    b'r' => out.push(b'\r'),
                    b't' => out.push(b'\t'),
                    b'Z' => out.push(26),
                    // These two keep their backslash, for LIKE.
                    b'%' | b'_' => out.extend_from_slice(&[b'\\', *escaped]),
                    other => out.push(*other),
                }
            }
            (quote @ (b'\'' | b'"'), Some(second)) if quote == second => {
                rest = after.get(1..).unwrap_or_default();
                out.push(*quote);
            }
            (other, _) => out.push(*other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_say_what_the_server_reads() {
        for (token, value) in [
            ("'a''b'", "a'b"),
            (r"'a\'b\\'", r"a'b\"),
            ("\"x\"", "x"),
            ("N'x'", "x"),
            ("_utf8mb4'x\\n'", "x\n"),
            ("'cut", "cut"),
        ] {
            assert_eq!(
                of_string(token.as_bytes()),
                Literal::Text(value.into()),
                "{token}"
            );
        }
        assert_eq!(of_number(b"0x616263"), Literal::Text(b"abc".to_vec()));
        assert_eq!(of_number(b"x'6162'"), Literal::Text(b"ab".to_vec()));
        assert_eq!(of_number(b"0xa41"), Literal::Text(b"\nA".to_vec()));
        assert_eq!(of_number(b"12.5"), Literal::Number(b"12.5".to_vec()));
    }

    #[test]
    fn a_quoted_value_reads_back() {
        let value = b"it's \\ \0 \"odd\"".to_vec();
        assert_eq!(of_string(&quote(&value)), Literal::Text(value));
    }
}
