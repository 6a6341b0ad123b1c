//! Whether the machine itself was slower on one side. Where one machine both sends and answers, what else it has to do slows
//! both down; and the generator knows its own lateness, which is none of the target's doing.

use super::throughput::asked_alike;
use super::{RunSamples, Side};

/// A change of the machine's pace is spoken of from this share on.
pub(super) const WORTH_SAYING: f64 = 0.05;

/// No more than this share of a change is put down to the machine: a middle lateness is some ten microseconds, of which
/// a few are a large share, and a target that got slower takes time from the generator beside it, too.
pub(super) const MOST: f64 = 0.1;

/// How much slower the machine was in B, as a difference of logarithms: by the middle of the generator's own lateness, which
/// a busy neighbour moves at least as much as it moves the answers. 0 where the target is on another machine, or the sides
/// gave the machine different work.
pub(super) fn pace(a: Side<'_>, b: Side<'_>) -> f64 {
    let on_one_machine =
        |side: Side<'_>| side.len() > 0 && side.runs().all(RunSamples::is_on_one_machine);
    if !on_one_machine(a) || !on_one_machine(b) || !asked_alike(a, b) {
        return 0.0;
    }
    let pace = lateness(b) - lateness(a);
    if pace.is_finite() { pace } else { 0.0 }
}

/// How much of a change of response times in that direction may be the machine's, as a difference of logarithms.
pub(super) fn its_own(pace: f64) -> f64 {
    pace.abs().min(MOST.ln_1p())
}

/// The mean over the runs, of the logarithm.
fn lateness(side: Side<'_>) -> f64 {
    let sum: f64 = side.runs().map(|run| run.middle_lateness_us().ln()).sum();
    sum / side.len() as f64
}
