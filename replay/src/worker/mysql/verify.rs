//! What the sample says about a MySQL reply, held against the recorded one.

use reprise_measure::{Outcome, Sample, SampleFlags};
use reprise_wire::mysql::{Answer, ColumnDefinition, Dialect, summarise_reply};

use crate::mismatch::KEPT_ANSWER;
use crate::mysql::command::MysqlCommand;
use crate::mysql::connection::{End, Reply};
use crate::mysql::generated::Generated;
use crate::mysql::judge::{digest, is_order_conflict, judge_errors};
use crate::mysql::keys::{Generates, Keys, Shift};
use crate::mysql::lane::MysqlState;
use crate::mysql::made_ids::makes_ids;
use crate::mysql::verify::{Known, ORDER, compare, text};
use crate::prepare::lane::{Marks, Step};
use crate::worker::Worker;
use crate::worker::mysql::arrived;
use crate::worker::verify::statuses;

/// Lock wait timeout, deadlock: the server takes back what the transaction has done, or a part of it.
const UNDOING: [u16; 2] = [1205, 1213];

/// What it takes to read both replies.
pub(super) struct Sides<'a> {
    pub(super) command: &'a MysqlCommand,
    /// What the recorded ends agreed on.
    pub(super) recorded: &'a Dialect,
    /// What was agreed on with the target.
    pub(super) target: &'a Dialect,
    /// What the copy's keys are shifted by, where the plan shifts some.
    pub(super) shift: Option<Shift<'a>>,
    /// The keys that the target generates for it.
    pub(super) generates: Option<Generates>,
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
        arrived(reply, sample);
        sample.status = reply.summary.error.as_ref().map_or(0, |error| error.code);
        match reply.end {
            End::Complete => {
                let summary = &reply.summary;
                // an OK has no columns, what PREPARE answers is no result
                if summary.error.is_none() && summary.results > 0 && summary.columns > 0 {
                    self.outbox.borrow_mut().returned(summary.rows);
                }
                let columns = self.program.prepared.columns_of(step.operation);
                let generated = &mut state.generated;
                note_generated((generated, &self.program.keys), sides, reply, came, columns);
                self.note_made_ids(state, step, sides, reply, came, sample.copy);
                self.verify_mysql(&state.generated, step, sides, reply, came, sample);
                follow_conflict(state, step, sample);
            }
            End::NoAnswer => sample.outcome = Outcome::Reset,
            End::CutShort => sample.outcome = Outcome::Truncated,
            End::Garbage => {
                sample.outcome = Outcome::ErrorReply;
                sample.flags |= SampleFlags::ERROR_ANSWER;
            }
        }
    }

    /// Notes which UUIDs the target made where the recorded server made others.
    fn note_made_ids(
        &self,
        state: &MysqlState,
        step: &Step,
        sides: &Sides<'_>,
        reply: &Reply,
        came: &[u8],
        copy: u32,
    ) {
        let command = sides.command;
        let may_differ = step.digest == 0 || step.digest != digest(&reply.summary);
        let sql = || state.sql_of(&command.payload);
        if may_differ
            && reply.summary.rows > 0
            && !command.answer.is_empty()
            && sql().is_some_and(makes_ids)
        {
            let [recorded, answered] = &sides.answers(came);
            let columns = self.program.prepared.columns_of(step.operation);
            (self.program.made_ids).note(copy, [recorded, answered], columns);
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
        let prepared = &self.program.prepared;
        let contended = || prepared.contention.holds(step.operation, sample.lane);
        if (step.status != 0 || reply.summary.error.is_some())
            && let Some((outcome, flags)) = judge_errors(step.status, &reply.summary, contended())
        {
            sample.outcome = outcome;
            sample.flags |= flags;
            if outcome != Outcome::Ok {
                let difference = statuses(step.status, sample.status);
                let columns = prepared.columns_of(step.operation);
                self.keep_mismatch(step, sample, difference, || {
                    self.shown(&sides.answers(came), columns)
                });
            }
            return;
        }
        sample.outcome = Outcome::Ok;
        if step.digest == 0 || step.digest == digest(&reply.summary) {
            return;
        }
        let answers = sides.answers(came);
        let known = Known {
            generated,
            keys: sides.shift.map(|shift| (&self.program.keys, shift)),
            made_ids: Some((&self.program.made_ids, sample.copy)),
            noise: prepared.noise.of(step.operation),
            columns: prepared.columns_of(step.operation),
        };
        let [recorded, answered] = &answers;
        if let Some(mut difference) = compare(recorded, answered, known) {
            sample.outcome = Outcome::Mismatch;
            if let Some(veil) = self.veil.as_ref().filter(|_| difference.place == ORDER) {
                let results = answered.results.iter();
                let told = results
                    .map(|result| &result.columns)
                    .find(|told| !told.is_empty());
                let columns = told.map_or(known.columns, Vec::as_slice);
                difference.answered = veil.line(columns, &difference.answered);
            }
            let conflict = is_order_conflict(&difference.places, contended());
            sample.flags.set(SampleFlags::ORDER_CONFLICT, conflict);
            self.keep_mismatch(step, sample, difference, || {
                self.shown(&answers, known.columns)
            });
        }
    }

    /// Both answers as texts, the secrets of the target's replaced.
    fn shown(
        &self,
        [recorded, answered]: &[Answer; 2],
        columns: &[ColumnDefinition],
    ) -> [String; 2] {
        [
            text(recorded, columns, KEPT_ANSWER, None),
            text(answered, columns, KEPT_ANSWER, self.veil.as_ref()),
        ]
    }
}

