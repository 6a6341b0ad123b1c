//! Response times and failures cut into slices of time, counted sparsely by size.
//! Unit: microseconds; values are kept within 0.8 %.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::histogram::MAX_US;

/// Slice lengths, so that two runs of about the same length are cut alike.
const LENGTHS_US: [u64; 15] = [
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_000_000,
    5_000_000,
    10_000_000,
    20_000_000,
    30_000_000,
    60_000_000,
    120_000_000,
    300_000_000,
    600_000_000,
    1_800_000_000,
    3_600_000_000,
];
/// A run is cut into about this many slices.
const SLICES: u64 = 80;
/// What lies beyond is counted in the last one.
const MAX_SLICES: usize = 200;

/// The slices of a run or of one operation of it.
#[derive(Clone, Debug)]
pub(super) struct Slices {
    length_us: u64,
    /// When the plan begins or ends something, in order.
    turns_us: Arc<[u64]>,
    slices: Vec<Slice>,
}

/// What was intended in one slice of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Slice {
    /// Response times by size class, with their counts.
    pub(super) times: BTreeMap<u16, u32>,
    pub(super) ended: u64,
    pub(super) failed: u64,
}

impl Slice {
    /// How many response times there are.
    pub(super) fn answered(&self) -> f64 {
        self.times.values().map(|count| f64::from(*count)).sum()
    }
}

impl Slices {
    /// No slices yet, of a length that suits a run of `duration_us`.
    pub(super) fn new(duration_us: u64) -> Self {
        let fits = |length: &&u64| duration_us.div_ceil(**length) <= SLICES;
        let longest = LENGTHS_US[LENGTHS_US.len() - 1];
        Self {
            length_us: *LENGTHS_US.iter().find(fits).unwrap_or(&longest),
            turns_us: Arc::default(),
            slices: Vec::new(),
        }
    }

    /// The same cut, with nothing counted.
    pub(super) fn emptied(&self) -> Self {
        Self {
            length_us: self.length_us,
            turns_us: Arc::clone(&self.turns_us),
            slices: Vec::new(),
        }
    }

    /// The plan begins or ends something at these moments, in order.
    pub(super) fn turn_at(&mut self, turns_us: &[u64]) {
        self.turns_us = turns_us.into();
    }

    pub(super) fn record(&mut self, at_us: u64, took_us: Option<u64>, failed: bool) {
        let slice = self.record_time(at_us, took_us);
        slice.ended += 1;
        slice.failed += u64::from(failed);
    }

    /// Counts how long something took, and not whether it failed; its slice.
    pub(super) fn record_time(&mut self, at_us: u64, took_us: Option<u64>) -> &mut Slice {
        let index = self.slice_at(at_us);
        if index >= self.slices.len() {
            self.slices.resize_with(index + 1, Slice::default);
        }
        let slice = &mut self.slices[index];
        if let Some(took_us) = took_us {
            *slice.times.entry(class(took_us)).or_default() += 1;
        }
        slice
    }

    /// The number of the slice that a moment falls into.
    pub(super) fn slice_at(&self, at_us: u64) -> usize {
        ((at_us / self.length_us) as usize).min(MAX_SLICES - 1)
    }

    pub(super) const fn length_us(&self) -> u64 {
        self.length_us
    }

    /// All slices, the first one at the start of the run.
    pub(super) fn all(&self) -> &[Slice] {
        &self.slices
    }

    /// The slices between the moments at which the plan began or ended something; without those that such a moment
    /// divides.
    pub(super) fn stretches(&self) -> impl Iterator<Item = &[Slice]> {
        let all = self.slices.len();
        let mut from = 0;
        let ends = self.turns_us.iter().map(move |turn_us| {
            let divided = usize::from(turn_us % self.length_us > 0);
            let to = usize::try_from(turn_us / self.length_us).unwrap_or(all);
            (to, to.saturating_add(divided))
        });
        ends.chain([(all, all)]).map(move |(to, next)| {
            let stretch = self.slices.get(from..to.min(all)).unwrap_or_default();
            from = next;
            stretch
        })
    }

    /// Every response time together.
    pub(super) fn times(&self) -> BTreeMap<u16, u64> {
        let mut all = BTreeMap::new();
        for (class, count) in self.slices.iter().flat_map(|slice| &slice.times) {
            *all.entry(*class).or_default() += u64::from(*count);
        }
        all
    }

    /// How many response times there are.
    pub(super) fn answered(&self) -> u64 {
        self.slices
            .iter()
            .flat_map(|slice| slice.times.values())
            .map(|n| u64::from(*n))
            .sum()
    }

    /// How many exchanges ended, answered or not.
    pub(super) fn ended(&self) -> u64 {
        self.slices.iter().map(|slice| slice.ended).sum()
    }

    pub(super) fn failed(&self) -> u64 {
        self.slices.iter().map(|slice| slice.failed).sum()
    }
}

/// The size class of a duration: exact below 256 us, then 128 classes for each doubling.
pub(crate) fn class(microseconds: u64) -> u16 {
    let value = microseconds.min(MAX_US);
    let doubling = (64 - value.leading_zeros()).saturating_sub(8);
    (doubling * 128 + (value >> doubling) as u32) as u16
}

/// From where to where a size class goes, in microseconds.
pub(crate) fn edges(class: u16) -> (f64, f64) {
    if class < 256 {
        return (f64::from(class) - 0.5, f64::from(class) + 0.5);
    }
    let doubling = class / 128 - 1;
    let width = 2_f64.powi(i32::from(doubling));
    let low = f64::from(class - doubling * 128) * width;
    (low, low + width)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn runs_of_about_the_same_length_are_cut_alike() {
        assert_eq!(Slices::new(60_000_000).length_us(), 1_000_000);
        assert_eq!(Slices::new(60_400_000).length_us(), 1_000_000);
        assert_eq!(Slices::new(4_000_000).length_us(), 100_000);
        assert_eq!(Slices::new(u64::MAX).length_us(), 3_600_000_000);
    }

    #[test]
    fn samples_beyond_the_last_slice_are_counted_in_it() {
        let mut slices = Slices::new(1_000_000);
        slices.record(u64::MAX, Some(1), true);
        assert_eq!(slices.all().len(), MAX_SLICES);
        assert_eq!(
            (slices.answered(), slices.ended(), slices.failed()),
            (1, 1, 1)
        );
    }

    #[test]
    fn a_slice_that_a_turn_divides_belongs_to_neither_stretch() {
        let mut slices = Slices::new(60_000_000);
        (0..60).for_each(|second| slices.record(second * 1_000_000, Some(second), false));
        slices.turn_at(&[20_000_000, 40_500_000, 40_600_000, 90_000_000]);
        let lengths: Vec<usize> = slices.stretches().map(<[Slice]>::len).collect();
        assert_eq!(lengths, [20, 20, 0, 19, 0]);
        slices.turn_at(&[]);
        assert_eq!(slices.stretches().map(<[Slice]>::len).sum::<usize>(), 60);
    }

    proptest! {
        #[test]
        fn classes_rise_and_hold_their_values_within_a_hundredth(value in 1_u64..MAX_US) {
            prop_assert!(class(value) <= class(value + 1));
            let (low, high) = edges(class(value));
            prop_assert!(low <= value as f64 && value as f64 <= high);
            prop_assert!(value < 256 || high - low <= value as f64 * 0.01);
        }
    }
}
