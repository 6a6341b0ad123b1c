//! When two texts say the same: word by word, but for tokens, times, and the values a server generates.

use reprise_wire::redact::is_pseudonym;

use super::elapsed::{digits, elapsed_len};
use super::written_date::written_date_len;
use crate::http::places::guess::{Strength, names_a_secret, strength};

/// A run of word characters of at least this length that holds a digit is taken for a token.
const TOKEN: usize = 16;

/// Shorter words are no tokens, whatever they look like.
const SHORTEST_TOKEN: usize = 8;

/// Whether two texts say the same. `known` are the generated values of each side.
pub(super) fn same_text(one: &[u8], known: &[&[u8]], other: &[u8], other_known: &[&[u8]]) -> bool {
    if one == other || is_replaced(one, other) || is_replaced(other, one) {
        return true;
    }
    let both = known.iter().chain(other_known).copied();
    let joined: Vec<&[u8]> = both
        .filter(|value| value.iter().any(|byte| !is_word(*byte)))
        .collect();
    let (mut ones, mut others) = (words(one, &joined), words(other, &joined));
    let mut before: [&[u8]; 2] = [b"", b""];
    loop {
        match (ones.next(), others.next()) {
            (None, None) => return true,
            (Some(word), Some(with)) => {
                let same = word == with
                    || both_vary(word, with)
                    || both_known((word, known), (with, other_known))
                    || both_secret(before, word, with);
                if !same {
                    return false;
                }
                before = [before[1], word];
            }
            _ => return false,
        }
    }
}

/// Whether two words are values that are known to be generated, by themselves or as parts of words that say the same
/// otherwise: `item_3` of a page that shows the third item.
fn both_known((word, known): (&[u8], &[&[u8]]), (with, other_known): (&[u8], &[&[u8]])) -> bool {
    if known.contains(&word) && other_known.contains(&with) {
        return true;
    }
    let joins = |byte: &u8| matches!(byte, b'-' | b'_');
    let is_joined = word.iter().any(joins) && with.iter().any(joins);
    let mut others = with.split(joins);
    let mut pairs = word.split(joins).map(|part| (part, others.next()));
    let same = is_joined
        && pairs.all(|(part, other)| {
            other.is_some_and(|other| {
                part == other || (known.contains(&part) && other_known.contains(&other))
            })
        });
    same && others.next().is_none()
}

/// Whether the words before two others say that these are made to be unguessable: `_wpnonce=`, `"token":"`.
fn both_secret([name, sign]: [&[u8]; 2], word: &[u8], with: &[u8]) -> bool {
    let is_long =
        |word: &[u8]| word.len() >= SHORTEST_TOKEN && word.iter().all(|one| is_word(*one));
    let sets = sign.iter().any(|byte| matches!(byte, b'=' | b':'));
    let is_sign = |byte: &u8| byte.is_ascii_whitespace() || b"=:\"'\\".contains(byte);
    let named = || std::str::from_utf8(name).is_ok_and(names_a_secret);
    is_long(word) && is_long(with) && sets && sign.iter().all(is_sign) && named()
}

/// Whether redaction put its word in the place of all that a text said: what the other says there, signs and all, was
/// not kept to be compared.
fn is_replaced(one: &[u8], other: &[u8]) -> bool {
    is_pseudonym(one) && !other.is_empty() && !other.iter().any(u8::is_ascii_whitespace)
}

/// Runs of word characters, and what is between them; the host of a URL is one with the slashes before it, and so are
/// known values that are more than a word (`ann@example.org`).
fn words<'a>(text: &'a [u8], joined: &[&[u8]]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = *rest.first()?;
        let kind = is_word(first);
        let ends = |at: usize| is_word(rest.get(at).copied().unwrap_or(first)) != kind;
        let run = || {
            (1..rest.len())
                .find(|at| ends(*at) || host_len(rest.get(*at..).unwrap_or_default()) > 0)
        };
        let date = date_len(rest).max(mail_date_len(rest));
        let date = date.max(written_date_len(rest)).max(epoch_len(rest));
        let told = date.max(elapsed_len(rest)).max(host_len(rest));
        let length = match told.max(joined_len(rest, joined)) {
            0 => run().unwrap_or(rest.len()),
            length => length,
        };
        let (word, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(word)
    })
}

