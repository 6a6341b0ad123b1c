//! Counters as rates: how much each grew since it was last read, and how long ago that was.

use std::collections::BTreeMap;
use std::time::Instant;

/// The last values of counters, by name.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    last: BTreeMap<String, f64>,
    read: Option<Instant>,
    /// Seconds since the reading before.
    passed: f64,
}

impl Rates {
    /// Begins a reading at `now`.
    pub(crate) fn begin(&mut self, now: Instant) {
        let passed = self
            .read
            .map(|before| now.saturating_duration_since(before));
        self.passed = passed.map_or(0.0, |passed| passed.as_secs_f64());
        self.read = Some(now);
    }

    /// How much a counter grew since the last reading; `None` the first time, and when it is less than it was:
    /// its server began anew.
    pub(crate) fn growth(&mut self, name: &str, value: f64) -> Option<f64> {
        let before = match self.last.get_mut(name) {
            Some(last) => Some(std::mem::replace(last, value)),
            None => self.last.insert(name.to_owned(), value),
        };
        before
            .map(|before| value - before)
            .filter(|growth| *growth >= 0.0 && self.passed > 0.0)
    }

    /// How much a counter grew in each second since the last reading.
    pub(crate) fn per_second(&mut self, name: &str, value: f64) -> Option<f64> {
        self.growth(name, value).map(|growth| growth / self.passed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_counter_has_a_rate_from_its_second_reading_on_and_none_when_it_began_anew() {
        let (mut rates, start) = (Rates::default(), Instant::now());
        let mut read = |after_s: u64, value: f64| {
            rates.begin(start + Duration::from_secs(after_s));
            rates.per_second("queries", value)
        };
        assert_eq!(read(0, 100.0), None);
        assert_eq!(read(2, 300.0), Some(100.0));
        assert_eq!(read(3, 10.0), None);
        assert_eq!(read(4, 15.0), Some(5.0));
        assert_eq!(read(4, 15.0), None);
    }
}
