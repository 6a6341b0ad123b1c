//! How many copies of a lane are played and when each begins. Pure functions of seed and position.
//! Unit: microseconds of recorded time.

use reprise_measure::choice;

/// How many copies of `lane` a plan with so many `copies` plays: the whole ones, and a last one with the
/// chance of the fraction, so that 2.5 gives every second lane a third copy and 0.1 samples lanes.
pub fn copies_of(seed: u64, lane: u32, copies: f64) -> u32 {
    let whole = copies.max(0.0).floor();
    let extra = choice::unit(seed, &[EXTRA, u64::from(lane)]) < copies - whole;
    whole as u32 + u32::from(extra)
}

/// When copy `copy` of a lane begins, for a lane that the recording begins at `starts_us` and plays for
/// `lasts_us`, in a recording of `length_us`.
///
/// The first copy is where it was. Every other one is moved by its own seeded offset, round the end of the
/// recording, within the part where it still ends with the recording: a copy is never begun in its
/// middle, and a run of more copies is not longer. A lane (almost) as long as the recording cannot be
/// moved that way; its copies spread over the first tenth, or all would begin at once.
pub fn begins_us(
    seed: u64,
    lane: u32,
    copy: u32,
    starts_us: u64,
    lasts_us: u64,
    length_us: u64,
) -> u64 {
    if copy == 0 {
        return starts_us;
    }
    let spread = length_us
        .saturating_sub(lasts_us)
        .max(length_us / 10)
        .max(1);
    let offset = choice::below(seed, &[OFFSET, u64::from(lane), u64::from(copy)], spread);
    (starts_us + offset) % spread
}

/// Keep the draws for different purposes apart.
const EXTRA: u64 = 0x4558_5452_4143_4f50;
const OFFSET: u64 = 0x4f46_4653_4554_2121;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_fraction_of_a_copy_samples_lanes() {
        // binomial: 10,000 draws at one half have a standard deviation of 50
        let total: u32 = (0..10_000).map(|lane| copies_of(7, lane, 2.5)).sum();
        assert!(total.abs_diff(25_000) < 300, "{total}");
        let sampled: u32 = (0..10_000).map(|lane| copies_of(7, lane, 0.1)).sum();
        assert!(sampled.abs_diff(1_000) < 200, "{sampled}");
        assert!((0..100).all(|lane| copies_of(7, lane, 3.0) == 3));
    }

    #[test]
    fn the_same_seed_places_copies_the_same_and_another_does_not() {
        let places = |seed| {
            (1..50)
                .map(|copy| begins_us(seed, 3, copy, 5, 10, 1_000_000))
                .collect::<Vec<_>>()
        };
        assert_eq!(places(1), places(1));
        assert_ne!(places(1), places(2));
    }

    #[test]
    fn copies_of_a_lane_as_long_as_the_recording_do_not_begin_at_once() {
        let mut begins: Vec<_> = (1..20)
            .map(|copy| begins_us(1, 0, copy, 0, 1_000_000, 1_000_000))
            .collect();
        begins.sort_unstable();
        begins.dedup();
        assert!(begins.len() > 15 && begins.iter().all(|begin| *begin < 100_000));
    }

    proptest! {
        #[test]
        fn a_copy_ends_with_the_recording_or_begins_in_its_first_tenth(
            seed: u64, lane: u32, copy in 1_u32..100, length in 1_u64..1 << 40, part in 0.0_f64..1.0, at in 0.0_f64..1.0,
        ) {
            let lasts = (length as f64 * part) as u64;
            let starts = ((length - lasts) as f64 * at) as u64;
            let begins = begins_us(seed, lane, copy, starts, lasts, length);
            prop_assert!(begins + lasts <= length || begins < (length / 10).max(1));
        }
    }
}
