//! The worker's loop: sleeps until something is due, lets it go, hands over what was measured, heeds the
//! switches. Units: microseconds of the run unless a name says `recorded`.

use std::rc::Rc;

use reprise_measure::{Outcome, readable};
use tokio::sync::mpsc;

use super::Worker;
use super::fetch::Fetched;
use super::lane_copy::{Found, LaneCopy};
use super::load::Load;
use super::punctual::Punctual;
use super::unread::UNREAD_US;
use crate::plan::Speed;
use crate::reason::SkipReason;
use crate::run::control::Ending;
use crate::run::event::WarningKind;
use crate::schedule::copies::copies_of;
use crate::schedule::timer::Timer;

/// How long before its first request a lane copy is made, so that its bytes are there in time.
const LEAD_US: u64 = 1_000_000;

/// How long what is wanted from the store is gathered before it is asked for.
pub(super) const ASK_AFTER_US: u64 = 5_000;

/// How long after the end of the run's time it is said what is still sent, microseconds: a target that keeps up has
/// answered by then.
const TELL_AFTER_US: u64 = 1_000_000;

/// How the loop stands.
#[derive(Debug, Default)]
pub(super) struct Pace {
    changes: u64,
    rate: f64,
    /// The next moment at which the stages may change the rate, pauses left out.
    stage_us: Option<u64>,
    pub(super) paused_since_us: Option<u64>,
    /// How long it was held so far, and stood still.
    pub(super) paused_us: u64,
    /// Set when nothing more becomes due; outstanding answers are waited for until then.
    pub(super) closes_us: Option<u64>,
    /// When what is due by the end of the run's time, and not sent, is spoken of.
    pub(super) tells_us: Option<u64>,
    asked_us: u64,
    woke_us: u64,
    /// When the loop meant to come round again.
    pub(super) meant_us: u64,
    /// How many of the run's standstills are left out of the clock.
    pub(super) standstills: usize,
}

impl Worker {
    /// Plays everything on the agenda.
    ///
    /// # Errors
    /// The timer failed.
    pub(super) async fn pace(
        self: Rc<Self>,
        timer: &Timer,
        mut fetched: mpsc::UnboundedReceiver<Fetched>,
    ) -> std::io::Result<()> {
        let plan = &self.program.prepared.plan;
        let mut pace = Pace {
            rate: plan.times_at(0),
            stage_us: plan.stages.next_change_us(0),
            ..Pace::default()
        };
        self.begin_lanes(0);
        self.ask();
        let origin = self.program.origin;
        loop {
            tokio::select! {
                begun = timer.until(origin.at(0)) => break begun?,
                Some(found) = fetched.recv() => self.take_fetched(found),
            }
        }
        let mut load = Load::new();
        let mut punctual = Punctual::default();
        loop {
            let now_us = self.now_us();
            self.notice_standstill(&pace, now_us);
            pace.meant_us = now_us;
            if let Some(busy) = load.look(now_us) {
                self.outbox.borrow_mut().busy(&busy);
            }
            self.heed(&mut pace, now_us);
            self.leave_behind(now_us);
            self.begin_lanes(now_us);
            self.release_due(now_us);
            self.want_due(now_us);
            if self.wanted_is_due(&pace, now_us) {
                pace.asked_us = now_us;
                self.ask();
            }
            self.in_flight.sweep(now_us);
            self.outbox.borrow_mut().flush_if_due(now_us);
            if self.is_over(&pace, now_us) {
                break;
            }
            let until_us = self.next_wake(&pace, &load, now_us);
            self.sleeps_until_us.set(until_us);
            let wakes_us = punctual.wakes_us(until_us, load.may_watch());
            pace.meant_us = wakes_us.max(now_us);
            let is_near = (now_us + 1..=now_us + UNREAD_US).contains(&wakes_us);
            if is_near && self.unread.may_stay(load.coalesce_us() > 0) {
                self.stop_for_the_next(&mut pace, &load, &mut punctual)
                    .await;
                while let Ok(found) = fetched.try_recv() {
                    self.take_fetched(found);
                }
                continue;
            }
            if wakes_us <= now_us {
                // answers have their turn, however much is due
                tokio::task::yield_now().await;
            } else {
                punctual.asked(wakes_us);
            }
            tokio::select! {
                woken = timer.until(origin.at(wakes_us)) => woken?,
                () = self.wake.notified() => {}
                () = self.control.noticed(self.index) => {}
                Some(found) = fetched.recv() => self.take_fetched(found),
            }
            let woke_us = self.now_us();
            if wakes_us <= now_us {
                load.turned(woke_us - now_us);
            } else {
                punctual.woke(woke_us);
            }
            pace.woke_us = woke_us;
        }
        self.close();
        Ok(())
    }