/// How long the value at the beginning of a text is, one of these; 0 when there is none, or it goes on.
fn joined_len(text: &[u8], joined: &[&[u8]]) -> usize {
    let whole = |value: &&&[u8]| {
        let ends_in_word = value.last().is_some_and(|byte| is_word(*byte));
        let goes_on = text.get(value.len()).is_some_and(|byte| is_word(*byte));
        text.starts_with(value) && !(ends_in_word && goes_on)
    };
    let found = joined.iter().filter(whole);
    found.map(|value| value.len()).max().unwrap_or(0)
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Whether two words differ from one run to the next. Some random words look like none: where one surely is,
/// the other of its length needs to have letters of both sizes, or digits among letters.
fn both_vary(word: &[u8], with: &[u8]) -> bool {
    let may = |word: &[u8]| {
        let kinds: [fn(&u8) -> bool; 3] = [
            u8::is_ascii_lowercase,
            u8::is_ascii_uppercase,
            u8::is_ascii_digit,
        ];
        let has = |of: &&fn(&u8) -> bool| word.iter().any(**of);
        word.len() >= SHORTEST_TOKEN && kinds.iter().filter(has).count() >= 2
    };
    let alike = word.len() == with.len();
    match (varies(word), varies(with)) {
        (true, true) => true,
        (true, false) => alike && may(with),
        (false, true) => alike && may(word),
        (false, false) => false,
    }
}

/// Whether a word is a token, a redacted value, or a time: these differ from one run to the next.
fn varies(word: &[u8]) -> bool {
    let has_digit = word.iter().any(u8::is_ascii_digit);
    let is_random = || word.len() >= TOKEN || strength(word, "") == Some(Strength::Strong);
    (has_digit && is_random())
        || is_mixed(word)
        || is_pseudonym(word)
        || date_len(word) == word.len()
        || mail_date_len(word) == word.len()
        || written_date_len(word) == word.len()
        || elapsed_len(word) == word.len()
        || host_len(word) == word.len()
        || epoch_len(word) == word.len()
}

/// Whether capitals and small letters alternate as in random letters: in joined words, `getUserName`, small
/// letters come in runs.
fn is_mixed(word: &[u8]) -> bool {
    const SHORTEST: usize = 10;
    const LONGEST_RUN: usize = 4;
    let letters = |of: fn(&u8) -> bool| word.iter().filter(|byte| of(byte)).count();
    let (small, capital) = (
        letters(u8::is_ascii_lowercase),
        letters(u8::is_ascii_uppercase),
    );
    let runs = word.split(|byte| !byte.is_ascii_lowercase());
    word.len() >= SHORTEST
        && capital * 4 >= word.len()
        && small * 4 >= word.len()
        && runs.map(<[u8]>::len).max() <= Some(LONGEST_RUN)
}

/// How long `://shop.example:8080` at the beginning of a text is, as JSON may escape it; 0 when there is none.
/// The target has a host of its own.
fn host_len(text: &[u8]) -> usize {
    let slashes = [&b"://"[..], br":\/\/"];
    let Some(slashes) = slashes.iter().find(|slashes| text.starts_with(slashes)) else {
        return 0;
    };
    let host = text.get(slashes.len()..).unwrap_or_default();
    let of_host = |byte: &&u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']' | b'_')
    };
    slashes.len() + host.iter().take_while(of_host).count()
}

