//! What the machine lets a generator do: files, ports, cores, and how punctually it wakes a thread.

use std::num::NonZero;
use std::thread;
use std::time::{Duration, Instant};

use reprise_measure::readable::{count, duration};
use reprise_replay::local_port_range;
use rustix::process::{Resource, getrlimit};
use rustix::thread::set_current_timer_slack;

use super::Finding;

/// A peak has some thousand users, each with a connection.
const MANY_FILES: u64 = 8_192;

/// The kernel gives out this many local ports unless told otherwise.
const USUAL_PORTS: u64 = 28_000;

/// So many wake-ups are timed, so far apart.
const WAKE_UPS: usize = 150;
const APART: Duration = Duration::from_micros(500);

/// A thread woken later than this at the 99th percentile makes requests late enough to matter.
const LATE_US: u64 = 1_000;

/// Clock sources that cost a request's share of time to read.
const SLOW_CLOCKS: [&str; 2] = ["hpet", "acpi_pm"];

/// How many connections may be open at once.
pub(super) fn open_files() -> Finding {
    let most = getrlimit(Resource::Nofile).maximum;
    let Some(most) = most else {
        return Finding::good("files", "any number of connections may be open".to_owned());
    };
    let found = format!("{} files and connections may be open at once", count(most));
    if most >= MANY_FILES {
        return Finding::good("files", found);
    }
    let fix = "for more lanes at once: ulimit -n 65536".to_owned();
    Finding::limited("files", found, fix)
}

/// How many connections one target can have from here.
pub(super) fn ports() -> Finding {
    let Some((first, last)) = local_port_range() else {
        return Finding::good(
            "ports",
            "the kernel does not say which ports it gives out".to_owned(),
        );
    };
    let ports = (last + 1).saturating_sub(first);
    let found = format!("{} connections from here to one target", count(ports));
    if ports >= USUAL_PORTS {
        return Finding::good("ports", found);
    }
    let fix = "sudo sysctl -w net.ipv4.ip_local_port_range='1024 65535'".to_owned();
    Finding::limited("ports", found, fix)
}

/// Whether sending has a core of its own.
pub(super) fn cores() -> Finding {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    if cores > 1 {
        return Finding::good("cores", format!("{cores} cores"));
    }
    let found =
        "one core: sending, storing and whatever else runs here wait for each other".to_owned();
    let fix = "replay from a machine with two cores or more".to_owned();
    Finding::limited("cores", found, fix)
}

/// How late a sleeping thread is woken, measured.
pub(super) fn timer() -> Finding {
    // a kernel that refuses leaves 50 us of slack, which the numbers then show
    let _ = set_current_timer_slack(NonZero::<u64>::new(1));
    let mut late_us: Vec<u64> = (0..WAKE_UPS)
        .map(|_| {
            let due = Instant::now() + APART;
            thread::sleep(APART);
            u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX)
        })
        .collect();
    late_us.sort_unstable();
    let at = |share: usize| late_us.get(WAKE_UPS * share / 100).copied().unwrap_or(0);
    let found = format!(
        "threads are woken {} late at the median, {} at the 99th percentile",
        duration(at(50)),
        duration(at(99))
    );
    if at(99) <= LATE_US {
        return Finding::good("timer", found);
    }
    let fix = "something else is using this machine; a run on it may be called late".to_owned();
    Finding::limited("timer", found, fix)
}

/// Whether reading the clock is cheap.
pub(super) fn clock() -> Finding {
    let place = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    let source = std::fs::read_to_string(place).unwrap_or_default();
    match source.trim() {
        "" => Finding::good(
            "clock",
            "the kernel does not say what it reads time from".to_owned(),
        ),
        slow if SLOW_CLOCKS.contains(&slow) => {
            let fix = "boot with clocksource=tsc where the processor has a steady one".to_owned();
            Finding::limited("clock", format!("{slow}, which is slow to read"), fix)
        }
        source => Finding::good("clock", source.to_owned()),
    }
}
