//! Asks for the bytes of requests a second before they are due: in the order they are sent, which is about the order
//! they lie in the file. Units: microseconds of the run unless a name says `recorded`.

use std::cmp::Reverse;
use std::rc::Rc;

use super::Worker;
use super::agenda::DueStep;
use super::lane_copy::{Found, LaneCopy};
use super::pacer::ASK_AFTER_US;
use crate::prepare::lane::Lane;

/// Steps that are due within this time are asked for.
const NEAR_US: u64 = 1_000_000;

/// So long before it is due a step is asked for at the latest, though nothing else wakes the worker.
const LATEST_US: u64 = NEAR_US / 2;

/// So many wanted steps are asked for at once, without waiting for more.
const ASK_FOR: usize = 64;

impl Worker {
    /// Looks for the bytes of the steps that come next on the shelf, or asks for them: many at once, or soon.
    pub(super) fn want_ahead(&self, lane_copy: &LaneCopy, lane: &Lane, now_us: u64) {
        if lane_copy.is_broken.get() {
            self.cannot_go_on();
        }
        if !lane_copy.may_want(lane) {
            return;
        }
        let horizon_us = self.recorded_by(now_us + NEAR_US);
        let mut all = self.wanted.borrow_mut();
        let before = all.len();
        while let Some(wanted) = lane_copy.next_wanted(lane, horizon_us, self.fetcher.has_room()) {
            if self.fetcher.is_at_hand(&wanted) {
                lane_copy.keep_found(wanted.step as usize, Found::OnShelf(wanted));
            } else {
                all.push(wanted);
            }
        }
        let after = all.len();
        drop(all);
        self.want_later(lane_copy, lane, horizon_us);
        if after >= ASK_FOR {
            self.ask();
        } else if before == 0 && after > 0 && self.sleeps_until_us.get() > now_us + ASK_AFTER_US {
            self.wake.notify_one();
        }
    }

    /// Puts the next step that is too far away to be asked for on the agenda.
    fn want_later(&self, lane_copy: &LaneCopy, lane: &Lane, horizon_us: f64) {
        if lane_copy.wants.get() || !lane_copy.may_want(lane) {
            return;
        }
        let far_us = lane_copy
            .asks_us(lane)
            .filter(|at_us| *at_us as f64 > horizon_us);
        if let Some(at_us) = far_us {
            lane_copy.wants.set(true);
            let want = DueStep {
                at_us,
                lane_copy: lane_copy.number,
            };
            self.agenda.borrow_mut().wants.push(Reverse(want));
        }
    }

    /// Asks for the steps that have come near. What is on the shelf nobody announces: where it was due before its lane was
    /// anchored anew, nothing else would let the lane go on.
    pub(super) fn want_due(self: &Rc<Self>, now_us: u64) {
        if self.closing.get() {
            return;
        }
        let horizon_us = self.recorded_by(now_us + NEAR_US);
        loop {
            let want = self.agenda.borrow_mut().take_want(horizon_us);
            let Some(want) = want else { return };
            let lane_copy = self.lanes.borrow().get(&want.lane_copy).cloned();
            let Some(lane_copy) = lane_copy else { continue };
            lane_copy.wants.set(false);
            if let Some(lane) = self.program.lane(lane_copy.lane) {
                self.want_ahead(&lane_copy, lane, now_us);
            }
            if lane_copy.unsent() > 0 {
                self.advance(&lane_copy, now_us);
            }
        }
    }

    /// When the next step has to be asked for at the latest.
    pub(super) fn wants_us(&self) -> Option<u64> {
        let agenda = self.agenda.borrow();
        let next = agenda.wants.peek()?.0.at_us;
        let due_us = self.clock.borrow().run_at(next)?;
        let admitted = self.front.admits(next);
        admitted.then(|| due_us.saturating_sub(LATEST_US))
    }
}