    /// Lets what was released go out and reads what has come; what comes then is read after the next moment at
    /// which something is due.
    async fn stop_for_the_next(&self, pace: &mut Pace, load: &Load, punctual: &mut Punctual) {
        // the first turn sends, and finds what has come; the second reads it
        tokio::task::yield_now().await;
        tokio::task::yield_now().await;
        let now_us = self.now_us();
        let until_us = self.next_wake(pace, load, now_us).min(now_us + UNREAD_US);
        let wakes_us = punctual.wakes_us(until_us, load.may_watch());
        if wakes_us > now_us {
            punctual.asked(wakes_us);
            Timer::stop_until(self.program.origin.at(wakes_us));
            punctual.woke(self.now_us());
        }
        pace.woke_us = self.now_us();
    }

    /// Looks at the switches when one was moved, and at the time the plan gives.
    fn heed(self: &Rc<Self>, pace: &mut Pace, now_us: u64) {
        let changes = self.control.changes();
        if changes != pace.changes {
            pace.changes = changes;
            self.heed_standstills(pace);
            self.heed_pause(pace, now_us);
            if self.control.is_rate_chosen() {
                pace.stage_us = None;
                self.set_rate(pace, now_us, self.control.rate());
            }
        }
        self.heed_stages(pace, now_us);
        if pace.closes_us.is_some() {
            if self.control.ending() != Ending::No {
                self.drop_what_is_due();
            }
            if pace.tells_us.is_some_and(|tells_us| now_us >= tells_us) {
                pace.tells_us = None;
                self.tell_time_is_up();
            }
            return;
        }
        let plan = &self.program.prepared.plan;
        let lived_us = now_us - pace.paused_us;
        if self.control.ending() != Ending::No {
            self.drop_what_is_due();
            pace.closes_us = Some(now_us + plan.drain_ms * 1_000);
            self.closing.set(true);
        } else if pace.paused_since_us.is_none()
            && let Some(lasts_us) = plan.lasts_us().filter(|lasts_us| lived_us >= *lasts_us)
        {
            // however late this is looked at, what became due before the end is sent
            let ends_us = lasts_us + pace.paused_us;
            self.begin_lanes(ends_us);
            self.release_due(ends_us);
            pace.closes_us = Some(now_us + plan.timeout_ms * 1_000);
            pace.tells_us = Some(now_us + TELL_AFTER_US);
            self.closing.set(true);
        }
        if pace.closes_us.is_some() {
            let mut agenda = self.agenda.borrow_mut();
            agenda.beginnings.clear();
            agenda.steps.clear();
            agenda.wants.clear();
            drop(agenda);
            let lanes: Vec<Rc<LaneCopy>> = self.lanes.borrow().values().cloned().collect();
            for lane_copy in &lanes {
                self.leave(lane_copy);
            }
        }
    }

    fn heed_pause(self: &Rc<Self>, pace: &mut Pace, now_us: u64) {
        match (self.control.is_paused(), pace.paused_since_us) {
            (true, None) => {
                pace.paused_since_us = Some(now_us);
                self.clock.borrow_mut().set_paused(now_us, true);
            }
            (false, Some(since_us)) => {
                pace.paused_since_us = None;
                pace.paused_us += now_us - since_us;
                self.clock.borrow_mut().set_paused(now_us, false);
                // without a clock nothing but an answer would make them go on
                let lanes: Vec<Rc<LaneCopy>> = self.lanes.borrow().values().cloned().collect();
                for lane_copy in &lanes {
                    self.advance(lane_copy, now_us);
                }
            }
            _ => {}
        }
    }

