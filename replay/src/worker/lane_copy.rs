//! One copy of a lane while it is played: how far it is, what it holds of the target's answers, its
//! connections. Lives on one thread. Units: microseconds, *recorded* time unless said otherwise.

mod ahead;
mod window;

use std::cell::{Cell, RefCell};
use std::sync::Arc;

use super::agenda::Beginning;
use super::fetch::Wanted;
use crate::http::connection::HttpConnection;
use crate::http::jar::Jar;
use crate::http::template::Fills;
use crate::http::values::{Carry, Fill, Number, Shared};
use crate::mysql::lane::MysqlLane;
use crate::prepare::lane::{Lane, Marks, Step};
use crate::prepare::precedence::Received;
use crate::run::program::Program;
use crate::users::Account;
use ahead::Ahead;
pub(crate) use ahead::Found;
use window::{AT_ONCE, Window};

/// How many steps ahead of the one to send are fetched at most.
const AHEAD: usize = 16;

/// The recorded connection, and the route, that a connection stands for.
type StandsFor = (u32, u16);

/// What became of a connection that a request left behind for the next.
#[derive(Debug)]
pub(crate) enum Idle {
    /// It can be used.
    Open(HttpConnection),
    /// The target has closed it.
    Closed,
    /// There is none: it is the first request, or one before it is still outstanding or failed.
    None,
}

/// A copy of a lane.
#[derive(Debug)]
pub(crate) struct LaneCopy {
    program: Arc<Program>,
    /// Its number in its worker; never used again.
    pub(crate) number: u64,
    /// The lane's id.
    pub(crate) lane: u32,
    /// Which copy, counted on through repetitions.
    pub(crate) copy: u32,
    /// What it began with.
    pub(crate) beginning: Beginning,
    /// The steps from the one before the next on, and others that are looked at: a lane that is behind has steps
    /// due that are far from the next.
    near: RefCell<Window>,
    far: RefCell<Window>,
    /// A step could not be read back.
    pub(crate) is_broken: Cell<bool>,
    /// How far re-anchoring has moved it.
    moved_us: Cell<u64>,
    /// Steps before this one have become due.
    pub(crate) due: Cell<usize>,
    /// Steps before this one have been released.
    pub(crate) next: Cell<usize>,
    /// Steps before this one have been asked for.
    asked: Cell<usize>,
    pub(crate) in_flight: Cell<u32>,
    /// It has a place among those that play at once.
    pub(crate) plays: Cell<bool>,
    /// It is to end at the next point between transactions.
    pub(crate) retiring: Cell<bool>,
    /// The next step is a KILL, and the connection it names is still to be opened.
    pub(crate) awaits_victim: Cell<bool>,
    /// A step of it is due and waits for an answer.
    pub(crate) waits: Cell<bool>,
    /// When, in the run's time, the answer came that the next step had waited for; without a clock, at first, when
    /// its place did.
    pub(crate) freed_us: Cell<u64>,
    /// Which part of the recording it is in, where lane copies are kept together.
    pub(crate) part: Cell<Option<u64>>,
    /// The agenda says when to ask for its next steps.
    pub(crate) wants: Cell<bool>,
    /// It waits on the agenda for others that are far behind.
    pub(crate) held: Cell<bool>,
    pub(crate) received: RefCell<Received>,
    ahead: RefCell<Ahead>,
    pub(crate) jar: RefCell<Jar>,
    values: RefCell<Vec<Option<Box<[u8]>>>>,
    /// What they were when recorded.
    pub(crate) recorded_values: Vec<Box<[u8]>>,
    /// By the recorded connection and the route it stands for; `None` once the target has closed it.
    idle: RefCell<Vec<(StandsFor, Option<HttpConnection>)>>,
    pub(crate) mysql: MysqlLane,
}

