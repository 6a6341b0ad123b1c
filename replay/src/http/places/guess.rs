//! Guards against false swaps: what looks random, what looks like an id, which name goes with which.

use reprise_wire::redact::is_pseudonym;

use super::json::keys_from_the_last;

/// How surely equal values in an answer and a later request are one and the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    /// It looks random, or redaction replaced it: equality proves it.
    Strong,
    /// A short id: equality proves nothing, the names it stands under have to agree.
    Weak,
    /// Whatever a hidden field of a form holds: a field of the very same name sends it back.
    Field,
}

/// Longer values are documents, not tokens; bytes.
const LONGEST: usize = 4_096;

/// The strength of a value that stands under `name`; `None` for what is never swapped: words, texts, dates.
pub(crate) fn strength(value: &[u8], name: &str) -> Option<Strength> {
    if value.is_empty() || value.len() > LONGEST {
        return None;
    }
    if is_pseudonym(value) {
        return Some(Strength::Strong);
    }
    if is_date(value) || !value.iter().all(u8::is_ascii_graphic) {
        return None;
    }
    if looks_random(value) || (value.len() >= 8 && names_a_secret(name)) {
        return Some(Strength::Strong);
    }
    is_id(value).then_some(Strength::Weak)
}

/// Whether a value could be an id: a number, or a short word of letters and digits with a digit in it.
pub(crate) fn is_id(value: &[u8]) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let has_digit = value.iter().any(u8::is_ascii_digit);
    has_digit && value.iter().all(word) && (value.len() <= 24 || looks_random(value))
        || is_pseudonym(value)
}

/// Whether a value can be nothing but an id, whatever its place is called: `R-5012-x7`, `ORD-2024-11`.
pub(crate) fn is_code(value: &[u8]) -> bool {
    const SHORTEST: usize = 6;
    let has_letter = value.iter().any(u8::is_ascii_alphabetic);
    value.len() >= SHORTEST && has_letter && is_id(value)
}

/// Whether a word without a digit is an id where its place says that an id stands there: `trjZmtLz`,
/// `KXQZPL`, `my-first-post`. Elsewhere it is a word.
pub(crate) fn is_word_id(value: &[u8]) -> bool {
    const LENGTHS: std::ops::RangeInclusive<usize> = 5..=64;
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !LENGTHS.contains(&value.len()) || !value.iter().all(word) {
        return false;
    }
    let joined = value.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let has_lower = value.iter().any(u8::is_ascii_lowercase);
    let upper_after_first = value.iter().skip(1).any(u8::is_ascii_uppercase);
    joined || !has_lower || upper_after_first
}

/// The name of a file before the one of its format, and that: `lamp-2` and `png`.
pub(crate) fn file(segment: &[u8]) -> Option<(&[u8], &[u8])> {
    const LONGEST: usize = 5;
    let at = segment.iter().rposition(|byte| *byte == b'.')?;
    let (name, extension) = (segment.get(..at)?, segment.get(at + 1..)?);
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_extension = (1..=LONGEST).contains(&extension.len())
        && extension.iter().all(u8::is_ascii_alphanumeric)
        && !extension.iter().all(u8::is_ascii_digit);
    let is_name = !name.is_empty() && name.iter().all(word);
    (is_extension && is_name).then_some((name, extension))
}

/// Whether letters and digits alternate as they do in random text.
fn looks_random(value: &[u8]) -> bool {
    if value.len() < 8 {
        return false;
    }
    let (mut digits, mut numeric, mut cased) = (0, 0, 0);
    let mut before: Option<u8> = None;
    for byte in value.iter().copied() {
        if byte.is_ascii_alphanumeric() {
            digits += usize::from(byte.is_ascii_digit());
            if let Some(before) = before {
                numeric += usize::from(before.is_ascii_digit() != byte.is_ascii_digit());
                cased += usize::from(before.is_ascii_uppercase() != byte.is_ascii_uppercase());
            }
            before = Some(byte);
        } else if b"-_.~+/=:".contains(&byte) {
            before = None;
        } else {
            return false;
        }
    }
    if digits == value.len() {
        // the ids of distributed generators have 18 or 19 digits
        return digits >= 16;
    }
    let long = value.len() >= 16;
    let often = numeric * 6 >= value.len() || value.len() >= 24;
    (digits >= 2 && numeric >= 3 && often)
        || (long && cased >= 5 && (numeric + cased) * 5 >= value.len())
}

