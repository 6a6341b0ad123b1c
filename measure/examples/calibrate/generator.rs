//! A simulated generator that is held up now and then: what is due meanwhile leaves late and all at once, and what
//! comes back is read late. Requests of a lane wait for each other, so that lateness is handed on.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::traffic::Chance;

const LANES: usize = 60;

/// How a generator is held up.
#[derive(Clone, Copy)]
pub(super) struct HeldUp {
    /// From one time to the next, on average.
    pub(super) every_us: f64,
    /// For how long, at least and at most.
    pub(super) lasts_us: (f64, f64),
    /// Whether the target is on the same machine, and stands still meanwhile, too.
    pub(super) with_target: bool,
}

/// A request of the plan.
pub(super) struct Asked {
    pub(super) at_us: f64,
    pub(super) operation: u32,
}

/// A request as it was played.
pub(super) struct Played {
    pub(super) asked: Asked,
    pub(super) lane: u32,
    pub(super) ready_us: f64,
    pub(super) sent_us: f64,
    pub(super) done_us: f64,
    pub(super) failed: bool,
}

/// To be ordered by.
fn nanoseconds(at_us: f64) -> u64 {
    (at_us * 1e3) as u64
}

/// When it was held up, from and to.
struct Stops(Vec<(f64, f64)>);

impl HeldUp {
    /// Plays a plan, asking `target` how long each request takes that is sent at a time and whether it fails; the
    /// requests as they ended.
    pub(super) fn play(
        self,
        plan: Vec<Asked>,
        chance: &mut Chance,
        mut target: impl FnMut(f64, u32, &mut Chance) -> (f64, bool),
    ) -> Vec<Played> {
        let end_us = plan.last().map_or(0.0, |last| last.at_us) + 1e7;
        let stops = self.stops(end_us, chance);
        let mut lanes: Vec<VecDeque<Asked>> = (0..LANES).map(|_| VecDeque::new()).collect();
        for (number, asked) in plan.into_iter().enumerate() {
            lanes[number * 7_919 % LANES].push_back(asked);
        }
        let mut due = BinaryHeap::new();
        // when the next request of a lane is ready, by lane
        let mut ready_us = vec![0.0_f64; LANES];
        for (lane, asked) in lanes.iter().enumerate() {
            if let Some(first) = asked.front() {
                ready_us[lane] = first.at_us;
                due.push(Reverse((nanoseconds(stops.over(first.at_us)), lane)));
            }
        }
        let mut played = Vec::new();
        while let Some(Reverse((_, lane))) = due.pop() {
            let Some(asked) = lanes[lane].pop_front() else {
                continue;
            };
            let ready_at_us = ready_us[lane];
            let sent_us = stops.over(ready_at_us);
            let (took_us, failed) = target(sent_us, asked.operation, chance);
            let answered_us = if self.with_target {
                stops.later(sent_us, took_us)
            } else {
                sent_us + took_us
            };
            let done_us = stops.over(answered_us).round();
            if let Some(next) = lanes[lane].front() {
                ready_us[lane] = next.at_us.max(done_us);
                due.push(Reverse((nanoseconds(stops.over(ready_us[lane])), lane)));
            }
            played.push(Played {
                asked,
                lane: lane as u32,
                ready_us: ready_at_us,
                sent_us,
                done_us,
                failed,
            });
        }
        played.sort_by(|a, b| a.done_us.total_cmp(&b.done_us));
        played
    }

    fn stops(self, end_us: f64, chance: &mut Chance) -> Stops {
        let mut stops: Vec<(f64, f64)> = Vec::new();
        let mut at_us = 0.0;
        while at_us < end_us {
            at_us += chance.exponential(self.every_us);
            let lasts_us = self.lasts_us.0 + chance.unit() * (self.lasts_us.1 - self.lasts_us.0);
            stops.push((at_us, at_us + lasts_us));
            at_us += lasts_us;
        }
        Stops(stops)
    }
}

impl Stops {
    /// When what is due at a time is done.
    fn over(&self, at_us: f64) -> f64 {
        let next = self.0.partition_point(|(_, to)| *to <= at_us);
        match self.0.get(next) {
            Some((from, to)) if *from <= at_us => *to,
            _ => at_us,
        }
    }

    /// When something ends that takes so long and stands still in between.
    fn later(&self, from_us: f64, took_us: f64) -> f64 {
        let mut at_us = self.over(from_us);
        let mut left_us = took_us;
        loop {
            let next = self.0.partition_point(|(_, to)| *to <= at_us);
            match self.0.get(next) {
                Some((from, to)) if *from - at_us < left_us => {
                    left_us -= from - at_us;
                    at_us = *to;
                }
                _ => return at_us + left_us,
            }
        }
    }
}
