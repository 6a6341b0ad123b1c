//! One HTML page of runs, comparisons and searches to hand to a colleague: nothing loaded from anywhere, no script but
//! the page's own (crosshair and zoom), dark or light as the reader's system is, and every text that a capture
//! could have contained escaped.

mod answers;
mod comparison;
mod effects;
mod frame;
mod knee;
mod page;
mod room;
mod run;
mod table;
mod trend;
mod watch;

use room::{MOST_BYTES, Room};

use crate::chart::{Curve, Timeline};
use crate::knee::KneeAnswer;
use crate::trend::Trend;
use crate::{Comparison, FailureGroup, Summary, Tick};

/// A page.
#[derive(Clone, Debug, Default)]
pub struct Report<'a> {
    /// The page's heading: `shop-friday at 5x`.
    pub title: String,
    /// What stands below it: when it was written, by which version, from which file.
    pub subtitle: String,
    /// What it shows, in order.
    pub parts: Vec<Part<'a>>,
}

/// One chapter of a page.
#[derive(Clone, Debug)]
pub enum Part<'a> {
    /// A run.
    Run(Box<RunPart<'a>>),
    /// Two runs compared.
    Comparison(Box<ComparisonPart<'a>>),
    /// A search for the highest rate that holds.
    Knee(KneePart<'a>),
    /// The runs of a plan over time.
    Trend(&'a Trend),
}

/// A run and what is known about it.
#[derive(Clone, Debug)]
pub struct RunPart<'a> {
    /// Its name.
    pub name: String,
    /// How it ended: `complete`, `stopped`, `aborted`, `interrupted`.
    pub state: String,
    /// Other facts, each with its name: recording, targets, seed, started.
    pub facts: Vec<(String, String)>,
    /// Its numbers.
    pub summary: &'a Summary,
    /// Its ticks, faults and stages.
    pub timeline: Timeline<'a>,
    /// The recording's distribution, if it is to be drawn beside the run's.
    pub recorded: Option<Curve>,
    /// The loss ledger of its recording: what, and how many. Zeros are summed up in one line.
    pub losses: Vec<(String, u64)>,
    /// What failed, by operation and kind, the most frequent first.
    pub failures: Vec<FailureGroup>,
    /// What taints it beside what its numbers tell.
    pub alerts: Vec<String>,
    /// What the reader should know: conflicts, re-anchored lanes, warnings.
    pub notes: Vec<String>,
    /// The command that runs it again.
    pub again: String,
    /// Its plan, as text.
    pub plan: String,
}

/// A comparison and what it was made from.
#[derive(Clone, Debug)]
pub struct ComparisonPart<'a> {
    /// The comparison.
    pub comparison: &'a Comparison,
    /// The ticks of A; empty for a recording.
    pub a_ticks: &'a [Tick],
    /// The ticks of B.
    pub b_ticks: &'a [Tick],
    /// The recording's distribution, if it is to be drawn beside the two.
    pub recorded: Option<Curve>,
}

/// A search and what is known about it.
#[derive(Clone, Debug)]
pub struct KneePart<'a> {
    /// What it found.
    pub found: &'a KneeAnswer,
    /// Other facts, each with its name: recording, targets, seed, started.
    pub facts: Vec<(String, String)>,
}

/// Writes the page, under 2 MB: the more it shows, the coarser its charts.
pub fn html(report: &Report<'_>) -> String {
    let mut room = Room::of(report);
    loop {
        let page = written(report, room);
        match room.less() {
            Some(less) if page.len() > MOST_BYTES => room = less,
            _ => return page,
        }
    }
}

fn written(report: &Report<'_>, room: Room) -> String {
    let mut page = page::Page::new(&report.title, &report.subtitle, room);
    if report.parts.len() > 1 {
        page.contents(report.parts.iter().map(Part::heading));
    }
    for (number, part) in report.parts.iter().enumerate() {
        page.open_part(number);
        match part {
            Part::Run(part) => run::write(&mut page, part),
            Part::Comparison(part) => comparison::write(&mut page, part),
            Part::Knee(part) => knee::write(&mut page, part),
            Part::Trend(trend) => trend::write(&mut page, trend),
        }
        page.close_part();
    }
    page.finish()
}

impl Part<'_> {
    fn heading(&self) -> String {
        match self {
            Self::Run(part) => part.name.clone(),
            Self::Knee(part) => part.found.name.clone(),
            Self::Trend(trend) => format!("{} over time", trend.name),
            Self::Comparison(part) => {
                format!("{} against {}", part.comparison.b, part.comparison.a)
            }
        }
    }
}

#[cfg(test)]
mod tests;
