//! Whole distributions: quantile curves over one another on an axis of nines, and the difference of
//! two with its band.

use super::axis::Axis;
use super::plot::{Band, Line, Plot, marks};
use super::{Chart, Style, Token, Unit};
use crate::{Comparison, CurvePoint, Histogram, NOISE, minimum_count};

/// One distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// What the legend calls it.
    pub name: String,
    /// Its colour.
    pub token: Token,
    /// Whether it only serves comparison: dashed.
    pub dashed: bool,
    /// Rising quantiles (0.0 to 1.0) with their values in microseconds.
    pub points: Vec<(f64, u64)>,
}

/// The axis ends here, at p99.999, however many samples there are.
const MOST_NINES: u32 = 5;
/// Beyond this change in either direction the difference chart is cut off.
const MOST_CHANGE: f64 = 10.0;

impl Curve {
    /// The distribution a histogram holds, as far as its count carries it.
    pub fn of(name: impl Into<String>, token: Token, histogram: &Histogram) -> Self {
        let count = histogram.count();
        let points = (0..=MOST_NINES * 10)
            .map(|tenth| 1.0 - 10_f64.powf(-f64::from(tenth) / 10.0))
            .filter(|quantile| count > 0 && minimum_count(*quantile) <= count)
            .map(|quantile| (quantile, histogram.quantile(quantile)))
            .collect();
        Self {
            name: name.into(),
            token,
            dashed: false,
            points,
        }
    }

    /// The recording's distribution: faint and dashed.
    pub fn recorded(histogram: &Histogram) -> Self {
        Self {
            dashed: true,
            ..Self::of("recorded", Token::Faint, histogram)
        }
    }

    /// Both sides of a comparison, A and B.
    pub fn sides(comparison: &Comparison) -> [Self; 2] {
        let side = |name: &str, token, value: fn(&CurvePoint) -> u64| Self {
            name: name.to_owned(),
            token,
            dashed: false,
            points: comparison
                .curve
                .iter()
                .map(|point| (point.quantile, value(point)))
                .collect(),
        };
        [
            side("A", Token::P50, |point| point.a),
            side("B", Token::P95, |point| point.b),
        ]
    }
}

/// Response time by quantile, the curves over one another.
pub fn quantile_curves(curves: &[Curve], style: Style) -> Chart {
    let lines: Vec<Line> = curves
        .iter()
        .map(|curve| {
            let points = curve
                .points
                .iter()
                .map(|(quantile, us)| (nines(*quantile), Some((*us).max(1) as f64)))
                .collect();
            let line = Line::new(curve.name.clone(), curve.token, points);
            if curve.dashed { line.dashed() } else { line }
        })
        .collect();
    let values = || {
        lines
            .iter()
            .flat_map(|line| &line.points)
            .filter_map(|(_, y)| *y)
    };
    let (min, max) = (
        values().fold(f64::INFINITY, f64::min),
        values().fold(0.0, f64::max),
    );
    let (min, max) = if min.is_finite() {
        (min, max)
    } else {
        (1e3, 1e6)
    };
    let x = nines_axis(lines.iter().flat_map(|line| &line.points).map(|(x, _)| *x));
    let mut plot = Plot::new(
        "Response time by quantile",
        x,
        Axis::ratios(min, max, Unit::Us, marks(style).1),
    );
    plot.upright_grid = true;
    plot.lines = lines;
    plot.draw(style)
}

/// How much B differs from A at each quantile, with the 95 % band and the range that is noise.
pub fn difference(curve: &[CurvePoint], style: Style) -> Chart {
    let x = nines_axis(curve.iter().map(|point| nines(point.quantile)));
    // The band of the outermost quantiles is wide; the axis follows the line and most of the band.
    let line = curve
        .iter()
        .map(|point| point.change.abs())
        .fold(0.0, f64::max);
    let mut reaches: Vec<f64> = curve
        .iter()
        .map(|point| point.low.abs().max(point.high.abs()))
        .collect();
    reaches.sort_by(f64::total_cmp);
    let usual = reaches.get(reaches.len() * 4 / 5).copied().unwrap_or(0.0);
    let reach = (line * 1.15).max(usual).clamp(NOISE * 2.0, MOST_CHANGE);
    let mut plot = Plot::new(
        "B against A",
        x,
        Axis::around_zero(reach, Unit::Change, marks(style).1.min(5)),
    );
    plot.upright_grid = true;
    let (from, to) = (plot.x.scale.from, plot.x.scale.to);
    plot.bands.push(Band {
        token: Token::Sel,
        opacity: 1.0,
        points: vec![(from, -NOISE, NOISE), (to, -NOISE, NOISE)],
    });
    plot.bands.push(Band {
        token: Token::P95,
        opacity: 0.18,
        points: curve
            .iter()
            .map(|point| (nines(point.quantile), point.low, point.high))
            .collect(),
    });
    plot.lines = vec![Line::new(
        "change, 95 % band",
        Token::P95,
        curve
            .iter()
            .map(|point| (nines(point.quantile), Some(point.change)))
            .collect(),
    )];
    plot.draw(style)
}

/// How many nines a quantile has: 1 for p90, 2 for p99.
fn nines(quantile: f64) -> f64 {
    -(1.0 - quantile.clamp(0.0, 0.999_999_9)).log10()
}

fn nines_axis(places: impl Iterator<Item = f64>) -> Axis {
    Axis::nines(places.fold(2.0, f64::max).min(f64::from(MOST_NINES)))
}
