//! What may be changed while a run is on: pause, rate, faults, the end. Shared by atomics, read by each
//! worker when it is woken for a change.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::plan::{Plan, Speed};
use crate::schedule::standstill::Standstill;

/// The live switches of a run; cheap to clone.
#[derive(Clone, Debug)]
pub struct Control(Arc<Switches>);

#[derive(Debug)]
struct Switches {
    /// Whether it is paced by a clock.
    has_rate: bool,
    /// The plan's faults as they are written.
    faults: Vec<String>,
    paused: AtomicBool,
    /// The bits of an `f64`: how many times the recorded arrival rate.
    rate: AtomicU64,
    /// Somebody chose the rate: the plan's stages no longer do.
    rate_chosen: AtomicBool,
    /// Bit i: fault i is on.
    faults_on: AtomicU32,
    ending: AtomicU32,
    /// When the program itself stood still: every worker leaves the same spans out of its clock.
    standstills: Mutex<Vec<Standstill>>,
    /// Counts changes, so that a worker sees whether it has to look.
    changes: AtomicU64,
    workers: Vec<Notify>,
}

/// Why a run ends before its plan does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It does not.
    No = 0,
    /// Somebody stopped it.
    Stopped = 1,
    /// A check failed.
    Aborted = 2,
    /// It could not go on.
    Failed = 3,
}

impl Switches {
    fn new(rate: f64, workers: u32) -> Self {
        Self {
            has_rate: true,
            faults: Vec::new(),
            paused: AtomicBool::new(false),
            rate: AtomicU64::new(rate.to_bits()),
            rate_chosen: AtomicBool::new(false),
            faults_on: AtomicU32::new(u32::MAX),
            ending: AtomicU32::new(Ending::No as u32),
            standstills: Mutex::default(),
            changes: AtomicU64::new(0),
            workers: (0..workers).map(|_| Notify::new()).collect(),
        }
    }
}

impl Control {
    /// The switches of a run of this plan, which has so many workers.
    pub(crate) fn of(plan: &Plan, workers: u32) -> Self {
        Self(Arc::new(Switches {
            has_rate: plan.rate.speed != Speed::Max,
            faults: plan.faults.iter().map(ToString::to_string).collect(),
            ..Switches::new(plan.times_at(0), workers)
        }))
    }

    /// The switches of a probe: it is paced as recorded, and has no faults.
    pub(crate) fn of_probe() -> Self {
        Self(Arc::new(Switches::new(1.0, 1)))
    }

    /// Holds the schedule: nothing more becomes due; what is outstanding is answered.
    pub fn pause(&self) {
        self.0.paused.store(true, Ordering::Release);
        self.changed();
    }

    /// Lets the schedule go on where it was held.
    pub fn resume(&self) {
        self.0.paused.store(false, Ordering::Release);
        self.changed();
    }

    /// Plays `times` the recorded arrival rate from now on, in the plan's own way: by more copies, or by
    /// a faster clock when the plan is by speed. The plan's stages are over then. Anything but a positive
    /// number is left unheard, and all where it has no rate.
    pub fn set_rate(&self, times: f64) {
        if self.has_rate() && times.is_finite() && times > 0.0 {
            self.0.rate_chosen.store(true, Ordering::Release);
            self.0.rate.store(times.to_bits(), Ordering::Release);
            self.changed();
        }
    }

    /// Turns the plan's fault `index` on or off.
    pub fn set_fault(&self, index: usize, on: bool) {
        let Some(bit) = u32::try_from(index)
            .ok()
            .and_then(|index| 1_u32.checked_shl(index))
        else {
            return;
        };
        if on {
            self.0.faults_on.fetch_or(bit, Ordering::AcqRel);
        } else {
            self.0.faults_on.fetch_and(!bit, Ordering::AcqRel);
        }
    }

    /// Ends the run: nothing more is sent, outstanding answers are waited for as the plan says, all that was
    /// measured is stored.
    pub fn stop(&self) {
        self.end(Ending::Stopped);
    }

