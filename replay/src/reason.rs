//! Why an exchange of the plan is not sent. Every one that is not sent has exactly one reason.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Why an exchange is left out. The names are those of `skipped{REASON:n}` in every summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum SkipReason {
    /// MySQL behind a recorded HTTP server: replaying the HTTP makes it happen again.
    Downstream,
    /// No target was given for its protocol or its server.
    NoTarget,
    /// The request was lost, or precedes the capture.
    NoRequest,
    /// Bytes of the request are missing: a gap, a cap, or an early end.
    RequestIncomplete,
    /// The recording has no answer to it, so nothing could be compared.
    Unanswered,
    /// It names a prepared statement whose PREPARE was not seen, and nothing tells which it was.
    StatementUnknown,
    /// It is outside the part of the recording that the plan plays.
    Outside,
    /// It kills a connection that the replay does not have open.
    KillTarget,
    /// It is MySQL that writes, in a copy or a repetition, and the plan writes once.
    CopyWrite,
    /// The plan's filter leaves it out.
    Filtered,
    /// It would write, and the plan is read-only.
    ReadOnly,
    /// Something the replay cannot send yet: an upgraded connection, CONNECT, a replication command.
    Unsupported,
    /// Its lane was retired because the rate fell.
    Retired,
    /// It was due when the run was stopped, and had not been sent.
    Stopped,
    /// Its bytes could not be read back from the store.
    Unreadable,
    /// It carries a value that nothing supplies: redacted without a source, or of an answer that did not come.
    ValueMissing,
    /// It names a prepared statement that the target does not prepare, for what its text says.
    StatementRefused,
    /// Its transaction is not there: the target refused to begin it, a deadlock undid it, or its connection was lost.
    TransactionLost,
}

impl SkipReason {
    /// Every reason, in the order of its number.
    pub const ALL: [Self; 18] = [
        Self::Downstream,
        Self::NoTarget,
        Self::NoRequest,
        Self::RequestIncomplete,
        Self::Unanswered,
        Self::StatementUnknown,
        Self::Outside,
        Self::KillTarget,
        Self::CopyWrite,
        Self::Filtered,
        Self::ReadOnly,
        Self::Unsupported,
        Self::Retired,
        Self::Stopped,
        Self::Unreadable,
        Self::ValueMissing,
        Self::StatementRefused,
        Self::TransactionLost,
    ];

    /// The name used in `--json`: `statement_unknown`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Downstream => "downstream",
            Self::NoTarget => "no_target",
            Self::NoRequest => "no_request",
            Self::RequestIncomplete => "request_incomplete",
            Self::Unanswered => "unanswered",
            Self::StatementUnknown => "statement_unknown",
            Self::Outside => "outside",
            Self::KillTarget => "kill_target",
            Self::CopyWrite => "copy_write",
            Self::Filtered => "filtered",
            Self::ReadOnly => "read_only",
            Self::Unsupported => "unsupported",
            Self::Retired => "retired",
            Self::Stopped => "stopped",
            Self::Unreadable => "unreadable",
            Self::ValueMissing => "value_missing",
            Self::StatementRefused => "statement_refused",
            Self::TransactionLost => "transaction_lost",
        }
    }

    /// The reason of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// What it means, in a few words.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Downstream => {
                "replaying the HTTP makes it happen again; --both-tiers sends it, too"
            }
            Self::NoTarget => "no --http or --mysql takes it",
            Self::NoRequest => "the recording does not have the request",
            Self::RequestIncomplete => "bytes of the request are missing",
            Self::Unanswered => "the recording has no answer to it",
            Self::StatementUnknown => "its PREPARE was not seen; --statements can tell it",
            Self::Outside => "not in the part of --between",
            Self::KillTarget => "what it kills is not open",
            Self::CopyWrite => "only the first copy writes",
            Self::Filtered => "does not match --where",
            Self::ReadOnly => "may write, and the plan is --read-only",
            Self::Unsupported => "a protocol after an upgrade (WebSocket), CONNECT, or replication",
            Self::Retired => "its lane retired as the rate fell",
            Self::Stopped => "due when the run was stopped",
            Self::Unreadable => "cannot be read back from the file",
            Self::ValueMissing => "nobody supplies a value in it",
            Self::StatementRefused => "the target did not prepare it",
            Self::TransactionLost => "the target is not in its transaction",
        }
    }
}

/// How many exchanges were skipped, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skips([u64; SkipReason::ALL.len()]);

impl Skips {
    /// Counts `count` more for `reason`.
    pub fn add(&mut self, reason: SkipReason, count: u64) {
        if let Some(slot) = self.0.get_mut(reason as usize) {
            *slot += count;
        }
    }

    /// Adds all of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (slot, more) in self.0.iter_mut().zip(other.0) {
            *slot += more;
        }
    }

    /// How many were skipped in all.
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// The reasons that occurred, with their counts.
    pub fn iter(&self) -> impl Iterator<Item = (SkipReason, u64)> {
        SkipReason::ALL
            .into_iter()
            .zip(self.0)
            .filter(|(_, count)| *count > 0)
    }

    /// The reasons that occurred by name, as a summary shows them.
    pub fn by_name(&self) -> BTreeMap<String, u64> {
        self.iter()
            .map(|(reason, count)| (reason.name().to_owned(), count))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_reason_is_its_place_and_its_name_is_its_json() {
        for (i, reason) in SkipReason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, i);
            assert_eq!(
                serde_json::to_string(&reason).unwrap(),
                format!("\"{}\"", reason.name())
            );
        }
    }

    #[test]
    fn counts_add_up_by_name() {
        let mut skips = Skips::default();
        skips.add(SkipReason::ReadOnly, 2);
        let mut other = Skips::default();
        other.add(SkipReason::ReadOnly, 1);
        other.add(SkipReason::Stopped, 4);
        skips.merge(&other);
        assert_eq!(skips.total(), 7);
        assert_eq!(
            skips.by_name(),
            [("read_only".to_owned(), 3), ("stopped".to_owned(), 4)].into()
        );
    }
}
