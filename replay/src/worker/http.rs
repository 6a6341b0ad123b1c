//! One HTTP exchange: a connection as the plan says, the request made ready, sent, its answer read.
//! Units: microseconds of the run.

use std::time::Duration;

use reprise_measure::{Outcome, Sample, SampleFlags};

use super::Worker;
use super::fetch::Outgoing;
use super::lane_copy::{Idle, LaneCopy};
use crate::http::connection::{End, HttpConnection, Reply, Request};
use crate::http::looked_at::LookedAt;
use crate::http::pool::{Pool, PoolPlace};
use crate::http::template::Template;
use crate::http::values::{Carry, Fill, Shared};
use crate::plan::Speed;
use crate::prepare::lane::{Lane, Marks, Step};
use crate::run::event::WarningKind;
use crate::run::program::OfAnother;
use crate::users::Account;

/// A connection in use.
struct Held<'a> {
    connection: HttpConnection,
    /// It has carried requests before: the target may be closing it.
    used: bool,
    /// Its place in the pool, which is another's once this is gone.
    _place: Option<PoolPlace<'a>>,
}

impl Worker {
    pub(super) async fn exchange_http(
        &self,
        lane_copy: &LaneCopy,
        (lane, step): (&Lane, &Step),
        (template, outgoing): (&Template, &Outgoing),
        sample: &mut Sample,
        reply: &mut Reply,
    ) {
        let Some(mut held) = self.connection_for(lane_copy, step, sample).await else {
            return;
        };
        let carries = &outgoing.carries;
        let (route, position) = (step.route, Self::position(sample));
        let rewriting = self.program.rewriting(route, position, sample.intended_us);
        let (of_others, all_there) = self.values_of_others(lane_copy, carries);
        if !all_there || lane_copy.lacks_value(carries) {
            self.outbox.borrow_mut().value_missing();
        }
        let account = self.account(lane_copy, lane);
        let bytes = lane_copy.fills(&self.program.secrets, account, &of_others, |fills| {
            template.fill(carries, fills, &rewriting)
        });
        sample.sent_bytes = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let request = Request {
            method: template.method(),
            bytes: &bytes,
            body_waits: template.body_waits(),
            compares: outgoing.recorded.is_some() && step.digest != 0,
            takes: outgoing.takes_from_content(),
            leaves_after: self.leaves_after(step),
        };
        let mut seat = self.desks.seat();
        let origin = self.program.origin;
        let connection = &mut held.connection;
        connection.exchange(request, &mut seat, origin, reply).await;
        if reply.end == End::NoAnswer && held.used && template.is_idempotent() {
            // the target closed the connection while the request was on its way (RFC 9112 section 9.3.1)
            sample.flags |= SampleFlags::RECONNECTED | SampleFlags::RETRIED;
            match Box::pin(self.open_http(step, sample)).await {
                Some(connection) => held.connection = connection,
                None => return,
            }
            let connection = &mut held.connection;
            connection.exchange(request, &mut seat, origin, reply).await;
        }
        sample.answered(reply.first_byte_us, reply.done_us);
        self.unread.read(held.connection.is_stamped());
        sample.received_bytes = u32::try_from(reply.received).unwrap_or(u32::MAX);
        let Some(answer) = seat.answer() else {
            return;
        };
        sample.status = answer.status().unwrap_or(0);
        match reply.end {
            End::NoAnswer => sample.outcome = Outcome::Reset,
            End::CutShort => sample.outcome = Outcome::Truncated,
            End::Garbage => {
                sample.outcome = Outcome::ErrorReply;
                sample.flags |= SampleFlags::ERROR_ANSWER;
            }
            End::Complete | End::Left => {
                let whole = answer.body().len() as u64 == answer.body_len();
                sample.flags.set(SampleFlags::OVER_CAP, !whole);
                let digest = answer.take_digest();
                let fields = LookedAt::of(&answer.headers());
                let shown = (fields, template.shows_cookies(), bytes.as_ref());
                self.take_answer(lane_copy, &outgoing.takes, answer, shown, |chosen| {
                    let secrets = &self.program.secrets;
                    lane_copy.fills(secrets, account, &of_others, |fills| chosen.choose(fills))
                });
                let answered = (&*answer, fields, digest);
                self.verify(lane_copy, (lane, step), outgoing, answered, sample);
                let is_over = reply.end == End::Complete && !reply.body_unsent;
                let stays = answer.keep_alive() && is_over;
                self.put_back(lane_copy, step, held, stays && !template.closes());
            }
        }
    }

