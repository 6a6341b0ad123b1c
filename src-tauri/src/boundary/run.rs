//! A run, live or finished: its numbers, what disturbs it, its operations.

use std::collections::BTreeMap;

use reprise_app::answer::RunAnswer;
use reprise_app::{
    CheckResult, OperationSummary, Outcome, Outcomes, Plan, PlannedFault, ProbeSummary, Quantiles,
    Recovery, RunState, Summary,
};
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::{
    CheckState, CommandState, Count, FaultState, PlanNeeds, RecoveryState, Skipped, WatchedSource,
    whole, word,
};

/// What the Run page shows, but for the charts.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunPage {
    /// Its name.
    pub name: String,
    /// The recording it replays.
    pub recording: String,
    /// The search for the edge that it was a step of.
    pub search: Option<String>,
    /// Where it sends.
    pub targets: Vec<String>,
    /// `running`, `paused`, `complete`, `stopped`, `aborted`, `failed` or `interrupted`.
    pub state: String,
    /// Times the recorded rate; null when it goes as fast as the target answers.
    #[specta(type = Option<Number>)]
    pub rate: Option<f64>,
    /// Its seed, in full.
    pub seed: String,
    /// What running its plan again needs.
    pub needs: PlanNeeds,
    /// Whether it ended early and can be gone on with.
    pub resumable: bool,
    /// When it began.
    pub started_at: String,
    /// Its numbers.
    pub numbers: RunNumbers,
    /// Its faults, in the plan's order.
    pub faults: Vec<FaultState>,
    /// Its commands, in the plan's order.
    pub commands: Vec<CommandState>,
    /// How it got over what disturbed it, once it is over.
    pub recovery: Vec<RecoveryState>,
    /// Its checks.
    pub checks: Vec<CheckState>,
    /// What its probes measured beside it.
    pub probes: Vec<RunProbe>,
    /// What watched servers and machines did.
    pub watched: Vec<WatchedSource>,
    /// Its operations, most frequent first.
    pub operations: Vec<RunOperation>,
    /// What taints its numbers, in words; known in full once it has ended.
    pub alarms: Vec<String>,
    /// What the reader must know, in words.
    pub notes: Vec<String>,
}

/// What a live run has to say, up to four times a second.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunNews {
    /// `running` or `paused`.
    pub state: String,
    /// Its numbers now.
    pub numbers: RunNumbers,
}

/// A run's numbers. While it is on, rates and quantiles are those of the last few seconds; afterwards, of all.
#[derive(Clone, Debug, Default, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunNumbers {
    /// Since its start.
    pub elapsed_ms: u32,
    /// How long it will be; null when it goes on until it is stopped.
    pub total_ms: Option<u32>,
    /// What the schedule wanted.
    #[specta(type = Number)]
    pub asked_per_s: f64,
    /// What was sent.
    #[specta(type = Number)]
    pub sent_per_s: f64,
    /// Response time.
    pub p50_us: Option<u32>,
    /// Response time.
    pub p95_us: Option<u32>,
    /// Response time.
    pub p99_us: Option<u32>,
    /// A share of what was sent: the target did worse than the recording.
    #[specta(type = Number)]
    pub error_rate: f64,
    /// The share of it that faults made themselves.
    #[specta(type = Number)]
    pub injected_rate: f64,
    /// The generator's own delay.
    pub late_p99_us: Option<u32>,
    /// Whether that taints the numbers.
    pub generator_late: bool,
    /// Whether too many answers differ from the recorded ones.
    pub unfaithful: bool,
    /// Sent and not yet answered.
    pub in_flight: u32,
    /// Exchanges the schedule wanted so far.
    pub planned: u32,
    /// Exchanges sent so far.
    pub sent: u32,
    /// Planned and not sent, by reason.
    pub skipped: Vec<Skipped>,
    /// How what was sent ended.
    pub outcomes: Vec<Count>,
}

/// One probe of a run; times in microseconds.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunProbe {
    name: String,
    sent: u32,
    p50_us: Option<u32>,
    p95_us: Option<u32>,
    p99_us: Option<u32>,
    #[specta(type = Number)]
    error_rate: f64,
}

/// One operation of a run; times in microseconds.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunOperation {
    text: String,
    #[specta(type = Number)]
    per_s: f64,
    p50_us: Option<u32>,
    p95_us: Option<u32>,
    p99_us: Option<u32>,
    /// The p99's change against the recorded one: 0.4 is 40 % more. Null when either is unknown.
    #[specta(type = Option<Number>)]
    against_recorded: Option<f64>,
    #[specta(type = Number)]
    error_rate: f64,
}

