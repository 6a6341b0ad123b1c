//! What reassembly tells: connections opening, their pieces in order, connections closing.

use std::net::SocketAddr;

use reprise_wire::{Close, Direction, Piece, Timestamp};

/// A small number that stands for one connection from its `Opened` to its `Closed`; used again
/// afterwards, so that tables indexed by it stay as small as the number of open connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub u32);

/// The next thing that happened on a connection. Connections that carried no byte are not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionEvent<'a> {
    /// A connection is about to tell its first piece.
    Opened {
        /// Which.
        slot: Slot,
        /// Who opened it, as far as can be told.
        client: SocketAddr,
        /// Whom it was opened to.
        server: SocketAddr,
        /// When its first segment was seen.
        at: Timestamp,
        /// Its beginning was not seen.
        midstream: bool,
    },
    /// The next piece of one direction. After [`Piece::End`] no more comes of that direction.
    Piece {
        /// Which connection.
        slot: Slot,
        /// Which direction.
        direction: Direction,
        /// What.
        piece: Piece<'a>,
    },
    /// Both directions have told their end.
    Closed {
        /// Which.
        slot: Slot,
        /// When.
        at: Timestamp,
        /// How.
        close: Close,
    },
}
