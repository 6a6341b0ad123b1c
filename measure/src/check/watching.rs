//! A check while its run goes on: takes each tick as it ends and keeps no more of them than its window holds,
//! however long the run is.

use std::collections::VecDeque;

use super::{Check, CheckResult, During, Measure, Stretch, Time};
use crate::tick::share;
use crate::{Histogram, Outcomes, Summary, Tick};

/// A window is moved by a tenth of its length, so that a day of ticks stays cheap.
const STEPS_PER_WINDOW: usize = 10;

/// A window has at most so many parts; in a longer one neighbouring ticks are taken together.
const MOST_PARTS: usize = 100;

/// A check and what it has seen.
#[derive(Clone, Debug)]
pub struct Watching {
    check: Check,
    /// The id of the operation it is about.
    operation: Option<u32>,
    /// Ticks that begin earlier are not looked at.
    from_us: u64,
    /// The stretches of the run that it is about, when it is about a part.
    stretches: Vec<Stretch>,
    /// How the window is put together, once a tick says how long ticks are.
    shape: Option<Shape>,
    /// The window as it stands: its newest parts. Without a window one that grows.
    parts: VecDeque<Part>,
    /// How many parts were complete.
    complete: usize,
    worst: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
struct Shape {
    ticks_per_part: usize,
    parts: usize,
}

impl Watching {
    /// A check that has seen nothing; `operation` is the id of the one it names, and ticks that begin before
    /// `from_us` of the run, its warm-up, are left out. What it is about when it names a stage or a fault,
    /// [`Self::about`] says.
    pub fn new(check: Check, operation: Option<u32>, from_us: u64) -> Self {
        let stretches = match check.during {
            Some(During::Span(from_us, to_us)) => vec![Stretch::once(from_us, to_us)],
            _ => Vec::new(),
        };
        Self {
            check,
            operation,
            from_us,
            stretches,
            shape: None,
            parts: VecDeque::new(),
            complete: 0,
            worst: None,
        }
    }

    /// The same check, about these stretches: those of the stage or the fault that it names.
    #[must_use]
    pub fn about(self, stretches: Vec<Stretch>) -> Self {
        Self { stretches, ..self }
    }

    /// The check.
    pub const fn check(&self) -> &Check {
        &self.check
    }

    /// Takes the run's next tick.
    pub fn tick(&mut self, tick: &Tick) {
        if !self.check.needs_ticks() || tick.start_us < self.from_us {
            return;
        }
        if !self.covers(tick) {
            self.interrupted();
            return;
        }
        let Some(window_us) = self.check.window_us else {
            if self.parts.is_empty() {
                self.parts.push_back(Part::default());
            }
            self.add(tick);
            return;
        };
        let shape = *self.shape.get_or_insert_with(|| {
            let ticks = window_us.div_ceil(tick.duration_us.max(1)) as usize;
            let ticks_per_part = ticks.div_ceil(MOST_PARTS).max(1);
            Shape {
                ticks_per_part,
                parts: ticks.div_ceil(ticks_per_part).max(1),
            }
        });
        let full = |part: &Part| part.ticks >= shape.ticks_per_part;
        if self.parts.back().is_none_or(full) {
            if self.parts.len() >= shape.parts {
                self.parts.pop_front();
            }
            self.parts.push_back(Part::default());
        }
        self.add(tick);
        if self.parts.back().is_some_and(full) {
            self.complete += 1;
            self.look(shape);
        }
    }

    /// The run is over: a window that is not as long as it should be counts, for there will be none longer.
    pub fn end(&mut self) {
        self.interrupted();
    }

    /// What the check comes to by now; `summary` is the run's. A window that has just begun says nothing yet: one
    /// slow second is not five.
    pub fn result(&self, summary: &Summary) -> CheckResult {
        let value = if self.check.needs_ticks() {
            let last = self.value().filter(|_| self.is_whole());
            [self.worst, last]
                .into_iter()
                .flatten()
                .reduce(|a, b| self.check.relation.worse(a, b))
        } else {
            self.check.over_run(summary)
        };
        self.check.result(value, summary)
    }

    /// How much is remembered.
    #[cfg(test)]
    pub(super) fn parts_kept(&self) -> usize {
        self.parts.len()
    }

