//! How late a lane's requests would be at the plan's speed if the target took as long as the recorded server
//! did: service time does not shrink with the clock. Units: microseconds, of the recording where steps say
//! them, else of the run.

use std::collections::BTreeMap;

use super::lane::Step;
use crate::Plan;
use crate::plan::Speed;

/// So many answers are remembered; of one more, the first is taken to have come in time.
const MOST_OUTSTANDING: usize = 65_536;

/// Plays a lane in thought, step by step.
#[derive(Debug)]
pub(super) struct Backlog {
    speed: f64,
    from_us: Option<u64>,
    /// When the answers come that nobody has waited for yet, by rank.
    answered_us: BTreeMap<u32, f64>,
    /// When all answers were there that were waited for so far.
    waits_until_us: f64,
    latest_us: f64,
}

impl Backlog {
    pub(super) const fn new(plan: &Plan) -> Self {
        Self {
            speed: match plan.rate.speed {
                Speed::Times(times) => times,
                Speed::Max => f64::INFINITY,
            },
            from_us: None,
            answered_us: BTreeMap::new(),
            waits_until_us: 0.0,
            latest_us: 0.0,
        }
    }

    /// Plays the lane's next step.
    pub(super) fn step(&mut self, step: &Step) {
        let from_us = *self.from_us.get_or_insert(step.at_us);
        let intended_us = step.at_us.saturating_sub(from_us) as f64 / self.speed;
        let later = self.answered_us.split_off(&step.waits_for);
        for answered_us in std::mem::replace(&mut self.answered_us, later).into_values() {
            self.waits_until_us = self.waits_until_us.max(answered_us);
        }
        let sent_us = intended_us.max(self.waits_until_us);
        self.latest_us = self.latest_us.max(sent_us - intended_us);
        if self.answered_us.len() >= MOST_OUTSTANDING {
            self.answered_us.pop_first();
        }
        let answered_us = sent_us + f64::from(step.took_us);
        self.answered_us.insert(step.rank, answered_us);
    }

    /// How late the latest request would be; 0 without a clock.
    pub(super) fn behind_us(&self) -> u64 {
        if self.speed.is_finite() {
            self.latest_us as u64
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Rate;

    #[test]
    fn a_lane_cannot_keep_up_with_a_clock_faster_than_its_answers() {
        let behind = |speed| {
            let mut plan = Plan::of("x");
            plan.rate = Rate {
                speed,
                ..Rate::default()
            };
            let mut backlog = Backlog::new(&plan);
            // three requests 10 ms apart, each answered after 8 ms and each waiting for the one before
            for place in 0..3 {
                let mut step = Step::test(place + 1, u64::from(place) * 10_000, 8_000);
                (step.waits_for, step.rank) = (place, place);
                backlog.step(&step);
            }
            backlog.behind_us()
        };
        assert_eq!(behind(Speed::Times(1.0)), 0);
        // every 2 ms at five times the speed, while each answer still takes 8 ms
        assert_eq!(behind(Speed::Times(5.0)), 12_000);
        assert_eq!(behind(Speed::Max), 0);
    }
}
