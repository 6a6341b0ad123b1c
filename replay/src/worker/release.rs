//! From due to sent: lane copies begin, their steps become due, wait for what they must wait for, and go.
//! Units: microseconds of the run unless a name says `recorded`.

use std::cmp::Reverse;
use std::rc::Rc;
use std::sync::Arc;

use reprise_fault::Position;
use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_wire::Protocol;

use super::Worker;
use super::agenda::{Beginning, DueStep};
use super::exchange::Job;
use super::fetch::Outgoing;
use super::lane_copy::{Found, LaneCopy};
use crate::plan::{CopyWrites, MissingValues, Speed};
use crate::prepare::lane::{Lane, Marks, Step};
use crate::reason::SkipReason;
use crate::run::control::Ending;
use crate::run::event::WarningKind;

/// A lane further behind than this is anchored anew: it would only measure its own backlog.
const MOST_BEHIND_US: u64 = 5_000_000;

impl Worker {
    /// Makes a lane copy and puts its first step on the agenda.
    pub(super) fn begin(self: &Rc<Self>, beginning: Beginning, now_us: u64) {
        let program = &self.program;
        let Some(lane) = program.lane(beginning.lane) else {
            return;
        };
        self.outbox.borrow_mut().left_out(&lane.skipped);
        let plan = &program.prepared.plan;
        let copy = beginning
            .place
            .wrapping_add(beginning.repetition.wrapping_mul(plan.copies_numbered()));
        let number = self.next_number();
        let program = Arc::clone(program);
        let lane_copy = Rc::new(LaneCopy::new(program, number, lane, copy, beginning));
        if self.is_paced() {
            self.repeat(beginning);
        }
        if lane.steps.is_empty() {
            return;
        }
        self.lanes
            .borrow_mut()
            .insert(number, Rc::clone(&lane_copy));
        self.seat(Rc::clone(&lane_copy), lane);
        self.want_ahead(&lane_copy, lane, now_us);
    }

    /// Opens what a lane copy had opened before its first request.
    pub(super) fn open_ahead(self: &Rc<Self>, lane_copy: Rc<LaneCopy>, lane: &Lane) {
        if lane.protocol == Some(Protocol::Mysql) {
            let at_us = lane_copy.beginning.at_us;
            let opening = Rc::clone(self).open_mysql_ahead(lane_copy, at_us);
            tokio::task::spawn_local(opening);
        }
    }

    /// Puts a lane copy's next playing on the agenda, if the plan has one. With a clock that is done when it
    /// begins; without one its next playing follows its end.
    fn repeat(&self, beginning: Beginning) {
        if self.program.prepared.plan.repeats() && !self.closing.get() {
            let again = Beginning {
                at_us: beginning.at_us + self.program.prepared.length_us,
                repetition: beginning.repetition + 1,
                ..beginning
            };
            self.agenda.borrow_mut().beginnings.push(Reverse(again));
        }
    }

    /// Lets everything become due that is, and sends what may go.
    pub(super) fn release_due(self: &Rc<Self>, now_us: u64) {
        if self.closing.get() {
            return;
        }
        let by_us = self.recorded_by(now_us);
        loop {
            let due = self.agenda.borrow_mut().take_due(by_us);
            let Some(due) = due else { return };
            let lane_copy = self.lanes.borrow().get(&due.lane_copy).cloned();
            let Some(lane_copy) = lane_copy else { continue };
            lane_copy.held.set(false);
            let Some(lane) = self.program.lane(lane_copy.lane) else {
                continue;
            };
            let at_us = lane_copy.intended_us(lane, lane_copy.due.get());
            // a lane anchored anew has moved behind what the agenda says
            if at_us.is_some_and(|at_us| at_us as f64 <= by_us) {
                lane_copy.due.set(lane_copy.due.get() + 1);
                self.outbox.borrow_mut().planned(1);
            }
            if self.is_paced() {
                self.put_on_agenda(&lane_copy, lane);
            }
            self.advance(&lane_copy, now_us);
        }
    }

    /// Sends the lane copy's next steps as far as they are due and have what they wait for.
    pub(super) fn advance(self: &Rc<Self>, lane_copy: &Rc<LaneCopy>, now_us: u64) {
        if let Some(lane) = self.program.lane(lane_copy.lane)
            && let Some(job) = self.release(lane_copy, lane, now_us)
        {
            self.start(lane_copy, job);
        }
    }

    fn start(self: &Rc<Self>, lane_copy: &Rc<LaneCopy>, job: Job) {
        tokio::task::spawn_local(Rc::clone(self).serve(Rc::clone(lane_copy), job));
    }

