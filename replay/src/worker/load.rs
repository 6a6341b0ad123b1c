//! How busy a sending thread is: while it has time to spare it may watch the clock for the next request, as it
//! fills it draws its wake-ups together, and when nothing is left it says so. Units: microseconds.

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

/// Up to so many percent of work it has time to watch the clock.
const IDLE: u64 = 50;

/// With watching it is to be busy less than this many percent, or sending threads without a core of their own would
/// take it from those that read and store.
const BUSY: u64 = 75;

/// When it waited for a processor longer than this many percent, others want the time more.
const CROWDED: u64 = 5;

/// A turn of the loop that takes longer was not spent on the clock alone.
const TURN_US: u64 = 3;

/// The load of the thread it was made on.
#[derive(Debug)]
pub(super) struct Load {
    /// Time on a processor and time waited for one, in nanoseconds: the kernel's scheduler statistics.
    statistics: Option<File>,
    looked_us: u64,
    worked_us: u64,
    waited_us: u64,
    /// Of the time on a processor, what went into watching the clock since it was looked at.
    watched_us: u64,
    level: usize,
    may_watch: bool,
}

impl Load {
    pub(super) fn new() -> Self {
        let mut load = Self {
            statistics: File::open("/proc/thread-self/schedstat").ok(),
            looked_us: 0,
            worked_us: 0,
            waited_us: 0,
            watched_us: 0,
            level: 0,
            may_watch: false,
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
        let watched = std::mem::take(&mut self.watched_us);
        let worked = worked_us.saturating_sub(self.worked_us + watched);
        let waited = waited_us.saturating_sub(self.waited_us);
        (self.looked_us, self.worked_us, self.waited_us) = (now_us, worked_us, waited_us);
        self.weigh_watching(passed_us, worked, watched, waited);
        Some(self.weigh(passed_us, worked, waited))
    }

    /// Whether there is time to watch the clock, after having worked, watched and waited so long in so much time.
    fn weigh_watching(&mut self, passed_us: u64, worked_us: u64, watched_us: u64, waited_us: u64) {
        let share = |us: u64| us * 100 / passed_us.max(1);
        self.may_watch = share(worked_us) < IDLE
            && share(worked_us + watched_us) < BUSY
            && share(waited_us) < CROWDED;
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

    /// Whether the thread has the time to watch the clock instead of sleeping to the last moment.
    pub(super) const fn may_watch(&self) -> bool {
        self.may_watch
    }

    /// One turn of the loop lasted so long and may have been spent on the clock alone.
    pub(super) const fn turned(&mut self, lasted_us: u64) {
        if lasted_us <= TURN_US {
            self.watched_us += lasted_us;
        }
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
    fn the_clock_is_watched_while_there_is_time_and_nobody_else_wants_it() {
        let mut load = Load::new();
        assert!(!load.may_watch());
        let mut may_watch = |worked, watched, waited| {
            load.weigh_watching(100_000, worked, watched, waited);
            load.may_watch()
        };
        assert!(may_watch(40_000, 20_000, 1_000));
        assert!(!may_watch(60_000, 0, 1_000));
        assert!(!may_watch(40_000, 40_000, 1_000));
        assert!(!may_watch(40_000, 20_000, 10_000));
    }

    #[test]
    fn a_turn_in_which_an_answer_was_read_is_work() {
        let mut load = Load::new();
        load.turned(2);
        load.turned(20);
        assert_eq!(load.watched_us, 2);
    }

    #[test]
    fn it_is_looked_at_ten_times_a_second() {
        let mut load = Load::new();
        assert_eq!(load.look(99_999), None);
        assert_eq!(load.look(250_000).map(|load| load.tenths), Some(2));
        assert_eq!(load.look(349_999), None);
    }
}
