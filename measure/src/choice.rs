//! The seeded choice: a number that depends on a seed and a position and on nothing else.
//! Stateless, so the order in which threads ask, and how a run is split, changes nothing.

/// 64 evenly spread bits for a position under a seed.
///
/// The mixing is SplitMix64's finaliser (Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators", 2014): the seed is finalised twice (so that it is no part of the position),
/// then each part of the position is finalised, folded in by exclusive or and the whole finalised
/// again. Parts therefore keep their order (`[1, 2]` and `[2, 1]` differ) and a longer position
/// differs from its prefix.
pub fn bits(seed: u64, position: &[u64]) -> u64 {
    position
        .iter()
        .fold(finalise(finalise(seed)), |state, part| {
            finalise(state ^ finalise(*part))
        })
}

/// A number in `0.0..1.0`, evenly spread, with 53 random bits.
pub fn unit(seed: u64, position: &[u64]) -> f64 {
    (bits(seed, position) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A whole number below `limit`; 0 when `limit` is 0. The bias is below `limit / 2^64`
/// (multiply and shift, Lemire 2019).
pub fn below(seed: u64, position: &[u64], limit: u64) -> u64 {
    let product = u128::from(bits(seed, position)) * u128::from(limit);
    (product >> 64) as u64
}

/// Whether an event of this probability (0.0 never, 1.0 always) happens at the position.
pub fn happens(seed: u64, position: &[u64], probability: f64) -> bool {
    unit(seed, position) < probability
}

const fn finalise(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Chi-squared of `draws` spread over `cells`; its mean is `cells - 1`.
    fn chi_squared(draws: impl Iterator<Item = u64>, cells: usize) -> f64 {
        let mut counts = vec![0_u64; cells];
        let mut total = 0_u64;
        for draw in draws {
            counts[draw as usize] += 1;
            total += 1;
        }
        let expected = total as f64 / cells as f64;
        counts
            .iter()
            .map(|n| (*n as f64 - expected).powi(2) / expected)
            .sum()
    }

    #[test]
    fn neighbouring_positions_are_evenly_spread() {
        let spread = chi_squared((0..100_000).map(|i| below(7, &[i], 100)), 100);
        // 99 degrees of freedom: 149 is the 99.9 % point.
        assert!(spread < 149.0, "chi-squared {spread}");
    }

    #[test]
    fn neighbouring_seeds_are_evenly_spread() {
        let spread = chi_squared((0..100_000).map(|seed| below(seed, &[3, 4], 100)), 100);
        assert!(spread < 149.0, "chi-squared {spread}");
    }

    #[test]
    fn two_neighbouring_draws_do_not_depend_on_each_other() {
        let pairs = (0..100_000).map(|i| below(1, &[i], 10) * 10 + below(1, &[i + 1], 10));
        let spread = chi_squared(pairs, 100);
        assert!(spread < 149.0, "chi-squared {spread}");
    }

    #[test]
    fn every_bit_is_set_half_of_the_time() {
        for bit in 0..64 {
            let set = (0..20_000)
                .filter(|i| bits(9, &[*i, 2]) >> bit & 1 == 1)
                .count();
            assert!((9_600..10_400).contains(&set), "bit {bit} set {set} times");
        }
    }

    #[test]
    fn the_order_of_asking_changes_nothing() {
        let forwards: Vec<u64> = (0..1_000).map(|i| bits(5, &[i, 1])).collect();
        let mut backwards: Vec<u64> = (0..1_000).rev().map(|i| bits(5, &[i, 1])).collect();
        backwards.reverse();
        assert_eq!(forwards, backwards);
    }

    #[test]
    fn the_order_and_number_of_the_parts_count() {
        assert_ne!(bits(5, &[1, 2]), bits(5, &[2, 1]));
        assert_ne!(bits(5, &[1]), bits(5, &[1, 0]));
        assert_ne!(bits(5, &[0]), bits(0, &[5]));
    }

    #[test]
    fn a_probability_is_kept() {
        let hits = (0..100_000).filter(|i| happens(3, &[*i], 0.2)).count();
        assert!((19_500..20_500).contains(&hits), "{hits}");
        assert!(!happens(3, &[1], 0.0));
        assert!(happens(3, &[1], 1.0));
        assert_eq!(below(3, &[1], 0), 0);
    }

    #[test]
    fn the_mixing_never_changes() {
        // Stored plans rely on it: these numbers must stay.
        assert_eq!(bits(0, &[]), 12_035_550_249_420_947_055);
        assert_eq!(bits(42, &[1, 2, 3]), 4864148199864713875);
    }
}
