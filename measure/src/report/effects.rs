//! The part of a page that says what faults of proxies became for users, how the run got over each disturbance,
//! and what commands came to.

use super::page::{Page, Tone};
use super::table::{Cell, Table};
use crate::readable::{duration, moment, percent};
use crate::{Recovered, RecoveryState, Summary};

/// Operations listed under one disturbance.
const OPERATIONS: usize = 10;

pub(super) fn write(page: &mut Page, summary: &Summary) {
    if !summary.effects.amplification.is_empty() {
        page.subheading("Amplification: what was injected, and what users saw");
        amplification(page, summary);
    }
    if !summary.effects.recovery.is_empty() {
        page.subheading("Recovery: until error rate and p99 were as before");
        recovery(page, summary);
    }
    if !summary.commands.is_empty() {
        page.subheading("Commands");
        commands(page, summary);
    }
}

fn amplification(page: &mut Page, summary: &Summary) {
    let mut table = Table::new(&["Fault", "injected", "new errors", "amplified"]);
    for fault in &summary.effects.amplification {
        table.row([
            Cell::code(&fault.fault),
            Cell::new(fault.injected()),
            Cell::new(fault.total.errors()),
            Cell::new(fault.total.amplified()),
        ]);
        for seen in fault.worst().into_iter().take(OPERATIONS) {
            table.row([
                Cell::code(format!(
                    "· {}",
                    seen.operation.as_deref().unwrap_or_default()
                )),
                Cell::new(""),
                Cell::new(seen.errors()),
                Cell::new(seen.amplified()),
            ]);
        }
    }
    page.table(table);
    for fault in &summary.effects.amplification {
        if !fault.together_with.is_empty() {
            let together = format!(
                "What users saw of {} was also the doing of {}, which was on at the same time.",
                fault.fault,
                fault.together_with.join(" and ")
            );
            page.paragraph(&together, Tone::Plain);
        }
    }
}

fn recovery(page: &mut Page, summary: &Summary) {
    let mut table = Table::new(&["After", "ended at", "new errors before", "p99 before", ""]);
    for recovery in &summary.effects.recovery {
        let ended = moment(recovery.to_us);
        table.row(row(&recovery.disturbances(), ended, &recovery.total));
        for later in recovery.later().into_iter().take(OPERATIONS) {
            let operation = later.operation.as_deref().unwrap_or_default();
            table.row(row(&format!("· {operation}"), String::new(), later));
        }
    }
    page.table(table);
}

fn row(what: &str, ended: String, row: &Recovered) -> [Cell; 5] {
    let missing = || "n/a".to_owned();
    let is_bad = matches!(
        row.state,
        RecoveryState::NotRecovered | RecoveryState::CutShort
    );
    [
        Cell::code(what),
        Cell::new(ended),
        Cell::new(row.error_rate_before.map_or_else(missing, percent)),
        Cell::new(row.p99_before_us.map_or_else(missing, duration)),
        Cell::new(row.verdict()).bad_when(is_bad),
    ]
}

fn commands(page: &mut Page, summary: &Summary) {
    let mut table = Table::new(&["Command", "at", "took", "", "output"]);
    for command in &summary.commands {
        let done = command.failure.is_empty();
        table.row([
            Cell::code(&command.command),
            Cell::new(moment(command.at_us)),
            Cell::new(duration(command.took_us)),
            Cell::new(if done { "done" } else { &command.failure }).bad_when(!done),
            Cell::code(&command.output),
        ]);
    }
    page.table(table);
}
