//! `reprise devices`: interfaces, and why one cannot be captured; `--watch`: what each carries.

use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use reprise_app::DeviceRate;
use reprise_app::readable::{bytes, rate};

use super::Context;
use crate::arguments::DevicesArguments;
use crate::output;
use crate::stop::Stop;
use crate::table::Table;

/// Between two readings of the counters.
const WATCH_EVERY: Duration = Duration::from_secs(1);
/// How soon a stop is noticed.
const LOOK_EVERY: Duration = Duration::from_millis(50);

pub(crate) fn run(context: &Context, arguments: &DevicesArguments) -> anyhow::Result<ExitCode> {
    if arguments.watch {
        return watch(context);
    }
    let devices = reprise_app::devices()?;
    if context.json {
        output::json_lines(devices)?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new(&["interface", "capture", "addresses"]);
    let mut fix = None;
    for device in devices {
        let state = match (&device.why, device.up) {
            (Some(_), _) => "no",
            (None, true) => "yes",
            (None, false) => "yes (down)",
        };
        fix = fix.or(device.why);
        table.row(vec![
            device.name,
            state.to_owned(),
            device.addresses.join(" "),
        ]);
    }
    output::text(&table.render())?;
    if let Some(why) = fix {
        output::text(&format!("\n{why}\n"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the rates of the last second, every second, until it is stopped.
fn watch(context: &Context) -> anyhow::Result<ExitCode> {
    let stop = Stop::listen()?;
    let mut before = reprise_app::device_counters();
    loop {
        let next = Instant::now() + WATCH_EVERY;
        while Instant::now() < next {
            if stop.asked() {
                return Ok(ExitCode::SUCCESS);
            }
            thread::sleep(LOOK_EVERY);
        }
        let now = reprise_app::device_counters();
        let rates = now.since(&before);
        before = now;
        if context.json {
            output::json_lines(rates)?;
        } else {
            output::text(&format!("{}\n", table(&rates)))?;
        }
    }
}

fn table(rates: &[DeviceRate]) -> String {
    let mut table = Table::new(&["interface", "packets/s", "bytes/s", "dropped/s"]);
    for of in rates {
        table.row(vec![
            of.name.clone(),
            rate(of.packets_per_s),
            format!("{}/s", bytes(of.bytes_per_s as u64)),
            rate(of.dropped_per_s),
        ]);
    }
    table.render()
}
