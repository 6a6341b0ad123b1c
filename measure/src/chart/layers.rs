//! The lines of a stacked plot as layers: each lies on the one before it.

use super::canvas::Canvas;
use super::plot::{Area, Plot};

/// Strong enough to be told apart, weak enough to let the grid through.
const OPACITY: f64 = 0.72;

impl Plot {
    /// Each layer's area between what lies below it and what it adds to that.
    pub(super) fn draw_layers(&self, canvas: &Canvas<'_>, area: Area) {
        if !self.stacked {
            return;
        }
        let shown: Vec<_> = self
            .lines
            .iter()
            .filter(|line| !line.points.is_empty())
            .collect();
        let mut below = vec![0.0; shown.first().map_or(0, |line| line.points.len())];
        for line in shown {
            let mut stretch = Stretch::default();
            for ((x, y), low) in line.points.iter().zip(&mut below) {
                let seen = (self.x.scale.from..=self.x.scale.to).contains(x);
                let high = y.map_or(*low, |y| *low + y);
                match y {
                    Some(_) if seen => {
                        let place = [*low, high].map(|value| self.y(area, value));
                        stretch.add(self.x(area, *x), place);
                    }
                    _ => stretch.end(|points| canvas.polygon(points, line.token, OPACITY)),
                }
                *low = high;
            }
            stretch.end(|points| canvas.polygon(points, line.token, OPACITY));
        }
    }
}

/// A stretch of a layer that has values: its lower and its upper edge.
#[derive(Default)]
struct Stretch {
    lower: Vec<(f64, f64)>,
    upper: Vec<(f64, f64)>,
}

impl Stretch {
    fn add(&mut self, x: f64, [lower, upper]: [f64; 2]) {
        self.lower.push((x, lower));
        self.upper.push((x, upper));
    }

    /// Draws it, if anything of it can be seen, without the points on its edges that a straight line passes anyway.
    fn end(&mut self, draw: impl FnOnce(&[(f64, f64)])) {
        let (mut lower, mut upper) = (
            std::mem::take(&mut self.lower),
            std::mem::take(&mut self.upper),
        );
        if let ([(x, low)], [(_, high)]) = (lower.as_slice(), upper.as_slice()) {
            // one tick alone
            (lower, upper) = (
                vec![(x - 1.0, *low), (x + 1.0, *low)],
                vec![(x - 1.0, *high), (x + 1.0, *high)],
            );
        }
        let thick = lower
            .iter()
            .zip(&upper)
            .any(|(low, high)| low.1 - high.1 > 0.05);
        if thick {
            let mut outline = straightened(lower);
            outline.extend(straightened(upper).into_iter().rev());
            draw(&outline);
        }
    }
}

/// Without those points between two others at the same height.
fn straightened(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let level = |at: usize| {
        let around = points.get(at.wrapping_sub(1)..at + 2);
        around.is_some_and(|three| {
            three
                .iter()
                .all(|point| (point.1 - three[0].1).abs() < 0.05)
        })
    };
    (0..points.len())
        .filter(|at| !level(*at))
        .map(|at| points[at])
        .collect()
}
