//! The capture thread: copies packets out of the kernel's ring to a queue, and does nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use pcap::{Active, Capture, Packet, Stat};
use reprise_wire::Timestamp;

use super::batch::Batch;
use super::open::{TIMEOUT_MS, said};
use crate::Stopper;

/// How often the kernel is asked what it dropped: well before its 32 bits can wrap.
const STATISTICS_EVERY: Duration = Duration::from_secs(1);
/// How long after the end the ring is still read: the kernel hands over what it has gathered.
const LINGER: Duration = Duration::from_millis(3 * TIMEOUT_MS.unsigned_abs() as u64);
const LINGER_STEP: Duration = Duration::from_millis(5);

/// Packets lost before they could be read, in 64 bits.
#[derive(Debug, Default)]
pub(super) struct Dropped {
    pub(super) kernel: AtomicU64,
    pub(super) interface: AtomicU64,
}

/// Where the thread puts packets, and where it gets used batches from.
pub(super) struct Queue {
    pub(super) full: Sender<Batch>,
    pub(super) used: Receiver<Batch>,
}

/// Reads until it is stopped or the interface goes away; then says why.
pub(super) fn run(
    mut capture: Capture<Active>,
    queue: &Queue,
    stopper: &Stopper,
    dropped: &Arc<Dropped>,
) -> Option<String> {
    let mut copier = Copier {
        queue,
        batch: Batch::default(),
        is_cut_off: false,
    };
    let mut statistics = Statistics::new();
    let reason = loop {
        if stopper.is_asked() || copier.is_cut_off {
            break None;
        }
        let dispatched = capture.dispatch(None, |packet| copier.copy(&packet));
        copier.hand_over();
        statistics.sample(&mut capture, dropped, false);
        match dispatched {
            Ok(_) => {}
            // Waking it to stop looks like an error, too.
            Err(_) if stopper.is_asked() => break None,
            Err(error) => break Some(said(&error)),
        }
    };
    if reason.is_some() {
        return reason;
    }
    // Packets from before the end may still wait in a block that the kernel has not handed over.
    let until = Instant::now() + LINGER;
    let Ok(mut capture) = capture.setnonblock() else {
        return None;
    };
    while Instant::now() < until && !copier.is_cut_off {
        let read = capture.dispatch(None, |packet| copier.copy(&packet));
        copier.hand_over();
        if read.is_ok_and(|packets| packets == 0) {
            std::thread::sleep(LINGER_STEP);
        }
    }
    statistics.sample(&mut capture, dropped, true);
    None
}

struct Copier<'q> {
    queue: &'q Queue,
    batch: Batch,
    /// The decoding thread is gone.
    is_cut_off: bool,
}

impl Copier<'_> {
    fn copy(&mut self, packet: &Packet<'_>) {
        // With nanosecond precision libpcap puts nanoseconds where the name says microseconds.
        let nanos = packet.header.ts.tv_sec * 1_000_000_000 + packet.header.ts.tv_usec;
        self.batch
            .copy(Timestamp::from_nanos(nanos), packet.header.len, packet.data);
        if self.batch.is_full() {
            self.hand_over();
        }
    }

    fn hand_over(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        let next = self.queue.used.try_recv().unwrap_or_default();
        let batch = std::mem::replace(&mut self.batch, next);
        self.is_cut_off |= self.queue.full.send(batch).is_err();
    }
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

    fn sample(&mut self, capture: &mut Capture<Active>, dropped: &Dropped, is_last: bool) {
        if !is_last && self.sampled.elapsed() < STATISTICS_EVERY {
            return;
        }
        self.sampled = Instant::now();
        let Ok(now) = capture.stats() else { return };
        let kernel = now.dropped.wrapping_sub(self.last.dropped);
        let interface = now.if_dropped.wrapping_sub(self.last.if_dropped);
        dropped.kernel.fetch_add(kernel.into(), Ordering::Relaxed);
        dropped
            .interface
            .fetch_add(interface.into(), Ordering::Relaxed);
        self.last = now;
    }
}
