//! A run in one page of numbers: stored with the run, printed by `--json`, shown by the window.
//! The field names are part of the product and never change their meaning.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    CheckResult, Effects, GeneratorLimit, GeneratorLoad, Outcome, Outcomes, ProbeSummary,
    Quantiles, WatchSummary, Watching,
};

/// The numbers of a run. `planned = sent + skipped` and `sent = ` the sum of `outcomes`, however
/// the run ended.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Exchanges the schedule wanted.
    pub planned: u64,
    /// Exchanges sent.
    pub sent: u64,
    /// Planned exchanges that were not sent, by reason.
    pub skipped: BTreeMap<String, u64>,
    /// How what was sent ended.
    pub outcomes: Outcomes,
    /// Those of `outcomes` that no other number here counts: sent to warm up, or to set lanes up.
    pub unmeasured: Outcomes,
    /// How long the run warmed up before it measured; milliseconds.
    pub warm_up_ms: u64,
    /// The share (0.0 to 1.0) of what was measured in which the target did worse than the recording.
    pub error_rate: f64,
    /// The share (0.0 to 1.0) of what was measured that failed or was an error in the recording too.
    pub error_rate_total: f64,
    /// More than 5 % of the answers differ, and not by the order between lanes alone: the latencies
    /// are of other work.
    pub unfaithful: bool,
    /// The generator could not keep up ([`is_generator_late`]): the latencies are not the target's.
    pub generator_late: bool,
    /// What of the generator was the bottleneck; empty when nothing was.
    pub generator_limits: Vec<GeneratorLimit>,
    /// Rates asked for and reached.
    pub rate: Rate,
    /// What a user would have felt: done - intended.
    pub response_us: Quantiles,
    /// What the target took: done - sent.
    pub service_us: Quantiles,
    /// First byte - intended.
    pub first_byte_us: Quantiles,
    /// What earlier answers of the lane held up: ready - intended.
    pub waiting_us: Quantiles,
    /// The generator's own delay: sent - ready.
    pub lateness_us: Quantiles,
    /// Failures by kind: `HTTP 503`, `MySQL 1213`, `timeout`.
    pub errors: BTreeMap<String, u64>,
    /// Failures a fault of the plan made itself; the others are the target's.
    pub injected_errors: u64,
    /// Mismatches and errors that only the order between lanes explains: other row counts, duplicate keys,
    /// lock timeouts, deadlocks.
    pub order_conflicts: u64,
    /// Those of them that are no errors: the same statement was answered with what others had written by then.
    pub conflicting_answers: u64,
    /// Exchanges a new connection was opened for.
    pub connections: u64,
    /// Exchanges whose connection the target had closed, so that another was opened.
    pub reconnects: u64,
    /// Requests sent again on another connection: nothing of an answer had come, and they may be repeated.
    pub retries: u64,
    /// Answers longer than what is kept to be compared; they were read to their end.
    pub over_cap: u64,
    /// Times that a lane was more than five seconds behind and was anchored anew: its later requests were intended
    /// that much later.
    pub reanchored: u64,
    /// How long the generator itself stood still, stopped or with its machine, in milliseconds: taken for a pause.
    pub stood_still_ms: u64,
    /// Requests that went with a recorded value, because the answer that gives the target's own did not come.
    pub values_missing: u64,
    /// For each fault, how many exchanges it touched and how many of those failed.
    pub faults: BTreeMap<String, FaultCount>,
    /// The checks and whether they held.
    pub checks: Vec<CheckResult>,
    /// The operations, most frequent first, "other" last.
    pub operations: Vec<OperationSummary>,
    /// What the faults and commands of the plan did to the run, once it is over.
    pub effects: Effects,
    /// What commands at a time came to.
    pub commands: Vec<CommandResult>,
    /// What probes measured beside the load, kept apart from everything else here.
    pub probes: Vec<ProbeSummary>,
    /// What watched servers and machines told.
    pub watch: Vec<WatchSummary>,
    /// Bytes written.
    pub sent_bytes: u64,
    /// Bytes read.
    pub received_bytes: u64,
    /// From the start of the run to its end.
    pub duration_ms: u64,
}