/// A day, with or without a time: `2026-11-21`.
fn is_date(value: &[u8]) -> bool {
    let digit = |at: usize| value.get(at).is_some_and(u8::is_ascii_digit);
    let dash = |at: usize| value.get(at) == Some(&b'-');
    (0..4).all(digit) && dash(4) && (5..7).all(digit) && dash(7) && (8..10).all(digit)
}

/// Whether what stands under this name is made to be unguessable.
pub(crate) fn names_a_secret(name: &str) -> bool {
    let name = name.as_bytes();
    name.iter().enumerate().any(|(at, letter)| {
        let word: &[u8] = match letter.to_ascii_lowercase() {
            b'c' => b"csrf",
            b'x' => b"xsrf",
            b't' => b"token",
            b'n' => b"nonce",
            b'v' => b"verifier",
            b'j' => b"jwt",
            _ => return false,
        };
        let part = name.get(at..at + word.len());
        part.is_some_and(|part| part.eq_ignore_ascii_case(word))
    })
}

/// Words that end the names of ids.
const ID_WORDS: [&str; 10] = [
    "reference",
    "number",
    "slug",
    "uuid",
    "guid",
    "key",
    "ref",
    "id",
    "no",
    "nr",
];

/// What a name is about: `order_id`, `orderId`, `orders` and `Order-ID` are all about `order`. A bare `id`
/// is about nothing.
pub(crate) fn stem(name: &str) -> String {
    let mut stem = String::with_capacity(name.len());
    let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
    stem.extend(letters.map(|letter| char::from(letter.to_ascii_lowercase())));
    if name.starts_with("x-") || name.starts_with("X-") {
        stem.remove(0);
    }
    // `paid` does not end in an id: only a word of its own counts
    let ends_in = |end: &&str| stem.ends_with(end) && ends_with_word(name, end);
    if let Some(end) = ID_WORDS.into_iter().find(|end| ends_in(end)) {
        stem.truncate(stem.len() - end.len());
    }
    make_singular(&mut stem);
    stem
}

/// Whether a name says that an id stands there: `id`, `orderId`. A quantity, a page or a price is none.
pub(crate) fn names_an_id(name: &str) -> bool {
    // the words end in these, and most names do not
    let last = name.bytes().next_back().unwrap_or(0).to_ascii_lowercase();
    b"defgory".contains(&last) && ID_WORDS.iter().any(|word| ends_with_word(name, word))
}

fn ends_with_word(name: &str, end: &str) -> bool {
    let Some(at) = name.len().checked_sub(end.len()) else {
        return false;
    };
    // most names end otherwise
    let last = |text: &str| {
        text.bytes()
            .next_back()
            .map(|byte| byte.to_ascii_lowercase())
    };
    if last(name) != last(end) {
        return false;
    }
    let (Some(before), Some(word)) = (name.get(..at), name.get(at..)) else {
        return false;
    };
    let begins_upper = word.starts_with(|letter: char| letter.is_ascii_uppercase());
    let separate = before.is_empty() || before.ends_with(['_', '-', '.', ' ', '[']);
    word.eq_ignore_ascii_case(end)
        && (separate || (begins_upper && before.ends_with(|c: char| c.is_ascii_lowercase())))
}

fn make_singular(word: &mut String) {
    let hissing = ["sses", "xes", "ches", "shes"];
    if word.ends_with("ies") && word.len() > 4 {
        word.truncate(word.len() - 3);
        word.push('y');
    } else if hissing.iter().any(|end| word.ends_with(end)) {
        word.truncate(word.len() - 2);
    } else if word.ends_with('s') && word.len() > 2 && !word.ends_with("ss") {
        word.pop();
    }
}

