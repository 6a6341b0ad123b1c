//! The way in for exchanges that were decoded elsewhere: files of other tools keep exchanges, not connections.

use reprise_wire::mysql::Session;
use reprise_wire::{DecodeLoss, Exchange, MessageCounts, Protocol, Spoken};

use super::{Item, Recorder, open_at};
use crate::reassembly::Slot;

impl Recorder {
    /// The next exchange of an open connection, with the messages it stands for and what of them was lost.
    pub fn exchange(
        &mut self,
        slot: Slot,
        exchange: Exchange,
        counts: MessageCounts,
        loss: DecodeLoss,
    ) {
        let Some(open) = open_at(&mut self.open, slot) else {
            return;
        };
        open.imported.spoken = Some(match exchange.protocol {
            Protocol::Http => Spoken::Http,
            Protocol::Mysql => Spoken::Mysql,
        });
        self.closed.add_counted(counts, loss);
        self.exchanges += 1;
        self.keeper.keep(Item::Exchange(open.number, exchange));
    }

    /// What is known of an open connection's MySQL login beside its exchanges.
    pub fn session(&mut self, slot: Slot, session: Session) {
        if let Some(open) = open_at(&mut self.open, slot) {
            open.imported.spoken = Some(Spoken::Mysql);
            open.imported.session = Some(session);
        }
    }
}

/// What is known of a connection whose exchanges were decoded elsewhere.
#[derive(Debug, Default)]
pub(super) struct Imported {
    pub(super) spoken: Option<Spoken>,
    pub(super) session: Option<Session>,
}