    /// The plan's faults as they are written, in order, and whether each is on.
    pub fn faults(&self) -> impl Iterator<Item = (&str, bool)> {
        let on = self.faults_on();
        let faults = self.0.faults.iter().zip(0..);
        faults.map(move |(fault, bit)| (fault.as_str(), on >> bit & 1 == 1))
    }

    /// Whether it is paced by a clock, and so has a rate that can be changed; without, it goes as fast as the target
    /// answers.
    pub fn has_rate(&self) -> bool {
        self.0.has_rate
    }

    /// Whether it was told to end, or something ends it early.
    pub fn is_ending(&self) -> bool {
        self.ending() != Ending::No
    }

    /// Whether the schedule is held.
    pub fn is_paused(&self) -> bool {
        self.0.paused.load(Ordering::Acquire)
    }

    /// How many times the recorded arrival rate is asked for.
    pub fn rate(&self) -> f64 {
        f64::from_bits(self.0.rate.load(Ordering::Acquire))
    }

    /// Whether somebody chose the rate, and the plan's stages no longer do.
    pub(crate) fn is_rate_chosen(&self) -> bool {
        self.0.rate_chosen.load(Ordering::Acquire)
    }

    /// Shows the rate that the plan's stages have come to; every worker says the same.
    pub(crate) fn show_rate(&self, times: f64) {
        if !self.is_rate_chosen() {
            self.0.rate.store(times.to_bits(), Ordering::Release);
        }
    }

    /// Bit i: fault i is on.
    pub(crate) fn faults_on(&self) -> u32 {
        self.0.faults_on.load(Ordering::Relaxed)
    }

    /// Ends the run; the first reason stands.
    pub(crate) fn end(&self, why: Ending) {
        let from = Ending::No as u32;
        let _ =
            self.0
                .ending
                .compare_exchange(from, why as u32, Ordering::AcqRel, Ordering::Acquire);
        if why != Ending::Stopped {
            self.0.faults_on.store(0, Ordering::Release);
        }
        self.changed();
    }

    /// Why the run ends early, if it does.
    pub(crate) fn ending(&self) -> Ending {
        match self.0.ending.load(Ordering::Acquire) {
            1 => Ending::Stopped,
            2 => Ending::Aborted,
            3 => Ending::Failed,
            _ => Ending::No,
        }
    }

    /// Notes that the program stood still. False when another worker had noted it.
    pub(crate) fn note_standstill(&self, standstill: Standstill) -> bool {
        let mut all = self.standstills();
        let is_new = all
            .last()
            .is_none_or(|last| last.to_us <= standstill.from_us);
        if is_new {
            all.push(standstill);
            drop(all);
            self.changed();
        }
        is_new
    }

    /// The standstills after the first `known`.
    pub(crate) fn standstills_after(&self, known: usize) -> Vec<Standstill> {
        self.standstills().get(known..).unwrap_or_default().to_vec()
    }

    fn standstills(&self) -> MutexGuard<'_, Vec<Standstill>> {
        let all = self.0.standstills.lock();
        all.unwrap_or_else(PoisonError::into_inner)
    }

    /// How often anything was changed.
    pub(crate) fn changes(&self) -> u64 {
        self.0.changes.load(Ordering::Acquire)
    }

    /// Returns once worker `index` has something to look at.
    pub(crate) async fn noticed(&self, index: u32) {
        match self.0.workers.get(index as usize) {
            Some(notify) => notify.notified().await,
            None => std::future::pending().await,
        }
    }

    fn changed(&self) {
        self.0.changes.fetch_add(1, Ordering::AcqRel);
        for notify in &self.0.workers {
            notify.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standstill_that_two_workers_notice_is_one() {
        let control = Control::of_probe();
        let standstill = |from_us, to_us| Standstill { from_us, to_us };
        assert!(control.note_standstill(standstill(1_000_000, 9_000_000)));
        assert!(!control.note_standstill(standstill(1_200_000, 9_000_100)));
        assert!(control.note_standstill(standstill(20_000_000, 26_000_000)));
        assert_eq!(control.standstills_after(0).len(), 2);
        assert_eq!(
            control.standstills_after(1),
            [standstill(20_000_000, 26_000_000)]
        );
    }
}
