//! The printed tables of replaying.

use super::{ROUNDS, Row};

/// As fast as it goes.
pub(super) fn print_closed(rows: &[Row]) {
    println!("\nreplaying as fast as it goes, 50 connections, {ROUNDS} rounds in turns, medians");
    println!(
        "{:<28} {:>10} {:>9} {:>9} {:>11} {:>11} {:>7}",
        "", "requests/s", "CPU us", "sending", "CPU / wrk", "send. / wrk", "ok"
    );
    let wrk = rows
        .first()
        .map_or(f64::NAN, |row| row.load(|load| load.cpu_us));
    for row in rows {
        if row.loads.is_empty() {
            println!("{:<28} skipped: not installed", row.name);
            continue;
        }
        let cpu = row.load(|load| load.cpu_us);
        let sending = row.load(|load| load.sending_us);
        println!(
            "{:<28} {:>10.0} {cpu:>9.2} {sending:>9.2} {:>10.2}x {:>10.2}x {:>6.1}%",
            row.name,
            row.load(|load| load.rate),
            cpu / wrk,
            sending / wrk,
            row.load(|load| load.ok) * 100.0,
        );
    }
}

/// At a rate; the first row is the bare timer.
pub(super) fn print_open(rate: u64, rows: &[Row]) {
    println!("\nreplaying at {rate} requests a second");
    println!(
        "{:<28} {:>9} {:>9} {:>9} {:>9} {:>11} {:>9}",
        "", "CPU us", "sending", "late p50", "late p99", "p99 / timer", "rate met"
    );
    let timer = rows
        .first()
        .map_or(f64::NAN, |row| row.load(|load| load.late_p99_us));
    for row in rows {
        if row.loads.is_empty() {
            println!("{:<28} skipped: not installed", row.name);
            continue;
        }
        let late = row.load(|load| load.late_p99_us);
        println!(
            "{:<28} {:>9.2} {:>9.2} {:>9.0} {late:>9.0} {:>10.2}x {:>8.2}%",
            row.name,
            row.load(|load| load.cpu_us),
            row.load(|load| load.sending_us),
            row.load(|load| load.late_p50_us),
            late / timer,
            row.load(|load| load.met) * 100.0,
        );
    }
}

pub(super) fn print_legend() {
    println!(
        "\nCPU us: user and system time of the whole process for a request, reading, storing and adding up\n\
         included. sending: of the thread that sends. late: sent - ready, in microseconds; NaN: not told.\n\
         bare timer: a loop that sleeps on a timerfd until each moment and sends nothing. GoReplay does not tell what\n\
         it has sent: nginx was asked."
    );
}
