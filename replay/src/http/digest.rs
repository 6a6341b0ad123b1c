//! A number for an answer's body that stays the same when only volatile things in it differ: numbers,
//! tokens, pseudonyms. Two answers with the same number say the same, for what a replay can know.

use std::hash::Hasher;

use reprise_wire::http::decode_content;
use rustc_hash::FxHasher;

use reprise_wire::redact::is_pseudonym;

/// Bodies longer than this are compared by their first part; bytes.
const COMPARED: usize = 64 << 10;

/// A run of word characters of at least this length that holds a digit is taken for a token.
const TOKEN: usize = 16;

/// The digest of a body as it was on the wire, content coding still applied. Never 0.
pub(crate) fn digest(body: &[u8], content_encoding: Option<&[u8]>) -> u64 {
    let mut hasher = FxHasher::default();
    let decoded;
    let plain = match content_encoding {
        None => body,
        Some(coding) => match decode_content(coding, body, COMPARED) {
            Ok(found) => {
                decoded = found;
                decoded.bytes.as_ref()
            }
            Err(_) => body,
        },
    };
    normalise(plain.get(..COMPARED).unwrap_or(plain), &mut hasher);
    hasher.finish().max(1)
}

/// Feeds the body to the hasher word by word: a run of digits becomes one zero, a token one mark, and so
/// does what an HTML input or meta element holds.
fn normalise(body: &[u8], hasher: &mut FxHasher) {
    let mut rest = body;
    while let Some(first) = rest.first() {
        let is_word = CLASSES.of(*first) != OTHER;
        let len = rest
            .iter()
            .position(|byte| (CLASSES.of(*byte) != OTHER) != is_word)
            .unwrap_or(rest.len());
        let Some((run, after)) = rest.split_at_checked(len) else {
            return;
        };
        rest = after;
        if !is_word {
            hasher.write(run);
            continue;
        }
        word(run, hasher);
        if matches!(run, b"value" | b"content")
            && let Some(quoted) = rest.strip_prefix(b"=\"")
            && let Some(end) = quoted.iter().position(|byte| *byte == b'"')
        {
            hasher.write_u8(MARK);
            rest = quoted.get(end..).unwrap_or_default();
        }
    }
}

fn word(word: &[u8], hasher: &mut FxHasher) {
    let has_digit = word.iter().any(|byte| CLASSES.of(*byte) == DIGIT);
    if (has_digit && word.len() >= TOKEN) || is_pseudonym(word) {
        hasher.write_u8(MARK);
    } else if has_digit {
        without_numbers(word, hasher);
    } else {
        hasher.write(word);
    }
}

fn without_numbers(word: &[u8], hasher: &mut FxHasher) {
    for part in word.split(u8::is_ascii_digit) {
        // a number leaves one boundary however many digits it has
        if !part.is_empty() {
            hasher.write(part);
            hasher.write_u8(b'0');
        }
    }
}

const MARK: u8 = 0x01;
const OTHER: u8 = 0;
const LETTER: u8 = 1;
const DIGIT: u8 = 2;

/// The class of every byte: letters, `_` and `-` make words.
struct Classes([u8; 256]);

const CLASSES: Classes = Classes::new();

impl Classes {
    const fn new() -> Self {
        let mut classes = [OTHER; 256];
        let mut byte = 0;
        while byte < 256 {
            classes[byte] = match byte as u8 {
                b'0'..=b'9' => DIGIT,
                b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'-' => LETTER,
                _ => OTHER,
            };
            byte += 1;
        }
        Self(classes)
    }

    fn of(&self, byte: u8) -> u8 {
        self.0.get(usize::from(byte)).copied().unwrap_or(OTHER)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_tokens_do_not_count_and_words_do() {
        let page = |stock: &str, token: &str, word: &str| {
            digest(
                format!("<p>{stock} left</p><i value=\"{token}\">{word}").as_bytes(),
                None,
            )
        };
        let first = page("7", "9f8e7d6c5b4a39281706", "buy");
        assert_eq!(first, page("1234", "00ff11ee22dd33cc44bb55aa66", "buy"));
        assert_ne!(first, page("7", "9f8e7d6c5b4a39281706", "sold"));
        let hidden = |value: &str| digest(format!("<input value=\"{value}\"> x").as_bytes(), None);
        assert_eq!(hidden("one"), hidden("other words"));
        assert_ne!(digest(b"", None), 0);
    }

    #[test]
    fn a_body_that_is_not_what_its_coding_says_is_compared_as_it_is() {
        assert_ne!(digest(b"abc", Some(b"gzip")), digest(b"abd", Some(b"gzip")));
    }
}
