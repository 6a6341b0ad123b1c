//! The machine this runs on: processor, memory, descriptors, threads.

use std::time::Instant;

use reprise_measure::{Reading, WatchUnit};

use super::error::WatchError;
use super::proc::{kilobytes, machine_threads, machine_time, open_files};
use super::rates::Rates;

/// What of the machine was read last.
#[derive(Debug, Default)]
pub(crate) struct Host {
    rates: Rates,
}

impl Host {
    /// What it tells now.
    ///
    /// # Errors
    /// `/proc` is not there, or not as it should be.
    pub(crate) fn read(&mut self) -> Result<Vec<Reading>, WatchError> {
        let file = |path: &str| std::fs::read_to_string(path).map_err(WatchError::from);
        let unreadable =
            |path: &str| WatchError::Unreadable(path.to_owned(), "it is not as proc(5) says");
        let stat = file("/proc/stat")?;
        let memory = file("/proc/meminfo")?;
        let time = machine_time(&stat).ok_or_else(|| unreadable("/proc/stat"))?;
        let all = kilobytes(&memory, "MemTotal").ok_or_else(|| unreadable("/proc/meminfo"))?;
        let free = kilobytes(&memory, "MemAvailable").ok_or_else(|| unreadable("/proc/meminfo"))?;
        self.rates.begin(Instant::now());
        let total = self.rates.growth("total", time.total);
        let total = total.filter(|total| *total > 0.0);
        let mut share = |name, value| {
            let growth = self.rates.growth(name, value)?;
            Some(growth / total?)
        };
        let busy = share("busy", time.busy);
        let disk_wait = share("disk wait", time.disk_wait);
        let files = file("/proc/sys/fs/file-nr").ok();
        let load = file("/proc/loadavg").ok();
        let told = [
            ("cpu", "cpu", WatchUnit::Share, busy),
            ("waiting for disks", "cpu", WatchUnit::Share, disk_wait),
            ("memory", "memory", WatchUnit::Bytes, Some(all - free)),
            (
                "descriptors",
                "descriptors",
                WatchUnit::Count,
                files.as_deref().and_then(open_files),
            ),
            (
                "threads",
                "threads",
                WatchUnit::Count,
                load.as_deref().and_then(machine_threads),
            ),
        ];
        let readings = told
            .into_iter()
            .filter_map(|(series, chart, unit, value)| Reading::of(series, chart, unit, value?));
        Ok(readings.collect())
    }
}
