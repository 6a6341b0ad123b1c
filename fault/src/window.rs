//! The part of a run in which a fault is on: `30s..60s`. Unit: microseconds since the run's start.

use std::fmt;
use std::str::FromStr;

use reprise_measure::length;

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
            length::parse(from).ok_or_else(bad)?
        };
        let to_us = if to.is_empty() {
            None
        } else {
            Some(length::parse(to).ok_or_else(bad)?)
        };
        if to_us.is_some_and(|to_us| to_us <= from_us) {
            return Err(bad());
        }
        Ok(Self { from_us, to_us })
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..", length::exact(self.from_us))?;
        self.to_us
            .map_or(Ok(()), |to_us| f.write_str(&length::exact(to_us)))
    }
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
