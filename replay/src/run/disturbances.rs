//! All that disturbed a run, on one time axis: its own faults, those in proxies, its commands.

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
    let own = own.map(|fault| {
        let window = fault.window.unwrap_or_default();
        Disturbance {
            what: fault.to_string(),
            spans: window.spans(ended_us).take(MOST_SPANS).collect(),
            injection: None,
        }
    });
    let in_proxies = in_proxies.into_iter().map(|(_, disturbance)| disturbance);
    let was_run = summary.commands.iter().filter(|one| one.took_us > 0);
    let commands = was_run.map(|one| Disturbance {
        what: format!("run {}", one.command),
        spans: vec![(one.at_us, one.at_us.saturating_add(one.took_us))],
        injection: None,
    });
    own.chain(in_proxies).chain(commands).collect()
}
