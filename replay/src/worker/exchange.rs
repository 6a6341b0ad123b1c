//! Sends one request and sees what becomes of it: faults first, then the protocol's own client. Every
//! request that gets here ends in exactly one sample. Units: microseconds of the run.

use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use reprise_fault::{Drawn, Subject};
use reprise_measure::{Outcome, Sample};

use super::Worker;
use super::fetch::{Outgoing, Ready};
use super::in_flight::Ticket;
use super::lane_copy::LaneCopy;
use reprise_wire::http::ResponseReader;

use crate::Plan;
use crate::http::connection::Reply;
use crate::http::jar::Jar;
use crate::http::looked_at::LookedAt;
use crate::http::places::{Choice, Chosen, Shown, take};
use crate::http::values::{Number, Take};
use crate::plan::LaneKey;
use crate::prepare::lane::{Lane, Step};
use crate::prepare::session::{names_a_session, set_cookie};

/// A step whose time has come, with all it takes to send it.
pub(super) struct Job {
    pub(super) step: Step,
    pub(super) outgoing: Arc<Outgoing>,
    pub(super) sample: Sample,
    /// It counts as sent from its release on: its task may not get a turn before the run ends.
    pub(super) ticket: Ticket,
}

impl Worker {
    /// Sends a step of a lane copy, and the steps that its answers let go: one task for as long as there is
    /// something to send, not one for each request.
    pub(super) async fn serve(self: Rc<Self>, lane_copy: Rc<LaneCopy>, mut first: Job) {
        let program = Arc::clone(&self.program);
        let Some(lane) = program.lane(lane_copy.lane) else {
            return;
        };
        // it has waited for this task's turn; those after it are released here
        first.sample.sent_us = self.now_us();
        let mut next = Some(first);
        while let Some(job) = next {
            let step = job.step;
            next = match self.send(&lane_copy, lane, &step, job).await {
                Some(done_us) => self.answered(&lane_copy, lane, &step, done_us),
                None => return,
            };
        }
    }

    /// Sends a step and accounts for it. `None` when the run closed meanwhile and has counted it as
    /// unfinished, else when it ended.
    async fn send(&self, lane_copy: &LaneCopy, lane: &Lane, step: &Step, job: Job) -> Option<u64> {
        let Job {
            outgoing,
            mut sample,
            ticket,
            ..
        } = job;
        let drawn = self.draw(step, &outgoing, &sample);
        sample.faults = drawn.bits;
        if !self.in_flight.update(ticket, sample) {
            return None;
        }
        let turn = &drawn.turn;
        let hold = turn.hold_of(Duration::from_micros(u64::from(step.took_us)));
        if !hold.is_zero() {
            tokio::time::sleep(hold).await;
        }
        match (&turn.ending, &outgoing.payload) {
            (Some(ending), _) => {
                // boxed like everything that few exchanges need
                let place = (lane_copy, lane, step);
                let ended = self.end_by_fault(ending, place, &outgoing, ticket, &mut sample);
                Box::pin(ended).await;
            }
            (None, Ready::Http(template)) => {
                let from_us = sample.sent_us + hold.as_micros() as u64;
                let mut reply = Reply::new();
                let waited = {
                    let exchanged = pin!(self.exchange_http(
                        lane_copy,
                        (lane, step),
                        (template, &outgoing),
                        &mut sample,
                        &mut reply,
                    ));
                    // who listens to events has patience for as long
                    let listens = self.leaves_after(step).unwrap_or_default();
                    let from_us = from_us.saturating_add(listens.as_micros() as u64);
                    self.in_flight.patiently(ticket, from_us, exchanged).await
                };
                if waited.is_err() {
                    // the connection went with the exchange that was using it
                    sample.outcome = Outcome::Timeout;
                    sample.answered(reply.first_byte_us, self.now_us());
                    sample.received_bytes = u32::try_from(reply.received).unwrap_or(u32::MAX);
                }
            }
            (None, Ready::Mysql(command)) => {
                // boxed: it is large, and every task would carry its size
                Box::pin(self.send_mysql(lane_copy, step, command, (ticket, &mut sample))).await;
            }
        }
        if turn.answer.lost.is_some() {
            Box::pin(self.lose_answer((lane_copy, lane, step), &mut sample)).await;
        }
        if !self.in_flight.end(ticket) {
            return None;
        }
        self.outbox.borrow_mut().ended(sample, sample.done_us);
        Some(sample.done_us)
    }