/// Exchanges per second between the first and the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct Rate {
    /// By their intended times.
    pub asked_per_s: f64,
    /// By the times they were sent.
    pub sent_per_s: f64,
}

/// What one fault did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
pub struct FaultCount {
    /// Exchanges it touched.
    pub injected: u64,
    /// Those of them that failed.
    pub observed_errors: u64,
}

/// A command that a run ran at its time.
#[derive(Clone, Debug, Default, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct CommandResult {
    /// As it was written.
    pub command: String,
    /// When it was started, in microseconds of the run.
    pub at_us: u64,
    /// How long it ran, in microseconds.
    pub took_us: u64,
    /// Its exit code; `None` when a signal ended it, or it could not be started.
    pub code: Option<i32>,
    /// What it wrote, both streams as they came; of a long output the end.
    pub output: String,
    /// Why it did not do what it should; empty when it did.
    pub failure: String,
}

/// One operation's share of a run.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationSummary {
    /// Its id in the recording; `None` for the operations beyond the most that are kept apart.
    pub id: Option<u32>,
    /// What it does: `GET /cart/{id}`.
    pub operation: String,
    /// Exchanges sent.
    pub sent: u64,
    /// How they ended.
    pub outcomes: Outcomes,
    /// The share (0.0 to 1.0) that failed.
    pub error_rate: f64,
    /// The share (0.0 to 1.0) that failed or was an error in the recording too.
    pub error_rate_total: f64,
    /// done - intended.
    pub response_us: Quantiles,
    /// done - sent.
    pub service_us: Quantiles,
}

/// What a summary needs and the samples do not tell.
#[derive(Clone, Debug, Default)]
pub struct RunFacts {
    /// How long the run has lasted, in microseconds.
    pub duration_us: u64,
    /// What each operation id is called.
    pub operations: BTreeMap<u32, String>,
    /// The plan's faults in its order; name i is bit i of [`crate::Sample::faults`].
    pub faults: Vec<String>,
    /// What the run counted about its own generator.
    pub generator: GeneratorLoad,
    /// Times that a lane was anchored anew.
    pub reanchored: u64,
    /// How long the generator itself stood still, in microseconds.
    pub stood_still_us: u64,
    /// Requests that went with a recorded value in place of the target's own.
    pub values_missing: u64,
}

/// A run with a larger share of mismatches than this is unfaithful.
const UNFAITHFUL_ABOVE: f64 = 0.05;

/// A 99th percentile of lateness above this many microseconds taints any run.
pub(crate) const LATE_ABOVE_US: u64 = 10_000;
/// Below this many microseconds lateness is noise of the operating system's timers.
const LATE_BELOW_US: u64 = 2_000;

/// Whether more than 5 % of what was sent was answered differently, without failing. Those answers that only the
/// order between lanes explains are left out: copies that write to the same rows make them, and they are of the same
/// work.
pub fn is_unfaithful(outcomes: &Outcomes, conflicting_answers: u64) -> bool {
    unexplained(outcomes, conflicting_answers) > UNFAITHFUL_ABOVE
}

/// The share (0.0 to 1.0) of answers that differ and are no conflicts of order.
fn unexplained(outcomes: &Outcomes, conflicting_answers: u64) -> f64 {
    let unexplained = outcomes.mismatch.saturating_sub(conflicting_answers);
    crate::tick::share(unexplained, outcomes.total())
}

/// Whether the generator's own lateness taints the run: its p99 is above 10 ms, or above both
/// 2 ms and a tenth of the response time's p99.
pub const fn is_generator_late(lateness_us: &Quantiles, response_us: &Quantiles) -> bool {
    let late = lateness_us.p99;
    late > LATE_ABOVE_US || (late > LATE_BELOW_US && late.saturating_mul(10) > response_us.p99)
}

