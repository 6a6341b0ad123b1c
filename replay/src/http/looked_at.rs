//! The fields of an answer that a lane and its comparison look at, found in one pass: it is done for every answer.

use reprise_wire::http::Headers;

/// Each the first field of its name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LookedAt<'a> {
    pub(crate) content_type: Option<&'a [u8]>,
    pub(crate) content_encoding: Option<&'a [u8]>,
    pub(crate) location: Option<&'a [u8]>,
    /// There is a Set-Cookie.
    pub(crate) sets_cookies: bool,
}

impl<'a> LookedAt<'a> {
    pub(crate) fn of(headers: &Headers<'a>) -> Self {
        let mut found = Self::default();
        for header in headers {
            // by their lengths first: hardly any field is one of them
            let place = match header.name.len() {
                8 if header.is("Location") => &mut found.location,
                10 if header.is("Set-Cookie") => {
                    found.sets_cookies = true;
                    continue;
                }
                12 if header.is("Content-Type") => &mut found.content_type,
                16 if header.is("Content-Encoding") => &mut found.content_encoding,
                _ => continue,
            };
            place.get_or_insert(header.value);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_is_the_first_of_its_name_in_any_case() {
        let block = b"Date: x\r\ncontent-type: text/html\r\nContent-Type: b\r\nSET-COOKIE: a=1\r\n\
            Location: /a\r\nContent-Encoding: gzip\r\nLocatio: /b\r\n\r\n";
        let found = LookedAt::of(&Headers::new(block));
        let expected = LookedAt {
            content_type: Some(b"text/html"),
            content_encoding: Some(b"gzip"),
            location: Some(b"/a"),
            sets_cookies: true,
        };
        assert_eq!(found, expected);
        let none = LookedAt::of(&Headers::new(b"Date: x\r\nSet-Cookies: a\r\n\r\n"));
        assert_eq!(none, LookedAt::default());
    }
}
