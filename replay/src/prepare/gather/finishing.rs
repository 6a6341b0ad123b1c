//! Makes lanes whole, one after another, from what was found of them in order of sending: what each step
//! waits for, where connections end, what later steps need of what is left out. A lane of any length passes
//! through a bounded window.

use std::collections::VecDeque;
use std::io;
use std::path::Path;

use reprise_wire::Protocol;
use rustc_hash::{FxHashMap, FxHashSet};

use super::gathered::Gathered;
use crate::Plan;
use crate::http::values::LaneValues;
use crate::plan::{HttpOrder, Part};
use crate::prepare::backlog::Backlog;
use crate::prepare::lane::{Lane, Marks, Span, Step};
use crate::prepare::outline::tally::Tally;
use crate::prepare::precedence::Ranking;
use crate::prepare::sorter::Sorted;
use crate::prepare::steps::{Fate, Found, Steps};
use crate::prepare::values::Uses;
use crate::reason::SkipReason;

/// How many finished steps of a lane wait to be written: most lanes are complete by then, and what ends
/// them is known.
const WAITING: usize = 4_096;

/// How long before the first request of its part a lane that was cut is set up.
const SETUP_AHEAD_US: u64 = 1_000_000;

/// A prepared statement of a recorded connection, by its id.
pub(super) type Statement = (u32, u32);

/// What finishing all lanes shares.
pub(super) struct Finishing<'a> {
    plan: &'a Plan,
    found: Sorted<Found>,
    next: Option<Found>,
    /// Statements that nothing tells.
    unknown: FxHashSet<Statement>,
    /// What requests carry, of all that is told.
    pub(super) uses: Uses,
    pub(super) steps: Steps,
    pub(super) tally: Tally<'a>,
}

/// One lane on its way.
struct Growing {
    lane: Lane,
    order: HttpOrder,
    copies: u64,
    backlog: Backlog,
    /// Steps whose answers may not be ranked yet, and those that wait to be written.
    queue: VecDeque<Step>,
    /// How many went before them.
    written: u32,
    ranking: Ranking,
    /// Who waits for whom, where requests wait for values only.
    givers: Givers,
    part: Option<Part>,
    /// When what comes before the part is sent; known with the first step inside.
    setup_us: Option<u64>,
    connections: FxHashMap<(u32, u16), OnConnection>,
}

/// What is known of a connection's steps.
struct OnConnection {
    /// The place of the last one in the lane.
    last: u32,
    span: Span,
}

/// The exchanges whose answers gave what others carry.
#[derive(Default)]
struct Givers {
    of: FxHashMap<u32, Vec<u32>>,
    /// Those of their answers, once they are known.
    ranks: FxHashMap<u32, Option<u32>>,
}

impl<'a> Finishing<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        mut found: Sorted<Found>,
        unknown: FxHashSet<Statement>,
        uses: Uses,
        folder: &Path,
    ) -> io::Result<Self> {
        Ok(Self {
            plan,
            next: found.pop()?,
            found,
            unknown,
            uses,
            steps: Steps::new(folder),
            tally: Tally::new(plan),
        })
    }

    /// The next lane, in order of their ids, and its steps.
    pub(super) fn lane(&mut self, mut gathered: Gathered) -> io::Result<Lane> {
        let values = gathered.values();
        let mut lane = gathered.lane;
        lane.values = values;
        lane.types = gathered.declarations.finish();
        let needed = gathered.left_out.needed();
        let mut growing = Growing::new(lane, self.plan, &gathered.waits);
        while let Some(found) = self.next.filter(|found| found.lane == growing.lane.id) {
            self.next = self.found.pop()?;
            let mut step = found.step;
            match found.fate {
                Fate::Sent => {}
                Fate::NamesStatement => {
                    let statement = (step.connection, step.statement.unwrap_or(0));
                    if self.unknown.contains(&statement) {
                        growing.lane.skipped.add(SkipReason::StatementUnknown, 1);
                        continue;
                    }
                }
                Fate::LeftOut(_) if needed.contains(&step.exchange) => {
                    step.marks.insert(Marks::SETUP);
                }
                Fate::LeftOut(reason) => {
                    growing.lane.skipped.add(reason, 1);
                    continue;
                }
            }
            if growing.copies > 0 {
                self.uses.sent(found.uses);
            }
            growing.add(step);
            growing.write(WAITING, &mut self.steps, &mut self.tally)?;
        }
        growing.finish(&mut self.steps, &mut self.tally)
    }
}