    /// Takes the steps of the plan's stages that are due, each at its own moment however late it is
    /// looked at: the same run makes the same choices.
    fn heed_stages(self: &Rc<Self>, pace: &mut Pace, now_us: u64) {
        let plan = &self.program.prepared.plan;
        while let Some(stage_us) = pace.stage_us {
            let at_us = stage_us + pace.paused_us;
            if pace.paused_since_us.is_some() || now_us < at_us || pace.closes_us.is_some() {
                return;
            }
            pace.stage_us = plan.stages.next_change_us(stage_us);
            let rate = plan.times_at(stage_us);
            self.control.show_rate(rate);
            self.set_rate(pace, at_us, rate);
        }
    }

    /// A new rate from `at_us` on: a faster clock when the plan is by speed, else more copies or fewer.
    fn set_rate(self: &Rc<Self>, pace: &mut Pace, at_us: u64, rate: f64) {
        let before = std::mem::replace(&mut pace.rate, rate);
        if before == rate {
            return;
        }
        let plan = &self.program.prepared.plan;
        if plan.rate.is_by_speed() {
            if plan.rate.speed != Speed::Max {
                self.clock.borrow_mut().set_speed(at_us, Speed::Times(rate));
            }
            return;
        }
        self.places.arrange(&self.program, rate);
        let recorded_us = self.clock.borrow().recorded_at(at_us);
        let mut agenda = self.agenda.borrow_mut();
        for lane in &self.program.prepared.lanes {
            let (old, new) = (
                copies_of(plan.seed, lane.id, before),
                copies_of(plan.seed, lane.id, rate),
            );
            agenda.add_copies(&self.program, self.index, lane, old..new, recorded_us);
        }
        agenda
            .beginnings
            .retain(|beginning| beginning.0.place < copies_of(plan.seed, beginning.0.lane, rate));
        drop(agenda);
        let lanes: Vec<Rc<LaneCopy>> = self.lanes.borrow().values().cloned().collect();
        for lane_copy in lanes {
            let stays = lane_copy.beginning.place < copies_of(plan.seed, lane_copy.lane, rate);
            lane_copy.retiring.set(!stays);
            if !stays {
                self.retire_if_between(&lane_copy);
            }
        }
    }

    /// What is due and not sent will not be: somebody ended the run.
    fn drop_what_is_due(&self) {
        for lane_copy in self.lanes.borrow().values() {
            let unsent = lane_copy.pass_over_unsent();
            self.outbox
                .borrow_mut()
                .skipped(SkipReason::Stopped, unsent);
        }
    }

    /// Says why the run goes on after its time: what was due by its end belongs to it, and leaving it out would leave
    /// out the longest waits.
    fn tell_time_is_up(&self) {
        let lanes = self.lanes.borrow();
        let unsent: usize = lanes.values().map(|lane_copy| lane_copy.unsent()).sum();
        if unsent == 0 {
            return;
        }
        let most = readable::duration(self.program.prepared.plan.timeout_ms * 1_000);
        let message = format!(
            "the time is up and the target is behind: {} that were due by then wait for earlier answers, and are sent \
             as they come, for at most {most} (--timeout); Ctrl-C leaves them out",
            readable::counted(unsent as u64, "request")
        );
        self.outbox
            .borrow_mut()
            .warn(WarningKind::TimeIsUp, message);
    }

    /// Makes the lane copies that begin soon.
    fn begin_lanes(self: &Rc<Self>, now_us: u64) {
        if self.closing.get() {
            return;
        }
        let by_us = self.recorded_by(now_us + LEAD_US);
        while self.places.may_make() {
            let beginning = self.agenda.borrow_mut().take_beginning(by_us);
            let Some(beginning) = beginning else { return };
            self.begin(beginning, now_us);
        }
    }

