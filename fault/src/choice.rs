//! The seeded choice: a number that depends on the seed and a position, and on nothing else.
//! Stateless, so the order in which threads ask does not matter.

/// Mixes `seed` and the parts of a position into 64 evenly spread bits (SplitMix64's finaliser,
/// Steele, Lea and Flood 2014, applied once per part).
pub(crate) fn bits(seed: u64, position: &[u64]) -> u64 {
    position
        .iter()
        .fold(mix(seed), |state, part| mix(state ^ mix(*part)))
}

/// A whole number below `limit` (0 when `limit` is 0).
pub(crate) fn below(seed: u64, position: &[u64], limit: u64) -> u64 {
    let product = u128::from(bits(seed, position)) * u128::from(limit);
    u64::try_from(product >> 64).unwrap_or(0)
}

const fn mix(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