/// What a deadlock or a lock wait timeout has undone is missing for the rest of its transaction: that differs for
/// the same reason.
fn follow_conflict(state: &mut MysqlState, step: &Step, sample: &mut Sample) {
    let differs = sample.outcome != Outcome::Ok;
    if state.undone && differs {
        sample.flags |= SampleFlags::ORDER_CONFLICT;
    }
    state.undone |= differs && UNDOING.contains(&sample.status);
    state.undone &= step.marks.contains(Marks::IN_TRANSACTION);
}

/// Notes which ids the target gave to rows that the recorded server gave others.
fn note_generated(
    (generated, keys): (&mut Generated, &Keys),
    sides: &Sides<'_>,
    reply: &Reply,
    came: &[u8],
    columns: &[ColumnDefinition],
) {
    let command = sides.command;
    if command.answer.is_empty() || reply.summary.error.is_some() {
        return;
    }
    if reply.summary.last_insert_id != 0 {
        let recorded = summarise_reply(&command.payload, &command.answer, sides.recorded);
        let rows = reply.summary.affected_rows;
        let ids = (recorded.last_insert_id, reply.summary.last_insert_id);
        generated.note(ids.0, ids.1, rows);
        if let Some((made, shift)) = sides.generates.zip(sides.shift).filter(|_| ids.0 != 0) {
            // one that updates a row instead says so by counting it twice
            let rows = made.rows.map_or(rows, |made| made.min(rows));
            keys.generated(shift, made.key, ids, rows);
        }
    }
    // INSERT ... RETURNING tells them as rows
    if let Some((made, shift)) = sides
        .generates
        .zip(sides.shift)
        .filter(|_| reply.summary.rows > 0)
        && let Some(shifted) = shift.keys.columns.get(made.key)
    {
        let [recorded, answered] = sides.answers(came);
        for (recorded, target) in returned(&recorded, &answered, &shifted.column, columns) {
            generated.note(recorded, target, 1);
            keys.generated(shift, made.key, (recorded, target), 1);
        }
    }
}

/// The values of a column in the rows of both answers, side by side.
fn returned(
    recorded: &Answer,
    answered: &Answer,
    column: &str,
    known: &[ColumnDefinition],
) -> Vec<(u64, u64)> {
    let values = |answer: &Answer| -> Vec<Option<u64>> {
        let result = answer.results.first();
        let rows = result.into_iter().flat_map(|result| {
            let columns = if result.columns.is_empty() {
                known
            } else {
                &result.columns
            };
            let is_it =
                |one: &ColumnDefinition| one.org_name.eq_ignore_ascii_case(column.as_bytes());
            let place = columns.iter().position(is_it);
            result.rows.iter().map(move |row| {
                let texts = result.texts(row, columns)?;
                let text = texts.get(place?)?.as_deref()?;
                std::str::from_utf8(text).ok()?.parse().ok()
            })
        });
        rows.collect()
    };
    let pairs = values(recorded).into_iter().zip(values(answered));
    pairs.filter_map(|(one, other)| one.zip(other)).collect()
}
