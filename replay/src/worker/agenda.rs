//! What a worker has before it, in order of recorded time: lane copies to begin, steps to be asked for, steps to
//! become due.
//! Which copies are this worker's follows from their position, so shards never talk. Unit: microseconds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::prepare::lane::Lane;
use crate::run::program::Program;
use crate::schedule::copies::{self, copies_of};

/// A lane copy to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Beginning {
    pub(crate) at_us: u64,
    pub(crate) lane: u32,
    /// Which copy of the plan's.
    pub(crate) place: u32,
    /// How often the recording has begun before.
    pub(crate) repetition: u32,
}

/// A step to become due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DueStep {
    pub(crate) at_us: u64,
    /// The lane copy, by its number in the worker.
    pub(crate) lane_copy: u64,
}

/// Lanes that would be under way begin within this part of what one lasts: not at once.
const SPREAD: u64 = 10;

/// All of it, earliest first.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    pub(crate) beginnings: BinaryHeap<Reverse<Beginning>>,
    pub(crate) steps: BinaryHeap<Reverse<DueStep>>,
    /// The first step of each lane copy that was too far away to be asked for.
    pub(crate) wants: BinaryHeap<Reverse<DueStep>>,
}

impl Agenda {
    /// The first playing of everything that is worker `index`'s.
    pub(crate) fn new(program: &Program, index: u32) -> Self {
        let plan = &program.prepared.plan;
        let mut agenda = Self::default();
        let begins_us = plan.begins.counted_us(program.prepared.length_us);
        for lane in &program.prepared.lanes {
            let copies = copies_of(plan.seed, lane.id, plan.first_copies());
            agenda.add_copies(program, index, lane, 0..copies, begins_us as f64);
        }
        agenda
    }

    /// Adds those of the copies `places` of a lane that are worker `index`'s, for a run that is at `from_us`: those
    /// that would be under way begin now, those that would have ended when the recording begins again; where earlier
    /// runs say which have ended, all others begin now.
    pub(crate) fn add_copies(
        &mut self,
        program: &Program,
        index: u32,
        lane: &Lane,
        places: std::ops::Range<u32>,
        from_us: f64,
    ) {
        let length_us = program.prepared.length_us;
        let lasts_us = lane.ends_us.saturating_sub(lane.starts_us);
        let plan = &program.prepared.plan;
        let seed = plan.seed;
        let from_us = from_us.max(0.0) as u64;
        let into_us = from_us % length_us;
        for place in places {
            let is_anothers = lane.id.wrapping_add(place) % program.workers != index;
            if is_anothers || program.prepared.played.is_over(lane, place) {
                continue;
            }
            let begins = copies::begins_us(seed, place, lane.starts_us, lasts_us, length_us);
            let mut repetition = from_us / length_us;
            let mut begins_us = begins;
            let is_under_way = begins + lasts_us > into_us || program.prepared.played.is_known();
            if begins < into_us && is_under_way {
                let spread_us = (lasts_us / SPREAD).min(length_us - into_us).max(1);
                begins_us = into_us + begins % spread_us;
            } else if begins < into_us && plan.repeats() {
                repetition += 1;
            } else if begins < into_us {
                continue;
            }
            self.beginnings.push(Reverse(Beginning {
                at_us: repetition * length_us + begins_us,
                lane: lane.id,
                place,
                repetition: u32::try_from(repetition).unwrap_or(u32::MAX),
            }));
        }
    }

    /// The earliest moment at which anything happens, in recorded time.
    pub(crate) fn first_us(&self) -> Option<u64> {
        let begins = self
            .beginnings
            .peek()
            .map(|Reverse(beginning)| beginning.at_us);
        let due = self.steps.peek().map(|Reverse(step)| step.at_us);
        begins.into_iter().chain(due).min()
    }

    /// The next lane copy to begin, if it begins by `by_us`.
    pub(crate) fn take_beginning(&mut self, by_us: f64) -> Option<Beginning> {
        let Reverse(first) = self.beginnings.peek()?;
        if first.at_us as f64 > by_us {
            return None;
        }
        self.beginnings.pop().map(|Reverse(beginning)| beginning)
    }

    /// The next step to ask for, if it becomes due by `by_us`.
    pub(crate) fn take_want(&mut self, by_us: f64) -> Option<DueStep> {
        let Reverse(first) = self.wants.peek()?;
        if first.at_us as f64 > by_us {
            return None;
        }
        self.wants.pop().map(|Reverse(want)| want)
    }

    /// The next step to become due, if it does by `by_us`.
    pub(crate) fn take_due(&mut self, by_us: f64) -> Option<DueStep> {
        let Reverse(first) = self.steps.peek()?;
        if first.at_us as f64 > by_us {
            return None;
        }
        self.steps.pop().map(|Reverse(step)| step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_asked_for_in_the_order_they_become_due_and_not_before_their_time() {
        let mut agenda = Agenda::default();
        for (lane_copy, at_us) in [(1, 900), (2, 300), (3, 600)] {
            agenda.wants.push(Reverse(DueStep { at_us, lane_copy }));
        }
        let asked: Vec<u64> = std::iter::from_fn(|| agenda.take_want(600.0))
            .map(|want| want.lane_copy)
            .collect();
        assert_eq!(asked, [2, 3]);
        assert_eq!(agenda.take_want(899.0), None);
        assert!(agenda.take_want(f64::INFINITY).is_some());
    }
}
