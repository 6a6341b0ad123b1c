//! Who is who on a connection, and telling its pieces: it is opened when there is something to tell.

use reprise_wire::{Close, Direction, Piece, Timestamp};

use super::counts::ReassemblyCounts;
use super::event::{ConnectionEvent, Slot};
use super::flow::{FlowKey, Side};
use super::limits::ReassemblyLimits;
use super::roles::{self, Role};
use crate::link::Segment;

/// What is told about a connection beside its bytes.
#[derive(Debug)]
pub(super) struct Identity {
    key: FlowKey,
    pub(super) slot: Option<Slot>,
    pub(super) client: Option<Side>,
    opened: Timestamp,
    pub(super) midstream: bool,
    /// Directions that ended before there was anything to tell.
    early_ends: Vec<(Side, Timestamp, Close)>,
}

impl Identity {
    pub(super) const fn new(key: FlowKey, opened: Timestamp) -> Self {
        Self {
            key,
            slot: None,
            client: None,
            opened,
            midstream: true,
            early_ends: Vec::new(),
        }
    }

    /// Decides who the client is by the first bytes, else by the lower port, unless a SYN did.
    /// Who sends an HTTP request is the client whoever opened the connection.
    pub(super) fn recognise_client(&mut self, segment: &Segment<'_>, side: Side) {
        if self.client.is_some() {
            // Behind some firewalls the server opens the connection and is then asked over it.
            if self.slot.is_none() && roles::asks_in_http(segment.payload) {
                self.client = Some(side);
            }
            return;
        }
        self.client = Some(match roles::of_sender(segment.payload) {
            Some(Role::Client) => side,
            Some(Role::Server) => side.other(),
            None if segment.source.port < segment.destination.port => side.other(),
            None => side,
        });
    }

    /// Tells a piece, after opening the connection if this is the first there is to tell.
    pub(super) fn tell<F: FnMut(ConnectionEvent<'_>)>(
        &mut self,
        side: Side,
        piece: Piece<'_>,
        context: &mut Context<'_, F>,
    ) {
        if let Piece::Gap { len, .. } | Piece::Cut { len, .. } = piece {
            context.counts.gaps += 1;
            context.counts.gap_bytes += len;
        }
        let slot = match (self.slot, piece) {
            (Some(slot), _) => slot,
            (None, Piece::End { at, close }) => {
                self.early_ends.push((side, at, close));
                return;
            }
            (None, _) => self.open(context),
        };
        let direction = self.direction(side);
        (context.emit)(ConnectionEvent::Piece {
            slot,
            direction,
            piece,
        });
    }

    fn open<F: FnMut(ConnectionEvent<'_>)>(&mut self, context: &mut Context<'_, F>) -> Slot {
        let slot = context.slots.take();
        self.slot = Some(slot);
        context.counts.connections += 1;
        let (client, server) = match self.client {
            Some(Side::High) => (self.key.high, self.key.low),
            Some(Side::Low) | None => (self.key.low, self.key.high),
        };
        (context.emit)(ConnectionEvent::Opened {
            slot,
            client: client.socket_addr(),
            server: server.socket_addr(),
            at: self.opened,
            midstream: self.midstream,
        });
        for (side, at, close) in std::mem::take(&mut self.early_ends) {
            let direction = self.direction(side);
            let piece = Piece::End { at, close };
            (context.emit)(ConnectionEvent::Piece {
                slot,
                direction,
                piece,
            });
        }
        slot
    }

    fn direction(&self, side: Side) -> Direction {
        if self.client.unwrap_or(Side::Low) == side {
            Direction::ToServer
        } else {
            Direction::ToClient
        }
    }
}

/// What connections share while they work.
pub(super) struct Context<'c, F> {
    pub(super) limits: &'c ReassemblyLimits,
    pub(super) counts: &'c mut ReassemblyCounts,
    pub(super) slots: &'c mut Slots,
    pub(super) emit: &'c mut F,
}

/// The numbers given to open connections.
#[derive(Debug, Default)]
pub(super) struct Slots {
    free: Vec<Slot>,
    given: u32,
}

impl Slots {
    pub(super) fn give_back(&mut self, slot: Slot) {
        self.free.push(slot);
    }

    fn take(&mut self) -> Slot {
        self.free.pop().unwrap_or_else(|| {
            let slot = Slot(self.given);
            self.given += 1;
            slot
        })
    }
}
