//! Durations counted by size, in microseconds, with a known relative precision (HdrHistogram).
//! Grows with what it has seen and never beyond a fixed size: 27 KB with two digits, 190 KB with three.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2Serializer};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest duration told apart: one hour, in microseconds. Longer ones count as this long.
pub const MAX_US: u64 = 3_600_000_000;

/// How many decimal digits of a value are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// Within 1 %: operations and ticks.
    Two,
    /// Within 0.1 %: totals of a run.
    Three,
}

impl Digits {
    const fn number(self) -> u8 {
        match self {
            Self::Two => 2,
            Self::Three => 3,
        }
    }
}

/// Counts of durations in microseconds, from 0 to [`MAX_US`].
///
/// Serialised as base64 of [`Histogram::to_bytes`].
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    counts: hdrhistogram::Histogram<u64>,
    over_max: u64,
}

/// One row of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Row {
    /// Up to this many microseconds
    pub(crate) value_us: u64,
    /// came at least this share (0.0 to 1.0),
    pub(crate) quantile: f64,
    /// and in all so many.
    pub(crate) count_to: u64,
}

/// Why bytes are not a histogram.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum HistogramError {
    /// The bytes end too soon or are not a histogram at all.
    #[error("read a histogram: {0}")]
    Malformed(String),
    /// Written by a later version of Reprise.
    #[error("read a histogram of version {0}: this Reprise knows version 1; use a newer one")]
    Version(u8),
}

/// The version byte that opens the bytes.
const VERSION: u8 = 1;
/// Version, then the count of clamped values.
const PREFIX: usize = 9;

impl Histogram {
    /// An empty histogram.
    pub fn new(digits: Digits) -> Self {
        Self {
            counts: empty(digits.number()),
            over_max: 0,
        }
    }

    /// Counts one duration. One above [`MAX_US`] counts as [`MAX_US`], and in [`Self::over_max`].
    pub fn record(&mut self, microseconds: u64) {
        if microseconds > MAX_US {
            self.over_max += 1;
        }
        // Resizing is on, so nothing up to MAX_US can be refused.
        let recorded = self.counts.record(microseconds.min(MAX_US));
        debug_assert!(recorded.is_ok());
    }

    /// Adds everything another histogram has counted. The precision stays this one's.
    pub fn merge(&mut self, other: &Self) {
        // Resizing is on and every value is at most MAX_US, so no value can be refused.
        let added = self.counts.add(&other.counts);
        debug_assert!(added.is_ok());
        self.over_max += other.over_max;
    }

    /// The duration that the share `quantile` (0.0 to 1.0) of the counted ones does not exceed,
    /// in microseconds; 0 when nothing was counted. Never above [`Self::max`].
    pub fn quantile(&self, quantile: f64) -> u64 {
        self.counts
            .value_at_quantile(quantile)
            .min(self.counts.max())
    }

