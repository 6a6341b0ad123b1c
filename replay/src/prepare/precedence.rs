//! Which answers a request waits for: those its client had received before sending it, no others.
//!
//! Within a lane the answers are ranked by when the recording completed them. A request then waits
//! for a *number*, the first so many ranks, which never falls along the lane.

use reprise_wire::{Protocol, Timestamp};
use rustc_hash::FxHashMap;

use super::lane::Lane;
use crate::http::values::Fill;

/// What the recording knows about one request of a lane. The lane is in order of `sent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// The first byte of the request.
    pub(crate) sent: Timestamp,
    /// The last byte of its answer; the last byte of the request when no answer belongs to it.
    pub(crate) answered: Timestamp,
}

/// What one request of a lane waits for, and where its own answer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Precedence {
    /// It may be sent once the answers of ranks `0..waits_for` are there.
    pub(crate) waits_for: u32,
    /// The rank of its own answer.
    pub(crate) rank: u32,
}

/// The precedence of each request of a lane; `lane` is in order of `sent`.
pub(crate) fn precedence(lane: &[Recorded]) -> Vec<Precedence> {
    let mut by_answer: Vec<(Timestamp, usize)> = lane
        .iter()
        .enumerate()
        .map(|(index, recorded)| (recorded.answered, index))
        .collect();
    by_answer.sort_unstable();
    let mut found = vec![
        Precedence {
            waits_for: 0,
            rank: 0
        };
        lane.len()
    ];
    for (rank, (_, index)) in (0_u32..).zip(&by_answer) {
        if let Some(precedence) = found.get_mut(*index) {
            precedence.rank = rank;
        }
    }
    let mut received = by_answer.iter().peekable();
    let mut waits_for = 0;
    for (index, (recorded, precedence)) in lane.iter().zip(&mut found).enumerate() {
        // with coarse clocks an exchange can take no time: only earlier requests may be waited for
        while received
            .next_if(|(at, of)| *at <= recorded.sent && *of < index)
            .is_some()
        {
            waits_for += 1;
        }
        precedence.waits_for = waits_for;
    }
    found
}

/// Makes HTTP requests of a lane wait for the answers they take values from, and those before them, only.
pub(crate) fn wait_for_values_only(lane: &mut Lane) {
    let ranks: FxHashMap<u32, u32> = lane
        .steps
        .iter()
        .map(|step| (step.exchange, step.rank))
        .collect();
    let mut given: FxHashMap<usize, Vec<u32>> = FxHashMap::default();
    for take in &lane.values.takes {
        if let Some(rank) = ranks.get(&take.step) {
            given.entry(take.value).or_default().push(*rank);
        }
    }
    for step in lane
        .steps
        .iter_mut()
        .filter(|step| step.protocol == Protocol::Http)
    {
        let carries = lane.values.carries_of(step.exchange).iter();
        let values = carries.filter_map(|carry| match carry.fill {
            Fill::Value(number) => given.get(&number),
            Fill::Secret(_) | Fill::User | Fill::Password => None,
        });
        let before = values.flatten().filter(|rank| **rank < step.waits_for);
        step.waits_for = before.max().map_or(0, |rank| rank + 1);
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
    use crate::http::values::{Carry, Holder, Origin, Part, Place, Take};
    use crate::http::writing::Writing;
    use crate::prepare::lane::{Marks, Step};

    fn recorded(sent: i64, answered: i64) -> Recorded {
        Recorded {
            sent: Timestamp::from_micros(sent),
            answered: Timestamp::from_micros(answered),
        }
    }

    #[test]
    fn a_script_waits_for_each_answer_and_a_browser_for_the_page_only() {
        let script = [recorded(0, 5), recorded(6, 9), recorded(10, 12)];
        let waits: Vec<_> = precedence(&script).iter().map(|p| p.waits_for).collect();
        assert_eq!(waits, [0, 1, 2]);
        // a page, then three requests at once, then a click after two of them
        let browser = [
            recorded(0, 5),
            recorded(6, 20),
            recorded(6, 9),
            recorded(7, 8),
            recorded(10, 12),
        ];
        let found = precedence(&browser);
        assert_eq!(
            found.iter().map(|p| p.waits_for).collect::<Vec<_>>(),
            [0, 1, 1, 1, 3]
        );
        assert_eq!(
            found.iter().map(|p| p.rank).collect::<Vec<_>>(),
            [0, 4, 2, 1, 3]
        );
    }

    #[test]
    fn exchanges_that_took_no_time_never_wait_for_themselves_or_later_ones() {
        let lane = [recorded(3, 3), recorded(3, 3), recorded(3, 3)];
        let waits: Vec<_> = precedence(&lane).iter().map(|p| p.waits_for).collect();
        assert_eq!(waits, [0, 1, 2]);
    }

    #[test]
    fn without_order_a_request_waits_for_the_answer_it_takes_a_value_from_and_no_later_one() {
        let step = |exchange: u32| Step {
            exchange,
            operation: 1,
            connection: 1,
            at_us: 0,
            took_us: 0,
            waits_for: exchange - 1,
            rank: exchange - 1,
            digest: 0,
            route: 0,
            statement: None,
            status: 200,
            protocol: Protocol::Http,
            marks: Marks::empty(),
        };
        let origin = Origin {
            holder: Holder::Json("token".to_owned()),
            shape: None,
            nth: 0,
        };
        let mut lane = Lane {
            steps: (1..=4).map(step).collect(),
            ..Lane::default()
        };
        lane.values.takes = vec![Take {
            step: 2,
            origin: origin.into(),
            value: 0,
        }];
        lane.values.carries = vec![Carry {
            step: 4,
            place: Place::Path(1).into(),
            part: Part::Target,
            before_end: 1,
            writing: Writing::Percent,
            recorded: Box::from(&b"a"[..]),
            fill: Fill::Value(0),
        }];
        wait_for_values_only(&mut lane);
        let waits: Vec<u32> = lane.steps.iter().map(|step| step.waits_for).collect();
        assert_eq!(waits, [0, 0, 0, 2]);
    }

    proptest! {
        #[test]
        fn a_request_waits_for_exactly_what_had_been_received(
            mut times in proptest::collection::vec((0_i64..40, 0_i64..15), 0..24)
        ) {
            times.sort_by_key(|(sent, _)| *sent);
            let lane: Vec<_> = times.iter().map(|(sent, took)| recorded(*sent, sent + took)).collect();
            let found = precedence(&lane);
            let mut last = 0;
            for (i, one) in found.iter().enumerate() {
                prop_assert!(one.waits_for >= last);
                last = one.waits_for;
                for (j, other) in found.iter().enumerate() {
                    let received = j < i && lane[j].answered <= lane[i].sent;
                    prop_assert_eq!(other.rank < one.waits_for, received, "{} waits for {}", i, j);
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
