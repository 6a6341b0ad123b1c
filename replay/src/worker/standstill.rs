//! What a worker does when the program stood still: the time is left out of its clock, as that of a pause, and what
//! is outstanding is waited for that much longer. Units: microseconds of the run.

use super::Worker;
use super::pacer::Pace;
use crate::schedule::standstill::Standstill;

impl Worker {
    /// Looks whether the loop comes round much later than it meant to, and tells all workers.
    pub(super) fn notice_standstill(&self, pace: &Pace, now_us: u64) {
        let Some(standstill) = Standstill::between(pace.meant_us, now_us) else {
            return;
        };
        if self.control.note_standstill(standstill) {
            self.outbox.borrow_mut().stood_still(standstill.lasted_us());
        }
    }

    /// Leaves out what is new of the run's standstills; each worker the same spans, so that their clocks agree.
    pub(super) fn heed_standstills(&self, pace: &mut Pace) {
        for standstill in self.control.standstills_after(pace.standstills) {
            pace.standstills += 1;
            let lasted_us = standstill.lasted_us();
            self.in_flight.extend(lasted_us);
            // a clock that is held stands still anyway
            if pace.paused_since_us.is_none() {
                let mut clock = self.clock.borrow_mut();
                clock.set_paused(standstill.from_us, true);
                clock.set_paused(standstill.to_us, false);
                pace.paused_us += lasted_us;
            }
            for deadline_us in [&mut pace.closes_us, &mut pace.tells_us] {
                *deadline_us = deadline_us.map(|at_us| at_us.saturating_add(lasted_us));
            }
        }
    }
}
