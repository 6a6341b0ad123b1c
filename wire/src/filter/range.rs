//! Ranges of numbers as filters write them: `404`, `>=400`, `<1s`, `10ms..1s`. Both ends included.

/// Numbers from `low` to `high`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: u64,
    pub(super) high: u64,
}

impl Range {
    pub(super) const fn contains(self, value: u64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Reads a comparison or `low..high`; `number` reads one number.
    pub(super) fn parse(text: &str, number: impl Fn(&str) -> Option<u64>) -> Option<Self> {
        let to_end = |low| Self {
            low,
            high: u64::MAX,
        };
        let from_start = |high| Self { low: 0, high };
        if let Some(text) = text.strip_prefix(">=") {
            return number(text).map(to_end);
        }
        if let Some(text) = text.strip_prefix('>') {
            return number(text)?.checked_add(1).map(to_end);
        }
        if let Some(text) = text.strip_prefix("<=") {
            return number(text).map(from_start);
        }
        if let Some(text) = text.strip_prefix('<') {
            return number(text)?.checked_sub(1).map(from_start);
        }
        let (low, high) = text.split_once("..")?;
        let range = Self {
            low: number(low)?,
            high: number(high)?,
        };
        (range.low <= range.high).then_some(range)
    }
}

/// A time in microseconds: `250us`, `100ms`, `1.5s`, `2m`.
pub(super) fn time_us(text: &str) -> Option<u64> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(unit_at)?;
    let unit_us = match unit {
        "us" | "\u{b5}s" => 1,
        "ms" => 1_000,
        "s" => 1_000_000,
        "m" | "min" => 60_000_000,
        _ => return None,
    };
    decimal(number, unit_us)
}

/// A size in bytes: `512`, `512B`, `1.5kB`, `2MB`, of powers of ten.
pub(super) fn size_bytes(text: &str) -> Option<u64> {
    let unit_at = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(unit_at)?;
    let unit_bytes = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        _ => return None,
    };
    decimal(number, unit_bytes)
}

/// `1.5` of a unit, rounded down.
fn decimal(number: &str, unit: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let mut value = whole.parse::<u64>().ok()?.checked_mul(unit)?;
    let mut place = unit;
    for digit in fraction.bytes() {
        place /= 10;
        value = value.checked_add(u64::from(digit.checked_sub(b'0')?) * place)?;
    }
    Some(value)
}
