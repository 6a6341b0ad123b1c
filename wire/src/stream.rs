//! One direction of a connection as reassembly hands it over: bytes in order, with every hole named.

use crate::Timestamp;

/// Which way bytes travel on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the client, who opened the connection, to the server.
    ToServer,
    /// From the server to the client.
    ToClient,
}

impl Direction {
    /// The other way.
    #[must_use]
    pub const fn reverse(self) -> Self {
        match self {
            Self::ToServer => Self::ToClient,
            Self::ToClient => Self::ToServer,
        }
    }
}

/// How one direction of a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Close {
    /// A FIN: the sender said it was done, nothing is missing.
    Fin,
    /// A RST: what came so far may be incomplete.
    Reset,
    /// Nothing came for the idle limit, or a cap evicted the connection.
    Evicted,
    /// The capture ended while the connection was open.
    CaptureEnd,
}

/// The next thing known about one direction: in order, without overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// The next bytes, borrowed from the packet that carried them.
    Chunk {
        /// When the packet with these bytes was seen.
        at: Timestamp,
        /// The bytes; a chunk is never empty.
        bytes: &'a [u8],
    },
    /// Bytes that the capture never saw.
    Gap {
        /// When the hole was given up on.
        at: Timestamp,
        /// How many bytes are missing.
        len: u64,
    },
    /// Bytes that were seen to pass and not captured: the snap length cut them off.
    Cut {
        /// When the packet with these bytes was seen.
        at: Timestamp,
        /// How many bytes there were.
        len: u64,
    },
    /// No more will come.
    End {
        /// When it ended.
        at: Timestamp,
        /// How it ended.
        close: Close,
    },
}
