//! How a value is written where it stands: percent-encoded, inside JSON, in base64. Reads a recorded value
//! and writes another in its stead.

use std::borrow::Cow;
use std::ops::Range;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

/// The way a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// As it is.
    Plain,
    /// Percent-encoded (RFC 3986 section 2.1).
    Percent,
    /// Percent-encoded with `+` for a space (WHATWG URL, `application/x-www-form-urlencoded`).
    Form,
    /// Within the quotes of a JSON string (RFC 8259 section 7).
    JsonText,
    /// A JSON number.
    JsonNumber,
    /// A part of what base64 (RFC 4648) holds: these bytes of the decoded text.
    Base64(Alphabet, Range<usize>),
}

/// The forms of base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// `+` and `/`, with padding.
    Standard,
    /// `+` and `/`, without.
    StandardNoPad,
    /// `-` and `_`, with padding.
    UrlSafe,
    /// `-` and `_`, without.
    UrlSafeNoPad,
}

impl Writing {
    /// What `raw` means.
    pub(crate) fn read<'a>(&self, raw: &'a [u8]) -> Cow<'a, [u8]> {
        match self {
            Self::Plain | Self::JsonNumber => Cow::Borrowed(raw),
            Self::Percent => percent_decoded(raw, false),
            Self::Form => percent_decoded(raw, true),
            Self::JsonText => json_text(raw),
            Self::Base64(alphabet, inner) => {
                let decoded = alphabet.decode(raw).unwrap_or_default();
                Cow::Owned(decoded.get(inner.clone()).unwrap_or_default().to_vec())
            }
        }
    }

    /// `value` as it is written in the place of `recorded`.
    pub(crate) fn write<'a>(&self, recorded: &[u8], value: &'a [u8]) -> Cow<'a, [u8]> {
        match self {
            // a line end within a header field or a multipart part would break the framing
            Self::Plain if value.iter().any(|byte| matches!(byte, b'\r' | b'\n')) => {
                Cow::Owned(without_line_ends(value))
            }
            Self::Plain => Cow::Borrowed(value),
            Self::Percent | Self::Form => Cow::Owned(percent(value)),
            Self::JsonText => Cow::Owned(json_string(value)),
            Self::JsonNumber if is_number(value) => Cow::Borrowed(value),
            Self::JsonNumber => {
                let quoted = [&b"\""[..], &json_string(value), b"\""].concat();
                Cow::Owned(quoted)
            }
            Self::Base64(alphabet, inner) => {
                let decoded = alphabet.decode(recorded).unwrap_or_default();
                let before = decoded.get(..inner.start).unwrap_or_default();
                let after = decoded.get(inner.end..).unwrap_or_default();
                Cow::Owned(alphabet.encode(&[before, value, after].concat()))
            }
        }
    }
}

impl Alphabet {
    /// The alphabet in which `text` is base64 of readable text, and that text.
    pub(crate) fn of(text: &[u8]) -> Option<(Self, Vec<u8>)> {
        const SHORTEST: usize = 12;
        let letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
        if text.len() < SHORTEST || !text.iter().all(letter) {
            return None;
        }
        // the letters and the length tell which
        let has = |one, other| text.iter().any(|byte| *byte == one || *byte == other);
        let is_whole = text.len().is_multiple_of(4);
        let alphabet = match (has(b'-', b'_'), is_whole) {
            (true, _) if has(b'+', b'/') => return None,
            (true, true) => Self::UrlSafe,
            (true, false) => Self::UrlSafeNoPad,
            (false, true) => Self::Standard,
            (false, false) => Self::StandardNoPad,
        };
        let decoded = alphabet.decode(text)?;
        let readable = decoded
            .iter()
            .all(|byte| byte.is_ascii_graphic() || *byte == b' ');
        readable.then_some((alphabet, decoded))
    }

    fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Self::Standard => STANDARD.decode(text),
            Self::StandardNoPad => STANDARD_NO_PAD.decode(text),
            Self::UrlSafe => URL_SAFE.decode(text),
            Self::UrlSafeNoPad => URL_SAFE_NO_PAD.decode(text),
        }
        .ok()
    }

    fn encode(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Standard => STANDARD.encode(bytes),
            Self::StandardNoPad => STANDARD_NO_PAD.encode(bytes),
            Self::UrlSafe => URL_SAFE.encode(bytes),
            Self::UrlSafeNoPad => URL_SAFE_NO_PAD.encode(bytes),
        }
        .into_bytes()
    }
}

fn without_line_ends(value: &[u8]) -> Vec<u8> {
    let keep = |byte: &&u8| !matches!(byte, b'\r' | b'\n');
    value.iter().filter(keep).copied().collect()
}

fn is_number(value: &[u8]) -> bool {
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let leading_zero = digits.len() > 1 && digits.first() == Some(&b'0');
    !digits.is_empty() && !leading_zero && digits.iter().all(u8::is_ascii_digit)
}

