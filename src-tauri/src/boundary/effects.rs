//! What disturbed a run and what it made of it: its faults with what users saw of them, its commands with what they
//! wrote, and how it recovered.

use reprise_app::{
    Amplification, CommandResult, Plan, PlannedFault, Recovered, Recovery, Seen, Summary,
};
use serde::Serialize;
use specta::Type;
use specta_typescript::Number;

use super::{fault_title, whole, word};

/// Operations listed under one fault or one recovery: the worst.
const MOST_OPERATIONS: usize = 10;

/// One fault of a run.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FaultState {
    /// As a person says it.
    pub title: String,
    /// As it is written.
    text: String,
    /// The proxy it acts in; null for the replay's own connections.
    proxy: Option<String>,
    /// When it begins.
    #[specta(type = Number)]
    from_ms: f64,
    /// When it ends; null at the end of the run.
    #[specta(type = Option<Number>)]
    to_ms: Option<f64>,
    /// Whether its switch is on.
    pub on: bool,
    /// Exchanges it touched; in a proxy, the proxy's.
    injected: u32,
    /// Those of the users that failed.
    errors: u32,
    /// What users saw of it, for one of a proxy, once the run is over.
    amplification: Option<Amplified>,
}

/// What users saw of a fault in a proxy.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct Amplified {
    /// Exchanges of the proxy that it struck, or connections.
    struck: u32,
    /// So many there were while it was on.
    of: u32,
    /// Whether connections were counted.
    connections: bool,
    #[specta(type = Number)]
    injected_rate: f64,
    total: SeenShare,
    /// Operations that failed more than before, the worst first.
    operations: Vec<SeenShare>,
    /// Other disturbances of the same time.
    together_with: Vec<String>,
}

/// The share of the users' exchanges that failed, with its interval, and how many times what was injected it is.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct SeenShare {
    /// Null for all exchanges.
    operation: Option<String>,
    #[specta(type = Number)]
    error_rate: f64,
    #[specta(type = Number)]
    low: f64,
    #[specta(type = Number)]
    high: f64,
    /// Null when too little was measured before.
    #[specta(type = Option<Number>)]
    before: Option<f64>,
    /// Null when nothing was injected.
    #[specta(type = Option<Number>)]
    times: Option<f64>,
    #[specta(type = Option<Number>)]
    times_low: Option<f64>,
    #[specta(type = Option<Number>)]
    times_high: Option<f64>,
}

/// One command of a run.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CommandState {
    command: String,
    #[specta(type = Number)]
    at_ms: f64,
    /// Null until it has ended.
    #[specta(type = Option<Number>)]
    took_ms: Option<f64>,
    /// Why it did not do what it should; empty when it did, or has not ended.
    failure: String,
    /// What it wrote; of a long output the end.
    output: String,
}

/// How a run got over a stretch of disturbance.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RecoveryState {
    /// The disturbances, as they are written.
    after: Vec<String>,
    #[specta(type = Number)]
    from_ms: f64,
    #[specta(type = Number)]
    to_ms: f64,
    total: RecoveredState,
    /// Operations that were not as before when all together were, the latest first.
    operations: Vec<RecoveredState>,
}

/// When all exchanges, or those of an operation, were as before.
#[derive(Clone, Debug, Serialize, Type)]
#[serde(rename_all = "camelCase")]
struct RecoveredState {
    /// Null for all exchanges.
    operation: Option<String>,
    /// `recovered`, `not_recovered`, `cut_short` by the next disturbance, or `unknown`.
    state: String,
    /// How long after the end that was, or how long was looked.
    #[specta(type = Number)]
    after_ms: f64,
    #[specta(type = Option<Number>)]
    error_rate_before: Option<f64>,
    #[specta(type = Option<Number>)]
    error_rate_last: Option<f64>,
    p99_before_us: Option<u32>,
    p99_last_us: Option<u32>,
}

impl FaultState {
    /// The faults of a plan, with what a run says of them so far.
    pub(super) fn all(plan: &Plan, summary: &Summary) -> Vec<Self> {
        let faults = plan.faults.iter();
        faults.map(|fault| Self::new(fault, summary)).collect()
    }

    /// Summaries count by behaviour and proxy: faults that have both in common share their numbers.
    fn new(fault: &PlannedFault, summary: &Summary) -> Self {
        let count = summary.faults.get(&fault.counted_as());
        let count = count.copied().unwrap_or_default();
        let text = fault.to_string();
        let window = fault.window.unwrap_or_default();
        let mut seen = summary.effects.amplification.iter();
        Self {
            title: fault_title(fault),
            proxy: fault.via.clone(),
            from_ms: milliseconds(window.from_us),
            to_ms: window.to_us.map(milliseconds),
            on: false,
            injected: whole(count.injected),
            errors: whole(count.observed_errors),
            amplification: seen.find(|seen| seen.fault == text).map(Amplified::new),
            text,
        }
    }
}

