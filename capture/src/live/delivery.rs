//! How sources hand packets to the decoding thread: batches over one bounded queue, used ones back.

use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender};

use reprise_wire::Timestamp;

use super::batch::{Batch, Cursor};
use crate::CaptureError;
use crate::ingest::LostBefore;

/// How many batches of about a megabyte may wait to be decoded.
const BATCHES: usize = 64;

/// What a source hands over.
#[derive(Debug)]
pub(super) struct Delivery {
    /// The source's number.
    pub(super) source: usize,
    pub(super) what: Delivered,
}

impl Delivery {
    /// The time of its first packet.
    pub(super) fn begins(&self) -> Option<Timestamp> {
        match &self.what {
            Delivered::Packets(batch) => batch.time_at(Cursor::default()),
            Delivered::Ended(_) => None,
        }
    }
}

#[derive(Debug)]
pub(super) enum Delivered {
    /// Packets, in the order in which it saw them.
    Packets(Batch),
    /// It has ended and hands over nothing more.
    Ended(Ended),
}

/// How a source ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// As it was asked to, or with nothing more to come.
    Whole,
    /// It broke off; a warning has said so.
    Broken,
    /// There never was a packet, nor could there be one.
    Failed(CaptureError),
}

/// A source's end of the queue.
#[derive(Clone, Debug)]
pub(super) struct Outlet {
    source: usize,
    deliveries: Sender<Delivery>,
    used: Receiver<Batch>,
    is_cut_off: bool,
}

/// The decoding thread's end.
#[derive(Debug)]
pub(super) struct Inlet {
    pub(super) deliveries: Receiver<Delivery>,
    give_back: Sender<Batch>,
}

/// A queue: the decoding thread's end, and what makes sources' ends.
pub(super) fn queue() -> (Outlet, Inlet) {
    let (full, deliveries) = crossbeam_channel::bounded(BATCHES);
    let (give_back, used) = crossbeam_channel::bounded(BATCHES);
    let outlet = Outlet {
        source: 0,
        deliveries: full,
        used,
        is_cut_off: false,
    };
    let inlet = Inlet {
        deliveries,
        give_back,
    };
    (outlet, inlet)
}

impl Outlet {
    /// The end of another source.
    pub(super) fn of_source(&self, source: usize) -> Self {
        Self {
            source,
            ..self.clone()
        }
    }

    /// Hands a batch over unless it is empty, and puts one that is in its place.
    pub(super) fn hand_over(&mut self, batch: &mut Batch) {
        if batch.is_empty() {
            return;
        }
        let next = self.used.try_recv().unwrap_or_default();
        let full = std::mem::replace(batch, next);
        self.deliver(Delivered::Packets(full));
    }

    /// Says that this was all.
    pub(super) fn end(mut self, how: Ended) {
        self.deliver(Delivered::Ended(how));
    }

    /// Whether nobody takes anything any more.
    pub(super) const fn is_cut_off(&self) -> bool {
        self.is_cut_off
    }

    fn deliver(&mut self, what: Delivered) {
        let source = self.source;
        self.is_cut_off |= self.deliveries.send(Delivery { source, what }).is_err();
    }
}

impl Inlet {
    /// Gives a batch back to be filled again.
    pub(super) fn give_back(&self, mut batch: Batch) {
        batch.clear();
        // A full return queue only means that enough batches are in use.
        let _ = self.give_back.try_send(batch);
    }
}

/// What was lost before it could be read, over all sources.
#[derive(Clone, Debug, Default)]
pub(super) struct Losses(Arc<Mutex<LostBefore>>);

impl Losses {
    /// Adds what a source has found out.
    pub(super) fn add(&self, more: LostBefore) {
        let mut so_far = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        so_far.kernel_dropped += more.kernel_dropped;
        so_far.interface_dropped += more.interface_dropped;
        so_far.unreadable_records += more.unreadable_records;
        so_far.restarts += more.restarts;
    }

    /// All so far.
    pub(super) fn so_far(&self) -> LostBefore {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