    /// The distribution at rising quantiles: `rows_per_half` of them for each half of what is left to the maximum.
    pub(crate) fn distribution(&self, rows_per_half: u32) -> impl Iterator<Item = Row> + '_ {
        let mut count_to = 0;
        let rows = self.counts.iter_quantiles(rows_per_half);
        rows.filter(|_| !self.is_empty()).map(move |row| {
            count_to += row.count_since_last_iteration();
            Row {
                value_us: row.value_iterated_to().min(self.max()),
                quantile: row.quantile_iterated_to(),
                count_to,
            }
        })
    }

    /// The standard deviation, in microseconds.
    pub(crate) fn deviation(&self) -> f64 {
        self.counts.stdev()
    }

    /// How many durations were counted.
    pub fn count(&self) -> u64 {
        self.counts.len()
    }

    /// Whether nothing was counted.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The longest duration, in microseconds, within the precision; 0 when nothing was counted.
    pub fn max(&self) -> u64 {
        self.counts.max().min(MAX_US)
    }

    /// The shortest duration, in microseconds, within the precision; 0 when nothing was counted.
    pub fn min(&self) -> u64 {
        self.counts.min()
    }

    /// The mean duration in microseconds; 0 when nothing was counted.
    pub fn mean(&self) -> f64 {
        self.counts.mean()
    }

    /// How many durations were longer than [`MAX_US`] and counted as that.
    pub const fn over_max(&self) -> u64 {
        self.over_max
    }

    /// The share (0.0 to 1.0) of the counted durations that are above this many microseconds.
    pub fn share_above(&self, microseconds: u64) -> f64 {
        if self.is_empty() {
            return 0.0;
        }
        1.0 - self.counts.quantile_below(microseconds.min(MAX_US))
    }

    /// How many of the durations that [`Self::values`] tells lie up to each of `tops`, rising microseconds, and above the
    /// one before it. Much faster than to look at each.
    pub(crate) fn counts_up_to(&self, tops: &[u64]) -> Vec<u64> {
        let (least, most) = (self.min(), self.counts.max());
        let mut counts = vec![0; tops.len()];
        let mut from = 0;
        for (count, top) in counts.iter_mut().zip(tops) {
            // what is told apart from a longer one is as long as the longest that it could be
            let up_to = match self.counts.highest_equivalent(*top) {
                longest if longest == *top => Some(longest),
                _ => self.counts.lowest_equivalent(*top).checked_sub(1),
            };
            let Some(to) = up_to.filter(|to| *to >= from) else {
                continue;
            };
            if from > most {
                break;
            }
            if to >= least {
                *count = self.counts.count_between(from.max(least), to.min(most));
            }
            from = to + 1;
        }
        counts
    }

    /// Every distinct duration counted, in microseconds and rising, with its count.
    pub fn values(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counts
            .iter_recorded()
            .map(|value| (value.value_iterated_to(), value.count_at_value()))
    }

    /// The bytes to store: version, clamped values, then HdrHistogram's V2 encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&self.over_max.to_le_bytes());
        // Writing into memory fails only beyond the maximum size, which MAX_US rules out.
        let written = V2Serializer::new().serialize(&self.counts, &mut bytes);
        debug_assert!(written.is_ok());
        bytes
    }

    /// Reads [`Self::to_bytes`] back. Safe on any bytes: the size they may claim is bounded.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HistogramError> {
        let (prefix, encoded) = bytes
            .split_first_chunk::<PREFIX>()
            .ok_or_else(|| HistogramError::Malformed("it ends too soon".into()))?;
        if prefix[0] != VERSION {
            return Err(HistogramError::Version(prefix[0]));
        }
        let mut over_max = [0; 8];
        over_max.copy_from_slice(&prefix[1..]);
        let digits = sensible_digits(encoded)?;
        let read: hdrhistogram::Histogram<u64> = Deserializer::new()
            .deserialize(&mut &*encoded)
            .map_err(|error| HistogramError::Malformed(error.to_string()))?;
        if read.max() > read.highest_equivalent(MAX_US) {
            return Err(HistogramError::Malformed(
                "a duration is longer than an hour".into(),
            ));
        }
        // Added into one of ours, so that it can grow whatever bounds the bytes named.
        let mut counts = empty(digits);
        counts
            .add(&read)
            .map_err(|error| HistogramError::Malformed(error.to_string()))?;
        Ok(Self {
            counts,
            over_max: u64::from_le_bytes(over_max),
        })
    }
}

/// Reads precision and highest value from the V2 header before anything is allocated for them.
/// Header, big-endian: cookie, length, offset, digits (4 bytes each), low, high (8 each), ratio.
fn sensible_digits(encoded: &[u8]) -> Result<u8, HistogramError> {
    let short = || HistogramError::Malformed("it ends too soon".into());
    let digits = encoded.get(12..16).ok_or_else(short)?;
    let high = encoded.get(24..32).ok_or_else(short)?;
    let high = high
        .iter()
        .fold(0_u64, |value, byte| value << 8 | u64::from(*byte));
    match digits {
        [0, 0, 0, digits @ (2 | 3)] if high <= 2 * MAX_US => Ok(*digits),
        _ => Err(HistogramError::Malformed(
            "its precision or bounds are not Reprise's".into(),
        )),
    }
}

#[expect(
    clippy::expect_used,
    reason = "only digits above 5 are refused, and ours are 2 or 3"
)]
fn empty(digits: u8) -> hdrhistogram::Histogram<u64> {
    hdrhistogram::Histogram::new(digits).expect("two and three digits are valid")
}

impl Default for Histogram {
    /// Empty, with two digits.
    fn default() -> Self {
        Self::new(Digits::Two)
    }
}

impl Serialize for Histogram {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD_NO_PAD.encode(self.to_bytes()))
    }
}

