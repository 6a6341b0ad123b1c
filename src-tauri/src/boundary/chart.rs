//! A drawn chart with the frame that the window's crosshair needs. Sizes in CSS pixels from the top left corner.

use reprise_app::chart::{self, Theme, Unit};
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::Number;

/// A drawn chart.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chart {
    /// Which one: `error_rate`.
    kind: String,
    title: String,
    /// The same in a sentence.
    words: String,
    /// Shown as an image only: nothing in it can run.
    svg: String,
    #[specta(type = Number)]
    width: f64,
    #[specta(type = Number)]
    height: f64,
    #[specta(type = Number)]
    left: f64,
    #[specta(type = Number)]
    top: f64,
    #[specta(type = Number)]
    right: f64,
    #[specta(type = Number)]
    bottom: f64,
    x: Scale,
    y: Scale,
    series: Vec<Series>,
    /// Whether each line begins where the one before it ends.
    stacked: bool,
    /// The cells of a heat map, which has no lines.
    grid: Option<Grid>,
}

/// Counts in cells.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct Grid {
    /// Where rows begin and end; one more than there are rows.
    #[specta(type = Vec<Number>)]
    edges: Vec<f64>,
    columns: Vec<GridColumn>,
}

/// One column, with the counts from its first row on that has any.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct GridColumn {
    #[specta(type = Number)]
    from: f64,
    #[specta(type = Number)]
    to: f64,
    first: u32,
    #[specta(type = Vec<Number>)]
    counts: Vec<u64>,
}

/// What an axis spans.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct Scale {
    #[specta(type = Number)]
    from: f64,
    #[specta(type = Number)]
    to: f64,
    log: bool,
    unit: AxisUnit,
}

/// What the values of an axis are.
#[derive(Clone, Copy, Debug, Serialize, Type)]
#[serde(rename_all = "snake_case")]
enum AxisUnit {
    /// Microseconds since the start of the run.
    Moment,
    /// Microseconds.
    Us,
    /// 0.0 to 1.0.
    Share,
    /// A relative change.
    Change,
    PerSecond,
    Count,
    /// It says nothing of what it counts.
    Number,
    Bytes,
    /// How many nines a quantile has.
    Nines,
}

/// One line.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct Series {
    name: String,
    /// The style sheet's property it is drawn in.
    color: String,
    #[specta(type = Vec<(Number, Option<Number>)>)]
    points: Vec<(f64, Option<f64>)>,
}

/// Which colours the window has on.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ThemeName {
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

impl From<ThemeName> for Theme {
    fn from(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark => Self::Dark,
            ThemeName::Light => Self::Light,
        }
    }
}

impl Chart {
    /// A drawn chart under its name.
    pub(crate) fn new(kind: &str, drawn: chart::Chart) -> Self {
        let frame = drawn.frame;
        Self {
            kind: kind.to_owned(),
            title: drawn.title,
            words: drawn.words,
            svg: drawn.svg,
            width: frame.width,
            height: frame.height,
            left: frame.left,
            top: frame.top,
            right: frame.right,
            bottom: frame.bottom,
            x: frame.x.into(),
            y: frame.y.into(),
            series: frame.series.into_iter().map(Series::from).collect(),
            stacked: frame.stacked,
            grid: frame.grid.map(Grid::from),
        }
    }
}

impl From<chart::Grid> for Grid {
    fn from(grid: chart::Grid) -> Self {
        let columns = grid.columns.into_iter().map(|column| GridColumn {
            from: column.from,
            to: column.to,
            first: column.first,
            counts: column.counts,
        });
        Self {
            edges: grid.edges,
            columns: columns.collect(),
        }
    }
}

impl From<chart::Series> for Series {
    fn from(series: chart::Series) -> Self {
        Self {
            name: series.name,
            color: series.color,
            points: series.points,
        }
    }
}

impl From<chart::Scale> for Scale {
    fn from(scale: chart::Scale) -> Self {
        let unit = match scale.unit {
            Unit::Moment => AxisUnit::Moment,
            Unit::Us => AxisUnit::Us,
            Unit::Share => AxisUnit::Share,
            Unit::Change => AxisUnit::Change,
            Unit::PerSecond => AxisUnit::PerSecond,
            Unit::Count => AxisUnit::Count,
            Unit::Number => AxisUnit::Number,
            Unit::Bytes => AxisUnit::Bytes,
            Unit::Nines => AxisUnit::Nines,
        };
        Self {
            from: scale.from,
            to: scale.to,
            log: scale.log,
            unit,
        }
    }
}
