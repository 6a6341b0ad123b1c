//! The recording's clock as the run lives it: how recorded time maps to the run's, at any speed, with
//! pauses. Units: microseconds; *recorded* since the recording's start, *run* since the run's start.

use serde::{Deserialize, Serialize};

/// How much faster than recorded time the run goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speed {
    /// So many times as fast; 1 is as recorded.
    Times(f64),
    /// Without a clock: each lane's next request goes as soon as it may.
    Max,
}

/// An absolute mapping of recorded time to the run's time, in pieces: each change of speed and each
/// pause begins a new piece at the present moment, so nothing already due moves.
#[derive(Clone, Debug, PartialEq)]
pub struct Clock {
    speed: Speed,
    paused: bool,
    recorded_us: f64,
    run_us: u64,
}

impl Clock {
    /// Both clocks at zero.
    pub const fn new(speed: Speed) -> Self {
        Self::beginning_at(speed, 0)
    }

    /// The run's clock at zero when recorded time is `recorded_us`.
    pub const fn beginning_at(speed: Speed, recorded_us: u64) -> Self {
        Self {
            speed,
            paused: false,
            recorded_us: recorded_us as f64,
            run_us: 0,
        }
    }

    /// When, in the run, recorded time `recorded_us` is reached; `None` while paused and not reached yet.
    pub fn run_at(&self, recorded_us: u64) -> Option<u64> {
        let ahead = recorded_us as f64 - self.recorded_us;
        match self.speed {
            Speed::Max => (!self.paused).then_some(self.run_us),
            Speed::Times(_) if self.paused && ahead > 0.0 => None,
            Speed::Times(times) => {
                let at = self.run_us as f64 + ahead / times;
                Some(at.ceil().max(0.0) as u64)
            }
        }
    }

    /// Which recorded time is reached at `run_us` of the run.
    pub fn recorded_at(&self, run_us: u64) -> f64 {
        match self.speed {
            Speed::Times(times) if !self.paused => {
                self.recorded_us + (run_us as f64 - self.run_us as f64) * times
            }
            Speed::Times(_) | Speed::Max => self.recorded_us,
        }
    }

    /// Goes at `speed` from `now_us` of the run on.
    pub fn set_speed(&mut self, now_us: u64, speed: Speed) {
        self.anchor(now_us);
        self.speed = speed;
    }

    /// Stands still, or goes on, from `now_us` of the run on.
    pub fn set_paused(&mut self, now_us: u64, paused: bool) {
        self.anchor(now_us);
        self.paused = paused;
    }

    /// Whether requests are paced by time at all.
    pub const fn speed(&self) -> Speed {
        self.speed
    }

    /// Whether it stands still.
    pub const fn is_paused(&self) -> bool {
        self.paused
    }

    fn anchor(&mut self, now_us: u64) {
        self.recorded_us = self.recorded_at(now_us);
        self.run_us = now_us;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn five_times_as_fast_needs_a_fifth_of_the_time() {
        let clock = Clock::new(Speed::Times(5.0));
        assert_eq!(clock.run_at(10_000_000), Some(2_000_000));
        assert_eq!(Clock::new(Speed::Max).run_at(10_000_000), Some(0));
    }

    #[test]
    fn a_run_that_goes_on_begins_in_the_middle_of_recorded_time() {
        let clock = Clock::beginning_at(Speed::Times(2.0), 60_000_000);
        assert_eq!(clock.run_at(61_000_000), Some(500_000));
        assert_eq!(clock.recorded_at(1_000_000) as u64, 62_000_000);
    }

    #[test]
    fn a_change_of_speed_moves_only_what_is_still_to_come() {
        let mut clock = Clock::new(Speed::Times(1.0));
        clock.set_speed(10_000, Speed::Times(2.0));
        assert_eq!(clock.run_at(10_000), Some(10_000));
        assert_eq!(clock.run_at(30_000), Some(20_000));
    }

    #[test]
    fn a_pause_holds_what_is_to_come_and_not_what_is_due() {
        let mut clock = Clock::new(Speed::Times(1.0));
        clock.set_paused(5_000, true);
        assert_eq!(clock.run_at(5_000), Some(5_000));
        assert_eq!(clock.run_at(6_000), None);
        clock.set_paused(9_000, false);
        assert_eq!(clock.run_at(6_000), Some(10_000));
    }

    proptest! {
        #[test]
        fn the_two_directions_agree(
            speed in 0.1_f64..50.0,
            changes in proptest::collection::vec((1_u64..10_000_000, 0.1_f64..50.0), 0..6),
            ahead in 0_u64..100_000_000,
        ) {
            let mut clock = Clock::new(Speed::Times(speed));
            let mut now = 0;
            for (step, speed) in changes {
                now += step;
                clock.set_speed(now, Speed::Times(speed));
            }
            let recorded = clock.recorded_at(now) as u64 + ahead;
            let run = clock.run_at(recorded).unwrap();
            prop_assert!(run + 1 >= now);
            // rounding to whole microseconds of the run is worth `speed` recorded microseconds
            prop_assert!((clock.recorded_at(run) - recorded as f64).abs() <= 51.0);
        }
    }
}
