//! A difference with its uncertainty: from slices drawn again within the runs, and from how much the runs of
//! a side differ from each other, whichever says less.

use super::chance::{spread, student, student_reach};

/// A difference of logarithms: 0.095 is 10 % more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Estimate {
    /// B less A.
    pub(super) centre: f64,
    /// Its standard error.
    pub(super) error: f64,
    /// The degrees of freedom `error` rests on, at least 1.
    pub(super) freedom: f64,
}

/// What a run measured of something, as a logarithm, and what its draws did.
pub(super) struct Measured {
    pub(super) value: f64,
    pub(super) drawn: Vec<f64>,
}

/// What the draws of both sides rest on.
#[derive(Clone, Copy)]
pub(super) struct Footing {
    /// Makes up for the few blocks of a draw.
    pub(super) widening: f64,
    /// Degrees of freedom of the draws.
    pub(super) freedom: f64,
}

impl Estimate {
    /// The difference of the sides' means.
    pub(super) fn of(a: &[Measured], b: &[Measured], footing: Footing) -> Self {
        let centre = mean(b) - mean(a);
        let (_, within) = spread(&differences(a, b));
        let within = Self {
            centre,
            error: within * footing.widening,
            freedom: footing.freedom.max(1.0),
        };
        match between(a, b) {
            Some((error, freedom)) => within.or_wider(error, freedom),
            None => within,
        }
    }

    /// The same difference with the error that makes the wider interval.
    fn or_wider(self, error: f64, freedom: f64) -> Self {
        let other = Self {
            error,
            freedom,
            ..self
        };
        let width = |of: &Self| of.error * student_reach(0.05, of.freedom);
        if width(&other) > width(&self) {
            other
        } else {
            self
        }
    }

    /// The chance of a difference this large when the true one is at most `allowed`, either way.
    pub(super) fn chance(&self, allowed: f64) -> f64 {
        let excess = self.centre.abs() - allowed;
        if excess <= 0.0 {
            return 1.0;
        }
        student(excess / self.error, self.freedom)
    }

    /// The ends of the interval that a normal value would leave with the chance `leaves`.
    pub(super) fn interval(&self, leaves: f64) -> (f64, f64) {
        let reach = self.error * student_reach(leaves, self.freedom);
        (self.centre - reach, self.centre + reach)
    }
}

/// The difference of the sides in each draw.
pub(super) fn differences(a: &[Measured], b: &[Measured]) -> Vec<f64> {
    let draws = a
        .iter()
        .chain(b)
        .map(|run| run.drawn.len())
        .min()
        .unwrap_or(0);
    let mean = |side: &[Measured], draw: usize| {
        side.iter().map(|run| run.drawn[draw]).sum::<f64>() / side.len().max(1) as f64
    };
    (0..draws)
        .map(|draw| mean(b, draw) - mean(a, draw))
        .collect()
}

/// The standard error of the difference by how much the runs of a side differ, and its degrees of freedom;
/// `None` with one run a side.
fn between(a: &[Measured], b: &[Measured]) -> Option<(f64, f64)> {
    let freedom = (a.len() + b.len())
        .checked_sub(2)
        .filter(|freedom| *freedom > 0)? as f64;
    let squares = |side: &[Measured]| {
        let centre = mean(side);
        let squares = side.iter().map(|run| (run.value - centre).powi(2));
        squares.sum::<f64>()
    };
    let variance = (squares(a) + squares(b)) / freedom;
    let runs = 1.0 / a.len() as f64 + 1.0 / b.len() as f64;
    Some(((variance * runs).sqrt(), freedom))
}

pub(super) fn mean(runs: &[Measured]) -> f64 {
    runs.iter().map(|run| run.value).sum::<f64>() / runs.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOOTING: Footing = Footing {
        widening: 1.0,
        freedom: 38.0,
    };

    fn run(value: f64, deviation: f64) -> Measured {
        let drawn = (0..1_000).map(|i| value + if i % 2 == 0 { deviation } else { -deviation });
        Measured {
            value,
            drawn: drawn.collect(),
        }
    }

    #[test]
    fn one_run_a_side_rests_on_its_draws() {
        let estimate = Estimate::of(&[run(1.0, 0.0)], &[run(1.1, 0.02)], FOOTING);
        assert!((estimate.centre - 0.1).abs() < 1e-12);
        assert!((estimate.error - 0.02).abs() < 1e-4);
        assert!(estimate.chance(0.0) < 0.001);
        assert!(estimate.chance(0.09) > 0.5);
        assert_eq!(estimate.chance(0.2), 1.0);
    }

    #[test]
    fn runs_of_a_side_that_differ_widen_the_interval_beyond_their_draws() {
        let a = [run(1.0, 0.001), run(1.2, 0.001), run(1.1, 0.001)];
        let b = [run(1.1, 0.001), run(1.3, 0.001), run(1.2, 0.001)];
        let estimate = Estimate::of(&a, &b, FOOTING);
        assert_eq!(estimate.freedom, 4.0);
        // Student's two-sample t-test by hand: s = 0.1, error = 0.1 * sqrt(2/3).
        assert!((estimate.error - 0.1 * (2.0_f64 / 3.0).sqrt()).abs() < 1e-12);
        assert!(estimate.chance(0.0) > 0.2);
    }

    #[test]
    fn a_difference_without_any_noise_is_certain_and_no_difference_is_none() {
        let certain = Estimate::of(&[run(1.0, 0.0)], &[run(1.1, 0.0)], FOOTING);
        assert_eq!(certain.chance(0.0), 0.0);
        let none = Estimate::of(&[run(1.0, 0.0)], &[run(1.0, 0.0)], FOOTING);
        assert_eq!(none.chance(0.0), 1.0);
    }
}
