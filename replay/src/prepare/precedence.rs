//! Which answers a request waits for: those its client had received before sending it, no others.
//!
//! Within a lane the answers are ranked by when the recording completed them. A request then waits
//! for a *number*, the first so many ranks, which never falls along the lane.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Ranks the answers of a lane whose requests come in order of sending; it remembers only those that the
/// recording had outstanding.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    /// When each was answered, and its place in the lane.
    outstanding: BinaryHeap<Reverse<(u64, u32)>>,
    sent: u32,
    answered: u32,
}

impl Ranking {
    /// Takes the lane's next request: when its first byte was sent, and when the last byte of its answer
    /// came, or its own last byte when no answer belongs to it. Tells the ranks of the answers that came
    /// before it, each with its request's place in the lane, and how many answers it waits for.
    pub(crate) fn next(
        &mut self,
        sent_us: u64,
        answered_us: u64,
        mut ranked: impl FnMut(u32, u32),
    ) -> u32 {
        // with coarse clocks an exchange can take no time: only earlier requests may be waited for
        while let Some(Reverse((_, place))) = self
            .outstanding
            .peek()
            .filter(|Reverse((at_us, _))| *at_us <= sent_us)
        {
            ranked(*place, self.answered);
            self.answered += 1;
            self.outstanding.pop();
        }
        self.outstanding.push(Reverse((answered_us, self.sent)));
        self.sent += 1;
        self.answered
    }

    /// Tells the ranks of the answers that no request waits for.
    pub(crate) fn finish(mut self, mut ranked: impl FnMut(u32, u32)) {
        while let Some(Reverse((_, place))) = self.outstanding.pop() {
            ranked(place, self.answered);
            self.answered += 1;
        }
    }
}

/// Which answers of a lane are there: a run of ranks from zero, and some beyond it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Received {
    run: u32,
    beyond: Vec<u32>,
}

impl Received {
    /// Notes the answer of `rank`; noting it twice changes nothing.
    pub(crate) fn note(&mut self, rank: u32) {
        if rank != self.run {
            if rank > self.run && !self.beyond.contains(&rank) {
                self.beyond.push(rank);
            }
            return;
        }
        self.run += 1;
        while let Some(at) = self.beyond.iter().position(|rank| *rank == self.run) {
            self.beyond.swap_remove(at);
            self.run += 1;
        }
    }

    /// Whether all of the ranks `0..waits_for` are there.
    pub(crate) const fn reaches(&self, waits_for: u32) -> bool {
        self.run >= waits_for
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The rank and what is waited for of each request: when it was sent, when it was answered.
    fn precedence(lane: &[(u64, u64)]) -> (Vec<u32>, Vec<u32>) {
        let mut ranks = vec![u32::MAX; lane.len()];
        let mut ranking = Ranking::default();
        let mut ranked = |place: u32, rank| ranks[place as usize] = rank;
        let waits = lane
            .iter()
            .map(|(sent, answered)| ranking.next(*sent, *answered, &mut ranked))
            .collect();
        ranking.finish(&mut ranked);
        (ranks, waits)
    }

    #[test]
    fn a_script_waits_for_each_answer_and_a_browser_for_the_page_only() {
        let (_, waits) = precedence(&[(0, 5), (6, 9), (10, 12)]);
        assert_eq!(waits, [0, 1, 2]);
        // a page, then three requests at once, then a click after two of them
        let (ranks, waits) = precedence(&[(0, 5), (6, 20), (6, 9), (7, 8), (10, 12)]);
        assert_eq!(waits, [0, 1, 1, 1, 3]);
        assert_eq!(ranks, [0, 4, 2, 1, 3]);
    }

    #[test]
    fn exchanges_that_took_no_time_never_wait_for_themselves_or_later_ones() {
        let (_, waits) = precedence(&[(3, 3), (3, 3), (3, 3)]);
        assert_eq!(waits, [0, 1, 2]);
    }

    proptest! {
        #[test]
        fn a_request_waits_for_exactly_what_had_been_received(
            mut times in proptest::collection::vec((0_u64..40, 0_u64..15), 0..24)
        ) {
            times.sort_by_key(|(sent, _)| *sent);
            let lane: Vec<_> = times.iter().map(|(sent, took)| (*sent, sent + took)).collect();
            let (ranks, waits) = precedence(&lane);
            prop_assert!(waits.is_sorted());
            for (i, waits_for) in waits.iter().enumerate() {
                for (j, rank) in ranks.iter().enumerate() {
                    let received = j < i && lane[j].1 <= lane[i].0;
                    prop_assert_eq!(rank < waits_for, received, "{} waits for {}", i, j);
                }
            }
        }

        #[test]
        fn answers_may_arrive_in_any_order(ranks in Just((0_u32..20).collect::<Vec<_>>()).prop_shuffle()) {
            let mut received = Received::default();
            for (i, rank) in ranks.iter().enumerate() {
                received.note(*rank);
                received.note(*rank);
                let seen = &ranks[..=i];
                let run = (0..).find(|rank| !seen.contains(rank)).unwrap();
                prop_assert!(received.reaches(run) && !received.reaches(run + 1));
            }
        }
    }
}
