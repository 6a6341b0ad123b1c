//! A run over time: response time, errors, rate, what is in flight, lateness; all on one time axis
//! with fault spans shaded and stages marked.

use std::collections::BTreeMap;

use super::axis::Axis;
use super::grouped::{Keep, grouped, middle};
use super::plot::{Line, Plot, Rule, Shade, marks};
use super::{Chart, Style, Token, Unit};
use crate::Tick;
use crate::summary::LATE_ABOVE_US;
use crate::tick::share;

/// What the charts of a run over time share.
#[derive(Clone, Debug, Default)]
pub struct Timeline<'a> {
    /// The run's ticks in order. More than the chart has pixels for are put together, exactly.
    pub ticks: &'a [Tick],
    /// When faults were on.
    pub faults: &'a [FaultSpan],
    /// When the rate changed.
    pub stages: &'a [StageMark],
    /// How long the run warmed up, in microseconds; charts over the whole run leave that out.
    pub warm_up_us: u64,
    /// The names of lines that are not drawn; they stay in the frame, without points.
    pub hidden: &'a [String],
    /// The left end of the axis, in microseconds since the start of the run.
    pub from_us: u64,
    /// The right end of the axis: the planned end while a run is on, so that its lines do not
    /// move; the last tick's end when 0.
    pub to_us: u64,
}

/// A stretch of a run in which a fault was on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FaultSpan {
    /// When it began, in microseconds since the start of the run.
    pub from_us: u64,
    /// When it ended; `u64::MAX` for a fault that stays on.
    pub to_us: u64,
    /// What it was: `5 % error 1213`.
    pub label: String,
}

/// A moment at which the plan changed its rate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageMark {
    /// Microseconds since the start of the run.
    pub at_us: u64,
    /// The rate from there on: `5x`.
    pub label: String,
}

/// One side of an overlay.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What the legend calls it.
    pub name: &'a str,
    /// Its ticks in order.
    pub ticks: &'a [Tick],
}

/// More lines than this are hard to tell apart; further errors are drawn as one.
const ERROR_LINES: usize = 4;
/// The colours of error lines, in the order of their frequency.
pub(super) const ERROR_TOKENS: [Token; 5] = [
    Token::P99,
    Token::P95,
    Token::P50,
    Token::Violet,
    Token::Teal,
];

/// p50, p95 and p99 of the response time over time; equal ratios at equal distances.
pub fn response_time(timeline: &Timeline<'_>, style: Style) -> Chart {
    let ticks = grouped(timeline, style, Keep::Times);
    let line = |name: &str, token, value: fn(&crate::TickQuantiles) -> u64| {
        let points = ticks
            .iter()
            .map(|tick| {
                (
                    middle(tick),
                    tick.response_us.as_ref().map(|q| value(q) as f64),
                )
            })
            .collect();
        Line::new(name, token, points)
    };
    let lines = vec![
        line("p50", Token::P50, |q| q.p50),
        line("p95", Token::P95, |q| q.p95),
        line("p99", Token::P99, |q| q.p99),
    ];
    let y = durations(&lines, style);
    over_time("Response time", timeline, style, y, lines)
}

