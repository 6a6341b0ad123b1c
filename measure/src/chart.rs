//! Charts as SVG, drawn with plotters, with the frame a window needs to read them under a pointer.
//! Deterministic: the same numbers, size and theme give the same bytes. Sizes are in CSS pixels.

mod axis;
mod by_rate;
mod canvas;
mod cells;
mod curves;
mod distribution;
mod grouped;
mod heat_map;
mod kind;
mod layers;
mod mix;
mod over_rate;
mod over_time;
mod planned;
mod plot;
mod recorded;
mod service;
mod sparkline;
mod theme;
mod trend;
mod watch;
mod words;

use serde::{Deserialize, Serialize};

pub use by_rate::{response_time_by_rate, throughput_by_rate};
pub use curves::{Curve, difference, quantile_curves};
pub use distribution::distribution;
pub use heat_map::heat_map;
pub use kind::{ChartKind, UnknownChart};
pub use mix::{rows, statuses};
pub use over_rate::response_time_over_rate;
pub use over_time::{
    FaultSpan, Side, StageMark, Timeline, error_rate, in_flight, lateness, overlay, probes, rate,
    response_time,
};
pub use planned::{PlannedPoint, planned_rate};
pub use recorded::{RecordedLine, RecordedSpan, recorded_rate};
pub use service::service;
pub use sparkline::sparkline;
pub use theme::{Theme, Token};
pub use trend::response_time_by_run;
pub use watch::watch;

/// A drawn chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// What it shows: `Response time`.
    pub title: String,
    /// The same in a sentence, for whoever cannot see it.
    pub words: String,
    /// The picture. Every text in it is escaped; it carries no script and loads nothing.
    pub svg: String,
    /// Where the numbers are in the picture.
    pub frame: Frame,
}

/// Where the numbers are in a chart's picture, for a crosshair over it. In CSS pixels from the top
/// left corner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// The picture's width.
    pub width: f64,
    /// The picture's height.
    pub height: f64,
    /// The left edge of the plot area.
    pub left: f64,
    /// The top edge of the plot area.
    pub top: f64,
    /// The right edge of the plot area.
    pub right: f64,
    /// The bottom edge of the plot area.
    pub bottom: f64,
    /// From left to right.
    pub x: Scale,
    /// From bottom to top.
    pub y: Scale,
    /// The lines, with the values they were drawn from.
    pub series: Vec<Series>,
    /// Whether each line begins where the one before it ends; then a value is what its own line adds.
    pub stacked: bool,
    /// The cells of a heat map, which has no lines.
    pub grid: Option<Grid>,
}

/// Counts in cells: columns over x, rows over y.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// Where rows begin and end, rising; one more than there are rows.
    pub edges: Vec<f64>,
    /// From left to right. Where there is none nothing was counted.
    pub columns: Vec<GridColumn>,
}

/// One column of a grid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GridColumn {
    /// Its left edge.
    pub from: f64,
    /// Its right edge.
    pub to: f64,
    /// The row that its first count is of; those below it have none.
    pub first: u32,
    /// Counts of it and the rows above it, up to the last that has any.
    pub counts: Vec<u64>,
}

impl Grid {
    /// The largest count.
    pub fn fullest(&self) -> u64 {
        let counts = self.columns.iter().flat_map(|column| &column.counts);
        counts.copied().max().unwrap_or(0)
    }
}

/// What an axis of a frame spans.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scale {
    /// The value at its beginning.
    pub from: f64,
    /// The value at its end.
    pub to: f64,
    /// Whether equal distances are equal ratios.
    pub log: bool,
    /// What the values are.
    pub unit: Unit,
}

/// What the values of an axis are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Microseconds since the start of the run.
    #[default]
    Moment,
    /// Microseconds.
    Us,
    /// A share, 0.0 to 1.0.
    Share,
    /// A relative change: 0.38 is 38 % more.
    Change,
    /// Events per second.
    PerSecond,
    /// A number of things.
    Count,
    /// A number that says nothing of what it counts.
    Number,
    /// Bytes.
    Bytes,
    /// How many nines a quantile has: 1 is p90, 2 is p99.
    Nines,
}

/// One line of a chart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What the legend calls it.
    pub name: String,
    /// The theme's token it is drawn in: `p99`.
    pub color: String,
    /// Its values; `None` where there was nothing to measure.
    pub points: Vec<(f64, Option<f64>)>,
}

/// How a chart is to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Style {
    /// Width in CSS pixels; at least 160.
    pub width: u32,
    /// Height in CSS pixels; at least 60.
    pub height: u32,
    /// Its colours.
    pub theme: Theme,
    /// Whether title and legend are part of the picture. A window writes its own.
    pub headed: bool,
    /// At most so many points a line; as many as can be told apart when 0.
    pub points: u32,
}

impl Style {
    /// A chart that stands on its own, with title and legend.
    pub const fn new(width: u32, height: u32, theme: Theme) -> Self {
        Self {
            width,
            height,
            theme,
            headed: true,
            points: 0,
        }
    }

    /// Without title and legend.
    pub const fn bare(self) -> Self {
        Self {
            headed: false,
            ..self
        }
    }

    /// With at most so many points a line, if it had more: for a page that has many charts.
    #[must_use]
    pub const fn with_points(self, points: u32) -> Self {
        let fewer = if self.points == 0 || points < self.points {
            points
        } else {
            self.points
        };
        Self {
            points: fewer,
            ..self
        }
    }

    /// How many points a line has at most: one for every other pixel.
    fn most_points(self) -> usize {
        let wide = self.width.clamp(160, 1_200) / 2;
        match self.points {
            0 => wide as usize,
            fewer => fewer.clamp(20, wide) as usize,
        }
    }
}

#[cfg(test)]
mod tests;
