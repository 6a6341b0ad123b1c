//! A lane while its recording is read: what it has to remember to understand what comes.

use std::io;

use reprise_store::RecordedRequest;
use reprise_wire::http::Message;

use super::step::is_whole;
use crate::http::values::LaneValues;
use crate::plan::HttpOrder;
use crate::prepare::ahead::Findings;
use crate::prepare::declared::Declarations;
use crate::prepare::lane::{Lane, Step};
use crate::prepare::noise::{Asked, NoiseLearner};
use crate::prepare::notes::Notes;
use crate::prepare::setup::LeftOut;
use crate::prepare::values::{Context, Exchanged, LaneSearch};

/// A lane as it grows.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) lane: Lane,
    pub(super) search: LaneSearch,
    /// How many of its requests so far write.
    pub(super) writes: u32,
    /// What the part and the filter leave out; some of it may be needed.
    pub(super) left_out: LeftOut,
    /// The parameter types of its prepared statements.
    pub(super) declarations: Declarations,
    /// Where requests wait for values only: an exchange, and one whose answer gave what it carries.
    pub(super) waits: Vec<(u32, u32)>,
    /// Where the notes have the last value that a request was the first to carry.
    pub(super) recorded_at: u64,
}

impl Gathered {
    /// The lane has an exchange from one moment to another.
    pub(super) fn reach(&mut self, from_us: u64, to_us: u64) {
        self.lane.starts_us = self.lane.starts_us.min(from_us);
        self.lane.ends_us = self.lane.ends_us.max(to_us);
    }

    /// Looks for values in an HTTP exchange. True when its request carries one that nothing supplies.
    pub(super) fn search(
        &mut self,
        exchange: &RecordedRequest,
        (request, answer): (&Message<'_>, Option<&Message<'_>>),
        findings: &mut Findings,
        context: &mut Context<'_>,
    ) -> bool {
        let row = &exchange.row;
        let at_us = u64::try_from(row.at_us).unwrap_or(0);
        let ends_us = row.response_last_us.unwrap_or(row.request_last_us);
        let exchanged = Exchanged {
            id: row.id.0,
            lane: self.lane.id,
            operation: row.operation.0,
            at_us,
            answered_us: at_us + u64::try_from(ends_us).unwrap_or(0),
            status: row.status.unwrap_or(0),
            shows_login: findings.shows_login,
        };
        let lacks = self
            .search
            .request(exchanged, request, &mut findings.carried, context);
        // what is not sent is not answered
        let sent = !(lacks && context.skips_missing());
        if let Some(answer) = answer.filter(|_| sent) {
            self.search
                .answer(exchanged, (request, answer), &findings.offered, context);
        }
        lacks
    }

    /// Learns what a step gives that others need, and needs itself, after its values were searched for.
    pub(super) fn learn_needs(
        &mut self,
        (step, is_sent): (&Step, bool),
        said: (&[u8], &str),
        http: Option<&Message<'_>>,
        answer: Option<&Message<'_>>,
    ) {
        let givers = self.search.givers();
        self.left_out
            .learn((step, is_sent), said, http, answer, givers);
        if let Some(request) = http.filter(|_| self.search.logs_in()) {
            self.left_out.logged_in(step, request);
        }
    }

    /// Notes what was found of the values that an exchange's request carries.
    pub(super) fn note_values(
        &mut self,
        exchange: u32,
        order: HttpOrder,
        notes: &mut Notes,
    ) -> io::Result<()> {
        for value in self.search.first_carried() {
            self.recorded_at = notes.push_value(&value, self.recorded_at)?;
        }
        if order == HttpOrder::None {
            let givers = self.search.givers().iter();
            self.waits.extend(givers.map(|giver| (exchange, *giver)));
        }
        Ok(())
    }

    /// The values of the lane, once all of it was seen.
    pub(super) fn values(&mut self) -> LaneValues {
        LaneValues {
            recorded_at: self.recorded_at,
            ..std::mem::take(&mut self.search).finish()
        }
    }

    /// Learns what varies in answers to a request.
    pub(super) fn learn(
        &mut self,
        exchange: &RecordedRequest,
        (request, answer): (&Message<'_>, Option<&Message<'_>>),
        writes: bool,
        noise: &mut NoiseLearner,
    ) {
        let asked = Asked {
            operation: exchange.row.operation.0,
            lane: self.lane.id,
            writes: self.writes,
        };
        let whole = exchange.response.as_deref().filter(|_| is_whole(exchange));
        if let (Some(bytes), Some(answer)) = (whole, answer) {
            noise.learn(asked, request, (bytes, answer));
        }
        self.writes += u32::from(writes);
    }

    /// A statement whose PREPARE was not seen is known after all.
    pub(super) fn resolved(&mut self, statement: u32, sql: String) {
        let session = self.lane.session.get_or_insert_default();
        session.state.prepared.insert(statement, sql);
    }
}
