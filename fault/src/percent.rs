//! How often a fault strikes. Unit: millionths, so that 0.0001 % is exact and prints as written.

use std::fmt;
use std::str::FromStr;

use crate::FaultError;

/// A share above zero and up to all, kept in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u32);

impl Percent {
    /// Every exchange: 100 %.
    pub const ALL: Self = Self(1_000_000);

    /// Makes a share from millionths, 1 to 1,000,000; `None` outside of that.
    pub const fn from_millionths(millionths: u32) -> Option<Self> {
        match millionths {
            1..=1_000_000 => Some(Self(millionths)),
            _ => None,
        }
    }

    /// Both shares added up, at most all.
    pub(crate) const fn and(self, other: Self) -> Self {
        let sum = self.0 + other.0;
        match sum > Self::ALL.0 {
            true => Self::ALL,
            false => Self(sum),
        }
    }

    /// The share in millionths, 1 to 1,000,000.
    pub const fn millionths(self) -> u32 {
        self.0
    }
}

impl FromStr for Percent {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let bad = || FaultError::BadPercent(text.to_owned());
        let number = text.strip_suffix('%').unwrap_or(text);
        let (whole, decimals) = number.split_once('.').unwrap_or((number, "0"));
        let digits =
            |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(decimals) || decimals.len() > 4 {
            return Err(bad());
        }
        let whole: u32 = whole.parse().map_err(|_| bad())?;
        let decimals: u32 = format!("{decimals:0<4}").parse().map_err(|_| bad())?;
        whole
            .checked_mul(10_000)
            .and_then(|millionths| millionths.checked_add(decimals))
            .and_then(Self::from_millionths)
            .ok_or_else(bad)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, decimals) = (self.0 / 10_000, self.0 % 10_000);
        if decimals == 0 {
            return write!(f, "{whole}");
        }
        let decimals = format!("{decimals:04}");
        write!(f, "{whole}.{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fractional_percentage_prints_as_it_was_written() {
        for text in ["20", "0.5", "0.0001", "99.9999", "100"] {
            assert_eq!(text.parse::<Percent>().unwrap().to_string(), text);
        }
        assert_eq!("20%".parse::<Percent>().unwrap().millionths(), 200_000);
    }

    #[test]
    fn nothing_more_than_all_and_everything_finer_than_a_millionth_are_refused() {
        for text in [
            "0",
            "100.1",
            "-1",
            "1e2",
            "",
            ".5",
            "5.",
            "0.00001",
            "99999999999",
        ] {
            assert!(text.parse::<Percent>().is_err(), "{text}");
        }
    }
}
