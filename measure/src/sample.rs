//! One replayed exchange with all its times. Unit: microseconds since the start of the run.

use bitflags::bitflags;
use serde::{Deserialize, Serialize};

/// How one replayed exchange ended. Every sent exchange has exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Outcome {
    /// The target answered as the recording did, or no worse.
    Ok = 0,
    /// A different answer that is not a failure: status, row count or digest of the body.
    Mismatch = 1,
    /// A 5xx, a MySQL ERR, or a new 401, 403, 429 or login redirect the recording did not have.
    ErrorReply = 2,
    /// No complete answer within the timeout.
    Timeout = 3,
    /// The connection could not be opened.
    Refused = 4,
    /// The connection was reset or closed before an answer began.
    Reset = 5,
    /// The answer ended before its announced end.
    Truncated = 6,
    /// The run ended while the answer was outstanding.
    Unfinished = 7,
}

impl Outcome {
    /// Every outcome, in the order of its stored number.
    pub const ALL: [Self; 8] = [
        Self::Ok,
        Self::Mismatch,
        Self::ErrorReply,
        Self::Timeout,
        Self::Refused,
        Self::Reset,
        Self::Truncated,
        Self::Unfinished,
    ];

    /// The name used in `--json`, filters and charts: `error_reply`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Mismatch => "mismatch",
            Self::ErrorReply => "error_reply",
            Self::Timeout => "timeout",
            Self::Refused => "refused",
            Self::Reset => "reset",
            Self::Truncated => "truncated",
            Self::Unfinished => "unfinished",
        }
    }

    /// Whether the target did worse than the recording: what the new error rate counts.
    pub const fn is_failure(self) -> bool {
        matches!(
            self,
            Self::ErrorReply | Self::Timeout | Self::Refused | Self::Reset | Self::Truncated
        )
    }
}

bitflags! {
    /// What else is known about a sample. Stored: a bit never changes its meaning.
    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
    pub struct SampleFlags: u16 {
        /// The answer was an error reply, whether or not the recording had one: the total error rate.
        const ERROR_ANSWER = 1 << 0;
        /// Only the order between lanes explains the difference (MySQL 1062, 1205, 1213, row counts).
        const ORDER_CONFLICT = 1 << 1;
        /// A new connection was opened for it.
        const CONNECTED = 1 << 2;
        /// The recording had an error answer here.
        const RECORDED_ERROR = 1 << 3;
        /// A fault replaced or ended the exchange.
        const FAULT_ENDED = 1 << 4;
        /// It set its lane up (a login, a PREPARE from before the part that is replayed): not measured.
        const SETUP = 1 << 5;
        /// The target had closed the connection it would have used.
        const RECONNECTED = 1 << 6;
        /// It was sent again, on a new connection: nothing of an answer came on the old one.
        const RETRIED = 1 << 7;
        /// More of an answer came than is kept to be compared.
        const OVER_CAP = 1 << 8;
        /// The generator had no file descriptor or no local port left for its connection: it failed, by no fault of the
        /// target.
        const NOT_OPENED = 1 << 9;
    }
}

/// One replayed exchange. `intended <= ready <= sent <= first_byte <= done`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The exchange's id in its recording.
    pub exchange: u32,
    /// The lane it belongs to, by its id in the plan.
    pub lane: u32,
    /// Which copy of the lane; 0 is the first.
    pub copy: u32,
    /// The operation's id in the recording.
    pub operation: u32,
    /// When the schedule wanted it sent.
    pub intended_us: u64,
    /// `intended_us`, or when the last answer it had to wait for arrived, if later.
    pub ready_us: u64,
    /// When its first byte was written.
    pub sent_us: u64,
    /// When the first byte of the answer arrived; `None` when none did.
    pub first_byte_us: Option<u64>,
    /// When the last byte arrived, or the failure was known.
    pub done_us: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// HTTP status or MySQL error number of the answer; 0 for MySQL success or no answer.
    pub status: u16,
    /// What else is known.
    pub flags: SampleFlags,
    /// Bytes written.
    pub sent_bytes: u32,
    /// Bytes read.
    pub received_bytes: u32,
    /// The faults that touched it: bit i is the plan's fault i.
    pub faults: u32,
}

impl Sample {
    /// Notes when its answer arrived, which is not before it was sent whatever a clock that was set meanwhile says.
    pub fn answered(&mut self, first_byte_us: Option<u64>, done_us: u64) {
        self.done_us = done_us.max(self.sent_us);
        self.first_byte_us = first_byte_us.map(|us| us.clamp(self.sent_us, self.done_us));
    }

    /// What a user would have felt: from the intended send time to the end.
    pub const fn response_us(&self) -> u64 {
        self.done_us.saturating_sub(self.intended_us)
    }

    /// What the server took: from the first byte written to the end.
    pub const fn service_us(&self) -> u64 {
        self.done_us.saturating_sub(self.sent_us)
    }

    /// How long earlier answers of its lane held it up.
    pub const fn waiting_us(&self) -> u64 {
        self.ready_us.saturating_sub(self.intended_us)
    }

    /// How late the generator itself was.
    pub const fn lateness_us(&self) -> u64 {
        self.sent_us.saturating_sub(self.ready_us)
    }

    /// Whether it says how long the target takes. One that got no answer does not: a refused or reset connection
    /// would make a failing target look fast. A timeout does, with the time it was waited for; leaving it out would
    /// flatter the target.
    pub const fn has_response_time(&self) -> bool {
        match self.outcome {
            Outcome::Timeout => true,
            Outcome::Unfinished => false,
            _ => self.first_byte_us.is_some(),
        }
    }

    /// Whether it is another answer than the recorded one, and no failure, as only the order between lanes explains.
    pub fn is_conflicting_answer(&self) -> bool {
        self.outcome == Outcome::Mismatch && self.flags.contains(SampleFlags::ORDER_CONFLICT)
    }

    /// Whether it counts in the statistics of a run that measures from `from_us` on.
    pub const fn is_measured(&self, from_us: u64) -> bool {
        self.intended_us >= from_us && !self.flags.contains(SampleFlags::SETUP)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stored_number_of_an_outcome_is_its_place_in_the_list() {
        for (i, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, i);
        }
    }
}
