//! A check against a run: from the summary, or over its ticks when it names a window or a part.

use super::{Check, CheckResult, Measure, Statistic, Time};
use crate::tick::share;
use crate::{
    Histogram, OperationSummary, Outcomes, ProbeSummary, Quantiles, Summary, Tick, readable,
};

/// A window is moved by a tenth of its length, so that a day of ticks stays cheap.
const STEPS_PER_WINDOW: usize = 10;

impl Check {
    /// What this check comes to. `ticks` are the run's in order; they are read only when
    /// [`Check::needs_ticks`].
    pub fn evaluate(&self, summary: &Summary, ticks: &[Tick]) -> CheckResult {
        let value = if self.needs_ticks() {
            self.over_ticks(summary, ticks)
        } else {
            self.over_run(summary)
        };
        CheckResult {
            check: self.text.clone(),
            value,
            held: value.is_some_and(|value| self.relation.holds(value, self.limit)),
            readable: value.map_or_else(|| "n/a".to_owned(), |value| self.readable(value)),
        }
    }

    fn readable(&self, value: f64) -> String {
        match self.measure {
            Measure::Time(..) => readable::duration(value as u64),
            Measure::SentPerSecond => format!("{}/s", readable::rate(value)),
            _ => readable::percent(value),
        }
    }

    fn over_run(&self, summary: &Summary) -> Option<f64> {
        if let Some(name) = self.probe() {
            let row = summary.probes.iter().find(|row| row.name == name)?;
            return self.of_probe(row);
        }
        if let Some(name) = &self.operation {
            let row = summary
                .operations
                .iter()
                .find(|row| row.operation == *name)?;
            return self.of_operation(row);
        }
        let measured = summary.measured().total() > 0;
        match self.measure {
            Measure::Time(time, statistic) => statistic.of(match time {
                Time::Response => &summary.response_us,
                Time::Service => &summary.service_us,
                Time::FirstByte => &summary.first_byte_us,
                Time::Waiting => &summary.waiting_us,
                Time::Lateness => &summary.lateness_us,
            }),
            Measure::ErrorRate => measured.then_some(summary.error_rate),
            Measure::ErrorRateTotal => measured.then_some(summary.error_rate_total),
            Measure::MismatchRate => mismatch_rate(&summary.measured()),
            Measure::SentPerSecond => measured.then_some(summary.rate.sent_per_s),
        }
    }

    fn of_probe(&self, row: &ProbeSummary) -> Option<f64> {
        let measured = row.outcomes.total() > 0;
        match self.measure {
            Measure::Time(Time::Service, statistic) => statistic.of(&row.service_us),
            Measure::Time(_, statistic) => statistic.of(&row.response_us),
            Measure::ErrorRate => measured.then_some(row.error_rate),
            Measure::MismatchRate => mismatch_rate(&row.outcomes),
            Measure::ErrorRateTotal | Measure::SentPerSecond => None,
        }
    }

    fn of_operation(&self, row: &OperationSummary) -> Option<f64> {
        let measured = row.outcomes.total() > 0;
        match self.measure {
            Measure::Time(Time::Service, statistic) => statistic.of(&row.service_us),
            Measure::Time(_, statistic) => statistic.of(&row.response_us),
            Measure::ErrorRate => measured.then_some(row.error_rate),
            Measure::ErrorRateTotal => measured.then_some(row.error_rate_total),
            Measure::MismatchRate => mismatch_rate(&row.outcomes),
            Measure::SentPerSecond => None,
        }
    }