/// The share of exchanges that failed, one line for each of the most frequent kinds.
pub fn error_rate(timeline: &Timeline<'_>, style: Style) -> Chart {
    let ticks = grouped(timeline, style, Keep::Counts);
    let mut totals = BTreeMap::<&str, u64>::new();
    for (kind, count) in ticks.iter().flat_map(|tick| &tick.errors) {
        *totals.entry(kind).or_default() += count;
    }
    let mut kinds: Vec<(&str, u64)> = totals.into_iter().collect();
    kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
    let named: Vec<&str> = kinds
        .iter()
        .take(ERROR_LINES)
        .map(|(kind, _)| *kind)
        .collect();
    let rate = |tick: &Tick, counts: &dyn Fn(&str) -> bool| {
        let failed: u64 = tick
            .errors
            .iter()
            .filter(|(kind, _)| counts(kind))
            .map(|(_, count)| count)
            .sum();
        let ended = tick.outcomes.total();
        (middle(tick), (ended > 0).then(|| share(failed, ended)))
    };
    let mut lines: Vec<Line> = named
        .iter()
        .zip(ERROR_TOKENS)
        .map(|(kind, token)| {
            let points = ticks
                .iter()
                .map(|tick| rate(tick, &|other| other == *kind))
                .collect();
            Line::new(*kind, token, points)
        })
        .collect();
    if kinds.len() > named.len() {
        let points = ticks
            .iter()
            .map(|tick| rate(tick, &|kind| !named.contains(&kind)))
            .collect();
        lines.push(Line::new("other", ERROR_TOKENS[ERROR_LINES], points));
    }
    if lines.is_empty() {
        let points = ticks.iter().map(|tick| rate(tick, &|_| true)).collect();
        lines.push(Line::new("none", Token::Ok, points));
    }
    let y = Axis::from_zero(
        largest(&lines).max(0.01),
        Unit::Share,
        marks(style).1.min(3),
    );
    over_time("New errors", timeline, style, y, lines)
}

/// Exchanges per second, as asked for and as sent.
pub fn rate(timeline: &Timeline<'_>, style: Style) -> Chart {
    let ticks = grouped(timeline, style, Keep::Counts);
    let line = |name: &str, token, count: fn(&Tick) -> u64| {
        let points = ticks
            .iter()
            .map(|tick| (middle(tick), Some(tick.per_second(count(tick)))))
            .collect();
        Line::new(name, token, points)
    };
    let lines = vec![
        line("asked", Token::Faint, |tick| tick.planned).dashed(),
        line("sent", Token::P50, |tick| tick.sent),
    ];
    let y = Axis::from_zero(largest(&lines), Unit::PerSecond, marks(style).1.min(3));
    over_time("Per second", timeline, style, y, lines)
}

/// Exchanges sent and not yet answered.
pub fn in_flight(timeline: &Timeline<'_>, style: Style) -> Chart {
    let ticks = grouped(timeline, style, Keep::Counts);
    let points = ticks
        .iter()
        .map(|tick| (middle(tick), Some(tick.in_flight as f64)))
        .collect();
    let lines = vec![Line::new("in flight", Token::P50, points).filled()];
    let y = Axis::from_zero(largest(&lines), Unit::Count, marks(style).1.min(3));
    over_time("In flight", timeline, style, y, lines)
}

/// The generator's own lateness, p99, under the limit above which a run's numbers are not the
/// target's.
pub fn lateness(timeline: &Timeline<'_>, style: Style) -> Chart {
    let ticks = grouped(timeline, style, Keep::Lateness);
    let late = |tick: &Tick| {
        let measured = !tick.lateness.is_empty();
        (
            middle(tick),
            measured.then(|| tick.lateness_p99_us.max(1) as f64),
        )
    };
    let measured = Line::new(
        "p99",
        Token::Violet,
        ticks.iter().map(|tick| late(tick)).collect(),
    );
    let mut lines = vec![measured];
    if !ticks.is_empty() {
        let limit = LATE_ABOVE_US as f64;
        let across = [timeline.from_us, end(timeline)].map(|at| (at as f64, Some(limit)));
        lines.push(Line::new("limit", Token::Bad, across.to_vec()).dashed());
    }
    let y = durations(&lines, style);
    over_time("Generator late", timeline, style, y, lines)
}

/// The response time of each probe: what a single user felt beside the load. The 95th percentile of what
/// ended within a tick, which of one exchange is its own.
pub fn probes(timeline: &Timeline<'_>, style: Style) -> Chart {
    let ticks = grouped(timeline, style, Keep::Probes);
    let mut names: Vec<&str> = Vec::new();
    for probe in ticks.iter().flat_map(|tick| &tick.probes) {
        if !names.contains(&probe.name.as_str()) {
            names.push(&probe.name);
        }
    }
    let p95 = |tick: &Tick, name: &str| {
        let probe = tick.probes.iter().find(|probe| probe.name == name);
        let quantiles = probe.and_then(|probe| probe.response_us);
        (middle(tick), quantiles.map(|q| q.p95 as f64))
    };
    let lines: Vec<Line> = names
        .iter()
        .zip(ERROR_TOKENS)
        .map(|(name, token)| {
            let points = ticks.iter().map(|tick| p95(tick, name)).collect();
            Line::new(*name, token, points)
        })
        .collect();
    let y = durations(&lines, style);
    over_time("Probes", timeline, style, y, lines)
}

