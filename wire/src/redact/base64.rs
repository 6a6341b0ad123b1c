//! Texts that stand in base64, in one line or in many, packed or not: states, cursors and contexts that are handed to
//! and fro, assertions, settings, keys. Their secrets are replaced, and they are encoded as they were. Bounded by how
//! deep texts are looked into. Tokens of three parts are known by their shape.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::detect::{self, Neighbours};
use super::{Pass, http};

/// What `{"`, `[{` and a brace before the end of a line are, whatever comes next, and gzip, zstd and the levels of zlib.
const BEGINNINGS: [&[u8]; 9] = [
    b"eyJ", b"W3s", b"ewo", b"H4sI", b"KLUv", b"eA", b"eF", b"eJ", b"eN",
];
/// So many characters tell whether a text stands in them; what is shorter holds no name and secret.
const TOLD_BY: usize = 16;

/// Whether a text is written so, by how it begins: by chance one in a hundred thousand words is.
pub(super) fn may_be(text: &[u8]) -> bool {
    text.first_chunk::<TOLD_BY>().is_some_and(|start| {
        begins_text(start) || BEGINNINGS.iter().any(|begins| start.starts_with(begins))
    })
}

/// Whether characters stand for letters, digits and signs of ASCII.
fn begins_text(start: &[u8; TOLD_BY]) -> bool {
    start.as_chunks::<4>().0.iter().all(|group| {
        let mut bits = 0_u32;
        for character in group {
            let Some(value) = value_of(*character) else {
                return false;
            };
            bits = bits << 6 | u32::from(value);
        }
        let [_, bytes @ ..] = bits.to_be_bytes();
        bytes
            .iter()
            .all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
    })
}

const fn value_of(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// The text with its secrets replaced; `None` when there are none, or it is something else.
pub(super) fn redact(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let wrapping = Wrapping::of(text);
    let joined = match wrapping {
        Some(_) => Cow::Owned(
            text.iter()
                .copied()
                .filter(|byte| !byte.is_ascii_whitespace())
                .collect(),
        ),
        None => Cow::Borrowed(text),
    };
    let for_urls = memchr::memchr2(b'-', b'_', &joined).is_some();
    let decoded = engine(for_urls, true).decode(&joined).ok()?;
    let named = pass.inside(|pass| http::redact_part(&decoded, b"", pass));
    let changed = named.is_some();
    let mut new = named.unwrap_or(decoded);
    let found = detect::redact(&mut new, Neighbours::Text, pass);
    if !(changed || found) {
        return None;
    }
    // one whose length needs no padding does not tell whether there would be any
    let padded = joined.ends_with(b"=") || (joined.len().is_multiple_of(4) && !for_urls);
    let encoded = engine(for_urls, padded).encode(&new).into_bytes();
    Some(match wrapping {
        Some(wrapping) => wrapping.wrap(&encoded),
        None => encoded,
    })
}

/// How a text is cut into lines (RFC 2045 section 6.8).
#[derive(Clone, Copy, Debug)]
struct Wrapping<'a> {
    line: usize,
    line_end: &'a [u8],
    /// Whether the last line has an end, too.
    ended: bool,
}

impl<'a> Wrapping<'a> {
    /// `None`: all of it is in one line.
    fn of(text: &'a [u8]) -> Option<Self> {
        let end = memchr::memchr(b'\n', text)?;
        let before = text.get(..end).unwrap_or_default();
        let line = before.strip_suffix(b"\r").unwrap_or(before).len();
        Some(Self {
            line,
            line_end: text.get(line..=end).unwrap_or_default(),
            ended: text.ends_with(b"\n"),
        })
    }

    fn wrap(self, encoded: &[u8]) -> Vec<u8> {
        let lines: Vec<&[u8]> = encoded.chunks(self.line.max(1)).collect();
        let mut out = lines.join(self.line_end);
        if self.ended {
            out.extend_from_slice(self.line_end);
        }
        out
    }
}

