//! Times as pages show them to people by how long they have been: `3 minutes ago`, and how long it took to make a
//! page: `184 ms`. They say when the request was answered, so that they differ from one run to the next.

/// What may stand before an age.
const ROUGHLY: [&[u8]; 7] = [
    b"less than",
    b"more than",
    b"about",
    b"almost",
    b"around",
    b"nearly",
    b"over",
];

/// Numbers in words.
const FEW: [&[u8]; 6] = [b"a few", b"half a", b"half an", b"one", b"an", b"a"];

/// Units of an age, in the singular.
const UNITS: [&[u8]; 10] = [
    b"second", b"sec", b"minute", b"min", b"hour", b"day", b"week", b"month", b"year", b"hr",
];

/// Units in which nothing is said but how long a program took.
const SHORT_UNITS: [&[u8]; 7] = [
    b"milliseconds",
    b"millisecond",
    b"microseconds",
    b"msec",
    b"ms",
    b"us",
    b"\xc2\xb5s",
];

/// Seconds, of which a fraction is said only when they were measured.
const SECONDS: [&[u8]; 5] = [b"seconds", b"second", b"secs", b"sec", b"s"];

/// How long the age or the time that something took at the beginning of a text is; 0 when there is none.
pub(super) fn elapsed_len(text: &[u8]) -> usize {
    // nearly all texts begin otherwise
    if !text.first().is_some_and(u8::is_ascii_alphanumeric) {
        return 0;
    }
    let rest = age(text).or_else(|| took(text));
    rest.map_or(0, |rest| text.len() - rest.len())
}

/// What follows an age: `about 2 hours ago`, `1 hour, 3 minutes ago`, `just now`.
fn age(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = word(text, b"just now") {
        return Some(rest);
    }
    let roughly = ROUGHLY.iter().find_map(|start| word(text, start));
    let mut rest = match roughly {
        Some(rest) => blank(rest)?,
        None => text,
    };
    rest = amount(rest)?;
    while let Some(more) = rest.strip_prefix(b",").and_then(blank).and_then(amount) {
        rest = more;
    }
    word(blank(rest)?, b"ago")
}

/// What follows a number and its unit.
fn amount(text: &[u8]) -> Option<&[u8]> {
    let rest = match digits(text) {
        0 => FEW.iter().find_map(|few| word(text, few))?,
        length => text.get(length..)?,
    };
    let rest = blank(rest)?;
    UNITS.iter().find_map(|unit| {
        let rest = rest.strip_prefix(*unit)?;
        ends(rest.strip_prefix(b"s").unwrap_or(rest))
    })
}

/// What follows the time that something took: `184 ms`, `0.32 s`.
fn took(text: &[u8]) -> Option<&[u8]> {
    let whole = digits(text);
    let rest = text.get(whole..).filter(|_| whole > 0)?;
    let fraction = rest.strip_prefix(b".").map_or(0, digits);
    let rest = match fraction {
        0 => rest,
        length => rest.get(length + 1..)?,
    };
    let rest = blank(rest).unwrap_or(rest);
    let of = |units: &[&[u8]]| units.iter().find_map(|unit| word(rest, unit));
    of(&SHORT_UNITS).or_else(|| of(&SECONDS).filter(|_| fraction > 0))
}

/// What follows a word, which is one of its own.
fn word<'a>(text: &'a [u8], word: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start
        .eq_ignore_ascii_case(word)
        .then_some(rest)
        .and_then(ends)
}

fn ends(rest: &[u8]) -> Option<&[u8]> {
    let goes_on = rest.first().is_some_and(u8::is_ascii_alphanumeric);
    (!goes_on).then_some(rest)
}

/// What follows a blank, which may be one that no line is broken at.
fn blank(text: &[u8]) -> Option<&[u8]> {
    let blanks: [&[u8]; 4] = [b" ", b"&nbsp;", b"&#160;", b"\xc2\xa0"];
    blanks.iter().find_map(|blank| text.strip_prefix(*blank))
}

/// How many digits a text begins with.
pub(super) fn digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_what_something_took_are_told_to_their_ends() {
        for text in [
            "3 minutes ago",
            "less than a minute ago",
            "about 1 hour ago",
            "half a minute ago",
            "a few seconds ago",
            "An hour ago",
            "1\u{a0}hour, 3&nbsp;minutes ago",
            "just now",
            "184 ms",
            "184ms",
            "0.0321 seconds",
            "1.5s",
            "12 \u{b5}s",
        ] {
            for after in ["", ".", " by Ann", "</i>"] {
                let whole = format!("{text}{after}");
                assert_eq!(elapsed_len(whole.as_bytes()), text.len(), "{whole}");
            }
        }
    }

    #[test]
    fn what_only_begins_like_them_is_none() {
        for text in [
            "",
            "a minute",
            "3 minutes",
            "in 3 minutes",
            "30 seconds",
            "5 s",
            "3 minutes agog",
            "3 msx",
            "about Ann",
            "over",
            "7 left",
            "1.5 stars",
        ] {
            assert_eq!(elapsed_len(text.as_bytes()), 0, "{text}");
        }
    }
}
