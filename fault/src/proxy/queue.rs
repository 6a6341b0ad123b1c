//! What is on its way in one direction, in order: bytes, pauses and ends. Bounded: whoever puts more in waits.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use tokio::sync::Notify;
use tokio::time::Instant;

/// Bytes that may be on their way while nothing delays them.
const ROOM: usize = 256 << 10;

/// Bytes that may be on their way under latency: a fault must not narrow the connection too.
const ROOM_UNDER_LATENCY: usize = 8 << 20;

/// Something on its way.
#[derive(Debug)]
pub(super) enum What {
    /// Bytes, at this rate if one is given (bytes a second).
    Bytes(Vec<u8>, Option<u32>),
    /// Nothing, for as long as this.
    Pause(Pause),
    /// From here on TLS is spoken.
    Tls,
    /// The sender has finished.
    Finish,
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
}

/// Nothing for a while, or until none of the faults that made it is on any more.
#[derive(Clone, Debug)]
pub(super) struct Pause {
    pub(super) length: std::time::Duration,
    pub(super) faults: Vec<u32>,
}

/// What is on its way in one direction.
#[derive(Debug, Default)]
pub(super) struct Queue {
    items: RefCell<VecDeque<(Instant, What)>>,
    bytes: Cell<usize>,
    /// The receiver takes nothing more: what comes is thrown away.
    refused: Cell<bool>,
    filled: Notify,
    drained: Notify,
}

impl Queue {
    /// Puts something in, to leave at `ready` at the earliest. Waits for room.
    pub(super) async fn put(&self, ready: Instant, what: What) {
        let room = if ready > Instant::now() {
            ROOM_UNDER_LATENCY
        } else {
            ROOM
        };
        loop {
            let drained = self.drained.notified();
            if self.bytes.get() < room || self.refused.get() {
                break;
            }
            drained.await;
        }
        if self.refused.get() {
            return;
        }
        if let What::Bytes(bytes, _) = &what {
            self.bytes.set(self.bytes.get() + bytes.len());
        }
        self.items.borrow_mut().push_back((ready, what));
        self.filled.notify_one();
    }

    /// When the next item may leave, once there is one.
    pub(super) async fn ready_at(&self) -> Instant {
        loop {
            if let Some((ready, _)) = self.items.borrow().front() {
                return *ready;
            }
            self.filled.notified().await;
        }
    }

    /// Takes the next item out.
    pub(super) fn take(&self) -> What {
        // nobody else takes anything out
        let next = self.items.borrow_mut().pop_front();
        next.map_or(What::Finish, |(_, what)| what)
    }

    /// Lets everything leave at that moment at the latest.
    pub(super) fn no_later_than(&self, latest: Instant) {
        for (ready, _) in self.items.borrow_mut().iter_mut() {
            *ready = (*ready).min(latest);
        }
    }

    /// Says that these bytes have left.
    pub(super) fn left(&self, bytes: usize) {
        self.bytes.set(self.bytes.get().saturating_sub(bytes));
        self.drained.notify_waiters();
    }

    /// Whether everything is thrown away: the receiver takes nothing more, or the sender has finished.
    pub(super) const fn is_refused(&self) -> bool {
        self.refused.get()
    }

    /// Throws everything away from now on.
    pub(super) fn refuse(&self) {
        self.refused.set(true);
        self.items.borrow_mut().clear();
        self.drained.notify_waiters();
    }
}
