//! What a plan asks for over the time of its run, above what was recorded.

use super::axis::Axis;
use super::plot::{Line, Plot, marks};
use super::{Chart, Style, Token, Unit};

/// One moment of a run that has not begun.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedPoint {
    /// In microseconds since the run's start.
    pub at_us: u64,
    /// What was recorded then, exchanges per second.
    pub recorded_per_s: f64,
    /// What is asked for; `None` when the target decides that.
    pub asked_per_s: Option<f64>,
}

/// Exchanges per second that a plan asks for, and those recorded; moments in order, up to `to_us`.
pub fn planned_rate(points: &[PlannedPoint], to_us: u64, style: Style) -> Chart {
    let asked = points.iter().filter_map(|point| point.asked_per_s);
    let recorded = points.iter().map(|point| point.recorded_per_s);
    let most = asked.chain(recorded).fold(0.0, f64::max);
    let x = Axis::moments(0, to_us, marks(style).0);
    let y = Axis::from_zero(most, Unit::PerSecond, marks(style).1.min(4));
    let mut plot = Plot::new("Asked for, per second", x, y);
    let line = |name, token, value: &dyn Fn(&PlannedPoint) -> Option<f64>| {
        let points = points
            .iter()
            .map(|point| (point.at_us as f64, value(point)));
        Line::new(name, token, points.collect())
    };
    if points.iter().any(|point| point.asked_per_s.is_some()) {
        let asked = line("asked", Token::P50, &|point| point.asked_per_s);
        plot.lines.push(asked.filled());
    }
    let recorded = line("recorded", Token::Dim, &|point| Some(point.recorded_per_s));
    plot.lines.push(recorded);
    plot.draw(style)
}