impl RunPage {
    /// The page of a run as the file has it. `recorded_p99_us` is that of each operation, by its id.
    pub(crate) fn new(
        answer: &RunAnswer,
        plan: &Plan,
        recorded_p99_us: &BTreeMap<u32, u64>,
    ) -> Self {
        let summary = &answer.summary;
        Self {
            name: answer.run.name.clone(),
            recording: answer.run.recording.clone(),
            search: plan.search.as_ref().map(|step| step.search.clone()),
            targets: answer
                .run
                .http
                .iter()
                .chain(&answer.run.mysql)
                .cloned()
                .collect(),
            state: word(&answer.run.state),
            rate: reprise_app::times_recorded(plan),
            seed: answer.run.seed.to_string(),
            needs: PlanNeeds::of(plan),
            // Without a clock nothing says how far it was.
            resumable: ended_early(answer.run.state) && reprise_app::times_recorded(plan).is_some(),
            started_at: answer.run.started_at.clone(),
            numbers: RunNumbers::of(summary),
            faults: FaultState::all(plan, summary),
            commands: CommandState::all(plan, summary),
            recovery: summary
                .effects
                .recovery
                .iter()
                .map(RecoveryState::from)
                .collect(),
            checks: checks(answer),
            probes: summary.probes.iter().map(RunProbe::from).collect(),
            watched: summary.watch.iter().map(WatchedSource::from).collect(),
            operations: operations(summary, recorded_p99_us),
            alarms: [answer.run.alerts(), summary.generator_warnings()].concat(),
            notes: Vec::new(),
        }
    }
}

impl RunPage {
    /// Puts in how it has got over what disturbed it so far.
    pub(crate) fn recovers(&mut self, so_far: &[Recovery]) {
        self.recovery = so_far.iter().map(RecoveryState::from).collect();
    }
}

const fn ended_early(state: RunState) -> bool {
    !matches!(state, RunState::Complete | RunState::Running)
}

impl From<&ProbeSummary> for RunProbe {
    fn from(probe: &ProbeSummary) -> Self {
        let times = probe.response_us;
        Self {
            name: probe.name.clone(),
            sent: whole(probe.sent),
            p50_us: known(times, times.p50),
            p95_us: known(times, times.p95),
            p99_us: known(times, times.p99),
            error_rate: probe.error_rate,
        }
    }
}

impl RunNumbers {
    /// The numbers of a whole run.
    pub(crate) fn of(summary: &Summary) -> Self {
        Self {
            elapsed_ms: whole(summary.duration_ms),
            asked_per_s: summary.rate.asked_per_s,
            sent_per_s: summary.rate.sent_per_s,
            error_rate: summary.error_rate,
            injected_rate: share(summary.injected_errors, summary.sent),
            generator_late: summary.generator_late,
            unfaithful: summary.unfaithful,
            in_flight: whole(summary.sent.saturating_sub(summary.outcomes.total())),
            planned: whole(summary.planned),
            sent: whole(summary.sent),
            skipped: Skipped::all(&summary.skipped),
            outcomes: outcomes(&summary.outcomes),
            ..Self::times(summary.response_us, summary.lateness_us)
        }
    }

    /// Nothing but these response times and this lateness.
    pub(crate) fn times(response_us: Quantiles, lateness_us: Quantiles) -> Self {
        Self {
            p50_us: known(response_us, response_us.p50),
            p95_us: known(response_us, response_us.p95),
            p99_us: known(response_us, response_us.p99),
            late_p99_us: known(lateness_us, lateness_us.p99),
            ..Self::default()
        }
    }
}

fn checks(answer: &RunAnswer) -> Vec<CheckState> {
    let state = |check: &CheckResult| CheckState {
        check: check.check.clone(),
        value: check.readable.clone(),
        held: check.value.is_some().then_some(check.held),
    };
    answer.summary.checks.iter().map(state).collect()
}

/// The operations beside the p99 each had when it was recorded.
fn operations(summary: &Summary, recorded_p99_us: &BTreeMap<u32, u64>) -> Vec<RunOperation> {
    let seconds = (summary.duration_ms as f64 / 1_000.0).max(0.001);
    let line = |operation: &OperationSummary| {
        let times = operation.response_us;
        let recorded = operation
            .id
            .and_then(|id| recorded_p99_us.get(&id))
            .filter(|us| **us > 0);
        let against = recorded.map(|us| times.p99 as f64 / *us as f64 - 1.0);
        RunOperation {
            text: operation.operation.clone(),
            per_s: operation.sent as f64 / seconds,
            p50_us: known(times, times.p50),
            p95_us: known(times, times.p95),
            p99_us: known(times, times.p99),
            against_recorded: against.filter(|_| times.count > 0),
            error_rate: operation.error_rate,
        }
    };
    summary.operations.iter().map(line).collect()
}

/// How what was sent ended, zeros left out.
pub(crate) fn outcomes(outcomes: &Outcomes) -> Vec<Count> {
    let named = Outcome::ALL.map(|outcome| (outcome.name(), outcomes[outcome]));
    let some = named.into_iter().filter(|(_, count)| *count > 0);
    some.map(|(name, count)| Count::new(name, count)).collect()
}

/// A fault as a person says it: `5 % error(status=503) via shop for http`.
pub(crate) fn fault_title(fault: &PlannedFault) -> String {
    let what = format!("{} % {}", fault.percent, fault.behaviour);
    let via = fault.via.as_ref().map(|proxy| format!(" via {proxy}"));
    let selector = fault
        .selector
        .as_ref()
        .map(|selector| format!(" for {selector}"));
    [Some(what), via, selector].into_iter().flatten().collect()
}

/// `part / all`, 0 of nothing.
pub(crate) fn share(part: u64, all: u64) -> f64 {
    if all == 0 {
        0.0
    } else {
        part as f64 / all as f64
    }
}

fn known(times: Quantiles, value: u64) -> Option<u32> {
    (times.count > 0).then(|| whole(value))
}
