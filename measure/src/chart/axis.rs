//! What an axis spans, where its marks are and what they say.

use super::{Scale, Unit};
use crate::readable;

/// Lines do not touch the upper edge, where the labels of shades are.
const HEADROOM: f64 = 1.05;

/// One mark of an axis.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
    pub(super) value: f64,
    pub(super) label: String,
}

/// An axis with its marks.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) scale: Scale,
    pub(super) marks: Vec<Mark>,
}

impl Axis {
    /// Microseconds of a run from left to right, with at most `most` marks at round times.
    pub(super) fn moments(from_us: u64, to_us: u64, most: usize) -> Self {
        const STEPS: [u64; 19] = [
            100_000,
            200_000,
            500_000,
            1_000_000,
            2_000_000,
            5_000_000,
            10_000_000,
            15_000_000,
            30_000_000,
            60_000_000,
            120_000_000,
            300_000_000,
            600_000_000,
            900_000_000,
            1_800_000_000,
            3_600_000_000,
            7_200_000_000,
            14_400_000_000,
            43_200_000_000,
        ];
        let to_us = to_us.max(from_us + 100_000);
        let length = to_us - from_us;
        let fits = |step: &&u64| length / **step <= most.max(2) as u64;
        let step = STEPS
            .iter()
            .find(fits)
            .copied()
            .unwrap_or_else(|| length.div_ceil(2));
        let label = |us: u64| match step {
            0..1_000_000 => format!("{}.{}", readable::moment(us), us / 100_000 % 10),
            _ => readable::moment(us),
        };
        let marks = (from_us.div_ceil(step)..=to_us / step)
            .map(|i| Mark {
                value: (i * step) as f64,
                label: label(i * step),
            })
            .collect();
        let scale = Scale {
            from: from_us as f64,
            to: to_us as f64,
            log: false,
            unit: Unit::Moment,
        };
        Self { scale, marks }
    }

    /// From zero to a round value with some room above `max`, with about `most` marks. Shares of at most all
    /// end there: there is no 120 % of what was sent.
    pub(super) fn from_zero(max: f64, unit: Unit, most: usize) -> Self {
        let max = if max > 0.0 { max } else { 1.0 };
        let mut step = round_up(max / most.max(1) as f64);
        if unit == Unit::Count {
            step = step.max(1.0);
        }
        let mut count = (max * HEADROOM / step).ceil().max(1.0);
        if unit == Unit::Share && max <= 1.0 {
            count = count.min((1.0 / step).round().max(1.0));
        }
        Self::linear(0.0, step, count as usize, unit)
    }

    /// Around zero, to a round value at or above `reach` on both sides. Changes end at −100 %: nothing gets less than
    /// nothing.
    pub(super) fn around_zero(reach: f64, unit: Unit, most: usize) -> Self {
        let least = if unit == Unit::Change {
            -1.0
        } else {
            f64::NEG_INFINITY
        };
        let below = reach.min(-least);
        let step = round_up((reach + below) / most.max(2) as f64);
        let steps = |reach: f64| (reach / step - 1e-9).ceil().max(1.0);
        let (down, up) = (steps(below), steps(reach));
        let mut axis = Self::linear(-step * down, step, (down + up) as usize, unit);
        if axis.scale.from < least {
            axis.scale.from = least;
            axis.marks.retain(|mark| mark.value >= least);
            // nearer to zero than half a step its label would be on that of zero
            if -least >= step / 2.0 {
                let label = label(least, unit);
                let value = least;
                axis.marks.insert(0, Mark { value, label });
            }
        }
        axis
    }

    fn linear(from: f64, step: f64, count: usize, unit: Unit) -> Self {
        let marks = (0..=count)
            .map(|i| {
                let value = from + step * i as f64;
                // The middle mark is zero exactly, whatever the arithmetic left.
                let value = if value.abs() < step / 1e6 { 0.0 } else { value };
                Mark {
                    value,
                    label: label(value, unit),
                }
            })
            .collect();
        let scale = Scale {
            from,
            to: from + step * count as f64,
            log: false,
            unit,
        };
        Self { scale, marks }
    }

