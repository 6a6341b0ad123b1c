//! Holds a complete answer against the recorded one: what outcome it is, and, when it says something else,
//! both answers for the run to keep.

use reprise_measure::{Outcome, Sample};
use reprise_wire::http::{ContentDigest, ResponseReader};

use super::Worker;
use super::fetch::Outgoing;
use super::lane_copy::LaneCopy;
use crate::http::judge::{Seen, is_login, judge};
use crate::http::looked_at::LookedAt;
use crate::http::verify::{Answered, Difference, compare};
use crate::mismatch::{KEPT_ANSWER, Mismatch};
use crate::prepare::lane::{Lane, Marks, Step};
use crate::run::program::OfAnother;
use crate::users::Account;
use crate::veil::Veil;

impl Worker {
    /// Judges an answer, and hands it over when it is not the recorded one.
    pub(super) fn verify(
        &self,
        lane_copy: &LaneCopy,
        (lane, step): (&Lane, &Step),
        outgoing: &Outgoing,
        (answer, fields, digest): (&ResponseReader, LookedAt<'_>, Option<ContentDigest>),
        sample: &mut Sample,
    ) {
        let shown = Answered {
            status: sample.status,
            content_type: fields.content_type,
            content_encoding: fields.content_encoding,
            location: fields.location,
            body: answer.body(),
            digest,
            known: &[],
        };
        let kept = answer.body().len() as u64 == answer.body_len();
        let is_whole = step.digest != 0 && (kept || digest.is_some());
        let recorded = outgoing.recorded.as_ref().filter(|_| is_whole);
        let same_status = step.status == sample.status;
        let account = self.account(lane_copy, lane);
        let difference = recorded.filter(|_| same_status).and_then(|recorded| {
            let noise = self.program.prepared.noise.of(step.operation);
            let before = known_when_recorded(lane_copy, lane, account);
            let others = lane.values.of_others.iter();
            let of_others: Vec<Box<[u8]>> = others
                .filter_map(
                    |number| match self.program.of_another(*number, lane_copy.copy) {
                        OfAnother::Given(value) => Some(value),
                        OfAnother::AsRecorded | OfAnother::Missing => None,
                    },
                )
                .collect();
            lane_copy.with_values(|values| {
                let mut now: Vec<&[u8]> = values.iter().flatten().map(|value| &**value).collect();
                now.extend(account.map(|account| account.name.as_bytes()));
                now.extend(of_others.iter().map(|value| &**value));
                let shown = Answered {
                    known: &now,
                    ..shown
                };
                compare(recorded.shown(&before), shown, noise, self.veil.as_ref())
            })
        });
        let to_login = (300..400).contains(&sample.status) && shown.location.is_some_and(is_login);
        let answered = Seen {
            status: sample.status,
            to_login,
        };
        let expected = Seen {
            status: step.status,
            to_login: step.marks.contains(Marks::TO_LOGIN),
        };
        let (outcome, flags) = judge(expected, answered, difference.is_some());
        sample.outcome = outcome;
        sample.flags |= flags;
        if outcome == Outcome::Mismatch || (outcome == Outcome::ErrorReply && !same_status) {
            let difference = difference.unwrap_or_else(|| statuses(step.status, sample.status));
            self.keep_mismatch(step, sample, difference, || {
                let recorded = recorded.map(|one| one.shown(&[]).text(KEPT_ANSWER));
                let kind = shown.content_type.unwrap_or_default();
                let answer = match &self.veil {
                    Some(veil) => veil.body(kind, KEPT_ANSWER, |most| shown.text(most)),
                    None => shown.text(KEPT_ANSWER),
                };
                [recorded.unwrap_or_default(), answer]
            });
        }
    }

    /// Hands a mismatch over, unless there were enough of its operation, and some at its places. `answers` are the recorded one and
    /// the target's as text, their beginnings.
    pub(super) fn keep_mismatch(
        &self,
        step: &Step,
        sample: &Sample,
        difference: Difference,
        answers: impl FnOnce() -> [String; 2],
    ) {
        let mut kept = self.mismatches.borrow_mut();
        let of_operation = kept.entry(step.operation).or_default();
        if !of_operation.takes(&difference.places) {
            return;
        }
        self.veil.iter().for_each(Veil::begin);
        let [recorded_answer, answer] = answers();
        let answered = match &self.veil {
            Some(veil) => veil.told(&difference.place, &difference.answered),
            None => difference.answered,
        };
        self.outbox.borrow_mut().mismatch(Mismatch {
            operation: self.program.operation(step.operation).to_owned(),
            exchange: sample.exchange,
            lane: sample.lane,
            copy: sample.copy,
            recorded_status: step.status,
            status: sample.status,
            place: difference.place,
            recorded: difference.recorded,
            answered,
            places: difference.places,
            recorded_answer,
            answer,
        });
    }
}

/// The values the recorded server generated for a lane, and who it was when another is now.
fn known_when_recorded<'a>(
    lane_copy: &'a LaneCopy,
    lane: &'a Lane,
    account: Option<&Account>,
) -> Vec<&'a [u8]> {
    let values = lane_copy.recorded_values.iter().map(|value| &**value);
    let user = lane.values.user.as_deref().filter(|_| account.is_some());
    values.chain(user).collect()
}

/// Two statuses, or two error numbers of MySQL.
pub(super) fn statuses(recorded: u16, answered: u16) -> Difference {
    Difference {
        place: "status".to_owned(),
        recorded: recorded.to_string(),
        answered: answered.to_string(),
        places: vec!["status".to_owned()],
    }
}
