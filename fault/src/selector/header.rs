//! A field of an HTTP request as a selector asks for it: `X-Test`, or `X-Test=VALUE` where `*` is any text.

use std::fmt;

use reprise_wire::http::{Headers, is_token};

use super::asked::glob;

/// A field, and what it must say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    name: String,
    /// `None`: it only has to be there.
    value: Option<String>,
}

impl Header {
    /// What `NAME` or `NAME=VALUE` asks for; `None`: it names no field.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (text, None),
        };
        is_token(name.as_bytes()).then(|| Self {
            name: name.to_owned(),
            value,
        })
    }

    /// Whether the head of a request, which may be followed by its body, has it.
    pub(super) fn stands_in(&self, head: &[u8]) -> bool {
        let fields = head.splitn(2, |byte| *byte == b'\n').nth(1);
        let wanted = self.value.as_ref();
        Headers::new(fields.unwrap_or_default())
            .iter()
            .any(|field| {
                field.is(&self.name)
                    && wanted.is_none_or(|wanted| glob(wanted.as_bytes(), &field.unfolded()))
            })
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.value {
            Some(value) => write!(f, "={value}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_name_and_what_it_says() {
        let head = b"GET /X-Line:1 HTTP/1.1\r\nHost: a\r\nx-test:  slow please \r\nEmpty:\r\nX-Long: a\r\n\tb\r\n\r\nX-Body: 1\r\n";
        let stands = |text: &str| Header::read(text).unwrap().stands_in(head);
        for text in [
            "X-Test",
            "x-test=slow*",
            "X-TEST=SLOW PLEASE",
            "Empty",
            "Empty=",
            "X-Long=a b",
            "Host=a",
        ] {
            assert!(stands(text), "{text}");
        }
        for text in ["X-Tes", "X-Test=slow", "Host=", "X-Body", "X-Line", "GET"] {
            assert!(!stands(text), "{text}");
        }
    }
}