    /// Round values around `min` and `max`, equal ratios at equal distances, at most `most` marks.
    pub(super) fn ratios(min: f64, max: f64, unit: Unit, most: usize) -> Self {
        let min = min.max(1.0);
        let from = stepped(min, f64::floor);
        let to = stepped(max.max(min), f64::ceil).max(from * 2.0);
        let steps = |values: &[f64]| -> Vec<f64> {
            (0..=12)
                .flat_map(|power| values.iter().map(move |value| value * 10_f64.powi(power)))
                .filter(|value| *value >= from * 0.999 && *value <= to * 1.001)
                .collect()
        };
        let mut values = steps(&[1.0, 2.0, 5.0]);
        if values.len() > most.max(2) {
            values = steps(&[1.0]);
        }
        while values.len() > most.max(2) {
            values = values.into_iter().step_by(2).collect();
        }
        if values.len() < 2 {
            values = vec![from, to];
        }
        let marks = values
            .into_iter()
            .map(|value| Mark {
                value,
                label: label(value, unit),
            })
            .collect();
        Self {
            scale: Scale {
                from,
                to,
                log: true,
                unit,
            },
            marks,
        }
    }

    /// Nines of a quantile from 0 to `to`, which is at least 1; a mark at each whole one.
    pub(super) fn nines(to: f64) -> Self {
        let label = |nines: usize| match nines {
            0 => "min".to_owned(),
            1 => "p90".to_owned(),
            2 => "p99".to_owned(),
            more => format!("p99.{}", "9".repeat(more - 2)),
        };
        let to = to.max(1.0);
        let marks = (0..=to as usize)
            .map(|n| Mark {
                value: n as f64,
                label: label(n),
            })
            .collect();
        Self {
            scale: Scale {
                from: 0.0,
                to,
                log: false,
                unit: Unit::Nines,
            },
            marks,
        }
    }
}

impl Scale {
    /// Where a value lies: 0.0 at the beginning, 1.0 at the end; beyond them when it is outside.
    pub(super) fn share(self, value: f64) -> f64 {
        let (from, to, value) = if self.log {
            (
                self.from.max(1e-9).ln(),
                self.to.max(1e-9).ln(),
                value.max(1e-9).ln(),
            )
        } else {
            (self.from, self.to, value)
        };
        if to > from {
            (value - from) / (to - from)
        } else {
            0.0
        }
    }
}

/// What a mark says.
fn label(value: f64, unit: Unit) -> String {
    match unit {
        Unit::Moment => readable::moment(value as u64),
        Unit::Us => readable::duration(value.round() as u64),
        Unit::Share => format!("{} %", plain(value * 100.0)),
        // marks stand at even per cents
        Unit::Change => format!("{} %", readable::signed(value * 100.0)),
        Unit::PerSecond | Unit::Count | Unit::Number => thousands(value),
        Unit::Bytes => readable::bytes(value.max(0.0).round() as u64),
        Unit::Nines => plain(value),
    }
}

/// `0`, `800`, `3 k`, `1.5 M`.
fn thousands(value: f64) -> String {
    if value >= 1e6 {
        format!("{} M", plain(value / 1e6))
    } else if value >= 1e3 {
        format!("{} k", plain(value / 1e3))
    } else {
        plain(value)
    }
}

/// Up to three decimals, without the zeros that end them.
fn plain(value: f64) -> String {
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// The next of 1, 2, 5, 10, ... times a power of ten.
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1e-9).log10().floor());
    let lead = value / power;
    let round = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|step| lead <= step * 1.000_001)
        .unwrap_or(10.0);
    round * power
}

