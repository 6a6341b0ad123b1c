//! A process of this machine, by its id, or all of one name together: processor, memory, descriptors, threads.

use std::collections::BTreeMap;
use std::io;
use std::time::Instant;

use reprise_measure::{Reading, WatchUnit};

use super::error::WatchError;
use super::proc::{ProcessStat, TICKS_PER_SECOND, kilobytes, process_stat};

/// A program's name as the kernel keeps it is cut to this many bytes.
const LONGEST_NAME: usize = 15;

/// Which processes, and what they had taken when they were last read.
#[derive(Debug)]
pub(crate) struct Process {
    which: Which,
    /// Processor time in ticks, by id and start.
    taken: BTreeMap<(u32, u64), f64>,
    read: Option<Instant>,
}

#[derive(Debug)]
enum Which {
    /// One id; with its start once it was found, for an id may be given to another process later.
    Id(u32, Option<u64>),
    Named(String),
}

impl Process {
    pub(crate) const fn with_id(pid: u32) -> Self {
        Self::of(Which::Id(pid, None))
    }

    pub(crate) fn named(name: &str) -> Self {
        Self::of(Which::Named(name.to_owned()))
    }

    const fn of(which: Which) -> Self {
        Self {
            which,
            taken: BTreeMap::new(),
            read: None,
        }
    }

    /// What they tell now, added up.
    ///
    /// # Errors
    /// None is running.
    pub(crate) fn read(&mut self) -> Result<Vec<Reading>, WatchError> {
        let found = self.find();
        if found.is_empty() {
            return Err(WatchError::NoProcess(self.which.shown()));
        }
        let threads: u64 = found.iter().map(|(_, stat)| stat.threads).sum();
        let memory: f64 = found.iter().filter_map(|(pid, _)| resident(*pid)).sum();
        let descriptors: Option<usize> = found.iter().map(|(pid, _)| descriptors(*pid)).sum();
        let mut readings = Vec::new();
        readings.extend(self.cpu(&found));
        readings.extend(Reading::of("memory", "memory", WatchUnit::Bytes, memory));
        // only its owner and root may look into another process
        if let Some(open) = descriptors {
            let value = open as f64;
            let reading = Reading::of("descriptors", "descriptors", WatchUnit::Count, value);
            readings.extend(reading);
        }
        let value = threads as f64;
        readings.extend(Reading::of("threads", "threads", WatchUnit::Count, value));
        Ok(readings)
    }

    /// Processor time in the time since the last reading: 1.0 is one processor. One that began since then took
    /// all of its time in it.
    fn cpu(&mut self, found: &[(u32, ProcessStat)]) -> Option<Reading> {
        let now = Instant::now();
        let passed = self.read.replace(now).map(|before| now - before);
        let before = std::mem::take(&mut self.taken);
        self.taken = found
            .iter()
            .map(|(pid, stat)| ((*pid, stat.started), stat.busy))
            .collect();
        let grown: f64 = self
            .taken
            .iter()
            .map(|(process, busy)| (busy - before.get(process).copied().unwrap_or(0.0)).max(0.0))
            .sum();
        let passed = passed?.as_secs_f64();
        let share = grown / TICKS_PER_SECOND / passed;
        Reading::of("cpu", "cpu", WatchUnit::Share, share)
    }

    fn find(&mut self) -> Vec<(u32, ProcessStat)> {
        match &mut self.which {
            Which::Id(pid, started) => {
                let found = stat(*pid).filter(|found| started.is_none_or(|at| at == found.started));
                *started = started.or(found.as_ref().map(|found| found.started));
                found.map(|found| (*pid, found)).into_iter().collect()
            }
            Which::Named(name) => {
                let kept = name.get(..LONGEST_NAME).unwrap_or(name);
                let all = all_ids().filter_map(|pid| Some((pid, stat(pid)?)));
                all.filter(|(_, stat)| stat.name == kept).collect()
            }
        }
    }
}

impl Which {
    fn shown(&self) -> String {
        match self {
            Self::Id(pid, _) => pid.to_string(),
            Self::Named(name) => format!("called {name}"),
        }
    }
}

fn all_ids() -> impl Iterator<Item = u32> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// `None` when there is no such process: any may end between two looks at it.
fn stat(pid: u32) -> Option<ProcessStat> {
    process_stat(&lossy(pid, "stat").ok()?)
}

fn resident(pid: u32) -> Option<f64> {
    kilobytes(&lossy(pid, "status").ok()?, "VmRSS")
}

fn descriptors(pid: u32) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?.count())
}

/// A name may be any bytes.
fn lossy(pid: u32, file: &str) -> io::Result<String> {
    let bytes = std::fs::read(format!("/proc/{pid}/{file}"))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};
    use std::time::Duration;

    use super::*;

    fn value(readings: &[Reading], series: &str) -> Option<f64> {
        let found = readings.iter().find(|reading| reading.series == series);
        found.map(|reading| reading.mean)
    }

    #[test]
    fn a_process_that_is_busy_takes_a_processor_and_one_that_ended_is_gone() {
        let mut busy = Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let mut process = Process::with_id(busy.id());
        let first = process.read().unwrap();
        assert_eq!(value(&first, "cpu"), None);
        assert_eq!(value(&first, "threads"), Some(1.0));
        assert!(value(&first, "memory").unwrap() > 0.0);
        assert!(value(&first, "descriptors").unwrap() >= 1.0);
        std::thread::sleep(Duration::from_millis(500));
        let cpu = value(&process.read().unwrap(), "cpu").unwrap();
        busy.kill().unwrap();
        busy.wait().unwrap();
        assert!(cpu > 0.0 && cpu < 1.5, "{cpu}");
        let gone = process.read().unwrap_err().to_string();
        assert_eq!(gone, format!("no process {} is running here", busy.id()));
    }

    #[test]
    fn processes_are_found_by_their_name() {
        let own = std::fs::read_to_string("/proc/self/comm").unwrap();
        let mut process = Process::named(own.trim_end());
        assert!(value(&process.read().unwrap(), "threads").unwrap() >= 1.0);
        let nobody = Process::named("no such program").read().unwrap_err();
        assert!(nobody.to_string().contains("called no such program"));
    }
}
