//! The thread that redacts and stores, so that decoding does not wait for compression. What it is
//! handed is bounded: when it is behind, decoding waits, and a live capture's kernel counts.

use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender};
use reprise_store::{
    ConnectionEnd, ConnectionId, NewConnection, Recording, RecordingWriter, Totals,
};
use reprise_wire::mysql::Session;
use reprise_wire::redact::Redactor;
use reprise_wire::{Exchange, Payload};

use super::Redaction;
use super::spare::{Remains, Spare};
use crate::CaptureError;

/// How many items, or bytes of payload, are handed over at once.
const BATCH_ITEMS: usize = 256;
const BATCH_BYTES: usize = 128 << 10;
/// How many batches may wait. One with more than [`BATCH_BYTES`] counts as many, so that what waits
/// is bounded in bytes, too.
const BATCHES: usize = 16;

/// Something to store. Connections go by their number in the order of opening.
#[derive(Debug)]
pub(super) enum Item {
    Opened(NewConnection),
    Exchange(usize, Exchange),
    /// What an open connection is.
    Known(usize, Box<ConnectionEnd>),
    Closed(usize, Box<ConnectionEnd>),
    Checkpoint(Box<Totals>),
    Rotate(Box<Rotation>),
}

/// The end of one recording and the beginning of the next.
#[derive(Debug)]
pub(super) struct Rotation {
    /// Of all recordings so far.
    pub(super) totals: Totals,
    pub(super) writer: RecordingWriter,
    /// The open connections, with what is known of them.
    pub(super) open: Vec<(usize, NewConnection, ConnectionEnd)>,
}

/// What comes back of a batch that was kept, to be filled again.
#[derive(Debug, Default)]
struct Emptied {
    items: Vec<Item>,
    remains: Remains,
}

/// The decoding thread's end.
#[derive(Debug)]
pub(super) struct Keeper {
    batch: Vec<Item>,
    batch_bytes: usize,
    batches: Sender<Vec<Item>>,
    emptied: Receiver<Emptied>,
    /// Buffers of messages that were kept.
    pub(super) spare: Spare,
    thread: JoinHandle<Result<Kept, CaptureError>>,
    failed: bool,
}

impl Keeper {
    pub(super) fn start(
        writer: RecordingWriter,
        redaction: Option<Redaction>,
    ) -> Result<Self, CaptureError> {
        let (batches, received) = crossbeam_channel::bounded(BATCHES);
        let (returned, emptied) = crossbeam_channel::bounded(BATCHES);
        let thread = thread::Builder::new()
            .name("reprise-keep".to_owned())
            .spawn(move || Kept::new(writer, redaction).keep_all(&received, &returned))
            .map_err(CaptureError::Thread)?;
        Ok(Self {
            batch: Vec::new(),
            batch_bytes: 0,
            batches,
            emptied,
            spare: Spare::default(),
            thread,
            failed: false,
        })
    }

    pub(super) fn keep(&mut self, item: Item) {
        if let Item::Exchange(_, exchange) = &item {
            self.batch_bytes += kept_bytes(exchange);
        }
        self.batch.push(item);
        if self.batch.len() >= BATCH_ITEMS || self.batch_bytes >= BATCH_BYTES {
            self.hand_over();
        }
    }

    pub(super) fn hand_over(&mut self) {
        let bytes = std::mem::take(&mut self.batch_bytes);
        if self.batch.is_empty() {
            return;
        }
        let mut emptied = self.emptied.try_recv().unwrap_or_default();
        self.spare.add(&mut emptied.remains);
        emptied.items.reserve(BATCH_ITEMS);
        let batch = std::mem::replace(&mut self.batch, emptied.items);
        self.failed |= self.batches.send(batch).is_err();
        for _ in 0..(bytes / BATCH_BYTES).min(BATCHES) {
            // Takes up the room of a batch until those before it are kept.
            self.failed |= self.batches.send(Vec::new()).is_err();
        }
    }

    pub(super) const fn has_failed(&self) -> bool {
        self.failed
    }

    pub(super) fn finish(
        mut self,
        totals: Totals,
        complete: bool,
    ) -> Result<Recording, CaptureError> {
        self.hand_over();
        drop(self.batches);
        let kept = self
            .thread
            .join()
            .map_err(|_| CaptureError::Broken("storing"))??;
        kept.finish(totals, complete)
    }
}