fn percent_decoded(text: &[u8], plus_is_space: bool) -> Cow<'_, [u8]> {
    let is_plain = |byte: &u8| *byte != b'%' && !(plus_is_space && *byte == b'+');
    if text.iter().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        let digits = rest.as_slice().get(..2);
        let decoded = digits.and_then(|digits| {
            let text = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(text, 16).ok()
        });
        match (byte, decoded) {
            (b'%', Some(decoded)) => {
                out.push(decoded);
                rest = rest.as_slice().get(2..).unwrap_or_default().iter();
            }
            (b'+', _) if plus_is_space => out.push(b' '),
            _ => out.push(*byte),
        }
    }
    Cow::Owned(out)
}

/// Percent-encodes everything but unreserved characters (RFC 3986 section 2.3).
fn percent(value: &[u8]) -> Vec<u8> {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = Vec::with_capacity(value.len());
    for byte in value {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(*byte),
            _ => {
                out.push(b'%');
                out.extend(HEX.get(usize::from(byte >> 4)));
                out.extend(HEX.get(usize::from(byte & 15)));
            }
        }
    }
    out
}

/// What the inside of a JSON string means; as it is when it is none.
fn json_text(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'\\') {
        return Cow::Borrowed(raw);
    }
    let quoted = [&b"\""[..], raw, b"\""].concat();
    match serde_json::from_slice::<String>(&quoted) {
        Ok(text) => Cow::Owned(text.into_bytes()),
        Err(_) => Cow::Borrowed(raw),
    }
}

/// The inside of a JSON string that means `value`.
fn json_string(value: &[u8]) -> Vec<u8> {
    let quoted = serde_json::Value::from(String::from_utf8_lossy(value)).to_string();
    let inside = quoted.get(1..quoted.len() - 1).unwrap_or_default();
    inside.as_bytes().to_vec()
}

/// HTML text with its character references (`&amp;`, `&#39;`) resolved: the five of XML and numeric ones.
pub(crate) fn html_text(raw: &[u8]) -> Cow<'_, [u8]> {
    if !raw.contains(&b'&') {
        return Cow::Borrowed(raw);
    }
    let mut out = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.iter().position(|byte| *byte == b'&') {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        rest = rest.get(at..).unwrap_or_default();
        let end = rest.iter().take(10).position(|byte| *byte == b';');
        let name = end.and_then(|end| rest.get(1..end)).unwrap_or_default();
        match character(name) {
            Some(character) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(name.len() + 2..).unwrap_or_default();
            }
            None => {
                out.push(b'&');
                rest = rest.get(1..).unwrap_or_default();
            }
        }
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

fn character(name: &[u8]) -> Option<char> {
    let name = std::str::from_utf8(name).ok()?;
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn html_references_mean_their_characters() {
        assert_eq!(*html_text(b"a&amp;b&#39;c&#x2F;d"), *b"a&b'c/d");
        assert_eq!(*html_text(b"a&b &nosuch; &"), *b"a&b &nosuch; &");
    }

    #[test]
    fn a_part_of_what_base64_holds_is_replaced_within_it() {
        let (alphabet, decoded) = Alphabet::of(b"bWU6dG9rZW4tMTIzNDU=").unwrap();
        assert_eq!(decoded, b"me:token-12345");
        let writing = Writing::Base64(alphabet, 3..14);
        assert_eq!(*writing.read(b"bWU6dG9rZW4tMTIzNDU="), *b"token-12345");
        let written = writing.write(b"bWU6dG9rZW4tMTIzNDU=", b"own");
        assert_eq!(*written, *b"bWU6b3du");
        assert_eq!(Alphabet::of(b"short"), None);
    }

    #[test]
    fn a_number_that_is_none_any_more_becomes_a_string() {
        assert_eq!(*Writing::JsonNumber.write(b"7", b"12"), *b"12");
        for text in ["a1", "", "007"] {
            let written = Writing::JsonNumber.write(b"7", text.as_bytes());
            assert_eq!(*written, *format!("\"{text}\"").as_bytes());
        }
    }

    proptest! {
        #[test]
        fn base64_is_taken_for_the_first_of_its_forms_that_it_is(
            text in prop_oneof!["[A-Za-z0-9+/_=-]{10,24}", "[A-Za-z0-9]{12,16}={0,2}", "[ -~]{9,18}".prop_map(|text| STANDARD.encode(text))],
        ) {
            let all = [
                Alphabet::Standard,
                Alphabet::StandardNoPad,
                Alphabet::UrlSafe,
                Alphabet::UrlSafeNoPad,
            ];
            let readable = |text: &Vec<u8>| text.iter().all(|byte| (b' '..=b'~').contains(byte));
            let first = all.into_iter().find_map(|alphabet| {
                let decoded = alphabet.decode(text.as_bytes()).filter(readable)?;
                Some((alphabet, decoded))
            });
            prop_assert_eq!(Alphabet::of(text.as_bytes()), first.filter(|_| text.len() >= 12));
        }

        #[test]
        fn what_is_written_reads_back(value in "\\PC{0,40}") {
            for writing in [Writing::Percent, Writing::Form, Writing::JsonText] {
                let written = writing.write(b"", value.as_bytes()).into_owned();
                prop_assert_eq!(&*writing.read(&written), value.as_bytes());
            }
        }
    }
}