/// The nearest name to the left of a place that says what an id there is about: of a path's segments, or of
/// a JSON path's keys.
pub(crate) fn nearest_name<'a>(names: impl DoubleEndedIterator<Item = &'a str>) -> String {
    nearest(names.rev())
}

/// As [`nearest_name`], of the keys of a JSON path.
pub(crate) fn nearest_key(path: &str) -> String {
    nearest(keys_from_the_last(path))
}

/// What an id in a field of this name is about: `order` of `order[id]`, as PHP and Rails name fields, and of the numbered
/// `lines-0-order` and `order_2_id`. Numbers are no names, nor are the keys of a map (`item[a1b2c3]`); the name of
/// the field itself is one, whatever it looks like (`address2`).
pub(crate) fn field_stem(name: &str) -> String {
    let groups = name
        .split(['[', '.'])
        .map(|group| group.trim_end_matches(']'));
    let parts: Vec<&str> = groups.flat_map(between_numbers).collect();
    let names = parts.iter().enumerate().rev();
    names
        .filter(|(place, part)| *place == 0 || !is_id(part.as_bytes()))
        .map(|(_, part)| stem(part))
        .find(|stem| !stem.is_empty())
        .unwrap_or_default()
}

/// What stands between the numbers of a name: `lines` and `order` of `lines-0-order`.
fn between_numbers(name: &str) -> impl Iterator<Item = &str> {
    const PARTING: [char; 2] = ['-', '_'];
    let (mut at, mut from) = (0, 0);
    let mut parts = Vec::new();
    for word in name.split_inclusive(PARTING) {
        let bare = word.trim_end_matches(PARTING);
        if !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit()) {
            parts.push(name.get(from..at).unwrap_or_default());
            from = at + word.len();
        }
        at += word.len();
    }
    parts.push(name.get(from..).unwrap_or_default());
    let trimmed = parts.into_iter().map(|part| part.trim_end_matches(PARTING));
    trimmed.filter(|part| !part.is_empty())
}

