//! A loop that sleeps on a timerfd until each moment of an even grid, and does nothing else: how punctual
//! this machine can be. Unit: microseconds.

use std::num::NonZeroU64;
use std::time::Duration;

use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime,
    timerfd_create, timerfd_settime,
};

use crate::Failure;

/// Prints the median and the 99th percentile of the lateness at so many moments a second.
pub(crate) fn run(rate: u64, seconds: u64) -> Result<(), Failure> {
    rustix::thread::set_current_timer_slack(NonZeroU64::new(1))?;
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::CLOEXEC)?;
    let begin = now();
    let mut late: Vec<u64> = Vec::new();
    for number in 1..=rate * seconds {
        let at = begin + Duration::from_nanos(number * 1_000_000_000 / rate);
        if now() < at {
            let once = Itimerspec {
                it_interval: Timespec {
                    tv_sec: 0,
                    tv_nsec: 0,
                },
                it_value: Timespec::try_from(at)?,
            };
            timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME, &once)?;
            rustix::io::read(&timer, &mut [0_u8; 8])?;
        }
        late.push(u64::try_from(now().saturating_sub(at).as_micros())?);
    }
    late.sort_unstable();
    let at = |share: usize| late.get(late.len() * share / 100).copied().unwrap_or(0);
    println!("{} {}", at(50), at(99));
    Ok(())
}

/// Of the clock that the timer goes by.
fn now() -> Duration {
    let now = clock_gettime(ClockId::Monotonic);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec as u32)
}
