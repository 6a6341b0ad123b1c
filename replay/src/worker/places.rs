//! How many lane copies play at once when no clock holds them apart: as many as were under way at once in the
//! recording. The next ones are made ready meanwhile and wait for a place.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::Worker;
use super::lane_copy::LaneCopy;
use crate::plan::Speed;
use crate::prepare::lane::Lane;
use crate::run::program::Program;
use crate::schedule::copies::copies_of;
use crate::schedule::crowd::lanes_at_once;

/// So many lane copies wait for a place with their first requests at hand, or a place would stand empty while they
/// are read.
const MADE_AHEAD: usize = 32;

/// The places of a worker.
#[derive(Debug)]
pub(super) struct Places {
    /// How many there are; `None` when the clock says who plays.
    most: Cell<Option<usize>>,
    taken: Cell<usize>,
    waiting: RefCell<VecDeque<Rc<LaneCopy>>>,
}

impl Places {
    /// The worker's share of the places for so many copies of each lane.
    pub(super) fn new(program: &Program, copies: f64) -> Self {
        let places = Self {
            most: Cell::new(None),
            taken: Cell::new(0),
            waiting: RefCell::default(),
        };
        places.arrange(program, copies);
        places
    }

    /// As many places as so many copies of each lane need.
    pub(super) fn arrange(&self, program: &Program, copies: f64) {
        let plan = &program.prepared.plan;
        if plan.rate.speed != Speed::Max {
            return;
        }
        let copies = |lane: &Lane| copies_of(plan.seed, lane.id, copies);
        let all = lanes_at_once(&program.prepared.lanes, copies);
        let share = all.div_ceil(u64::from(program.workers)).max(1);
        self.most
            .set(Some(usize::try_from(share).unwrap_or(usize::MAX)));
    }

    /// Whether a lane copy that is made now plays, or waits among the next ones.
    pub(super) fn may_make(&self) -> bool {
        self.has_one() || self.waiting.borrow().len() < MADE_AHEAD
    }

    fn has_one(&self) -> bool {
        self.most.get().is_none_or(|most| self.taken.get() < most)
    }

    fn take(&self) {
        self.taken.set(self.taken.get() + 1);
    }
}

impl Worker {
    /// Lets a new lane copy play, or wait for a place.
    pub(super) fn seat(self: &Rc<Self>, lane_copy: Rc<LaneCopy>, lane: &Lane) {
        if self.places.has_one() {
            self.play(lane_copy, lane);
        } else {
            self.places.waiting.borrow_mut().push_back(lane_copy);
        }
    }

    fn play(self: &Rc<Self>, lane_copy: Rc<LaneCopy>, lane: &Lane) {
        self.places.take();
        lane_copy.plays.set(true);
        self.advances(&lane_copy, lane);
        if !self.is_paced() {
            // its first request may go from now on, not since the run began
            lane_copy.freed_us.set(self.now_us());
        }
        self.put_on_agenda(&lane_copy, lane);
        self.open_ahead(lane_copy, lane);
    }

    /// Forgets a lane copy that has nothing more to send since the run is ending: others would wait for the locks of a
    /// transaction that its connection holds open.
    pub(super) fn leave(self: &Rc<Self>, lane_copy: &LaneCopy) {
        let is_idle = lane_copy.in_flight.get() == 0 && lane_copy.next.get() >= lane_copy.due.get();
        if self.closing.get() && is_idle {
            self.dismiss(lane_copy);
        }
    }

    /// Forgets a lane copy that is over; its place is another's. False when it was over before.
    pub(super) fn dismiss(self: &Rc<Self>, lane_copy: &LaneCopy) -> bool {
        let number = lane_copy.number;
        if self.lanes.borrow_mut().remove(&number).is_none() {
            return false;
        }
        self.unread.waits(&lane_copy.waits, false);
        if self.front.moves(&lane_copy.part, None) {
            self.wake.notify_one();
        }
        let places = &self.places;
        if !lane_copy.plays.get() {
            places
                .waiting
                .borrow_mut()
                .retain(|one| one.number != number);
            return true;
        }
        places.taken.set(places.taken.get().saturating_sub(1));
        while self.places.has_one() && !self.closing.get() {
            let Some(next) = places.waiting.borrow_mut().pop_front() else {
                break;
            };
            if let Some(lane) = self.program.lane(next.lane) {
                self.play(next, lane);
            }
        }
        true
    }
}
