//! Where it breaks: replays a recording at rates that rise until a check fails, closes in on the edge and tries it again.
//! Every step is a run of its own, kept like any other.

use std::ops::ControlFlow;
use std::thread;
use std::time::{Duration, Instant};

use reprise_measure::Summary;
use reprise_measure::knee::{
    Bounds, Edge, FirstToBreak, Knee, StepOperation, Tried, first_to_break,
};
use reprise_replay::RateBy;
use reprise_store::RunState;
use serde::Serialize;

use crate::answer::RunAnswer;
use crate::replay::{RateChange, ReplayRequest};
use crate::{Error, Library};

/// How often somebody who wants it to end is heard while the target rests.
const LOOK: Duration = Duration::from_millis(100);

/// What a search for the edge is asked for.
#[derive(Clone, Debug)]
pub struct KneeRequest {
    /// What every step plays, with the checks that decide; its rate, length and warm-up are the search's.
    pub replay: ReplayRequest,
    /// Where the search begins and ends.
    pub bounds: Bounds,
    /// Whether a higher rate is more users or a faster clock.
    pub by: RateBy,
    /// How long a step is measured.
    pub step: Duration,
    /// How long it settles before that.
    pub settle: Duration,
    /// How long the target rests between steps.
    pub rest: Duration,
}

/// One step of the search.
#[derive(Clone, Debug, Serialize)]
pub struct KneeStep {
    /// Its run.
    pub run: String,
    /// In times the recorded rate.
    pub times: f64,
    /// Exchanges a second that were asked for.
    pub asked_per_s: f64,
    /// And sent.
    pub sent_per_s: f64,
    /// Half of the response times.
    pub p50_us: u64,
    /// 99 % of them.
    pub p99_us: u64,
    /// The share that failed.
    pub error_rate: f64,
    /// How it went.
    pub how: Tried,
    /// Why, unless it held: `p99<250ms measured 412 ms`.
    pub why: Option<String>,
}

/// What the search found.
#[derive(Clone, Debug, Serialize)]
pub struct KneeAnswer {
    /// The recording.
    pub recording: String,
    /// The checks that decided.
    pub checks: Vec<String>,
    /// The highest rate that holds; `None` when not even the first did.
    pub holds: Option<KneeStep>,
    /// The lowest rate that does not; `None` when every rate up to the bound held.
    pub fails: Option<KneeStep>,
    /// Whether the generator, not the target, is what ended the search.
    pub generator_limited: bool,
    /// Whether it was stopped before the edge was known as well as was asked.
    pub stopped: bool,
    /// The operation that broke at the lowest rate.
    pub first_to_break: Option<FirstToBreak>,
    /// Every step, in the order of trying.
    pub steps: Vec<KneeStep>,
}

impl Library {
    /// Searches for the edge. `play` runs one step to its end (showing it, and stopping it when the user asks); `asked` says
    /// whether the user wants the search to end.
    ///
    /// # Errors
    /// When there is no check, the bounds make no sense, or a step cannot be played.
    pub fn knee<E: From<Error>>(
        &self,
        request: &KneeRequest,
        asked: &dyn Fn() -> bool,
        play: &mut dyn FnMut(&ReplayRequest, f64) -> Result<RunAnswer, E>,
    ) -> Result<KneeAnswer, E> {
        sensible(request)?;
        let prefix = self.knee_prefix(request)?;
        let mut knee = Knee::new(request.bounds);
        let mut steps: Vec<KneeStep> = Vec::new();
        let mut operations = Vec::new();
        let mut stopped = false;
        while let Some(times) = knee.next() {
            if !steps.is_empty() && rest(request.rest, asked).is_break() {
                stopped = true;
                break;
            }
            let run = format!("{prefix}-{}-{times}x", steps.len() + 1);
            let answer = play(&step(request, times, run), times)?;
            // a run that a failed check ended is a step like any other
            if !matches!(answer.run.state, RunState::Complete | RunState::Aborted) {
                stopped = true;
                break;
            }
            let (how, why) = judged(&answer.summary);
            knee.tried(times, how);
            operations.push((times, StepOperation::of(&answer.summary)));
            steps.push(KneeStep::of(answer, times, how, why));
        }
        let edge = knee.edge();
        let generator_limited = edge.fails.is_some_and(|at| knee.is_generator_limited(at));
        Ok(KneeAnswer {
            recording: request.replay.recording.clone(),
            checks: request.replay.checks.clone(),
            holds: at(&steps, edge.holds, |how| how == Tried::Held),
            fails: at(&steps, edge.fails, |how| how != Tried::Held),
            generator_limited,
            stopped,
            first_to_break: broke(edge, generator_limited, &operations),
            steps,
        })
    }