impl Growing {
    fn new(mut lane: Lane, plan: &Plan, waits: &[(u32, u32)]) -> Self {
        let mut givers = Givers::default();
        for (exchange, giver) in waits {
            givers.of.entry(*exchange).or_default().push(*giver);
            givers.ranks.insert(*giver, None);
        }
        if let Some(part) = plan.between {
            lane.starts_us = part.moment_us(lane.starts_us);
            lane.ends_us = part.moment_us(lane.ends_us);
        }
        Self {
            order: plan.http_order,
            copies: Tally::copies(plan, lane.id),
            backlog: Backlog::new(plan),
            lane,
            queue: VecDeque::new(),
            written: 0,
            ranking: Ranking::default(),
            givers,
            part: plan.between,
            setup_us: None,
            connections: FxHashMap::default(),
        }
    }

    /// Takes the next step in order of sending.
    fn add(&mut self, mut step: Step) {
        let answered_us = step.at_us + u64::from(step.took_us);
        let (queue, written, ranks) = (&mut self.queue, self.written, &mut self.givers.ranks);
        step.waits_for = self.ranking.next(step.at_us, answered_us, |place, rank| {
            set_rank(queue, written, ranks, place, rank);
        });
        step.rank = UNRANKED;
        if self.order == HttpOrder::None && step.protocol == Protocol::Http {
            step.waits_for = self.givers.waits_for(step.exchange);
        }
        if let Some(part) = self.part.filter(|part| part.holds(step.at_us)) {
            let first_us = part.moment_us(step.at_us);
            self.setup_us
                .get_or_insert_with(|| first_us.saturating_sub(SETUP_AHEAD_US));
        }
        self.queue.push_back(step);
    }

    /// Writes steps that are finished while more than so many are there.
    fn write(
        &mut self,
        waiting: usize,
        steps: &mut Steps,
        tally: &mut Tally<'_>,
    ) -> io::Result<()> {
        while self.queue.len() > waiting
            && (self.part.is_none() || self.setup_us.is_some())
            && let Some(step) = self.queue.pop_front_if(|step| step.rank != UNRANKED)
        {
            let step = self.moved(step);
            self.lane.protocol.get_or_insert(step.protocol);
            self.note_connection(&step);
            tally.step(&step, self.copies);
            self.backlog.step(&step);
            steps.push(&mut self.lane.steps, &step)?;
            self.written += 1;
        }
        Ok(())
    }

    /// The step at its time in the part that is played; what the lane needs from before comes shortly before
    /// its first request there.
    fn moved(&mut self, mut step: Step) -> Step {
        let Some(part) = self.part else { return step };
        step.at_us = if step.at_us < part.from_us {
            self.setup_us.unwrap_or(0)
        } else {
            part.moment_us(step.at_us)
        };
        let lane = &mut self.lane;
        lane.starts_us = lane.starts_us.min(step.at_us);
        lane.ends_us = lane.ends_us.max(step.at_us + u64::from(step.took_us));
        step
    }

    fn note_connection(&mut self, step: &Step) {
        let answered_us = step.at_us + u64::from(step.took_us);
        let known = self
            .connections
            .entry((step.connection, step.route))
            .or_insert(OnConnection {
                last: 0,
                span: Span {
                    opens_us: step.at_us,
                    closes_us: answered_us,
                    protocol: step.protocol,
                    route: step.route,
                },
            });
        known.last = self.written;
        known.span.closes_us = known.span.closes_us.max(answered_us);
    }

