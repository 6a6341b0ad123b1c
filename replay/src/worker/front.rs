//! Keeps lane copies together when no clock does: those that get far ahead of the last one wait, so that requests
//! are read back in sequence, and lanes stand to each other about as they were recorded. Recorded microseconds.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use super::Worker;
use super::lane_copy::LaneCopy;
use crate::plan::Speed;
use crate::prepare::lane::Lane;
use crate::run::program::Program;

/// About so many requests lie between the last lane copy and the first: as many as are kept ready to be sent.
const APART: u64 = 4_096;

/// How finely positions are told apart: parts of that span.
const PARTS: u64 = 16;

/// A lane copy that holds others up is left behind when it has waited for its answer for so long; microseconds of
/// the run.
const PATIENCE_US: u64 = 200_000;

/// Where the lane copies of a worker are.
#[derive(Debug)]
pub(super) struct Front {
    /// Positions are told apart by so much; `None` when a clock keeps lanes together, or the recording is small.
    part_us: Option<u64>,
    /// How many lane copies are in which part.
    parts: RefCell<BTreeMap<u64, u32>>,
    /// The first of them.
    last: Cell<Option<u64>>,
    /// Which it was when somebody looked, and since when.
    seen: Cell<Option<u64>>,
    since_us: Cell<u64>,
}

impl Front {
    /// Nobody is anywhere yet.
    pub(super) fn new(program: &Program) -> Self {
        let prepared = &program.prepared;
        let steps: usize = prepared.lanes.iter().map(|lane| lane.steps.len()).sum();
        let all = steps as f64 * prepared.plan.most_copies().max(1.0);
        let is_large = prepared.plan.rate.speed == Speed::Max && all > (2 * APART) as f64;
        let apart_us = prepared.length_us as f64 * APART as f64 / all;
        Self::of(is_large.then_some(apart_us as u64 / PARTS))
    }

    fn of(part_us: Option<u64>) -> Self {
        Self {
            part_us: part_us.map(|part_us| part_us.max(1)),
            parts: RefCell::default(),
            last: Cell::new(None),
            seen: Cell::new(None),
            since_us: Cell::new(0),
        }
    }

    /// Up to where lane copies may go; `None`: as far as they like.
    pub(super) fn limit_us(&self) -> Option<u64> {
        Some((self.last.get()? + 1 + PARTS) * self.part_us?)
    }

    /// Whether a lane copy may go as far as `at_us`.
    pub(super) fn admits(&self, at_us: u64) -> bool {
        self.limit_us().is_none_or(|limit_us| at_us <= limit_us)
    }

    /// A lane copy has come from `place` to `at_us`, or is gone. True when the limit is another. For one that is left
    /// far behind nobody waits.
    pub(super) fn moves(&self, place: &Cell<Option<u64>>, at_us: Option<u64>) -> bool {
        let Some(part_us) = self.part_us else {
            return false;
        };
        let last = self.last.get();
        let is_near = |part: &u64| last.is_none_or(|last| part + PARTS >= last);
        let part = at_us.map(|at_us| at_us / part_us).filter(is_near);
        let before = place.replace(part);
        if part == before {
            return false;
        }
        let mut parts = self.parts.borrow_mut();
        if let Some(before) = before
            && let Some(count) = parts.get_mut(&before)
        {
            *count -= 1;
            if *count == 0 {
                parts.remove(&before);
            }
        }
        if let Some(part) = part {
            *parts.entry(part).or_default() += 1;
        }
        let now_last = parts.first_key_value().map(|(part, _)| *part);
        self.last.set(now_last);
        now_last != last
    }

    /// The part in which the last lane copies have been for too long.
    fn held_up_by(&self, now_us: u64) -> Option<u64> {
        let last = self.last.get();
        if self.seen.replace(last) != last {
            self.since_us.set(now_us);
        }
        let is_long = now_us >= self.since_us.get() + PATIENCE_US;
        if is_long {
            self.since_us.set(now_us);
        }
        last.filter(|_| is_long)
    }

    /// When to look whether they still are.
    pub(super) fn looks_us(&self) -> Option<u64> {
        let last = self.last.get();
        last.map(|_| self.since_us.get() + PATIENCE_US)
    }
}

impl Worker {
    /// A lane copy has come to its next step.
    pub(super) fn advances(&self, lane_copy: &LaneCopy, lane: &Lane) {
        if self.front.part_us.is_none() {
            return;
        }
        let at_us = lane_copy.intended_us(lane, lane_copy.next.get());
        if self.front.moves(&lane_copy.part, at_us) {
            self.wake.notify_one();
        }
    }

    /// Whether step `index` of a lane copy is too far ahead; it is on the agenda then.
    pub(super) fn is_held(&self, lane_copy: &LaneCopy, lane: &Lane, index: usize) -> bool {
        let at_us = lane_copy.intended_us(lane, index);
        let held = at_us.is_some_and(|at_us| !self.front.admits(at_us));
        if held && !lane_copy.held.replace(true) {
            self.put_on_agenda(lane_copy, lane);
        }
        held
    }

    /// Waits no longer for lane copies whose answers do not come.
    pub(super) fn leave_behind(&self, now_us: u64) {
        let Some(part) = self.front.held_up_by(now_us) else {
            return;
        };
        for lane_copy in self.lanes.borrow().values() {
            if lane_copy.part.get() == Some(part) && lane_copy.in_flight.get() > 0 {
                self.front.moves(&lane_copy.part, None);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lane_copies_wait_for_the_last_one_until_it_moves_on_or_ends() {
        let front = Front::of(Some(10));
        assert!(front.admits(u64::MAX));
        let (slow, fast) = (Cell::new(None), Cell::new(None));
        front.moves(&slow, Some(15));
        front.moves(&fast, Some(3_000));
        let limit_us = front.limit_us().unwrap();
        assert!(front.admits(limit_us) && !front.admits(limit_us + 1));
        // within its part it moves nothing
        assert!(!front.moves(&slow, Some(19)));
        assert!(front.moves(&slow, Some(100)) && front.limit_us() > Some(limit_us));
        assert!(front.moves(&slow, None) && front.admits(3_000));
        // it comes back far behind the others, and nobody waits for it
        assert!(!front.moves(&slow, Some(200)) && slow.get().is_none());
        assert!(front.moves(&slow, Some(2_900)) && slow.get().is_some());
    }

    #[test]
    fn who_does_not_move_is_noticed_after_a_while() {
        let front = Front::of(Some(10));
        assert_eq!(front.looks_us(), None);
        let place = Cell::new(None);
        front.moves(&place, Some(0));
        assert_eq!(front.held_up_by(1_000_000), None);
        assert_eq!(front.held_up_by(1_000_000 + PATIENCE_US), Some(0));
        assert_eq!(front.looks_us(), Some(1_000_000 + 2 * PATIENCE_US));
        front.moves(&place, Some(50));
        assert_eq!(front.held_up_by(9_000_000), None);
    }

    #[test]
    fn with_a_clock_nobody_waits() {
        let front = Front::of(None);
        let place = Cell::new(None);
        assert!(!front.moves(&place, Some(5)) && front.limit_us().is_none());
        assert_eq!(place.get(), None);
    }
}
