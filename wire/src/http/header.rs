//! Header fields as they were on the wire: bytes, in order, duplicates kept, nothing copied.

use std::borrow::Cow;

use memchr::memchr;

use super::line::{split_line, trim_blanks, trim_line_end};

/// One field line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Header<'a> {
    /// The name as sent.
    pub name: &'a [u8],
    /// The value without blanks around it; a folded one still holds its line breaks.
    pub value: &'a [u8],
}

impl<'a> Header<'a> {
    /// Whether the name is `name`, in any case.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }

    /// The value on one line: each fold becomes a space (RFC 9112 section 5.2).
    pub fn unfolded(&self) -> Cow<'a, [u8]> {
        if memchr(b'\n', self.value).is_none() {
            return Cow::Borrowed(self.value);
        }
        let parts: Vec<&[u8]> = self
            .value
            .split(|byte| *byte == b'\n')
            .map(trim_blanks)
            .collect();
        Cow::Owned(parts.join(&b' '))
    }
}

impl std::fmt::Debug for Header<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: {}",
            self.name.escape_ascii(),
            self.value.escape_ascii()
        )
    }
}

/// The field lines of a head or of the trailers, read where they lie.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Headers<'a> {
    block: &'a [u8],
}

impl<'a> Headers<'a> {
    /// The fields in `block`, up to its first empty line.
    pub const fn new(block: &'a [u8]) -> Self {
        Self { block }
    }

    /// All fields in order.
    pub const fn iter(&self) -> HeaderIter<'a> {
        HeaderIter { rest: self.block }
    }

    /// The value of the first field with this name, in any case.
    pub fn get(&self, name: &str) -> Option<&'a [u8]> {
        self.get_all(name).next()
    }

    /// The values of all fields with this name, in any case, in order.
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &'a [u8]> {
        self.iter()
            .filter(move |header| header.is(name))
            .map(|header| header.value)
    }
}

impl<'a> IntoIterator for &Headers<'a> {
    type Item = Header<'a>;
    type IntoIter = HeaderIter<'a>;

    fn into_iter(self) -> HeaderIter<'a> {
        self.iter()
    }
}

impl std::fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

/// Walks over field lines.
#[derive(Clone, Debug)]
pub struct HeaderIter<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for HeaderIter<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        let field = self.next_field()?;
        let Some(colon) = memchr(b':', field) else {
            return Some(Header {
                name: trim_blanks(field),
                value: b"",
            });
        };
        let (name, value) = field.split_at_checked(colon)?;
        let value = value.strip_prefix(b":").unwrap_or(value);
        Some(Header {
            name: trim_blanks(name),
            value: trim_blanks(value),
        })
    }
}

impl<'a> HeaderIter<'a> {
    /// The next line with the lines folded onto it; `None` at the empty line or the end.
    fn next_field(&mut self) -> Option<&'a [u8]> {
        let (line, mut rest) =
            split_line(self.rest).unwrap_or_else(|| (trim_line_end(self.rest), b""));
        if line.is_empty() {
            self.rest = b"";
            return None;
        }
        if !matches!(rest, [b' ' | b'\t', ..]) {
            self.rest = rest;
            return Some(line);
        }
        while matches!(rest, [b' ' | b'\t', ..]) {
            rest = split_line(rest).map_or(&b""[..], |(_, after)| after);
        }
        let length = self.rest.len() - rest.len();
        let (field, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(trim_line_end(field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(block: &[u8]) -> Vec<(String, String)> {
        Headers::new(block)
            .iter()
            .map(|h| {
                (
                    h.name.escape_ascii().to_string(),
                    h.value.escape_ascii().to_string(),
                )
            })
            .collect()
    }

    #[test]
    fn fields_keep_their_order_their_case_and_their_duplicates() {
        let block = b"Set-Cookie: a=1\r\nX: \xff\r\nset-cookie:b=2 \r\n\r\nbody: no\r\n";
        assert_eq!(fields(block).len(), 3);
        let headers = Headers::new(block);
        let cookies: Vec<_> = headers.get_all("Set-Cookie").collect();
        assert_eq!(cookies, [&b"a=1"[..], b"b=2"]);
        assert_eq!(headers.get("x"), Some(&b"\xff"[..]));
    }

    #[test]
    fn a_folded_value_reads_as_one_line() {
        let block = b"Transfer-Encoding:\r\n chunked\r\nA: b\r\n\tc\n  d\r\nE: f\r\n\r\n";
        let headers = Headers::new(block);
        let header = headers.iter().find(|header| header.is("a")).unwrap();
        assert_eq!(header.unfolded().as_ref(), b"b c d");
        assert_eq!(headers.get("transfer-encoding"), Some(&b"chunked"[..]));
        assert_eq!(headers.get("e"), Some(&b"f"[..]));
    }

    #[test]
    fn a_hundred_and_fifty_fields_are_all_there() {
        let block: String = (0..150).map(|n| format!("X-{n}: {n}\r\n")).collect();
        assert_eq!(fields(block.as_bytes()).len(), 150);
    }

    #[test]
    fn a_line_without_a_colon_is_a_name_without_a_value() {
        assert_eq!(
            fields(b"odd\r\nA : b"),
            [("odd".into(), String::new()), ("A".into(), "b".into())]
        );
    }
}
