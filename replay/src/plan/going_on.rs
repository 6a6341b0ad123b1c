//! Going on with a run that repeats its recording, or plays several copies of it: its plan, from the moment it had
//! reached. Lanes begin at their beginnings there, those that had been under way included; where the recording is
//! repeated no copy has the number of an earlier one.

use serde::{Deserialize, Serialize};

use super::{Plan, Speed};

/// Where in its recording a run begins that goes on with another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begins {
    /// How often the recording has begun before.
    pub repetition: u32,
    /// The moment of the recording; microseconds.
    pub at_us: u64,
    /// How many of the stages that the plan was written with were over.
    #[serde(default, skip_serializing_if = "is_none")]
    pub stages_over: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

impl Begins {
    /// Counted through all repetitions of a recording that is so long; microseconds.
    pub(crate) fn counted_us(self, length_us: u64) -> u64 {
        let into_us = self.at_us.min(length_us.saturating_sub(1));
        length_us
            .saturating_mul(self.repetition.into())
            .saturating_add(into_us)
    }
}

/// How far a run got that repeats its recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// When, in microseconds since its start, it intended the last exchange it sent.
    pub run_us: u64,
    /// The moment of the recording, or of the part of it that is played, at which that was; microseconds.
    pub recorded_us: u64,
    /// The highest number that a copy of a lane had.
    pub copy: u32,
}

impl Plan {
    /// Whether a lane copy of this number begins where its lane did, in one repetition or another.
    pub fn is_in_place(&self, copy: u32) -> bool {
        copy.is_multiple_of(self.copies_numbered())
    }

    /// Whether a run of it that ended early goes on with the lane copies that had not ended, each from its beginning:
    /// without a clock there is no moment that it had reached, and copies are each at another one of the recording.
    pub fn goes_on_by_lanes(&self) -> bool {
        !self.repeats() && (self.rate.speed == Speed::Max || self.copies_numbered() > 1)
    }

    /// What is left of such a plan with a clock, from that moment of what is played on; microseconds.
    #[must_use]
    pub fn by_lanes_from(mut self, at_us: u64) -> Self {
        self.begins.at_us = at_us;
        self
    }

    /// What is left of a plan that repeats its recording; `None` when its time is over.
    #[must_use]
    pub fn gone_on(mut self, reached: Progress) -> Option<Self> {
        let mut stages_over = self.begins.stages_over;
        if let Some(lasts_us) = self.lasts_us() {
            let left_us = lasts_us
                .checked_sub(reached.run_us)
                .filter(|us| *us >= 1_000)?;
            self.duration_ms = self.duration_ms.map(|_| left_us / 1_000);
            let before = self.stages.list().len();
            self.stages = self.stages.after(reached.run_us, left_us);
            stages_over += before - self.stages.list().len();
        }
        self.warm_up_ms = self.warm_up_ms.saturating_sub(reached.run_us / 1_000);
        self.abort_after_ms = self.abort_after_ms.saturating_sub(reached.run_us / 1_000);
        self.begins = Begins {
            repetition: reached.copy / self.copies_numbered() + 1,
            at_us: reached.recorded_us,
            stages_over,
        };
        Some(self)
    }

    /// How many numbers the copies of a lane take in each repetition.
    pub(crate) fn copies_numbered(&self) -> u32 {
        (self.most_copies().ceil() as u32).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(run_us: u64, copy: u32) -> Progress {
        Progress {
            run_us,
            recorded_us: 4_000_000,
            copy,
        }
    }

    #[test]
    fn a_loop_goes_on_in_its_next_repetition_with_what_is_left_of_its_time() {
        let mut plan = Plan::of("x");
        plan.repeat = true;
        plan.rate.copies = 3.0;
        plan.warm_up_ms = 30_000;
        assert!(plan.is_in_place(6) && !plan.is_in_place(7));
        let endless = plan.clone().gone_on(reached(20_000_000, 7)).unwrap();
        let begins = Begins {
            repetition: 3,
            at_us: 4_000_000,
            stages_over: 0,
        };
        assert_eq!((endless.begins, endless.duration_ms), (begins, None));
        assert_eq!(endless.warm_up_ms, 10_000);
        assert_eq!(begins.counted_us(10_000_000), 34_000_000);
        assert_eq!(begins.counted_us(1_000_000), 3_999_999);
        plan.duration_ms = Some(60_000);
        let left = plan.clone().gone_on(reached(20_500_000, 0)).unwrap();
        assert_eq!(left.duration_ms, Some(39_500));
        assert_eq!(plan.gone_on(reached(60_000_000, 0)), None);
    }

    #[test]
    fn stages_go_on_at_the_rate_they_had_come_to() {
        let mut plan = Plan::of("x");
        plan.stages = "1x:10s,2x..6x:20s,3x:10s".parse().unwrap();
        let left = plan.clone().gone_on(reached(20_000_000, 11)).unwrap();
        assert_eq!(left.stages.to_string(), "4x..6x:10s,3x:10s");
        // six numbers in each repetition as before: none of them comes again
        assert_eq!(left.begins.repetition, 2);
        let last = plan.clone().gone_on(reached(35_000_000, 11)).unwrap();
        assert_eq!(last.stages.to_string(), "3x:5s");
        assert_eq!(last.begins.repetition, 4);
        assert_eq!(plan.clone().gone_on(reached(40_000_000, 11)), None);
        plan.duration_ms = Some(60_000);
        let after = plan.gone_on(reached(50_000_000, 11)).unwrap();
        assert_eq!(after.stages.to_string(), "3x:10s");
        assert_eq!(after.duration_ms, Some(10_000));
    }
}