impl Summary {
    /// Keeps what the checks come to by now in [`Self::checks`].
    pub fn judge(&mut self, checks: &[Watching]) {
        self.checks = checks.iter().map(|check| check.result(self)).collect();
    }

    /// What of the generator taints the numbers, in words.
    pub fn generator_warnings(&self) -> Vec<String> {
        let limits = self.limits();
        limits
            .map(|limit| format!("{limit}; these numbers are not the server's"))
            .collect()
    }

    /// Why a run says nothing of its target, when its generator failed: it was late, or could not open connections.
    pub fn generator_failed(&self) -> Option<String> {
        let failed = self.limits().filter(GeneratorLimit::is_failure);
        let why: Vec<String> = failed.map(|limit| limit.to_string()).collect();
        (!why.is_empty()).then(|| why.join("; "))
    }

    /// How many exchanges failed since the generator could not open their connection.
    pub fn not_opened(&self) -> u64 {
        let counts = self.generator_limits.iter().map(|limit| match limit {
            GeneratorLimit::Files { refused } | GeneratorLimit::Ports { refused } => *refused,
            _ => 0,
        });
        counts.sum()
    }

    fn limits(&self) -> impl Iterator<Item = GeneratorLimit> {
        let lateness = GeneratorLimit::Lateness {
            p99_us: self.lateness_us.p99,
        };
        // runs stored before limits were have none
        let late = self.generator_late && self.generator_limits.is_empty();
        let known = self.generator_limits.iter().copied();
        known.chain(late.then_some(lateness))
    }

    /// How what was measured ended.
    pub fn measured(&self) -> Outcomes {
        self.outcomes.without(&self.unmeasured)
    }

    /// The share (0.0 to 1.0) of what was measured in which the answer differs and the order between lanes does not
    /// explain it.
    pub fn unexplained(&self) -> f64 {
        unexplained(&self.measured(), self.conflicting_answers)
    }

    /// The share (0.0 to 1.0) of what was measured that is a conflict of order.
    pub fn conflict_rate(&self) -> f64 {
        crate::tick::share(self.order_conflicts, self.measured().total())
    }

    /// Answers a second that were no failure, over the time until the last one came: a queue that grew shows in it.
    pub fn answered_per_s(&self) -> f64 {
        let measured = self.measured();
        match self.duration_ms.saturating_sub(self.warm_up_ms) {
            0 => 0.0,
            lasted_ms => (measured.ok + measured.mismatch) as f64 * 1e3 / lasted_ms as f64,
        }
    }

    /// Whether every check held.
    pub fn checks_held(&self) -> bool {
        self.checks.iter().all(|check| check.held)
    }

    /// Whether something was sent, all of it failed and not a byte came back: the target is not there, or nothing that
    /// answers is. Where faults struck all of it, that was what they were for.
    pub fn nothing_answered(&self) -> bool {
        let silent = [Outcome::Refused, Outcome::Reset, Outcome::Timeout];
        let silent: u64 = silent.iter().map(|outcome| self.outcomes[*outcome]).sum();
        let struck: u64 = self.faults.values().map(|fault| fault.injected).sum();
        self.sent > struck && silent == self.sent && self.first_byte_us.count == 0
    }

    /// Planned exchanges that were not sent, for any reason.
    pub fn skipped_total(&self) -> u64 {
        self.skipped.values().sum()
    }

    /// Accounts for what was open when a run's process ended without a word: sent without an end is
    /// unfinished, planned and not sent is skipped as `interrupted`.
    pub fn cut_off(&mut self) {
        let open = self.sent.saturating_sub(self.outcomes.total());
        self.outcomes.unfinished += open;
        let unsent = self
            .planned
            .saturating_sub(self.sent + self.skipped_total());
        if unsent > 0 {
            *self.skipped.entry("interrupted".to_owned()).or_default() += unsent;
        }
    }