/// How long the time at the beginning of a text is, `2026-11-21` or `2026-11-21T10:00:00.5+01:00`; 0 when
/// there is none.
fn date_len(text: &[u8]) -> usize {
    const DAY: &[u8; 10] = b"dddd-dd-dd";
    const TIME: &[u8; 9] = b"tdd:dd:dd";
    let fits = |text: &[u8], pattern: &[u8]| {
        text.len() >= pattern.len()
            && text.iter().zip(pattern).all(|(byte, wanted)| match wanted {
                b'd' => byte.is_ascii_digit(),
                b't' => matches!(byte, b'T' | b't' | b' '),
                wanted => byte == wanted,
            })
    };
    if !fits(text, DAY) {
        return 0;
    }
    let rest = text.get(DAY.len()..).unwrap_or_default();
    if !fits(rest, TIME) {
        return DAY.len();
    }
    let rest = rest.get(TIME.len()..).unwrap_or_default();
    let zone =
        |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'Z' | b'+' | b'-' | b':');
    DAY.len() + TIME.len() + rest.iter().take_while(zone).count()
}

/// How long the time at the beginning of a text is that is written as in mail and HTTP, `Sat, 21 Nov 2026 20:59:56
/// GMT` (RFC 5322 section 3.3, RFC 9110 section 5.6.7), with or without its day of the week; 0 when there is none.
fn mail_date_len(text: &[u8]) -> usize {
    const PATTERNS: [&[u8]; 4] = [
        b"aaa, dd aaa dddd dd:dd:dd",
        b"aaa, d aaa dddd dd:dd:dd",
        b"dd aaa dddd dd:dd:dd",
        b"d aaa dddd dd:dd:dd",
    ];
    let fits = |pattern: &&&[u8]| {
        text.len() >= pattern.len()
            && text
                .iter()
                .zip(**pattern)
                .all(|(byte, wanted)| match wanted {
                    b'd' => byte.is_ascii_digit(),
                    b'a' => byte.is_ascii_alphabetic(),
                    wanted => byte == wanted,
                })
    };
    let Some(length) = PATTERNS.iter().find(fits).map(|pattern| pattern.len()) else {
        return 0;
    };
    let rest = text.get(length..).unwrap_or_default();
    let zone = rest.strip_prefix(b" ").unwrap_or_default();
    let signed = |byte: &&u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-');
    let zone_len = match zone.first() {
        Some(b'+' | b'-') => zone.iter().take_while(signed).count(),
        _ if zone.starts_with(b"GMT") || zone.starts_with(b"UTC") => 3,
        _ => return length,
    };
    length + 1 + zone_len
}