    /// How long after its request the client of a step leaves, if it does not hear the answer out: on the clock of the
    /// run as it goes now, for it is the user's time and not the server's.
    pub(super) fn leaves_after(&self, step: &Step) -> Option<Duration> {
        let listened = Duration::from_micros(u64::from(step.took_us));
        step.marks
            .contains(Marks::LEFT)
            .then(|| match self.clock.borrow().speed() {
                Speed::Times(times) => {
                    Duration::try_from_secs_f64(listened.as_secs_f64() / times).unwrap_or(listened)
                }
                Speed::Max => Duration::ZERO,
            })
    }

    /// What the target has answered other lanes of the copy of what a request carries, and whether that is all.
    fn values_of_others(&self, lane_copy: &LaneCopy, carries: &[Carry]) -> (Vec<Shared>, bool) {
        let mut found = Vec::new();
        let mut all_there = true;
        for carry in carries {
            if let Fill::OfAnother(number) = carry.fill {
                match self.program.of_another(number, lane_copy.copy) {
                    OfAnother::Given(value) => found.push((number, value)),
                    OfAnother::AsRecorded => {}
                    OfAnother::Missing => all_there = false,
                }
            }
        }
        (found, all_there)
    }

    /// The account a lane copy logs in with, where the plan has users.
    pub(super) fn account(&self, lane_copy: &LaneCopy, lane: &Lane) -> Option<&Account> {
        let recorded = lane.values.account?;
        let accounts = self.program.prepared.accounts.len();
        let accounts = u32::try_from(accounts).unwrap_or(u32::MAX);
        self.program
            .users
            .of(recorded, accounts, lane_copy.beginning.place)
    }

    /// The pool of a step's target, where the plan has pools.
    fn pool(&self, step: &Step) -> Option<&Pool> {
        self.pools.get(usize::from(step.route))
    }

    /// A connection for a step: the one that stands for its recorded connection, one of the pool, or a new
    /// one. `None` when the target lets nobody in; the sample then says so.
    async fn connection_for(
        &self,
        lane_copy: &LaneCopy,
        step: &Step,
        sample: &mut Sample,
    ) -> Option<Held<'_>> {
        let (idle, closed, place) = match self.pool(step) {
            None => match lane_copy.take_idle(step) {
                Idle::Open(connection) => (Some(connection), false, None),
                Idle::Closed => (None, true, None),
                Idle::None => (None, false, None),
            },
            Some(pool) => {
                let place = pool.place().await;
                let (idle, closed) = pool.take();
                (idle, closed, place)
            }
        };
        let used = idle.is_some();
        if closed && !used {
            sample.flags |= SampleFlags::RECONNECTED;
        }
        let connection = match idle {
            Some(connection) => connection,
            None => Box::pin(self.open_http(step, sample)).await?,
        };
        Some(Held {
            connection,
            used,
            _place: place,
        })
    }

    /// Keeps a connection for a later request, if there may be one and it `stays` open.
    fn put_back(&self, lane_copy: &LaneCopy, step: &Step, held: Held<'_>, stays: bool) {
        if let Some(pool) = self.pool(step) {
            if stays {
                pool.keep(held.connection);
            }
        } else if !step.marks.contains(Marks::LAST_ON_CONNECTION) {
            lane_copy.keep_idle(step, stays.then_some(held.connection));
        }
    }

    /// Closes the connection that a step would use next.
    pub(super) fn lose_http(&self, lane_copy: &LaneCopy, step: &Step) {
        match self.pool(step) {
            Some(pool) => drop(pool.take()),
            None => {
                if let Idle::Open(connection) = lane_copy.take_idle(step) {
                    drop(connection);
                    lane_copy.keep_idle(step, None);
                }
            }
        }
    }

    async fn open_http(&self, step: &Step, sample: &mut Sample) -> Option<HttpConnection> {
        sample.flags |= SampleFlags::CONNECTED;
        let target = self.program.http.get(usize::from(step.route))?;
        match HttpConnection::open(target).await {
            Ok(mut connection) => {
                if self.is_paced() {
                    connection.stamp();
                }
                Some(connection)
            }
            Err(error) => {
                sample.outcome = Outcome::Refused;
                sample.done_us = self.now_us();
                let message = format!("{} lets nobody in: {error}", target.address);
                let mut outbox = self.outbox.borrow_mut();
                outbox.not_opened(&error, sample);
                outbox.warn(WarningKind::Refused, message);
                None
            }
        }
    }
}
