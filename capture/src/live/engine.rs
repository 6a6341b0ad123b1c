//! The decoding thread of a live recording: takes what sources hand over, and says where it stands.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crossbeam_channel::RecvTimeoutError;
use reprise_store::Recording;

use super::config::StopAfter;
use super::delivery::{Delivered, Delivery, Ended, Inlet, Losses};
use super::rotation::Rotation;
use crate::batch::{Batch, Cursor};
use crate::event::Events;
use crate::order::{InOrder, Patience};
use crate::{CaptureError, CaptureEvent, Ingest, Packet, Progress, Stopper, Warning};

/// How often progress is told, and what gathered handed on.
const TICK: Duration = Duration::from_millis(100);
/// How many ticks pass between two checkpoints of the ledger.
const CHECKPOINT_TICKS: u32 = 10;

/// A live recording, between its sources and its recorder.
pub(super) struct Engine {
    pub(super) inlet: Inlet,
    pub(super) losses: Losses,
    pub(super) stopper: Stopper,
    pub(super) stop_after: StopAfter,
    /// When it is over, whatever came.
    pub(super) until: Option<Instant>,
    /// How many sources there are.
    pub(super) sources: usize,
    /// How long packets of files wait for the other files; packets of interfaces go by this machine's clock.
    pub(super) patience: Option<Duration>,
}

/// What it works with while it runs.
struct Running<'e> {
    engine: &'e Engine,
    ingest: Ingest,
    rotation: Option<Rotation>,
    events: &'e Events,
    /// Only where there is an order to keep.
    order: Option<InOrder>,
    taken: Taken,
    /// How many sources have not ended.
    going: usize,
    /// Whether every source so far ended as it should.
    whole: bool,
    /// How many dropped packets have been warned of.
    warned_at: u64,
}

/// What was taken so far, to end in time.
#[derive(Clone, Copy, Debug, Default)]
struct Taken {
    packets: u64,
    bytes: u64,
    /// Nothing more is taken.
    enough: bool,
}

impl Taken {
    /// Whether one more packet may be taken; counts it.
    fn takes(&mut self, packet: &Packet<'_>, stop_after: &StopAfter) -> bool {
        let bytes = self.bytes + packet.data.len() as u64;
        self.enough |= stop_after.packets.is_some_and(|most| self.packets >= most)
            || stop_after.bytes.is_some_and(|most| bytes > most);
        if !self.enough {
            self.packets += 1;
            self.bytes = bytes;
        }
        !self.enough
    }
}

impl Engine {
    /// Waits until one source has packets and the others have, too, or have been waited for, or until all have
    /// ended; what came until then.
    ///
    /// # Errors
    /// One can have no packets ever, or none had any before they ended.
    pub(super) fn wait(&self, events: &Events) -> Result<Vec<Delivery>, CaptureError> {
        let mut came: Vec<Delivery> = Vec::new();
        let mut unheard: BTreeSet<usize> = (0..self.sources).collect();
        let (mut first_packets, mut going): (Option<Instant>, _) = (None, self.sources);
        let patience = self.patience.unwrap_or_default();
        while going > 0
            && !first_packets.is_some_and(|first| unheard.is_empty() || first.elapsed() >= patience)
        {
            match self.inlet.deliveries.recv_timeout(TICK) {
                Ok(delivery) => {
                    match delivery.what {
                        Delivered::Packets(_) => {
                            first_packets.get_or_insert_with(Instant::now);
                            unheard.remove(&delivery.source);
                        }
                        Delivered::Ended(_) => {
                            unheard.remove(&delivery.source);
                            going -= 1;
                        }
                        Delivered::Quiet => {}
                    }
                    came.push(delivery);
                }
                Err(RecvTimeoutError::Timeout) => {
                    events.tell(CaptureEvent::Progress(Progress::default()));
                    self.end_in_time();
                }
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(CaptureError::Broken("capturing"));
                }
            }
            if let Some(error) = refusal(&mut came, first_packets.is_some(), going) {
                self.stopper.stop();
                return Err(error);
            }
        }
        Ok(came)
    }

    fn end_in_time(&self) {
        if self.until.is_some_and(|until| Instant::now() >= until) {
            self.stopper.stop();
        }
    }

    /// Records until every source has ended, beginning with `first`, which has been waited for.
    pub(super) fn run(
        self,
        ingest: Ingest,
        rotation: Option<Rotation>,
        first: Vec<Delivery>,
        events: &Events,
    ) -> Result<Recording, CaptureError> {
        let running = Running {
            engine: &self,
            ingest,
            rotation,
            events,
            order: (self.sources > 1).then(|| InOrder::of(self.sources)),
            taken: Taken::default(),
            going: self.sources,
            whole: true,
            warned_at: 0,
        };
        running.run(first)
    }
}

/// Why there will be no recording: a source that is none, or nothing in any of them.
fn refusal(came: &mut Vec<Delivery>, has_packets: bool, going: usize) -> Option<CaptureError> {
    let refuses = |delivery: &Delivery| match &delivery.what {
        Delivered::Ended(Ended::Failed(CaptureError::Empty(_))) => !has_packets && going == 0,
        Delivered::Ended(Ended::Failed(_)) => true,
        _ => false,
    };
    let place = came.iter().position(refuses)?;
    match came.swap_remove(place).what {
        Delivered::Ended(Ended::Failed(error)) => Some(error),
        _ => None,
    }
}

