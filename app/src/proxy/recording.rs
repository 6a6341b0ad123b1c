//! Recordings of what passes through proxies: what witnesses tell is handed to the same recorder as any capture,
//! on a thread of its own. The client's side is recorded, after all faults: what a replay will send is what
//! clients asked for, and what they were answered is what they saw.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use reprise_capture::reassembly::Slot;
use reprise_capture::{CaptureError, Recorder, Redaction};
use reprise_fault::{Seen, Witness, Witnessed};
use reprise_store::{Ledger, NewConnection, NewRecording, Recording, Store};
use reprise_wire::{Limits, Piece, Timestamp};

use crate::Error;
use crate::answer::RecordingAnswer;

/// Bytes that may wait to be recorded, of all proxies that go into one recording.
const MOST_WAITING: usize = 64 << 20;

/// How often what gathered is handed on, and how many times until the ledger is stored too.
const TICK: Duration = Duration::from_millis(100);
const CHECKPOINT_TICKS: u32 = 10;

/// How long events gather before they are taken, at least and at most: a proxy that had to wake somebody for
/// each would be slower.
const GATHER: [Duration; 2] = [Duration::from_millis(1), Duration::from_millis(16)];

/// Events taken between two looks at the clock.
const AT_ONCE: usize = 1024;

/// A recording that is being made.
#[derive(Debug)]
pub(super) struct PassingRecording {
    pub(super) name: String,
    /// The names of the proxies that go into it.
    pub(super) proxies: Vec<String>,
    pub(super) witness: Witness,
    told: Arc<Told>,
    thread: JoinHandle<Result<Recording, CaptureError>>,
}

/// What its thread tells while it works.
#[derive(Debug, Default)]
struct Told {
    stop: AtomicBool,
    failed: AtomicBool,
    exchanges: AtomicU64,
    missed_bytes: AtomicU64,
}

/// How far the recording of a proxy is.
#[derive(Clone, Debug)]
pub struct PassingProgress {
    /// Its name.
    pub name: String,
    /// Exchanges decoded.
    pub exchanges: u64,
    /// Bytes that passed and were not recorded, because too many waited.
    pub missed_bytes: u64,
    /// It could not be stored, and has ended.
    pub failed: bool,
}

impl PassingRecording {
    /// Begins one; `source` says where it comes from.
    pub(super) fn start(
        store: &Store,
        name: &str,
        source: String,
        redaction: Option<Redaction>,
    ) -> Result<Self, Error> {
        let (witness, witnessed) = Witness::new(MOST_WAITING);
        let writer = store.create_recording(&NewRecording {
            name: name.to_owned(),
            source,
            started_at: witnessed.clock(),
        })?;
        let recorder = Recorder::start(writer, Limits::default(), redaction)?;
        let told = Arc::<Told>::default();
        let taker = Taker {
            recorder,
            told: Arc::clone(&told),
            slots: HashMap::new(),
            free: Vec::new(),
            bytes: 0,
            missed: 0,
            last: None,
        };
        let thread = thread::Builder::new()
            .name("reprise-passing".to_owned())
            .spawn(move || taker.run(&witnessed))
            .map_err(CaptureError::Thread)?;
        Ok(Self {
            name: name.to_owned(),
            proxies: Vec::new(),
            witness,
            told,
            thread,
        })
    }

    /// How far it is.
    pub(super) fn progress(&self) -> PassingProgress {
        PassingProgress {
            name: self.name.clone(),
            exchanges: self.told.exchanges.load(Ordering::Relaxed),
            missed_bytes: self.told.missed_bytes.load(Ordering::Relaxed),
            failed: self.told.failed.load(Ordering::Relaxed),
        }
    }

    /// Ends it, once what was told has been recorded. The proxies have stopped.
    pub(super) fn finish(self) -> Result<RecordingAnswer, Error> {
        self.told.stop.store(true, Ordering::Release);
        let ended = self.thread.join();
        Ok(ended
            .map_err(|_| CaptureError::Broken("recording"))??
            .into())
    }
}