/// The value of 1, 2, 5 times a power of ten next to `value`, below or above it.
fn stepped(value: f64, towards: fn(f64) -> f64) -> f64 {
    let power = 10_f64.powf(value.log10().floor());
    let up = towards(0.5) > 0.5;
    let lead = value / power;
    let steps = [1.0, 2.0, 5.0, 10.0];
    let step = if up {
        steps.into_iter().find(|step| lead <= step * 1.000_001)
    } else {
        steps
            .into_iter()
            .rev()
            .find(|step| lead >= step * 0.999_999)
    };
    step.unwrap_or(1.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.marks.iter().map(|mark| mark.label.as_str()).collect()
    }

    #[test]
    fn marks_are_at_round_values() {
        assert_eq!(
            labels(&Axis::from_zero(0.083, Unit::Share, 3)),
            ["0 %", "5 %", "10 %"]
        );
        assert_eq!(
            labels(&Axis::from_zero(5_200.0, Unit::PerSecond, 3)),
            ["0", "2 k", "4 k", "6 k"]
        );
        assert_eq!(
            labels(&Axis::from_zero(0.0, Unit::Count, 3)),
            ["0", "1", "2"]
        );
        assert_eq!(
            labels(&Axis::ratios(1_300.0, 420_000.0, Unit::Us, 5)),
            ["1 ms", "10 ms", "100 ms"]
        );
        assert_eq!(
            labels(&Axis::ratios(3_000.0, 8_000.0, Unit::Us, 5)),
            ["2 ms", "5 ms", "10 ms"]
        );
        assert_eq!(
            labels(&Axis::around_zero(0.42, Unit::Change, 4)),
            ["−50 %", "0 %", "+50 %"]
        );
        assert_eq!(
            labels(&Axis::around_zero(3.0, Unit::Change, 5)),
            ["−100 %", "0 %", "+100 %", "+200 %", "+300 %"]
        );
        assert_eq!(
            labels(&Axis::nines(4.2)),
            ["min", "p90", "p99", "p99.9", "p99.99"]
        );
    }

    #[test]
    fn an_axis_of_shares_ends_at_all_of_it_whatever_its_marks() {
        for most in 1..8 {
            for max in [0.51, 0.9, 0.953, 0.99, 1.0] {
                let axis = Axis::from_zero(max, Unit::Share, most);
                assert!((max..=1.0 + 1e-9).contains(&axis.scale.to), "{axis:?}");
            }
        }
        assert_eq!(
            labels(&Axis::from_zero(1.0, Unit::Share, 3)),
            ["0 %", "50 %", "100 %"]
        );
        // a machine's processors, each of which can be all busy
        assert_eq!(
            labels(&Axis::from_zero(1.5, Unit::Share, 3)).last(),
            Some(&"200 %")
        );
    }

    #[test]
    fn an_axis_of_changes_ends_where_nothing_is_left() {
        for most in 2..8 {
            for reach in [0.1, 0.6, 0.99, 1.0, 1.5, 2.6, 4.0, 10.0] {
                let axis = Axis::around_zero(reach, Unit::Change, most);
                assert!(axis.scale.from >= -1.0, "{axis:?}");
                assert!(axis.scale.from <= -reach.min(1.0) + 1e-9, "{axis:?}");
                assert!(axis.scale.to >= reach - 1e-9, "{axis:?}");
                let inside = axis.scale.from..=axis.scale.to + 1e-9;
                assert!(axis.marks.iter().all(|mark| inside.contains(&mark.value)));
            }
        }
        assert_eq!(
            labels(&Axis::around_zero(10.0, Unit::Change, 5)),
            ["0 %", "+500 %", "+1,000 %"]
        );
        assert!(Axis::around_zero(3.0, Unit::Number, 5).scale.from <= -3.0);
    }

    #[test]
    fn times_are_marked_at_round_moments() {
        assert_eq!(
            labels(&Axis::moments(0, 300_000_000, 6)),
            ["0:00", "1:00", "2:00", "3:00", "4:00", "5:00"]
        );
        assert_eq!(
            labels(&Axis::moments(95_000_000, 125_000_000, 4)),
            ["1:40", "1:50", "2:00"]
        );
        assert_eq!(
            labels(&Axis::moments(0, 1_000_000, 5)),
            ["0:00.0", "0:00.2", "0:00.4", "0:00.6", "0:00.8", "0:01.0"]
        );
        assert!(Axis::moments(5, 5, 5).scale.to > 5.0);
    }

    #[test]
    fn no_axis_is_without_a_span_or_overfull() {
        for exponent in 0..9 {
            let value = 3.7 * 10_f64.powi(exponent);
            for most in 1..8 {
                for axis in [
                    Axis::from_zero(value, Unit::PerSecond, most),
                    Axis::ratios(value, value, Unit::Us, most),
                    Axis::ratios(1.0, value, Unit::Us, most),
                    Axis::around_zero(value, Unit::Change, most),
                ] {
                    assert!(axis.scale.to > axis.scale.from);
                    assert!((2..=12).contains(&axis.marks.len()), "{axis:?}");
                }
            }
        }
    }
}
