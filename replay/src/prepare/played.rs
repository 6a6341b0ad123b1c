//! What a run without a clock, or of several copies, has left to play when it goes on with an earlier one: lane copies
//! that were played to their ends are not played again, the others from their beginnings.

use std::collections::BTreeMap;
use std::io;

use reprise_store::Store;
use rustc_hash::FxHashMap;

use super::lane::{Lane, Marks, Step};
use super::outline::Outline;
use super::outline::tally::Tally;
use super::steps::Steps;
use crate::{Plan, ReplayError};

/// How many runs back it is looked: each may have gone on with another.
const MOST_RUNS: usize = 1_000;

/// Steps read at once.
const AT_ONCE: usize = 256;

/// How many exchanges each lane copy has sent in that one of the runs before that sent most of it.
#[derive(Debug, Default)]
pub(crate) struct Played(FxHashMap<(u32, u32), u32>);

impl Played {
    /// Reads what the runs that the plan goes on with have sent, where no moment says how far they were.
    ///
    /// # Errors
    /// One of them is not there, or cannot be read.
    pub(super) fn of(plan: &Plan, store: &Store) -> Result<Self, ReplayError> {
        let mut played = Self::default();
        if !plan.goes_on_by_lanes() {
            return Ok(played);
        }
        let mut next = plan.resumes.clone();
        for _ in 0..MOST_RUNS {
            let Some(name) = next.take() else { break };
            let run = store.run(&name)?;
            let mut sent: FxHashMap<(u32, u32), u32> = FxHashMap::default();
            for sample in store.samples(run.id) {
                let sample = sample?;
                *sent.entry((sample.lane, sample.copy)).or_default() += 1;
            }
            for (copy, sent) in sent {
                let most = played.0.entry(copy).or_default();
                *most = sent.max(*most);
            }
            next = Plan::from_json(run.plan)?.resumes;
        }
        Ok(played)
    }

    /// Whether an earlier run says what is left.
    pub(crate) fn is_known(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether a copy of a lane has been played to its end.
    pub(crate) fn is_over(&self, lane: &Lane, copy: u32) -> bool {
        let sent = self.0.get(&(lane.id, copy));
        sent.is_some_and(|sent| *sent as usize >= lane.steps.len())
    }

    /// Takes what will not be played from what was counted of one playing.
    pub(super) fn take_from(
        &self,
        counted: &mut Outline,
        plan: &Plan,
        (lanes, steps): (&[Lane], &Steps),
        operations: &BTreeMap<u32, String>,
    ) -> io::Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut gone: FxHashMap<&str, u64> = FxHashMap::default();
        for lane in lanes {
            let copies = 0..u32::try_from(Tally::copies(plan, lane.id)).unwrap_or(u32::MAX);
            let over = copies.filter(|copy| self.is_over(lane, *copy)).count() as u64;
            if over == 0 {
                continue;
            }
            for (reason, count) in lane.skipped.iter() {
                if let Some(left) = counted.skipped.get_mut(reason.name()) {
                    *left = left.saturating_sub(count * over);
                }
            }
            let mut from = 0;
            while from < lane.steps.len() {
                let mut read: Vec<Step> = Vec::new();
                steps.read(lane.steps, from, AT_ONCE, &mut read)?;
                if read.is_empty() {
                    break;
                }
                from += read.len();
                for step in &read {
                    counted.sends = counted.sends.saturating_sub(over);
                    let writes = step.marks.contains(Marks::WRITES);
                    counted.writes = counted.writes.saturating_sub(if writes { over } else { 0 });
                    let operation = operations.get(&step.operation);
                    *gone
                        .entry(operation.map_or("", String::as_str))
                        .or_default() += over;
                }
            }
        }
        for row in &mut counted.operations {
            let gone = gone.get(row.operation.as_str()).copied().unwrap_or(0);
            row.sends = row.sends.saturating_sub(gone);
        }
        counted.operations.retain(|row| row.sends > 0);
        counted.skipped.retain(|_, count| *count > 0);
        Ok(())
    }
}