    /// Whether everything planned is accounted for: sent or skipped, and everything sent has an
    /// outcome.
    pub fn is_accounted_for(&self) -> bool {
        self.planned == self.sent + self.skipped_total() && self.sent == self.outcomes.total()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantiles(p99: u64) -> Quantiles {
        Quantiles {
            count: 1_000,
            p99,
            ..Quantiles::default()
        }
    }

    #[test]
    fn nothing_answered_when_all_was_refused_cut_off_or_timed_out_and_no_fault_did_it() {
        let mut summary = Summary {
            sent: 10,
            outcomes: Outcomes {
                refused: 7,
                reset: 2,
                timeout: 1,
                ..Outcomes::default()
            },
            ..Summary::default()
        };
        assert!(summary.nothing_answered());
        // one that was given up had begun to come
        summary.first_byte_us = quantiles(5);
        assert!(!summary.nothing_answered());
        summary.first_byte_us = Quantiles::default();
        let fault = FaultCount {
            injected: 10,
            ..FaultCount::default()
        };
        summary.faults.insert("refuse".to_owned(), fault);
        assert!(!summary.nothing_answered());
        summary.faults.clear();
        summary.outcomes.refused = 6;
        summary.outcomes.truncated = 1;
        assert!(!summary.nothing_answered());
        assert!(!Summary::default().nothing_answered());
    }

    #[test]
    fn lateness_counts_when_it_is_large_or_a_large_part_of_the_answer() {
        assert!(is_generator_late(
            &quantiles(10_001),
            &quantiles(60_000_000)
        ));
        assert!(is_generator_late(&quantiles(2_001), &quantiles(20_000)));
        assert!(!is_generator_late(&quantiles(2_000), &quantiles(2_000)));
        assert!(!is_generator_late(&quantiles(9_000), &quantiles(90_000)));
    }

    #[test]
    fn more_than_one_mismatch_in_twenty_is_unfaithful() {
        let outcomes = |mismatch| Outcomes {
            ok: 1_000 - mismatch,
            mismatch,
            ..Outcomes::default()
        };
        assert!(!is_unfaithful(&outcomes(50), 0));
        assert!(is_unfaithful(&outcomes(51), 0));
        assert!(!is_unfaithful(&outcomes(500), 450));
        assert!(is_unfaithful(&outcomes(500), 449));
        assert!(!is_unfaithful(&Outcomes::default(), 0));
    }

    #[test]
    fn a_run_that_was_cut_off_is_accounted_for() {
        let mut summary = Summary {
            planned: 10,
            sent: 7,
            skipped: BTreeMap::from([("filtered".to_owned(), 1)]),
            outcomes: Outcomes {
                ok: 4,
                ..Outcomes::default()
            },
            ..Summary::default()
        };
        assert!(!summary.is_accounted_for());
        summary.cut_off();
        assert!(summary.is_accounted_for());
        assert_eq!(summary.outcomes.unfinished, 3);
        assert_eq!(summary.skipped["interrupted"], 2);
    }

    #[test]
    fn the_names_of_the_fields_are_those_documented() {
        let json = serde_json::to_value(Summary::default()).unwrap();
        let names: Vec<_> = json.as_object().unwrap().keys().cloned().collect();
        for name in [
            "planned",
            "sent",
            "skipped",
            "outcomes",
            "error_rate",
            "error_rate_total",
            "unfaithful",
            "rate",
            "response_us",
            "service_us",
            "first_byte_us",
            "waiting_us",
            "lateness_us",
            "faults",
            "checks",
            "operations",
            "duration_ms",
            "generator_late",
            "generator_limits",
        ] {
            assert!(names.iter().any(|field| field == name), "{name} is missing");
        }
        let quantiles = serde_json::to_string(&Quantiles::default()).unwrap();
        assert_eq!(
            quantiles,
            r#"{"count":0,"p50":0,"p90":0,"p95":0,"p99":0,"p999":0,"max":0}"#
        );
    }
}
