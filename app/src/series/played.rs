//! Playing the runs of a series one after the other, and which of them are compared at the end.

use reprise_store::RunState;

use super::{Side, Turn};
use crate::CompareRequest;
use crate::answer::RunAnswer;

/// What is said when no exchange of a run was answered.
pub const ANSWERED_NOTHING: &str =
    "the target answered nothing: is it running, and at this address?";

/// What was played of a series; `E` is what its player fails with.
#[derive(Debug)]
pub struct PlayedSeries<E> {
    /// Each run with its side, in the order of playing.
    pub runs: Vec<(Side, RunAnswer)>,
    /// Why it ended before its last run, if it did.
    pub ended: Option<SeriesEnd<E>>,
}

/// Why a series ended early.
#[derive(Debug)]
pub enum SeriesEnd<E> {
    /// The user asked.
    Stopped,
    /// No exchange of the last run reached the target.
    Refused,
    /// The next run could not be played.
    Failed(E),
}

/// Plays the turns one after the other, until the user asks for an end (`asked`) or one cannot be played. `play` plays one
/// of them, counted from zero, to its end.
///
/// # Errors
/// When the first cannot be played: there is nothing to compare then.
pub fn play_series<E>(
    turns: &[Turn],
    asked: &dyn Fn() -> bool,
    play: &mut dyn FnMut(usize, &Turn) -> Result<RunAnswer, E>,
) -> Result<PlayedSeries<E>, E> {
    let mut runs = Vec::new();
    let mut ended = None;
    for (place, turn) in turns.iter().enumerate() {
        let run = match play(place, turn) {
            Ok(run) => run,
            Err(_) if asked() => {
                ended = Some(SeriesEnd::Stopped);
                break;
            }
            Err(error) if runs.is_empty() => return Err(error),
            Err(error) => {
                ended = Some(SeriesEnd::Failed(error));
                break;
            }
        };
        let is_last = place + 1 == turns.len();
        if run.summary.nothing_answered() {
            ended = Some(SeriesEnd::Refused);
        } else if run.run.state == RunState::Stopped || (asked() && !is_last) {
            ended = Some(SeriesEnd::Stopped);
        }
        runs.push((turn.side, run));
        if ended.is_some() {
            break;
        }
    }
    Ok(PlayedSeries { runs, ended })
}

impl<E> PlayedSeries<E> {
    /// The runs of one side.
    pub fn of(&self, side: Side) -> Vec<&RunAnswer> {
        let runs = self.runs.iter();
        runs.filter(|(of, _)| *of == side)
            .map(|(_, run)| run)
            .collect()
    }

    /// The comparison of its two sides; `None` when one of them has no run. A run that ended early is left out where its side
    /// has one that did not: all would be compared only as far as it got.
    pub fn sides(&self, min_effect: Option<f64>) -> Option<CompareRequest> {
        let names = |side| {
            let runs = self.of(side);
            let whole = |run: &&&RunAnswer| run.run.state == RunState::Complete;
            let any_whole = runs.iter().any(|run| whole(&run));
            let kept = runs.iter().filter(|run| !any_whole || whole(run));
            let names: Vec<String> = kept.map(|run| run.run.name.clone()).collect();
            Some(names).filter(|names| !names.is_empty())
        };
        Some(CompareRequest {
            a: names(Side::A)?,
            b: names(Side::B)?,
            min_effect,
        })
    }
}