/// The thread that takes events.
struct Taker {
    recorder: Recorder,
    told: Arc<Told>,
    /// The open connections, and places that are free again.
    slots: HashMap<u64, Slot>,
    free: Vec<Slot>,
    /// Bytes recorded, and bytes missed.
    bytes: u64,
    missed: u64,
    last: Option<Timestamp>,
}

impl Taker {
    fn run(mut self, witnessed: &Witnessed) -> Result<Recording, CaptureError> {
        let mut next_tick = Instant::now() + TICK;
        let (mut ticks, mut rest) = (0, GATHER[0]);
        loop {
            // asked before looking: what was told until then is taken
            let stops = self.told.stop.load(Ordering::Acquire);
            let taken = self.take_some(witnessed);
            let all_taken = taken < AT_ONCE;
            if all_taken && stops || self.recorder.has_failed() {
                break;
            }
            if Instant::now() >= next_tick {
                next_tick = Instant::now() + TICK;
                ticks += 1;
                self.tick(witnessed, ticks % CHECKPOINT_TICKS == 0);
            }
            rest = match taken {
                0 => (rest * 2).min(GATHER[1]),
                _ => GATHER[0],
            };
            if all_taken {
                thread::sleep(rest);
            }
        }
        let loss = self.ledger(witnessed);
        let ended = self.recorder.finish(self.bytes, self.last, loss, true);
        self.told.failed.store(ended.is_err(), Ordering::Relaxed);
        ended
    }

    /// Takes events; how many there were, at most [`AT_ONCE`].
    fn take_some(&mut self, witnessed: &Witnessed) -> usize {
        for taken in 0..AT_ONCE {
            match witnessed.next() {
                Some(event) => self.take(event),
                None => return taken,
            }
        }
        AT_ONCE
    }

    fn tick(&mut self, witnessed: &Witnessed, with_ledger: bool) {
        let missed = self.missed + witnessed.unheard();
        self.told.missed_bytes.store(missed, Ordering::Relaxed);
        let exchanges = self.recorder.exchanges();
        self.told.exchanges.store(exchanges, Ordering::Relaxed);
        if with_ledger {
            let loss = self.ledger(witnessed);
            self.recorder.checkpoint(self.bytes, self.last, loss);
        } else {
            self.recorder.hand_over();
        }
    }

    fn take(&mut self, event: Seen) {
        match event {
            Seen::Opened {
                connection,
                client,
                server,
                at,
            } => {
                let next = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
                let slot = self.free.pop().unwrap_or(Slot(next));
                self.slots.insert(connection, slot);
                let connection = NewConnection {
                    client,
                    server,
                    opened: at,
                    midstream: false,
                };
                self.recorder.opened(slot, &connection);
            }
            Seen::Bytes {
                connection,
                direction,
                at,
                bytes,
            } => {
                self.bytes += bytes.len() as u64;
                self.piece(connection, at, |recorder, slot| {
                    let bytes = bytes.as_slice();
                    recorder.piece(slot, direction, Piece::Chunk { at, bytes });
                });
            }
            Seen::Missed {
                connection,
                direction,
                at,
                bytes: len,
            } => {
                self.missed += len;
                self.piece(connection, at, |recorder, slot| {
                    recorder.piece(slot, direction, Piece::Gap { at, len });
                });
            }
            Seen::Ended {
                connection,
                direction,
                at,
                close,
            } => self.piece(connection, at, |recorder, slot| {
                recorder.piece(slot, direction, Piece::End { at, close });
            }),
            Seen::Closed {
                connection,
                at,
                close,
            } => {
                self.piece(connection, at, |recorder, slot| {
                    recorder.closed(slot, at, close);
                });
                self.free.extend(self.slots.remove(&connection));
            }
        }
    }

    fn piece(&mut self, connection: u64, at: Timestamp, give: impl FnOnce(&mut Recorder, Slot)) {
        self.last = self.last.max(Some(at));
        if let Some(slot) = self.slots.get(&connection) {
            give(&mut self.recorder, *slot);
        }
    }

    fn ledger(&self, witnessed: &Witnessed) -> Ledger {
        Ledger {
            gap_bytes: self.missed + witnessed.unheard(),
            ..Ledger::default()
        }
    }
}