impl Amplified {
    fn new(seen: &Amplification) -> Self {
        let worst = seen.worst().into_iter().take(MOST_OPERATIONS);
        Self {
            struck: whole(seen.injection.struck),
            of: whole(seen.injection.of),
            connections: seen.injection.connections,
            injected_rate: seen.injected_rate,
            total: SeenShare::new(&seen.total),
            operations: worst.map(SeenShare::new).collect(),
            together_with: seen.together_with.clone(),
        }
    }
}

impl SeenShare {
    fn new(seen: &Seen) -> Self {
        Self {
            operation: seen.operation.clone(),
            error_rate: seen.error_rate,
            low: seen.error_rate_low,
            high: seen.error_rate_high,
            before: seen.error_rate_before,
            times: seen.times,
            times_low: seen.times_low,
            times_high: seen.times_high,
        }
    }
}

impl CommandState {
    /// The commands of a plan in order, those that have ended with what they came to.
    pub(super) fn all(plan: &Plan, summary: &Summary) -> Vec<Self> {
        let mut ended: Vec<&CommandResult> = summary.commands.iter().collect();
        let commands = plan.commands.iter().map(|command| {
            let is_its = |result: &&CommandResult| {
                result.command == command.command && result.at_us >= command.at_us
            };
            let place = ended.iter().position(is_its);
            match place.map(|place| ended.remove(place)) {
                Some(result) => Self::ended(result),
                None => Self {
                    command: command.command.clone(),
                    at_ms: milliseconds(command.at_us),
                    took_ms: None,
                    failure: String::new(),
                    output: String::new(),
                },
            }
        });
        commands.collect()
    }

    fn ended(result: &CommandResult) -> Self {
        Self {
            command: result.command.clone(),
            at_ms: milliseconds(result.at_us),
            took_ms: Some(milliseconds(result.took_us)),
            failure: result.failure.clone(),
            output: result.output.clone(),
        }
    }
}

impl From<&Recovery> for RecoveryState {
    fn from(recovery: &Recovery) -> Self {
        let later = recovery.later().into_iter().take(MOST_OPERATIONS);
        Self {
            after: recovery.after.clone(),
            from_ms: milliseconds(recovery.from_us),
            to_ms: milliseconds(recovery.to_us),
            total: RecoveredState::new(&recovery.total),
            operations: later.map(RecoveredState::new).collect(),
        }
    }
}

impl RecoveredState {
    fn new(row: &Recovered) -> Self {
        Self {
            operation: row.operation.clone(),
            state: word(&row.state),
            after_ms: milliseconds(row.after_us),
            error_rate_before: row.error_rate_before,
            error_rate_last: row.error_rate_last,
            p99_before_us: row.p99_before_us.map(whole),
            p99_last_us: row.p99_last_us.map(whole),
        }
    }
}

fn milliseconds(us: u64) -> f64 {
    us as f64 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan {
            faults: vec![
                PlannedFault::parse("5:error(code=1213)@10s..20s via db for mysql").unwrap(),
            ],
            commands: ["2s run true", "5s run true"]
                .map(|text| text.parse().unwrap())
                .to_vec(),
            ..Plan::of("friday")
        }
    }

    #[test]
    fn commands_are_those_of_the_plan_with_what_they_came_to() {
        let summary = Summary {
            commands: vec![CommandResult {
                command: "true".to_owned(),
                at_us: 2_001_000,
                took_us: 4_000,
                ..CommandResult::default()
            }],
            ..Summary::default()
        };
        let [first, second] = &CommandState::all(&plan(), &summary)[..] else {
            panic!("two commands");
        };
        assert_eq!((first.at_ms, first.took_ms), (2_001.0, Some(4.0)));
        assert_eq!((second.at_ms, second.took_ms), (5_000.0, None));
    }

    #[test]
    fn a_fault_of_a_proxy_has_its_own_count_and_what_users_saw() {
        let mut summary = Summary::default();
        let count = reprise_app::FaultCount {
            injected: 7,
            observed_errors: 40,
        };
        summary.faults.insert("error via db".to_owned(), count);
        summary.effects.amplification.push(Amplification {
            fault: plan().faults[0].to_string(),
            injected_rate: 0.05,
            ..Amplification::default()
        });
        let [fault] = &FaultState::all(&plan(), &summary)[..] else {
            panic!("one fault");
        };
        assert_eq!((fault.injected, fault.errors), (7, 40));
        assert_eq!(fault.proxy.as_deref(), Some("db"));
        assert!(fault.amplification.is_some());
        assert_eq!((fault.from_ms, fault.to_ms), (10_000.0, Some(20_000.0)));
    }
}