impl LaneCopy {
    pub(crate) fn new(
        program: Arc<Program>,
        number: u64,
        lane: &Lane,
        copy: u32,
        beginning: Beginning,
    ) -> Self {
        let read = program.prepared.notes.values(lane.values.recorded_at);
        Self {
            is_broken: Cell::new(read.is_err()),
            recorded_values: read.unwrap_or_default(),
            program,
            number,
            lane: lane.id,
            copy,
            beginning,
            near: RefCell::default(),
            far: RefCell::default(),
            moved_us: Cell::new(0),
            due: Cell::new(0),
            next: Cell::new(0),
            asked: Cell::new(0),
            in_flight: Cell::new(0),
            plays: Cell::new(false),
            retiring: Cell::new(false),
            awaits_victim: Cell::new(false),
            waits: Cell::new(false),
            freed_us: Cell::new(0),
            part: Cell::new(None),
            wants: Cell::new(false),
            held: Cell::new(false),
            received: RefCell::default(),
            ahead: RefCell::default(),
            jar: RefCell::default(),
            values: RefCell::new(vec![None; lane.values.count]),
            idle: RefCell::default(),
            mysql: MysqlLane::of(lane.session.as_deref()),
        }
    }

    /// The step at this place of the lane; `None` after the last, and when it cannot be read back.
    pub(crate) fn step(&self, lane: &Lane, index: usize) -> Option<Step> {
        if index >= lane.steps.len() {
            return None;
        }
        if let Some(step) = self.near.borrow().get(index) {
            return Some(step);
        }
        if let Some(step) = self.far.borrow().get(index) {
            return Some(step);
        }
        let before = self.next.get().saturating_sub(1);
        let (window, from) = if (before..before + AT_ONCE).contains(&index) {
            (&self.near, before)
        } else {
            (&self.far, index)
        };
        let mut window = window.borrow_mut();
        let moved = window.move_to(from, lane.steps, &self.program.prepared);
        self.is_broken.set(self.is_broken.get() || moved.is_err());
        window.get(index)
    }

    /// When step `index` is intended, in recorded time.
    pub(crate) fn intended_us(&self, lane: &Lane, index: usize) -> Option<u64> {
        let step = self.step(lane, index)?;
        let into_lane = step.at_us.saturating_sub(lane.plays_from_us);
        Some(self.beginning.at_us + self.moved_us.get() + into_lane)
    }

    /// Moves everything still to come by `by_us`.
    pub(crate) fn move_by(&self, by_us: u64) {
        self.moved_us.set(self.moved_us.get() + by_us);
    }

    /// Whether the next step's awaited answers are all there.
    pub(crate) fn may_send(&self, step: &Step) -> bool {
        self.received.borrow().reaches(step.waits_for)
    }

    /// Whether it could end here without leaving anything open.
    pub(crate) fn is_between(&self, lane: &Lane) -> bool {
        let before = self
            .next
            .get()
            .checked_sub(1)
            .and_then(|last| self.step(lane, last));
        self.in_flight.get() == 0
            && before.is_none_or(|step| !step.marks.contains(Marks::IN_TRANSACTION))
    }

    /// How many of its steps are due and not sent.
    pub(crate) fn unsent(&self) -> usize {
        self.due.get() - self.next.get()
    }

    /// Passes over what is due and not sent; how many steps that were.
    pub(crate) fn pass_over_unsent(&self) -> u64 {
        let unsent = self.unsent();
        self.next.set(self.due.get());
        unsent as u64
    }

    /// Whether all has been sent and answered.
    pub(crate) fn is_over(&self, lane: &Lane) -> bool {
        self.next.get() >= lane.steps.len() && self.in_flight.get() == 0
    }

    /// Whether there may be steps to ask for.
    pub(crate) fn may_want(&self, lane: &Lane) -> bool {
        let asked = self.asked.get();
        asked < lane.steps.len() && asked < self.next.get() + AHEAD
    }