fn engine(for_urls: bool, padded: bool) -> GeneralPurpose {
    let alphabet: &Alphabet = if for_urls { &URL_SAFE } else { &STANDARD };
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(padded)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{RedactionKey, Redactor, Rules};

    fn redacted(text: &[u8]) -> Option<Vec<u8>> {
        let mut redactor = Redactor::new(&RedactionKey::new([7; 32]), &Rules::default());
        redact(text, &mut redactor.pass)
    }

    #[test]
    fn json_in_base64_keeps_its_alphabet_and_its_padding() {
        let json = br#"{"user":"?>?>","password":"hunter22"}"#;
        for (for_urls, padded) in [(false, true), (false, false), (true, true), (true, false)] {
            let engine = engine(for_urls, padded);
            let text = engine.encode(json).into_bytes();
            assert!(may_be(&text));
            let new = redacted(&text).unwrap();
            let new = engine.decode(&new).unwrap();
            assert!(
                new.starts_with(br#"{"user":"?>?>","password":"rp_"#),
                "{new:?}"
            );
        }
    }

    #[test]
    fn what_holds_no_secret_or_is_no_base64_stays() {
        let plain = engine(false, true).encode(r#"{"page":7,"colour":"blue"}"#);
        for text in [
            &*plain,
            "eyJ is how it begins",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln",
        ] {
            assert_eq!(redacted(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn text_of_any_kind_in_base64_holds_no_secret() {
        let engine = engine(false, true);
        for plain in [
            "user=ada&password=hunter22&remember=1",
            "postgres://shop:hunter22@db/shop?sslmode=on",
            "REGION=eu-west-1\nDB_PASSWORD=hunter22\nDEBUG=0\n",
            "<samlp:Response><Password>hunter22</Password></samlp:Response>",
            "the key of the deployment is AKIAIOSFODNN7EXAMPLE",
        ] {
            let text = engine.encode(plain).into_bytes();
            assert!(may_be(&text), "{plain}");
            let new = redacted(&text).unwrap();
            let new = String::from_utf8(engine.decode(&new).unwrap()).unwrap();
            assert!(
                !new.contains("hunter22") && !new.contains("AKIAIOSFODNN7EXAMPLE"),
                "{new}"
            );
            assert_eq!(new.get(..4), plain.get(..4), "what is no secret stays");
            // and in base64 once more
            let twice = engine.encode(&text).into_bytes();
            assert!(may_be(&twice) && redacted(&twice).is_some());
        }
    }

    #[test]
    fn text_in_lines_of_base64_and_packed_text_stay_so() {
        let engine = engine(false, true);
        let json = format!(r#"{{"note":"{}","password":"hunter22"}}"#, "n".repeat(200));
        let encoded = engine.encode(&json).into_bytes();
        for line_end in ["\r\n", "\n"] {
            let lines: Vec<&[u8]> = encoded.chunks(76).collect();
            let text = [lines.join(line_end.as_bytes()), line_end.into()].concat();
            assert!(may_be(&text));
            let new = String::from_utf8(redacted(&text).unwrap()).unwrap();
            assert!(new.ends_with(line_end));
            let (longest, joined) = (new.lines().map(str::len).max(), new.replace(line_end, ""));
            assert_eq!(longest, Some(76));
            let new = engine.decode(joined).unwrap();
            assert!(
                String::from_utf8(new)
                    .unwrap()
                    .contains(r#""password":"rp_"#)
            );
        }
        for coding in ["gzip", "zstd", "deflate"] {
            let packed = crate::http::encode(json.as_bytes(), coding.as_bytes())
                .unwrap()
                .unwrap();
            let text = engine.encode(packed).into_bytes();
            assert!(may_be(&text), "{coding}");
            let new = engine.decode(redacted(&text).unwrap()).unwrap();
            let new = crate::http::decode_content(coding.as_bytes(), &new, 1_000).unwrap();
            assert!(String::from_utf8_lossy(&new.bytes).contains(r#""password":"rp_"#));
        }
    }

    #[test]
    fn words_and_numbers_are_not_taken_for_base64() {
        for text in [
            "0123456789012345678901234567890123456789",
            "c0ffee00-1234-5678-9abc-def012345678",
            "application/json;charset=utf-8",
            "thisisonelongwordwithoutspaces",
            "AAAAAAAAAAAAAAAAAAAAAAAA",
            "Mon, 23 Nov 2026 00:00:00 GMT",
        ] {
            assert!(!may_be(text.as_bytes()), "{text}");
        }
    }
}
