//! What a chart's picture was drawn from, small enough to travel in the page for its crosshair and zoom.

use serde::{Serialize, Serializer};

use crate::chart::{Frame, Grid, Scale, Series};

/// A frame with its numbers rounded to what can be seen.
#[derive(Serialize)]
struct Carried<'a> {
    width: Short,
    height: Short,
    left: Short,
    top: Short,
    right: Short,
    bottom: Short,
    x: CarriedScale<'a>,
    y: CarriedScale<'a>,
    /// Where the values of lines are that have no places of their own.
    at: Vec<Short>,
    series: Vec<CarriedSeries<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stacked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    grid: Option<CarriedGrid>,
}

#[derive(Serialize)]
struct CarriedScale<'a> {
    from: Short,
    to: Short,
    log: bool,
    unit: &'a crate::chart::Unit,
}

#[derive(Serialize)]
struct CarriedSeries<'a> {
    name: &'a str,
    color: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<Vec<Short>>,
    y: Vec<Option<Short>>,
}

#[derive(Serialize)]
struct CarriedGrid {
    edges: Vec<Short>,
    /// From, to, first row, then the counts.
    columns: Vec<Vec<Short>>,
}

/// A number whose text is as short as it can be: whole ones have no point.
#[derive(Clone, Copy, PartialEq)]
struct Short(f64);

impl Serialize for Short {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

/// As JSON; `None` when there is nothing to read under a pointer.
pub(super) fn carried(frame: &Frame) -> Option<String> {
    if (frame.series.is_empty() && frame.grid.is_none()) || frame.x.log {
        return None;
    }
    let step = (frame.x.to - frame.x.from).abs() / 1e4;
    let places = |series: &Series| -> Vec<Short> {
        let points = series.points.iter();
        points.map(|(x, _)| Short(rounded(*x, step))).collect()
    };
    // most charts have all their lines at the same places
    let longest = frame.series.iter().max_by_key(|line| line.points.len());
    let at = longest.map(places).unwrap_or_default();
    let lines = frame.series.iter().map(|line| {
        let own = places(line);
        CarriedSeries {
            name: &line.name,
            color: &line.color,
            x: (own != at).then_some(own),
            y: line
                .points
                .iter()
                .map(|(_, y)| y.map(|y| Short(significant(y))))
                .collect(),
        }
    });
    serde_json::to_string(&Carried {
        width: Short(frame.width),
        height: Short(frame.height),
        left: Short(frame.left),
        top: Short(frame.top),
        right: Short(frame.right),
        bottom: Short(frame.bottom),
        x: scale(&frame.x),
        y: scale(&frame.y),
        series: lines.collect(),
        at,
        stacked: frame.stacked,
        grid: frame.grid.as_ref().map(|grid| carried_grid(grid, step)),
    })
    .ok()
}

fn scale(scale: &Scale) -> CarriedScale<'_> {
    CarriedScale {
        from: Short(scale.from),
        to: Short(scale.to),
        log: scale.log,
        unit: &scale.unit,
    }
}

fn carried_grid(grid: &Grid, step: f64) -> CarriedGrid {
    let columns = grid.columns.iter().map(|column| {
        let head = [
            rounded(column.from, step),
            rounded(column.to, step),
            f64::from(column.first),
        ];
        let counts = column.counts.iter().map(|count| *count as f64);
        head.into_iter().chain(counts).map(Short).collect()
    });
    CarriedGrid {
        edges: grid
            .edges
            .iter()
            .map(|edge| Short(significant(*edge)))
            .collect(),
        columns: columns.collect(),
    }
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
    use crate::chart::GridColumn;

    #[test]
    fn numbers_are_rounded_to_what_can_be_seen() {
        assert_eq!(significant(0.0123456), 0.01235);
        assert_eq!(significant(1_234_567.0), 1_235_000.0);
        assert_eq!(significant(0.0), 0.0);
        assert_eq!(rounded(12_345_678.9, 600.0), 12_345_700.0);
        assert_eq!(rounded(2.345_678, 0.000_04), 2.345_68);
    }

    #[test]
    fn a_chart_without_lines_and_cells_carries_nothing() {
        assert!(carried(&Frame::default()).is_none());
    }

    #[test]
    fn lines_share_their_places_and_whole_numbers_have_no_point() {
        let line = |name: &str, points: &[(f64, Option<f64>)]| Series {
            name: name.to_owned(),
            color: "p50".to_owned(),
            points: points.to_vec(),
        };
        let mut frame = Frame {
            series: vec![
                line("a", &[(0.0, Some(5.0)), (50.0, None), (100.0, Some(0.25))]),
                line("b", &[(0.0, Some(1.0)), (50.0, None), (100.0, Some(2.0))]),
                line("limit", &[(0.0, Some(9.0)), (100.0, Some(9.0))]),
            ],
            ..Frame::default()
        };
        frame.x.to = 100.0;
        let json = carried(&frame).unwrap();
        assert!(json.contains(r#""at":[0,50,100]"#), "{json}");
        assert!(
            json.contains(r#"{"name":"b","color":"p50","y":[1,null,2]}"#),
            "{json}"
        );
        assert!(json.contains(r#""x":[0,100],"y":[9,9]"#), "{json}");
        assert!(
            !json.contains("grid") && !json.contains("stacked"),
            "{json}"
        );
        frame.series.clear();
        frame.grid = Some(Grid {
            edges: vec![1.0, 2.0, 4.0],
            columns: vec![GridColumn {
                from: 0.0,
                to: 50.0,
                first: 1,
                counts: vec![7],
            }],
        });
        let json = carried(&frame).unwrap();
        assert!(json.contains(r#""columns":[[0,50,1,7]]"#), "{json}");
    }
}
