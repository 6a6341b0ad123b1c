//! What a proxy counts, live: shared by its threads, read by whoever shows it.

use std::sync::atomic::{AtomicU64, Ordering};

use reprise_wire::Direction;

/// What a proxy has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections accepted.
    pub connections: u64,
    /// Of those, how many are open now.
    pub open: u64,
    /// Of those, how many the target did not take.
    pub unreachable: u64,
    /// Of those, how many said something else than the protocol, TLS most often: they are only bytes.
    pub opaque: u64,
    /// Exchanges that began.
    pub exchanges: u64,
    /// Bytes passed from clients to the target.
    pub bytes_to_server: u64,
    /// Bytes passed from the target to clients.
    pub bytes_to_client: u64,
}

/// The counters behind [`Counts`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    connections: AtomicU64,
    open: AtomicU64,
    unreachable: AtomicU64,
    opaque: AtomicU64,
    exchanges: AtomicU64,
    pub(super) bytes_to_server: AtomicU64,
    pub(super) bytes_to_client: AtomicU64,
}

/// A connection that is counted as open for as long as this is kept.
pub(super) struct Open<'a>(&'a AtomicU64);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Counters {
    /// Counts a connection; its number, from 1.
    pub(super) fn accepted(&self) -> (u64, Open<'_>) {
        self.open.fetch_add(1, Ordering::Relaxed);
        let number = self.connections.fetch_add(1, Ordering::Relaxed) + 1;
        (number, Open(&self.open))
    }

    pub(super) fn unreachable(&self) {
        self.unreachable.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn opaque(&self) {
        self.opaque.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn exchange(&self) {
        self.exchanges.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn passed(&self, direction: Direction, bytes: usize) {
        let counter = match direction {
            Direction::ToServer => &self.bytes_to_server,
            Direction::ToClient => &self.bytes_to_client,
        };
        counter.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> Counts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            connections: of(&self.connections),
            open: of(&self.open),
            unreachable: of(&self.unreachable),
            opaque: of(&self.opaque),
            exchanges: of(&self.exchanges),
            bytes_to_server: of(&self.bytes_to_server),
            bytes_to_client: of(&self.bytes_to_client),
        }
    }
}
