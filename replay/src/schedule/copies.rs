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
/// The first copy is where it was. Every other one is the whole recording moved by an offset of its own, round
/// its end: within a copy lanes stand to each other as they were recorded. A lane that the end would cut begins
/// where its end comes round: a copy is never begun in its middle, and a run of more copies is not longer. A lane
/// (almost) as long as the recording cannot be moved that way; its copies spread over the first tenth.
pub fn begins_us(seed: u64, copy: u32, starts_us: u64, lasts_us: u64, length_us: u64) -> u64 {
    if copy == 0 {
        return starts_us;
    }
    let offset_us = offset_us(seed, copy, length_us);
    let room_us = length_us.saturating_sub(lasts_us);
    let least_us = (length_us / 10).max(1);
    if room_us < least_us {
        return (starts_us + offset_us) % least_us;
    }
    let begins_us = (starts_us + offset_us) % length_us;
    if begins_us <= room_us {
        begins_us
    } else {
        (begins_us - room_us) % room_us
    }
}

/// How far copy `copy` is moved. Steps of the golden section spread any number of copies evenly; the seed moves
/// each a little from there, or copies of all runs would lie the same.
fn offset_us(seed: u64, copy: u32, length_us: u64) -> u64 {
    const GOLDEN: f64 = 0.618_033_988_749_895;
    const PART: f64 = 0.1;
    let moved = PART * choice::unit(seed, &[OFFSET, u64::from(copy)]);
    let part = (f64::from(copy) * GOLDEN + moved).fract();
    ((part * length_us as f64) as u64).min(length_us.saturating_sub(1))
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
                .map(|copy| begins_us(seed, copy, 5, 10, 1_000_000))
                .collect::<Vec<_>>()
        };
        assert_eq!(places(1), places(1));
        assert_ne!(places(1), places(2));
    }

    #[test]
    fn copies_of_a_lane_as_long_as_the_recording_do_not_begin_at_once() {
        let mut begins: Vec<_> = (1..20)
            .map(|copy| begins_us(1, copy, 0, 1_000_000, 1_000_000))
            .collect();
        begins.sort_unstable();
        begins.dedup();
        assert!(begins.len() > 15 && begins.iter().all(|begin| *begin < 100_000));
    }

    #[test]
    fn within_a_copy_lanes_stand_to_each_other_as_they_were_recorded() {
        let length_us = 60_000_000;
        for copy in 1..20 {
            let begins = |starts_us| begins_us(3, copy, starts_us, 100_000, length_us);
            let moved: Vec<u64> = (0..50).map(|lane| begins(lane * 1_000_000)).collect();
            let apart = moved
                .windows(2)
                .filter(|pair| pair[0] + 1_000_000 == pair[1]);
            // but where the end of the recording comes round
            assert!(apart.count() >= 47, "{moved:?}");
        }
    }

    #[test]
    fn any_number_of_copies_is_spread_evenly() {
        for copies in [3_u32, 5, 10, 40] {
            let mut begins: Vec<u64> = (0..copies)
                .map(|copy| begins_us(9, copy, 0, 1, 1_000_000))
                .collect();
            begins.sort_unstable();
            let widest = begins.windows(2).map(|pair| pair[1] - pair[0]).max();
            let most = 3 * 1_000_000 / u64::from(copies);
            assert!(widest.is_some_and(|widest| widest <= most), "{begins:?}");
        }
    }

    proptest! {
        #[test]
        fn a_copy_ends_with_the_recording_or_begins_in_its_first_tenth(
            seed: u64, copy in 1_u32..100, length in 1_u64..1 << 40, part in 0.0_f64..1.0, at in 0.0_f64..1.0,
        ) {
            let lasts = (length as f64 * part) as u64;
            let starts = ((length - lasts) as f64 * at) as u64;
            let begins = begins_us(seed, copy, starts, lasts, length);
            prop_assert!(begins + lasts <= length || begins < (length / 10).max(1));
        }
    }
}