/// The storing thread's end.
struct Kept {
    writer: RecordingWriter,
    redactor: Option<Redactor>,
    /// The stored ids, by number in the order of opening.
    ids: Vec<ConnectionId>,
    /// What recordings before this one have counted.
    before: Totals,
}

impl Kept {
    fn new(writer: RecordingWriter, redaction: Option<Redaction>) -> Self {
        let redactor = redaction.map(|redaction| Redactor::new(&redaction.key, &redaction.rules));
        Self {
            writer,
            redactor,
            ids: Vec::new(),
            before: Totals::default(),
        }
    }

    fn keep_all(
        mut self,
        batches: &Receiver<Vec<Item>>,
        emptied: &Sender<Emptied>,
    ) -> Result<Self, CaptureError> {
        for mut items in batches {
            let mut remains = Remains::default();
            for item in items.drain(..) {
                self.keep(item, &mut remains)?;
            }
            if items.capacity() >= BATCH_ITEMS {
                // What is not taken back is freed.
                let _ = emptied.try_send(Emptied { items, remains });
            }
        }
        Ok(self)
    }

    fn keep(&mut self, item: Item, remains: &mut Remains) -> Result<(), CaptureError> {
        match item {
            Item::Opened(connection) => self.ids.push(self.writer.add_connection(&connection)?),
            Item::Exchange(number, mut exchange) => {
                let Some(id) = self.ids.get(number) else {
                    return Ok(());
                };
                if let Some(redactor) = &mut self.redactor {
                    redactor.redact(number as u64, &mut exchange);
                }
                self.writer.add_exchange(*id, &mut exchange)?;
                remains.add(exchange);
            }
            Item::Known(number, end) => self.keep_known(number, *end)?,
            Item::Closed(number, end) => {
                self.keep_known(number, *end)?;
                if let Some(redactor) = &mut self.redactor {
                    redactor.closed(number as u64);
                }
            }
            Item::Checkpoint(mut totals) => {
                self.add_hits(&mut totals);
                self.writer.checkpoint(&totals.since(&self.before))?;
            }
            Item::Rotate(rotation) => self.rotate(*rotation)?,
        }
        Ok(())
    }

    /// Ends a recording, and begins the next with the connections that are open.
    fn rotate(&mut self, rotation: Rotation) -> Result<(), CaptureError> {
        let Rotation {
            mut totals,
            writer,
            open,
        } = rotation;
        let mut carried = Vec::with_capacity(open.len());
        for (number, connection, known) in open {
            self.keep_known(number, known)?;
            carried.push((number, writer.add_connection(&connection)?));
        }
        self.add_hits(&mut totals);
        let ended = std::mem::replace(&mut self.writer, writer);
        ended.finish(&totals.since(&self.before))?;
        if self.redactor.is_none() {
            self.writer.mark_raw()?;
        }
        self.before = totals;
        for (number, id) in carried {
            if let Some(place) = self.ids.get_mut(number) {
                *place = id;
            }
        }
        Ok(())
    }

    fn keep_known(&mut self, number: usize, mut end: ConnectionEnd) -> Result<(), CaptureError> {
        let Some(id) = self.ids.get(number) else {
            return Ok(());
        };
        if let Some(redactor) = &mut self.redactor {
            let session: Option<Session> = end
                .mysql_session
                .take()
                .and_then(|json| serde_json::from_value(json).ok());
            end.mysql_session = session.and_then(|mut session| {
                redactor.redact_session(&mut session);
                serde_json::to_value(session).ok()
            });
        }
        Ok(self.writer.close_connection(*id, end)?)
    }

    fn finish(self, mut totals: Totals, complete: bool) -> Result<Recording, CaptureError> {
        self.add_hits(&mut totals);
        let totals = totals.since(&self.before);
        let ended = if complete {
            self.writer.finish(&totals)
        } else {
            self.writer.interrupt(&totals)
        };
        Ok(ended?)
    }

    fn add_hits(&self, totals: &mut Totals) {
        if let Some(redactor) = &self.redactor {
            totals.redacted = redactor.hits();
        }
    }
}

fn kept_bytes(exchange: &Exchange) -> usize {
    let of = |payload: &Option<Payload>| {
        payload
            .as_ref()
            .map_or(0, |payload| payload.bytes.capacity())
    };
    of(&exchange.request) + of(&exchange.response)
}
