//! What answers were made of: their statuses, and how many rows MySQL returned. Counts that add up, so shards and
//! ticks sum to the run.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Outcome, Sample};

/// MySQL error numbers that are kept apart; further ones count as number 0.
const MAX_NUMBERS: usize = 64;

/// MySQL numbers its server errors from 1000 (reference manual, "Server Error Message Reference"); the first digit of
/// an HTTP status is its class (RFC 9110, section 15).
const FIRST_MYSQL_ERROR: u16 = 1000;

/// Answers by status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusMix {
    /// HTTP answers by the first digit of their status, which is 1 to 9.
    pub http: [u64; 9],
    /// Answers of MySQL that were no error.
    pub mysql_ok: u64,
    /// Errors of MySQL by their number; 0 for those beyond the most that are kept apart.
    pub mysql_errors: BTreeMap<u16, u64>,
    /// Exchanges without an answer that can be read: timed out, refused, reset, cut short.
    pub unanswered: u64,
}

impl StatusMix {
    /// Counts how one exchange was answered. One that neither failed nor asked for an answer counts nowhere.
    pub(crate) fn count(&mut self, sample: &Sample) {
        let answered = matches!(
            sample.outcome,
            Outcome::Ok | Outcome::Mismatch | Outcome::ErrorReply
        );
        match (answered, sample.status) {
            (false, _) => self.unanswered += 1,
            (_, FIRST_MYSQL_ERROR..) => self.count_error(sample.status, 1),
            // bytes that are no reply
            (_, 0) if sample.outcome == Outcome::ErrorReply => self.unanswered += 1,
            (_, 0) => self.mysql_ok += u64::from(sample.first_byte_us.is_some()),
            (_, status) => {
                let class = usize::from(status / 100).max(1) - 1;
                self.http[class] += 1;
            }
        }
    }

    fn count_error(&mut self, number: u16, count: u64) {
        let known =
            self.mysql_errors.len() < MAX_NUMBERS || self.mysql_errors.contains_key(&number);
        *self
            .mysql_errors
            .entry(if known { number } else { 0 })
            .or_default() += count;
    }

    /// Adds another one's counts.
    pub(crate) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.http.iter_mut().zip(other.http) {
            *mine += theirs;
        }
        self.mysql_ok += other.mysql_ok;
        for (number, count) in &other.mysql_errors {
            self.count_error(*number, *count);
        }
        self.unanswered += other.unanswered;
    }

    /// All of them together.
    pub fn total(&self) -> u64 {
        let errors: u64 = self.mysql_errors.values().sum();
        self.http.iter().sum::<u64>() + self.mysql_ok + errors + self.unanswered
    }
}

/// Answers of MySQL with a result set, by how many rows it had.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RowMix {
    counts: [u64; Self::BINS.len()],
}

impl RowMix {
    /// What the bins are called, from none to many.
    pub const BINS: [&'static str; 6] = [
        "no row",
        "1 row",
        "2 to 9",
        "10 to 99",
        "100 to 999",
        "1,000 and more",
    ];

    /// Counts an answer of so many rows.
    pub const fn count(&mut self, rows: u64) {
        let bin = match rows {
            0 => 0,
            1 => 1,
            2..10 => 2,
            10..100 => 3,
            100..1_000 => 4,
            _ => 5,
        };
        self.counts[bin] += 1;
    }

    /// Adds another one's counts.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(other.counts) {
            *mine += theirs;
        }
    }

    /// The count of each of [`Self::BINS`].
    pub const fn counts(&self) -> [u64; Self::BINS.len()] {
        self.counts
    }

    /// All of them together.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SampleFlags;

    fn ended(outcome: Outcome, status: u16, first_byte_us: Option<u64>) -> Sample {
        Sample {
            exchange: 0,
            lane: 0,
            copy: 0,
            operation: 0,
            intended_us: 0,
            ready_us: 0,
            sent_us: 0,
            first_byte_us,
            done_us: 10,
            outcome,
            status,
            flags: SampleFlags::empty(),
            sent_bytes: 0,
            received_bytes: 0,
            faults: 0,
        }
    }

    #[test]
    fn each_answer_counts_once_and_what_asks_for_none_not_at_all() {
        let mut mix = StatusMix::default();
        let all = [
            (Outcome::Ok, 204, Some(5)),
            (Outcome::Mismatch, 302, Some(5)),
            (Outcome::ErrorReply, 503, Some(5)),
            (Outcome::Ok, 999, Some(5)),
            (Outcome::Ok, 1062, Some(5)),
            (Outcome::Ok, 0, Some(5)),
            (Outcome::Truncated, 200, Some(5)),
            (Outcome::Timeout, 0, None),
            (Outcome::ErrorReply, 0, Some(5)),
            // a COM_STMT_CLOSE
            (Outcome::Ok, 0, None),
        ];
        for (outcome, status, first_byte_us) in all {
            mix.count(&ended(outcome, status, first_byte_us));
        }
        assert_eq!(mix.http, [0, 1, 1, 0, 1, 0, 0, 0, 1]);
        assert_eq!((mix.mysql_ok, mix.unanswered), (1, 3));
        assert_eq!(mix.mysql_errors, BTreeMap::from([(1062, 1)]));
        assert_eq!(mix.total(), 9);
    }

    #[test]
    fn numbers_beyond_the_most_are_counted_together() {
        let mut mix = StatusMix::default();
        for number in 1_000..1_100 {
            mix.count(&ended(Outcome::ErrorReply, number, Some(1)));
        }
        let mut twice = mix.clone();
        twice.merge(&mix);
        assert_eq!((mix.total(), twice.total()), (100, 200));
        assert_eq!(mix.mysql_errors.len(), MAX_NUMBERS + 1);
        assert_eq!(twice.mysql_errors[&0], 72);
    }

    #[test]
    fn a_tick_of_a_version_that_kept_no_mix_is_read_with_an_empty_one() {
        let old = r#"{"start_us":0,"duration_us":1000000,"sent":5,"outcomes":{"ok":5}}"#;
        let tick: crate::Tick = serde_json::from_str(old).unwrap();
        assert_eq!((tick.sent, tick.outcomes.ok), (5, 5));
        assert_eq!((tick.statuses.total(), tick.rows.total()), (0, 0));
        assert!(tick.service.is_empty() && tick.service_us.is_none());
    }

    #[test]
    fn rows_fall_into_the_bin_that_names_them() {
        let mut mix = RowMix::default();
        for rows in [0, 1, 2, 9, 10, 99, 100, 999, 1_000, u64::MAX] {
            mix.count(rows);
        }
        assert_eq!(mix.counts(), [1, 1, 2, 2, 2, 2]);
        mix.merge(&mix.clone());
        assert_eq!(mix.total(), 20);
    }
}