fn nearest<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names
        .filter(|name| !is_id(name.as_bytes()))
        .map(stem)
        .find(|stem| !stem.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn is_strong(value: &str) -> bool {
        strength(value.as_bytes(), "value") == Some(Strength::Strong)
    }

    #[test]
    fn tokens_are_strong() {
        for token in [
            "rp_gmzdsmjxgqztanbvgy3tqojqgey",
            "9f8e7d6c5b4a39281706",
            "550e8400-e29b-41d4-a716-446655440000",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0",
            "aGVsbG8gd29ybGQsIHRoaXM",
            "1790071238475776000",
            "k3v9x2m8",
        ] {
            assert!(is_strong(token), "{token}");
        }
        assert_eq!(strength(b"abcdefgh", "csrf_token"), Some(Strength::Strong));
    }

    #[test]
    fn words_texts_and_dates_are_nothing_and_short_ids_are_weak() {
        for text in [
            "notebooks",
            "copper",
            "Made to be repaired",
            "true",
            "2026-11-21",
            "2026-11-21T10:00:00Z",
            "user1@shop.example",
            "application/json",
            "SOLD_OUT",
            "internationalisation",
            "",
        ] {
            assert_eq!(strength(text.as_bytes(), "value"), None, "{text}");
        }
        for id in [
            "7",
            "10001",
            "ord-57",
            "A17",
            "copper-lamp-no-12",
            "1700000000",
        ] {
            assert_eq!(
                strength(id.as_bytes(), "value"),
                Some(Strength::Weak),
                "{id}"
            );
        }
    }

    #[test]
    fn names_for_one_thing_have_one_stem() {
        for name in [
            "order_id",
            "orderId",
            "orders",
            "Order-ID",
            "order",
            "X-Order-Id",
            "order_number",
        ] {
            assert_eq!(stem(name), "order", "{name}");
        }
        for (name, about) in [
            ("id", ""),
            ("categories", "category"),
            ("boxes", "box"),
            ("address", "address"),
            ("paid", "paid"),
            ("s", "s"),
            ("é", ""),
        ] {
            assert_eq!(stem(name), about, "{name}");
        }
        assert_eq!(
            nearest_name(["api", "carts", "57", "id"].into_iter()),
            "cart"
        );
    }

    #[test]
    fn fields_are_about_what_their_names_say_numbered_or_not() {
        for (name, about) in [
            ("order_id", "order"),
            ("order[id]", "order"),
            ("lines-0-order", "order"),
            ("lines-0-article", "article"),
            ("lines-0-id", "line"),
            ("order_2_id", "order"),
            ("items[0][product_id]", "product"),
            ("items[a1b2c3][id]", "item"),
            ("address2", "address2"),
            ("lines-__prefix__-order", "linesprefixorder"),
            ("id", ""),
            ("57", ""),
            ("-", ""),
            ("", ""),
        ] {
            assert_eq!(field_stem(name), about, "{name}");
        }
    }

    #[test]
    fn a_name_holds_a_word_for_a_secret_anywhere_and_in_any_case() {
        for name in [
            "csrf",
            "_csrf",
            "X-XSRF",
            "authenticity_Token",
            "ctoken",
            "cspNonce",
            "code_verifier",
            "JWTs",
        ] {
            assert!(names_a_secret(name), "{name}");
        }
        for name in ["", "c", "csr", "tok", "name", "verify", "jw", "toke-n", "é"] {
            assert!(!names_a_secret(name), "{name}");
        }
    }

    #[test]
    fn every_word_for_an_id_names_one() {
        for word in ID_WORDS {
            assert!(names_an_id(word), "{word}");
            assert!(names_an_id(&word.to_ascii_uppercase()), "{word}");
            assert!(names_an_id(&format!("order_{word}")), "{word}");
        }
        for name in ["", "paid", "quantity", "page", "valid", "s"] {
            assert!(!names_an_id(name), "{name}");
        }
    }

    proptest! {
        #[test]
        fn neighbours_of_another_kind_make_a_text_look_random(text in "[a-zA-Z0-9_.:=/~ -]{0,32}") {
            let pairs = || {
                let bytes = text.as_bytes();
                let pairs = bytes.iter().zip(bytes.iter().skip(1));
                pairs.filter(|(one, next)| one.is_ascii_alphanumeric() && next.is_ascii_alphanumeric())
            };
            let numeric = pairs().filter(|(one, next)| one.is_ascii_digit() != next.is_ascii_digit()).count();
            let cased = pairs().filter(|(one, next)| one.is_ascii_uppercase() != next.is_ascii_uppercase()).count();
            let digits = text.bytes().filter(u8::is_ascii_digit).count();
            let often = numeric * 6 >= text.len() || text.len() >= 24;
            let mixed = (digits >= 2 && numeric >= 3 && often)
                || (text.len() >= 16 && cased >= 5 && (numeric + cased) * 5 >= text.len());
            let is_number = digits == text.len();
            let expected = text.len() >= 8
                && !text.contains(' ')
                && if is_number { digits >= 16 } else { mixed };
            prop_assert_eq!(looks_random(text.as_bytes()), expected);
        }

        #[test]
        fn words_and_small_numbers_never_count_as_random(word in "[a-z]{1,30}", number in 0_u64..10_000_000_000) {
            prop_assert!(!is_strong(&word));
            prop_assert!(!is_strong(&number.to_string()));
            prop_assert!(strength(word.as_bytes(), "name") != Some(Strength::Weak));
        }

        #[test]
        fn random_tokens_nearly_always_do(bytes in proptest::array::uniform16(any::<u8>())) {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            // fewer than three changes among 32 random digits are one in millions
            prop_assert!(is_strong(&hex), "{}", hex);
        }
    }
}
