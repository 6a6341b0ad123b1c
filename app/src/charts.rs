//! The charts of runs and comparisons, drawn from what the store keeps.

use std::path::Path;

use reprise_fault::Fault;
use reprise_measure::chart::{
    self, Chart, ChartKind, Curve, FaultSpan, Side, StageMark, Style, Theme, Timeline,
};
use reprise_measure::{Comparison, Tick};
use reprise_replay::Plan;
use reprise_store::{Run, TickSums};

use crate::{Error, Library, RECORDING, knee_charts};

/// A chart written as a file: wide enough for a page.
const WIDTH: u32 = 900;
const HEIGHT: u32 = 320;

/// More spans of one fault than this would be one grey area.
const MOST_SPANS: usize = 500;

/// What all charts of one run share: its ticks, when its faults were on and when its rate was changed.
pub struct RunTimeline {
    ticks: TickSums,
    faults: Vec<FaultSpan>,
    stages: Vec<StageMark>,
    warm_up_us: u64,
}

/// What of a run a chart shows.
#[derive(Clone, Debug, Default)]
pub struct RunSpan {
    /// The left end of its time axis, in microseconds of the run.
    pub from_us: u64,
    /// The right end; 0 for the last tick's end.
    pub to_us: u64,
    /// The names of lines that are not drawn.
    pub hidden: Vec<String>,
}

impl RunTimeline {
    /// A timeline from the ticks of a run and its plan.
    fn new(ticks: TickSums, plan: &Plan) -> Self {
        let stages = plan.stages.begun().map(|(at_us, stage)| StageMark {
            at_us,
            label: stage.to_string(),
        });
        let commands = plan.commands.iter().map(|command| StageMark {
            at_us: command.at_us,
            label: format!("run {}", command.command),
        });
        let until_us = ticks.ticks().last().map_or(0, Tick::end_us);
        let faults = plan.faults.iter();
        Self {
            ticks,
            faults: faults.flat_map(|fault| spans(fault, until_us)).collect(),
            stages: stages.chain(commands).collect(),
            warm_up_us: plan.warm_up_us(),
        }
    }

    /// Its ticks, in order.
    pub fn ticks(&self) -> &[Tick] {
        self.ticks.ticks()
    }

    /// Draws this of one chart.
    pub fn draw(&self, kind: ChartKind, span: &RunSpan, style: Style) -> Chart {
        kind.draw(
            &Timeline {
                from_us: span.from_us,
                to_us: span.to_us,
                hidden: &span.hidden,
                ..self.whole()
            },
            style,
        )
    }

    /// Draws this stretch of every chart of what was watched; `hidden` says which lines of a chart of that title
    /// are not drawn.
    pub fn draw_watched(
        &self,
        span: &RunSpan,
        hidden: impl Fn(&str) -> Vec<String>,
        style: Style,
    ) -> Vec<Chart> {
        let timeline = Timeline {
            from_us: span.from_us,
            to_us: span.to_us,
            ..self.whole()
        };
        chart::watch(&timeline, style, hidden)
    }

    /// All of it, from the first tick to the last.
    pub(crate) fn whole(&self) -> Timeline<'_> {
        Timeline {
            ticks: self.ticks(),
            faults: &self.faults,
            stages: &self.stages,
            warm_up_us: self.warm_up_us,
            ..Timeline::default()
        }
    }
}

/// When a fault is on, and what the charts call it. One that goes on and off does so up to `until_us`.
fn spans(fault: &Fault, until_us: u64) -> Vec<FaultSpan> {
    let window = fault.window.unwrap_or_default();
    // the axis says when
    let what = Fault {
        window: None,
        ..fault.clone()
    };
    let span = |(from_us, to_us)| FaultSpan {
        from_us,
        to_us,
        label: what.to_string(),
    };
    match window.every {
        None => vec![span((window.from_us, window.to_us.unwrap_or(u64::MAX)))],
        Some(_) => window.spans(until_us).take(MOST_SPANS).map(span).collect(),
    }
}

