//! Pieces of connections to decoded, redacted, stored exchanges. Whoever has pieces uses it: the
//! capture engines here, and a proxy, which sees bytes without packets.

mod imported;
mod keeper;
mod known;
mod spare;
mod tally;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use reprise_store::{ConnectionEnd, Ledger, NewConnection, Recording, RecordingWriter, Totals};
use reprise_wire::redact::Redaction;
use reprise_wire::{
    Close, ConnectionDecoder, Direction, Exchange, Limits, Piece, Spoken, Timestamp,
};

use crate::CaptureError;
use crate::reassembly::{ConnectionEvent, Slot};
use imported::Imported;
use keeper::{Item, Keeper, Rotation};
use tally::Tally;

/// Decodes connections and hands what they said to the store, through a thread that redacts and
/// compresses. Exchanges are stored in the order in which they complete.
#[derive(Debug)]
pub struct Recorder {
    limits: Limits,
    /// The open connections, by slot.
    open: Vec<Option<Open>>,
    /// How many connections there have been.
    connections: u64,
    exchanges: u64,
    held_bytes: usize,
    held_cap: usize,
    /// Decoders that were begun anew to keep within `held_cap`.
    relieved: u64,
    /// Of the connections that have closed.
    closed: Tally,
    decoded: Vec<Exchange>,
    keeper: Keeper,
}

#[derive(Debug)]
struct Open {
    /// Its number in the order of opening.
    number: usize,
    connection: NewConnection,
    decoder: ConnectionDecoder,
    /// What the decoder keeps of unfinished messages.
    held_bytes: usize,
    imported: Imported,
    /// What the store was told of it while it is open.
    told: Option<Spoken>,
}

impl Recorder {
    /// Records into `writer`; without `redaction` everything is stored as it was said, and the recording
    /// is marked as raw.
    ///
    /// # Errors
    /// The thread cannot be started, or the mark cannot be written.
    pub fn start(
        writer: RecordingWriter,
        limits: Limits,
        redaction: Option<Redaction>,
    ) -> Result<Self, CaptureError> {
        if redaction.is_none() {
            writer.mark_raw()?;
        }
        Ok(Self {
            limits,
            open: Vec::new(),
            connections: 0,
            exchanges: 0,
            held_bytes: 0,
            held_cap: limits.unfinished_cap,
            relieved: 0,
            closed: Tally::default(),
            decoded: Vec::new(),
            keeper: Keeper::start(writer, redaction)?,
        })
    }

    /// Takes what reassembly tells.
    pub fn event(&mut self, event: ConnectionEvent<'_>) {
        match event {
            ConnectionEvent::Opened {
                slot,
                client,
                server,
                at,
                midstream,
            } => {
                self.opened(
                    slot,
                    &NewConnection {
                        client,
                        server,
                        opened: at,
                        midstream,
                    },
                );
            }
            ConnectionEvent::Piece {
                slot,
                direction,
                piece,
            } => self.piece(slot, direction, piece),
            ConnectionEvent::Closed { slot, at, close } => self.closed(slot, at, close),
        }
    }

    /// A connection opens. `slot` is a small number that no other open connection has.
    pub fn opened(&mut self, slot: Slot, connection: &NewConnection) {
        let index = usize::try_from(slot.0).unwrap_or(usize::MAX);
        if index >= self.open.len() {
            self.open.resize_with(index.saturating_add(1), || None);
        }
        let decoder = ConnectionDecoder::new(&self.limits, connection.midstream);
        let number = usize::try_from(self.connections).unwrap_or(usize::MAX);
        self.connections += 1;
        self.keeper.keep(Item::Opened(connection.clone()));
        if let Some(place) = self.open.get_mut(index) {
            *place = Some(Open {
                number,
                connection: connection.clone(),
                decoder,
                held_bytes: 0,
                imported: Imported::default(),
                told: None,
            });
        }
    }

    /// The next piece of one direction of an open connection.
    pub fn piece(&mut self, slot: Slot, direction: Direction, piece: Piece<'_>) {
        let connections = self.open_connections();
        let Some(open) = open_at(&mut self.open, slot) else {
            return;
        };
        if let Piece::Chunk { .. } = piece
            && let Some(buffers) = self.keeper.spare.of(direction, connections)
        {
            open.decoder.lend(direction, buffers);
        }
        open.decoder.push(direction, piece, &mut self.decoded);
        let held = open.decoder.held_bytes();
        self.held_bytes = self
            .held_bytes
            .saturating_sub(open.held_bytes)
            .saturating_add(held);
        open.held_bytes = held;
        self.keep_decoded(slot);
        if self.held_bytes > self.held_cap {
            let at = match piece {
                Piece::Chunk { at, .. }
                | Piece::Gap { at, .. }
                | Piece::Cut { at, .. }
                | Piece::End { at, .. } => at,
            };
            self.relieve(at);
        }
    }

    fn keep_decoded(&mut self, slot: Slot) {
        let Some(open) = open_at(&mut self.open, slot) else {
            return;
        };
        for exchange in self.decoded.drain(..) {
            self.exchanges += 1;
            self.keeper.keep(Item::Exchange(open.number, exchange));
        }
    }

