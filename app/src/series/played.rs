//! Playing the runs of a series one after the other, and which of them are compared at the end.

use reprise_measure::{GeneratorLimit, Summary};
use reprise_store::RunState;

use super::{Side, Turn};
use crate::CompareRequest;
use crate::answer::RunAnswer;
use crate::readable::counted;

/// Whose fault it is that no exchange of a run was answered; `None` where one was.
pub fn why_silent(summary: &Summary) -> Option<String> {
    if !summary.nothing_answered() {
        return None;
    }
    let is_at_it = "is it running, and at this address?";
    let not_opened = summary.not_opened();
    if not_opened == 0 {
        return Some(format!("the target answered nothing: {is_at_it}"));
    }
    let limits = summary.generator_limits.iter().filter(|limit| {
        matches!(
            limit,
            GeneratorLimit::Files { .. } | GeneratorLimit::Ports { .. }
        )
    });
    let limits: Vec<String> = limits.map(ToString::to_string).collect();
    let limits = limits.join("; ");
    Some(match summary.sent.saturating_sub(not_opened) {
        0 => format!("nothing reached the target: {limits}"),
        reached => format!(
            "the target answered nothing of the {} that had a connection: {is_at_it} For the others {limits}",
            counted(reached, "request")
        ),
    })
}

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
    /// No exchange of the last run was answered, and why that may be.
    Refused(String),
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
        if let Some(why) = why_silent(&run.summary) {
            ended = Some(SeriesEnd::Refused(why));
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

#[cfg(test)]
mod tests {
    use reprise_measure::Outcomes;

    use super::*;

    fn refused(sent: u64, generator_limits: Vec<GeneratorLimit>) -> Summary {
        Summary {
            sent,
            outcomes: Outcomes {
                refused: sent,
                ..Outcomes::default()
            },
            generator_limits,
            ..Summary::default()
        }
    }

    #[test]
    fn the_generator_is_named_when_it_was_it_that_opened_no_connection() {
        let files = GeneratorLimit::Files { refused: 4 };
        let ports = GeneratorLimit::Ports { refused: 26 };
        let busy = GeneratorLimit::Cpu { share: 0.5 };
        assert_eq!(
            why_silent(&refused(30, vec![busy])).unwrap(),
            "the target answered nothing: is it running, and at this address?"
        );
        let own = why_silent(&refused(30, vec![busy, files, ports])).unwrap();
        assert_eq!(
            own,
            "nothing reached the target: the generator had no file descriptor left for 4 connections (ulimit -n); \
             the generator had no local port left for 26 connections (sysctl net.ipv4.ip_local_port_range)"
        );
        let both = why_silent(&refused(31, vec![files, ports])).unwrap();
        assert!(both.contains("nothing of the 1 request that had"), "{both}");
        assert!(both.contains("no file descriptor left for 4"), "{both}");
        let mut answered = refused(30, vec![files, ports]);
        answered.outcomes.ok = 1;
        answered.sent = 31;
        assert_eq!(why_silent(&answered), None);
    }
}
