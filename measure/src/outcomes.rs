//! How many exchanges ended each way. Adds up, so shards and ticks sum to the run.

use std::ops::{AddAssign, Index, IndexMut};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Outcome;

/// A count for every [`Outcome`]; their sum is what was sent and has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
#[expect(missing_docs, reason = "each field is the outcome of the same name")]
pub struct Outcomes {
    pub ok: u64,
    pub mismatch: u64,
    pub error_reply: u64,
    pub timeout: u64,
    pub refused: u64,
    pub reset: u64,
    pub truncated: u64,
    pub unfinished: u64,
}

impl Outcomes {
    /// All of them together.
    pub fn total(&self) -> u64 {
        Outcome::ALL.into_iter().map(|outcome| self[outcome]).sum()
    }

    /// These but for `some` of them.
    #[must_use]
    pub fn without(mut self, some: &Self) -> Self {
        for outcome in Outcome::ALL {
            self[outcome] = self[outcome].saturating_sub(some[outcome]);
        }
        self
    }

    /// Those in which the target did worse than the recording.
    pub fn failures(&self) -> u64 {
        Outcome::ALL
            .into_iter()
            .filter(|outcome| outcome.is_failure())
            .map(|outcome| self[outcome])
            .sum()
    }
}

impl Index<Outcome> for Outcomes {
    type Output = u64;

    fn index(&self, outcome: Outcome) -> &u64 {
        match outcome {
            Outcome::Ok => &self.ok,
            Outcome::Mismatch => &self.mismatch,
            Outcome::ErrorReply => &self.error_reply,
            Outcome::Timeout => &self.timeout,
            Outcome::Refused => &self.refused,
            Outcome::Reset => &self.reset,
            Outcome::Truncated => &self.truncated,
            Outcome::Unfinished => &self.unfinished,
        }
    }
}

impl IndexMut<Outcome> for Outcomes {
    fn index_mut(&mut self, outcome: Outcome) -> &mut u64 {
        match outcome {
            Outcome::Ok => &mut self.ok,
            Outcome::Mismatch => &mut self.mismatch,
            Outcome::ErrorReply => &mut self.error_reply,
            Outcome::Timeout => &mut self.timeout,
            Outcome::Refused => &mut self.refused,
            Outcome::Reset => &mut self.reset,
            Outcome::Truncated => &mut self.truncated,
            Outcome::Unfinished => &mut self.unfinished,
        }
    }
}

impl AddAssign for Outcomes {
    fn add_assign(&mut self, other: Self) {
        for outcome in Outcome::ALL {
            self[outcome] += other[outcome];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mismatch_is_no_failure_and_nothing_is_left_out_of_the_total() {
        let mut outcomes = Outcomes::default();
        for outcome in Outcome::ALL {
            outcomes[outcome] += 1;
        }
        assert_eq!(outcomes.total(), 8);
        assert_eq!(outcomes.failures(), 5);
        let names: Vec<String> = serde_json::to_value(outcomes)
            .unwrap()
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        assert_eq!(names, Outcome::ALL.map(|outcome| outcome.name().to_owned()));
    }
}
