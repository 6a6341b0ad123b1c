//! Running a program and telling what it used: time, CPU time, memory. Linux only, from `/proc`.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;

/// How often a running program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);
/// What `/proc/PID/stat` counts CPU time in: 100 a second on every Linux.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a program used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    pub(crate) wall_s: f64,
    /// User and system time of all its threads.
    pub(crate) cpu_s: f64,
    /// The most memory that was resident at once.
    pub(crate) peak_bytes: u64,
}

/// What a program that tells something used, and told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) used: Used,
    /// Seconds of CPU time by the name of the thread, as it was seen last.
    pub(crate) threads: BTreeMap<String, f64>,
    pub(crate) output: String,
}

/// The command that is measured: of the release build, unless `REPRISE` names another.
pub(crate) fn reprise() -> PathBuf {
    let built = PathBuf::from("target/release/reprise");
    std::env::var_os("REPRISE").map_or(built, PathBuf::from)
}

/// Whether there is such a program.
pub(crate) fn is_installed(name: &str) -> bool {
    program(name).is_some()
}

/// Where a program is: in the `PATH`, or where `scripts/setup bench` installs.
pub(crate) fn program(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let tools = std::iter::once(PathBuf::from("target/tools/bin"));
    let mut places = std::env::split_paths(&folders).chain(tools);
    places.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()))
}

/// Runs `command` to its end, its output thrown away.
pub(crate) fn measured(command: &mut Command) -> Result<Used, Failure> {
    watched(command, Stdio::null(), |_| {})
}

/// Runs `command` to its end, its output thrown away, and tells `look` now and then how long it has run and how much
/// memory is resident.
pub(crate) fn resident(
    command: &mut Command,
    mut look: impl FnMut(Duration, u64),
) -> Result<Used, Failure> {
    let began = Instant::now();
    watched(command, Stdio::null(), |child| {
        if let Some(bytes) = status_of(child, "VmRSS:") {
            look(began.elapsed(), bytes);
        }
    })
}

/// Runs `command` to its end, its output written to `file` and read from there.
pub(crate) fn told(command: &mut Command, file: &Path) -> Result<Told, Failure> {
    let mut threads = BTreeMap::new();
    let output = Stdio::from(File::create(file)?);
    let used = watched(command, output, |child| {
        // of threads that have ended what was seen last remains
        threads.extend(cpu_of_threads(child));
    })?;
    Ok(Told {
        used,
        threads,
        output: std::fs::read_to_string(file)?,
    })
}

/// Looks at the program, and lets `look` do so, until it ends.
fn watched(
    command: &mut Command,
    output: Stdio,
    mut look: impl FnMut(&Child),
) -> Result<Used, Failure> {
    let began = Instant::now();
    let mut child = command.stdout(output).stderr(Stdio::null()).spawn()?;
    let (mut cpu_s, mut peak_bytes) = (0.0, 0);
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        // Both only grow, so the last look before the end is what counts.
        cpu_s = cpu_seconds_of(&child).unwrap_or(cpu_s);
        peak_bytes = status_of(&child, "VmHWM:").unwrap_or(peak_bytes);
        look(&child);
        std::thread::sleep(LOOK_EVERY);
    };
    let wall_s = began.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{command:?} ended with {status}").into());
    }
    Ok(Used {
        wall_s,
        cpu_s,
        peak_bytes,
    })
}

/// The first number of each thread's `schedstat`: nanoseconds on a processor.
fn cpu_of_threads(child: &Child) -> Vec<(String, f64)> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{}/task", child.id())) else {
        return Vec::new();
    };
    let seen = threads.filter_map(|thread| {
        let folder = thread.ok()?.path();
        let name = std::fs::read_to_string(folder.join("comm")).ok()?;
        let times = std::fs::read_to_string(folder.join("schedstat")).ok()?;
        let nanos: f64 = times.split(' ').next()?.parse().ok()?;
        Some((name.trim().to_owned(), nanos / 1e9))
    });
    seen.collect()
}

/// User and system time of a running program so far, and of those it has run and waited for.
/// Fields 14 to 17 of proc_pid_stat(5); the second field, the name, may contain anything.
pub(crate) fn cpu_seconds_of(child: &Child) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    let times = stat.rsplit_once(") ")?.1.split(' ').skip(11).take(4);
    let ticks: Result<f64, _> = times.map(str::parse::<f64>).sum();
    Some(ticks.ok()? / TICKS_PER_SECOND)
}

/// A number of bytes of proc_pid_status(5): `VmHWM:`, the most that was resident, or `VmRSS:`, what is.
fn status_of(child: &Child, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}