    /// The recorded time that is reached at `run_us`; everything, when there is no clock.
    pub(super) fn recorded_by(&self, run_us: u64) -> f64 {
        let clock = self.clock.borrow();
        match clock.speed() {
            Speed::Max if !clock.is_paused() => {
                self.front.limit_us().map_or(f64::INFINITY, |us| us as f64)
            }
            _ => clock.recorded_at(run_us),
        }
    }

    fn wanted_is_due(&self, pace: &Pace, now_us: u64) -> bool {
        let wanted = self.wanted.borrow().len();
        wanted > 0 && (self.starving.get() || now_us >= pace.asked_us + ASK_AFTER_US)
    }

    /// Asks the store's reader for what is wanted.
    pub(super) fn ask(&self) {
        self.starving.set(false);
        let wanted = std::mem::take(&mut *self.wanted.borrow_mut());
        if !wanted.is_empty() {
            self.fetcher.want(self.index, wanted);
        }
    }

    fn take_fetched(self: &Rc<Self>, found: Fetched) {
        let now_us = self.now_us();
        for (wanted, outgoing) in found {
            let lane_copy = self.lanes.borrow().get(&wanted.lane_copy).cloned();
            if let Some(lane_copy) = lane_copy {
                let step = wanted.step as usize;
                let found = outgoing.map_or(Found::Unreadable, Found::Here);
                lane_copy.keep_found(step, found);
                // most steps are fetched before their time
                if step == lane_copy.next.get() {
                    self.advance(&lane_copy, now_us);
                }
            }
        }
    }

    fn is_over(&self, pace: &Pace, now_us: u64) -> bool {
        let Some(closes_us) = pace.closes_us else {
            return self.lanes.borrow().is_empty() && self.agenda.borrow().first_us().is_none();
        };
        let all_sent = || {
            self.lanes
                .borrow()
                .values()
                .all(|lane_copy| lane_copy.next.get() >= lane_copy.due.get())
        };
        now_us >= closes_us || (self.in_flight.is_empty() && all_sent())
    }

    /// When the loop has to run again at the latest.
    fn next_wake(&self, pace: &Pace, load: &Load, now_us: u64) -> u64 {
        let agenda = self.agenda.borrow();
        let clock = self.clock.borrow();
        let due_us = agenda
            .steps
            .peek()
            .filter(|step| self.front.admits(step.0.at_us))
            .and_then(|step| clock.run_at(step.0.at_us));
        let begins_us = agenda
            .beginnings
            .peek()
            .filter(|one| self.places.may_make() && self.front.admits(one.0.at_us))
            .and_then(|one| clock.run_at(one.0.at_us));
        let asks_us = (!self.wanted.borrow().is_empty()).then_some(pace.asked_us + ASK_AFTER_US);
        let plan = &self.program.prepared.plan;
        let goes_on = pace.closes_us.is_none() && pace.paused_since_us.is_none();
        let lived = |us: u64| goes_on.then(|| us.saturating_add(pace.paused_us));
        let ends_us = plan.lasts_us().and_then(lived);
        let stage_us = pace.stage_us.and_then(lived);
        let paced_us = due_us.map(|due_us| due_us.max(pace.woke_us + load.coalesce_us()));
        [
            paced_us,
            begins_us.map(|begins_us| begins_us.saturating_sub(LEAD_US)),
            asks_us,
            ends_us,
            stage_us,
            pace.closes_us,
            pace.tells_us,
            self.outbox.borrow().due_us(),
            self.in_flight.sweeps_us(),
            self.front.looks_us(),
            self.wants_us(),
        ]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(now_us + LEAD_US)
    }

    /// The run is over for this worker: what is still outstanding is unfinished, what is due unsent.
    fn close(&self) {
        let now_us = self.now_us();
        self.drop_what_is_due();
        let mut outbox = self.outbox.borrow_mut();
        for mut sample in self.in_flight.drain() {
            sample.outcome = Outcome::Unfinished;
            sample.done_us = now_us.max(sample.sent_us);
            outbox.ended(sample, now_us);
        }
        outbox.close();
    }
}
