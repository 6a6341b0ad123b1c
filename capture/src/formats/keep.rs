//! What readers tell, into the recorder: their connections get slots, and what is left open at the end closes.

use reprise_store::NewConnection;
use reprise_wire::{Close, Timestamp};
use rustc_hash::FxHashMap;

use super::told::Told;
use crate::Recorder;
use crate::reassembly::Slot;

/// Puts what one file tells into a recorder, none of whose connections is open.
#[derive(Debug, Default)]
pub(crate) struct Keep {
    slots: FxHashMap<u64, Slot>,
    free: Vec<Slot>,
    last: Option<Timestamp>,
}

impl Keep {
    /// Takes the next thing told.
    pub(crate) fn take(&mut self, recorder: &mut Recorder, told: Told) {
        match told {
            Told::Opened(opened) => {
                self.saw(opened.at);
                let next = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
                let slot = self.free.pop().unwrap_or(Slot(next));
                self.slots.insert(opened.connection, slot);
                let connection = NewConnection {
                    client: opened.client,
                    server: opened.server,
                    opened: opened.at,
                    midstream: false,
                };
                recorder.opened(slot, &connection);
                if let Some(session) = opened.session {
                    recorder.session(slot, session);
                }
            }
            Told::Exchange(heard) => {
                let times = heard.exchange.times;
                self.saw(times.response_last.unwrap_or(times.request_last));
                if let Some(slot) = self.slots.get(&heard.connection) {
                    recorder.exchange(*slot, heard.exchange, heard.counts, heard.loss);
                }
            }
            Told::Closed { connection, at } => {
                if let Some(slot) = self.slots.remove(&connection) {
                    self.free.push(slot);
                    recorder.closed(slot, at, Close::Fin);
                }
            }
        }
    }

    /// Closes what is open; answers the time of the last thing told.
    pub(crate) fn finish(self, recorder: &mut Recorder) -> Option<Timestamp> {
        let mut open: Vec<Slot> = self.slots.into_values().collect();
        open.sort_unstable();
        for slot in open {
            recorder.closed(slot, self.last.unwrap_or_default(), Close::CaptureEnd);
        }
        self.last
    }

    fn saw(&mut self, at: Timestamp) {
        self.last = self.last.max(Some(at));
    }
}
