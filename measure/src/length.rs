//! A length of time as people write it in faults, checks, stages and flags: `1h30m`, `1.5s`, `250ms`.
//! Unit: microseconds.

/// The units, largest first.
const UNITS: [(&str, u64); 7] = [
    ("h", 3_600_000_000),
    ("min", 60_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
    ("\u{b5}s", 1),
];

/// Microseconds of `1m30s`, `250ms`, `1.5s`; a number without a unit is in seconds. `None` when it is no
/// length of time, or not a whole number of microseconds.
pub fn parse(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    if let Some(us) = scaled(rest, 1_000_000) {
        return Some(us);
    }
    let mut total: u64 = 0;
    let is_empty = rest.is_empty();
    while !rest.is_empty() {
        let number_len = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at(number_len);
        let after = after.trim_start();
        let unit_len = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_len);
        let (_, unit_us) = UNITS.iter().find(|(name, _)| *name == unit)?;
        total = total.checked_add(scaled(number, *unit_us)?)?;
        rest = next.trim_start();
    }
    (!is_empty).then_some(total)
}

/// The shortest text that [`parse`] reads as exactly `us`: one unit that divides it, which is easier to
/// read than a mixture: `90s`, not `1m30s`.
pub fn exact(us: u64) -> String {
    if us == 0 {
        return "0s".to_owned();
    }
    UNITS
        .iter()
        .filter(|(name, _)| *name != "min")
        .find(|(_, unit_us)| us.is_multiple_of(*unit_us))
        .map_or_else(
            || format!("{us}us"),
            |(name, unit_us)| format!("{}{name}", us / unit_us),
        )
}

/// `number` (digits, perhaps with a fraction) times `unit_us`, when that is a whole number.
fn scaled(number: &str, unit_us: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if !whole.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut total = whole.parse::<u64>().ok()?.checked_mul(unit_us)?;
    let mut share = unit_us;
    for digit in fraction.chars() {
        if !share.is_multiple_of(10) {
            return None;
        }
        share /= 10;
        total = total.checked_add(u64::from(digit.to_digit(10)?).checked_mul(share)?)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lengths_are_read_in_every_unit_and_in_mixtures() {
        for (text, us) in [
            ("250ms", 250_000),
            ("1.5s", 1_500_000),
            ("10m", 600_000_000),
            ("10min", 600_000_000),
            ("1h30m", 5_400_000_000),
            ("7us", 7),
            ("7\u{b5}s", 7),
            (" 30 ", 30_000_000),
            ("1h 30 min", 5_400_000_000),
            ("0.25", 250_000),
        ] {
            assert_eq!(parse(text), Some(us), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_of_time_is_refused() {
        for text in [
            "",
            " ",
            "x",
            "-5s",
            "+5s",
            "5 parsecs",
            "1e3s",
            "infs",
            "s",
            ".",
            ".s",
            "1.5us",
            "5s5",
            "99999999999999999999h",
        ] {
            assert_eq!(parse(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_length_reads_back_as_it_was_written(us: u64) {
            prop_assert_eq!(parse(&exact(us)), Some(us));
        }

        #[test]
        fn no_text_is_too_strange_to_refuse(text: String) {
            let _ = parse(&text);
        }
    }
}