    /// The next step to ask for, if it is time for that; `horizon_us` is the recorded time up to which
    /// steps are near. Without room for more requests, only what is about to be sent is asked for.
    pub(crate) fn next_wanted(
        &self,
        lane: &Lane,
        horizon_us: f64,
        has_room: bool,
    ) -> Option<Wanted> {
        let most = if has_room { AHEAD } else { 1 };
        let (next, index) = (self.next.get(), self.asked.get());
        let step = self.step(lane, index)?;
        if index >= next + most || self.intended_us(lane, index)? as f64 > horizon_us {
            return None;
        }
        self.asked.set(index + 1);
        Some(Wanted {
            lane_copy: self.number,
            step: index as u32,
            exchange: step.exchange,
            bytes: 1_usize
                .checked_shl(step.size_log2.into())
                .unwrap_or(usize::MAX >> 1),
        })
    }

    /// When the next step that was not asked for is intended, in recorded time.
    pub(crate) fn asks_us(&self, lane: &Lane) -> Option<u64> {
        self.intended_us(lane, self.asked.get())
    }

    /// Keeps what was found of the request of step `index`.
    pub(crate) fn keep_found(&self, index: usize, found: Found) {
        self.ahead.borrow_mut().keep(index, found);
    }

    /// What was found of the request of the next step, `index`; `None` while that is not known.
    pub(crate) fn take_found(&self, index: usize) -> Option<Found> {
        self.ahead.borrow_mut().take(index)
    }

    /// Calls `with` what can be filled into a request.
    pub(crate) fn fills<T>(
        &self,
        secrets: &[Option<Vec<u8>>],
        account: Option<&Account>,
        of_others: &[Shared],
        with: impl FnOnce(Fills<'_>) -> T,
    ) -> T {
        let (jar, values) = (self.jar.borrow(), self.values.borrow());
        with(Fills {
            jar: &jar,
            values: &values,
            secrets,
            account,
            of_others,
        })
    }

    /// Calls `with` the values the target has answered, by number.
    pub(crate) fn with_values<T>(&self, with: impl FnOnce(&[Option<Box<[u8]>>]) -> T) -> T {
        with(&self.values.borrow())
    }

    /// Whether a request carries a value of an answer that has not come.
    pub(crate) fn lacks_value(&self, carries: &[Carry]) -> bool {
        let values = self.values.borrow();
        carries.iter().any(|carry| match carry.fill {
            Fill::Value(number) => values.get(number).is_none_or(Option::is_none),
            Fill::OfAnother(_) | Fill::Secret(_) | Fill::User | Fill::Password => false,
        })
    }

    /// Whether the target has answered a value of the lane.
    pub(crate) fn has_value(&self, number: Number) -> bool {
        match number {
            Number::Own(number) => {
                let values = self.values.borrow();
                values.get(number as usize).is_some_and(Option::is_some)
            }
            Number::Shared(_) => false,
        }
    }

    /// Keeps a value the target answered.
    pub(crate) fn keep_value(&self, number: usize, value: Vec<u8>) {
        if let Some(slot) = self.values.borrow_mut().get_mut(number) {
            *slot = Some(value.into_boxed_slice());
        }
    }

    /// The idle connection standing for the step's recorded one.
    pub(crate) fn take_idle(&self, step: &Step) -> Idle {
        let mut idle = self.idle.borrow_mut();
        let stands_for = (step.connection, step.route);
        let Some(at) = idle.iter().position(|(of, _)| *of == stands_for) else {
            return Idle::None;
        };
        let (_, connection) = idle.swap_remove(at);
        connection
            .and_then(|mut connection| connection.is_open().then_some(connection))
            .map_or(Idle::Closed, Idle::Open)
    }

    /// Keeps a connection for the next request of the recorded one it stands for, on the same route; `None`
    /// when the target closes it.
    pub(crate) fn keep_idle(&self, step: &Step, connection: Option<HttpConnection>) {
        let stands_for = (step.connection, step.route);
        self.idle.borrow_mut().push((stands_for, connection));
    }
}