/// The 99th percentile of the response time of two runs, on one time axis.
pub fn overlay(a: Side<'_>, b: Side<'_>, style: Style) -> Chart {
    let end = [a, b]
        .iter()
        .filter_map(|side| side.ticks.last())
        .map(Tick::end_us)
        .max();
    let timeline = Timeline {
        to_us: end.unwrap_or(0),
        ..Timeline::default()
    };
    let lines: Vec<Line> = [(a, Token::P50), (b, Token::P95)]
        .into_iter()
        .map(|(side, token)| {
            let own = Timeline {
                ticks: side.ticks,
                ..timeline.clone()
            };
            let points = grouped(&own, style, Keep::Times)
                .iter()
                .map(|tick| (middle(tick), tick.response_us.map(|q| q.p99 as f64)))
                .collect();
            Line::new(side.name, token, points)
        })
        .collect();
    let y = durations(&lines, style);
    over_time("p99 over time", &timeline, style, y, lines)
}

pub(super) fn over_time(
    title: &str,
    timeline: &Timeline<'_>,
    style: Style,
    y: Axis,
    lines: Vec<Line>,
) -> Chart {
    let mut plot = timed(title, timeline, time_axis(timeline, style), y);
    plot.lines = lines;
    plot.hide(timeline.hidden);
    plot.draw(style)
}

/// The axis that all charts of a timeline share.
pub(super) fn time_axis(timeline: &Timeline<'_>, style: Style) -> Axis {
    Axis::moments(timeline.from_us, end(timeline), marks(style).0)
}

/// A plot with nothing on it yet but what all charts of a timeline shade and mark.
pub(super) fn timed(title: &str, timeline: &Timeline<'_>, x: Axis, y: Axis) -> Plot {
    let last = x.scale.to;
    let mut plot = Plot::new(title, x, y);
    let warm_up = (timeline.warm_up_us > 0).then(|| Shade {
        from: 0.0,
        to: (timeline.warm_up_us as f64).min(last),
        label: "warm-up".to_owned(),
        token: Token::Faint,
    });
    let faults = timeline.faults.iter().map(|fault| Shade {
        from: fault.from_us as f64,
        to: (fault.to_us as f64).min(last),
        label: fault.label.clone(),
        token: Token::Bad,
    });
    plot.shades = warm_up.into_iter().chain(faults).collect();
    plot.rules = timeline
        .stages
        .iter()
        .map(|stage| Rule {
            at: stage.at_us as f64,
            label: stage.label.clone(),
            token: Token::Faint,
            at_top: false,
        })
        .collect();
    plot
}

pub(super) fn end(timeline: &Timeline<'_>) -> u64 {
    match timeline.to_us {
        0 => timeline.ticks.last().map_or(0, Tick::end_us),
        set => set,
    }
}

pub(super) fn values(lines: &[Line]) -> impl Iterator<Item = f64> {
    lines
        .iter()
        .flat_map(|line| &line.points)
        .filter_map(|(_, y)| *y)
}

pub(super) fn largest(lines: &[Line]) -> f64 {
    values(lines).fold(0.0, f64::max)
}

/// An axis of equal ratios around all values; a millisecond to a second when there are none.
pub(super) fn durations(lines: &[Line], style: Style) -> Axis {
    let smallest = values(lines).fold(f64::INFINITY, f64::min);
    let (from, to) = if smallest.is_finite() {
        (smallest, largest(lines))
    } else {
        (1e3, 1e6)
    };
    Axis::ratios(from, to, Unit::Us, marks(style).1)
}