    /// Releases the lane copy's next steps as far as they are due and have what they wait for. The last of
    /// them is the caller's to send, the others are on their way.
    fn release(self: &Rc<Self>, lane_copy: &Rc<LaneCopy>, lane: &Lane, now_us: u64) -> Option<Job> {
        let mut last = None;
        while !self.retire_if_between(lane_copy) {
            let index = lane_copy.next.get();
            let Some(step) = lane_copy.step(lane, index) else {
                break;
            };
            if !self.is_due(lane_copy, lane, index) || !lane_copy.may_send(&step) {
                break;
            }
            let Some(outgoing) = self.fetched(lane_copy, lane, index, now_us) else {
                self.starving.set(true);
                self.wake.notify_one();
                break;
            };
            if let Some(outgoing) = &outgoing
                && self.awaits_victim(lane_copy, &step, outgoing)
            {
                lane_copy.keep_found(index, Found::Here(Arc::clone(outgoing)));
                break;
            }
            lane_copy.next.set(index + 1);
            self.advances(lane_copy, lane);
            let Some(outgoing) = outgoing else {
                self.cannot_read(lane_copy, &step);
                continue;
            };
            if let Some(reason) = self.left_out(lane_copy, &step, &outgoing) {
                self.outbox.borrow_mut().skipped(reason, 1);
                lane_copy.received.borrow_mut().note(step.rank);
                continue;
            }
            lane_copy.in_flight.set(lane_copy.in_flight.get() + 1);
            let sample = self.sample(lane_copy, lane, index, &step, now_us);
            self.outbox.borrow_mut().sent();
            let job = Job {
                step,
                outgoing,
                sample,
                ticket: self.in_flight.begin(sample),
            };
            if let Some(earlier) = last.replace(job) {
                self.start(lane_copy, earlier);
            }
        }
        let waits = lane_copy.next.get() < lane_copy.due.get();
        self.unread.waits(&lane_copy.waits, waits);
        self.want_ahead(lane_copy, lane, now_us);
        if lane_copy.is_over(lane) {
            if self.dismiss(lane_copy) && !self.is_paced() {
                self.repeat(lane_copy.beginning);
            }
            self.wake.notify_one();
        }
        last
    }

    /// The bytes of a step that may go. Where those before it were left out, nobody had asked for it yet, and what is
    /// at hand is not announced by the reader: nothing else would let the lane go on.
    fn fetched(
        &self,
        lane_copy: &LaneCopy,
        lane: &Lane,
        index: usize,
        now_us: u64,
    ) -> Option<Option<Arc<Outgoing>>> {
        let found = lane_copy.take_found(index).or_else(|| {
            self.want_ahead(lane_copy, lane, now_us);
            lane_copy.take_found(index)
        });
        match found? {
            Found::Here(outgoing) => Some(Some(outgoing)),
            Found::Unreadable => Some(None),
            Found::OnShelf(wanted) => {
                let outgoing = self.fetcher.at_hand(&wanted);
                if outgoing.is_none() {
                    self.wanted.borrow_mut().push(wanted);
                }
                outgoing.map(Some)
            }
        }
    }

    /// Why this copy does not send a step of its lane.
    fn left_out(
        &self,
        lane_copy: &LaneCopy,
        step: &Step,
        outgoing: &Outgoing,
    ) -> Option<SkipReason> {
        let plan = &self.program.prepared.plan;
        if self.kills_nobody(lane_copy, outgoing) {
            return Some(SkipReason::KillTarget);
        }
        if let Some(reason) = self.cannot_be_done(lane_copy, step, outgoing) {
            return Some(reason);
        }
        if plan.copy_writes == CopyWrites::Skip && lane_copy.copy > 0 && step.writes_mysql() {
            return Some(SkipReason::CopyWrite);
        }
        let lacks =
            plan.missing_values == MissingValues::Skip && lane_copy.lacks_value(&outgoing.carries);
        lacks.then_some(SkipReason::ValueMissing)
    }

    /// Whether a step's time has come. Without a clock it comes when the step before has been released.
    fn is_due(&self, lane_copy: &LaneCopy, lane: &Lane, index: usize) -> bool {
        if index < lane_copy.due.get() {
            return true;
        }
        // the first step of a lane copy becomes due by the agenda
        let held = self.closing.get() || self.clock.borrow().is_paused();
        let goes_on = index > 0 && !held && !self.is_paced();
        if goes_on && self.is_held(lane_copy, lane, index) {
            return false;
        }
        if goes_on {
            lane_copy.due.set(index + 1);
            self.outbox.borrow_mut().planned(1);
        }
        goes_on
    }

    fn cannot_read(&self, lane_copy: &LaneCopy, step: &Step) {
        let message = format!("exchange {} cannot be read back", step.exchange);
        let mut outbox = self.outbox.borrow_mut();
        outbox.skipped(SkipReason::Unreadable, 1);
        outbox.warn(WarningKind::Unreadable, message);
        drop(outbox);
        lane_copy.received.borrow_mut().note(step.rank);
    }

