//! The runs of one plan over time, and where they took a step: not one unlucky run, but a level that lasts.
//! Units: microseconds, shares 0 to 1, answers a second.
//!
//! A step is looked for as in E-divisive change-point detection (Matteson and James, 2014), reduced to means: the split of
//! the series that explains the most of its spread, kept when few random orders of the same values have one that explains
//! as much; then either part is looked at by itself.

use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::choice;
use crate::{LEAST_ERROR_RATE, LEAST_US, NOISE};

/// Random orders that a step is held against.
const ORDERS: u64 = 999;

/// A step is told when no larger share of the orders has one as large.
const CHANCE: f64 = 0.01;

/// So many runs before it and after it make a level.
const LEVEL: usize = 3;

/// One run of the series.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct TrendRun {
    /// Its name.
    pub run: String,
    /// When it began; RFC 3339.
    pub started_at: String,
    /// Half of the response times.
    pub p50_us: u64,
    /// 95 % of them.
    pub p95_us: u64,
    /// 99 % of them.
    pub p99_us: u64,
    /// The share that failed.
    pub error_rate: f64,
    /// Answers a second that were no failure.
    pub answered_per_s: f64,
    /// Whether its checks held.
    pub held: bool,
}

/// The runs of one plan, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Trend {
    /// What was asked for: what the runs are called, a run, or a plan.
    pub name: String,
    /// The recording they replayed.
    pub recording: String,
    /// The runs.
    pub runs: Vec<TrendRun>,
    /// Where they took a step, in order of runs.
    pub steps: Vec<TrendStep>,
    /// Runs of that name that do not belong to it: of another plan.
    pub left_out: u64,
}

/// Where a number took a step.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct TrendStep {
    /// The first run on the new level.
    pub run: String,
    /// Which number: `p50`, `p95`, `p99`, `errors`.
    pub what: String,
    /// Its mean before, since the step before.
    pub before: f64,
    /// Its mean from then on, until the next step.
    pub after: f64,
    /// Whether that is worse.
    pub worse: bool,
}

/// A number of runs, with its name.
type Metric = (&'static str, fn(&TrendRun) -> f64);

impl Trend {
    /// The trend of these runs, the oldest first.
    pub fn of(name: String, recording: String, runs: Vec<TrendRun>, left_out: u64) -> Self {
        let mut steps = Vec::new();
        let metrics: [Metric; 4] = [
            ("p50", |run| run.p50_us as f64),
            ("p95", |run| run.p95_us as f64),
            ("p99", |run| run.p99_us as f64),
            ("errors", |run| run.error_rate),
        ];
        for (metric, (what, value)) in metrics.into_iter().enumerate() {
            let values: Vec<f64> = runs.iter().map(value).collect();
            let levels = levels(&values, metric as u64);
            for (before, after) in levels.iter().zip(levels.iter().skip(1)) {
                let [old, new] = [before, after].map(|level| mean(&values[level.clone()]));
                if matters(what, old, new) {
                    steps.push((
                        after.start,
                        TrendStep {
                            run: runs[after.start].run.clone(),
                            what: what.to_owned(),
                            before: old,
                            after: new,
                            worse: new > old,
                        },
                    ));
                }
            }
        }
        steps.sort_by_key(|(at, _)| *at);
        Self {
            name,
            recording,
            runs,
            steps: steps.into_iter().map(|(_, step)| step).collect(),
            left_out,
        }
    }

    /// Each step in a sentence, without its full stop; what can be said without one.
    pub fn sentences(&self) -> Vec<String> {
        if self.steps.is_empty() {
            let runs = self.runs.len();
            let all = crate::readable::counted(runs as u64, "run");
            return vec![if runs < 2 * LEVEL + 3 {
                format!("{all}: too few to tell a step from an unlucky run; some ten show one")
            } else {
                format!("no step in {all}")
            }];
        }
        let said = self.steps.iter().map(|step| {
            let direction = if step.worse { "rose" } else { "fell" };
            let TrendStep {
                what,
                before,
                after,
                ..
            } = step;
            let values = if what == "errors" {
                [before, after].map(|share| crate::readable::percent(*share))
            } else {
                [before, after].map(|us| crate::readable::duration(us.round() as u64))
            };
            let [before_text, after_text] = values;
            let by = if what == "errors" {
                String::new()
            } else {
                format!(
                    " ({})",
                    crate::readable::change(after / before.max(1.0) - 1.0)
                )
            };
            format!(
                "from {} on {what} {direction} from {before_text} to {after_text}{by}",
                step.run
            )
        });
        said.collect()
    }
}

/// Whether a step is large enough to speak of: the least effect of a comparison.
fn matters(what: &str, before: f64, after: f64) -> bool {
    let by = (after - before).abs();
    if what == "errors" {
        by >= LEAST_ERROR_RATE
    } else {
        by >= LEAST_US as f64 && by >= NOISE * before
    }
}

/// The stretches of a series on one level each.
fn levels(values: &[f64], metric: u64) -> Vec<Range<usize>> {
    let mut sure = Vec::new();
    let mut open: Vec<Range<usize>> = Vec::from([Range {
        start: 0,
        end: values.len(),
    }]);
    while let Some(stretch) = open.pop() {
        match step(&values[stretch.clone()], metric) {
            Some(at) => {
                let at = stretch.start + at;
                open.extend([stretch.start..at, at..stretch.end]);
            }
            None => sure.push(stretch),
        }
    }
    sure.sort_by_key(|stretch| stretch.start);
    sure
}

/// Where a stretch takes a step that is no chance.
fn step(values: &[f64], metric: u64) -> Option<usize> {
    let (at, size) = largest(values)?;
    let as_large = (0..ORDERS).filter(|order| {
        let shuffled = shuffled(values, metric, *order);
        largest(&shuffled).is_some_and(|(_, other)| other >= size)
    });
    let chance = (as_large.count() + 1) as f64 / (ORDERS + 1) as f64;
    (chance <= CHANCE).then_some(at)
}

/// The split that explains the most of the spread.
fn largest(values: &[f64]) -> Option<(usize, f64)> {
    let splits = LEVEL..(values.len() + 1).saturating_sub(LEVEL);
    let sized = splits.map(|at| (at, explained(&values[..at], &values[at..])));
    sized
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, size)| *size > 0.0)
}