impl Running<'_> {
    fn run(mut self, first: Vec<Delivery>) -> Result<Recording, CaptureError> {
        let mut next_tick = Instant::now() + TICK;
        let mut ticks = 0;
        for delivery in first {
            self.handle(delivery);
        }
        self.release();
        while self.going > 0 {
            match self.engine.inlet.deliveries.recv_deadline(next_tick) {
                Ok(delivery) => self.handle(delivery),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            self.release();
            if Instant::now() >= next_tick {
                next_tick = Instant::now() + TICK;
                ticks += 1;
                self.tick(ticks % CHECKPOINT_TICKS == 0);
            }
        }
        self.release();
        self.tick(false);
        let left_out = self.ingest.counts().replay_connections;
        if left_out > 0 {
            let warning = Warning::ReplayLeftOut {
                connections: left_out,
            };
            self.events.tell(CaptureEvent::Warning(warning));
        }
        let recording = if self.whole {
            self.ingest.finish()
        } else {
            self.ingest.interrupt()
        }?;
        if let Some(rotation) = self.rotation {
            rotation.end()?;
        }
        Ok(recording)
    }

    fn handle(&mut self, delivery: Delivery) {
        match delivery.what {
            Delivered::Packets(batch) => self.take(delivery.source, batch),
            Delivered::Quiet => {
                if let Some(order) = &mut self.order {
                    order.quiet(delivery.source);
                }
            }
            Delivered::Ended(how) => self.ended(delivery.source, how),
        }
    }

    fn ended(&mut self, source: usize, how: Ended) {
        self.going -= 1;
        if let Some(order) = &mut self.order {
            order.end(source);
        }
        let warning = match how {
            Ended::Whole => return,
            // Nothing was ever written to it.
            Ended::Failed(CaptureError::Empty(path)) => Warning::NoPackets(path),
            Ended::Failed(error) => {
                self.whole = false;
                let how = error.to_string();
                Warning::SourceFailed { how }
            }
            Ended::Broken => {
                self.whole = false;
                return;
            }
        };
        self.events.tell(CaptureEvent::Warning(warning));
    }

    fn take(&mut self, source: usize, batch: Batch) {
        if let Some(order) = &mut self.order {
            order.add(source, batch);
            return;
        }
        let mut cursor = Cursor::default();
        while let Some(packet) = batch.next(&mut cursor) {
            if self.taken.takes(&packet, &self.engine.stop_after) {
                self.ingest.packet(&packet);
            }
        }
        self.engine.inlet.give_back(source, batch);
        self.look_at_exchanges();
    }

    /// Takes the packets of several sources whose turn has come.
    fn release(&mut self) {
        let Some(order) = &mut self.order else {
            return;
        };
        let mut used = Vec::new();
        let (taken, ingest) = (&mut self.taken, &mut self.ingest);
        let patience = match self.engine.patience {
            Some(patience) => Patience::Since(Instant::now().checked_sub(patience)),
            None => Patience::Clock(crate::import::now()),
        };
        order.release(patience, &mut used, &mut |packet| {
            if taken.takes(packet, &self.engine.stop_after) {
                ingest.packet(packet);
            }
        });
        for (source, batch) in used {
            self.engine.inlet.give_back(source, batch);
        }
        self.look_at_exchanges();
    }

    fn rotate(&mut self, progress: &Progress) {
        let Some(rotation) = &mut self.rotation else {
            return;
        };
        let mut failed = rotation.let_go().err();
        if rotation.is_due(progress.bytes) && self.going > 0 {
            let at = progress.last_packet.unwrap_or_else(crate::import::now);
            let ended = rotation.current();
            match rotation.next(at, progress.bytes) {
                Ok(writer) => {
                    self.ingest.rotate(writer);
                    let name = rotation.current();
                    self.events.tell(CaptureEvent::Rotated { ended, name });
                }
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            let reason = error.to_string();
            let warning = Warning::NotRotated { reason };
            self.events.tell(CaptureEvent::Warning(warning));
        }
    }

    fn look_at_exchanges(&mut self) {
        if let Some(most) = self.engine.stop_after.exchanges {
            self.taken.enough |= self.ingest.progress().exchanges >= most;
        }
        if self.taken.enough {
            self.engine.stopper.stop();
        }
    }

    fn tick(&mut self, with_ledger: bool) {
        self.ingest.set_lost_before(self.engine.losses.so_far());
        let progress = self.ingest.progress();
        self.events.tell(CaptureEvent::Progress(progress));
        let dropped = progress.kernel_dropped + progress.interface_dropped;
        if dropped > self.warned_at {
            self.warned_at = dropped.saturating_mul(2);
            let warning = Warning::Dropping { packets: dropped };
            self.events.tell(CaptureEvent::Warning(warning));
        }
        self.rotate(&progress);
        if with_ledger {
            self.ingest.checkpoint();
        } else {
            self.ingest.hand_over();
        }
        self.engine.end_in_time();
        if self.ingest.has_failed() {
            self.engine.stopper.stop();
        }
    }
}
