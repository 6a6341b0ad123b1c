//! Secrets known by their shape, wherever they stand. What replaces them has the same length, so no
//! framing changes, in HTTP or in MySQL.

use std::sync::LazyLock;

use aho_corasick::packed::Searcher;
use regex::bytes::{Regex, RegexBuilder};

use super::{Pass, Rules};

/// One shape: the rule it counts under, what it looks like, and what else must hold.
struct Shape {
    rule: &'static str,
    pattern: Option<Regex>,
    holds: fn(&[u8]) -> bool,
    digits: bool,
}

/// A text with none of these holds nothing of [`MARKED`].
const MARKERS: [&str; 13] = [
    "eyJ",
    "AKIA",
    "ASIA",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "xox",
    "AIza",
    "k_live_",
    "PRIVATE KEY-----",
    "-----BEGIN",
];

static MARKER: LazyLock<Option<Searcher>> = LazyLock::new(|| Searcher::new(MARKERS));

/// Secrets that contain one of [`MARKERS`].
static MARKED: LazyLock<[Shape; 3]> = LazyLock::new(|| {
    [
        shape(
            "jwt",
            r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
            any,
        ),
        shape(
            "cloud_key",
            r"\b(?:A(?:KIA|SIA)[0-9A-Z]{16}\b|gh[pousr]_[A-Za-z0-9]{36,}|xox[abprs]-[A-Za-z0-9-]{10,}|AIza[0-9A-Za-z_-]{35}|[rs]k_live_[0-9A-Za-z]{16,})",
            any,
        ),
        shape(
            "private_key",
            r"(?s)-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----.*?-----END [A-Z ]{0,20}PRIVATE KEY-----",
            any,
        ),
    ]
});

/// How many digits a card number has at least.
const CARD_DIGITS: usize = 13;

static CARD: LazyLock<Shape> = LazyLock::new(|| Shape {
    digits: true,
    ..shape("card", r"\b[3-6][0-9](?:[ -]?[0-9]){11,17}\b", luhn)
});

static EMAIL: LazyLock<Shape> = LazyLock::new(|| {
    shape(
        "email",
        r"\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}\b",
        any,
    )
});

static IBAN: LazyLock<Shape> = LazyLock::new(|| {
    shape(
        "iban",
        r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
        mod_97,
    )
});

fn shape(rule: &'static str, pattern: &str, holds: fn(&[u8]) -> bool) -> Shape {
    // A test proves that every pattern here compiles.
    Shape {
        rule,
        pattern: RegexBuilder::new(pattern).unicode(false).build().ok(),
        holds,
        digits: false,
    }
}

/// Replaces every secret in `bytes` in place.
pub(super) fn redact(bytes: &mut [u8], rules: &Rules, pass: &mut Pass<'_>) {
    if rules.detectors {
        if has_marker(bytes) {
            for shape in MARKED.iter() {
                shape.redact(bytes, pass);
            }
        }
        if has_card_digits(bytes) {
            CARD.redact(bytes, pass);
        }
    }
    if rules.email && memchr::memchr(b'@', bytes).is_some() {
        EMAIL.redact(bytes, pass);
    }
    if rules.iban {
        IBAN.redact(bytes, pass);
    }
}

impl Shape {
    fn redact(&self, bytes: &mut [u8], pass: &mut Pass<'_>) {
        let Some(pattern) = &self.pattern else { return };
        let found: Vec<_> = pattern
            .find_iter(bytes)
            .filter(|found| (self.holds)(found.as_bytes()))
            .map(|found| found.range())
            .collect();
        for range in found {
            let Some(place) = bytes.get_mut(range) else {
                continue;
            };
            pass.hit(self.rule);
            if self.digits {
                replace_digits(place, pass);
            } else {
                let pseudonym = pass.pseudonyms.sized(place, place.len());
                for (byte, new) in place.iter_mut().zip(pseudonym.bytes()) {
                    *byte = new;
                }
            }
        }
    }
}

/// Whether a text holds any of [`MARKERS`]: one look instead of one for each shape.
fn has_marker(text: &[u8]) -> bool {
    // Without a vector unit there is no searcher, and every text is looked at.
    MARKER
        .as_ref()
        .is_none_or(|marker| marker.find(text).is_some())
}

