//! What the sample says about a MySQL reply, held against the recorded one.

use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_wire::mysql::{Answer, Dialect, summarise_reply};

use crate::mismatch::KEPT_ANSWER;
use crate::mysql::command::MysqlCommand;
use crate::mysql::connection::{End, Reply};
use crate::mysql::generated::Generated;
use crate::mysql::judge::{digest, is_order_conflict, judge_errors};
use crate::mysql::lane::MysqlState;
use crate::mysql::verify::{Known, compare, text};
use crate::prepare::lane::Step;
use crate::worker::Worker;
use crate::worker::verify::statuses;

/// What it takes to read both replies.
pub(super) struct Sides<'a> {
    pub(super) command: &'a MysqlCommand,
    /// What the recorded ends agreed on.
    pub(super) recorded: &'a Dialect,
    /// What was agreed on with the target.
    pub(super) target: &'a Dialect,
}

impl Sides<'_> {
    fn answers(&self, came: &[u8]) -> [Answer; 2] {
        let payload = &self.command.payload;
        [
            Answer::stored(payload, &self.command.answer, self.recorded),
            Answer::received(payload, came, self.target),
        ]
    }
}

impl Worker {
    /// Says in the sample what a reply came to; `came` is its beginning.
    pub(super) fn finish(
        &self,
        state: &mut MysqlState,
        step: &Step,
        sides: &Sides<'_>,
        reply: &Reply,
        came: &[u8],
        sample: &mut Sample,
    ) {
        sample.first_byte_us = reply.first_byte_us;
        sample.done_us = reply.done_us;
        sample.sent_bytes = u32::try_from(reply.sent).unwrap_or(u32::MAX);
        sample.received_bytes = u32::try_from(reply.received).unwrap_or(u32::MAX);
        sample.status = reply.summary.error.as_ref().map_or(0, |error| error.code);
        match reply.end {
            End::Complete => {
                note_generated(&mut state.generated, sides, reply);
                self.verify_mysql(&state.generated, step, sides, reply, came, sample);
            }
            End::NoAnswer => sample.outcome = Outcome::Reset,
            End::CutShort => sample.outcome = Outcome::Truncated,
            End::Garbage => {
                sample.outcome = Outcome::ErrorReply;
                sample.flags |= SampleFlags::ERROR_ANSWER;
            }
        }
    }

    /// Judges a complete reply, and hands it over when it is not the recorded one.
    fn verify_mysql(
        &self,
        generated: &Generated,
        step: &Step,
        sides: &Sides<'_>,
        reply: &Reply,
        came: &[u8],
        sample: &mut Sample,
    ) {
        if let Some((outcome, flags)) = judge_errors(step.status, &reply.summary) {
            sample.outcome = outcome;
            sample.flags |= flags;
            if outcome != Outcome::Ok {
                let difference = statuses(step.status, sample.status);
                let columns = self.program.prepared.columns_of(step.operation);
                let shown = |answer| text(&answer, columns, KEPT_ANSWER);
                let answers = || sides.answers(came).map(shown);
                self.keep_mismatch(step, sample, difference, answers);
            }
            return;
        }
        sample.outcome = Outcome::Ok;
        if step.digest == 0 || step.digest == digest(&reply.summary) {
            return;
        }
        let answers = sides.answers(came);
        let prepared = &self.program.prepared;
        let known = Known {
            generated,
            noise: prepared.noise.of(step.operation),
            columns: prepared.columns_of(step.operation),
        };
        let [recorded, answered] = &answers;
        if let Some(difference) = compare(recorded, answered, known) {
            sample.outcome = Outcome::Mismatch;
            let contended = prepared.contention.holds(step.operation, sample.lane);
            let conflict = is_order_conflict(&difference.places, contended);
            sample.flags.set(SampleFlags::ORDER_CONFLICT, conflict);
            self.keep_mismatch(step, sample, difference, || {
                answers.map(|answer| text(&answer, known.columns, KEPT_ANSWER))
            });
        }
    }
}

/// Notes which ids the target gave to rows that the recorded server gave others.
fn note_generated(generated: &mut Generated, sides: &Sides<'_>, reply: &Reply) {
    let command = sides.command;
    if reply.summary.last_insert_id == 0 || command.answer.is_empty() {
        return;
    }
    let recorded = summarise_reply(&command.payload, &command.answer, sides.recorded);
    let rows = reply.summary.affected_rows;
    generated.note(recorded.last_insert_id, reply.summary.last_insert_id, rows);
}
