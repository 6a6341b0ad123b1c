//! Counts for the outline while lanes are made whole, so that nothing has to be read again for it.

use std::collections::BTreeMap;

use reprise_wire::Protocol;

use super::{Outline, OutlineLane, OutlineOperation, SlowLane};
use crate::Plan;
use crate::plan::CopyWrites;
use crate::prepare::lane::{Lane, Marks, Step};
use crate::reason::SkipReason;
use crate::schedule::copies::copies_of;

/// Lanes an outline lists.
const MOST_LANES: usize = 20;

/// What one playing of the recording comes to, all copies together.
#[derive(Debug)]
pub(in crate::prepare) struct Tally<'a> {
    plan: &'a Plan,
    outline: Outline,
    operations: BTreeMap<u32, OutlineOperation>,
}

impl<'a> Tally<'a> {
    pub(in crate::prepare) fn new(plan: &'a Plan) -> Self {
        Self {
            plan,
            outline: Outline::default(),
            operations: BTreeMap::new(),
        }
    }

    /// How many copies of a lane are played.
    pub(in crate::prepare) fn copies(plan: &Plan, lane: u32) -> u64 {
        u64::from(copies_of(plan.seed, lane, plan.rate.copies))
    }

    /// Counts a step of a lane that so many copies of play.
    pub(in crate::prepare) fn step(&mut self, step: &Step, lane_copies: u64) {
        let outline = &mut self.outline;
        let writes = step.marks.contains(Marks::WRITES);
        let once = self.plan.copy_writes == CopyWrites::Skip && step.writes_mysql();
        let copies = if once {
            lane_copies.min(1)
        } else {
            lane_copies
        };
        if copies < lane_copies {
            outline.leave_out(SkipReason::CopyWrite, lane_copies - copies);
        }
        let row = self.operations.entry(step.operation).or_default();
        row.sends += copies;
        row.writes |= writes;
        outline.sends += copies;
        outline.writes += if writes { copies } else { 0 };
        let marked = |mark: Marks| if step.marks.contains(mark) { copies } else { 0 };
        outline.setup += marked(Marks::SETUP);
        outline.pinned += marked(Marks::CLOCK);
    }

    /// Counts a lane whose steps have been counted, and how far behind it would be. One that the fraction leaves out is
    /// none.
    pub(in crate::prepare) fn lane(&mut self, lane: &Lane, copies: u64, behind_us: u64) {
        if copies == 0 {
            return;
        }
        let outline = &mut self.outline;
        outline.values += lane.values.count as u64;
        for (reason, count) in lane.skipped.iter() {
            outline.leave_out(reason, count * copies);
        }
        match lane.protocol {
            Some(Protocol::Http) => outline.http_lanes += 1,
            Some(Protocol::Mysql) => outline.mysql_lanes += 1,
            None => return,
        }
        outline.lanes.push(OutlineLane {
            lane: lane.id,
            sends: lane.steps.len() as u64,
        });
        let behind_ms = behind_us / 1_000;
        if behind_ms > 0 {
            outline.slow_lanes.push(SlowLane {
                lane: lane.id,
                behind_ms,
            });
        }
        outline.keep_most(2 * MOST_LANES);
    }

    /// What was counted, operations by their names and most frequent first.
    pub(in crate::prepare) fn finish(self, names: &BTreeMap<u32, String>) -> Outline {
        let mut outline = self.outline;
        outline.keep_most(MOST_LANES);
        let sent = self.operations.into_iter().filter(|(_, row)| row.sends > 0);
        outline.operations = sent
            .map(|(id, row)| OutlineOperation {
                operation: names.get(&id).cloned().unwrap_or_default(),
                ..row
            })
            .collect();
        let rows = &mut outline.operations;
        rows.sort_by(|a, b| (b.sends, &a.operation).cmp(&(a.sends, &b.operation)));
        outline
    }
}

impl Outline {
    fn leave_out(&mut self, reason: SkipReason, count: u64) {
        *self.skipped.entry(reason.name().to_owned()).or_default() += count;
    }

    /// Keeps the lanes worth listing, when there are more than `most`.
    fn keep_most(&mut self, most: usize) {
        let (lanes, slow) = (&mut self.lanes, &mut self.slow_lanes);
        if lanes.len() > most || most == MOST_LANES {
            lanes.sort_by_key(|one| (std::cmp::Reverse(one.sends), one.lane));
            lanes.truncate(MOST_LANES);
        }
        if slow.len() > most || most == MOST_LANES {
            slow.sort_by_key(|one| (std::cmp::Reverse(one.behind_ms), one.lane));
            slow.truncate(MOST_LANES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lanes_that_send_most_are_listed_however_many_there_are() {
        let plan = Plan::of("x");
        let mut tally = Tally::new(&plan);
        let mut steps = crate::prepare::steps::Steps::new(std::path::Path::new("/nowhere"));
        for id in 0..100 {
            let mut lane = Lane {
                id,
                protocol: Some(Protocol::Http),
                ..Lane::default()
            };
            for _ in 0..=id {
                let step = Step::test(1, 0, 0);
                steps.push(&mut lane.steps, &step).unwrap();
                tally.step(&step, 1);
            }
            tally.lane(&lane, 1, u64::from(id) * 1_000);
        }
        let left_out = Lane {
            id: 100,
            protocol: Some(Protocol::Http),
            ..Lane::default()
        };
        tally.lane(&left_out, 0, 200_000);
        let outline = tally.finish(&[(1, "GET /".to_owned())].into());
        let listed: Vec<u32> = outline.lanes.iter().map(|one| one.lane).collect();
        assert_eq!(listed, (80..100).rev().collect::<Vec<_>>());
        let slow: Vec<u32> = outline.slow_lanes.iter().map(|one| one.lane).collect();
        assert_eq!(slow, listed);
        assert_eq!((outline.sends, outline.http_lanes), (5_050, 100));
        assert_eq!(outline.operations[0].operation, "GET /");
    }
}