/// Ticks that a chart is drawn from: several for each of its pixels, an hour of seconds.
pub(crate) const MOST_DRAWN: usize = 3_600;

impl Library {
    /// What the charts of a run are drawn from.
    ///
    /// # Errors
    /// When there is no run of that name.
    pub fn run_timeline(&self, name: &str) -> Result<RunTimeline, Error> {
        let run = self.store.run(name)?;
        self.timeline_of(&run)
    }

    /// As [`Self::run_timeline`], from the one before: of a run that was looked at and goes on only what is new is read.
    ///
    /// # Errors
    /// When there is no run of that name.
    pub fn run_timeline_again(
        &self,
        name: &str,
        before: Option<RunTimeline>,
    ) -> Result<RunTimeline, Error> {
        let run = self.store.run(name)?;
        let before = before.map(|timeline| timeline.ticks);
        self.timeline_from(&run, before)
    }

    pub(crate) fn timeline_of(&self, run: &Run) -> Result<RunTimeline, Error> {
        self.timeline_from(run, None)
    }

    fn timeline_from(&self, run: &Run, before: Option<TickSums>) -> Result<RunTimeline, Error> {
        let plan = Plan::from_json(run.plan.clone())?;
        let before = before.filter(|ticks| ticks.run() == run.id);
        let mut ticks = before.unwrap_or_else(|| TickSums::new(run.id, MOST_DRAWN));
        self.store.take_ticks(&mut ticks)?;
        Ok(RunTimeline::new(ticks, &plan))
    }

    /// The response times of two runs on one time axis; `None` when one side is the recording itself, which was not
    /// measured the same way.
    ///
    /// # Errors
    /// When there is no run of one of these names.
    pub fn overlay_chart(&self, a: &str, b: &str, style: Style) -> Result<Option<Chart>, Error> {
        if [a, b].contains(&RECORDING) {
            return Ok(None);
        }
        let (before, after) = (self.run_timeline(a)?, self.run_timeline(b)?);
        Ok(Some(chart::overlay(
            Side {
                name: "A",
                ticks: before.ticks(),
            },
            Side {
                name: "B",
                ticks: after.ticks(),
            },
            style,
        )))
    }

    /// Writes one chart of a run as an SVG file; of a search its response time or its throughput, over the rate.
    ///
    /// # Errors
    /// When there is no run and no search of that name, a search has no such chart, or the file cannot be written.
    pub fn write_chart(
        &self,
        name: &str,
        kind: ChartKind,
        theme: Theme,
        path: &Path,
    ) -> Result<(), Error> {
        let style = Style::new(WIDTH, HEIGHT, theme);
        let chart = match self.run_timeline(name) {
            Ok(timeline) => timeline.draw(kind, &RunSpan::default(), style),
            Err(error) => self.knee_chart(name, kind, style, error)?,
        };
        write(path, &chart.svg)
    }

    /// That chart of a search; `no_run` is why there is no run of that name.
    fn knee_chart(
        &self,
        name: &str,
        kind: ChartKind,
        style: Style,
        no_run: Error,
    ) -> Result<Chart, Error> {
        let Ok(found) = self.knee_found(name) else {
            return Err(no_run);
        };
        let [response_time, throughput] = knee_charts(&found, style);
        match kind {
            ChartKind::ResponseTime => Ok(response_time),
            ChartKind::Rate => Ok(throughput),
            _ => Err(Error::Usage(format!(
                "'{name}' is a search: it has the charts response_time and rate, and each of its runs has {kind}"
            ))),
        }
    }
}

/// The two charts of a comparison: the quantile curves over each other, and the difference with its band.
pub fn comparison_charts(comparison: &Comparison, style: Style) -> [Chart; 2] {
    [
        chart::quantile_curves(&Curve::sides(comparison), style),
        chart::difference(&comparison.curve, style),
    ]
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    std::fs::write(path, text).map_err(|source| Error::File {
        doing: "write",
        path: path.to_path_buf(),
        source,
    })
}
