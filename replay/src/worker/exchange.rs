//! Sends one request and sees what becomes of it: faults first, then the protocol's own client. Every
//! request that gets here ends in exactly one sample. Units: microseconds of the run.

use std::rc::Rc;
use std::sync::Arc;

use reprise_fault::Subject;
use reprise_measure::{Outcome, Sample, SampleFlags};

use super::Worker;
use super::fetch::{Outgoing, Ready};
use super::lane_copy::LaneCopy;
use reprise_wire::http::ResponseReader;

use crate::http::connection::{End, HttpConnection};
use crate::http::digest::digest;
use crate::http::judge::{Seen, is_login, judge};
use crate::http::places::take;
use crate::http::rewrite::Template;
use crate::prepare::lane::{Marks, Step};
use crate::run::event::WarningKind;

impl Worker {
    /// Counts a sample as sent and outstanding from this moment on: its task may not get a turn before the
    /// run ends. Returns what it is known by.
    pub(super) fn put_in_flight(&self, sample: Sample) -> u64 {
        let key = self.next_number();
        self.outbox.borrow_mut().sent();
        self.in_flight.borrow_mut().insert(key, sample);
        key
    }

    /// Sends a step that is in flight as `key`, and accounts for how it ended.
    pub(super) async fn send(
        self: Rc<Self>,
        lane_copy: Rc<LaneCopy>,
        index: usize,
        outgoing: Arc<Outgoing>,
        key: u64,
        mut sample: Sample,
    ) {
        let Some(step) = self
            .program
            .lane(lane_copy.lane)
            .and_then(|lane| lane.steps.get(index))
        else {
            return;
        };
        sample.sent_us = self.now_us();
        let program = Arc::clone(&self.program);
        let subject = Subject {
            protocol: step.protocol,
            operation: program.operation(step.operation),
            summary: &outgoing.summary,
        };
        let drawn = program.faults.draw(
            program.prepared.plan.seed,
            Self::position(&sample),
            sample.intended_us,
            &subject,
            self.control.faults(),
        );
        sample.faults = drawn.bits;
        match self.in_flight.borrow_mut().get_mut(&key) {
            Some(outstanding) => *outstanding = sample,
            // the run has closed and has counted it as unfinished
            None => return,
        }
        if !drawn.delay.is_zero() {
            tokio::time::sleep(drawn.delay).await;
        }
        match (drawn.ending, &outgoing.payload) {
            (Some(injected), _) => {
                sample.status = injected.status();
                sample.outcome = Outcome::ErrorReply;
                sample.flags |= SampleFlags::FAULT_ENDED | SampleFlags::ERROR_ANSWER;
                sample.done_us = self.now_us();
                sample.first_byte_us = Some(sample.done_us);
            }
            (None, Ready::Http(template)) => {
                self.send_http(&lane_copy, step, template, &mut sample)
                    .await;
            }
            (None, Ready::Mysql(command)) => {
                self.send_mysql(&lane_copy, step, command, &mut sample)
                    .await;
            }
        }
        if self.in_flight.borrow_mut().remove(&key).is_none() {
            // the run closed meanwhile and has counted it as unfinished
            return;
        }
        self.outbox.borrow_mut().ended(sample);
        self.answered(&lane_copy, step, sample.done_us);
    }

    async fn send_http(
        &self,
        lane_copy: &LaneCopy,
        step: &Step,
        template: &Template,
        sample: &mut Sample,
    ) {
        let timeout = self.program.prepared.plan.timeout();
        let exchanged = self.exchange_http(lane_copy, step, template, sample);
        if tokio::time::timeout(timeout, exchanged).await.is_err() {
            // the connection went with the exchange that was using it
            sample.outcome = Outcome::Timeout;
            sample.done_us = self.now_us();
        }
    }

    async fn exchange_http(
        &self,
        lane_copy: &LaneCopy,
        step: &Step,
        template: &Template,
        sample: &mut Sample,
    ) {
        let mut connection = match lane_copy.take_idle(step) {
            Some(connection) => connection,
            None => match self.open_http(step, sample).await {
                Some(connection) => connection,
                None => return,
            },
        };
        let lane = self.program.lane(lane_copy.lane);
        let carries = lane.map_or(&[][..], |lane| lane.values.carries_of(step.exchange));
        let request = lane_copy.fills(&self.program.secrets, |fills| template.fill(carries, fills));
        sample.sent_bytes = u32::try_from(request.len()).unwrap_or(u32::MAX);
        let mut desk = self.take_desk();
        let origin = self.program.origin;
        let reply = connection
            .exchange(template.method(), &request, &mut desk, origin)
            .await;
        sample.first_byte_us = reply.first_byte_us;
        sample.done_us = reply.done_us;
        sample.received_bytes = u32::try_from(reply.received).unwrap_or(u32::MAX);
        sample.status = desk.answer.status().unwrap_or(0);
        match reply.end {
            End::NoAnswer => sample.outcome = Outcome::Reset,
            End::CutShort => sample.outcome = Outcome::Truncated,
            End::Garbage => {
                sample.outcome = Outcome::ErrorReply;
                sample.flags |= SampleFlags::ERROR_ANSWER;
            }
            End::Complete => {
                self.take_answer(lane_copy, step, &desk.answer, sample);
                if desk.answer.keep_alive() && !step.marks.contains(Marks::LAST_ON_CONNECTION) {
                    lane_copy.keep_idle(step, connection);
                }
            }
        }
        self.give_desk(desk);
    }

    async fn open_http(&self, step: &Step, sample: &mut Sample) -> Option<HttpConnection> {
        sample.flags |= SampleFlags::CONNECTED;
        let target = self.program.http.get(usize::from(step.route))?;
        match HttpConnection::open(target.address).await {
            Ok(connection) => Some(connection),
            Err(error) => {
                sample.outcome = Outcome::Refused;
                sample.done_us = self.now_us();
                let message = format!("{} lets nobody in: {error}", target.address);
                self.outbox.borrow_mut().warn(WarningKind::Refused, message);
                None
            }
        }
    }

    /// Compares a complete answer with the recorded one and keeps what later requests need of it.
    fn take_answer(
        &self,
        lane_copy: &LaneCopy,
        step: &Step,
        answer: &ResponseReader,
        sample: &mut Sample,
    ) {
        let headers = answer.headers();
        for value in headers.get_all("Set-Cookie") {
            lane_copy.jar.borrow_mut().keep(value);
        }
        if let Some(lane) = self.program.lane(lane_copy.lane) {
            for wanted in lane.values.takes_of(step.exchange) {
                let header = |name: &str| headers.get(name).map(<[u8]>::to_vec);
                if let Some(value) = take(&wanted.origin, header, answer.body()) {
                    lane_copy.keep_value(wanted.value, value);
                }
            }
        }
        let whole = answer.body().len() as u64 == answer.body_len();
        let compared = step.digest != 0 && whole && !answer.body().is_empty();
        let answered = Seen {
            status: sample.status,
            digest: if compared {
                digest(answer.body(), headers.get("Content-Encoding"))
            } else {
                0
            },
            to_login: (300..400).contains(&sample.status)
                && headers.get("Location").is_some_and(is_login),
        };
        let recorded = Seen {
            status: step.status,
            digest: step.digest,
            to_login: step.marks.contains(Marks::TO_LOGIN),
        };
        let (outcome, flags) = judge(recorded, answered);
        sample.outcome = outcome;
        sample.flags |= flags;
    }
}
