//! Whether the target did worse than the recording: MySQL.

use std::hash::Hasher;

use reprise_measure::{Outcome, SampleFlags};
use reprise_wire::mysql::ReplySummary;
use rustc_hash::FxHasher;

use super::verify::{ORDER, ROWS};

/// Errors that only the order between connections explains: duplicate key, lock wait timeout, deadlock; a row changed
/// since it was read, a deadlock in XA, a lock that is not waited for.
const ORDER_ERRORS: [u16; 6] = [1020, 1062, 1205, 1213, 1614, 3572];

/// Rows that refer to one that is not there, or that is referred to still: the order explains them where others write.
const REFERENCE_ERRORS: [u16; 4] = [1216, 1217, 1451, 1452];

/// A number for what a reply said, of ids the server generates apart: equal numbers mean the same answer, others
/// that it has to be looked at. Never 0.
pub(crate) fn digest(reply: &ReplySummary) -> u64 {
    let mut hasher = FxHasher::default();
    for number in [
        u64::from(reply.results),
        reply.columns,
        reply.columns_digest,
        reply.rows,
        reply.rows_digest,
        reply.row_order_digest,
        reply.affected_rows,
    ] {
        hasher.write_u64(number);
    }
    hasher.finish().max(1)
}

/// Judges by the recorded error number (0: success) and the one of `reply`; `None` when neither is an error:
/// what they say has to be compared. `contended`: others write to the tables it names.
pub(crate) fn judge_errors(
    recorded_error: u16,
    reply: &ReplySummary,
    contended: bool,
) -> Option<(Outcome, SampleFlags)> {
    let explains =
        |code: &u16| ORDER_ERRORS.contains(code) || (contended && REFERENCE_ERRORS.contains(code));
    let mut flags = SampleFlags::empty();
    flags.set(SampleFlags::RECORDED_ERROR, recorded_error != 0);
    let Some(error) = &reply.error else {
        let conflict = explains(&recorded_error);
        flags.set(SampleFlags::ORDER_CONFLICT, conflict);
        return (recorded_error != 0).then_some((Outcome::Mismatch, flags));
    };
    flags |= SampleFlags::ERROR_ANSWER;
    flags.set(
        SampleFlags::ORDER_CONFLICT,
        error.code != recorded_error && explains(&error.code),
    );
    let outcome = match recorded_error {
        0 => Outcome::ErrorReply,
        same if same == error.code => Outcome::Ok,
        _ => Outcome::Mismatch,
    };
    Some((outcome, flags))
}

/// Whether only the order between connections may explain a difference at these places: how many rows there
/// are depends on what others did before, and so does what is in them where others write (`contended`).
pub(crate) fn is_order_conflict(places: &[String], contended: bool) -> bool {
    let counts = |place: &String| place == ROWS || place == "affected";
    let values = |place: &String| place.starts_with("column:") || place == ORDER;
    places
        .iter()
        .all(|place| counts(place) || (contended && values(place)))
}

#[cfg(test)]
mod tests {
    use reprise_wire::mysql::ErrPacket;

    use super::*;

    fn reply(rows: u64, error: Option<u16>) -> ReplySummary {
        let error = error.map(|code| {
            let injected = [&[0xFF][..], &code.to_le_bytes(), b"#HY000x"].concat();
            ErrPacket::decode(&injected).unwrap()
        });
        ReplySummary {
            rows,
            error,
            ..ReplySummary::default()
        }
    }

    #[test]
    fn a_new_error_fails_and_a_recorded_one_does_not() {
        let (outcome, flags) = judge_errors(0, &reply(0, Some(1146)), true).unwrap();
        assert_eq!(
            (outcome, flags),
            (Outcome::ErrorReply, SampleFlags::ERROR_ANSWER)
        );
        let outcome =
            |recorded, error| judge_errors(recorded, &reply(0, error), false).map(|one| one.0);
        assert_eq!(outcome(1062, Some(1062)), Some(Outcome::Ok));
        assert_eq!(outcome(1062, None), Some(Outcome::Mismatch));
        assert_eq!(outcome(1146, Some(1054)), Some(Outcome::Mismatch));
        assert_eq!(outcome(0, None), None);
    }

    #[test]
    fn conflicts_of_order_are_told_apart() {
        for (recorded, error) in [(0, Some(1213)), (1205, None)] {
            let (_, flags) = judge_errors(recorded, &reply(0, error), false).unwrap();
            assert!(flags.contains(SampleFlags::ORDER_CONFLICT));
        }
        for contended in [false, true] {
            let (_, flags) = judge_errors(0, &reply(0, Some(1452)), contended).unwrap();
            assert_eq!(flags.contains(SampleFlags::ORDER_CONFLICT), contended);
        }
        let conflict = |place: &str, contended| is_order_conflict(&[place.to_owned()], contended);
        assert!(conflict("rows", false) && conflict("affected", false));
        assert!(conflict("column:total", true) && !conflict("column:total", false));
        assert!(!conflict("type:total", true) && !conflict("columns", true));
    }

    #[test]
    fn a_digest_tells_rows_and_their_order_apart() {
        let one = reply(3, None);
        let other_order = ReplySummary {
            row_order_digest: 1,
            ..one.clone()
        };
        assert_eq!(digest(&one), digest(&reply(3, None)));
        assert_ne!(digest(&one), digest(&reply(4, None)));
        assert_ne!(digest(&one), digest(&other_order));
    }
}
