//! Charts as SVG, drawn with plotters, with the frame a window needs to read them under a pointer.
//! Deterministic: the same numbers, size and theme give the same bytes. Sizes are in CSS pixels.

mod axis;
mod by_rate;
mod canvas;
mod curves;
mod distribution;
mod kind;
mod over_time;
mod planned;
mod plot;
mod recorded;
mod sparkline;
mod theme;
mod trend;
mod watch;

use serde::{Deserialize, Serialize};

pub use by_rate::{response_time_by_rate, throughput_by_rate};
pub use curves::{Curve, difference, quantile_curves};
pub use distribution::distribution;
pub use kind::{ChartKind, UnknownChart};
pub use over_time::{
    FaultSpan, Side, StageMark, Timeline, error_rate, in_flight, lateness, overlay, probes, rate,
    response_time,
};
pub use planned::{PlannedPoint, planned_rate};
pub use recorded::{RecordedLine, RecordedSpan, recorded_rate};
pub use sparkline::sparkline;
pub use theme::{Theme, Token};
pub use trend::response_time_by_run;
pub use watch::watch;

/// A drawn chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// What it shows: `Response time`.
    pub title: String,
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
}

impl Style {
    /// A chart that stands on its own, with title and legend.
    pub const fn new(width: u32, height: u32, theme: Theme) -> Self {
        Self {
            width,
            height,
            theme,
            headed: true,
        }
    }

    /// Without title and legend.
    pub const fn bare(self) -> Self {
        Self {
            headed: false,
            ..self
        }
    }
}

#[cfg(test)]
mod tests;
