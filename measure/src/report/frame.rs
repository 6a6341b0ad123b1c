//! What a chart's picture was drawn from, small enough to travel in the page for its crosshair and zoom.

use serde::Serialize;

use crate::chart::{Frame, Scale, Series};

/// A frame with its numbers rounded to what can be seen.
#[derive(Serialize)]
struct Carried<'a> {
    width: f64,
    height: f64,
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
    x: &'a Scale,
    y: &'a Scale,
    series: Vec<CarriedSeries<'a>>,
}

#[derive(Serialize)]
struct CarriedSeries<'a> {
    name: &'a str,
    color: &'a str,
    x: Vec<f64>,
    y: Vec<Option<f64>>,
}

/// As JSON; `None` when there is nothing to read under a pointer.
pub(super) fn carried(frame: &Frame) -> Option<String> {
    if frame.series.is_empty() || frame.x.log {
        return None;
    }
    let step = (frame.x.to - frame.x.from).abs() / 1e5;
    let series = |series: &Series| -> (Vec<f64>, Vec<Option<f64>>) {
        let points = series.points.iter();
        points
            .map(|(x, y)| (rounded(*x, step), y.map(significant)))
            .unzip()
    };
    let lines = frame.series.iter().map(|line| {
        let (x, y) = series(line);
        CarriedSeries {
            name: &line.name,
            color: &line.color,
            x,
            y,
        }
    });
    serde_json::to_string(&Carried {
        width: frame.width,
        height: frame.height,
        left: frame.left,
        top: frame.top,
        right: frame.right,
        bottom: frame.bottom,
        x: &frame.x,
        y: &frame.y,
        series: lines.collect(),
    })
    .ok()
}

/// To a whole number of decimal steps no larger than `step`.
fn rounded(value: f64, step: f64) -> f64 {
    if step <= 0.0 || !step.is_finite() {
        return value;
    }
    to_decimal(value, -step.log10().floor() as i32)
}

/// To four digits.
fn significant(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return 0.0;
    }
    to_decimal(value, 3 - value.abs().log10().floor() as i32)
}

/// To so many decimal places; negative ones are before the point. Divided by a whole power of ten, so that the
/// shortest text for the result is as short as it looks.
fn to_decimal(value: f64, places: i32) -> f64 {
    if places >= 0 {
        let power = 10_f64.powi(places.min(15));
        (value * power).round() / power
    } else {
        let power = 10_f64.powi(-places);
        (value / power).round() * power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_what_can_be_seen() {
        assert_eq!(significant(0.0123456), 0.01235);
        assert_eq!(significant(1_234_567.0), 1_235_000.0);
        assert_eq!(significant(0.0), 0.0);
        assert_eq!(rounded(12_345_678.9, 600.0), 12_345_700.0);
        assert_eq!(rounded(2.345_678, 0.000_04), 2.345_68);
    }

    #[test]
    fn a_chart_without_lines_carries_nothing() {
        assert!(carried(&Frame::default()).is_none());
    }
}
