//! The printed table.

use crate::process::Used;
use crate::workload::{Capture, Workload};

/// What was measured of one capture, round by round.
#[derive(Default)]
pub(crate) struct Medians {
    pub(crate) import: Vec<Used>,
    pub(crate) decode: Vec<f64>,
    pub(crate) tshark: Vec<Used>,
    pub(crate) slice: Vec<f64>,
    pub(crate) store: Vec<f64>,
}

pub(crate) fn print_head() {
    println!(
        "{:<30} {:>9} {:>6} {:>9} | {:>7} {:>7} {:>7} {:>7} {:>7} | {:>7} {:>7} {:>7} | {:>6} {:>6}",
        "workload",
        "packets",
        "MB",
        "exchanges",
        "file s",
        "dec. s",
        "tshark",
        "lim. a",
        "lim. b",
        "file x",
        "dec. x",
        "limit",
        "CPU s",
        "RSS MB",
    );
}

pub(crate) fn print_row(workload: Workload, capture: &Capture, medians: &Medians) {
    let import = median(medians.import.iter().map(|used| used.wall_s));
    let decode = median(medians.decode.iter().copied());
    let tshark = median(medians.tshark.iter().map(|used| used.wall_s));
    let slice = median(medians.slice.iter().copied());
    let store = median(medians.store.iter().copied());
    let cpu = median(medians.import.iter().map(|used| used.cpu_s));
    let peak = medians.import.iter().map(|used| used.peak_bytes).max();
    println!(
        "{:<30} {:>9} {:>6.0} {:>9} | {import:>7.3} {decode:>7.3} {tshark:>7.2} {slice:>7.3} {store:>7.3} \
         | {:>6.1}x {:>6.1}x {:>6.0}% | {cpu:>6.2} {:>6.0}",
        workload.name(),
        capture.packets,
        capture.bytes as f64 / 1e6,
        capture.exchanges,
        tshark / import,
        tshark / decode,
        100.0 * slice.max(store) / import,
        peak.unwrap_or(0) as f64 / 1e6,
    );
}

pub(crate) fn print_legend() {
    println!(
        "file: imported by the command, redacted, into a new file. dec.: decoded to exchanges, thrown away.\n\
         tshark: tshark -T fields. lim. a: packets read, sliced, flow looked up, header parsed.\n\
         lim. b: the stored bytes compressed with zstd 1 and a row for each exchange inserted, on one thread.\n\
         file x, dec. x: how many times as fast as tshark. limit: the speed of `file` in percent of that of\n\
         the slower limit. CPU, RSS: of `file`, all threads, the most of all rounds."
    );
}

pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
