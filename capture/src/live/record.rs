//! A live capture into a recording: three threads, from the kernel's ring to the store.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender};
use reprise_store::{NewRecording, Recording, Store};
use reprise_wire::Limits;

use super::batch::Batch;
use super::source::{self, Dropped, Queue};
use super::{expression, open};
use crate::event::Events;
use crate::ingest::LostBefore;
use crate::reassembly::ReassemblyLimits;
use crate::{
    CaptureError, CaptureEvent, Handle, Ingest, LinkType, Recorder, Redaction, Stopper, Warning,
};

/// How many batches of about a megabyte may wait to be decoded.
const BATCHES: usize = 64;
/// How often progress is told, and what gathered handed on.
const TICK: Duration = Duration::from_millis(100);
/// How many ticks pass between two checkpoints of the ledger.
const CHECKPOINT_TICKS: u32 = 10;

/// What to capture, and how.
#[derive(Clone, Debug, Default)]
pub struct RecordConfig {
    /// The interface's name; `any` for all of them.
    pub interface: String,
    /// TCP ports to capture; none for all.
    pub ports: Vec<u16>,
    /// A filter in libpcap's language; it must hold beside the ports.
    pub filter: Option<String>,
    /// How long; `None` until stopped.
    pub duration: Option<Duration>,
    /// The recording's name.
    pub name: String,
    /// Caps of one connection's decoding.
    pub limits: Limits,
    /// Caps of putting connections together.
    pub reassembly: ReassemblyLimits,
    /// Which secrets to replace before they are stored; `None` stores everything as it was said.
    pub redaction: Option<Redaction>,
}

/// Starts capturing. When this returns, every matching packet sent from now on is captured.
///
/// # Errors
/// The interface cannot be opened, the filter is wrong, or the recording cannot be created.
pub fn record(config: RecordConfig, store: &Store) -> Result<Handle, CaptureError> {
    let mut opened = open::open(&config.interface)?;
    let expression = expression::of(&config.ports, config.filter.as_deref());
    open::filter(&mut opened, &expression, config.filter.as_deref())?;
    let source = match expression.plain.as_str() {
        "" => config.interface.clone(),
        plain => format!("{} {plain}", config.interface),
    };
    let started_at = crate::import::now();
    let writer = store.create_recording(&NewRecording {
        name: config.name,
        source,
        started_at,
    })?;
    let recorder = Recorder::start(writer, config.limits, config.redaction)?;
    let ingest = Ingest::new(recorder, config.reassembly);
    let stopper = Stopper::default();
    stopper.wakes(opened.capture.breakloop_handle());
    let (link, capture) = (opened.link, opened.capture);
    let dropped = Arc::new(Dropped::default());
    let (full, batches) = crossbeam_channel::bounded(BATCHES);
    let (give_back, used) = crossbeam_channel::bounded(BATCHES);
    let (asked, counted) = (stopper.clone(), Arc::clone(&dropped));
    let capturing = thread::Builder::new()
        .name("reprise-capture".to_owned())
        .spawn(move || source::run(capture, &Queue { full, used }, &asked, &counted))
        .map_err(CaptureError::Thread)?;
    let live = Live {
        ingest,
        link,
        batches,
        give_back,
        dropped,
        stopper: stopper.clone(),
        until: config.duration.map(|duration| Instant::now() + duration),
        warned_at: 0,
    };
    Handle::start("reprise-decode", stopper, move |events| {
        live.run(capturing, events)
    })
}

/// The decoding thread.
struct Live {
    ingest: Ingest,
    link: LinkType,
    batches: Receiver<Batch>,
    give_back: Sender<Batch>,
    dropped: Arc<Dropped>,
    stopper: Stopper,
    until: Option<Instant>,
    /// How many dropped packets have been warned of.
    warned_at: u64,
}

impl Live {
    fn run(
        mut self,
        capturing: JoinHandle<Option<String>>,
        events: &Events,
    ) -> Result<Recording, CaptureError> {
        let mut next_tick = Instant::now() + TICK;
        let mut ticks = 0;
        loop {
            match self.batches.recv_deadline(next_tick) {
                Ok(batch) => self.decode(batch),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if Instant::now() >= next_tick {
                next_tick = Instant::now() + TICK;
                ticks += 1;
                self.tick(ticks % CHECKPOINT_TICKS == 0, events);
            }
        }
        let gone = capturing
            .join()
            .map_err(|_| CaptureError::Broken("capturing"))?;
        if let Some(reason) = gone {
            events.tell(CaptureEvent::Warning(Warning::InterfaceGone { reason }));
        }
        self.tick(false, events);
        let left_out = self.ingest.counts().replay_connections;
        if left_out > 0 {
            let warning = Warning::ReplayLeftOut {
                connections: left_out,
            };
            events.tell(CaptureEvent::Warning(warning));
        }
        self.ingest.finish()
    }

    fn decode(&mut self, mut batch: Batch) {
        for packet in batch.packets(self.link) {
            self.ingest.packet(&packet);
        }
        batch.clear();
        // A full return queue only means that enough batches are in use.
        let _ = self.give_back.try_send(batch);
    }

    fn tick(&mut self, with_ledger: bool, events: &Events) {
        self.ingest.set_lost_before(LostBefore {
            kernel_dropped: self.dropped.kernel.load(Ordering::Relaxed),
            interface_dropped: self.dropped.interface.load(Ordering::Relaxed),
            unreadable_records: 0,
        });
        let progress = self.ingest.progress();
        events.tell(CaptureEvent::Progress(progress));
        if progress.dropped_packets > self.warned_at {
            self.warned_at = progress.dropped_packets.saturating_mul(2);
            let warning = Warning::Dropping {
                packets: progress.dropped_packets,
            };
            events.tell(CaptureEvent::Warning(warning));
        }
        if with_ledger {
            self.ingest.checkpoint();
        } else {
            self.ingest.hand_over();
        }
        let is_over = self.until.is_some_and(|until| Instant::now() >= until);
        if is_over || self.ingest.has_failed() {
            self.stopper.stop();
        }
    }
}