    /// What goes wrong with an exchange.
    fn draw(&self, step: &Step, outgoing: &Outgoing, sample: &Sample) -> Drawn {
        if self.program.faults.as_slice().is_empty() {
            return Drawn::default();
        }
        let subject = Subject {
            protocol: Some(step.protocol.into()),
            operation: self.program.operation(step.operation),
            summary: &outgoing.summary,
            copy: Some(sample.copy),
            ..Subject::ANY
        };
        self.program.faults.draw(
            self.program.prepared.plan.seed,
            Self::position(sample),
            sample.intended_us,
            &subject,
            self.control.faults_on(),
        )
    }

    /// Keeps what later requests need of an answer.
    pub(super) fn take_answer(
        &self,
        lane_copy: &LaneCopy,
        takes: &[Take],
        answer: &ResponseReader,
        (fields, shows_cookies, request): (LookedAt<'_>, bool, &[u8]),
        choose: impl FnOnce(Chosen<'_>) -> Vec<Choice>,
    ) {
        if fields.sets_cookies {
            let plan = &self.program.prepared.plan;
            let mut jar = lane_copy.jar.borrow_mut();
            for value in answer.headers().get_all("Set-Cookie") {
                let is_anothers = !shows_cookies && is_second_session(plan, &jar, value);
                if may_keep(plan, value) && !is_anothers {
                    jar.keep(value);
                }
            }
        }
        if !takes.is_empty() {
            let headers: Vec<(&[u8], &[u8])> = answer
                .headers()
                .iter()
                .map(|header| (header.name, header.value))
                .collect();
            let shown = Shown {
                headers: &headers,
                body: answer.body(),
                about: "",
                path: path_of(request),
            };
            let mut keep = |number: Number, value: Vec<u8>| match number {
                Number::Own(number) => lane_copy.keep_value(number as usize, value),
                Number::Shared(number) => self.program.shared.keep(number, lane_copy.copy, value),
            };
            let chosen = take(takes, shown, &mut keep);
            if !chosen.is_empty() {
                for choice in choose(chosen) {
                    // a guess is better than nothing only
                    if choice.is_sure || !lane_copy.has_value(choice.number) {
                        keep(choice.number, choice.value);
                    }
                }
            }
        }
    }
}

/// Whether an answer to a request without cookies opens a session beside the one that the lane has: the user's browser or
/// program fetched something without its cookies, and goes on with the session it had.
fn is_second_session(plan: &Plan, jar: &Jar, set_cookie_value: &[u8]) -> bool {
    plan.lanes == LaneKey::Session
        && set_cookie(set_cookie_value)
            .is_some_and(|(name, _)| names_a_session(name) && jar.has(name))
}

/// Whether the copy keeps a cookie the target sets: unless the plan has it sent as recorded.
fn may_keep(plan: &Plan, set_cookie_value: &[u8]) -> bool {
    plan.no_correlate.is_empty()
        || set_cookie(set_cookie_value)
            .is_none_or(|(name, _)| !plan.forbids_correlation(&String::from_utf8_lossy(name)))
}

/// The path that a request asks for.
fn path_of(request: &[u8]) -> &[u8] {
    let target = request.split(|byte| *byte == b' ').nth(1);
    let path = target.and_then(|target| target.split(|byte| *byte == b'?').next());
    path.unwrap_or_default()
}
