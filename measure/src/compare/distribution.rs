//! All response times of one run (or of one operation of it) as a curve that can be read at any share.
//! Unit: microseconds; between the edges of a size class the curve is straight.

use super::slices::{Slice, Slices, edges};

/// The curve.
pub(super) struct Distribution {
    classes: Vec<Class>,
    count: u64,
}

struct Class {
    class: u16,
    count: u64,
    /// Answers in the classes below it.
    below: u64,
}

/// A point of the curve, as slices are counted against it: the classes below `class`, and this share of `class`.
#[derive(Clone, Copy)]
pub(super) struct Point {
    class: u16,
    share: f64,
}

impl Distribution {
    /// That of all slices together.
    pub(super) fn of(slices: &Slices) -> Self {
        let mut count = 0;
        let classes = slices.times().into_iter().map(|(class, times)| {
            let below = count;
            count += times;
            Class {
                class,
                count: times,
                below,
            }
        });
        let classes = classes.collect();
        Self { classes, count }
    }

    /// How many answers it holds.
    pub(super) const fn count(&self) -> u64 {
        self.count
    }

    /// Where the share `quantile` (0.0 to 1.0) of the answers lies below; `None` of nothing.
    pub(super) fn point(&self, quantile: f64) -> Option<Point> {
        let wanted = quantile.clamp(0.0, 1.0) * self.count as f64;
        let reached = |class: &Class| ((class.below + class.count) as f64) < wanted;
        let place = self.classes.partition_point(reached);
        let class = self.classes.get(place).or_else(|| self.classes.last())?;
        Some(Point {
            class: class.class,
            share: ((wanted - class.below as f64) / class.count as f64).clamp(0.0, 1.0),
        })
    }

    /// The response time at a share, in microseconds, never below half of one; `None` of nothing.
    pub(super) fn quantile_us(&self, quantile: f64) -> Option<f64> {
        let point = self.point(quantile)?;
        let (low, high) = edges(point.class);
        Some((low + point.share * (high - low)).max(0.5))
    }
}

impl Point {
    /// How many answers of a slice lie below it.
    pub(super) fn below(&self, slice: &Slice) -> f64 {
        let whole: u32 = slice
            .times
            .range(..self.class)
            .map(|(_, count)| count)
            .sum();
        let at = slice.times.get(&self.class).copied().unwrap_or(0);
        f64::from(whole) + self.share * f64::from(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evenly(to: u64) -> Slices {
        let mut slices = Slices::new(1_000_000);
        (1..=to).for_each(|took| slices.record(took * 10, Some(took), false));
        slices
    }

    #[test]
    fn the_curve_is_read_between_what_was_measured() {
        let curve = Distribution::of(&evenly(100));
        assert_eq!(curve.count(), 100);
        assert!((curve.quantile_us(0.5).unwrap() - 50.5).abs() < 1e-9);
        assert!((curve.quantile_us(0.505).unwrap() - 51.0).abs() < 1e-9);
        assert!(curve.quantile_us(2.0).unwrap() >= curve.quantile_us(0.999).unwrap());
        assert!(Distribution::of(&Slices::new(1)).quantile_us(0.5).is_none());
    }

    #[test]
    fn a_point_splits_the_slices_as_it_splits_the_whole() {
        let slices = evenly(10_000);
        let curve = Distribution::of(&slices);
        for quantile in [0.1, 0.5, 0.9, 0.99] {
            let point = curve.point(quantile).unwrap();
            let below: f64 = slices.all().iter().map(|slice| point.below(slice)).sum();
            assert!((below / 10_000.0 - quantile).abs() < 1e-9, "{quantile}");
        }
    }
}
