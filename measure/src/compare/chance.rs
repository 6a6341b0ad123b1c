//! How likely a difference is without a reason: the distributions and corrections a comparison needs.

/// The two-sided chance of a standard normal value at least this far from zero
/// (Abramowitz and Stegun 7.1.26, error below 1.5e-7).
pub(super) fn normal(z: f64) -> f64 {
    let x = z.abs() / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = t
        * (0.254_829_592
            + t * (-0.284_496_736
                + t * (1.421_413_741 + t * (-1.453_152_027 + t * 1.061_405_429))));
    (series * (-x * x).exp()).clamp(0.0, 1.0)
}

/// The two-sided chance of a value of Student's t at least this far from zero. Fewer degrees of
/// `freedom` (what the spread itself was estimated from) make far values likelier.
pub(super) fn student(t: f64, freedom: f64) -> f64 {
    if t.is_infinite() {
        return 0.0;
    }
    incomplete_beta(freedom / (freedom + t * t), freedom / 2.0, 0.5)
}

/// How far from zero Student's t is with this two-sided chance.
pub(super) fn student_reach(chance: f64, freedom: f64) -> f64 {
    let (mut near, mut far) = (0.0, 1_000.0);
    for _ in 0..60 {
        let middle = (near + far) / 2.0;
        if student(middle, freedom) > chance {
            near = middle;
        } else {
            far = middle;
        }
    }
    far
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

/// The mean and standard deviation of some values; zeros of fewer than two.
pub(super) fn spread(values: &[f64]) -> (f64, f64) {
    if values.len() < 2 {
        return (values.first().copied().unwrap_or(0.0), 0.0);
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

/// The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22).
fn incomplete_beta(x: f64, a: f64, b: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return if x <= 0.0 { 0.0 } else { 1.0 };
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(1.0 - x, b, a);
    }
    let front = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln();
    (front.exp() / a * continued_fraction(x, a, b)).clamp(0.0, 1.0)
}

/// Evaluated from the front by Lentz's method.
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    let away = |value: f64| if value.abs() < 1e-300 { 1e-300 } else { value };
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let (mut c, mut fraction) = (1.0, d);
    for m in 1..200 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let before = fraction;
        for term in [even, odd] {
            d = 1.0 / away(1.0 + term * d);
            c = away(1.0 + term / c);
            fraction *= c * d;
        }
        if (fraction - before).abs() < fraction.abs() * 1e-14 {
            break;
        }
    }
    fraction
}

/// The logarithm of the gamma function for positive values: Stirling's series, after moving up to where
/// it is exact to 1e-12 (DLMF 5.11.1).
fn ln_gamma(value: f64) -> f64 {
    let (mut x, mut below) = (value, 0.0);
    while x < 10.0 {
        below += x.ln();
        x += 1.0;
    }
    let series = 1.0 / (12.0 * x) - 1.0 / (360.0 * x.powi(3)) + 1.0 / (1_260.0 * x.powi(5))
        - 1.0 / (1_680.0 * x.powi(7));
    (x - 0.5) * x.ln() - x + (2.0 * std::f64::consts::PI).ln() / 2.0 + series - below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_of_a_normal_value_are_those_of_the_tables() {
        assert!((normal(1.959_964) - 0.05).abs() < 1e-6);
        assert!((normal(-2.575_829) - 0.01).abs() < 1e-6);
        assert!((normal(0.0) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn chances_of_students_t_are_those_of_the_tables() {
        for (t, freedom) in [
            (12.706_205, 1.0),
            (4.302_653, 2.0),
            (2.776_445, 4.0),
            (2.228_139, 10.0),
            (1.984_217, 99.0),
        ] {
            assert!((student(t, freedom) - 0.05).abs() < 1e-6, "{t} {freedom}");
            assert!(
                (student_reach(0.05, freedom) - t).abs() < 1e-4,
                "{t} {freedom}"
            );
        }
        assert!((student(0.0, 5.0) - 1.0).abs() < 1e-12);
        assert_eq!(student(f64::INFINITY, 5.0), 0.0);
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
}
