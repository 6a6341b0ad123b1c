//! Whether the target did worse than the recording: MySQL.

use std::hash::Hasher;

use reprise_measure::{Outcome, SampleFlags};
use reprise_wire::mysql::ReplySummary;
use rustc_hash::FxHasher;

/// Errors that only the order between connections explains: duplicate key, lock wait timeout, deadlock.
const ORDER_ERRORS: [u16; 3] = [1062, 1205, 1213];

/// A number for how much a reply returned or changed; never 0.
pub(crate) fn digest(reply: &ReplySummary) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write_u64(reply.rows);
    hasher.write_u64(reply.affected_rows);
    hasher.write_u32(reply.results);
    hasher.finish().max(1)
}

/// Compares a reply with the recorded error number (0: success) and digest (0: not known).
pub(crate) fn judge(
    recorded_error: u16,
    recorded_digest: u64,
    reply: &ReplySummary,
) -> (Outcome, SampleFlags) {
    let mut flags = SampleFlags::empty();
    flags.set(SampleFlags::RECORDED_ERROR, recorded_error != 0);
    let Some(error) = &reply.error else {
        if recorded_error != 0 {
            flags.set(
                SampleFlags::ORDER_CONFLICT,
                ORDER_ERRORS.contains(&recorded_error),
            );
            return (Outcome::Mismatch, flags);
        }
        if recorded_digest == 0 || recorded_digest == digest(reply) {
            return (Outcome::Ok, flags);
        }
        // how many rows there are depends on what other connections did before
        return (Outcome::Mismatch, flags | SampleFlags::ORDER_CONFLICT);
    };
    flags |= SampleFlags::ERROR_ANSWER;
    flags.set(
        SampleFlags::ORDER_CONFLICT,
        error.code != recorded_error && ORDER_ERRORS.contains(&error.code),
    );
    let outcome = match recorded_error {
        0 => Outcome::ErrorReply,
        same if same == error.code => Outcome::Ok,
        _ => Outcome::Mismatch,
    };
    (outcome, flags)
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
        let (outcome, flags) = judge(0, 0, &reply(0, Some(1146)));
        assert_eq!(
            (outcome, flags),
            (Outcome::ErrorReply, SampleFlags::ERROR_ANSWER)
        );
        assert_eq!(judge(1062, 0, &reply(0, Some(1062))).0, Outcome::Ok);
        assert_eq!(judge(1062, 0, &reply(0, None)).0, Outcome::Mismatch);
        assert_eq!(judge(1146, 0, &reply(0, Some(1054))).0, Outcome::Mismatch);
    }

    #[test]
    fn conflicts_of_order_are_told_apart() {
        let (outcome, flags) = judge(0, 0, &reply(0, Some(1213)));
        assert_eq!(outcome, Outcome::ErrorReply);
        assert!(flags.contains(SampleFlags::ORDER_CONFLICT));
        let (outcome, flags) = judge(0, digest(&reply(3, None)), &reply(4, None));
        assert_eq!(outcome, Outcome::Mismatch);
        assert!(flags.contains(SampleFlags::ORDER_CONFLICT));
        assert_eq!(
            judge(0, digest(&reply(3, None)), &reply(3, None)).0,
            Outcome::Ok
        );
    }
}
