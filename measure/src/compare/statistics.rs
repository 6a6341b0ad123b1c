//! The few formulas of statistics a comparison needs.

/// The two-sided chance of a standard normal value at least this far from zero
/// (Abramowitz and Stegun 7.1.26, error below 1.5e-7).
pub(super) fn two_sided(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = t
        * (0.254_829_592
            + t * (-0.284_496_736
                + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    (series * (-x * x).exp()).clamp(0.0, 1.0)
}

/// Holm's correction (1979): makes chances comparable with the level for all tests together.
pub(super) fn holm(p: &mut [f64]) {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut floor = 0.0_f64;
    for (rank, index) in order.iter().enumerate() {
        floor = floor.max((p[*index] * (p.len() - rank) as f64).min(1.0));
        p[*index] = floor;
    }
}

/// Wilson's 95 % interval (1927) of a share of `part` in `whole`.
pub(super) fn wilson(part: u64, whole: u64) -> (f64, f64) {
    if whole == 0 {
        return (0.0, 1.0);
    }
    let (n, share, z) = (whole as f64, part as f64 / whole as f64, NORMAL_95);
    let centre = share + z * z / (2.0 * n);
    let reach = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (
        ((centre - reach) / scale).max(0.0),
        ((centre + reach) / scale).min(1.0),
    )
}

/// The mean and standard deviation of some values; zeros of fewer than two.
pub(super) fn spread(values: &[f64]) -> (f64, f64) {
    if values.len() < 2 {
        return (0.0, 0.0);
    }
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>()
        / (n - 1.0);
    (mean, square.sqrt())
}

/// Half of the width of a 95 % interval of a standard normal value.
pub(super) const NORMAL_95: f64 = 1.959_964;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_of_a_normal_value_are_those_of_the_tables() {
        assert!((two_sided(1.959_964) - 0.05).abs() < 1e-6);
        assert!((two_sided(-2.575_829) - 0.01).abs() < 1e-6);
        assert!((two_sided(0.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn holm_multiplies_the_smallest_most_and_keeps_the_order() {
        let mut p = [0.04, 0.01, 0.03, 0.005];
        holm(&mut p);
        let expected = [0.06, 0.03, 0.06, 0.02];
        assert!(
            p.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12),
            "{p:?}"
        );
    }

    #[test]
    fn no_failure_in_a_hundred_still_leaves_some_doubt() {
        let (low, high) = wilson(0, 100);
        assert!(
            low.abs() < 1e-9 && (0.03..0.04).contains(&high),
            "{low} {high}"
        );
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }
}
