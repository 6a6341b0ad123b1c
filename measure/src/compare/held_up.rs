//! When the generator itself was held up, and how much of an answer's time that can explain at most: requests that
//! left late, the queue they made at the target when they then left together, answers that were read late, and
//! whatever else on the machine stood still meanwhile. Unit: microseconds of the run.

use std::collections::{HashMap, VecDeque};

use crate::Sample;

/// Lateness below this is noise of the operating system's timers.
const NOTICED_US: u64 = 1_000;
/// A run is cut into moments of this length, or into so many longer ones.
const MOMENT_US: u64 = 1_000;
const MOST_MOMENTS: u64 = 1 << 20;
/// How much shorter a queue of requests that left together gets in a moment, as a share of it: a target that is nine
/// tenths busy has a tenth of its time for what came too early.
const QUEUE_GOES: f64 = 0.1;
/// A queue longer than this is one.
const QUEUED_US: u64 = 1_000;
/// Answers of a lane that a later request of it can have waited for.
const REMEMBERED: usize = 8;

/// What is noted of the requests of a run, in any order.
#[derive(Clone, Debug)]
pub(super) struct HeldUp {
    moment_us: u64,
    /// By how much the latest request that left in each moment was late.
    late_us: Vec<u32>,
    /// In each moment, how many more begin to be late than leave.
    begun: Vec<i32>,
}

/// What lateness explains, once all of it is known.
#[derive(Clone, Debug)]
pub(super) struct Lateness {
    moment_us: u64,
    /// How much longer than intended a request sent in each moment may have to queue.
    queue_us: Vec<u32>,
    /// In how many moments, up to and with each one, the generator was held up.
    held: Vec<u32>,
    /// By lane and copy, when the last answers came, and how much earlier they could have come.
    owed: HashMap<(u32, u32), VecDeque<(u64, u64)>>,
}

impl HeldUp {
    /// Of a run of about this length.
    pub(super) fn new(duration_us: u64) -> Self {
        Self {
            moment_us: MOMENT_US.max(duration_us / MOST_MOMENTS),
            late_us: Vec::new(),
            begun: Vec::new(),
        }
    }

    /// Notes how late a request left. What held it up may have begun before there was something to hold up: as
    /// long before, at most, as it lasted from then on.
    pub(super) fn note(&mut self, sample: &Sample) {
        let late_us = sample.lateness_us();
        if late_us < NOTICED_US {
            return;
        }
        let since = moment(sample.ready_us.saturating_sub(late_us), self.moment_us);
        let left = moment(sample.sent_us, self.moment_us);
        if left >= self.late_us.len() {
            self.late_us.resize(left + 1, 0);
            self.begun.resize(left + 2, 0);
        }
        let latest = &mut self.late_us[left];
        *latest = (*latest).max(u32::try_from(late_us).unwrap_or(u32::MAX));
        self.begun[since] += 1;
        self.begun[left + 1] -= 1;
    }

    /// What all that was noted explains.
    pub(super) fn settled(&self) -> Lateness {
        let goes = (self.moment_us as f64 * QUEUE_GOES) as u32;
        let mut queue = 0_u32;
        let queue_us = self.late_us.iter().map(|late_us| {
            queue = queue.saturating_sub(goes).max(*late_us);
            queue
        });
        let queue_us = queue_us.collect();
        let (mut late, mut moments) = (0, 0);
        let held = self.begun.iter().map(|begun| {
            late += begun;
            moments += u32::from(late > 0);
            moments
        });
        Lateness {
            moment_us: self.moment_us,
            queue_us,
            held: held.collect(),
            owed: HashMap::new(),
        }
    }
}

impl Lateness {
    /// By how much earlier an answer could have come, at most, had the generator not been late; of the exchanges of a
    /// lane one after the other, as they ended.
    pub(super) fn explains_us(&mut self, sample: &Sample) -> u64 {
        let lane = (sample.lane, sample.copy);
        let waited_us = match self.owed.get(&lane) {
            Some(owed) if sample.waiting_us() > 0 => {
                let freed = |(done_us, _): &&(u64, u64)| *done_us == sample.ready_us;
                let earlier_us = owed.iter().rev().find(freed).map_or(0, |(_, us)| *us);
                earlier_us.min(sample.waiting_us())
            }
            _ => 0,
        };
        let late_us = waited_us + sample.lateness_us();
        let explained_us = late_us + self.queue_us(sample) + self.held_us(sample);
        let explained_us = explained_us.min(sample.response_us());
        if explained_us > 0 {
            let owed = self.owed.entry(lane).or_default();
            if owed.len() >= REMEMBERED {
                owed.pop_front();
            }
            owed.push_back((sample.done_us, explained_us));
        }
        explained_us
    }

    /// Whether a failure can be its doing: it left late or behind others that did, or the generator was held up
    /// when it ended, so that an answer may have been there in time.
    pub(super) fn explains_failure(&self, sample: &Sample) -> bool {
        let sent = moment(sample.sent_us, self.moment_us);
        let done = moment(sample.done_us, self.moment_us);
        self.queue_at(sent) > QUEUED_US || self.moments_to(done) > self.moments_before(done)
    }

