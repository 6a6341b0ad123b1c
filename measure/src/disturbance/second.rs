//! Exchanges by the second, and what seconds in a row come to.

use std::collections::BTreeMap;

use crate::Tick;
use crate::compare::slices::{class, edges};
use crate::tick::share;

/// One second in microseconds.
pub(super) const SECOND_US: u64 = 1_000_000;

/// The exchanges intended in one second, or in several.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Second {
    pub(super) ended: u64,
    pub(super) failed: u64,
    /// Response times by size class.
    times: BTreeMap<u16, u32>,
}

impl Second {
    /// Counts a response time.
    pub(super) fn took(&mut self, response_us: u64) {
        *self.times.entry(class(response_us)).or_default() += 1;
    }

    /// Counts all that ended in a tick, with as many response times as it has.
    pub(super) fn add(&mut self, tick: &Tick) {
        self.ended += tick.outcomes.total() - tick.outcomes.unfinished;
        self.failed += tick.outcomes.failures();
        for (response_us, count) in tick.response.values() {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            let counted = self.times.entry(class(response_us)).or_default();
            *counted = counted.saturating_add(count);
        }
    }

    /// The share that failed.
    pub(super) fn error_rate(&self) -> f64 {
        share(self.failed, self.ended)
    }

    /// 99 % took at most this long, within 0.8 %.
    pub(super) fn p99_us(&self) -> u64 {
        let all: u64 = self.times.values().map(|count| u64::from(*count)).sum();
        let rank = (all * 99).div_ceil(100);
        let mut seen = 0;
        let found = self.times.iter().find(|(_, count)| {
            seen += u64::from(**count);
            seen >= rank
        });
        found.map_or(0, |(class, _)| {
            let (low, high) = edges(*class);
            low.midpoint(high) as u64
        })
    }

    fn merge(&mut self, other: &Self) {
        self.ended += other.ended;
        self.failed += other.failed;
        for (class, count) in &other.times {
            *self.times.entry(*class).or_default() += count;
        }
    }
}

/// Seconds by their number.
#[derive(Clone, Debug, Default)]
pub(super) struct Series(BTreeMap<u32, Second>);

impl Series {
    pub(super) fn at(&mut self, second: u32) -> &mut Second {
        self.0.entry(second).or_default()
    }

    /// The seconds with a number below `end` in which something was intended.
    pub(super) fn below(&self, end: u32) -> impl Iterator<Item = &Second> {
        self.0.range(..end).map(|(_, second)| second)
    }

    /// All seconds with a number below `end` as one.
    pub(super) fn sum_below(&self, end: u32) -> Second {
        let mut sum = Second::default();
        self.below(end).for_each(|second| sum.merge(second));
        sum
    }

    /// The window that begins with second `from`: `least` seconds, and as many more as it takes to have so many
    /// exchanges. `None` when that would reach `end`.
    pub(super) fn window(&self, from: u32, least: u32, exchanges: u64, end: u32) -> Option<Second> {
        let mut sum = Second::default();
        for number in from..end {
            if let Some(second) = self.0.get(&number) {
                sum.merge(second);
            }
            if number - from + 1 >= least && sum.ended >= exchanges {
                return Some(sum);
            }
        }
        None
    }
}