    /// The lane, all of it written.
    fn finish(mut self, steps: &mut Steps, tally: &mut Tally<'_>) -> io::Result<Lane> {
        let ranking = std::mem::take(&mut self.ranking);
        let (queue, written, ranks) = (&mut self.queue, self.written, &mut self.givers.ranks);
        ranking.finish(|place, rank| set_rank(queue, written, ranks, place, rank));
        let first_us = self.lane.starts_us;
        self.setup_us
            .get_or_insert_with(|| first_us.saturating_sub(SETUP_AHEAD_US));
        self.write(0, steps, tally)?;
        let mut lane = self.lane;
        for known in self.connections.values() {
            steps.mark(lane.steps, known.last, Marks::LAST_ON_CONNECTION)?;
        }
        let mut spans: Vec<Span> = self.connections.values().map(|known| known.span).collect();
        spans.sort_unstable_by_key(|span| (span.opens_us, span.closes_us));
        lane.spans = spans.into_boxed_slice();
        lane.plays_from_us = lane.starts_us;
        if lane.steps.is_empty() {
            lane.values = LaneValues::default();
        }
        tally.lane(&lane, self.copies, self.backlog.behind_us());
        Ok(lane)
    }
}

/// The rank of a step whose answer has none yet.
const UNRANKED: u32 = u32::MAX;

/// Sets the rank of a step that is in the queue: it is not written before it has one.
fn set_rank(
    queue: &mut VecDeque<Step>,
    written: u32,
    ranks: &mut FxHashMap<u32, Option<u32>>,
    place: u32,
    rank: u32,
) {
    if let Some(step) = queue.get_mut((place - written) as usize) {
        step.rank = rank;
        if let Some(known) = ranks.get_mut(&step.exchange) {
            *known = Some(rank);
        }
    }
}

impl Givers {
    /// How many answers an exchange waits for that waits only for the values it carries, and for what was
    /// answered before those.
    fn waits_for(&self, exchange: u32) -> u32 {
        let givers = self.of.get(&exchange).into_iter().flatten();
        let ranks = givers.filter_map(|giver| self.ranks.get(giver).copied().flatten());
        ranks.max().map_or(0, |rank| rank + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_order_a_request_waits_for_the_answer_it_takes_a_value_from_and_no_later_one() {
        let mut plan = Plan::of("x");
        plan.http_order = HttpOrder::None;
        let mut steps = Steps::new(Path::new("/nowhere"));
        let mut tally = Tally::new(&plan);
        // the fourth carries what the second gave
        let mut growing = Growing::new(Lane::default(), &plan, &[(4, 2)]);
        for exchange in 1..=4 {
            growing.add(Step::test(exchange, u64::from(exchange) * 10, 5));
        }
        let lane = growing.finish(&mut steps, &mut tally).unwrap();
        let mut read = Vec::new();
        steps.read(lane.steps, 0, 9, &mut read).unwrap();
        let waits: Vec<u32> = read.iter().map(|step| step.waits_for).collect();
        assert_eq!(waits, [0, 0, 0, 2]);
    }

    #[test]
    fn a_long_lane_is_written_as_it_comes_and_the_ends_of_its_connections_are_marked() {
        let plan = Plan::of("x");
        let mut steps = Steps::new(Path::new("/nowhere"));
        let mut tally = Tally::new(&plan);
        let mut growing = Growing::new(Lane::default(), &plan, &[]);
        let count = 3 * WAITING as u32;
        for exchange in 1..=count {
            // two connections, the first of which ends soon; each answer comes after the next request
            let mut step = Step::test(exchange, u64::from(exchange) * 10, 15);
            step.connection = if exchange < 100 { 1 } else { 2 };
            growing.add(step);
            growing.write(WAITING, &mut steps, &mut tally).unwrap();
            assert!(growing.queue.len() <= WAITING);
        }
        let lane = growing.finish(&mut steps, &mut tally).unwrap();
        assert_eq!((lane.steps.len(), lane.spans.len()), (count as usize, 2));
        let mut read = Vec::new();
        let all = count as usize;
        steps.read(lane.steps, 0, all, &mut read).unwrap();
        let last = |step: &&Step| step.marks.contains(Marks::LAST_ON_CONNECTION);
        let ends: Vec<u32> = read.iter().filter(last).map(|step| step.exchange).collect();
        assert_eq!(ends, [99, count]);
        assert!(read.iter().all(|step| step.rank == step.exchange - 1));
        let mut later = read.iter().skip(1);
        assert!(later.all(|step| step.waits_for == step.exchange - 2));
    }
}
