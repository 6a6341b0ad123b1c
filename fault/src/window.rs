//! The part of a run in which a fault is on: `30s..60s`, `10s.. every 60s for 5s`. Unit: microseconds since
//! the run's start.

use std::fmt;
use std::str::FromStr;

use reprise_measure::length;

use crate::FaultError;

/// A span of the run, its end excluded; `to_us` of `None` reaches to the end of the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first microsecond of the span.
    pub from_us: u64,
    /// The first microsecond after the span.
    pub to_us: Option<u64>,
    /// Within the span it is on again and again; `None`: all the time.
    pub every: Option<Every>,
}

/// On for a while, again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Every {
    /// From one beginning to the next; microseconds, above 0.
    pub every_us: u64,
    /// How long it is on each time; microseconds, above 0 and below `every_us`.
    pub for_us: u64,
}

impl Window {
    /// Whether the moment `at_us` of the run lies in it.
    pub fn holds(self, at_us: u64) -> bool {
        at_us >= self.from_us
            && self.to_us.is_none_or(|to_us| at_us < to_us)
            && self
                .every
                .is_none_or(|every| (at_us - self.from_us) % every.every_us < every.for_us)
    }

    /// When the fault next goes on or off after the moment `at_us`; `None`: never again.
    pub fn next_edge_us(self, at_us: u64) -> Option<u64> {
        if at_us < self.from_us {
            return Some(self.from_us);
        }
        if self.to_us.is_some_and(|to_us| at_us >= to_us) {
            return None;
        }
        let Some(every) = self.every else {
            return self.to_us;
        };
        let into = (at_us - self.from_us) % every.every_us;
        let next = if into < every.for_us {
            every.for_us
        } else {
            every.every_us
        };
        let edge = (at_us - into).saturating_add(next);
        Some(self.to_us.map_or(edge, |to_us| edge.min(to_us)))
    }

    /// The spans in which it is on, up to `until_us`, first to last; each end excluded.
    pub fn spans(self, until_us: u64) -> impl Iterator<Item = (u64, u64)> {
        let end = self.to_us.unwrap_or(u64::MAX).min(until_us);
        let step = self.every.map_or(u64::MAX, |every| every.every_us);
        let on = self.every.map_or(u64::MAX, |every| every.for_us);
        let begins = std::iter::successors(Some(self.from_us), move |from| from.checked_add(step));
        begins
            .take_while(move |from| *from < end)
            .map(move |from| (from, from.saturating_add(on).min(end)))
    }

    /// Reads what follows `every` in `every 60s for 5s`: the two lengths.
    pub(crate) fn repeated(self, every: &str, on: &str) -> Result<Self, FaultError> {
        let lengths = length::parse(every).zip(length::parse(on));
        let (every_us, for_us) = lengths
            .filter(|(every_us, for_us)| *for_us > 0 && for_us < every_us)
            .ok_or_else(|| FaultError::BadRepeat(format!("every {every} for {on}")))?;
        Ok(Self {
            every: Some(Every { every_us, for_us }),
            ..self
        })
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
        Ok(Self {
            from_us,
            to_us,
            every: None,
        })
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..", length::exact(self.from_us))?;
        if let Some(to_us) = self.to_us {
            f.write_str(&length::exact(to_us))?;
        }
        if let Some(Every { every_us, for_us }) = self.every {
            let (every, on) = (length::exact(every_us), length::exact(for_us));
            write!(f, " every {every} for {on}")?;
        }
        Ok(())
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
                to_us: Some(60_000_000),
                every: None
            }
        );
        assert_eq!(
            window("500ms.."),
            Window {
                from_us: 500_000,
                to_us: None,
                every: None
            }
        );
        assert_eq!(
            window("..1m30s"),
            Window {
                from_us: 0,
                to_us: Some(90_000_000),
                every: None
            }
        );
        assert_eq!(
            window("1.5..2"),
            Window {
                from_us: 1_500_000,
                to_us: Some(2_000_000),
                every: None
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

    #[test]
    fn a_repeated_span_goes_on_and_off_until_its_end() {
        let span = window("10s..100s").repeated("60s", "5s").unwrap();
        assert_eq!(span.to_string(), "10s..100s every 1m for 5s");
        let on: Vec<u64> = (0..200).filter(|s| span.holds(s * 1_000_000)).collect();
        assert_eq!(on, [10, 11, 12, 13, 14, 70, 71, 72, 73, 74]);
        let mut edges = vec![0];
        while let Some(edge) = span.next_edge_us(*edges.last().unwrap()) {
            edges.push(edge);
        }
        let edges: Vec<u64> = edges.iter().map(|us| us / 1_000_000).collect();
        assert_eq!(edges, [0, 10, 15, 70, 75, 100]);
        let endless = window("10s..").repeated("60s", "5s").unwrap();
        assert_eq!(endless.next_edge_us(u64::MAX - 1), Some(u64::MAX));
        let spans: Vec<(u64, u64)> = span.spans(72_000_000).collect();
        assert_eq!(spans, [(10_000_000, 15_000_000), (70_000_000, 72_000_000)]);
    }

    #[test]
    fn a_repetition_that_is_never_off_is_refused() {
        for (every, on) in [("5s", "5s"), ("5s", "0"), ("x", "5s"), ("5s", "")] {
            assert!(window("..").repeated(every, on).is_err(), "{every} {on}");
        }
    }
}
