//! All that disturbed a run, on one time axis: its own faults, those in proxies, its commands.

use reprise_fault::Fault;
use reprise_measure::{Disturbance, Summary};

use crate::Plan;

/// More spans of one fault than this are not looked at.
const MOST_SPANS: usize = 500;

/// The disturbances of a run that is over: those of the plan's faults in their order, then its commands.
/// `in_proxies` are faults of proxies, with their place in the plan.
pub(super) fn disturbances(
    plan: &Plan,
    in_proxies: Vec<(usize, Disturbance)>,
    summary: &Summary,
) -> Vec<Disturbance> {
    let ended_us = summary.duration_ms.saturating_mul(1_000);
    let own = plan.faults.iter().filter(|fault| fault.via.is_none());
    let own = own.map(|fault| planned(fault, ended_us));
    let in_proxies = in_proxies.into_iter().map(|(_, disturbance)| disturbance);
    own.chain(in_proxies).chain(commands(summary)).collect()
}

/// The disturbances of a run that is on and has come to `now_us`, as its plan has them: what its switches changed is
/// known when it is over.
pub fn disturbances_so_far(plan: &Plan, summary: &Summary, now_us: u64) -> Vec<Disturbance> {
    let faults = plan.faults.iter().map(|fault| planned(fault, now_us));
    faults.chain(commands(summary)).collect()
}

fn planned(fault: &Fault, until_us: u64) -> Disturbance {
    let window = fault.window.unwrap_or_default();
    Disturbance {
        what: fault.to_string(),
        spans: window.spans(until_us).take(MOST_SPANS).collect(),
        injection: None,
    }
}

fn commands(summary: &Summary) -> impl Iterator<Item = Disturbance> {
    let was_run = summary.commands.iter().filter(|one| one.took_us > 0);
    was_run.map(|one| Disturbance {
        what: format!("run {}", one.command),
        spans: vec![(one.at_us, one.at_us.saturating_add(one.took_us))],
        injection: None,
    })
}
