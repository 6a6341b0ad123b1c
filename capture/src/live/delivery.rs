//! How sources hand packets to the decoding thread: batches over one bounded queue, used ones back.

use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::{Receiver, Sender};

use reprise_wire::Timestamp;

use crate::CaptureError;
use crate::batch::{Batch, Cursor};
use crate::ingest::LostBefore;

/// How many batches of about a megabyte may wait to be decoded.
const BATCHES: usize = 64;
/// How many a source has to itself at least, however many sources there are.
const LEAST_SHARE: usize = 2;

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
            Delivered::Quiet | Delivered::Ended(_) => None,
        }
    }
}

#[derive(Debug)]
pub(super) enum Delivered {
    /// Packets, in the order in which it saw them.
    Packets(Batch),
    /// It has handed over all there is for now.
    Quiet,
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
    room: Room,
    is_cut_off: bool,
}

/// How much a source may hand over that has not been used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// As much as the queue takes: an interface's packets cannot wait where they are.
    Queue,
    /// Its share: it waits, and those who are behind catch up.
    Share,
}

/// The decoding thread's end.
#[derive(Debug)]
pub(super) struct Inlet {
    pub(super) deliveries: Receiver<Delivery>,
    /// One for each source.
    give_back: Vec<Sender<Batch>>,
}

/// A queue: the ends of so many sources, and the decoding thread's.
pub(super) fn queue(sources: usize, room: Room) -> (Vec<Outlet>, Inlet) {
    let (full, deliveries) = crossbeam_channel::bounded(BATCHES);
    let mut inlet = Inlet {
        deliveries,
        give_back: Vec::with_capacity(sources),
    };
    let outlets = (0..sources).map(|source| {
        let (give_back, used) = crossbeam_channel::bounded(BATCHES);
        if room == Room::Share {
            let share = (BATCHES / sources).max(LEAST_SHARE);
            (0..share).for_each(|_| drop(give_back.try_send(Batch::default())));
        }
        inlet.give_back.push(give_back);
        Outlet {
            source,
            deliveries: full.clone(),
            used,
            room,
            is_cut_off: false,
        }
    });
    (outlets.collect(), inlet)
}

impl Outlet {
    /// Hands a batch over unless it is empty, and puts one that is in its place.
    pub(super) fn hand_over(&mut self, batch: &mut Batch) {
        if batch.is_empty() {
            return;
        }
        let next = match self.room {
            Room::Queue => self.used.try_recv().unwrap_or_default(),
            // Without an inlet the delivery fails, too.
            Room::Share => self.used.recv().unwrap_or_default(),
        };
        let full = std::mem::replace(batch, next);
        self.deliver(Delivered::Packets(full));
    }

    /// What says, without it, that there is nothing more for now.
    pub(super) fn hush(&self) -> Hush {
        Hush {
            source: self.source,
            deliveries: self.deliveries.clone(),
        }
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
    pub(super) fn give_back(&self, source: usize, mut batch: Batch) {
        batch.clear();
        if let Some(give_back) = self.give_back.get(source) {
            // A full return queue only means that enough batches are in use.
            let _ = give_back.try_send(batch);
        }
    }
}

/// Says that a source has nothing more for now.
#[derive(Debug)]
pub(super) struct Hush {
    source: usize,
    deliveries: Sender<Delivery>,
}

impl Hush {
    pub(super) fn tell(&self) {
        // Nobody who hears it is nobody who waits.
        let _ = self.deliveries.send(Delivery {
            source: self.source,
            what: Delivered::Quiet,
        });
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
