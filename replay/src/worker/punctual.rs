//! Makes up for how late sleeping threads are woken: the worker asks to be woken that much before a request
//! is due, and looks at its clock for the rest. Units: microseconds.

/// No wake-up is asked for earlier than this before its moment, whatever this machine's are like.
const MOST_AHEAD_US: f64 = 60.0;

/// The share of wake-ups that come no later than the delay that is reckoned with.
const QUANTILE: f64 = 0.9;

/// How far one wake-up moves the estimate.
const STEP_US: f64 = 1.0;

/// Knows how late this thread's wake-ups are.
#[derive(Debug, Default)]
pub(super) struct Punctual {
    /// An estimate of the [`QUANTILE`] of the delays, moved a little by each.
    delay_us: f64,
    /// When the timer was asked to wake the thread; `None` once that was learned from.
    asked_us: Option<u64>,
}

impl Punctual {
    /// When to ask to be woken for what is due at `due_us`: earlier, if the thread `may_watch` the clock from then on.
    pub(super) const fn wakes_us(&self, due_us: u64, may_watch: bool) -> u64 {
        if may_watch {
            due_us.saturating_sub(self.delay_us as u64)
        } else {
            due_us
        }
    }

    /// The timer was set to `wakes_us`.
    pub(super) const fn asked(&mut self, wakes_us: u64) {
        self.asked_us = Some(wakes_us);
    }

    /// The thread runs again at `now_us`, because of the timer if it is past what was asked for.
    pub(super) fn woke(&mut self, now_us: u64) {
        let Some(late_us) = self.asked_us.take().and_then(|at| now_us.checked_sub(at)) else {
            return;
        };
        let up = late_us as f64 > self.delay_us;
        self.delay_us += STEP_US * if up { QUANTILE } else { QUANTILE - 1.0 };
        self.delay_us = self.delay_us.clamp(0.0, MOST_AHEAD_US);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Wakes a thread `times` times, each so much later than it asked for.
    fn woken(punctual: &mut Punctual, times: u64, late_us: impl Fn(u64) -> u64) {
        for number in 0..times {
            punctual.asked(1_000);
            punctual.woke(1_000 + late_us(number));
        }
    }

    #[test]
    fn it_asks_as_much_earlier_as_nine_in_ten_wake_ups_are_late() {
        let mut punctual = Punctual::default();
        assert_eq!(punctual.wakes_us(5_000, true), 5_000);
        woken(&mut punctual, 10_000, |number| number * 7 % 50);
        let ahead_us = 5_000 - punctual.wakes_us(5_000, true);
        assert_eq!(punctual.wakes_us(5_000, false), 5_000);
        assert!((40..=50).contains(&ahead_us), "{ahead_us}");
        woken(&mut punctual, 10_000, |_| 3);
        assert!(5_000 - punctual.wakes_us(5_000, true) <= 3);
    }

    #[test]
    fn a_machine_that_stalls_does_not_make_it_watch_the_clock_for_long() {
        let mut punctual = Punctual::default();
        woken(&mut punctual, 1_000, |_| 100_000);
        assert_eq!(5_000 - punctual.wakes_us(5_000, true), 60);
    }

    #[test]
    fn it_learns_nothing_from_what_the_timer_did_not_wake() {
        let mut punctual = Punctual::default();
        punctual.asked(1_000);
        punctual.woke(400);
        punctual.woke(9_000);
        assert_eq!(punctual.wakes_us(5_000, true), 5_000);
    }
}
