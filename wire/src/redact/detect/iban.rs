//! International bank account numbers, by their check digits.

use std::ops::Range;

use super::{is_word, run, run_before};
use crate::redact::shape::{is_iban, is_marked_iban};

/// The shortest one has 15 characters.
const SHORTEST: usize = 15;
/// The longest, with a blank after every fourth character.
const LONGEST: usize = 42;

/// Tells the place of every number that is no pseudonym.
pub(super) fn find(bytes: &[u8], mut tell: impl FnMut(Range<usize>)) {
    let mut at = SHORTEST - 1;
    while let Some(byte) = bytes.get(at) {
        if !belongs(*byte) {
            at += SHORTEST;
            continue;
        }
        let mut start = at - run_before(bytes, at, belongs);
        let end = at + run(bytes, at, belongs);
        while start + SHORTEST <= end {
            let before = start.checked_sub(1).and_then(|at| bytes.get(at));
            let found = match before {
                Some(before) if is_word(*before) => None,
                _ => longest(bytes, start, end),
            };
            match found {
                Some(range) => {
                    start = range.end;
                    tell(range);
                }
                None => start += 1,
            }
        }
        at = end + SHORTEST;
    }
}

const fn belongs(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' '
}

/// The longest number that begins at `start` and ends with a word.
fn longest(bytes: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let [country, second, check, digit] = bytes.get(start..)?.first_chunk::<4>()?;
    let begins = country.is_ascii_uppercase()
        && second.is_ascii_uppercase()
        && check.is_ascii_digit()
        && digit.is_ascii_digit();
    if !begins {
        return None;
    }
    (start + SHORTEST..=end.min(start + LONGEST))
        .rev()
        .map(|end| start..end)
        .find(|range| {
            let ends_word = bytes.get(range.end).is_none_or(|after| !is_word(*after))
                && bytes.get(range.end - 1) != Some(&b' ');
            ends_word
                && bytes
                    .get(range.clone())
                    .is_some_and(|number| is_iban(number) && !is_marked_iban(number))
        })
}
