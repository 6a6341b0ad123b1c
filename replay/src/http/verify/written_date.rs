//! Times as pages show them to people, in English: `Nov. 23, 2026, 2:40 p.m.`, `23 November 2026 at 14:40`.

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

/// Which half of the day it is, or which hour.
const HALVES: [&[u8]; 4] = [b"a.m.", b"p.m.", b"am", b"pm"];
const HOURS: [&[u8]; 2] = [b"midnight", b"noon"];

/// How long the day at the beginning of a text is, with its time if one follows; 0 when there is none.
pub(super) fn written_date_len(text: &[u8]) -> usize {
    let mut rest = text;
    let is_date = day_of_month(&mut rest).is_some();
    if !is_date {
        return 0;
    }
    let mut after = rest;
    if time(&mut after).is_some() {
        rest = after;
    }
    text.len() - rest.len()
}

/// `Nov. 23, 2026` or `23 November 2026`.
fn day_of_month(rest: &mut &[u8]) -> Option<()> {
    if rest.first()?.is_ascii_digit() {
        number(rest, 1..=2)?;
        skip(rest, b".");
        take(rest, b" ")?;
        month(rest)?;
    } else {
        month(rest)?;
        take(rest, b" ")?;
        number(rest, 1..=2)?;
    }
    skip(rest, b",");
    take(rest, b" ")?;
    number(rest, 4..=4)
}

/// `, 2:40 p.m.`, ` at 14:40:05`, `, noon`.
fn time(rest: &mut &[u8]) -> Option<()> {
    skip(rest, b",");
    take(rest, b" ")?;
    skip(rest, b"at ");
    if HOURS.iter().any(|hour| skip(rest, hour)) {
        return Some(());
    }
    number(rest, 1..=2)?;
    let mut has_minutes = false;
    while rest.first() == Some(&b':') {
        take(rest, b":")?;
        number(rest, 2..=2)?;
        has_minutes = true;
    }
    let mut after = *rest;
    skip(&mut after, b" ");
    let has_half = HALVES.iter().any(|half| skip(&mut after, half));
    if has_half {
        *rest = after;
    }
    (has_minutes || has_half).then_some(())
}

/// A month's name, or its first three or four letters with or without a point.
fn month(rest: &mut &[u8]) -> Option<()> {
    let length = rest
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    let (word, after) = rest.split_at_checked(length)?;
    let is_one = |month: &&&[u8]| {
        let begins = month
            .get(..length)
            .is_some_and(|start| start.eq_ignore_ascii_case(word));
        begins && (month.len() == length || matches!(length, 3 | 4))
    };
    MONTHS.iter().find(is_one)?;
    *rest = after;
    skip(rest, b".");
    Some(())
}

/// A number of so many digits.
fn number(rest: &mut &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<()> {
    let length = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    *rest = digits.contains(&length).then(|| rest.get(length..))??;
    Some(())
}

fn take(rest: &mut &[u8], wanted: &[u8]) -> Option<()> {
    *rest = rest.strip_prefix(wanted)?;
    Some(())
}

/// Leaves out `wanted`, in any case, if it is there; whether it was.
fn skip(rest: &mut &[u8], wanted: &[u8]) -> bool {
    let Some((start, after)) = rest.split_at_checked(wanted.len()) else {
        return false;
    };
    let is_there = start.eq_ignore_ascii_case(wanted);
    if is_there {
        *rest = after;
    }
    is_there
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_known_as_people_write_them() {
        for date in [
            "Nov. 23, 2026, 2:40 p.m.",
            "Nov. 23, 2026, 2 p.m.",
            "Sept. 3, 2026, noon",
            "May 3, 2026, midnight",
            "November 23, 2026",
            "Nov 23 2026 2:40:05 PM",
            "November 23, 2026 at 14:40",
            "23 Nov 2026",
            "3. november 2026 14:40",
        ] {
            let text = format!("{date} by ann");
            assert_eq!(written_date_len(text.as_bytes()), date.len(), "{date}");
        }
        for text in [
            "",
            "Nov.",
            "Mayor 3, 2026",
            "May I",
            "23 items 2026",
            "Nov 231, 2026",
            "Nov 23, 20265",
        ] {
            assert_eq!(written_date_len(text.as_bytes()), 0, "{text}");
        }
        assert_eq!(
            written_date_len(b"May 3, 2026 4 items"),
            b"May 3, 2026".len()
        );
    }
}
