//! What watched servers and machines told over a run: small charts on the time axis of the others, one for
//! each chart that a source's series name.

use std::borrow::Cow;

use super::axis::Axis;
use super::grouped::{Keep, grouped, middle};
use super::over_time::{ERROR_TOKENS, FaultSpan, Timeline, over_time, values};
use super::plot::{Line, marks};
use super::{Chart, Frame, Style};
use crate::markup::escape;
use crate::{Reading, Tick, WatchUnit};

/// A stacked chart is at least so high, in CSS pixels.
const LOWEST: u32 = 110;

/// A source's series that share a chart: those of one name and unit.
#[derive(Clone, Debug, PartialEq)]
struct Panel<'a> {
    source: &'a str,
    chart: &'a str,
    unit: WatchUnit,
    series: Vec<&'a str>,
}

impl<'a> Panel<'a> {
    /// All that the ticks name, in the order they first do.
    fn all(ticks: &'a [Tick]) -> Vec<Self> {
        let mut panels: Vec<Self> = Vec::new();
        for told in ticks.iter().flat_map(|tick| &tick.watch) {
            for reading in &told.series {
                let found = panels.iter().position(|panel| {
                    panel.source == told.source
                        && panel.chart == reading.chart
                        && panel.unit == reading.unit
                });
                let index = found.unwrap_or_else(|| {
                    panels.push(Self {
                        source: &told.source,
                        chart: &reading.chart,
                        unit: reading.unit,
                        series: Vec::new(),
                    });
                    panels.len() - 1
                });
                if let Some(panel) = panels.get_mut(index)
                    && !panel.series.contains(&reading.series.as_str())
                {
                    panel.series.push(&reading.series);
                }
            }
        }
        panels
    }

    fn title(&self) -> String {
        format!("{}: {}", self.source, self.chart)
    }

    fn draw(&self, timeline: &Timeline<'_>, ticks: &[Cow<'_, Tick>], style: Style) -> Chart {
        let tokens = ERROR_TOKENS.iter().rev().cycle();
        let lines = self.series.iter().zip(tokens).map(|(series, token)| {
            let points = ticks.iter().filter_map(|tick| self.point(tick, series));
            let line = Line::new(*series, *token, points.collect());
            if self.series.len() == 1 {
                line.filled()
            } else {
                line
            }
        });
        let lines: Vec<Line> = lines.collect();
        over_time(
            &self.title(),
            timeline,
            style,
            axis(self.unit, &lines, style),
            lines,
        )
    }

    /// The series' mean in a tick; no value where the source fell silent, and no point where it was not asked.
    fn point(&self, tick: &Tick, series: &str) -> Option<(f64, Option<f64>)> {
        let mut told = tick.watch.iter();
        let told = told.find(|told| told.source == self.source)?;
        let is_this = |reading: &&Reading| {
            reading.series == series && reading.chart == self.chart && reading.unit == self.unit
        };
        let value = told.series.iter().find(is_this).map(|found| found.mean);
        Some((middle(tick), value))
    }
}

/// From zero; around it where there are values below.
fn axis(unit: WatchUnit, lines: &[Line], style: Style) -> Axis {
    let most = marks(style).1.min(3);
    let (low, high) = values(lines).fold((0.0_f64, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low < 0.0 {
        return Axis::around_zero(high.max(-low), unit.axis(), most);
    }
    let least = if unit == WatchUnit::Share { 0.01 } else { 0.0 };
    Axis::from_zero(high.max(least), unit.axis(), most)
}

/// Every chart of what was watched; `hidden` says which lines of a chart of that title are not drawn.
pub fn watch(
    timeline: &Timeline<'_>,
    style: Style,
    hidden: impl Fn(&str) -> Vec<String>,
) -> Vec<Chart> {
    let ticks = grouped(timeline, style, Keep::Watched);
    // on charts so low words would cover the lines: those of the first serve all below it
    let faults: Vec<FaultSpan> = timeline.faults.iter().map(unlabelled).collect();
    let charts = Panel::all(timeline.ticks)
        .into_iter()
        .enumerate()
        .map(|(index, panel)| {
            let hidden = hidden(&panel.title());
            let timeline = Timeline {
                hidden: &hidden,
                faults: if index == 0 { timeline.faults } else { &faults },
                ..timeline.clone()
            };
            panel.draw(&timeline, &ticks, style)
        });
    charts.collect()
}

fn unlabelled(fault: &FaultSpan) -> FaultSpan {
    FaultSpan {
        label: String::new(),
        ..fault.clone()
    }
}

/// All of them in one picture, one below the other. Its frame has no lines: several axes share it.
pub(super) fn stacked(timeline: &Timeline<'_>, style: Style) -> Chart {
    let panels = Panel::all(timeline.ticks).len();
    if panels == 0 {
        let y = Axis::from_zero(0.0, WatchUnit::Count.axis(), marks(style).1.min(3));
        return over_time("Watched", timeline, style, y, Vec::new());
    }
    let count = u32::try_from(panels).unwrap_or(u32::MAX);
    let height = (style.height / count).max(LOWEST);
    let charts = watch(timeline, Style { height, ..style }, |_| Vec::new());
    let (width, total) = charts.iter().fold((0.0_f64, 0.0), |(width, total), chart| {
        (width.max(chart.frame.width), total + chart.frame.height)
    });
    let words: Vec<&str> = charts.iter().map(|chart| chart.words.as_str()).collect();
    let words = words.join(" ");
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{total}\" \
         viewBox=\"0 0 {width} {total}\" role=\"img\">\n<title>Watched</title>\n<desc>{}</desc>\n",
        escape(&words)
    );
    let mut top = 0.0;
    for chart in &charts {
        svg.push_str(&format!("<g transform=\"translate(0 {top})\">"));
        svg.push_str(&chart.svg);
        svg.push_str("</g>\n");
        top += chart.frame.height;
    }
    svg.push_str("</svg>\n");
    Chart {
        title: "Watched".to_owned(),
        words,
        svg,
        frame: Frame {
            width,
            height: total,
            series: Vec::new(),
            ..charts
                .into_iter()
                .next()
                .map(|chart| chart.frame)
                .unwrap_or_default()
        },
    }
}
