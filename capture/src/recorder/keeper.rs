//! The thread that redacts and stores, so that decoding does not wait for compression. What it is
//! handed is bounded: when it is behind, decoding waits, and a live capture's kernel counts.

use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender};
use reprise_store::{
    ConnectionEnd, ConnectionId, NewConnection, Recording, RecordingWriter, Totals,
};
use reprise_wire::{Exchange, Payload};

use crate::CaptureError;

/// How many items, or bytes of payload, are handed over at once.
const BATCH_ITEMS: usize = 256;
const BATCH_BYTES: usize = 1 << 20;
/// How many batches may wait.
const BATCHES: usize = 8;

/// Something to store. Connections go by their number in the order of opening.
#[derive(Debug)]
pub(super) enum Item {
    Opened(NewConnection),
    Exchange(usize, Box<Exchange>),
    Closed(usize, Box<ConnectionEnd>),
    Checkpoint(Box<Totals>),
}

/// The decoding thread's end.
#[derive(Debug)]
pub(super) struct Keeper {
    batch: Vec<Item>,
    batch_bytes: usize,
    batches: Sender<Vec<Item>>,
    thread: JoinHandle<Result<RecordingWriter, CaptureError>>,
    failed: bool,
}

impl Keeper {
    pub(super) fn start(writer: RecordingWriter) -> Result<Self, CaptureError> {
        let (batches, received) = crossbeam_channel::bounded(BATCHES);
        let thread = thread::Builder::new()
            .name("reprise-keep".to_owned())
            .spawn(move || keep_all(writer, &received))
            .map_err(CaptureError::Thread)?;
        Ok(Self {
            batch: Vec::new(),
            batch_bytes: 0,
            batches,
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
        self.batch_bytes = 0;
        if !self.batch.is_empty() {
            let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH_ITEMS));
            self.failed |= self.batches.send(batch).is_err();
        }
    }

    pub(super) const fn has_failed(&self) -> bool {
        self.failed
    }

    pub(super) fn finish(mut self, totals: Totals) -> Result<Recording, CaptureError> {
        self.hand_over();
        drop(self.batches);
        let writer = self
            .thread
            .join()
            .map_err(|_| CaptureError::Broken("storing"))??;
        Ok(writer.finish(&totals)?)
    }
}

fn keep_all(
    writer: RecordingWriter,
    batches: &Receiver<Vec<Item>>,
) -> Result<RecordingWriter, CaptureError> {
    let mut ids: Vec<ConnectionId> = Vec::new();
    for batch in batches {
        for item in batch {
            match item {
                Item::Opened(connection) => ids.push(writer.add_connection(&connection)?),
                Item::Exchange(number, exchange) => {
                    if let Some(id) = ids.get(number) {
                        writer.add_exchange(*id, *exchange)?;
                    }
                }
                Item::Closed(number, end) => {
                    if let Some(id) = ids.get(number) {
                        writer.close_connection(*id, *end)?;
                    }
                }
                Item::Checkpoint(totals) => writer.checkpoint(&totals)?,
            }
        }
    }
    Ok(writer)
}

fn kept_bytes(exchange: &Exchange) -> usize {
    let of = |payload: &Option<Payload>| payload.as_ref().map_or(0, |payload| payload.bytes.len());
    of(&exchange.request) + of(&exchange.response)
}
