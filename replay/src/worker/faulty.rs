//! What faults do to the replay's own exchanges and connections. Every exchange they touch still ends in one
//! sample. Units: microseconds of the run.

use std::future::pending;
use std::pin::pin;

use reprise_fault::Ending;
use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_wire::Protocol;

use super::Worker;
use super::fetch::{Outgoing, Ready};
use super::in_flight::{Ticket, TimedOut};
use super::lane_copy::LaneCopy;
use super::mysql::not_prepared;
use crate::prepare::lane::{Lane, Marks, Step};

impl Worker {
    /// Ends an exchange that a fault keeps from the target.
    pub(super) async fn end_by_fault(
        &self,
        ending: &Ending,
        (lane_copy, lane, step): (&LaneCopy, &Lane, &Step),
        outgoing: &Outgoing,
        ticket: Ticket,
        sample: &mut Sample,
    ) {
        sample.flags |= SampleFlags::FAULT_ENDED;
        let from_us = self.now_us();
        let waited = match ending {
            Ending::Answer(injected) => {
                sample.status = injected.status();
                sample.outcome = Outcome::ErrorReply;
                sample.flags |= SampleFlags::ERROR_ANSWER;
                sample.done_us = from_us;
                sample.first_byte_us = Some(from_us);
                self.kept_from_target(lane_copy, step, outgoing).await;
                return;
            }
            Ending::Close => Ok(()),
            Ending::Reset(after) => {
                let waiting = pin!(tokio::time::sleep(*after));
                self.in_flight.patiently(ticket, from_us, waiting).await
            }
            Ending::Silence(Some(length)) => {
                let waiting = pin!(tokio::time::sleep(*length));
                self.in_flight.patiently(ticket, from_us, waiting).await
            }
            Ending::Silence(None) => {
                let waiting = pin!(pending());
                self.in_flight.patiently(ticket, from_us, waiting).await
            }
        };
        sample.outcome = match waited {
            Ok(()) => Outcome::Reset,
            Err(TimedOut) => Outcome::Timeout,
        };
        self.kept_from_target(lane_copy, step, outgoing).await;
        self.lose_connection(lane_copy, lane, step).await;
        sample.done_us = self.now_us();
    }

    /// Notes that the target did not see a step: what belongs to a transaction that this was to begin is not sent.
    async fn kept_from_target(&self, lane_copy: &LaneCopy, step: &Step, outgoing: &Outgoing) {
        if let Ready::Mysql(command) = &outgoing.payload {
            let open = step.marks.contains(Marks::IN_TRANSACTION);
            let mut state = lane_copy.mysql.state().lock().await;
            state.passed(&command.payload, open, Some(None));
            not_prepared(&mut state, step, command);
        }
    }

    /// The target has answered, and a fault keeps the answer from the client.
    pub(super) async fn lose_answer(
        &self,
        (lane_copy, lane, step): (&LaneCopy, &Lane, &Step),
        sample: &mut Sample,
    ) {
        self.lose_connection(lane_copy, lane, step).await;
        sample.outcome = Outcome::Reset;
        sample.flags |= SampleFlags::FAULT_ENDED;
        sample.flags -= SampleFlags::ERROR_ANSWER;
        sample.status = 0;
        sample.first_byte_us = None;
    }

    /// Closes the connection a step's exchange had, or would have had.
    async fn lose_connection(&self, lane_copy: &LaneCopy, lane: &Lane, step: &Step) {
        match step.protocol {
            Protocol::Http => self.lose_http(lane_copy, step),
            Protocol::Mysql => {
                let mut state = lane_copy.mysql.state().lock().await;
                if state.connection.take().is_some() {
                    self.lost_mysql(&mut state, lane_copy, lane);
                }
            }
        }
    }
}