    /// The longest queue while it was under way.
    fn queue_us(&self, sample: &Sample) -> u64 {
        let sent = moment(sample.sent_us, self.moment_us);
        let done = moment(sample.done_us, self.moment_us);
        let end = (done + 1).min(self.queue_us.len());
        let under_way = self.queue_us.get(sent..end).unwrap_or_default();
        let longest = under_way.iter().copied().max();
        longest.map_or_else(|| self.queue_at(sent), u64::from)
    }

    fn queue_at(&self, moment: usize) -> u64 {
        if let Some(queue_us) = self.queue_us.get(moment) {
            return u64::from(*queue_us);
        }
        let since_us = (moment + 1 - self.queue_us.len()) as f64 * self.moment_us as f64;
        let last = self.queue_us.last().copied().unwrap_or(0);
        (f64::from(last) - since_us * QUEUE_GOES).max(0.0) as u64
    }

    /// How long the generator was held up while it was under way.
    fn held_us(&self, sample: &Sample) -> u64 {
        let sent = moment(sample.sent_us, self.moment_us);
        let done = moment(sample.done_us, self.moment_us);
        let moments = self.moments_to(done) - self.moments_before(sent);
        u64::from(moments) * self.moment_us
    }

    fn moments_to(&self, moment: usize) -> u32 {
        let held = self.held.get(moment).or_else(|| self.held.last());
        held.copied().unwrap_or(0)
    }

    fn moments_before(&self, moment: usize) -> u32 {
        moment
            .checked_sub(1)
            .map_or(0, |before| self.moments_to(before))
    }
}

/// The moment that a time falls into; what lies far beyond the planned end falls into one last moment.
fn moment(at_us: u64, moment_us: u64) -> usize {
    (at_us / moment_us).min(4 * MOST_MOMENTS) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, SampleFlags};

    /// Ready at `ready_us`, sent `late_us` later, answered `took_us` after that.
    fn exchange(ready_us: u64, late_us: u64, took_us: u64) -> Sample {
        let sent_us = ready_us + late_us;
        Sample {
            exchange: 1,
            lane: 1,
            copy: 0,
            operation: 1,
            intended_us: ready_us,
            ready_us,
            sent_us,
            first_byte_us: Some(sent_us + took_us),
            done_us: sent_us + took_us,
            outcome: Outcome::Ok,
            status: 200,
            flags: SampleFlags::empty(),
            sent_bytes: 0,
            received_bytes: 0,
            faults: 0,
        }
    }

    fn late(samples: &[Sample]) -> Lateness {
        let mut held_up = HeldUp::new(60_000_000);
        samples.iter().for_each(|sample| held_up.note(sample));
        held_up.settled()
    }

    #[test]
    fn a_punctual_generator_explains_its_microseconds_and_nothing_else() {
        let punctual = exchange(5_000, 40, 900);
        let mut lateness = late(&[punctual]);
        assert_eq!(lateness.explains_us(&punctual), 40);
        assert!(!lateness.explains_failure(&punctual));
    }

    #[test]
    fn what_left_late_and_what_queued_behind_it_are_explained_by_less_and_less() {
        let held = exchange(100_000, 20_000, 30_000);
        let mut lateness = late(&[held]);
        let explained_us = lateness.explains_us(&held);
        assert!((40_000..45_000).contains(&explained_us), "{explained_us}");
        for (after_us, least_us, most_us) in [
            (10_000, 19_000, 20_000),
            (100_000, 9_000, 12_000),
            (300_000, 0, 0),
        ] {
            let later = exchange(120_000 + after_us, 0, 50_000);
            let explained_us = lateness.explains_us(&later);
            assert!(
                (least_us..=most_us).contains(&explained_us),
                "{after_us}: {explained_us}"
            );
            assert_eq!(lateness.explains_failure(&later), least_us > 0);
        }
    }

    #[test]
    fn what_was_under_way_while_nothing_was_read_may_have_been_answered_before() {
        let under_way = exchange(90_000, 0, 30_500);
        let mut lateness = late(&[exchange(100_000, 20_000, 1_000)]);
        let explained_us = lateness.explains_us(&under_way);
        assert_eq!(explained_us, under_way.response_us());
        assert!(lateness.explains_failure(&under_way));
    }

    #[test]
    fn a_lane_hands_on_what_its_answers_came_late() {
        let first = exchange(100_000, 20_000, 100_000);
        let mut lateness = late(&[first]);
        let earlier_us = lateness.explains_us(&first);
        let mut second = exchange(first.done_us, 0, 600_000);
        second.intended_us = first.done_us - 60_000;
        let elsewhere = Sample { lane: 2, ..second };
        let own_us = lateness.explains_us(&elsewhere);
        assert_eq!(lateness.explains_us(&second), own_us + earlier_us);
        second.intended_us = first.done_us - 5_000;
        assert_eq!(lateness.explains_us(&second), own_us + 5_000);
    }

    #[test]
    fn a_run_of_days_is_kept_in_as_little() {
        let mut held_up = HeldUp::new(2 * 86_400_000_000);
        held_up.note(&exchange(2 * 86_400_000_000, 5_000, 10));
        assert!(held_up.late_us.len() <= 2 * MOST_MOMENTS as usize);
        held_up.note(&exchange(u64::MAX / 2, 5_000, 10));
        assert!(held_up.late_us.len() <= 4 * MOST_MOMENTS as usize + 1);
    }
}
