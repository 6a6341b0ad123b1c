//! The part of a run in which a fault is on: `30s..60s`. Unit: microseconds since the run's start.

use std::fmt;
use std::str::FromStr;

use crate::FaultError;

/// A span of the run, its end excluded; `to_us` of `None` reaches to the end of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first microsecond of the span.
    pub from_us: u64,
    /// The first microsecond after the span.
    pub to_us: Option<u64>,
}

impl Window {
    /// Whether the moment `at_us` of the run lies in the span.
    pub fn holds(self, at_us: u64) -> bool {
        at_us >= self.from_us && self.to_us.is_none_or(|to_us| at_us < to_us)
    }
}

impl FromStr for Window {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let bad = || FaultError::BadWindow(text.to_owned());
        let (from, to) = text.split_once("..").ok_or_else(bad)?;
        let from_us = if from.is_empty() {
            0
        } else {
            duration_us(from).ok_or_else(bad)?
        };
        let to_us = if to.is_empty() {
            None
        } else {
            Some(duration_us(to).ok_or_else(bad)?)
        };
        if to_us.is_some_and(|to_us| to_us <= from_us) {
            return Err(bad());
        }
        Ok(Self { from_us, to_us })
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_duration(f, self.from_us)?;
        f.write_str("..")?;
        self.to_us.map_or(Ok(()), |to_us| write_duration(f, to_us))
    }
}

/// The units a duration is written in, largest first: `1h30m`, `1.5s`, `250ms`.
const UNITS: [(&str, u64); 5] = [
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

/// Microseconds of `1m30s`, `250ms`, `1.5s`; a number without a unit is in seconds.
fn duration_us(text: &str) -> Option<u64> {
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let number_len = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(number_len);
        let unit_len = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (unit, next) = after.split_at(unit_len);
        let unit_us = match unit {
            "" if next.is_empty() && rest.len() == text.len() => 1_000_000,
            _ => UNITS.iter().find(|(name, _)| *name == unit)?.1,
        };
        total = total.checked_add(scaled(number, unit_us)?)?;
        rest = next;
    }
    (!text.is_empty()).then_some(total)
}

/// `number` (digits, perhaps with a fraction) times `unit_us`, when that is a whole number.
fn scaled(number: &str, unit_us: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole: u64 = whole.parse().ok()?;
    let mut total = whole.checked_mul(unit_us)?;
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

fn write_duration(f: &mut fmt::Formatter<'_>, us: u64) -> fmt::Result {
    if us == 0 {
        return f.write_str("0s");
    }
    // one unit that divides it is easier to read than a mixture: 90s, not 1m30s
    let exact = UNITS
        .iter()
        .find(|(_, unit_us)| us.is_multiple_of(*unit_us));
    exact.map_or(Ok(()), |(name, unit_us)| {
        write!(f, "{}{name}", us / unit_us)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(text: &str) -> Window {
        text.parse().unwrap()
    }

    #[test]
    fn spans_are_read_in_every_unit() {
        assert_eq!(
            window("30s..60s"),
            Window {
                from_us: 30_000_000,
                to_us: Some(60_000_000)
            }
        );
        assert_eq!(
            window("500ms.."),
            Window {
                from_us: 500_000,
                to_us: None
            }
        );
        assert_eq!(
            window("..1m30s"),
            Window {
                from_us: 0,
                to_us: Some(90_000_000)
            }
        );
        assert_eq!(
            window("1.5..2"),
            Window {
                from_us: 1_500_000,
                to_us: Some(2_000_000)
            }
        );
        assert_eq!(window("1h..").to_string(), "1h..");
        assert_eq!(window("60s..90s").to_string(), "1m..90s");
    }

    #[test]
    fn an_empty_or_unreadable_span_is_refused() {
        for text in [
            "30s", "60s..30s", "5s..5s", "x..y", "1s2..", "1d..", "-1s..", "1..s", "1.5us..",
        ] {
            assert!(text.parse::<Window>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_end_is_outside_the_span() {
        let span = window("1s..2s");
        assert!(!span.holds(999_999) && span.holds(1_000_000) && span.holds(1_999_999));
        assert!(!span.holds(2_000_000));
    }
}
