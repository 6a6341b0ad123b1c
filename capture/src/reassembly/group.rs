//! The connections between the same two addresses and ports, and which of them a packet belongs to.
//!
//! The same addresses and ports may be in use on several networks at once (VLANs, tunnels of different
//! tenants), and one packet may be seen on several of them (mirror ports, bridges, a tunnel beside what it
//! carries). Numbers tell the two apart: a packet whose sequence and acknowledgement numbers continue a
//! connection is that connection's, wherever it is seen; one whose numbers do not is another's.

use super::connection::Connection;
use super::flow::Side;
use crate::link::Segment;

/// The connections between two ends: nearly always one.
#[derive(Debug)]
pub(super) struct Group {
    first: Connection,
    others: Vec<Connection>,
}

impl Group {
    pub(super) const fn new(first: Connection) -> Self {
        Self {
            first,
            others: Vec::new(),
        }
    }

    /// The place of the connection that `segment` belongs to; `None` when it belongs to a new one.
    pub(super) fn place_of(&self, segment: &Segment<'_>, side: Side) -> Option<usize> {
        let network = segment.path.network;
        if self.others.is_empty() && self.first.network == network {
            return Some(0);
        }
        let opens = segment.syn && segment.acknowledgement.is_none();
        let mut elsewhere = None;
        for (place, connection) in self.iter().enumerate() {
            if connection.network == network {
                return Some(place);
            }
            let known = !opens && connection.is_seen_on(network);
            if known || connection.continues_with(segment, side) {
                elsewhere = elsewhere.or(Some(place));
            }
        }
        elsewhere
    }

    /// Adds a connection on another network.
    pub(super) fn add(&mut self, connection: Connection) -> &mut Connection {
        self.others.push(connection);
        self.at(self.others.len())
    }

    /// The connection at `place`, which [`Group::place_of`] told.
    pub(super) fn at(&mut self, place: usize) -> &mut Connection {
        let other = place
            .checked_sub(1)
            .and_then(|place| self.others.get_mut(place));
        other.unwrap_or(&mut self.first)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Connection> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The connection with this number.
    pub(super) fn get_mut(&mut self, serial: u64) -> Option<&mut Connection> {
        std::iter::once(&mut self.first)
            .chain(&mut self.others)
            .find(|connection| connection.serial == serial)
    }

    /// Takes the connection with this number out: it, and what is left.
    pub(super) fn without(mut self, serial: u64) -> (Option<Connection>, Option<Self>) {
        if self.first.serial == serial {
            let next = self.others.pop();
            let others = self.others;
            return (Some(self.first), next.map(|first| Self { first, others }));
        }
        let place = self
            .others
            .iter()
            .position(|connection| connection.serial == serial);
        let taken = place.map(|place| self.others.swap_remove(place));
        (taken, Some(self))
    }
}