/// Whether a text holds digits, blanks and dashes enough in a row for a card number. A row that is
/// long enough covers every thirteenth byte of the text, so most of it is never read.
fn has_card_digits(text: &[u8]) -> bool {
    let may_belong = |byte: &u8| matches!(byte, b'0'..=b'9' | b' ' | b'-');
    let mut probe = CARD_DIGITS - 1;
    while let Some(byte) = text.get(probe) {
        if may_belong(byte) {
            let (before, after) = text.split_at(probe);
            let back = before.iter().rev().take_while(|byte| may_belong(byte));
            let on = after.iter().take_while(|byte| may_belong(byte));
            let end = probe + on.clone().count();
            let digits = back.chain(on).filter(|byte| byte.is_ascii_digit());
            if digits.count() >= CARD_DIGITS {
                return true;
            }
            probe = end;
        }
        probe += CARD_DIGITS;
    }
    false
}

/// Digits for digits, with a check digit that holds, so that a target still takes it for a card.
fn replace_digits(place: &mut [u8], pass: &Pass<'_>) {
    let number: Vec<u8> = place.iter().copied().filter(u8::is_ascii_digit).collect();
    let mut digits = pass.pseudonyms.digits(&number, number.len());
    for check in b'0'..=b'9' {
        if let Some(last) = digits.last_mut() {
            *last = check;
        }
        if luhn(&digits) {
            break;
        }
    }
    let places = place.iter_mut().filter(|byte| byte.is_ascii_digit());
    for (byte, new) in places.zip(digits) {
        *byte = new;
    }
}

fn any(_: &[u8]) -> bool {
    true
}

/// ISO/IEC 7812-1 annex B.
fn luhn(number: &[u8]) -> bool {
    let digits = number.iter().rev().filter(|byte| byte.is_ascii_digit());
    let sum: u32 = digits
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0');
            let doubled = digit * 2;
            match (place % 2, doubled) {
                (0, _) => digit,
                (_, 10..) => doubled - 9,
                _ => doubled,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// ISO 13616: the first four characters moved behind the rest, letters as 10 to 35, modulo 97 is 1.
fn mod_97(text: &[u8]) -> bool {
    let plain: Vec<u8> = text.iter().copied().filter(|byte| *byte != b' ').collect();
    let Some((head, rest)) = plain.split_at_checked(4) else {
        return false;
    };
    let value = rest
        .iter()
        .chain(head)
        .try_fold(0_u32, |value, byte| match byte {
            b'0'..=b'9' => Some((value * 10 + u32::from(byte - b'0')) % 97),
            b'A'..=b'Z' => Some((value * 100 + u32::from(byte - b'A') + 10) % 97),
            _ => None,
        });
    value == Some(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert!(
            MARKED
                .iter()
                .chain([&*CARD, &*EMAIL, &*IBAN])
                .all(|shape| shape.pattern.is_some())
        );
    }

    #[test]
    fn check_digits_are_checked() {
        assert!(luhn(b"4111 1111 1111 1111"));
        assert!(!luhn(b"4111111111111112"));
        assert!(mod_97(b"DE89 3704 0044 0532 0130 00"));
        assert!(!mod_97(b"DE88 3704 0044 0532 0130 00"));
    }

    #[test]
    fn a_row_of_digits_long_enough_for_a_card_is_found_wherever_it_stands() {
        for card in ["4111111111111", "4111 1111 1111 1111", "4111-1111-1111-1"] {
            for before in 0..40 {
                for after in [0, 1, 30] {
                    let text = format!("{}{card}{}", "x".repeat(before), "x".repeat(after));
                    assert!(has_card_digits(text.as_bytes()), "{text}");
                }
            }
        }
        let dates = "2024-01-01 10:00:00, 2024-01-02 10:00:00 ------------- 12 34, ".repeat(9);
        assert!(!has_card_digits(dates.as_bytes()));
    }

    #[test]
    fn every_shape_with_a_marker_is_looked_for_where_one_stands() {
        for marker in MARKERS {
            for before in 0..40 {
                assert!(has_marker(
                    format!("{}{marker}", " ".repeat(before)).as_bytes()
                ));
            }
        }
        if MARKER.is_some() {
            assert!(!has_marker(
                &b"an ordinary answer, of some length ".repeat(9)
            ));
        }
    }
}