    /// What the names of the steps begin with: as asked, else the recording's name and the first free number.
    fn knee_prefix(&self, request: &KneeRequest) -> Result<String, Error> {
        if let Some(run) = &request.replay.run {
            return Ok(run.clone());
        }
        let prefix = format!("{}-knee", request.replay.recording);
        self.free_run_name(&prefix, |run, name| {
            run.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('-'))
        })
    }
}

impl KneeStep {
    fn of(answer: RunAnswer, times: f64, how: Tried, why: Option<String>) -> Self {
        let summary = answer.summary;
        Self {
            run: answer.run.name,
            times,
            asked_per_s: summary.rate.asked_per_s,
            sent_per_s: summary.rate.sent_per_s,
            p50_us: summary.response_us.p50,
            p99_us: summary.response_us.p99,
            error_rate: summary.error_rate,
            how,
            why,
        }
    }
}

fn sensible(request: &KneeRequest) -> Result<(), Error> {
    let Bounds { from, to, within } = request.bounds;
    let refuse = |why: &str| Err(Error::Usage(why.to_owned()));
    if request.replay.checks.is_empty() {
        return refuse("nothing says what breaking is; give a check: --check 'p99<250ms'");
    }
    if from >= to {
        return refuse("--to is to be above --from");
    }
    if !(0.005..=1.0).contains(&within) {
        return refuse("--within is a share of the rate between 0.5% and 100%, such as 5%");
    }
    if request.step.is_zero() {
        return refuse("--step is to last longer than nothing");
    }
    Ok(())
}

/// One step of the search as a replay.
fn step(request: &KneeRequest, times: f64, run: String) -> ReplayRequest {
    let lasts = request.settle + request.step;
    ReplayRequest {
        run: Some(run),
        rate: match request.by {
            RateBy::Copies => RateChange::Copies(times),
            RateBy::Speed => RateChange::Speed(times),
        },
        duration_ms: Some(u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX)),
        warm_up_ms: Some(u64::try_from(request.settle.as_millis()).unwrap_or(u64::MAX)),
        ..request.replay.clone()
    }
}

/// How a step went, and why unless it held.
fn judged(summary: &Summary) -> (Tried, Option<String>) {
    if summary.generator_late {
        let why = summary.generator_warnings().join("; ");
        return (Tried::GeneratorLimited, Some(why));
    }
    let failed = summary.checks.iter().filter(|check| !check.held);
    let failed: Vec<String> = failed
        .map(|check| format!("{} measured {}", check.check, check.readable))
        .collect();
    if failed.is_empty() {
        (Tried::Held, None)
    } else {
        (Tried::Failed, Some(failed.join(", ")))
    }
}

/// The last step at a rate that went so.
fn at(steps: &[KneeStep], times: Option<f64>, so: impl Fn(Tried) -> bool) -> Option<KneeStep> {
    let times = times?;
    let same = |step: &&KneeStep| step.times.total_cmp(&times).is_eq();
    let mut at = steps.iter().filter(same);
    at.clone()
        .rfind(|step| so(step.how))
        .or_else(|| at.next_back())
        .cloned()
}

/// What broke first, where the target did.
fn broke(
    edge: Edge,
    generator_limited: bool,
    operations: &[(f64, Vec<StepOperation>)],
) -> Option<FirstToBreak> {
    (edge.fails.is_some() && !generator_limited)
        .then(|| first_to_break(operations))
        .flatten()
}

/// Lets the target rest, unless the user wants an end.
fn rest(how_long: Duration, asked: &dyn Fn() -> bool) -> ControlFlow<()> {
    let begun = Instant::now();
    loop {
        if asked() {
            return ControlFlow::Break(());
        }
        let left = how_long.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return ControlFlow::Continue(());
        }
        thread::sleep(left.min(LOOK));
    }
}

#[cfg(test)]
mod tests;