/// How long the number of seconds, with or without their fraction, or of milliseconds since 1970 at the beginning of a
/// text is, of this century's first half; 0 when there is none.
fn epoch_len(text: &[u8]) -> usize {
    let (whole, begins) = (digits(text), matches!(text.first(), Some(b'1' | b'2')));
    let rest = text.get(whole..).unwrap_or_default();
    let fraction = match rest {
        [b'.', rest @ ..] if whole == 10 => digits(rest),
        _ => 0,
    };
    let length = whole + fraction + usize::from(fraction > 0);
    let goes_on = text.get(length).is_some_and(|byte| is_word(*byte));
    if begins && matches!(whole, 10 | 13) && !goes_on {
        length
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(one: &str, other: &str) -> bool {
        same_text(one.as_bytes(), &[b"10001"], other.as_bytes(), &[b"40077"])
    }

    #[test]
    fn tokens_times_and_known_values_say_the_same_and_words_and_numbers_do_not() {
        for (one, other) in [
            ("Order 10001", "Order 40077"),
            (
                "at 2026-11-21T10:00:00Z.",
                "at 2027-01-02T03:04:05.123+01:00.",
            ),
            ("2026-11-21", "2026-12-01"),
            (
                "Sat, 21 Nov 2026 20:59:56 +0000 in 1795294796510",
                "Sun, 22 Nov 2026 01:00:11 +0000 in 1795294811619",
            ),
            (
                "<th>Nov. 23, 2026, 2:40 p.m.</th>",
                "<th>Nov. 23, 2026, 11:05 a.m.</th>",
            ),
            ("<b>1 Nov 2026 20:59:56 GMT", "<b>12 Dec 2026 01:00:11 GMT"),
            ("1790071238", "1790099999"),
            (
                r#"{"at":1795455962.6064074}"#,
                r#"{"at":1795457584.944709}"#,
            ),
            (
                "by Ann, less than a minute ago, 3 likes",
                "by Ann, 14 minutes ago, 3 likes",
            ),
            ("made in 184 ms", "made in 41ms"),
            ("item_10001", "item_40077"),
            ("line-10001-up", "line-40077-up"),
            ("t=9f8e7d6c5b4a39281706&x", "t=00ff11ee22dd33cc44bb55aa66&x"),
            ("ItJFbKqJ-y-dkWXo", "rcVa_8ZIe9HbzY6u"),
            ("k3v9x2m8", "m1x7q4z2"),
            ("IWo0zrnyGb0", "z8yjkHyLtbc"),
            ("qssfrSjIZkLW", "rcYlj7F-JtSd"),
            ("see http://shop.example/a.", "see http://127.0.0.1:8080/a."),
            (
                r"https:\/\/shop.example\/srPdRfHahng",
                r"https:\/\/staging\/QnLC2VIWrcA",
            ),
            ("rp_gmzdsmjxgqztanbvgy3tqojqgey", "9f8e7d6c5b4a39281706"),
            ("rp_gmzdsmjxgqztanbvgy3tqojqgey", "x)4!kR&amp;z%q"),
            (
                "x.php?p=3&#038;_wpnonce=5666bcb039",
                "x.php?p=3&#038;_wpnonce=db0507055b",
            ),
            (
                r#"{"ajaxNonce":"5666bcb039"}"#,
                r#"{"ajaxNonce":"db0507055b"}"#,
            ),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
        for (one, other) in [
            ("Order 10001", "Order 40078"),
            ("40077", "10001"),
            ("7 left", "8 left"),
            ("item_10001", "item_40078"),
            ("item_10001", "line_40077"),
            ("item_10001", "item_40077_up"),
            ("in 10 minutes", "in 20 minutes"),
            ("3 likes, 2 days ago", "4 likes, 3 days ago"),
            ("Lyon", "Gent"),
            ("a", "a b"),
            ("k3v9x2m8", "notebook"),
            ("http://shop.example/a", "http://shop.example/b"),
            ("http://shop.example/a", "https://shop.example/a"),
            ("internationalize", "internationalise"),
            ("getAccountsByName", "getInvoicesByDate"),
            ("NOTEBOOK-COPPERED", "NOTEBOOK-SILVERED"),
            ("", "x"),
            ("rp_gmzdsmjxgqztanbvgy3tqojqgey", ""),
            ("rp_gmzdsmjxgqztanbvgy3tqojqgey", "sign in first"),
            ("token: copper", "token: silver"),
            ("page=5666bcb039", "page=db0507055b"),
            ("the token is missing", "the token is required"),
            ("csrf=5666bcb039", "csrf="),
        ] {
            assert!(!same(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn a_known_value_is_one_word_with_all_that_it_consists_of() {
        let known: [&[u8]; 1] = [b"carl.c+tag@x.org"];
        let now: [&[u8]; 1] = [b"load1@load.test"];
        let same =
            |one: &str, other: &str| same_text(one.as_bytes(), &known, other.as_bytes(), &now);
        for (one, other) in [
            ("carl.c+tag@x.org", "load1@load.test"),
            ("Hello carl.c+tag@x.org.", "Hello load1@load.test."),
            // of all users, beside a time
            ("carl.c+tag@x.org 2026-11-21", "carl.c+tag@x.org 2026-11-22"),
        ] {
            assert!(same(one, other), "{one} and {other}");
        }
        for (one, other) in [
            ("carl.c+tag@x.org", "ann@x.org"),
            ("carl.c+tag@x.org2", "load1@load.test"),
            ("load1@load.test", "carl.c+tag@x.org"),
            ("carl.c+tag@x.org", "load2@load.test"),
        ] {
            assert!(!same(one, other), "{one} and {other}");
        }
    }
}
