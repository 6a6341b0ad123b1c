//! The thread of an interface: copies packets out of the kernel's ring to the queue, and does
//! nothing else.

use std::time::{Duration, Instant};

use pcap::{Active, Capture, Stat};
use reprise_wire::Timestamp;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::delivery::{Losses, Outlet};
use super::open::{OpenInterface, TIMEOUT_MS, said};
use crate::batch::Batch;
use crate::{LostBefore, Packet, Stopper};

/// How often the kernel is asked what it dropped: well before its 32 bits can wrap.
const STATISTICS_EVERY: Duration = Duration::from_secs(1);
/// How long after the end the ring is still read: the kernel hands over what it has gathered.
const LINGER: Duration = Duration::from_millis(3 * TIMEOUT_MS.unsigned_abs() as u64);
/// How many packets are read before anything else is looked at, however many there are.
const AT_ONCE: usize = 16_384;
/// How long a quiet interface is waited for before anything else is looked at.
const WAIT: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 50_000_000,
};

/// Reads until it is stopped or the interface goes away; then says why.
pub(super) fn run(
    open: OpenInterface,
    outlet: &mut Outlet,
    stopper: &Stopper,
    losses: &Losses,
) -> Option<String> {
    let OpenInterface {
        mut capture,
        link,
        number,
        ..
    } = open;
    let mut batch = Batch::default();
    let mut statistics = Statistics::new();
    let mut ends_at = None;
    loop {
        if stopper.is_asked() {
            // Packets from before the end may still wait in a block that the kernel has not handed over.
            let end = *ends_at.get_or_insert_with(|| Instant::now() + LINGER);
            if Instant::now() >= end {
                break;
            }
        }
        if outlet.is_cut_off() {
            break;
        }
        let dispatched = capture.dispatch(Some(AT_ONCE), |packet| {
            // With nanosecond precision libpcap puts nanoseconds where the name says microseconds.
            let nanos = packet.header.ts.tv_sec * 1_000_000_000 + packet.header.ts.tv_usec;
            batch.copy(&Packet {
                at: Timestamp::from_nanos(nanos),
                link,
                interface: number,
                wire_len: packet.header.len,
                data: packet.data,
            });
            if batch.is_full() {
                outlet.hand_over(&mut batch);
            }
        });
        outlet.hand_over(&mut batch);
        statistics.sample(&mut capture, losses, false);
        match dispatched {
            Ok(0) => wait(&capture),
            Ok(_) => {}
            Err(error) => return Some(said(&error)),
        }
    }
    statistics.sample(&mut capture, losses, true);
    None
}

/// Waits for packets, for a moment.
fn wait(capture: &Capture<Active>) {
    let mut readable = [PollFd::new(capture, PollFlags::IN)];
    // A wait cut short by a signal is as good as one that is over; reading finds out what is wrong.
    let _ = poll(&mut readable, Some(&WAIT));
}

/// Adds up the kernel's 32-bit counters.
struct Statistics {
    last: Stat,
    sampled: Instant,
}

impl Statistics {
    fn new() -> Self {
        let last = Stat {
            received: 0,
            dropped: 0,
            if_dropped: 0,
        };
        Self {
            last,
            sampled: Instant::now(),
        }
    }

    fn sample(&mut self, capture: &mut Capture<Active>, losses: &Losses, is_last: bool) {
        if !is_last && self.sampled.elapsed() < STATISTICS_EVERY {
            return;
        }
        self.sampled = Instant::now();
        let Ok(now) = capture.stats() else { return };
        let kernel = now.dropped.wrapping_sub(self.last.dropped);
        let interface = now.if_dropped.wrapping_sub(self.last.if_dropped);
        losses.add(LostBefore {
            kernel_dropped: kernel.into(),
            interface_dropped: interface.into(),
            ..LostBefore::default()
        });
        self.last = now;
    }
}