    /// Has the connection that keeps most begin anew, as if the capture began now.
    fn relieve(&mut self, at: Timestamp) {
        let largest = self
            .open
            .iter()
            .enumerate()
            .filter_map(|(index, open)| open.as_ref().map(|open| (open.held_bytes, index)))
            .max();
        let Some(slot) = largest
            .and_then(|(_, index)| u32::try_from(index).ok())
            .map(Slot)
        else {
            return;
        };
        let Some(open) = open_at(&mut self.open, slot) else {
            return;
        };
        for direction in [Direction::ToServer, Direction::ToClient] {
            let end = Piece::End {
                at,
                close: Close::Evicted,
            };
            open.decoder.push(direction, end, &mut self.decoded);
        }
        self.closed.add_decoded(&open.decoder);
        self.held_bytes = self.held_bytes.saturating_sub(open.held_bytes);
        open.held_bytes = 0;
        open.decoder = ConnectionDecoder::new(&self.limits, true);
        self.relieved += 1;
        self.keep_decoded(slot);
    }

    /// A connection has closed; both its directions have ended before.
    pub fn closed(&mut self, slot: Slot, at: Timestamp, close: Close) {
        let index = usize::try_from(slot.0).unwrap_or(usize::MAX);
        let Some(open) = self.open.get_mut(index).and_then(Option::take) else {
            return;
        };
        self.closed.add_closed(&open);
        let end = ConnectionEnd {
            closed: Some(at),
            close: Some(close),
            ..open.known()
        };
        self.keeper.keep(Item::Closed(open.number, Box::new(end)));
    }

    /// How many connections have opened.
    pub const fn connections(&self) -> u64 {
        self.connections
    }

    /// How many of them are open.
    pub fn open_connections(&self) -> u64 {
        self.connections.saturating_sub(self.closed.connections())
    }

    /// How many bytes did not decode, in connections that have closed.
    pub const fn undecodable_bytes(&self) -> u64 {
        self.closed.undecodable_bytes()
    }

    /// How many exchanges have been decoded.
    pub const fn exchanges(&self) -> u64 {
        self.exchanges
    }

    /// Whether storing has failed; [`Recorder::finish`] has the reason.
    pub const fn has_failed(&self) -> bool {
        self.keeper.has_failed()
    }

    /// Ends the recording and goes on in the one of `writer`. Connections go on there as open before
    /// it; an exchange is stored where it completes. `loss` is the packets' part of the ledger, of all
    /// recordings so far.
    pub fn rotate(
        &mut self,
        writer: RecordingWriter,
        captured_bytes: u64,
        last_packet: Option<Timestamp>,
        loss: Ledger,
    ) {
        let totals = self.totals(captured_bytes, last_packet, loss);
        let open = self.open.iter_mut().flatten().map(|open| {
            let connection = NewConnection {
                midstream: true,
                ..open.connection.clone()
            };
            let session = open.decoder.mysql_session();
            let known = ConnectionEnd {
                closed: None,
                close: None,
                spoken: Some(open.decoder.spoken().as_str().to_owned()),
                mysql_session: session.and_then(|session| serde_json::to_value(session).ok()),
            };
            // the next recording is told it anew, as it stands here
            open.decoder.begin_recording();
            open.told = None;
            (open.number, connection, known)
        });
        let rotation = Rotation {
            totals,
            writer,
            open: open.collect(),
        };
        self.keeper.keep(Item::Rotate(Box::new(rotation)));
        self.keeper.hand_over();
    }

    /// Hands over what has gathered, and what is known so far, for the next commit. `loss` is the
    /// packets' part of the ledger.
    pub fn checkpoint(
        &mut self,
        captured_bytes: u64,
        last_packet: Option<Timestamp>,
        loss: Ledger,
    ) {
        self.tell_connections();
        let totals = self.totals(captured_bytes, last_packet, loss);
        self.keeper.keep(Item::Checkpoint(Box::new(totals)));
        self.keeper.hand_over();
    }

    /// Hands over what has gathered.
    pub fn hand_over(&mut self) {
        self.keeper.hand_over();
    }

    /// Ends the recording, as `complete` or as interrupted. Every connection should have closed before.
    ///
    /// # Errors
    /// Something could not be stored. What was committed before is kept.
    pub fn finish(
        self,
        captured_bytes: u64,
        last_packet: Option<Timestamp>,
        loss: Ledger,
        complete: bool,
    ) -> Result<Recording, CaptureError> {
        let totals = self.totals(captured_bytes, last_packet, loss);
        self.keeper.finish(totals, complete)
    }

    fn totals(
        &self,
        captured_bytes: u64,
        last_packet: Option<Timestamp>,
        mut loss: Ledger,
    ) -> Totals {
        loss.evicted_connections += self.relieved;
        if self.relieved > 0 {
            *loss.evicted.entry("memory".to_owned()).or_default() += self.relieved;
        }
        let open = self.open.iter().flatten().map(|open| &open.decoder);
        let messages = self.closed.with(open, &mut loss);
        Totals {
            last_packet,
            messages,
            captured_bytes,
            loss,
            // The keeper knows.
            redacted: BTreeMap::new(),
        }
    }
}

fn open_at(open: &mut [Option<Open>], slot: Slot) -> Option<&mut Open> {
    open.get_mut(usize::try_from(slot.0).ok()?)?.as_mut()
}
