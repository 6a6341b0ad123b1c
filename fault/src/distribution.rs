//! How long a delay is: fixed, or spread about its middle. Units: milliseconds as written, microseconds drawn.

use std::fmt;
use std::time::Duration;

use crate::FaultError;
use crate::draw::Dice;
use crate::options::{Options, Written};

/// The shape of the spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Evenly from `ms - jitter` to `ms + jitter`.
    #[default]
    Uniform,
    /// A bell about `ms` whose standard deviation is `jitter`.
    Normal,
    /// At least `ms`, and above it a long tail with mean `jitter` (Pareto with exponent 2): most delays are
    /// near `ms`, one in a hundred is 9 times `jitter` longer.
    Pareto,
}

impl Shape {
    const ALL: [(Self, &'static str); 3] = [
        (Self::Uniform, "uniform"),
        (Self::Normal, "normal"),
        (Self::Pareto, "pareto"),
    ];
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|(shape, _)| shape == self);
        f.write_str(name.map_or("", |(_, name)| name))
    }
}

/// A length of time and its spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spread {
    /// Its middle (Pareto: its least), milliseconds.
    pub ms: u32,
    /// How far one may lie from that; 0 is fixed. Milliseconds.
    pub jitter_ms: u32,
    /// The shape of the spread.
    pub shape: Shape,
}

/// No single delay is longer, whatever was drawn.
const LONGEST_US: f64 = 3_600_000_000.0;

impl Spread {
    /// Takes `ms`, `jitter` and `distribution`; `ms` may not be left out.
    pub(crate) fn read(options: &mut Options, needs: &'static str) -> Result<Self, FaultError> {
        match options.milliseconds("ms")? {
            Some(ms) => Ok(Self {
                ms,
                ..Self::given(options)?
            }),
            None => Err(options.missing(needs)),
        }
    }

    /// Takes those of `ms`, `jitter` and `distribution` that are there.
    pub(crate) fn given(options: &mut Options) -> Result<Self, FaultError> {
        let ms = options.milliseconds("ms")?;
        let jitter_ms = options.milliseconds("jitter")?.unwrap_or(0);
        let shape = options.value("distribution", "uniform, normal or pareto", |text| {
            let named = Shape::ALL.iter().find(|(_, name)| *name == text);
            named.map(|(shape, _)| *shape)
        })?;
        Ok(Self {
            ms: ms.unwrap_or(0),
            jitter_ms,
            shape: shape.unwrap_or_default(),
        })
    }

    pub(crate) fn write(self, out: &mut Written) {
        out.put("ms", self.ms);
        self.write_shape(out);
    }

    /// Writes what is not as it is by itself.
    pub(crate) fn write_given(self, out: &mut Written) {
        out.put_unless("ms", self.ms, 0);
        self.write_shape(out);
    }

    fn write_shape(self, out: &mut Written) {
        out.put_unless("jitter", self.jitter_ms, 0);
        out.put_unless("distribution", self.shape, Shape::Uniform);
    }

    /// One length of time, never below zero.
    pub(crate) fn draw(self, dice: Dice<'_>) -> Duration {
        let (middle_us, jitter_us) = (f64::from(self.ms) * 1e3, f64::from(self.jitter_ms) * 1e3);
        let moved_us = match self.shape {
            _ if self.jitter_ms == 0 => 0.0,
            Shape::Uniform => (dice.unit(0) * 2.0 - 1.0) * jitter_us,
            Shape::Normal => {
                // Box and Muller 1958
                let radius = (-2.0 * (1.0 - dice.unit(0)).ln()).sqrt();
                radius * (std::f64::consts::TAU * dice.unit(1)).cos() * jitter_us
            }
            Shape::Pareto => ((1.0 - dice.unit(0)).powf(-0.5) - 1.0) * jitter_us,
        };
        Duration::from_micros((middle_us + moved_us).clamp(0.0, LONGEST_US) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(shape: Shape) -> Vec<f64> {
        let spread = Spread {
            ms: 100,
            jitter_ms: 10,
            shape,
        };
        let mut all: Vec<f64> = (0..20_000)
            .map(|i| spread.draw(Dice::new(7, &[i])).as_secs_f64() * 1e3)
            .collect();
        all.sort_by(f64::total_cmp);
        all
    }

    fn mean(all: &[f64]) -> f64 {
        all.iter().sum::<f64>() / all.len() as f64
    }

    #[test]
    fn an_even_spread_stays_within_its_jitter_and_reaches_both_ends() {
        let all = drawn(Shape::Uniform);
        assert!((90.0..90.1).contains(&all[0]) && (109.9..=110.0).contains(&all[19_999]));
        assert!((mean(&all) - 100.0).abs() < 0.2);
    }

    #[test]
    fn a_bell_has_its_middle_and_its_deviation() {
        let all = drawn(Shape::Normal);
        assert!((mean(&all) - 100.0).abs() < 0.3);
        // 84.1 % lie below one standard deviation above the middle
        assert!((all[16_827] - 110.0).abs() < 0.6, "{}", all[16_827]);
    }

    #[test]
    fn a_pareto_tail_begins_at_its_least_and_is_long() {
        let all = drawn(Shape::Pareto);
        assert!(all[0] >= 100.0);
        // quantiles of (1 - u)^-0.5 - 1: 0.414 at one half, 9 at 99 %
        assert!((all[10_000] - 104.14).abs() < 0.3, "{}", all[10_000]);
        assert!((all[19_800] - 190.0).abs() < 15.0, "{}", all[19_800]);
    }

    #[test]
    fn without_jitter_a_delay_is_what_was_written() {
        let fixed = Spread {
            ms: 250,
            ..Spread::default()
        };
        assert_eq!(fixed.draw(Dice::new(1, &[1])), Duration::from_millis(250));
    }
}