    /// Whether the tick is of the part of the run that it is about.
    fn covers(&self, tick: &Tick) -> bool {
        self.check.during.is_none() || self.stretches.iter().any(|one| one.covers(tick))
    }

    /// Ends a window at the end of a stretch: none reaches from one time that a fault was on to the next.
    fn interrupted(&mut self) {
        if self.check.window_us.is_some() && !self.parts.is_empty() {
            self.take_worst();
            self.parts.clear();
            self.complete = 0;
        }
    }

    /// Whether the window as it stands is as long as it should be.
    fn is_whole(&self) -> bool {
        let as_long = |shape: Shape| self.parts.len() >= shape.parts;
        self.check.window_us.is_none() || self.shape.is_some_and(as_long)
    }

    /// Looks at the window when it is one of those that are looked at.
    fn look(&mut self, shape: Shape) {
        let step = shape.parts.div_ceil(STEPS_PER_WINDOW);
        let begins = self.complete.checked_sub(shape.parts);
        if begins.is_some_and(|begins| begins.is_multiple_of(step)) {
            self.take_worst();
        }
    }

    /// The window as it stands may be the worst.
    fn take_worst(&mut self) {
        let values = [self.worst, self.value()].into_iter().flatten();
        self.worst = values.reduce(|a, b| self.check.relation.worse(a, b));
    }

    fn add(&mut self, tick: &Tick) {
        let (check, operation) = (&self.check, self.operation);
        let Some(part) = self.parts.back_mut() else {
            return;
        };
        part.ticks += 1;
        part.duration_us += tick.duration_us;
        match (check.probe(), check.operation(), operation) {
            (Some(name), ..) => part.add_probe(tick, name),
            (None, None, _) => part.add_all(tick, check.measure),
            (None, Some(_), Some(operation)) => part.add_operation(tick, operation),
            // the recording has no such operation
            (None, Some(_), None) => {}
        }
    }

    /// The value over the window as it stands, taken as one.
    fn value(&self) -> Option<f64> {
        let mut all = Part::default();
        self.parts.iter().for_each(|part| all.merge(part));
        let ended = all.outcomes.total();
        match self.check.measure {
            Measure::Time(_, statistic) => {
                (!all.times.is_empty()).then(|| all.times.quantile(statistic.quantile()) as f64)
            }
            Measure::ErrorRate => (ended > 0).then(|| share(all.outcomes.failures(), ended)),
            Measure::ErrorRateTotal => (ended > 0).then(|| share(all.error_answers, ended)),
            Measure::MismatchRate => (ended > 0).then(|| share(all.outcomes.mismatch, ended)),
            Measure::Recovery => None,
            Measure::SentPerSecond => {
                (all.duration_us > 0).then(|| all.sent as f64 * 1e6 / all.duration_us as f64)
            }
        }
    }
}

/// Ticks in a row, added up as far as one check needs.
#[derive(Clone, Debug, Default)]
struct Part {
    ticks: usize,
    times: Histogram,
    outcomes: Outcomes,
    error_answers: u64,
    sent: u64,
    duration_us: u64,
}

impl Part {
    fn add_probe(&mut self, tick: &Tick, name: &str) {
        for row in tick.probes.iter().filter(|row| row.name == name) {
            self.outcomes += row.outcomes;
            self.times.merge(&row.response);
        }
    }

    fn add_operation(&mut self, tick: &Tick, operation: u32) {
        for row in tick.watched.iter().filter(|row| row.operation == operation) {
            self.outcomes += row.outcomes;
            self.error_answers += row.error_answers;
            self.times.merge(&row.response);
        }
    }

    fn add_all(&mut self, tick: &Tick, measure: Measure) {
        self.sent += tick.sent;
        self.outcomes += tick.outcomes;
        self.error_answers += tick.error_answers;
        match measure {
            Measure::Time(Time::Lateness, _) => self.times.merge(&tick.lateness),
            Measure::Time(..) => self.times.merge(&tick.response),
            _ => {}
        }
    }

    fn merge(&mut self, other: &Self) {
        self.ticks += other.ticks;
        self.times.merge(&other.times);
        self.outcomes += other.outcomes;
        self.error_answers += other.error_answers;
        self.sent += other.sent;
        self.duration_us += other.duration_us;
    }
}
