//! Linux's `/proc`, as texts: what proc(5) says of the few files that are read here.

/// The kernel counts processor time in hundredths of a second (`USER_HZ`), on every architecture but Alpha.
pub(crate) const TICKS_PER_SECOND: f64 = 100.0;

/// Processor time of the whole machine, in ticks; a line of `/proc/stat`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct MachineTime {
    /// At work.
    pub(crate) busy: f64,
    /// With nothing to do but wait for a disk.
    pub(crate) disk_wait: f64,
    /// All of it.
    pub(crate) total: f64,
}

/// Of one process; parts of `/proc/PID/stat`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ProcessStat {
    /// What it is called.
    pub(crate) name: String,
    /// Processor time it took itself, in ticks.
    pub(crate) busy: f64,
    /// How many threads it has.
    pub(crate) threads: u64,
    /// When it began, in ticks since the machine's start: with the id it names one process for good.
    pub(crate) started: u64,
}

/// The first line of `/proc/stat`.
pub(crate) fn machine_time(stat: &str) -> Option<MachineTime> {
    let line = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let numbers: Vec<f64> = line
        .split_whitespace()
        .map_while(|number| number.parse().ok())
        .collect();
    // user nice system idle iowait irq softirq steal; what guests took is in user and nice already
    let [user, nice, system, idle, disk_wait, ..] = numbers.as_slice() else {
        return None;
    };
    let rest: f64 = numbers.iter().skip(5).take(3).sum();
    let busy = user + nice + system + rest;
    Some(MachineTime {
        busy,
        disk_wait: *disk_wait,
        total: busy + idle + disk_wait,
    })
}

/// A value of `/proc/meminfo` or `/proc/PID/status` that is written in kB; in bytes.
pub(crate) fn kilobytes(text: &str, name: &str) -> Option<f64> {
    let rest = text
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    let number: f64 = rest.split_whitespace().next()?.parse().ok()?;
    Some(number * 1_024.0)
}

/// The first number of `/proc/sys/fs/file-nr`: descriptors open on the whole machine.
pub(crate) fn open_files(file_nr: &str) -> Option<f64> {
    file_nr.split_whitespace().next()?.parse().ok()
}

/// How many threads the machine has: of `0.20 0.18 0.12 1/80 11206` in `/proc/loadavg` the 80.
pub(crate) fn machine_threads(loadavg: &str) -> Option<f64> {
    let (_, all) = loadavg.split_whitespace().nth(3)?.split_once('/')?;
    all.parse().ok()
}

/// A line of `/proc/PID/stat`. The name may hold blanks and parentheses. `None`, too, of a process that has ended
/// and whose parent has not asked how.
pub(crate) fn process_stat(stat: &str) -> Option<ProcessStat> {
    let (before, after) = stat.rsplit_once(')')?;
    let (_, name) = before.split_once('(')?;
    // the third field of the file is the first of these
    let fields: Vec<&str> = after.split_whitespace().collect();
    if matches!(fields.first(), Some(&("Z" | "X"))) {
        return None;
    }
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(ProcessStat {
        name: name.to_owned(),
        busy: (number(14)? + number(15)?) as f64,
        threads: number(20)?,
        started: number(22)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_machines_time_is_busy_idle_and_waiting_for_disks() {
        let stat = "cpu  100 20 30 800 50 1 2 3 40 0\ncpu0 1 2 3 4 5 6 7 8 9 10\n";
        let time = machine_time(stat).unwrap();
        assert_eq!(
            (time.busy, time.disk_wait, time.total),
            (156.0, 50.0, 1_006.0)
        );
    }

    #[test]
    fn a_process_is_read_whatever_its_name() {
        let rest = "S 1 7 7 0 -1 4194560 1 0 0 0 250 50 9 9 20 0 33 0 98765 1000 20 0";
        let stat = process_stat(&format!("7 (a) (b c) {rest}")).unwrap();
        assert_eq!((stat.name.as_str(), stat.busy), ("a) (b c", 300.0));
        assert_eq!((stat.threads, stat.started), (33, 98_765));
        let ended = format!("7 (a) {}", rest.replacen('S', "Z", 1));
        assert_eq!(process_stat(&ended), None);
    }

    #[test]
    fn sizes_are_told_in_kilobytes() {
        let status = "Name:\tx\nVmRSS:\t   2048 kB\nVmRSSx: 1 kB\n";
        assert_eq!(kilobytes(status, "VmRSS"), Some(2_097_152.0));
        assert_eq!(kilobytes(status, "VmHWM"), None);
        assert_eq!(open_files("2976\t0\t9223372036854775807\n"), Some(2_976.0));
        assert_eq!(machine_threads("0.20 0.18 0.12 1/80 11206"), Some(80.0));
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reader_panic(text in "[\\PC \\n()/:0-9a-z]{0,120}") {
            let _ = (machine_time(&text), process_stat(&text), kilobytes(&text, "a"));
            let _ = (open_files(&text), machine_threads(&text));
        }
    }
}
