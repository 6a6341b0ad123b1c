//! Wakes a worker at a moment of the run, to some ten microseconds: a timerfd awaited through the
//! runtime's epoll. The runtime's own timer knows whole milliseconds only. Unit: microseconds.

use std::io;
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::thread::set_current_timer_slack;
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create,
    timerfd_settime,
};
use tokio::io::unix::AsyncFd;

/// A one-shot timer of one worker thread.
#[derive(Debug)]
pub(crate) struct Timer {
    fd: AsyncFd<OwnedFd>,
}

impl Timer {
    /// Makes the timer and asks the kernel not to round this thread's wake-ups (a third of the lateness).
    pub(crate) fn new() -> io::Result<Self> {
        // a kernel that refuses leaves the default of 50 us: later, not wrong
        let _ = set_current_timer_slack(NonZeroU64::new(1));
        let fd = timerfd_create(
            TimerfdClockId::Monotonic,
            TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC,
        )?;
        #[expect(
            deprecated,
            reason = "its successor is unsafe to call; the descriptor is owned here and closed by nobody else"
        )]
        let fd = AsyncFd::new(fd)?;
        Ok(Self { fd })
    }

    /// Stops the whole thread until `at`: nothing else of the runtime is done meanwhile.
    pub(crate) fn stop_until(at: Instant) {
        std::thread::sleep(at.saturating_duration_since(Instant::now()));
    }

    /// Waits until `at`; at once when that is past.
    pub(crate) async fn until(&self, at: Instant) -> io::Result<()> {
        let left = at.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        // setting it also takes back an expiry nobody read
        timerfd_settime(self.fd.get_ref(), TimerfdTimerFlags::empty(), &once(left))?;
        let mut ready = self.fd.readable().await?;
        ready.clear_ready();
        Ok(())
    }
}

fn once(left: Duration) -> Itimerspec {
    Itimerspec {
        it_interval: Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        },
        it_value: Timespec {
            tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: i64::from(left.subsec_nanos()),
        },
    }
}