    /// A lane's steps cannot be read back: what is still to come is not known, and the run ends here.
    pub(super) fn cannot_go_on(&self) {
        let message = "the plan cannot be read back beside its recording: ending".to_owned();
        self.outbox
            .borrow_mut()
            .warn(WarningKind::Unreadable, message);
        self.control.end(Ending::Failed);
    }

    /// An answer has arrived: what waited for it may go. The step that the caller is to send next, if there is one.
    pub(super) fn answered(
        self: &Rc<Self>,
        lane_copy: &Rc<LaneCopy>,
        lane: &Lane,
        step: &Step,
        done_us: u64,
    ) -> Option<Job> {
        lane_copy
            .in_flight
            .set(lane_copy.in_flight.get().saturating_sub(1));
        let next = lane_copy.step(lane, lane_copy.next.get());
        let waited = next.filter(|next| !lane_copy.may_send(next));
        lane_copy.received.borrow_mut().note(step.rank);
        if waited.is_some_and(|next| lane_copy.may_send(&next)) {
            lane_copy.freed_us.set(done_us);
        }
        let job = self.release(lane_copy, lane, self.now_us());
        if self.closing.get() {
            if job.is_none() {
                self.leave(lane_copy);
            }
            self.wake.notify_one();
        }
        job
    }

    /// Ends a lane copy that is surplus, if nothing of it is open. True when it has ended.
    pub(super) fn retire_if_between(self: &Rc<Self>, lane_copy: &LaneCopy) -> bool {
        let lane = self.program.lane(lane_copy.lane);
        if !lane_copy.retiring.get() || !lane.is_some_and(|lane| lane_copy.is_between(lane)) {
            return false;
        }
        if self.dismiss(lane_copy) {
            let mut outbox = self.outbox.borrow_mut();
            outbox.skipped(SkipReason::Retired, lane_copy.pass_over_unsent());
            outbox.retired();
        }
        true
    }

    /// Whether steps become due by the clock, not by the answers.
    pub(super) fn is_paced(&self) -> bool {
        self.clock.borrow().speed() != Speed::Max
    }

    /// Puts the next step that is not due yet on the agenda.
    pub(super) fn put_on_agenda(&self, lane_copy: &LaneCopy, lane: &Lane) {
        if self.closing.get() {
            return;
        }
        let Some(at_us) = lane_copy.intended_us(lane, lane_copy.due.get()) else {
            return;
        };
        let due = DueStep {
            at_us,
            lane_copy: lane_copy.number,
        };
        self.agenda.borrow_mut().steps.push(Reverse(due));
        let wakes_us = self.clock.borrow().run_at(at_us).unwrap_or(u64::MAX);
        if wakes_us < self.sleeps_until_us.get() {
            self.wake.notify_one();
        }
    }

    /// The sample of a step about to be sent: when it was intended, and since when it could go.
    fn sample(
        &self,
        lane_copy: &LaneCopy,
        lane: &Lane,
        index: usize,
        step: &Step,
        now_us: u64,
    ) -> Sample {
        let recorded_us = lane_copy.intended_us(lane, index).unwrap_or(0);
        let (mut intended_us, paced) = {
            let clock = self.clock.borrow();
            (
                clock.run_at(recorded_us).unwrap_or(now_us).min(now_us),
                clock.speed(),
            )
        };
        let ready_us = intended_us.max(lane_copy.freed_us.get().min(now_us));
        match paced {
            Speed::Max => {
                // without a clock a step is intended the moment it may go; while the run stands still none may
                intended_us = ready_us;
            }
            Speed::Times(times) if ready_us - intended_us > MOST_BEHIND_US => {
                lane_copy.move_by(((ready_us - intended_us) as f64 * times) as u64);
                self.outbox.borrow_mut().reanchored();
                intended_us = ready_us;
            }
            Speed::Times(_) => {}
        }
        Sample {
            exchange: step.exchange,
            lane: lane_copy.lane,
            copy: lane_copy.copy,
            operation: step.operation,
            intended_us,
            ready_us,
            sent_us: now_us,
            first_byte_us: None,
            done_us: now_us,
            outcome: Outcome::Ok,
            status: 0,
            flags: if step.marks.contains(Marks::SETUP) {
                SampleFlags::SETUP
            } else {
                SampleFlags::empty()
            },
            sent_bytes: 0,
            received_bytes: 0,
            faults: 0,
        }
    }

    /// Where the seeded choices of a step depend on.
    pub(super) const fn position(sample: &Sample) -> Position {
        Position {
            lane: sample.lane,
            copy: sample.copy,
            exchange: sample.exchange,
        }
    }
}