impl<'de> Deserialize<'de> for Histogram {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD_NO_PAD
            .decode(text)
            .map_err(serde::de::Error::custom)?;
        Self::from_bytes(&bytes).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_duration_beyond_an_hour_counts_as_an_hour_and_is_counted_apart() {
        let mut histogram = Histogram::new(Digits::Three);
        histogram.record(MAX_US);
        histogram.record(MAX_US + 1);
        histogram.record(u64::MAX);
        assert_eq!(histogram.count(), 3);
        assert_eq!(histogram.over_max(), 2);
        assert_eq!(histogram.max(), MAX_US);
    }

    #[test]
    fn an_empty_histogram_answers_zero() {
        let histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.99), 0);
        assert_eq!(histogram.max(), 0);
        assert!(histogram.share_above(0).abs() < f64::EPSILON);
    }

    #[test]
    fn no_quantile_exceeds_the_maximum() {
        let mut histogram = Histogram::new(Digits::Two);
        histogram.record(1_000_003);
        assert!(histogram.quantile(1.0) <= histogram.max());
    }

    #[test]
    fn bytes_of_a_later_version_are_refused_with_the_way_out() {
        let mut bytes = Histogram::default().to_bytes();
        bytes[0] = 9;
        let error = Histogram::from_bytes(&bytes).unwrap_err();
        assert_eq!(error, HistogramError::Version(9));
        assert!(error.to_string().contains("newer"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_value_is_kept_within_its_precision(value in 1_u64..=MAX_US) {
            let (mut two, mut three) = (Histogram::new(Digits::Two), Histogram::new(Digits::Three));
            two.record(value);
            three.record(value);
            prop_assert!(two.quantile(0.5).abs_diff(value) as f64 <= value as f64 * 0.01);
            prop_assert!(three.quantile(0.5).abs_diff(value) as f64 <= value as f64 * 0.001);
        }

        #[test]
        fn parts_add_up_to_the_whole(left in prop::collection::vec(0_u64..1 << 40, 0..60),
                                     right in prop::collection::vec(0_u64..1 << 40, 0..60)) {
            let (mut a, mut b, mut whole) =
                (Histogram::default(), Histogram::default(), Histogram::default());
            left.iter().for_each(|value| { a.record(*value); whole.record(*value) });
            right.iter().for_each(|value| { b.record(*value); whole.record(*value) });
            a.merge(&b);
            prop_assert_eq!(a.values().collect::<Vec<_>>(), whole.values().collect::<Vec<_>>());
            prop_assert_eq!(a.over_max(), whole.over_max());
        }

        #[test]
        fn durations_are_counted_up_to_any_tops(values in prop::collection::vec((0_u32..33, any::<u32>()), 0..80),
                                                mut tops in prop::collection::vec((0_u32..33, any::<u32>()), 1..40)) {
            // as many short ones as long ones
            let spread = |(bits, any): (u32, u32)| u64::from(any) & ((1 << bits) - 1);
            let mut histogram = Histogram::default();
            values.into_iter().for_each(|value| histogram.record(spread(value)));
            let mut tops: Vec<u64> = tops.drain(..).map(spread).collect();
            tops.push(2 * MAX_US);
            tops.sort_unstable();
            let mut expected = vec![0; tops.len()];
            for (us, count) in histogram.values() {
                let place = tops.iter().position(|top| us <= *top).unwrap();
                expected[place] += count;
            }
            prop_assert_eq!(histogram.counts_up_to(&tops), expected);
        }

        #[test]
        fn bytes_and_json_bring_it_back(values in prop::collection::vec(0_u64..1 << 40, 0..60)) {
            let mut histogram = Histogram::new(Digits::Three);
            values.iter().for_each(|value| histogram.record(*value));
            let json = serde_json::to_string(&histogram).unwrap();
            for back in [
                Histogram::from_bytes(&histogram.to_bytes()).unwrap(),
                serde_json::from_str(&json).unwrap(),
            ] {
                prop_assert_eq!(back.values().collect::<Vec<_>>(), histogram.values().collect::<Vec<_>>());
                prop_assert_eq!(back.over_max(), histogram.over_max());
            }
        }

        #[test]
        fn no_bytes_make_it_panic(mut bytes in prop::collection::vec(any::<u8>(), 0..120), keep in any::<bool>()) {
            if keep {
                let mut valid = Histogram::default();
                valid.record(1_000);
                let valid = valid.to_bytes();
                let take = valid.len().min(bytes.len()).min(41);
                bytes[..take].copy_from_slice(&valid[..take]);
            }
            let _ = Histogram::from_bytes(&bytes);
        }
    }
}
