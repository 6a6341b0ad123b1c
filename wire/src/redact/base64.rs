//! Texts that stand in base64, in one line or in many, packed or not: states, cursors and contexts that are handed to
//! and fro, assertions, settings, keys. Their secrets are replaced, and they are encoded as they were. Bounded by how
//! deep texts are looked into. Tokens of three parts are known by their shape.

use std::array;
use std::borrow::Cow;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::detect::{self, Neighbours};
use super::{Pass, http};

/// So many characters tell whether a text stands in them; what is shorter holds no name and secret.
const TOLD_BY: usize = 16;

/// Whether a text is written so, by how it begins: by chance one in a hundred thousand words is.
pub(super) fn may_be(text: &[u8]) -> bool {
    let start = text.first_chunk::<TOLD_BY>();
    start.is_some_and(|start| begins_text(start) || begins_document(start))
}

/// Whether a text begins with what `{"`, `[{` and a brace before the end of a line are, whatever comes next, or gzip,
/// zstd and the levels of zlib.
const fn begins_document(start: &[u8]) -> bool {
    matches!(
        start,
        [b'e', b'y', b'J', ..]
            | [b'W', b'3', b's', ..]
            | [b'e', b'w', b'o', ..]
            | [b'H', b'4', b's', b'I', ..]
            | [b'K', b'L', b'U', b'v', ..]
            | [b'e', b'A', b'E'..=b'H', ..]
            | [b'e', b'F', b'4'..=b'7', ..]
            | [b'e', b'J', b'w'..=b'z', ..]
            | [b'e', b'N', b'o'..=b'r', ..]
    )
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

/// Whether a text that is written so may stand among values that are nothing else, wherever they begin: a value's length
/// before it may look like one of its letters.
pub(super) fn may_stand_in(bytes: &[u8]) -> bool {
    let table: &[bool; 256] = &LETTERS;
    let is_letter = |byte: &u8| table.get(usize::from(*byte)) == Some(&true);
    let mut done = 0;
    // of so many letters one after the other eight stand in one of these
    for (number, eight) in bytes.as_chunks::<{ TOLD_BY / 2 }>().0.iter().enumerate() {
        let at = number * eight.len();
        // all of them looked at is quicker than a branch after each
        let are_letters = eight.iter().fold(true, |all, byte| all & is_letter(byte));
        if !are_letters || at < done {
            continue;
        }
        let (before, after) = bytes.split_at_checked(at).unwrap_or_default();
        let letters_before = before.iter().rev().take_while(|byte| is_letter(byte));
        let start = at - letters_before.count();
        done = at + after.iter().take_while(|byte| is_letter(byte)).count();
        let letters = bytes.get(start..done).unwrap_or_default();
        if letters.windows(TOLD_BY).any(may_be) {
            return true;
        }
    }
    false
}

/// Which bytes stand for something.
static LETTERS: LazyLock<[bool; 256]> = LazyLock::new(|| {
    array::from_fn(|byte| u8::try_from(byte).is_ok_and(|byte| value_of(byte).is_some()))
});

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
    let (decoded, written) = decode(text)?;
    let named = pass.inside(|pass| http::redact_part(&decoded, b"", pass));
    let changed = named.is_some();
    let mut new = named.unwrap_or(decoded);
    let found = detect::redact(&mut new, Neighbours::Text, pass);
    (changed || found).then(|| written.encode(&new))
}

/// What a text stands for, and how it is written.
pub(super) fn decode(text: &[u8]) -> Option<(Vec<u8>, Writing<'_>)> {
    let wrapping = Wrapping::of(text);
    let joined: Cow<'_, [u8]> = if wrapping.is_some() {
        let letters = text.iter().filter(|byte| !byte.is_ascii_whitespace());
        letters.copied().collect()
    } else if memchr::memchr(b' ', text).is_some() {
        // a `+` that nobody escaped
        let letters = text
            .iter()
            .map(|byte| if *byte == b' ' { b'+' } else { *byte });
        letters.collect()
    } else {
        Cow::Borrowed(text)
    };
    let for_urls = memchr::memchr2(b'-', b'_', &joined).is_some();
    // one letter alone is left where the end was cut off
    let whole = match joined.split_last() {
        Some((last, whole)) if joined.len() % 4 == 1 && *last != b'=' => whole,
        _ => &joined,
    };
    let decoded = engine(for_urls, true).decode(whole).ok()?;
    let written = Writing {
        wrapping,
        for_urls,
        // one whose length needs no padding does not tell whether there would be any
        padded: joined.ends_with(b"=") || (joined.len().is_multiple_of(4) && !for_urls),
    };
    Some((decoded, written))
}

/// How a text is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Writing<'a> {
    /// `None`: all of it is in one line.
    wrapping: Option<Wrapping<'a>>,
    for_urls: bool,
    padded: bool,
}

impl Writing<'_> {
    pub(super) fn encode(self, bytes: &[u8]) -> Vec<u8> {
        let encoded = engine(self.for_urls, self.padded)
            .encode(bytes)
            .into_bytes();
        match self.wrapping {
            Some(wrapping) => wrapping.wrap(&encoded),
            None => encoded,
        }
    }
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
        // of what is cut off within a letter
        .with_decode_allow_trailing_bits(true)
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
    fn a_text_whose_end_is_cut_off_holds_no_secret() {
        let json = br#"{"user":"ada","password":"hunter22","page":7}"#;
        for (for_urls, padded) in [(false, true), (true, false)] {
            let text = engine(for_urls, padded).encode(json).into_bytes();
            for cut in 40..text.len() {
                let new = redacted(&text[..cut]).unwrap();
                let (new, _) = decode(&new).unwrap();
                let new = String::from_utf8(new).unwrap();
                assert!(
                    new.contains("ada") && !new.contains(":\"hun"),
                    "{cut} {new}"
                );
            }
        }
    }

    #[test]
    fn a_plus_that_became_a_blank_is_one() {
        let text = engine(false, true).encode(r#"{"user":"?>>?~~","password":"hunter22"}"#);
        assert!(text.contains('+'));
        let new = redacted(text.replace('+', " ").as_bytes()).unwrap();
        let new = engine(false, true).decode(new).unwrap();
        assert!(new.starts_with(br#"{"user":"?>>?~~","password":"rp_"#));
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
    fn a_text_in_base64_is_seen_among_values_wherever_it_begins() {
        let text = engine(false, true).encode(r#"{"pin":"1234"}"#);
        for before in 0..24 {
            // letters right before it: another value, and the length of this one
            for filling in ["\0", "a", "9"] {
                let values = format!("{}D{text}\x02ok", filling.repeat(before));
                assert!(may_stand_in(values.as_bytes()), "{values:?}");
            }
        }
        for values in [
            "INSERT INTO customer_addresses (customer_address_id) VALUES (12345678901234567890)",
            "\x24c0ffee00-1234-5678-9abc-def012345678\x28da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "https://shop.example/images/articles/large/0001234.png",
        ] {
            assert!(!may_stand_in(values.as_bytes()), "{values}");
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