/// The sum of squares between two parts; in another order of the same values it is comparable.
fn explained(left: &[f64], right: &[f64]) -> f64 {
    let (n, m) = (left.len() as f64, right.len() as f64);
    n * m / (n + m) * (mean(left) - mean(right)).powi(2)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The values in a random order (Fisher and Yates), the same for the same numbers.
fn shuffled(values: &[f64], metric: u64, order: u64) -> Vec<f64> {
    let mut shuffled = values.to_vec();
    for at in (1..shuffled.len()).rev() {
        let with = choice::below(1, &[metric, order, at as u64], at as u64 + 1);
        shuffled.swap(at, with as usize);
    }
    shuffled
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs with 3 % of noise around a p95 that is `level` of the run's place.
    fn trend(seed: u64, runs: u64, level: impl Fn(u64) -> f64) -> Trend {
        let runs = (0..runs).map(|place| {
            let noise = |tag| 1.0 + 0.06 * (choice::unit(seed, &[place, tag]) - 0.5);
            TrendRun {
                run: format!("main-{place}"),
                p50_us: (4_000.0 * noise(1)) as u64,
                p95_us: (level(place) * noise(2)) as u64,
                p99_us: (60_000.0 * noise(3)) as u64,
                ..TrendRun::default()
            }
        });
        Trend::of("main".to_owned(), "friday".to_owned(), runs.collect(), 0)
    }

    #[test]
    fn a_level_that_lasts_is_a_step_and_is_dated() {
        let found = (0..20).filter(|seed| {
            let trend = trend(
                *seed,
                20,
                |place| if place < 12 { 20_000.0 } else { 26_000.0 },
            );
            let p95: Vec<_> = trend
                .steps
                .iter()
                .filter(|step| step.what == "p95")
                .collect();
            p95.len() == 1 && p95[0].run == "main-12" && p95[0].worse
        });
        assert!(found.count() >= 19);
    }

    #[test]
    fn noise_and_one_unlucky_run_are_no_steps() {
        let quiet = (0..50).filter(|seed| trend(*seed, 20, |_| 20_000.0).steps.is_empty());
        assert!(quiet.count() >= 47);
        let unlucky = (0..20).filter(|seed| {
            let trend = trend(
                *seed,
                20,
                |place| if place == 10 { 60_000.0 } else { 20_000.0 },
            );
            trend.steps.is_empty()
        });
        assert!(unlucky.count() >= 19);
    }

    #[test]
    fn two_steps_are_both_found() {
        let trend = trend(1, 30, |place| match place {
            0..10 => 20_000.0,
            10..20 => 40_000.0,
            _ => 25_000.0,
        });
        let steps: Vec<_> = trend
            .steps
            .iter()
            .map(|step| (step.run.as_str(), step.worse))
            .collect();
        assert_eq!(steps, [("main-10", true), ("main-20", false)]);
        let said = trend.sentences();
        assert!(
            said[0].starts_with("from main-10 on p95 rose from 20 ms"),
            "{said:?}"
        );
    }

    #[test]
    fn few_runs_are_said_to_be_few() {
        for runs in 0..6 {
            let trend = trend(1, runs, |_| 20_000.0);
            assert!(trend.sentences()[0].contains("too few"), "{trend:?}");
        }
        assert_eq!(Trend::default().runs.len(), 0);
    }
}
