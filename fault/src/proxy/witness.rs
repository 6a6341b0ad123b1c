//! What passes through proxies, told to whoever records it: what clients said as they said it, and what they
//! were told, after all faults. What waits to be taken is bounded; beyond that bytes are missed and counted,
//! and the proxy never waits.

mod overheard;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Instant, SystemTime};

use reprise_wire::{Close, Direction, Timestamp};

pub(super) use overheard::Overheard;

/// What an event takes beside its bytes; bytes.
const OF_AN_EVENT: usize = 128;

/// Something that happened on a connection, as its client saw it. Connections have numbers of their own,
/// over all proxies with this witness.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A connection is about to tell its first bytes.
    Opened {
        /// Which.
        connection: u64,
        /// Who opened it.
        client: SocketAddr,
        /// Whom the proxy forwards it to.
        server: SocketAddr,
        /// When the proxy let it in.
        at: Timestamp,
    },
    /// The next bytes of one direction.
    Bytes {
        /// Which connection.
        connection: u64,
        /// Which direction.
        direction: Direction,
        /// When they passed the client's end of the proxy.
        at: Timestamp,
        /// The bytes; never empty.
        bytes: Vec<u8>,
    },
    /// Bytes passed that could not be taken down: too many waited.
    Missed {
        /// Which connection.
        connection: u64,
        /// Which direction.
        direction: Direction,
        /// When the last of them passed.
        at: Timestamp,
        /// How many.
        bytes: u64,
    },
    /// One direction tells nothing more.
    Ended {
        /// Which connection.
        connection: u64,
        /// Which direction.
        direction: Direction,
        /// When.
        at: Timestamp,
        /// How.
        close: Close,
    },
    /// Both directions have ended.
    Closed {
        /// Which connection.
        connection: u64,
        /// When.
        at: Timestamp,
        /// How.
        close: Close,
    },
}

impl Seen {
    /// What it takes while it waits; bytes.
    const fn size(&self) -> usize {
        OF_AN_EVENT
            + match self {
                Self::Bytes { bytes, .. } => bytes.len(),
                _ => 0,
            }
    }
}

/// The proxies' end: what they tell. Clones tell the same recorder.
#[derive(Clone, Debug)]
pub struct Witness {
    events: Sender<Seen>,
    shared: Arc<Shared>,
}

/// The recorder's end.
#[derive(Debug)]
pub struct Witnessed {
    events: Receiver<Seen>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// The clock: what it said at its start, and that moment.
    began_at: Timestamp,
    began: Instant,
    connections: AtomicU64,
    /// Bytes that wait to be taken, and how many may.
    waiting: AtomicUsize,
    most_waiting: usize,
    /// Bytes of connections that told nothing else.
    unheard: AtomicU64,
}

impl Shared {
    fn now(&self) -> Timestamp {
        let nanos = i64::try_from(self.began.elapsed().as_nanos());
        self.began_at.plus_nanos(nanos.unwrap_or(i64::MAX))
    }
}

impl Witness {
    /// A witness, and where its events come out. So many bytes may wait there.
    pub fn new(most_waiting: usize) -> (Self, Witnessed) {
        let (sender, events) = mpsc::channel();
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let nanos = since_1970.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(0));
        let shared = Arc::new(Shared {
            began_at: Timestamp::from_nanos(nanos),
            began: Instant::now(),
            connections: AtomicU64::new(0),
            waiting: AtomicUsize::new(0),
            most_waiting,
            unheard: AtomicU64::new(0),
        });
        let witness = Self {
            events: sender,
            shared: Arc::clone(&shared),
        };
        (witness, Witnessed { events, shared })
    }

    /// Tells something, however much waits.
    fn tell(&self, event: Seen) {
        let size = event.size();
        self.shared.waiting.fetch_add(size, Ordering::Relaxed);
        // whoever recorded has given up
        let _ = self.events.send(event);
    }

    /// Whether so many more bytes may wait.
    fn has_room(&self, bytes: usize) -> bool {
        let waiting = self.shared.waiting.load(Ordering::Relaxed);
        waiting + bytes + OF_AN_EVENT <= self.shared.most_waiting
    }
}

impl Witnessed {
    /// The next event, if there is one.
    pub fn next(&self) -> Option<Seen> {
        let event = self.events.try_recv().ok()?;
        let size = event.size();
        self.shared.waiting.fetch_sub(size, Ordering::Relaxed);
        Some(event)
    }

    /// What the witnesses' clock says.
    pub fn clock(&self) -> Timestamp {
        self.shared.now()
    }

    /// Bytes of connections of which nothing at all could be taken down.
    pub fn unheard(&self) -> u64 {
        self.shared.unheard.load(Ordering::Relaxed)
    }
}
