//! A lane while its recording is read, and what makes it whole: its order, its values, the part it is cut to.

use reprise_store::RecordedRequest;
use reprise_wire::Timestamp;
use reprise_wire::http::Message;
use rustc_hash::FxHashSet;

use super::step::is_whole;
use crate::http::values::LaneValues;
use crate::plan::{HttpOrder, Part};
use crate::prepare::lane::{Lane, Marks};
use crate::prepare::noise::{Asked, NoiseLearner};
use crate::prepare::precedence::{Recorded, precedence, wait_for_values_only};
use crate::prepare::setup::LeftOut;
use crate::prepare::statements::Resolved;
use crate::prepare::values::{Context, Exchanged, LaneSearch};
use crate::reason::SkipReason;

/// A lane as it grows.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) lane: Lane,
    pub(super) search: LaneSearch,
    /// How many of its requests so far write.
    pub(super) writes: u32,
    /// What the part and the filter leave out; some of it may be needed.
    pub(super) left_out: LeftOut,
}

impl Gathered {
    /// Looks for values in an HTTP exchange. True when its request carries one that nothing supplies.
    pub(super) fn search(
        &mut self,
        exchange: &RecordedRequest,
        (request, answer): (&Message<'_>, Option<&Message<'_>>),
        context: &mut Context<'_>,
    ) -> bool {
        let row = &exchange.row;
        let at_us = u64::try_from(row.at_us).unwrap_or(0);
        let ends_us = row.response_last_us.unwrap_or(row.request_last_us);
        let exchanged = Exchanged {
            id: row.id.0,
            operation: row.operation.0,
            at_us,
            answered_us: at_us + u64::try_from(ends_us).unwrap_or(0),
            status: row.status.unwrap_or(0),
        };
        let lacks = self.search.request(exchanged, request, context);
        // what is not sent is not answered
        let sent = !(lacks && context.skips_missing());
        if let Some(answer) = answer.filter(|_| sent) {
            self.search.answer(exchanged, request, answer, context);
        }
        lacks
    }

    /// Learns what varies in answers to a request.
    pub(super) fn learn(
        &mut self,
        exchange: &RecordedRequest,
        request: &Message<'_>,
        writes: bool,
        noise: &mut NoiseLearner,
    ) {
        let asked = Asked {
            operation: exchange.row.operation.0,
            lane: self.lane.id,
            writes: self.writes,
        };
        if let Some(answer) = exchange.response.as_deref().filter(|_| is_whole(exchange)) {
            noise.learn(asked, request, answer);
        }
        self.writes += u32::from(writes);
    }

    /// A statement whose PREPARE was not seen is known after all, or is not.
    pub(super) fn resolved(&mut self, found: Resolved) {
        let Some(sql) = found.sql else {
            let count = found.steps.len() as u64;
            self.lane.skipped.add(SkipReason::StatementUnknown, count);
            return;
        };
        let session = self.lane.session.get_or_insert_default();
        session.state.prepared.insert(found.statement, sql);
        self.lane.steps.extend(found.steps);
    }

    /// The lane in order of sending, each step with what it waits for.
    pub(super) fn finish(self, order: HttpOrder, part: Option<Part>) -> Lane {
        let mut lane = self.lane;
        lane.values = self.search.finish();
        self.left_out.settle(&mut lane);
        if lane.steps.is_empty() {
            lane.values = LaneValues::default();
        }
        lane.steps.sort_by_key(|step| (step.at_us, step.exchange));
        lane.steps.shrink_to_fit();
        let recorded: Vec<Recorded> = lane
            .steps
            .iter()
            .map(|step| Recorded {
                sent: micros(step.at_us),
                answered: micros(step.at_us + u64::from(step.took_us)),
            })
            .collect();
        for (step, found) in lane.steps.iter_mut().zip(precedence(&recorded)) {
            step.rank = found.rank;
            step.waits_for = found.waits_for;
        }
        if order == HttpOrder::None {
            wait_for_values_only(&mut lane);
        }
        let mut later = FxHashSet::default();
        for step in lane.steps.iter_mut().rev() {
            step.marks.set(
                Marks::LAST_ON_CONNECTION,
                later.insert((step.connection, step.route)),
            );
        }
        if let Some(part) = part {
            move_into(&mut lane, part);
        }
        lane
    }
}

/// How long before the first request of its part a lane that was cut is set up.
const SETUP_AHEAD_US: u64 = 1_000_000;

/// Moves a lane's times into the part that is played; what it needs from before comes shortly before its
/// first request there.
fn move_into(lane: &mut Lane, part: Part) {
    let inside = lane.steps.iter().find(|step| part.holds(step.at_us));
    let first_us = part.moment_us(inside.map_or(lane.starts_us, |step| step.at_us));
    let setup_us = first_us.saturating_sub(SETUP_AHEAD_US);
    lane.starts_us = part.moment_us(lane.starts_us);
    lane.ends_us = part.moment_us(lane.ends_us);
    for step in &mut lane.steps {
        step.at_us = if step.at_us < part.from_us {
            setup_us
        } else {
            part.moment_us(step.at_us)
        };
        lane.starts_us = lane.starts_us.min(step.at_us);
        lane.ends_us = lane.ends_us.max(step.at_us + u64::from(step.took_us));
    }
}

fn micros(us: u64) -> Timestamp {
    Timestamp::from_micros(i64::try_from(us).unwrap_or(i64::MAX))
}
