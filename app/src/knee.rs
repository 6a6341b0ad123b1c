//! Where it breaks: replays a recording at rates that rise until a check fails, closes in on the edge and tries it again.
//! Every step is a run of its own, kept like any other.

mod stored;

use std::ops::ControlFlow;
use std::thread;
use std::time::{Duration, Instant};

use reprise_measure::knee::{Bounds, Knee, KneeAnswer, KneeStep};
use reprise_replay::{RateBy, SearchStep};

use crate::answer::RunAnswer;
use crate::replay::{RateChange, ReplayRequest};
use crate::{Error, Library};
use stored::is_step;
pub use stored::knee_charts;
pub(crate) use stored::step_of;

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
        let name = self.knee_name(request)?;
        let mut knee = Knee::new(request.bounds);
        let mut steps: Vec<(f64, RunAnswer)> = Vec::new();
        while let Some(times) = knee.next() {
            if !steps.is_empty() && rest(request.rest, asked).is_break() {
                break;
            }
            let number = u32::try_from(steps.len() + 1).unwrap_or(u32::MAX);
            let played = play(&step(request, &name, number, times), times)?;
            if !is_step(played.run.state) {
                break;
            }
            knee.tried(
                times,
                KneeStep::of(String::new(), times, &played.summary).how,
            );
            steps.push((times, played));
        }
        let recording = request.replay.recording.clone();
        let played = steps
            .iter()
            .map(|(times, run)| (*times, run.run.name.clone(), &run.summary));
        Ok(KneeAnswer::of(name, recording, request.bounds, played))
    }

    /// What the search is called and the names of its runs begin with: as asked, else the recording's name and the first
    /// free number.
    fn knee_name(&self, request: &KneeRequest) -> Result<String, Error> {
        if let Some(name) = &request.replay.run {
            let is_taken = self.knees()?.iter().any(|knee| knee.name == *name);
            return if is_taken {
                Err(Error::Usage(format!(
                    "--run {name}: there is a search of that name; choose another, or delete its runs first"
                )))
            } else {
                Ok(name.clone())
            };
        }
        let prefix = format!("{}-knee", request.replay.recording);
        self.free_run_name(&prefix, |run, name| {
            run.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('-'))
        })
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
fn step(request: &KneeRequest, search: &str, number: u32, times: f64) -> ReplayRequest {
    let lasts = request.settle + request.step;
    ReplayRequest {
        run: Some(format!("{search}-{number}-{times}x")),
        rate: match request.by {
            RateBy::Copies => RateChange::Copies(times),
            RateBy::Speed => RateChange::Speed(times),
        },
        duration_ms: Some(u64::try_from(lasts.as_millis()).unwrap_or(u64::MAX)),
        warm_up_ms: Some(u64::try_from(request.settle.as_millis()).unwrap_or(u64::MAX)),
        search: Some(SearchStep {
            search: search.to_owned(),
            number,
            times,
            bounds: request.bounds,
        }),
        ..request.replay.clone()
    }
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
