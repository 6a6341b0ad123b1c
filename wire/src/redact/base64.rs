//! JSON that stands in base64, as states, cursors and contexts are handed to and fro: its secrets are replaced, and it
//! is encoded as it was. Tokens of three parts are known by their shape.

use base64::Engine as _;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::detect::{self, Neighbours};
use super::{Pass, json};

/// What `{"`, `[{` and a brace before the end of a line are.
const BEGINNINGS: [&[u8]; 3] = [b"eyJ", b"W3s", b"ewo"];
/// What is shorter holds no name and secret.
const SHORTEST: usize = 16;

/// Whether a text is written so, by how it begins.
pub(super) fn may_be(text: &[u8]) -> bool {
    text.len() >= SHORTEST && BEGINNINGS.iter().any(|begins| text.starts_with(begins))
}

/// The text with its secrets replaced; `None` when there are none, or it is something else.
pub(super) fn redact(text: &[u8], pass: &mut Pass) -> Option<Vec<u8>> {
    let for_urls = memchr::memchr2(b'-', b'_', text).is_some();
    let decoded = engine(for_urls, true).decode(text).ok()?;
    let named = json::redact(&decoded, pass);
    let changed = named.is_some();
    let mut new = named.unwrap_or(decoded);
    let found = detect::redact(&mut new, Neighbours::Text, pass);
    if !(changed || found) {
        return None;
    }
    // one whose length needs no padding does not tell whether there would be any
    let padded = text.ends_with(b"=") || (text.len().is_multiple_of(4) && !for_urls);
    Some(engine(for_urls, padded).encode(&new).into_bytes())
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
}
