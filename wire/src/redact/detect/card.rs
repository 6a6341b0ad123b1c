//! Payment cards: 13 to 19 digits with their check digit, perhaps in groups with blanks or dashes between.

use std::ops::Range;

use super::{Neighbours, is_word, run, run_before};
use crate::redact::shape::{is_marked_card, luhn};

/// The shortest number: of any 13 bytes in a row within one, the 13th is seen.
const SHORTEST: usize = 13;
const LONGEST: usize = 19;
/// Numbers in groups have at least this many digits in each but the last.
const LEAST_IN_GROUP: usize = 3;
/// The first group of a number in groups has at most this many.
const MOST_IN_FIRST: usize = 6;

/// Tells the place of every card number that is no pseudonym.
pub(super) fn find(bytes: &[u8], neighbours: Neighbours, mut tell: impl FnMut(Range<usize>)) {
    let mut at = SHORTEST - 1;
    while let Some(byte) = bytes.get(at) {
        if !belongs(*byte) {
            at += SHORTEST;
            continue;
        }
        let start = at - run_before(bytes, at, belongs);
        let end = at + run(bytes, at, belongs);
        if end - start >= SHORTEST {
            in_run(bytes, start..end, neighbours, &mut tell);
        }
        at = end + SHORTEST;
    }
}

const fn belongs(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b' ' | b'-')
}

/// Card numbers within a run of digits, blanks and dashes.
fn in_run(
    bytes: &[u8],
    run: Range<usize>,
    neighbours: Neighbours,
    tell: &mut impl FnMut(Range<usize>),
) {
    let groups = groups(bytes, run);
    let mut first = 0;
    while let Some(group) = groups.get(first) {
        match from_group(
            bytes,
            groups.get(first..).unwrap_or_default(),
            group.start,
            neighbours,
        ) {
            Some((range, used)) => {
                tell(range);
                first += used;
            }
            None => first += 1,
        }
    }
}

/// The groups of digits in a run.
fn groups(bytes: &[u8], run: Range<usize>) -> Vec<Range<usize>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut at = run.start;
    while at < run.end {
        let len = super::run(bytes, at, |byte| byte.is_ascii_digit()).min(run.end - at);
        if len > 0 {
            groups.push(at..at + len);
        }
        at += len.max(1);
    }
    groups
}

/// The longest card number that begins with the first of these groups, and how many it takes.
fn from_group(
    bytes: &[u8],
    groups: &[Range<usize>],
    start: usize,
    neighbours: Neighbours,
) -> Option<(Range<usize>, usize)> {
    if groups
        .first()
        .is_some_and(|group| is_fraction(bytes, group))
    {
        return None;
    }
    let loose = neighbours == Neighbours::Binary;
    let mut digits = 0;
    let mut last_end = start;
    let mut candidates = Vec::new();
    for (number, group) in groups.iter().enumerate() {
        let parted_by_one = number == 0 || group.start == last_end + 1;
        if !parted_by_one || (number > 0 && digits < LEAST_IN_GROUP) {
            break;
        }
        digits += group.len();
        // In a binary protocol a byte before or after may be a length that looks like a digit.
        if digits > LONGEST + if loose { 2 } else { 0 } {
            break;
        }
        last_end = group.end;
        candidates.push((start..group.end, number + 1));
        if group.len() < LEAST_IN_GROUP {
            break;
        }
    }
    let stands_alone = |range: &Range<usize>| {
        let before = range.start.checked_sub(1).and_then(|at| bytes.get(at));
        loose
            || !(before.is_some_and(|byte| is_word(*byte))
                || bytes.get(range.end).is_some_and(|byte| is_word(*byte)))
    };
    for (range, used) in candidates
        .into_iter()
        .rev()
        .filter(|(range, _)| stands_alone(range))
    {
        let slack = if loose { 2 } else { 1 };
        for skip in 0..slack {
            for cut in 0..slack {
                let narrowed = range.start + skip..range.end.saturating_sub(cut);
                if bytes.get(narrowed.clone()).is_some_and(is_card) {
                    return Some((narrowed, used));
                }
            }
        }
    }
    None
}

/// Whether digits are those behind the point of a number, `48.85661400000002`: more than the first group of a card has.
fn is_fraction(bytes: &[u8], group: &Range<usize>) -> bool {
    let before = group.start.checked_sub(2);
    let before = before.and_then(|at| bytes.get(at..group.start));
    let is_behind_point = matches!(before, Some([digit, b'.']) if digit.is_ascii_digit());
    is_behind_point && group.len() > MOST_IN_FIRST
}

fn is_card(number: &[u8]) -> bool {
    let digits = number.iter().filter(|byte| byte.is_ascii_digit()).count();
    (SHORTEST..=LONGEST).contains(&digits)
        && matches!(number.first(), Some(b'3'..=b'6'))
        && luhn(number)
        && !is_marked_card(number)
}
