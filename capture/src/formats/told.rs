//! What a reader of a format tells: connections that open and close, and their exchanges.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::ControlFlow;

use reprise_wire::mysql::Session;
use reprise_wire::{DecodeLoss, Exchange, MessageCounts, Timestamp};

/// Whom a reader tells; a break ends the reading.
pub(crate) type Sink<'a> = &'a mut dyn FnMut(Told) -> ControlFlow<()>;

/// Tells all of `told`.
pub(crate) fn tell(told: Vec<Told>, sink: Sink<'_>) -> ControlFlow<()> {
    told.into_iter().try_for_each(sink)
}

/// The next thing in a file. Connections go by a number of the reader's choice.
#[derive(Debug)]
pub(crate) enum Told {
    /// A connection, before its first exchange.
    Opened(Box<Opened>),
    /// An exchange on an open connection.
    Exchange(Box<Heard>),
    /// A connection's last exchange was told.
    Closed { connection: u64, at: Timestamp },
}

/// A connection as far as the format knows it.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) connection: u64,
    pub(crate) client: SocketAddr,
    pub(crate) server: SocketAddr,
    pub(crate) at: Timestamp,
    /// MySQL: what is known of the login.
    pub(crate) session: Option<Session>,
}

/// An exchange, with the messages it stands for and what of them was lost.
#[derive(Debug)]
pub(crate) struct Heard {
    pub(crate) connection: u64,
    pub(crate) exchange: Exchange,
    pub(crate) counts: MessageCounts,
    pub(crate) loss: DecodeLoss,
}

/// Stands for an address that the file does not name (TEST-NET-1, RFC 5737: never a real host's).
pub(crate) const UNKNOWN_HOST: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
