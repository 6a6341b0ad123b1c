//! What makes the numbers of a comparison worthless, and what counts all the same.

use super::{late, more_or_fewer_errors};
use crate::compare::side::Side;
use crate::compare::unexplained::Lateness;
use crate::compare::{Comparison, LEAST_SLICES, Verdict};
use crate::readable::percent;

/// What is to be done about it.
const ROOM: &str =
    "repeat it with more file descriptors (ulimit -n) and local ports, or a lower rate";

/// A larger share of exchanges that the generator could not open a connection for is less work for the target.
const MOST_NOT_OPENED: f64 = 0.01;

/// Why nothing can be said of the response times.
pub(super) struct Void {
    pub(super) says: String,
    /// More errors count all the same: they are worse whatever the work was.
    but_for_errors: bool,
}

impl Void {
    /// What makes the numbers worthless, if something does.
    pub(super) fn of(
        comparison: &Comparison,
        a: Side<'_>,
        b: Side<'_>,
        lateness: &Lateness,
    ) -> Option<Self> {
        let all = |says: String| {
            Some(Self {
                says,
                but_for_errors: false,
            })
        };
        let sides = [("A", a), ("B", b)];
        if let Some((side, _)) = sides.iter().find(|(_, run)| run.answered() == 0) {
            return all(format!("{side} has no answers to compare"));
        }
        if let Some((side, _)) = sides.iter().find(|(_, run)| run.is_recording()) {
            return all(format!(
                "{side} is the recording itself: a difference to look at, not a verdict, since its \
                 last bytes also measure the recorded clients' bandwidth"
            ));
        }
        if let Some((side, _)) = sides.iter().find(|(_, run)| run.hides_not_opened()) {
            return all(format!(
                "the generator could not open connections in {side}, and the run does not say which of its errors \
                 that made: {ROOM}"
            ));
        }
        if matches!(lateness, Lateness::Unknown) {
            let (who, repeat) = (late::who(a, b), late::REPEAT);
            return all(format!("{who}: its numbers are not the server's; {repeat}"));
        }
        let slices = a.least_slices().min(b.least_slices());
        if slices < LEAST_SLICES || comparison.quantiles.values().all(|q| q.change.is_none()) {
            return all(
                "the runs are too short to tell how much they vary; let them run for a minute"
                    .into(),
            );
        }
        let short = |(_, run): &&(_, Side<'_>)| run.not_opened_rate() > MOST_NOT_OPENED;
        if let Some((side, run)) = sides.iter().find(short) {
            return Some(Self {
                says: format!(
                    "the generator could not open a connection for {} of the exchanges of {side}, so its target had \
                     less to do: {ROOM}",
                    percent(run.not_opened_rate())
                ),
                // one that had less to do has fewer errors by that alone
                but_for_errors: *side == "B",
            });
        }
        let (side, _) = sides.iter().find(|(_, run)| run.is_unfaithful())?;
        Some(Self {
            says: format!(
                "{side} is unfaithful: more than 5 % of its answers differ from the recorded ones, \
                 so its latencies are of other work"
            ),
            but_for_errors: true,
        })
    }

    /// What can be said all the same.
    pub(super) fn verdict(&self, comparison: &Comparison) -> Verdict {
        let worse = more_or_fewer_errors(comparison).any(|more| more);
        if self.but_for_errors && worse {
            Verdict::Regressed
        } else {
            Verdict::Inconclusive
        }
    }
}