    fn over_ticks(&self, summary: &Summary, ticks: &[Tick]) -> Option<f64> {
        let operation = match &self.operation {
            Some(_) if self.probe().is_some() => None,
            Some(name) => {
                let row = summary
                    .operations
                    .iter()
                    .find(|row| row.operation == *name)?;
                Some(row.id?)
            }
            None => None,
        };
        let warm_up_us = summary.warm_up_ms * 1_000;
        let measured = |tick: &&Tick| tick.start_us >= warm_up_us && self.covers(tick);
        let ticks: Vec<&Tick> = ticks.iter().filter(measured).collect();
        let Some(window_us) = self.window_us else {
            return self.of_stretch(&ticks, operation);
        };
        let tick_us = ticks.iter().map(|tick| tick.duration_us).max()?.max(1);
        let length = (window_us.div_ceil(tick_us) as usize).clamp(1, ticks.len().max(1));
        let step = length.div_ceil(STEPS_PER_WINDOW);
        let last = ticks.len().saturating_sub(length);
        (0..=last)
            .step_by(step)
            .chain(std::iter::once(last))
            .filter_map(|start| self.of_stretch(&ticks[start..start + length], operation))
            .reduce(|a, b| self.relation.worse(a, b))
    }

    /// Whether the middle of the tick lies in the part of the run the check names.
    fn covers(&self, tick: &Tick) -> bool {
        let middle = tick.start_us + tick.duration_us / 2;
        self.span_us
            .is_none_or(|(from, to)| (from..to).contains(&middle))
    }

    /// The value over some ticks in a row, taken as one.
    fn of_stretch(&self, ticks: &[&Tick], operation: Option<u32>) -> Option<f64> {
        let mut stretch = Stretch::default();
        for tick in ticks {
            match self.probe() {
                Some(name) => stretch.add_probe(tick, name),
                None => stretch.add(tick, operation, self.measure),
            }
        }
        let ended = stretch.outcomes.total();
        match self.measure {
            Measure::Time(_, statistic) => (!stretch.times.is_empty())
                .then(|| stretch.times.quantile(statistic.quantile()) as f64),
            Measure::ErrorRate => (ended > 0).then(|| share(stretch.outcomes.failures(), ended)),
            Measure::ErrorRateTotal => (ended > 0).then(|| share(stretch.error_answers, ended)),
            Measure::MismatchRate => mismatch_rate(&stretch.outcomes),
            Measure::SentPerSecond => (stretch.duration_us > 0)
                .then(|| stretch.sent as f64 * 1e6 / stretch.duration_us as f64),
        }
    }
}

/// Ticks in a row, added up as far as one check needs.
#[derive(Default)]
struct Stretch {
    times: Histogram,
    outcomes: Outcomes,
    error_answers: u64,
    sent: u64,
    duration_us: u64,
}

impl Stretch {
    fn add_probe(&mut self, tick: &Tick, name: &str) {
        self.duration_us += tick.duration_us;
        for row in tick.probes.iter().filter(|row| row.name == name) {
            self.outcomes += row.outcomes;
            self.times.merge(&row.response);
        }
    }

    fn add(&mut self, tick: &Tick, operation: Option<u32>, measure: Measure) {
        self.duration_us += tick.duration_us;
        let Some(operation) = operation else {
            self.sent += tick.sent;
            self.outcomes += tick.outcomes;
            self.error_answers += tick.error_answers;
            match measure {
                Measure::Time(Time::Lateness, _) => self.times.merge(&tick.lateness),
                Measure::Time(..) => self.times.merge(&tick.response),
                _ => {}
            }
            return;
        };
        for row in tick.watched.iter().filter(|row| row.operation == operation) {
            self.outcomes += row.outcomes;
            self.error_answers += row.error_answers;
            self.times.merge(&row.response);
        }
    }
}

impl Statistic {
    fn of(self, quantiles: &Quantiles) -> Option<f64> {
        let value = match self {
            Self::P50 => quantiles.p50,
            Self::P90 => quantiles.p90,
            Self::P95 => quantiles.p95,
            Self::P99 => quantiles.p99,
            Self::P999 => quantiles.p999,
            Self::Max => quantiles.max,
        };
        (quantiles.count > 0).then_some(value as f64)
    }
}

fn mismatch_rate(outcomes: &Outcomes) -> Option<f64> {
    (outcomes.total() > 0).then(|| share(outcomes.mismatch, outcomes.total()))
}
