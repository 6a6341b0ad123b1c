//! How busy a sending thread is: it draws its wake-ups together as it fills, and says so when nothing is
//! left. Units: microseconds.

use std::fs::File;
use std::os::unix::fs::FileExt;

use reprise_measure::GeneratorLoad;
use rustix::time::{ClockId, clock_gettime};

/// How often it is looked at.
const EVERY_US: u64 = 100_000;

/// The steps by which wake-ups are drawn together as the thread fills: each costs as much as a request.
const COALESCING_US: [u64; 4] = [0, 50, 100, 200];

/// From this many percent on a thread has no time left.
const FULL: u64 = 90;

/// The load of the thread it was made on.
#[derive(Debug)]
pub(super) struct Load {
    /// Time on a processor and time waited for one, in nanoseconds: the kernel's scheduler statistics.
    statistics: Option<File>,
    looked_us: u64,
    worked_us: u64,
    waited_us: u64,
    level: usize,
}

impl Load {
    pub(super) fn new() -> Self {
        let mut load = Self {
            statistics: File::open("/proc/thread-self/schedstat").ok(),
            looked_us: 0,
            worked_us: 0,
            waited_us: 0,
            level: 0,
        };
        (load.worked_us, load.waited_us) = (worked_us(), load.waited_us());
        load
    }

    /// Looks, if it is time for that, and says how busy the thread was since.
    pub(super) fn look(&mut self, now_us: u64) -> Option<GeneratorLoad> {
        let passed_us = now_us.saturating_sub(self.looked_us);
        if passed_us < EVERY_US {
            return None;
        }
        let (worked_us, waited_us) = (worked_us(), self.waited_us());
        let worked = worked_us.saturating_sub(self.worked_us);
        let waited = waited_us.saturating_sub(self.waited_us);
        (self.looked_us, self.worked_us, self.waited_us) = (now_us, worked_us, waited_us);
        Some(self.weigh(passed_us, worked, waited))
    }

    /// What it means to have worked and waited so long in so much time.
    fn weigh(&mut self, passed_us: u64, worked_us: u64, waited_us: u64) -> GeneratorLoad {
        self.level = match worked_us * 100 / passed_us.max(1) {
            75.. => (self.level + 1).min(COALESCING_US.len() - 1),
            0..50 => self.level.saturating_sub(1),
            _ => self.level,
        };
        let tenths = passed_us / EVERY_US;
        let full = (worked_us + waited_us) * 100 >= passed_us * FULL;
        GeneratorLoad {
            tenths,
            full_tenths: if full { tenths } else { 0 },
            ..GeneratorLoad::default()
        }
    }

    /// How far wake-ups are drawn together now.
    pub(super) fn coalesce_us(&self) -> u64 {
        COALESCING_US.get(self.level).copied().unwrap_or(0)
    }

    /// The second of the three numbers: how long the thread was ready and had no processor.
    fn waited_us(&self) -> u64 {
        let mut text = [0; 96];
        let read = self
            .statistics
            .as_ref()
            .and_then(|file| file.read_at(&mut text, 0).ok())
            .unwrap_or(0);
        std::str::from_utf8(text.get(..read).unwrap_or_default())
            .ok()
            .and_then(|text| text.split_ascii_whitespace().nth(1)?.parse::<u64>().ok())
            .map_or(0, |nanos| nanos / 1_000)
    }
}

/// How long this thread has been on a processor.
fn worked_us() -> u64 {
    let cpu = clock_gettime(ClockId::ThreadCPUTime);
    cpu.tv_sec as u64 * 1_000_000 + cpu.tv_nsec as u64 / 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_without_rest_is_full_whether_it_works_or_waits_for_a_processor() {
        let mut load = Load::new();
        let full =
            |load: &mut Load, worked, waited| load.weigh(200_000, worked, waited).full_tenths;
        assert_eq!(full(&mut load, 100_000, 70_000), 0);
        assert_eq!(full(&mut load, 100_000, 80_000), 2);
        assert_eq!(full(&mut load, 180_000, 0), 2);
    }

    #[test]
    fn wake_ups_are_drawn_together_while_the_thread_fills() {
        let mut load = Load::new();
        let mut after = |worked| {
            load.weigh(100_000, worked, 0);
            load.coalesce_us()
        };
        assert_eq!(
            [80_000, 80_000, 60_000, 10_000, 10_000].map(&mut after),
            [50, 100, 100, 50, 0]
        );
        assert_eq!([90_000; 5].map(&mut after), [50, 100, 200, 200, 200]);
    }

    #[test]
    fn it_is_looked_at_ten_times_a_second() {
        let mut load = Load::new();
        assert_eq!(load.look(99_999), None);
        assert_eq!(load.look(250_000).map(|load| load.tenths), Some(2));
        assert_eq!(load.look(349_999), None);
    }
}
